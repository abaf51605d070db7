#include "credential/testing/authenticator.h"

#include <openssl/core_names.h>

#include <array>

#include "base/check.h"
#include "credential/testing/cbor_writer.h"

namespace hinomi::credential::testing {
namespace {

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) {
  HINOMI_CHECK(key != nullptr);
  return {key, [](EVP_PKEY* gone) { ::EVP_PKEY_free(gone); }};
}

std::shared_ptr<EVP_PKEY> make_key(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256:
      return owned(::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    case Algorithm::ed_dsa:
      return owned(::EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case Algorithm::rs256:
      break;
  }
  static const std::shared_ptr<EVP_PKEY> kRsa =
      owned(::EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
  return kRsa;
}

Bytes octets(const EVP_PKEY* key, const char* name) {
  Bytes bytes(256);
  std::size_t length = 0;
  HINOMI_CHECK(::EVP_PKEY_get_octet_string_param(key, name, bytes.data(), bytes.size(), &length) == 1);
  bytes.resize(length);
  return bytes;
}

Bytes modulus_of(const EVP_PKEY* key) {
  BIGNUM* number = nullptr;
  HINOMI_CHECK(::EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &number) == 1);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
  ::BN_bn2bin(number, bytes.data());
  ::BN_free(number);
  return bytes;
}

}  // namespace

Authenticator::Authenticator(Algorithm algorithm, Bytes id)
    : algorithm_(algorithm), id_(std::move(id)), key_(make_key(algorithm)) {}

Bytes Authenticator::cose_key() const {
  Bytes out;
  const auto pair = [&](std::int64_t label, std::int64_t value) {
    append_integer(out, label);
    append_integer(out, value);
  };
  const auto bytes = [&](std::int64_t label, ByteSpan value) {
    append_integer(out, label);
    append_bytes(out, value);
  };
  const bool is_ec = algorithm_ == Algorithm::es256;
  append_head(out, 5, is_ec ? 5 : 4);
  pair(1, is_ec ? 2 : algorithm_ == Algorithm::ed_dsa ? 1 : 3);
  pair(3, static_cast<std::int64_t>(algorithm_));
  if (is_ec) {
    const Bytes point = octets(key_.get(), OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);  // 4, x, y
    pair(-1, 1);
    bytes(-2, ByteSpan(point).subspan(1, 32));
    bytes(-3, ByteSpan(point).subspan(33, 32));
  } else if (algorithm_ == Algorithm::ed_dsa) {
    pair(-1, 6);
    bytes(-2, octets(key_.get(), OSSL_PKEY_PARAM_PUB_KEY));
  } else {
    bytes(-1, modulus_of(key_.get()));
    bytes(-2, std::array<std::uint8_t, 3>{1, 0, 1});
  }
  return out;
}

Bytes Authenticator::sign(ByteSpan message) const {
  EVP_MD_CTX* context = ::EVP_MD_CTX_new();
  const EVP_MD* digest = algorithm_ == Algorithm::ed_dsa ? nullptr : ::EVP_sha256();
  Bytes signature(512);
  std::size_t length = signature.size();
  HINOMI_CHECK(::EVP_DigestSignInit(context, nullptr, digest, nullptr, key_.get()) == 1);
  HINOMI_CHECK(::EVP_DigestSign(context, signature.data(), &length, message.data(), message.size()) == 1);
  ::EVP_MD_CTX_free(context);
  signature.resize(length);
  return signature;
}

Bytes Authenticator::authenticator_data(bool attested) const {
  const Digest hash = sha256(bytes_of(rp_id));
  Bytes data(hash.begin(), hash.end());
  const int flags = (user_present ? 0x01 : 0) | (user_verified ? 0x04 : 0) | (backup_eligible ? 0x08 : 0) |
                    (backed_up ? 0x10 : 0) | (attested ? 0x40 : 0) | (extensions.empty() ? 0 : 0x80);
  data.push_back(static_cast<std::uint8_t>(flags));
  for (int shift = 24; shift >= 0; shift -= 8) data.push_back(static_cast<std::uint8_t>(counter >> shift));
  if (attested) {
    data.insert(data.end(), 16, 0xAA);
    data.push_back(static_cast<std::uint8_t>(id_.size() >> 8));
    data.push_back(static_cast<std::uint8_t>(id_.size()));
    data.insert(data.end(), id_.begin(), id_.end());
    const Bytes key = cose_key();
    data.insert(data.end(), key.begin(), key.end());
  }
  data.insert(data.end(), extensions.begin(), extensions.end());
  return data;
}

std::string Authenticator::client_data(std::string_view type, ByteSpan challenge) const {
  return "{\"type\":\"" + std::string(type) + "\",\"challenge\":\"" + base64url(challenge) +
         "\",\"origin\":\"" + origin + "\"" + more_client_data + "}";
}

Bytes Authenticator::attestation_object(std::string_view format, ByteSpan statement, ByteSpan data) {
  Bytes out;
  append_head(out, 5, 3);
  append_text(out, "fmt");
  append_text(out, format);
  append_text(out, "attStmt");
  out.insert(out.end(), statement.begin(), statement.end());
  append_text(out, "authData");
  append_bytes(out, data);
  return out;
}

Bytes Authenticator::self_statement(ByteSpan data, std::string_view client_data,
                                    std::int64_t algorithm) const {
  Bytes message(data.begin(), data.end());
  const Digest hash = sha256(bytes_of(client_data));
  message.insert(message.end(), hash.begin(), hash.end());
  Bytes out;
  append_head(out, 5, 2);
  append_text(out, "alg");
  append_integer(out, algorithm);
  append_text(out, "sig");
  append_bytes(out, sign(message));
  return out;
}

RegistrationResponse Authenticator::create(ByteSpan challenge, std::string_view format) {
  RegistrationResponse response;
  response.id = id_;
  response.client_data = client_data(create_type, challenge);
  const Bytes data = authenticator_data(true);
  const Bytes statement =
      format == "packed" ? self_statement(data, response.client_data, static_cast<std::int64_t>(algorithm_))
                         : Bytes{0xA0};
  response.attestation_object = attestation_object(format, statement, data);
  response.transports = {"internal"};
  return response;
}

AssertionResponse Authenticator::get(ByteSpan challenge, std::optional<Bytes> user_handle,
                                     std::uint32_t step) {
  counter += step;
  AssertionResponse response;
  response.id = id_;
  response.client_data = client_data(get_type, challenge);
  response.authenticator_data = authenticator_data(false);
  Bytes message = response.authenticator_data;
  const Digest hash = sha256(bytes_of(response.client_data));
  message.insert(message.end(), hash.begin(), hash.end());
  response.signature = sign(message);
  response.user_handle = std::move(user_handle);
  return response;
}

}  // namespace hinomi::credential::testing
