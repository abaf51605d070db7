// A small authenticator and browser in one: makes passkeys and answers with them, truthfully or with one
// thing wrong. Keys and signatures are OpenSSL's; for tests only.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <ostream>
#include <string>

#include "credential/passkey.h"

namespace hinomi::credential {

// For GoogleTest.
inline void PrintTo(PasskeyFault fault, std::ostream* out) {
  *out << name_of(fault);
}

}  // namespace hinomi::credential

namespace hinomi::credential::testing {

class Authenticator {
 public:
  explicit Authenticator(Algorithm algorithm, Bytes id = Bytes(16, 0xC1));

  // What it says; a test changes what it wants to be wrong.
  std::string origin = "https://soc.example.jp";
  std::string rp_id = "soc.example.jp";
  std::string create_type = "webauthn.create";
  std::string get_type = "webauthn.get";
  std::string more_client_data;  // further members: R"(,"crossOrigin":true)"
  bool user_present = true;
  bool user_verified = true;
  bool backup_eligible = false;
  bool backed_up = false;
  Bytes extensions;  // CBOR
  std::uint32_t counter = 0;

  [[nodiscard]] RegistrationResponse create(ByteSpan challenge, std::string_view format = "none");
  // Counts on by `step` before it answers.
  [[nodiscard]] AssertionResponse get(ByteSpan challenge, std::optional<Bytes> user_handle,
                                      std::uint32_t step = 1);

  [[nodiscard]] Bytes cose_key() const;
  [[nodiscard]] Bytes sign(ByteSpan message) const;
  [[nodiscard]] Bytes authenticator_data(bool attested) const;
  [[nodiscard]] std::string client_data(std::string_view type, ByteSpan challenge) const;
  // fmt, attStmt and authData put together; `statement` is CBOR.
  [[nodiscard]] static Bytes attestation_object(std::string_view format, ByteSpan statement, ByteSpan data);
  [[nodiscard]] Bytes self_statement(ByteSpan data, std::string_view client_data,
                                     std::int64_t algorithm) const;

 private:
  Algorithm algorithm_;
  Bytes id_;
  std::shared_ptr<EVP_PKEY> key_;  // shared: RSA keys are slow to make, and one serves all tests
};

}  // namespace hinomi::credential::testing
