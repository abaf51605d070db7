// Passkeys: the relying party of Web Authentication Level 3: what is asked of a browser, and whether what it
// answers proves a new passkey (registration) or the presence of a known one (assertion). Not for choosing
// makers of authenticators: attestation by certificates is not judged, such passkeys count as unattested.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "credential/authenticator_data.h"
#include "credential/bytes.h"
#include "credential/client_data.h"
#include "credential/cose_key.h"
#include "os/random.h"

namespace hinomi::credential {

inline constexpr std::size_t kPasskeyChallengeBytes = 32;
inline constexpr std::size_t kMaxUserHandleBytes = 64;
inline constexpr std::size_t kMaxAttestationBytes = 64 * 1024;
inline constexpr std::size_t kMaxTransports = 8;
inline constexpr std::size_t kMaxPasskeysListed = 64;
inline constexpr std::uint32_t kPasskeyTimeoutMs = 5 * 60 * 1000;  // a challenge is kept no longer

// Who asks. A browser lets a page at any of its `origins` ask for `id`, the domain of them all; passkeys are
// bound to `id` for ever.
struct RelyingParty {
  std::string id;                    // "soc.example.jp"
  std::string name;                  // shown by some browsers
  std::vector<std::string> origins;  // "https://soc.example.jp:8440", each exactly as a browser writes it
};

// Whether browsers will take it: the id is a domain name and no address, and each origin is https (or http of
// localhost) at the id or a name under it. invalid_input says which is wrong.
[[nodiscard]] base::Result<void> check_relying_party(const RelyingParty& party);

enum class UserVerification : std::uint8_t { required, preferred, discouraged };

// A passkey that is known already: to leave out or to be asked for.
struct PasskeyHandle {
  Bytes id;
  std::vector<std::string> transports;
};

struct CreationOptions {
  RelyingParty relying_party;
  Bytes user_handle;  // no name: random or a record id, at most kMaxUserHandleBytes
  std::string user_name;
  std::string display_name;
  Bytes challenge;
  std::vector<PasskeyHandle> exclude;
  UserVerification verification = UserVerification::required;
};
struct RequestOptions {
  std::string relying_party_id;
  Bytes challenge;
  std::vector<PasskeyHandle> allow;  // none: the browser offers what it has (a sign-in without a user name)
  UserVerification verification = UserVerification::required;
};
// A fresh challenge for each ceremony: the caller keeps it with the ceremony, takes it once, and forgets it.
[[nodiscard]] Bytes make_passkey_challenge(const os::RandomBytes& random);

// What the browser answered, decoded (passkey_json.h).
struct RegistrationResponse {
  Bytes id;
  std::string client_data;
  Bytes attestation_object;
  std::vector<std::string> transports;
};
struct AssertionResponse {
  Bytes id;
  std::string client_data;
  Bytes authenticator_data;
  Bytes signature;
  std::optional<Bytes> user_handle;
};

// What the two ceremonies were begun with.
struct CeremonyExpectation {
  const RelyingParty& relying_party;
  ByteSpan challenge;
  UserVerification verification = UserVerification::required;
};

enum class PasskeyFault : std::uint8_t {
  malformed,            // not the bytes that WebAuthn prescribes
  wrong_type,           // of the other ceremony
  wrong_challenge,      // of another ceremony, or played again
  wrong_origin,         // another site: phishing, or the server is reached under a name it does not know
  cross_origin,         // from inside a frame of another site
  wrong_relying_party,  // the authenticator answered to another site
  user_absent,
  user_not_verified,
  unsupported_key,   // of an algorithm that was not asked for
  wrong_credential,  // another passkey than the one it is said to be
  wrong_user,        // a passkey of somebody else
  bad_attestation,
  bad_signature,
  bad_backup_flags,   // backed up but not eligible, or eligibility changed, which it cannot
  counter_went_back,  // perhaps a copy of the authenticator is in use
};
// "wrong_origin", for logs.
[[nodiscard]] std::string_view name_of(PasskeyFault fault) noexcept;

enum class Attestation : std::uint8_t {
  none,
  self,        // signed with the new key itself
  unattested,  // another form was there and was not judged
};

// A passkey as it is stored.
struct Passkey {
  Bytes id;
  Bytes user_handle;
  Bytes key_cbor;
  Algorithm algorithm = Algorithm::es256;
  std::uint32_t counter = 0;
  std::array<std::uint8_t, 16> aaguid{};
  std::vector<std::string> transports;
  bool backup_eligible = false;  // lives on several devices: a fixed property
  bool backed_up = false;
  bool user_verified = false;  // ever
  Attestation attestation = Attestation::none;
};

// The new passkey or what is wrong. The caller refuses an id that anybody has already (WebAuthn 7.1).
using RegistrationVerdict = std::variant<Passkey, PasskeyFault>;
[[nodiscard]] RegistrationVerdict verify_registration(const RegistrationResponse& response,
                                                      const CeremonyExpectation& expected,
                                                      ByteSpan user_handle);

// What a good assertion changes in the store: all of it, before the person is signed in.
struct AssertionUpdate {
  std::uint32_t counter = 0;
  bool backed_up = false;
  bool user_verified = false;  // this time: Method::passkey_verified, else Method::passkey
};
using AssertionVerdict = std::variant<AssertionUpdate, PasskeyFault>;
// `passkey`: the stored one with the id of the response. `identified`: the sign-in began with a user name or
// in a session; without it the authenticator must name the user itself.
[[nodiscard]] AssertionVerdict verify_assertion(const AssertionResponse& response,
                                                const CeremonyExpectation& expected, const Passkey& passkey,
                                                bool identified);

}  // namespace hinomi::credential
