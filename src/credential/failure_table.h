// How often something was tried, in memory that does not grow: a table of fixed size whose entries are
// forgotten over time, and when it is full in a way that never makes a count too small. Not for exact counts:
// what comes newly into a full part of the table may start with another's count.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/hash.h"

namespace hinomi::credential {

using SteadyTime = std::chrono::steady_clock::time_point;

// When one may try again after so many tries.
struct DelayRule {
  std::uint32_t free_tries = 5;                 // one after the other, without delay
  std::chrono::milliseconds first_delay{1000};  // after the last free one; doubles with each further one
  std::chrono::milliseconds longest_delay{900'000};
  std::chrono::milliseconds forget_one_every{900'000};

  [[nodiscard]] std::chrono::milliseconds delay_after(std::uint32_t tries) const noexcept;
};

// What is remembered of one account, network or pair.
struct Tries {
  std::uint32_t count = 0;
  SteadyTime since{};       // from when on the next one is forgotten
  SteadyTime not_before{};  // no try is let through earlier

  // Forgets what time has forgiven.
  void forget(SteadyTime now, const DelayRule& rule) noexcept;
  void add(SteadyTime now, const DelayRule& rule) noexcept;
  void take_back(SteadyTime now, const DelayRule& rule) noexcept;
};

// A table of sets of kWays entries. A new key takes the entry with the fewest tries of its set; what is
// thrown out is remembered as the floor of the set, with which every new key of the set begins ("space
// saving": a key that was thrown out and comes back never has fewer tries than it had, forgetting aside).
class FailureTable {
 public:
  static constexpr std::size_t kWays = 16;

  // `entries`: a multiple of kWays, their number of sets a power of two.
  FailureTable(std::size_t entries, const DelayRule& rule);

  // What is remembered of a key, without an entry for it.
  [[nodiscard]] Tries look(const base::Hash128& key, SteadyTime now) const noexcept;
  void add(const base::Hash128& key, std::uint64_t account, SteadyTime now);
  void take_back(const base::Hash128& key, SteadyTime now) noexcept;
  // As if it had never been tried; the floor stays for others.
  void clear(const base::Hash128& key) noexcept;
  void clear_account(std::uint64_t account) noexcept;

  [[nodiscard]] std::uint64_t thrown_out() const noexcept { return thrown_out_; }
  [[nodiscard]] std::size_t size() const noexcept { return used_; }
  [[nodiscard]] const DelayRule& rule() const noexcept { return rule_; }

 private:
  struct Entry {
    base::Hash128 key;
    std::uint64_t account = 0;
    Tries tries;
    bool used = false;
  };
  [[nodiscard]] std::size_t set_of(const base::Hash128& key) const noexcept;
  [[nodiscard]] Entry* find(const base::Hash128& key) noexcept;
  [[nodiscard]] Entry& make_room(std::size_t set, SteadyTime now) noexcept;

  const DelayRule rule_;
  std::vector<Entry> entries_;
  std::vector<Tries> floors_;  // one a set
  std::size_t used_ = 0;
  std::uint64_t thrown_out_ = 0;  // with tries that time had not forgiven
};

}  // namespace hinomi::credential
