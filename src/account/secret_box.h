// Seals the few secrets that must be read again (of one-time codes, of recovery codes) under a key outside
// the database. Not for passwords and tokens, of which only hashes are kept.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "credential/bytes.h"
#include "os/clock.h"
#include "os/random.h"
#include "store/sql/database.h"
#include "trust/keys.h"

namespace hinomi::account {

// Safe from any thread.
class SecretBox {
 public:
  SecretBox() = default;
  virtual ~SecretBox() = default;
  SecretBox(const SecretBox&) = delete;
  SecretBox& operator=(const SecretBox&) = delete;

  // `place`: what sealed bytes are bound to; moved to another one they do not open.
  struct Place {
    std::string_view record;  // id of a person, or a name
    std::string_view field;
  };
  [[nodiscard]] virtual base::Result<std::string> seal(const Place& place, std::string_view plain) const = 0;
  [[nodiscard]] virtual base::Result<credential::Secret> open(const Place& place,
                                                              std::string_view sealed) const = 0;
};

// With data keys of the table account_key, which are read, or the first of which is made, under `key`. The
// tables must be there (Accounts::migrate).
[[nodiscard]] base::Result<std::unique_ptr<SecretBox>> open_secret_box(store::sql::Database& database,
                                                                       const trust::KeyEncryptionKey& key,
                                                                       const os::Clock& clock,
                                                                       os::RandomBytes random);
// Whether there are data keys already, which only the key that made them opens.
[[nodiscard]] base::Result<bool> has_sealed(store::sql::Database& database);

}  // namespace hinomi::account
