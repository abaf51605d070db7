// The little of YAML that a message catalogue needs: mappings and scalars with their places, duplicates kept.
// Not for rules or events (parse/yaml): no anchors, aliases, tags, sequences or second documents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/message_compiler/catalogue.h"

namespace hinomi::message_compiler {

inline constexpr int kMaxYamlDepth = 8;
inline constexpr std::size_t kMaxYamlBytes = 1024 * 1024;

struct YamlEntry;

struct YamlNode {
  bool is_mapping = false;
  std::string text;                // scalar only
  std::vector<YamlEntry> entries;  // mapping only, in the order of the file
  Place where;
};

struct YamlEntry {
  std::string key;
  Place where;  // of the key
  YamlNode value;
};

// The mapping at the top of `text`; an empty mapping and new `problems` when it cannot be read.
[[nodiscard]] YamlNode read_yaml_tree(std::string_view file, std::string_view text,
                                      std::vector<Diagnostic>& problems);

}  // namespace hinomi::message_compiler
