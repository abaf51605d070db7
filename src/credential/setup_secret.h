// The one-time secret with which the first administrator is made: printed once when the server starts for the
// first time, so that whoever reaches its port before its owner gains nothing. Not for later sign-ins.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "credential/bytes.h"
#include "os/random.h"

namespace hinomi::credential {

inline constexpr std::size_t kSetupSecretBytes = 20;       // 160 bits
inline constexpr std::size_t kSetupSecretCharacters = 32;  // without hyphens
inline constexpr std::int64_t kSetupSecretLifeNs = 24LL * 3600 * 1'000'000'000;

// What is stored.
struct SetupSecret {
  Digest hash{};
  base::TimeNs created{};
  bool used = false;
};

struct NewSetupSecret {
  std::string text;  // "8x2k-…": printed once, kept nowhere; wipe it
  SetupSecret stored;
};

[[nodiscard]] NewSetupSecret make_setup_secret(base::TimeNs now, const os::RandomBytes& random);

enum class SetupVerdict : std::uint8_t {
  good,  // and now used: the caller stores that before anybody is made administrator
  wrong,
  used,     // whatever was typed
  expired,  // likewise; also when the clock was set back behind its making. The server makes a new one
};
[[nodiscard]] SetupVerdict redeem_setup_secret(SetupSecret& stored, std::string_view typed, base::TimeNs now);

}  // namespace hinomi::credential
