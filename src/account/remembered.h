// What was found good a moment ago is not looked up again. Not for use outside this module.
#pragma once

#include "account/accounts.h"

namespace hinomi::account {

inline constexpr std::size_t kMaxRemembered = 4096;

// Only what was found is remembered: a wrong token costs a lookup each time, and makes nothing grow.
template <typename T, typename Load>
base::Result<std::optional<T>> Accounts::remembered(std::map<credential::Digest, Kept<T>>& kept,
                                                    const credential::Digest& key, const Load& load) {
  std::uint64_t generation = 0;
  const auto now = parts_.clock->steady();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = kept.find(key); found != kept.end()) {
      if (now - found->second.at < kStale) return std::optional<T>(found->second.value);
      kept.erase(found);
    }
    generation = generation_;
  }
  auto loaded = load();
  if (!loaded || !*loaded) return loaded;
  const std::lock_guard lock(mutex_);
  // What was ended while it was being read is not remembered as good.
  if (generation != generation_) return loaded;
  if (kept.size() >= kMaxRemembered) kept.clear();
  kept.insert_or_assign(key, Kept<T>{**loaded, now});
  return loaded;
}

}  // namespace hinomi::account
