// Any bytes as what browsers and authenticators send: CBOR, keys, authenticator data, client data, whole
// answers. Nothing may be out of bounds; what is read must have one form; a good verdict must hold what it
// says.
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/check.h"
#include "base/text.h"
#include "credential/authenticator_data.h"
#include "credential/cbor.h"
#include "credential/client_data.h"
#include "credential/passkey.h"
#include "credential/passkey_json.h"
#include "credential/testing/cbor_writer.h"

using namespace hinomi::credential;

namespace {

void fuzz_cbor(ByteSpan bytes) {
  const auto front = read_cbor_front(bytes);
  if (!front) return;
  HINOMI_CHECK(front->length > 0 && front->length <= bytes.size());
  Bytes again;
  hinomi::credential::testing::append_item(again, front->item);
  HINOMI_CHECK(again == Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(front->length)));
  HINOMI_CHECK(read_cbor(again).has_value());
  static_cast<void>(read_cose_key(front->item));
}

void fuzz_authenticator_data(ByteSpan bytes) {
  const auto data = read_authenticator_data(bytes);
  if (!data || !data->attested) return;
  HINOMI_CHECK(!data->attested->id.empty() && data->attested->id.size() <= kMaxCredentialIdBytes);
  HINOMI_CHECK(read_cose_key(data->attested->key_cbor).has_value());
}

const RelyingParty& party() {
  static const RelyingParty kParty{"example.org", "Example", {"https://example.org"}};
  return kParty;
}

// The challenge is taken from the answer itself, so that more than its absence is looked at.
Bytes challenge_of(std::string_view client_data) {
  const auto client = read_client_data(client_data);
  return client ? client->challenge : Bytes{};
}

void fuzz_registration(const RegistrationResponse& response) {
  const Bytes challenge = challenge_of(response.client_data);
  const Bytes user{1};
  const auto verdict =
      verify_registration(response, {party(), challenge, UserVerification::discouraged}, user);
  const auto* passkey = std::get_if<Passkey>(&verdict);
  if (passkey == nullptr) return;
  HINOMI_CHECK(!challenge.empty() && passkey->id == response.id);
  HINOMI_CHECK(read_cose_key(passkey->key_cbor).has_value());
  HINOMI_CHECK(!passkey->backed_up || passkey->backup_eligible);
}

void fuzz_json(std::string_view text) {
  const auto registration = read_registration_response(text);
  if (registration) {
    HINOMI_CHECK(registration->transports.size() <= kMaxTransports);
    fuzz_registration(*registration);
  }
  static_cast<void>(read_assertion_response(text));
  const auto client = read_client_data(text);
  if (client) HINOMI_CHECK(hinomi::base::is_utf8(client->origin));
}

// Two bytes of length, client data, attestation object.
void fuzz_parts(ByteSpan bytes) {
  if (bytes.size() < 2) return;
  const std::size_t length = std::size_t{bytes[0]} << 8 | bytes[1];
  const ByteSpan rest = bytes.subspan(2);
  if (length > rest.size()) return;
  RegistrationResponse response;
  response.client_data.assign(reinterpret_cast<const char*>(rest.data()), length);
  response.attestation_object.assign(rest.begin() + static_cast<std::ptrdiff_t>(length), rest.end());
  const auto item = read_cbor(response.attestation_object);
  const CborItem* data = item ? item->find("authData") : nullptr;
  const auto read = data != nullptr ? read_authenticator_data(data->content)
                                    : hinomi::base::Result<AuthenticatorData>(hinomi::base::Error{});
  if (read && read->attested) response.id = read->attested->id;
  fuzz_registration(response);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteSpan bytes(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      fuzz_cbor(bytes);
      break;
    case 1:
      fuzz_authenticator_data(bytes);
      break;
    case 2:
      fuzz_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      break;
    default:
      fuzz_parts(bytes);
      break;
  }
  return 0;
}
