#include "credential/cose_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>

#include "base/check.h"

namespace hinomi::credential {
namespace {

// Labels of RFC 9052, 7.1 and RFC 9053, 7.
constexpr std::int64_t kKty = 1;
constexpr std::int64_t kAlg = 3;
constexpr std::int64_t kFirst = -1;  // EC2, OKP: the curve; RSA: the modulus
constexpr std::int64_t kSecond = -2;
constexpr std::int64_t kThird = -3;
constexpr std::int64_t kOkp = 1;
constexpr std::int64_t kEc2 = 2;
constexpr std::int64_t kRsa = 3;
constexpr std::int64_t kP256 = 1;
constexpr std::int64_t kEd25519 = 6;
constexpr std::size_t kCoordinateBytes = 32;
constexpr std::uint8_t kUncompressed = 4;
constexpr std::uint32_t kRsaExponent = 65537;

struct Free {
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const noexcept { ::EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const noexcept { ::EVP_MD_CTX_free(context); }
  void operator()(OSSL_PARAM_BLD* builder) const noexcept { ::OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const noexcept { ::OSSL_PARAM_free(params); }
  void operator()(BIGNUM* number) const noexcept { ::BN_free(number); }
};
// What OpenSSL says of hostile keys is not left in the thread's queue, where a TLS stream would find it.
class QuietErrors {
 public:
  QuietErrors() { ::ERR_set_mark(); }
  ~QuietErrors() { ::ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

template <typename T>
using Owned = std::unique_ptr<T, Free>;

base::Error bad_key(std::string_view why) {
  return {base::ErrorCode::invalid_input, "the public key of a passkey: " + std::string(why), "", {}};
}

base::Error unsupported_key() {
  return {base::ErrorCode::unsupported,
          "the public key of a passkey is of a kind that was not asked for",
          "use ES256, EdDSA (Ed25519) or RS256",
          {}};
}

Owned<EVP_PKEY> key_of(const char* type, OSSL_PARAM* params) {
  const Owned<EVP_PKEY_CTX> context(::EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || ::EVP_PKEY_fromdata_init(context.get()) != 1 ||
      ::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    return nullptr;
  }
  return Owned<EVP_PKEY>(key);
}

Owned<EVP_PKEY> p256_key(const CoseKey& key) {
  Bytes point{kUncompressed};
  point.insert(point.end(), key.x.begin(), key.x.end());
  point.insert(point.end(), key.y.begin(), key.y.end());
  std::string group = "P-256";
  OSSL_PARAM params[] = {
      ::OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      ::OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      ::OSSL_PARAM_construct_end()};
  return key_of("EC", params);  // decodes the point, which must be on the curve
}

Owned<EVP_PKEY> rsa_key(const CoseKey& key) {
  const Owned<BIGNUM> modulus(::BN_bin2bn(key.x.data(), static_cast<int>(key.x.size()), nullptr));
  const Owned<OSSL_PARAM_BLD> builder(::OSSL_PARAM_BLD_new());
  if (modulus == nullptr || builder == nullptr ||
      ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      ::OSSL_PARAM_BLD_push_uint(builder.get(), OSSL_PKEY_PARAM_RSA_E, kRsaExponent) != 1) {
    return nullptr;
  }
  const Owned<OSSL_PARAM> params(::OSSL_PARAM_BLD_to_param(builder.get()));
  return params == nullptr ? nullptr : key_of("RSA", params.get());
}

Owned<EVP_PKEY> openssl_key(const CoseKey& key) {
  switch (key.algorithm) {
    case Algorithm::es256:
      return p256_key(key);
    case Algorithm::ed_dsa:
      return Owned<EVP_PKEY>(
          ::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.x.data(), key.x.size()));
    case Algorithm::rs256:
      break;
  }
  return rsa_key(key);
}

const CborItem* bytes_at(const CborItem& map, std::int64_t label) noexcept {
  const CborItem* item = map.find(label);
  return item != nullptr && item->kind == CborItem::Kind::bytes ? item : nullptr;
}

bool is_integer(const CborItem* item, std::int64_t value) noexcept {
  return item != nullptr && item->kind == CborItem::Kind::integer && item->integer == value;
}

Bytes copy_of(const CborItem& item) {
  return {item.content.begin(), item.content.end()};
}

base::Result<CoseKey> read_ec2(const CborItem& map) {
  if (!is_integer(map.find(kFirst), kP256)) return unsupported_key();
  const CborItem* x = bytes_at(map, kSecond);
  const CborItem* y = bytes_at(map, kThird);
  if (x == nullptr || y == nullptr || x->content.size() != kCoordinateBytes ||
      y->content.size() != kCoordinateBytes || map.items.size() != 2 * 5) {
    return bad_key("a coordinate is missing, not of 32 bytes, or a member is too many");
  }
  return CoseKey{Algorithm::es256, copy_of(*x), copy_of(*y)};
}

base::Result<CoseKey> read_okp(const CborItem& map) {
  if (!is_integer(map.find(kFirst), kEd25519)) return unsupported_key();
  const CborItem* x = bytes_at(map, kSecond);
  if (x == nullptr || x->content.size() != kCoordinateBytes || map.items.size() != 2 * 4)
    return bad_key("the key is missing, not of 32 bytes, or a member is too many");
  return CoseKey{Algorithm::ed_dsa, copy_of(*x), {}};
}

base::Result<CoseKey> read_rsa(const CborItem& map) {
  const CborItem* modulus = bytes_at(map, kFirst);
  const CborItem* exponent = bytes_at(map, kSecond);
  if (modulus == nullptr || exponent == nullptr || map.items.size() != 2 * 4)
    return bad_key("modulus or exponent is missing, or a member is too many");
  constexpr std::uint8_t kExponentBytes[] = {1, 0, 1};
  if (!std::equal(exponent->content.begin(), exponent->content.end(), std::begin(kExponentBytes),
                  std::end(kExponentBytes))) {
    return bad_key("the exponent is not 65537");
  }
  const ByteSpan n = modulus->content;
  if (n.empty() || n.front() == 0 || (n.back() & 1) == 0)
    return bad_key("the modulus is even or has leading zeros");
  const std::size_t bits = (n.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(n.front()));
  if (bits < kMinRsaBits || bits > kMaxRsaBits) return bad_key("the modulus is too short or too long");
  return CoseKey{Algorithm::rs256, copy_of(*modulus), {}};
}

// Type and algorithm decide together: {EC2, -7}, {OKP, -8}, {RSA, -257}.
base::Result<CoseKey> read_members(const CborItem& map) {
  if (map.kind != CborItem::Kind::map) return bad_key("it is no map");
  const CborItem* type = map.find(kKty);
  const CborItem* algorithm = map.find(kAlg);
  if (type == nullptr || algorithm == nullptr) return bad_key("type or algorithm is missing");
  if (is_integer(type, kEc2) && is_integer(algorithm, static_cast<std::int64_t>(Algorithm::es256)))
    return read_ec2(map);
  if (is_integer(type, kOkp) && is_integer(algorithm, static_cast<std::int64_t>(Algorithm::ed_dsa)))
    return read_okp(map);
  if (is_integer(type, kRsa) && is_integer(algorithm, static_cast<std::int64_t>(Algorithm::rs256)))
    return read_rsa(map);
  return unsupported_key();
}

}  // namespace

base::Result<CoseKey> read_cose_key(const CborItem& map) {
  const QuietErrors quiet;
  auto key = read_members(map);
  if (key && openssl_key(*key) == nullptr) return bad_key("it is no point of its curve");
  return key;
}

base::Result<CoseKey> read_cose_key(ByteSpan cbor) {
  if (cbor.size() > kMaxCoseKeyBytes) return bad_key("it is too long");
  const auto map = read_cbor(cbor);
  if (!map) return map.error();
  return read_cose_key(*map);
}

bool is_signed_by(const CoseKey& key, ByteSpan message, ByteSpan signature) {
  if (signature.empty() || signature.size() > kMaxSignatureBytes) return false;
  const QuietErrors quiet;
  const Owned<EVP_PKEY> openssl = openssl_key(key);
  const Owned<EVP_MD_CTX> context(::EVP_MD_CTX_new());
  if (openssl == nullptr || context == nullptr) return false;
  const EVP_MD* digest = key.algorithm == Algorithm::ed_dsa ? nullptr : ::EVP_sha256();
  // RSA: PKCS #1 version 1.5 is what OpenSSL takes when nothing else is set (RFC 8812, 2).
  return ::EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, openssl.get()) == 1 &&
         ::EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

}  // namespace hinomi::credential
