// Writes an audit log as a folder that anybody can verify offline with hinomi-verify (docs/en/audit-log.md).
// It copies what it is given and judges nothing: a log that was tampered with must be exportable too, and the
// verifier says what is wrong with it. Not for backups.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/labels.h"
#include "base/result.h"
#include "base/time.h"
#include "trust/audit_leaf.h"
#include "trust/note.h"

namespace hinomi::trust {

inline constexpr std::uint64_t kMaxExportFiles = 200'000;

struct ExportEntry {
  std::string leaf;  // leaf_bytes()
  bool withheld =
      false;  // only its hash goes out: the reader may not see it, and the tree still proves the rest
  std::optional<AuditDetails> details;  // absent: none, erased, or not for this reader
};

struct ExportEvidence {
  Hash sha256{};  // as the log says it
  // Fills the span; 0 at the end.
  std::function<base::Result<std::size_t>(std::span<char>)> read;
};

// Gives one after the other, nullopt at the end.
template <typename T>
using Pull = std::function<base::Result<std::optional<T>>()>;

struct ExportSource {
  base::OrganisationId organisation{};
  base::TimeNs made{};
  std::vector<VerifierKey> keys;  // every key that signed checkpoints of this log
  Pull<ExportEntry> entries;      // from index 0 on
  Pull<std::string> checkpoints;  // signed notes in order of their size; the last is of all entries
  Pull<std::string> anchors;      // responses of time-stamp authorities (timestamp.h)
  std::vector<std::string>
      certificates;  // PEM, of these authorities' roots; the reader decides whom to trust
  Pull<ExportEvidence> evidence;
};

struct ExportSummary {
  std::uint64_t entries = 0;
  std::uint64_t withheld = 0;
  std::uint64_t bytes = 0;
};

// Makes `folder`, which must not be there, readable by its owner only; durable on return. On an error what
// was written stays and has no manifest. Functions of the source that are empty give nothing.
[[nodiscard]] base::Result<ExportSummary> write_export(const std::string& folder, const ExportSource& source,
                                                       const SigningKey& key);

}  // namespace hinomi::trust
