// The manifest of a backup, JSON: the last entry of its archive but one, which is its hash. It says what
// stands before it, and what the audit log held at the cut.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/labels.h"
#include "base/result.h"
#include "base/time.h"
#include "trust/hash.h"

namespace hinomi::backup {

inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kManifestHashName = "manifest.sha256";
inline constexpr std::uint64_t kMaxManifestBytes = 512ULL << 20;
inline constexpr std::int64_t kFormatVersion = 1;

enum class Content : std::uint8_t { data, secrets };

// A signed or stamped state of a log.
struct SignedTree {
  std::uint64_t size = 0;
  trust::Hash root{};
  friend bool operator==(const SignedTree&, const SignedTree&) = default;
};
struct LogState {
  base::OrganisationId organisation{};
  std::uint64_t size = 0;
  trust::Hash root{};
  std::optional<SignedTree> checkpoint{};  // the last one
  std::optional<SignedTree> anchor{};      // the last one that was time-stamped outside
  friend bool operator==(const LogState&, const LogState&) = default;
};

struct Manifest {
  Content content = Content::data;
  std::string program;  // version of the program that made it
  base::TimeNs made_at{};
  bool events = true;                             // with the live part
  std::map<std::string, std::int64_t> schemas{};  // of records.db: name to version
  std::vector<LogState> logs{};
  std::vector<std::string> missing{};  // blobs that something refers to and that are not there, or damaged
  struct File {
    std::uint64_t size = 0;
    trust::Hash hash{};
    friend bool operator==(const File&, const File&) = default;
  };
  std::map<std::string, File> files{};
};

// What stands behind it: a line as sha256sum writes it.
[[nodiscard]] std::string hash_line(std::string_view json);
[[nodiscard]] std::string to_json(const Manifest& manifest);
// Only what to_json() writes, of this version or an older one: unsupported for a newer one or for features
// that this program does not know.
[[nodiscard]] base::Result<Manifest> parse_manifest(std::string_view text);

}  // namespace hinomi::backup
