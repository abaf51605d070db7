#include "account/guard.h"

#include <array>
#include <cstring>

namespace hinomi::account {
namespace {

std::uint64_t seed_of(const os::RandomBytes& random) {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
  random(bytes);
  std::uint64_t seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

}  // namespace

std::string_view address_of(std::string_view peer) noexcept {
  if (peer.starts_with('[')) return peer.substr(1, peer.find(']') - 1);
  const std::size_t colon = peer.rfind(':');
  return colon != std::string_view::npos && peer.find(':') == colon ? peer.substr(0, colon) : peer;
}

Guard::Guard(const os::Clock& clock, const os::RandomBytes& random) : throttle_({}, clock, seed_of(random)) {}

Guard::Try Guard::begin(std::string_view account, std::string_view peer) {
  Try one;
  one.attempt.account = account;
  one.attempt.network = credential::network_of(address_of(peer)).value_or(credential::SourceNetwork{});
  const std::lock_guard lock(mutex_);
  const credential::ThrottleDecision decision = throttle_.begin(one.attempt);
  if (!decision.allowed) one.wait = std::max(decision.wait, std::chrono::milliseconds(1));
  return one;
}

void Guard::succeeded(const Try& one, std::uint32_t tries) {
  const std::lock_guard lock(mutex_);
  throttle_.succeeded(one.attempt, tries);
}
void Guard::undone(const Try& one) {
  const std::lock_guard lock(mutex_);
  throttle_.undone(one.attempt);
}
void Guard::forgive(std::string_view account) {
  const std::lock_guard lock(mutex_);
  throttle_.forgive(account);
}

}  // namespace hinomi::account
