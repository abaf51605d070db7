#include "credential/throttle.h"

#include "base/check.h"
#include "base/hash.h"

namespace hinomi::credential {
namespace {

constexpr std::size_t kMaxAccountBytes = 1024;  // of a longer name only its front counts
constexpr std::uint32_t kMaxTriesOfSignIn = 8;

std::string_view view_of(ByteSpan bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What is left to wait, rounded up: a zero would say "try at once".
std::chrono::milliseconds wait_of(const Tries& tries, SteadyTime now) noexcept {
  if (tries.not_before <= now) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(tries.not_before - now);
}

}  // namespace

Throttle::Throttle(const ThrottleRules& rules, const os::Clock& clock, std::uint64_t seed)
    : rules_(rules),
      clock_(clock),
      seed_(seed),
      pairs_(rules.entries, rules.pair),
      accounts_(rules.entries, rules.account),
      networks_(rules.entries, rules.network) {}

base::Hash128 Throttle::account_key(std::string_view account) const {
  return base::hash128(account.substr(0, kMaxAccountBytes), seed_);
}

Throttle::Keys Throttle::keys_of(const Attempt& attempt) const {
  Keys keys;
  keys.account = account_key(attempt.account);
  keys.network = base::hash128(view_of(attempt.network.bytes), seed_);
  std::string pair(reinterpret_cast<const char*>(&keys.account), sizeof keys.account);
  pair += attempt.known_device ? 'd' : 'n';
  pair += attempt.known_device ? view_of(*attempt.known_device) : view_of(attempt.network.bytes);
  keys.pair = base::hash128(pair, seed_);
  return keys;
}

ThrottleDecision Throttle::judge(const Attempt& attempt, const Keys& keys, SteadyTime now) const noexcept {
  ThrottleDecision decision{.allowed = true};
  const auto ask = [&](ThrottleScope scope, const Tries& tries) {
    const std::chrono::milliseconds wait = wait_of(tries, now);
    if (wait <= decision.wait) return;
    decision = {.allowed = false, .by = scope, .wait = wait};
  };
  ask(ThrottleScope::pair, pairs_.look(keys.pair, now));
  if (attempt.known_device) return decision;
  ask(ThrottleScope::account, accounts_.look(keys.account, now));
  ask(ThrottleScope::network, networks_.look(keys.network, now));
  ask(ThrottleScope::all, all_);
  return decision;
}

ThrottleDecision Throttle::begin(const Attempt& attempt) {
  const SteadyTime now = clock_.steady();
  const Keys keys = keys_of(attempt);
  const ThrottleDecision decision = judge(attempt, keys, now);
  if (!decision.allowed) {
    ++counts_.refused[static_cast<std::size_t>(decision.by)];
    return decision;
  }
  ++counts_.let_through;
  if (attempt.known_device) ++counts_.let_through_known;
  pairs_.add(keys.pair, keys.account.high, now);
  accounts_.add(keys.account, keys.account.high, now);
  networks_.add(keys.network, 0, now);
  all_.add(now, rules_.all);
  return decision;
}

void Throttle::succeeded(const Attempt& attempt, std::uint32_t tries) {
  HINOMI_CHECK(tries <= kMaxTriesOfSignIn);
  for (std::uint32_t i = 0; i < tries; ++i) undone(attempt);
  pairs_.clear(keys_of(attempt).pair);
}

void Throttle::undone(const Attempt& attempt) {
  const SteadyTime now = clock_.steady();
  const Keys keys = keys_of(attempt);
  pairs_.take_back(keys.pair, now);
  accounts_.take_back(keys.account, now);
  networks_.take_back(keys.network, now);
  all_.take_back(now, rules_.all);
}

void Throttle::forgive(std::string_view account) {
  const base::Hash128 key = account_key(account);
  pairs_.clear_account(key.high);
  accounts_.clear(key);
}

Throttle::Counts Throttle::counts() const noexcept {
  Counts counts = counts_;
  counts.thrown_out = pairs_.thrown_out() + accounts_.thrown_out() + networks_.thrown_out();
  return counts;
}

}  // namespace hinomi::credential
