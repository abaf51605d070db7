// A device from which somebody signed in before: a cookie by which the guard against guessing (throttle.h)
// lets its owner pass while strangers attack his account. It proves nothing and replaces no factor.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "credential/elapsed.h"

namespace hinomi::credential {

// Its token is made and looked up like that of a session (session.h), in a cookie of its own, stored with the
// account. It is set at a sign-in with two factors, renewed at each further one, and ends with all others of
// the account when a password or another factor changes.
inline constexpr std::int64_t kKnownDeviceLifeNs =
    180LL * 24 * 3600 * 1'000'000'000;               // from its last sign-in
inline constexpr std::size_t kMaxKnownDevices = 32;  // of an account; beyond it the one longest unused goes

[[nodiscard]] constexpr bool is_known_device(base::TimeNs last_sign_in, base::TimeNs now) noexcept {
  const std::int64_t age = elapsed_ns(now, last_sign_in);
  return age >= -kClockAheadNs && age < kKnownDeviceLifeNs;
}

}  // namespace hinomi::credential
