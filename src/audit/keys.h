// The keys of a server that stand outside its database: the one that signs checkpoints and the one that wraps
// data keys. Made at the first start, and from then on those that the database knows: a lost or foreign one
// is refused. Not for what they are used for (trust/note.h, trust/keys.h).
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/labels.h"
#include "base/result.h"
#include "base/time.h"
#include "os/clock.h"
#include "os/random.h"
#include "store/sql/database.h"
#include "trust/hash.h"
#include "trust/keys.h"
#include "trust/note.h"

namespace hinomi::audit {

// Names of the files in the folder of keys, and of systemd's credentials, which come first.
inline constexpr std::string_view kSigningKeyFile = "audit-signing.pem";
inline constexpr std::string_view kKeyEncryptionKeyFile = "key-encryption.key";
inline constexpr std::string_view kSigningCredential = "hinomi.audit-signing";
inline constexpr std::string_view kKeyEncryptionCredential = "hinomi.key-encryption";

class Keys {
 public:
  struct Setup {
    store::sql::Database* database = nullptr;  // migrated
    std::string folder;                        // made when missing, 0700
    std::string credentials;                   // $CREDENTIALS_DIRECTORY; empty: none
    const os::Clock* clock = nullptr;
    os::RandomBytes random;
  };
  // Makes what has never been there. Errors, each with its remedy: not_found for a key that the database
  // knows and that is gone, conflict for another one.
  [[nodiscard]] static base::Result<Keys> open(const Setup& setup);
  // Instead of a signing key that is lost: a new one, beside which the old one stays known. The file must be
  // gone.
  [[nodiscard]] static base::Result<Keys> open_with_new_signing_key(const Setup& setup);

  // "hinomi-3f…/audit/7": the name of a log, and of its key.
  [[nodiscard]] std::string log_name(base::OrganisationId organisation) const;
  [[nodiscard]] base::Result<trust::SigningKey> signing_key(base::OrganisationId organisation) const;
  // Every key that ever signed for this organisation, the present one last.
  [[nodiscard]] std::vector<trust::VerifierKey> verifiers(base::OrganisationId organisation) const;

  // The data keys of the database, and the one over them.
  [[nodiscard]] const trust::KeyRing& ring() const noexcept { return ring_; }
  [[nodiscard]] trust::KeyRing& ring() noexcept { return ring_; }
  [[nodiscard]] const trust::KeyEncryptionKey& key_encryption_key() const noexcept { return kek_; }

 private:
  Keys(std::string name, trust::SecretBytes pem, std::vector<trust::Hash> publics,
       trust::KeyEncryptionKey kek, trust::KeyRing ring);

  std::string name_;
  trust::SecretBytes pem_;
  std::vector<trust::Hash> publics_;  // Ed25519, in the order in which they came
  trust::KeyEncryptionKey kek_;
  trust::KeyRing ring_;
};

// What a reader of the log needs of its keys, without the private ones: the name of the server's logs and the
// public keys. not_found: the database has no audit log.
struct PublicKeys {
  std::string name;
  std::vector<trust::Hash> publics;
  [[nodiscard]] std::string log_name(base::OrganisationId organisation) const;
  [[nodiscard]] std::vector<trust::VerifierKey> verifiers(base::OrganisationId organisation) const;
};
[[nodiscard]] base::Result<PublicKeys> public_keys(store::sql::Connection& connection);

// A wrapped key of the ring as a row; the last of a context is the one that seals.
[[nodiscard]] base::Result<void> insert_wrapped_key(store::sql::Connection& connection,
                                                    const trust::WrappedKey& key);

}  // namespace hinomi::audit
