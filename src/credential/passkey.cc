#include "credential/passkey.h"

#include <algorithm>
#include <utility>

#include "credential/cbor.h"

namespace hinomi::credential {
namespace {

constexpr std::string_view kCreate = "webauthn.create";
constexpr std::string_view kGet = "webauthn.get";
constexpr std::size_t kMaxDomainCharacters = 253;

base::Error bad_party(std::string what) {
  return {base::ErrorCode::invalid_input,
          "passkeys: " + std::move(what),
          "use https and a domain name, such as https://soc.example.jp with the id soc.example.jp",
          {}};
}

// Letters, digits and hyphens, with dots between; the last label is no number, as that of an address is.
bool is_domain(std::string_view name) noexcept {
  if (name.empty() || name.size() > kMaxDomainCharacters) return false;
  std::string_view label;
  while (true) {
    const std::size_t dot = name.find('.');
    label = name.substr(0, dot);
    const bool plain = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!plain || label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  return label.find_first_not_of("0123456789") != std::string_view::npos;
}

// The host of "https://host:port"; empty for another form.
std::string_view host_of(std::string_view origin) noexcept {
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kHttp = "http://";
  const bool secure = origin.starts_with(kHttps);
  if (!secure && !origin.starts_with(kHttp)) return {};
  origin.remove_prefix(secure ? kHttps.size() : kHttp.size());
  const std::size_t colon = origin.find(':');
  const std::string_view host = origin.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view port = origin.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos)
      return {};
  }
  const bool local = host == "localhost" || host.ends_with(".localhost");
  return is_domain(host) && (secure || local) ? host : std::string_view();
}

PasskeyFault fault_of(const base::Error& error) noexcept {
  return error.code == base::ErrorCode::unsupported ? PasskeyFault::unsupported_key : PasskeyFault::malformed;
}

// What both ceremonies ask of the client data; WebAuthn 7.1, steps 5 to 11 and 7.2, steps 9 to 14.
std::optional<PasskeyFault> fault_of_client(std::string_view json, std::string_view type,
                                            const CeremonyExpectation& expected) {
  const auto client = read_client_data(json);
  if (!client) return PasskeyFault::malformed;
  if (client->type != type) return PasskeyFault::wrong_type;
  if (expected.challenge.empty() || !equal_in_constant_time(client->challenge, expected.challenge))
    return PasskeyFault::wrong_challenge;
  const auto& origins = expected.relying_party.origins;
  if (std::find(origins.begin(), origins.end(), client->origin) == origins.end())
    return PasskeyFault::wrong_origin;
  if (client->cross_origin) return PasskeyFault::cross_origin;
  return std::nullopt;
}

// … and of the authenticator data; 7.1, steps 14 to 18 and 7.2, steps 15 to 19.
std::optional<PasskeyFault> fault_of_authenticator(const AuthenticatorData& data,
                                                   const CeremonyExpectation& expected) {
  if (!equal_in_constant_time(data.rp_id_hash, sha256(bytes_of(expected.relying_party.id))))
    return PasskeyFault::wrong_relying_party;
  if (!data.user_present) return PasskeyFault::user_absent;
  if (expected.verification == UserVerification::required && !data.user_verified)
    return PasskeyFault::user_not_verified;
  if (data.backed_up && !data.backup_eligible) return PasskeyFault::bad_backup_flags;
  return std::nullopt;
}

// What the authenticator signed: its data and the hash of the client's.
Bytes signed_bytes(ByteSpan authenticator_data, std::string_view client_data) {
  Bytes bytes(authenticator_data.begin(), authenticator_data.end());
  const Digest hash = sha256(bytes_of(client_data));
  bytes.insert(bytes.end(), hash.begin(), hash.end());
  return bytes;
}

struct AttestationObject {
  std::string_view format;
  const CborItem* statement;
  ByteSpan data;
};

std::optional<AttestationObject> attestation_object(const CborItem& item) noexcept {
  const CborItem* format = item.find("fmt");
  const CborItem* statement = item.find("attStmt");
  const CborItem* data = item.find("authData");
  if (format == nullptr || statement == nullptr || data == nullptr || item.items.size() != 2 * 3 ||
      format->kind != CborItem::Kind::text || statement->kind != CborItem::Kind::map ||
      data->kind != CborItem::Kind::bytes) {
    return std::nullopt;
  }
  return AttestationObject{format->text(), statement, data->content};
}

// WebAuthn 8.2 without x5c: signed with the credential's own key.
bool is_self_attested(const CborItem& statement, const CoseKey& key, ByteSpan message) {
  const CborItem* algorithm = statement.find("alg");
  const CborItem* signature = statement.find("sig");
  return algorithm != nullptr && signature != nullptr && statement.items.size() == 2 * 2 &&
         algorithm->kind == CborItem::Kind::integer && signature->kind == CborItem::Kind::bytes &&
         algorithm->integer == static_cast<std::int64_t>(key.algorithm) &&
         is_signed_by(key, message, signature->content);
}

// nullopt: the attestation is wrong.
std::optional<Attestation> judge_attestation(const AttestationObject& object, const CoseKey& key,
                                             std::string_view client_data) {
  if (object.format == "none")
    return object.statement->items.empty() ? std::optional(Attestation::none) : std::nullopt;
  if (object.format != "packed" || object.statement->find("x5c") != nullptr) return Attestation::unattested;
  if (!is_self_attested(*object.statement, key, signed_bytes(object.data, client_data))) return std::nullopt;
  return Attestation::self;
}

// WebAuthn 6.1.1: both 0 means that the authenticator does not count.
bool has_gone_on(std::uint32_t stored, std::uint32_t now) noexcept {
  return (stored == 0 && now == 0) || now > stored;
}

std::optional<PasskeyFault> fault_of_user(const AssertionResponse& response, const Passkey& passkey,
                                          bool identified) noexcept {
  if (!equal_in_constant_time(response.id, passkey.id)) return PasskeyFault::wrong_credential;
  // Some browsers give an empty one where there is none.
  if (!response.user_handle || response.user_handle->empty()) {
    return identified ? std::nullopt : std::optional(PasskeyFault::wrong_user);
  }
  if (!equal_in_constant_time(*response.user_handle, passkey.user_handle)) return PasskeyFault::wrong_user;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(PasskeyFault fault) noexcept {
  constexpr std::string_view kNames[] = {
      "malformed",           "wrong_type",      "wrong_challenge",   "wrong_origin",     "cross_origin",
      "wrong_relying_party", "user_absent",     "user_not_verified", "unsupported_key",  "wrong_credential",
      "wrong_user",          "bad_attestation", "bad_signature",     "bad_backup_flags", "counter_went_back"};
  return kNames[static_cast<std::size_t>(fault)];
}

base::Result<void> check_relying_party(const RelyingParty& party) {
  if (!is_domain(party.id)) return bad_party("the id '" + party.id + "' is no domain name in lower case");
  if (party.origins.empty()) return bad_party("no origin is given");
  for (const std::string& origin : party.origins) {
    const std::string_view host = host_of(origin);
    const bool within = host == party.id || (host.ends_with(party.id) && host.size() > party.id.size() &&
                                             host[host.size() - party.id.size() - 1] == '.');
    if (!within) return bad_party("the origin '" + origin + "' is not at '" + party.id + "'");
  }
  return {};
}

Bytes make_passkey_challenge(const os::RandomBytes& random) {
  Bytes challenge(kPasskeyChallengeBytes);
  random(challenge);
  return challenge;
}

RegistrationVerdict verify_registration(const RegistrationResponse& response,
                                        const CeremonyExpectation& expected, ByteSpan user_handle) {
  if (const auto fault = fault_of_client(response.client_data, kCreate, expected)) return *fault;
  if (response.attestation_object.size() > kMaxAttestationBytes) return PasskeyFault::malformed;
  const auto item = read_cbor(response.attestation_object);
  const auto object = item ? attestation_object(*item) : std::nullopt;
  if (!object) return PasskeyFault::malformed;
  auto data = read_authenticator_data(object->data);
  if (!data) return fault_of(data.error());
  if (const auto fault = fault_of_authenticator(*data, expected)) return *fault;
  if (!data->attested) return PasskeyFault::malformed;
  if (!equal_in_constant_time(data->attested->id, response.id)) return PasskeyFault::wrong_credential;
  const auto attestation = judge_attestation(*object, data->attested->key, response.client_data);
  if (!attestation) return PasskeyFault::bad_attestation;
  return Passkey{.id = std::move(data->attested->id),
                 .user_handle = {user_handle.begin(), user_handle.end()},
                 .key_cbor = std::move(data->attested->key_cbor),
                 .algorithm = data->attested->key.algorithm,
                 .counter = data->counter,
                 .aaguid = data->attested->aaguid,
                 .transports = response.transports,
                 .backup_eligible = data->backup_eligible,
                 .backed_up = data->backed_up,
                 .user_verified = data->user_verified,
                 .attestation = *attestation};
}

AssertionVerdict verify_assertion(const AssertionResponse& response, const CeremonyExpectation& expected,
                                  const Passkey& passkey, bool identified) {
  if (const auto fault = fault_of_user(response, passkey, identified)) return *fault;
  if (const auto fault = fault_of_client(response.client_data, kGet, expected)) return *fault;
  const auto data = read_authenticator_data(response.authenticator_data);
  if (!data) return fault_of(data.error());
  if (data->attested) return PasskeyFault::malformed;  // WebAuthn 6.1: only at registration
  if (const auto fault = fault_of_authenticator(*data, expected)) return *fault;
  if (data->backup_eligible != passkey.backup_eligible) return PasskeyFault::bad_backup_flags;
  const auto key = read_cose_key(passkey.key_cbor);
  if (!key) return fault_of(key.error());
  if (!is_signed_by(*key, signed_bytes(response.authenticator_data, response.client_data),
                    response.signature))
    return PasskeyFault::bad_signature;
  // After the signature: a counter that nobody signed says nothing.
  if (!has_gone_on(passkey.counter, data->counter)) return PasskeyFault::counter_went_back;
  return AssertionUpdate{data->counter, data->backed_up, data->user_verified};
}

}  // namespace hinomi::credential
