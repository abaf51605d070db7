// YAML text (1.1/1.2, many documents) as a tree of nodes that know their line and column; libfyaml does the
// reading. For rules and content that people write; not for large data and not for writing YAML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace hinomi::parse::yaml {

struct Limits {
  std::size_t bytes = 8 * 1024 * 1024;
  std::size_t depth = 64;
  // The library's time grows with the square of these two; 8 MiB within them take seconds at worst.
  std::size_t blank_lines = 200;      // one after the other
  std::size_t directive_bytes = 256;  // of a line that begins with '%'
  std::size_t nodes = 500'000;        // of all documents, aliases expanded and what anchors keep counted too
};

enum class NodeKind : unsigned char { scalar, sequence, mapping };

// How the text of a scalar stands in the source: as it is, as the lines of a '|' block, or folded or escaped.
enum class Layout : unsigned char { verbatim, literal, changed };

struct Member;

// A value; copies are deep.
struct Node {
  NodeKind kind = NodeKind::scalar;
  bool plain =
      false;  // scalar written without quotes and not as a block: it may mean null, a boolean or a number
  Layout layout = Layout::verbatim;
  base::Position where{};       // of the first character within quotes or of the block
  std::string text;             // of a scalar
  std::vector<Node> items;      // of a sequence
  std::vector<Member> members;  // of a mapping, in order; keys are unique

  [[nodiscard]] bool is_scalar() const noexcept { return kind == NodeKind::scalar; }
  [[nodiscard]] bool is_sequence() const noexcept { return kind == NodeKind::sequence; }
  [[nodiscard]] bool is_mapping() const noexcept { return kind == NodeKind::mapping; }

  // The member of that name; nullptr when absent or when this is no mapping.
  [[nodiscard]] const Node* find(std::string_view key) const noexcept;
  // The scalar text of a member, or empty.
  [[nodiscard]] std::string_view text_of(std::string_view key) const noexcept;

  // Where the byte `offset` of a scalar's text stands in the source; where the scalar begins if its layout is
  // changed.
  [[nodiscard]] base::Position place_of(std::size_t offset) const noexcept;

  // What a plain scalar means by the core schema of YAML 1.2 (10.3.2): yes, no, on, off and dates are texts,
  // numbers are decimal, 0x hexadecimal or 0o octal; infinities and NaN are no numbers.
  [[nodiscard]] bool is_null() const noexcept;
  [[nodiscard]] std::optional<bool> as_boolean() const noexcept;
  [[nodiscard]] std::optional<double> as_number() const noexcept;
};

struct Member {
  std::string key;
  base::Position where{};
  Node value;
};

// Every document of the text. On a fault nothing is returned but the first error, with line and column.
[[nodiscard]] base::Result<std::vector<Node>> read(std::string_view text, const Limits& limits = {});

}  // namespace hinomi::parse::yaml
