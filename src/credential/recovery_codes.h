// Recovery codes: ten codes on paper for the day when the telephone with the other factor is gone, each good
// once. Not a second factor for every day.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/record_id.h"
#include "credential/bytes.h"
#include "os/random.h"

namespace hinomi::credential {

inline constexpr std::size_t kRecoveryCodes = 10;
inline constexpr std::size_t kRecoveryCodeBytes = 10;       // 80 bits
inline constexpr std::size_t kRecoveryCodeCharacters = 16;  // without hyphens
inline constexpr std::size_t kRecoveryKeyBytes = 32;

// What is stored of somebody's codes. A fast hash will do: nobody finds one of 2^80 codes by trying, however
// fast. It is keyed and names the person, so that a copied store tells not even whether two people have the
// same code, and a row that is moved to another person is worth nothing.
struct RecoveryCodes {
  std::vector<Digest> unused;
};

struct NewRecoveryCodes {
  std::vector<std::string> texts;  // "7dkq-x2m0-9fjz-t4bv": shown once; wipe them
  RecoveryCodes stored;
};

// `key`: kRecoveryKeyBytes of the server's, kept apart from the store. New codes replace all older ones.
[[nodiscard]] NewRecoveryCodes make_recovery_codes(base::RecordId person, ByteSpan key,
                                                   const os::RandomBytes& random);

// Whether it is one of them; then it is taken out, and the caller stores the rest before the person is signed
// in. Takes as long for every code of the right form.
[[nodiscard]] bool redeem_recovery_code(RecoveryCodes& codes, std::string_view typed, base::RecordId person,
                                        ByteSpan key);

}  // namespace hinomi::credential
