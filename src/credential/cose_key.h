// Public keys of passkeys in COSE form (RFC 9053), and checking signatures with them by OpenSSL: ES256 on
// P-256, EdDSA on Ed25519, RS256. Not for making keys or signatures.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "credential/bytes.h"
#include "credential/cbor.h"

namespace hinomi::credential {

// The numbers of the IANA registry of COSE algorithms; they are stored and sent.
enum class Algorithm : std::int16_t { es256 = -7, ed_dsa = -8, rs256 = -257 };
// In the order of preference in which they are asked for.
inline constexpr Algorithm kAlgorithms[] = {Algorithm::es256, Algorithm::ed_dsa, Algorithm::rs256};

inline constexpr std::size_t kMinRsaBits = 2048;
inline constexpr std::size_t kMaxRsaBits = 4096;
inline constexpr std::size_t kMaxSignatureBytes = 1024;
inline constexpr std::size_t kMaxCoseKeyBytes = 1024;

struct CoseKey {
  Algorithm algorithm = Algorithm::es256;
  Bytes x;  // P-256: the coordinate; Ed25519: the key; RSA: the modulus, without leading zeros
  Bytes y;  // P-256: the coordinate; else empty. The exponent of RSA is 65537, no other is taken
};

// unsupported: another algorithm or curve. invalid_input: a member is missing, too many or of the wrong form,
// the point is not on the curve, the modulus is even or of the wrong size.
[[nodiscard]] base::Result<CoseKey> read_cose_key(const CborItem& map);
// The same of its bytes, as they are stored.
[[nodiscard]] base::Result<CoseKey> read_cose_key(ByteSpan cbor);

// Whether `signature` is one of `message` by the key. ES256: in strict DER, as WebAuthn has it.
[[nodiscard]] bool is_signed_by(const CoseKey& key, ByteSpan message, ByteSpan signature);

}  // namespace hinomi::credential
