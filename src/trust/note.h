// Signed notes (C2SP signed-note): a text, a blank line, and lines of signatures, with Ed25519. What is
// signed is the text; its meaning is checkpoint.h and export_writer.h. Not for messages that must stay
// secret.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/random.h"
#include "trust/secret.h"

namespace hinomi::trust {

inline constexpr std::size_t kMaxNoteBytes = 64 * 1024;
inline constexpr std::size_t kMaxNoteSignatures = 16;
inline constexpr std::size_t kMaxKeyNameBytes = 255;

// Printable ASCII without blanks and '+', 1 to kMaxKeyNameBytes characters.
[[nodiscard]] bool is_key_name(std::string_view name) noexcept;

// The public half of a key, as it is handed out: "<name>+<key id, hex>+<base64 of 0x01 and the key>".
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;  // the first 4 bytes of SHA-256(name, "\n", 0x01, public key)
  std::array<std::uint8_t, 32> public_key{};

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static base::Result<VerifierKey> parse(std::string_view text);
  [[nodiscard]] static VerifierKey make(std::string_view name, std::span<const std::uint8_t, 32> public_key);
  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};

// The private half. Its file is PEM (PKCS #8, not encrypted), mode 0600.
class SigningKey {
 public:
  // `name` must be a key name (usage).
  [[nodiscard]] static base::Result<SigningKey> make(std::string_view name, const os::RandomBytes& random);
  [[nodiscard]] static base::Result<SigningKey> load(std::string_view name, const std::string& path);
  [[nodiscard]] static base::Result<SigningKey> from_pem(std::string_view name, std::string_view pem);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  // Error when the name is taken.
  [[nodiscard]] base::Result<void> save(const std::string& path) const;
  [[nodiscard]] base::Result<SecretBytes> pem() const;
  [[nodiscard]] const VerifierKey& verifier() const noexcept { return verifier_; }
  // `text` is UTF-8 without control characters but line feeds, and ends with one (usage).
  [[nodiscard]] base::Result<std::string> sign_note(std::string_view text) const;

 private:
  struct Parts;
  SigningKey(std::unique_ptr<Parts> parts, VerifierKey verifier);
  std::unique_ptr<Parts> parts_;
  VerifierKey verifier_;
};

struct NoteSignature {
  std::string_view name;
  std::uint32_t key_id = 0;
  std::string signature;
};

// A note taken apart; nothing is verified. The views are into the note.
struct Note {
  std::string_view text;  // with its last line feed
  std::string_view
      signed_part;  // from the beginning to the end of the first signature line: what is anchored
  std::vector<NoteSignature> signatures;
};
[[nodiscard]] base::Result<Note> parse_note(std::string_view note);

// The note, when at least one of `trusted` signed it. A signature of a trusted key that is wrong refuses the
// note whoever else signed; those of unknown keys (witnesses) are passed over.
[[nodiscard]] base::Result<Note> open_note(std::string_view note, std::span<const VerifierKey> trusted);

}  // namespace hinomi::trust
