// Signed notes (C2SP signed-note) with Ed25519 keys: the public keys a reader trusts, and whether they signed
// a text. What the text means is export.cc's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.h"

namespace hinomi::verify {

struct Key {
  std::string name;
  std::string id;          // 4 bytes
  std::string public_key;  // 32 bytes
};
// "<name>+<id>+<key>" a line, nothing else; nullopt otherwise and for none.
std::optional<std::vector<Key>> read_keys(const std::string& path);

struct Note {
  std::string text;
  std::string own_part;  // up to the end of the first signature, which is the log's own
};
// nullopt unless the first signature is of a trusted key, and no signature of a trusted key is wrong.
std::optional<Note> open_note(std::string_view note, const std::vector<Key>& trusted);

struct Stamp {
  std::string time;  // as the authority wrote it: YYYYMMDDhhmmss[.f]Z
  Hash hash{};       // of what was stamped
};
// Judges a response of RFC 3161 against the certificates (PEM) that are trusted, as of the time that it
// stamps; nullopt, and `why`, when it does not hold.
std::optional<Stamp> open_stamp(std::string_view response, const std::string& certificates, std::string& why);

}  // namespace hinomi::verify
