// YAML text (1.1/1.2, many documents) as a tree of nodes that know their line and column; libfyaml does the reading.
// For rules and content that people write; not for large data and not for writing YAML.
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
  std::size_t nodes = 500'000;  // of all documents, aliases expanded
};

enum class NodeKind : unsigned char { scalar, sequence, mapping };

struct Member;

// A value; copies are deep.
struct Node {
  NodeKind kind = NodeKind::scalar;
  bool plain = false;  // scalar written without quotes and not as a block: it may mean null, a boolean or a number
  base::Position where{};
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

  // What a plain scalar means (YAML 1.2 core schema, and the words of 1.1 for booleans true and false only).
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
