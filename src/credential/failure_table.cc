#include "credential/failure_table.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/check.h"

namespace hinomi::credential {

std::chrono::milliseconds DelayRule::delay_after(std::uint32_t tries) const noexcept {
  if (tries < free_tries) return std::chrono::milliseconds(0);
  std::chrono::milliseconds delay = first_delay;
  for (std::uint32_t i = free_tries; i < tries && delay < longest_delay; ++i) delay *= 2;
  return std::min(delay, longest_delay);
}

void Tries::forget(SteadyTime now, const DelayRule& rule) noexcept {
  if (count == 0 || now <= since) return;
  const auto forgiven = static_cast<std::uint64_t>((now - since) / rule.forget_one_every);
  if (forgiven == 0) return;
  since += rule.forget_one_every * static_cast<std::int64_t>(forgiven);
  count = forgiven >= count ? 0 : count - static_cast<std::uint32_t>(forgiven);
}

void Tries::add(SteadyTime now, const DelayRule& rule) noexcept {
  forget(now, rule);
  if (count == 0) since = now;
  if (count < std::numeric_limits<std::uint32_t>::max()) ++count;
  not_before = std::max(not_before, now + rule.delay_after(count));
}

void Tries::take_back(SteadyTime now, const DelayRule& rule) noexcept {
  forget(now, rule);
  if (count > 0) --count;
  if (count < rule.free_tries) not_before = now;
}

FailureTable::FailureTable(std::size_t entries, const DelayRule& rule)
    : rule_(rule), entries_(entries), floors_(entries / kWays) {
  HINOMI_CHECK(entries % kWays == 0 && std::has_single_bit(entries / kWays));
  HINOMI_CHECK(rule.forget_one_every.count() > 0);
}

std::size_t FailureTable::set_of(const base::Hash128& key) const noexcept {
  return static_cast<std::size_t>(key.low) & (floors_.size() - 1);
}

FailureTable::Entry* FailureTable::find(const base::Hash128& key) noexcept {
  Entry* first = &entries_[set_of(key) * kWays];
  Entry* found =
      std::find_if(first, first + kWays, [&](const Entry& entry) { return entry.used && entry.key == key; });
  return found == first + kWays ? nullptr : found;
}

Tries FailureTable::look(const base::Hash128& key, SteadyTime now) const noexcept {
  const std::size_t set = set_of(key);
  Tries tries = floors_[set];
  for (std::size_t i = set * kWays; i < (set + 1) * kWays; ++i) {
    if (entries_[i].used && entries_[i].key == key) tries = entries_[i].tries;
  }
  tries.forget(now, rule_);
  return tries;
}

// An entry for a new key: a free one, else the one with the fewest tries, which raises the floor.
FailureTable::Entry& FailureTable::make_room(std::size_t set, SteadyTime now) noexcept {
  Entry* first = &entries_[set * kWays];
  Entry* victim = first;
  for (Entry* entry = first; entry != first + kWays; ++entry) {
    if (!entry->used) {
      ++used_;
      return *entry;
    }
    entry->tries.forget(now, rule_);
    if (entry->tries.count < victim->tries.count) victim = entry;
  }
  if (victim->tries.count > 0) {
    ++thrown_out_;
    Tries& floor = floors_[set];
    floor.forget(now, rule_);
    floor.since = floor.count == 0 ? victim->tries.since : std::max(floor.since, victim->tries.since);
    floor.count = std::max(floor.count, victim->tries.count);
    floor.not_before = std::max(floor.not_before, victim->tries.not_before);
  }
  return *victim;
}

void FailureTable::add(const base::Hash128& key, std::uint64_t account, SteadyTime now) {
  Entry* entry = find(key);
  if (entry == nullptr) {
    const std::size_t set = set_of(key);
    entry = &make_room(set, now);
    *entry = {.key = key, .account = account, .tries = floors_[set], .used = true};
  }
  entry->tries.add(now, rule_);
}

void FailureTable::take_back(const base::Hash128& key, SteadyTime now) noexcept {
  if (Entry* entry = find(key)) entry->tries.take_back(now, rule_);
}

void FailureTable::clear(const base::Hash128& key) noexcept {
  if (Entry* entry = find(key)) entry->tries = {};
}

void FailureTable::clear_account(std::uint64_t account) noexcept {
  for (Entry& entry : entries_) {
    if (entry.used && entry.account == account) entry.tries = {};
  }
}

}  // namespace hinomi::credential
