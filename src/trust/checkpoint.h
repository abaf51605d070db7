// Checkpoints of a log (C2SP tlog-checkpoint): its name, size and root at a time, as the text of a signed
// note. Not the signature itself (note.h) and not the anchor outside (timestamp.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "trust/hash.h"
#include "trust/note.h"

namespace hinomi::trust {

struct Checkpoint {
  std::string origin;  // the log's name, also that of its key: a key name (note.h)
  std::uint64_t size = 0;
  Hash root{};
  base::TimeNs time{};  // by the clock of this machine; only an anchor proves a time
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// origin, size, root in base64, and the extension line "time 2026-11-25T07:45:41.000000000Z".
[[nodiscard]] std::string checkpoint_text(const Checkpoint& checkpoint);
// Only what checkpoint_text() writes.
[[nodiscard]] base::Result<Checkpoint> parse_checkpoint_text(std::string_view text);

// The signed note; the origin is the key's name.
[[nodiscard]] base::Result<std::string> make_checkpoint(std::uint64_t size, const Hash& root,
                                                        base::TimeNs time, const SigningKey& key);
// Signed by one of `trusted`, and of the log of that key's name.
[[nodiscard]] base::Result<Checkpoint> open_checkpoint(std::string_view note,
                                                       std::span<const VerifierKey> trusted);

// What a time-stamp of a checkpoint is about: SHA-256 of the note up to the end of the log's own signature.
// Signatures that witnesses add behind it later do not change it.
[[nodiscard]] base::Result<Hash> anchored_hash(std::string_view note);

}  // namespace hinomi::trust
