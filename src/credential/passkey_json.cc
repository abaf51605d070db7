#include "credential/passkey_json.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/json_writer.h"
#include "credential/json_members.h"
#include "parse/json/reader.h"

namespace hinomi::credential {
namespace {

constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxTransportCharacters = 32;
constexpr std::string_view kType = "public-key";

std::string_view text_of(UserVerification verification) noexcept {
  switch (verification) {
    case UserVerification::required:
      return "required";
    case UserVerification::preferred:
      return "preferred";
    case UserVerification::discouraged:
      break;
  }
  return "discouraged";
}

void write_handles(base::JsonWriter& writer, const std::vector<PasskeyHandle>& handles) {
  writer.begin_array();
  for (std::size_t i = 0; i < std::min(handles.size(), kMaxPasskeysListed); ++i) {
    writer.begin_object().key("type").string(kType).key("id").string(base64url(handles[i].id));
    if (!handles[i].transports.empty()) {
      writer.key("transports").begin_array();
      for (const std::string& transport : handles[i].transports) writer.string(transport);
      writer.end_array();
    }
    writer.end_object();
  }
  writer.end_array();
}

base::Error malformed(std::string_view what) {
  return {base::ErrorCode::invalid_input,
          "the answer of a passkey: " + std::string(what) + " is missing, there twice or of the wrong form",
          "",
          {}};
}

bool is_transport(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxTransportCharacters &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

std::vector<std::string> transports_of(const JsonMembers& response) {
  std::vector<std::string> transports;
  const auto member = response.find("transports");
  if (!member.value || member.value->kind() != parse::json::Kind::array) return transports;
  for (auto at = member.value->first(); !(at == member.value->last()); at = at.next()) {
    if (at.kind() == parse::json::Kind::string && is_transport(at.string()) &&
        transports.size() < kMaxTransports)
      transports.emplace_back(at.string());
  }
  return transports;
}

std::optional<Bytes> bytes_of_member(const JsonMembers& members, std::string_view name,
                                     std::size_t max_bytes) {
  const auto text = members.string(name);
  return text ? parse_base64url(*text, max_bytes) : std::nullopt;
}

// What both answers have around the response.
struct Envelope {
  Bytes id;
  std::string client_data;
  JsonMembers response;
};

base::Result<Envelope> read_envelope(parse::json::Reader& reader, std::string_view json) {
  if (json.size() > kMaxPasskeyJsonBytes) {
    return base::Error{base::ErrorCode::limit_exceeded, "the answer of a passkey is too long", "", {}};
  }
  const auto document = reader.read(json);
  if (!document) return document.error();
  const auto members = JsonMembers::of(*document);
  if (!members) return malformed("the object");
  if (members->string("type") != kType) return malformed("type");
  // "id" is "rawId" in the same encoding.
  auto id = bytes_of_member(*members, "rawId", kMaxCredentialIdBytes);
  if (!id || id->empty() || members->string("id") != members->string("rawId"))
    return malformed("id or rawId");
  const auto member = members->find("response");
  const auto response = member.value ? JsonMembers::of(*member.value) : std::nullopt;
  if (!response) return malformed("response");
  const auto client = bytes_of_member(*response, "clientDataJSON", kMaxClientDataBytes);
  if (!client) return malformed("clientDataJSON");
  return Envelope{*std::move(id), std::string(client->begin(), client->end()), *response};
}

parse::json::Reader make_reader() {
  return parse::json::Reader({.document_bytes = kMaxPasskeyJsonBytes, .depth = kMaxDepth});
}

}  // namespace

std::string to_json(const CreationOptions& options) {
  HINOMI_CHECK(!options.user_handle.empty() && options.user_handle.size() <= kMaxUserHandleBytes);
  std::string out;
  base::JsonWriter writer(out);
  writer.begin_object();
  writer.key("rp").begin_object().key("id").string(options.relying_party.id);
  writer.key("name").string(options.relying_party.name).end_object();
  writer.key("user").begin_object().key("id").string(base64url(options.user_handle));
  writer.key("name").string(options.user_name);
  writer.key("displayName").string(options.display_name).end_object();
  writer.key("challenge").string(base64url(options.challenge));
  writer.key("pubKeyCredParams").begin_array();
  for (const Algorithm algorithm : kAlgorithms) {
    writer.begin_object().key("type").string(kType);
    writer.key("alg").integer(static_cast<std::int64_t>(algorithm)).end_object();
  }
  writer.end_array();
  writer.key("timeout").unsigned_integer(kPasskeyTimeoutMs);
  writer.key("excludeCredentials");
  write_handles(writer, options.exclude);
  writer.key("authenticatorSelection").begin_object();
  writer.key("residentKey").string("preferred").key("requireResidentKey").boolean(false);
  writer.key("userVerification").string(text_of(options.verification)).end_object();
  writer.key("attestation").string("none").end_object();
  return out;
}

std::string to_json(const RequestOptions& options) {
  std::string out;
  base::JsonWriter writer(out);
  writer.begin_object().key("challenge").string(base64url(options.challenge));
  writer.key("timeout").unsigned_integer(kPasskeyTimeoutMs);
  writer.key("rpId").string(options.relying_party_id);
  writer.key("allowCredentials");
  write_handles(writer, options.allow);
  writer.key("userVerification").string(text_of(options.verification)).end_object();
  return out;
}

base::Result<RegistrationResponse> read_registration_response(std::string_view json) {
  parse::json::Reader reader = make_reader();
  auto envelope = read_envelope(reader, json);
  if (!envelope) return envelope.error();
  auto object = bytes_of_member(envelope->response, "attestationObject", kMaxAttestationBytes);
  if (!object) return malformed("attestationObject");
  return RegistrationResponse{.id = std::move(envelope->id),
                              .client_data = std::move(envelope->client_data),
                              .attestation_object = *std::move(object),
                              .transports = transports_of(envelope->response)};
}

base::Result<AssertionResponse> read_assertion_response(std::string_view json) {
  parse::json::Reader reader = make_reader();
  auto envelope = read_envelope(reader, json);
  if (!envelope) return envelope.error();
  auto data = bytes_of_member(envelope->response, "authenticatorData", kMaxAuthenticatorDataBytes);
  if (!data) return malformed("authenticatorData");
  auto signature = bytes_of_member(envelope->response, "signature", kMaxSignatureBytes);
  if (!signature) return malformed("signature");
  AssertionResponse response{.id = std::move(envelope->id),
                             .client_data = std::move(envelope->client_data),
                             .authenticator_data = *std::move(data),
                             .signature = *std::move(signature),
                             .user_handle = std::nullopt};
  const auto handle = envelope->response.find("userHandle");
  const bool absent = handle.found == JsonMembers::Found::none ||
                      (handle.value && handle.value->kind() == parse::json::Kind::null);
  if (absent) return response;
  response.user_handle = bytes_of_member(envelope->response, "userHandle", kMaxUserHandleBytes);
  if (!response.user_handle) return malformed("userHandle");
  return response;
}

}  // namespace hinomi::credential
