// Computes the tree of every log anew from its leaves and compares it with all that was stored of it: hashes,
// frontiers, checkpoints, and the copies of checkpoints outside the database. Finds what somebody changed
// past this program. Not for exports, which hinomi-verify judges without any of this.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/sql/database.h"
#include "trust/timestamp.h"

namespace hinomi::audit {

inline constexpr std::size_t kMaxProblems = 1000;

struct CheckOptions {
  std::vector<std::string> copies;                   // folders with copies of checkpoints
  const trust::TimestampTrust* trust = nullptr;      // judges anchors; nullptr: they are not looked at
  std::function<void(std::uint64_t)> on_progress{};  // entries looked at, each 10,000
};

struct CheckReport {
  std::uint64_t logs = 0;
  std::uint64_t entries = 0;
  std::uint64_t erased = 0;  // details that are gone; their entries prove all the same
  std::uint64_t checkpoints = 0;
  std::uint64_t copies = 0;
  std::uint64_t anchors = 0;
  std::vector<std::string> problems;  // English, safe text; the first kMaxProblems
};

// One state of the database, while others go on writing. An Error only when it cannot be read.
[[nodiscard]] base::Result<CheckReport> check(store::sql::Database& database, const CheckOptions& options);

}  // namespace hinomi::audit
