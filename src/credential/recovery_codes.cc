#include "credential/recovery_codes.h"

#include <array>
#include <optional>

#include "base/check.h"

namespace hinomi::credential {
namespace {

constexpr std::string_view kDomain = "hinomi recovery code 1";

Digest hash_of(std::string_view code, base::RecordId person, ByteSpan key) {
  HINOMI_CHECK(key.size() == kRecoveryKeyBytes);
  // Every part has a fixed length.
  std::string message(kDomain);
  message.append(reinterpret_cast<const char*>(person.bytes.data()), person.bytes.size());
  message += code;
  const Digest digest = hmac_sha256(key, bytes_of(message));
  wipe(message);
  return digest;
}

}  // namespace

NewRecoveryCodes make_recovery_codes(base::RecordId person, ByteSpan key, const os::RandomBytes& random) {
  NewRecoveryCodes codes;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    std::array<std::uint8_t, kRecoveryCodeBytes> drawn{};
    random(drawn);
    std::string text = crockford(drawn);
    wipe(std::span(drawn));
    codes.stored.unused.push_back(hash_of(text, person, key));
    codes.texts.push_back(in_groups_of_four(text));
    wipe(text);
  }
  return codes;
}

bool redeem_recovery_code(RecoveryCodes& codes, std::string_view typed, base::RecordId person, ByteSpan key) {
  std::optional<std::string> code = read_crockford(typed, kRecoveryCodeCharacters);
  if (!code || code->size() != kRecoveryCodeCharacters) return false;
  const Digest hash = hash_of(*code, person, key);
  wipe(*code);
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < codes.unused.size(); ++i) {
    if (equal_in_constant_time(codes.unused[i], hash)) found = i;
  }
  if (!found) return false;
  codes.unused.erase(codes.unused.begin() + static_cast<std::ptrdiff_t>(*found));
  return true;
}

}  // namespace hinomi::credential
