// The parts of hinomi-verify, each in the source of its name. Written for this program alone: it shares no
// code with what writes exports, so that a mistake there is not believed here.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "texts.h"

namespace hinomi::verify {

// ---- bytes.cc: hashes are strings of 32 bytes; of hex and base64 each value has one text ----
inline constexpr std::size_t kHashBytes = 32;
std::string sha256(std::initializer_list<std::string_view> parts);
std::string hex(std::string_view bytes);
std::optional<std::string> hash_of_hex(std::string_view text);
std::optional<std::string> base64(std::string_view text);
std::optional<std::uint64_t> decimal(std::string_view text);
std::string shown(std::string_view text);  // for a terminal: printable ASCII, the rest as \xNN
std::optional<std::string> read_file(const std::string& path, std::size_t limit);  // nullopt also when longer
std::string hash_file(const std::string& path);  // empty when it cannot be read

// The lines of a file, each of which must end with a line feed and be no longer than a limit.
class Lines {
 public:
  Lines(const std::string& path, std::size_t limit) : file_(path, std::ios::binary), limit_(limit) {}
  bool next(std::string& line);  // false at the end, and where the file is not as it must be: broken()
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  std::ifstream file_;
  std::size_t limit_;
  bool broken_ = false;
};

// Reads what must come next of a JSON text; after the first thing that does not come, everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text, bool with_blanks = false)
      : rest_(text), with_blanks_(with_blanks) {}
  bool literal(std::string_view text);
  std::uint64_t number();
  std::string string();
  bool starts_with(char c) { return skip(), ok_ && rest_.starts_with(c); }
  bool comma() { return starts_with(',') && literal(","); }  // whether one comes next, which is then read
  bool ended() { return skip(), ok_ && rest_.empty(); }

 private:
  void escape(std::string& out);
  void skip() {
    while (with_blanks_ && !rest_.empty() && std::string_view(" \t\r\n").find(rest_[0]) != rest_.npos)
      rest_.remove_prefix(1);
  }
  std::string_view rest_;
  bool with_blanks_;
  bool ok_ = true;
};

// ---- tree.cc: the Merkle tree of RFC 9162, straight from its definitions ----
class Tree {
 public:
  static std::string leaf(std::string_view bytes) { return sha256({std::string_view("\0", 1), bytes}); }
  static std::string node(std::string_view l, std::string_view r) { return sha256({"\x01", l, r}); }
  void add(std::string leaf_hash);
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] std::string root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<std::string> peaks_;  // of the perfect subtrees, the largest first
};

// Whether a proof file holds: one JSON object with hashes in base64. Members of other names are passed over.
//   inclusion            leafIdx, treeSize, leafHash, root, proof
//   consistency          size1, size2, root1, root2, proof
//   subtree inclusion    leafIdx, start, end, leafHash, root, proof
//   subtree consistency  start, end, size, root1, root2, proof
bool proof_holds(std::string_view json);

// ---- note.cc: notes signed with Ed25519 (C2SP signed-note), and time-stamps (RFC 3161) ----
struct Key {
  std::string name;
  std::string id;          // 4 bytes
  std::string public_key;  // 32 bytes
};
std::vector<Key> read_keys(
    const std::string& path);  // lines "<name>+<id>+<key>"; none when one is anything else

struct Note {
  std::string text;
  std::string own_part;  // up to the end of the first signature, which is the log's own
  std::string signer;    // the name of the key of that signature
};
// nullopt unless the first signature is of a trusted key, and no signature of a trusted key is wrong.
std::optional<Note> open_note(std::string_view note, const std::vector<Key>& trusted);

struct Stamp {
  std::string time;  // as the authority wrote it: YYYYMMDDhhmmss[.f]Z
  std::string hash;  // of what was stamped
};
// A response, judged against trusted certificates (PEM) as of the time that it stamps.
std::optional<Stamp> open_stamp(std::string_view response, const std::string& certificates);

// ---- export.cc: a whole export (docs/en/audit-log.md) ----
struct Report {
  bool japanese = false;
  std::uint64_t problems = 0;
  [[nodiscard]] std::string said(const Text& text, const std::string& value = {}) const;
  void problem(const std::string& where, const Text& text, const std::string& value = {});
  void note(const Text& text, const std::string& value = {}) const;
};

struct Given {
  std::string folder;
  std::string keys;  // files; empty: those of the export
  std::string authorities;
  std::string known;  // file; empty: none
};
void verify_export(const Given& given, Report& report);

}  // namespace hinomi::verify
