// Reads one content file strictly and keeps the first fault with file, line and column, so that readers of a
// format can take value after value and ask once at the end. A part of this module, not for other modules.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/bilingual.h"
#include "content/code.h"
#include "parse/yaml/yaml.h"

namespace hinomi::content {

inline constexpr std::uint64_t kMaxFileBytes = 64 * 1024;    // of one role
inline constexpr std::uint64_t kMaxTableBytes = 256 * 1024;  // of a table: permissions, a catalogue
inline constexpr std::size_t kMaxNameBytes = 200;            // of a name, in each language
inline constexpr std::size_t kMaxTextBytes = 1200;           // of a sentence or two, in each language
inline constexpr std::size_t kMaxWordBytes = 64;             // of a key, a permission, a unit

// An error about a place in a content file; "path:line:column: what".
[[nodiscard]] base::Error fault_in(const std::string& path, base::Position where, const std::string& what,
                                   base::ErrorCode code = base::ErrorCode::invalid_input);

// Lower-case letters, digits and '_', beginning with a letter.
[[nodiscard]] bool is_word(std::string_view text) noexcept;
// Lower-case letters, digits and single '-': the key of a catalogue.
[[nodiscard]] bool is_catalogue_key(std::string_view text) noexcept;
// True when a kana or a kanji stands in it.
[[nodiscard]] bool has_japanese(std::string_view text) noexcept;

// After a fault every answer is an empty value, and later faults are ignored.
class Reader {
 public:
  using Node = parse::yaml::Node;

  // The file's only document, which must be a mapping. Errors: not_found, io, limit_exceeded, invalid_input.
  [[nodiscard]] static base::Result<Reader> open(std::string path, std::uint64_t limit = kMaxFileBytes);

  [[nodiscard]] const Node& root() const noexcept { return root_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  [[nodiscard]] bool ok() const noexcept { return !failed_; }
  [[nodiscard]] const base::Error& error() const { return first_; }
  void fault(base::Position where, const std::string& what);

  // Faults unless `node` is a mapping with all of `required` and nothing but these and `optional`.
  void keys(const Node& node, std::initializer_list<std::string_view> required,
            std::initializer_list<std::string_view> optional = {});
  // The value of a required key; an empty node after a fault.
  const Node& at(const Node& mapping, std::string_view key);

  // One line without characters that hide or reorder, without blanks at its ends, of 1 to `limit` bytes.
  std::string line(const Node& node, std::size_t limit);
  std::string word(const Node& node);  // is_word
  bool boolean(const Node& node);
  Code code(const Node& node);
  // {ja: …, en: …}: the Japanese text holds Japanese characters, the English one none.
  Bilingual both(const Node& node, std::size_t limit);
  // The items of a sequence of `least` to `most`; empty after a fault.
  const std::vector<Node>& items(const Node& node, std::size_t least, std::size_t most);
  // A sequence of texts that differ.
  std::vector<std::string> lines(const Node& node, std::size_t least, std::size_t most);
  std::vector<Code> codes(const Node& node, std::size_t most);

  // The place of `text` among `names`, for closed lists.
  std::size_t choice(const Node& node, std::initializer_list<std::string_view> names);

 private:
  Reader(std::string path, Node root) : path_(std::move(path)), root_(std::move(root)) {}

  std::string path_;
  Node root_;
  bool failed_ = false;
  base::Error first_;  // once failed_
};

}  // namespace hinomi::content
