// Decides when an event is to blame for the end of the pipeline: three times in a row with the same event in
// hand. Then the event is written to the quarantine file, which the pipeline reads at its next start, and the
// stream goes on.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace hinomi::process {

inline constexpr int kTriesOfAnEvent = 3;

class PoisonWatch {
 public:
  // `path` of the quarantine file: one line an event, "<sequence>\t<reason>\n", appended and synced.
  explicit PoisonWatch(std::string path) : path_(std::move(path)) {}

  // The pipeline ended with the event of this sequence in hand. True: it is quarantined now.
  [[nodiscard]] base::Result<bool> note_end(std::uint64_t sequence, const std::string& reason);

 private:
  std::string path_;
  std::uint64_t suspect_ = 0;
  int ends_ = 0;
};

}  // namespace hinomi::process
