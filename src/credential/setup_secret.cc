#include "credential/setup_secret.h"

#include <optional>

#include "credential/elapsed.h"

namespace hinomi::credential {

NewSetupSecret make_setup_secret(base::TimeNs now, const os::RandomBytes& random) {
  Secret drawn(kSetupSecretBytes);
  random(drawn.writable());
  std::string plain = crockford(drawn.view());
  NewSetupSecret secret;
  secret.text = in_groups_of_four(plain);
  secret.stored = {.hash = sha256(bytes_of(plain)), .created = now, .used = false};
  wipe(plain);
  return secret;
}

SetupVerdict redeem_setup_secret(SetupSecret& stored, std::string_view typed, base::TimeNs now) {
  if (stored.used) return SetupVerdict::used;
  const std::int64_t age = elapsed_ns(now, stored.created);
  if (age >= kSetupSecretLifeNs || age < -kClockAheadNs) return SetupVerdict::expired;
  std::optional<std::string> plain = read_crockford(typed, kSetupSecretCharacters);
  if (!plain || plain->size() != kSetupSecretCharacters) return SetupVerdict::wrong;
  const bool same = equal_in_constant_time(sha256(bytes_of(*plain)), stored.hash);
  wipe(*plain);
  if (!same) return SetupVerdict::wrong;
  stored.used = true;
  return SetupVerdict::good;
}

}  // namespace hinomi::credential
