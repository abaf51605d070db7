// Passkeys in JSON, as browsers take and give it: PublicKeyCredential.parseCreationOptionsFromJSON(),
// parseRequestOptionsFromJSON() and toJSON() (WebAuthn Level 3, 5.1). Not a judgement of what came
// (passkey.h).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "credential/passkey.h"

namespace hinomi::credential {

inline constexpr std::size_t kMaxPasskeyJsonBytes = 128 * 1024;

[[nodiscard]] std::string to_json(const CreationOptions& options);
[[nodiscard]] std::string to_json(const RequestOptions& options);

// Unknown members are ignored; one that is needed and missing, there twice or of the wrong form is an error.
// Transports that are no short lower-case words are left out.
[[nodiscard]] base::Result<RegistrationResponse> read_registration_response(std::string_view json);
[[nodiscard]] base::Result<AssertionResponse> read_assertion_response(std::string_view json);

}  // namespace hinomi::credential
