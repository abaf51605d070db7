// Refusals on their way into the audit log: handed over by whoever refuses, without waiting for a database,
// and written by the keeper a moment later. Bounded: of one principal in a minute some stand as entries of
// their own, the others are counted in one. Not for what was done, which is written with the change itself.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "access/principal.h"
#include "base/labels.h"
#include "base/record_id.h"
#include "base/time.h"
#include "record/audit.h"

namespace hinomi::audit {

inline constexpr std::size_t kRefusalsAMinute = 20;         // of one principal, as entries of their own
inline constexpr std::size_t kMaxRefusedPrincipals = 4096;  // beyond: all others are one
inline constexpr std::size_t kMaxWaitingRefusals = 4096;
inline constexpr std::int64_t kRefusalWindowNs = 60LL * 1'000'000'000;

// A copy of a record::AuditEntry that owns its texts.
struct Refusal {
  record::AuditEntry entry;  // its views and pointer are set by as_entry() only
  std::optional<access::Principal> who;
  std::string via;
  std::string peer;
  std::string entity;
  std::string reason;
  bool must_exist = false;  // only an entry if the record is there

  [[nodiscard]] static Refusal of(const record::AuditEntry& entry, bool must_exist);
  // Valid while this lives and stays where it is.
  [[nodiscard]] record::AuditEntry as_entry() const;
};

// Safe from any thread.
class Refusals {
 public:
  // `must_exist`: it is an entry only if the record is there. Which of both takes the caller equally long.
  void note(const record::AuditEntry& entry, bool must_exist);
  // What is to be written now: entries of their own, and the counts of minutes that have ended.
  [[nodiscard]] std::vector<Refusal> take(base::TimeNs now);
  // The same with the minutes that still run, for the end of the program.
  [[nodiscard]] std::vector<Refusal> take_all();
  // Puts back what could not be written; what does not fit is counted.
  void put_back(std::vector<Refusal> refusals);
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct Window {
    base::TimeNs begin{};
    std::size_t single = 0;
    std::uint64_t more = 0;
    Refusal last;  // of those that are counted
  };
  void note(Refusal refusal);
  void end_windows(std::optional<base::TimeNs> now);

  mutable std::mutex mutex_;  // of all below
  std::map<std::string, Window, std::less<>> windows_;
  std::vector<Refusal> waiting_;
  std::uint64_t dropped_ = 0;
};

}  // namespace hinomi::audit
