// Keys in two layers, and secrets under them: one key-encryption key outside the database wraps data keys,
// each bound to its context ("organisation:7", "vault:3", "secrets"); a data key seals values, each bound to
// the place it stands in. Not for passwords (they are hashed) and not for signing (note.h).
//
// Sealed bytes, version 1: 0x01, id of the key (16), nonce (12), AES-256-GCM ciphertext, tag (16). What is
// authenticated beside them: 0x01, the key's id, and the context and place, each text with its length before
// it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/random.h"
#include "os/secret_file.h"
#include "trust/secret.h"

namespace hinomi::trust {

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kKeyIdBytes = 16;
inline constexpr std::size_t kSealedOverhead = 1 + kKeyIdBytes + 12 + 16;
inline constexpr std::size_t kMaxSealedPlainBytes = 16u << 20;
inline constexpr std::size_t kMaxContextBytes = 255;

using KeyId = std::array<std::uint8_t, kKeyIdBytes>;

// The id of the key that sealed these bytes; nullopt when they are no sealed bytes of a known version.
[[nodiscard]] std::optional<KeyId> key_id_of(std::string_view sealed) noexcept;

// The key outside the database. Its file holds 32 random bytes; its id is derived from them.
class KeyEncryptionKey {
 public:
  [[nodiscard]] static base::Result<KeyEncryptionKey> make(const os::RandomBytes& random);
  // `kind`: credential for a file in systemd's credential folder ($CREDENTIALS_DIRECTORY).
  [[nodiscard]] static base::Result<KeyEncryptionKey> load(const std::string& path, os::SecretFileKind kind);
  // Error when the name is taken.
  [[nodiscard]] base::Result<void> save(const std::string& path) const;
  [[nodiscard]] const KeyId& id() const noexcept { return id_; }

 private:
  friend class KeyRing;
  explicit KeyEncryptionKey(SecretBytes bytes);
  SecretBytes bytes_;
  KeyId id_{};
};

// A data key as it is stored, one row each: `sealed` is the key under the key-encryption key that it names.
struct WrappedKey {
  KeyId id{};
  std::string context;
  std::string sealed;
  friend bool operator==(const WrappedKey&, const WrappedKey&) = default;
};

// Where a secret stands. Sealed bytes that were moved to another record or field do not open.
struct SecretPlace {
  std::string_view entity;  // "user"
  std::string_view record;  // its id as text
  std::string_view field;   // "totp_secret"
};

// The data keys of this process. Not for use by several threads while keys are added; sealing and opening are
// const and safe.
class KeyRing {
 public:
  KeyRing();
  ~KeyRing();
  KeyRing(KeyRing&&) noexcept;
  KeyRing& operator=(KeyRing&&) noexcept;

  // A new data key of the context, which seals from now on; older ones still open. Store what is returned
  // before anything is sealed.
  [[nodiscard]] base::Result<WrappedKey> make_key(std::string_view context, const KeyEncryptionKey& under,
                                                  const os::RandomBytes& random);
  // A stored key. `under` is any of the key-encryption keys at hand; not_found when none is the one. The key
  // that was added or made last for its context is the one that seals.
  [[nodiscard]] base::Result<void> add_key(const WrappedKey& wrapped,
                                           std::span<const KeyEncryptionKey* const> under);
  // The same data key under another key-encryption key: the rotation of that one. No secret is sealed anew.
  [[nodiscard]] static base::Result<WrappedKey> wrap_anew(const WrappedKey& wrapped,
                                                          std::span<const KeyEncryptionKey* const> old,
                                                          const KeyEncryptionKey& under,
                                                          const os::RandomBytes& random);

  [[nodiscard]] bool has_key(std::string_view context) const noexcept;
  [[nodiscard]] base::Result<std::string> seal(std::string_view context, const SecretPlace& place,
                                               std::string_view plain, const os::RandomBytes& random) const;
  // Error not_found: the key is not in the ring; forbidden: changed, or of another context or place.
  [[nodiscard]] base::Result<SecretBytes> open(std::string_view context, const SecretPlace& place,
                                               std::string_view sealed) const;
  // Whether it is sealed with an older key of its context and should be sealed anew.
  [[nodiscard]] bool is_outdated(std::string_view context, std::string_view sealed) const noexcept;

 private:
  struct DataKey;
  [[nodiscard]] const DataKey* current(std::string_view context) const noexcept;
  std::vector<DataKey> keys_;
};

}  // namespace hinomi::trust
