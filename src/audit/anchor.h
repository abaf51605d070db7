// Anchors on their way: the keeper lays checkpoints into a folder, a process that may connect to the outside
// sends them to an authority of time and lays the answers beside them, and the keeper takes those in. The
// folder is all that the two share. Not for how bytes reach the authority (connect/http_client.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/labels.h"
#include "base/result.h"
#include "os/clock.h"
#include "os/random.h"
#include "trust/timestamp.h"

namespace hinomi::audit {

inline constexpr std::size_t kMaxWaitingAnchors = 10'000;

// "7-60.note": the checkpoint of 60 entries of organisation 7; its answer has the ending ".tsr".
struct AnchorName {
  base::OrganisationId organisation{};
  std::uint64_t size = 0;
  [[nodiscard]] std::string note() const;
  [[nodiscard]] std::string answer() const;
  [[nodiscard]] static std::optional<AnchorName> parse(std::string_view file, std::string_view ending);
  friend auto operator<=>(const AnchorName&, const AnchorName&) = default;
};
inline constexpr std::string_view kNoteEnding = ".note";
inline constexpr std::string_view kAnswerEnding = ".tsr";
[[nodiscard]] std::vector<AnchorName> anchors_in(const std::string& folder, std::string_view ending);

// What the sending process last said of itself, in a file beside the notes.
struct AnchorState {
  bool failing = false;
  std::string problem;  // English
};
[[nodiscard]] base::Result<void> write_state(const std::string& folder, const AnchorState& state);
[[nodiscard]] AnchorState read_state(const std::string& folder);

// The sending side: one step looks at the folder and sends what waits.
class Anchorer {
 public:
  // Posts a query (application/timestamp-query) and gives the body of the answer.
  using Send = std::function<base::Result<std::string>(const std::string& query)>;
  struct Parts {
    std::string folder;
    const trust::TimestampTrust* trust = nullptr;
    const os::Clock* clock = nullptr;
    os::RandomBytes random;
    Send send;
    std::function<void(const std::string&)> log;
  };
  explicit Anchorer(Parts parts) : parts_(std::move(parts)) {}

  // After a failure nothing is sent for a while: a minute at first, then longer, up to an hour.
  void step();

 private:
  [[nodiscard]] base::Result<void> anchor(const AnchorName& name);

  Parts parts_;
  std::chrono::seconds pause_{0};
  std::optional<std::chrono::steady_clock::time_point> not_before_;
};

}  // namespace hinomi::audit
