// What an authenticator signs (WebAuthn 6.1): the relying party, flags, a counter, and at registration the
// new key. Not a judgement of it (passkey.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "credential/bytes.h"
#include "credential/cose_key.h"

namespace hinomi::credential {

inline constexpr std::size_t kMaxAuthenticatorDataBytes = 16 * 1024;
inline constexpr std::size_t kMaxCredentialIdBytes = 1023;

struct AttestedCredential {
  std::array<std::uint8_t, 16> aaguid{};  // which model of authenticator; not proved
  Bytes id;
  Bytes key_cbor;  // as it stood there, to be stored
  CoseKey key;
};

struct AuthenticatorData {
  Digest rp_id_hash{};
  bool user_present = false;
  bool user_verified = false;
  bool backup_eligible = false;
  bool backed_up = false;
  std::uint32_t counter = 0;
  std::optional<AttestedCredential> attested;
};

// Every byte must belong to something. Extensions must be well-formed; nothing of them is kept, since none is
// asked for.
[[nodiscard]] base::Result<AuthenticatorData> read_authenticator_data(ByteSpan bytes);

}  // namespace hinomi::credential
