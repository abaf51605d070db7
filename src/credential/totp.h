// Time-based one-time codes (RFC 6238, on RFC 4226): SHA-1, six digits, thirty seconds, since that is what
// every authenticator app does whatever else it is told. Not for codes sent by mail or telephone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "credential/bytes.h"
#include "os/random.h"

namespace hinomi::credential {

inline constexpr std::size_t kTotpSecretBytes = 20;
inline constexpr std::size_t kMinTotpSecretBytes =
    16;  // RFC 4226, R6; a shorter one is damaged and matches nothing
inline constexpr std::uint32_t kTotpDigits = 6;
inline constexpr std::int64_t kTotpStepSeconds = 30;
// A code counts for the step before and after too: clocks differ, and people type slowly.
inline constexpr std::int64_t kTotpWindowSteps = 1;
inline constexpr std::size_t kMaxTotpTyped = 64;          // bytes
inline constexpr std::size_t kMaxOtpauthNameBytes = 128;  // issuer and account, each

[[nodiscard]] Secret make_totp_secret(const os::RandomBytes& random);

// The 31-bit value of RFC 4226, 5.3; its last six digits are the code.
[[nodiscard]] std::uint32_t hotp_value(ByteSpan secret, std::uint64_t counter);
[[nodiscard]] std::string totp_code(ByteSpan secret, std::int64_t step);
[[nodiscard]] std::int64_t totp_step(base::TimeNs time) noexcept;

// The step whose code was typed, to be stored as the last one used; nullopt for a wrong code, and for one of
// a step that is not behind `last_used`: a code is good once. The caller stores it before the person is
// signed in, and only if the stored one is still `last_used` (two requests may bring the same code at once).
// `typed` may hold blanks and full-width digits. Takes as long whether the code is right or wrong.
[[nodiscard]] std::optional<std::int64_t> verify_totp(ByteSpan secret, std::string_view typed,
                                                      base::TimeNs now,
                                                      std::optional<std::int64_t> last_used);

// What the QR code holds: otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=… . Names may be in any script. A
// colon, which would be read as the end of the issuer, and hidden characters become blanks; names are cut to
// kMaxOtpauthNameBytes. The text holds the secret: wipe it.
[[nodiscard]] std::string otpauth_uri(ByteSpan secret, std::string_view issuer, std::string_view account);

}  // namespace hinomi::credential
