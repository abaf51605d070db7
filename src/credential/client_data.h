// What the browser says about a ceremony (WebAuthn 5.8.1): its type, the challenge, the origin. Not what the
// authenticator signs (authenticator_data.h), which holds only a hash of this.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "credential/bytes.h"

namespace hinomi::credential {

inline constexpr std::size_t kMaxClientDataBytes = 8 * 1024;
inline constexpr std::size_t kMaxChallengeBytes = 256;

struct ClientData {
  std::string type;
  Bytes challenge;
  std::string origin;
  bool cross_origin = false;  // asked from a frame of another origin, or one is named
};

// A member that we look at and that is there twice, or of the wrong kind, is an error; others may be
// anything.
[[nodiscard]] base::Result<ClientData> read_client_data(std::string_view json);

}  // namespace hinomi::credential
