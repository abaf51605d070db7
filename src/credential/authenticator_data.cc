#include "credential/authenticator_data.h"

#include <algorithm>
#include <utility>

#include "credential/cbor.h"

namespace hinomi::credential {
namespace {

constexpr std::size_t kHeadBytes = 32 + 1 + 4;
constexpr std::size_t kAaguidBytes = 16;
constexpr std::uint8_t kUserPresent = 0x01;
constexpr std::uint8_t kUserVerified = 0x04;
constexpr std::uint8_t kBackupEligible = 0x08;
constexpr std::uint8_t kBackedUp = 0x10;
constexpr std::uint8_t kAttested = 0x40;
constexpr std::uint8_t kExtensions = 0x80;

base::Error malformed(const char* why) {
  return {base::ErrorCode::invalid_input, std::string("authenticator data: ") + why, "", {}};
}

// The attested credential from the front of `rest`, which then is what stands behind it.
base::Result<AttestedCredential> take_attested(ByteSpan& rest) {
  if (rest.size() < kAaguidBytes + 2) return malformed("the attested credential is cut short");
  AttestedCredential attested;
  std::copy_n(rest.begin(), kAaguidBytes, attested.aaguid.begin());
  const std::size_t length = static_cast<std::size_t>(rest[kAaguidBytes]) << 8 | rest[kAaguidBytes + 1];
  rest = rest.subspan(kAaguidBytes + 2);
  if (length == 0 || length > kMaxCredentialIdBytes)
    return malformed("the id of the credential has a wrong length");
  if (length > rest.size()) return malformed("the id of the credential is cut short");
  attested.id.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length));
  rest = rest.subspan(length);
  const auto front = read_cbor_front(rest);
  if (!front) return front.error();
  auto key = read_cose_key(front->item);
  if (!key) return key.error();
  attested.key = *std::move(key);
  attested.key_cbor.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(front->length));
  rest = rest.subspan(front->length);
  return attested;
}

}  // namespace

base::Result<AuthenticatorData> read_authenticator_data(ByteSpan bytes) {
  if (bytes.size() > kMaxAuthenticatorDataBytes) return malformed("it is too long");
  if (bytes.size() < kHeadBytes) return malformed("it is cut short");
  AuthenticatorData data;
  std::copy_n(bytes.begin(), data.rp_id_hash.size(), data.rp_id_hash.begin());
  const std::uint8_t flags = bytes[32];
  data.user_present = (flags & kUserPresent) != 0;
  data.user_verified = (flags & kUserVerified) != 0;
  data.backup_eligible = (flags & kBackupEligible) != 0;
  data.backed_up = (flags & kBackedUp) != 0;
  for (std::size_t i = 33; i < kHeadBytes; ++i) data.counter = data.counter << 8 | bytes[i];
  ByteSpan rest = bytes.subspan(kHeadBytes);
  if ((flags & kAttested) != 0) {
    auto attested = take_attested(rest);
    if (!attested) return attested.error();
    data.attested = *std::move(attested);
  }
  if ((flags & kExtensions) != 0) {
    const auto extensions = read_cbor_front(rest);
    if (!extensions) return extensions.error();
    if (extensions->item.kind != CborItem::Kind::map) return malformed("the extensions are no map");
    rest = rest.subspan(extensions->length);
  }
  if (!rest.empty()) return malformed("something stands behind it");
  return data;
}

}  // namespace hinomi::credential
