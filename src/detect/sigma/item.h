// One item of a detection, "Field|modifier|…: value(s)", as a condition: the modifiers are applied to every
// value in their order, the results joined by or (and with 'all'). Not for conditions and selections
// (detection.h).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/field_table.h"
#include "parse/yaml/yaml.h"
#include "query/program.h"

namespace hinomi::detect::sigma {

// Values for %placeholders% of the modifier 'expand', by name.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;

// Where compiled parts go.
struct Target {
  query::Program& program;
  event::FieldTable& fields;
  const Placeholders& placeholders;
};

// How many texts one value may expand to.
inline constexpr std::size_t kMaxExpansions = 10'000;
inline constexpr std::size_t kMaxModifiers = 16;  // of one item

// `key` as written, e.g. "CommandLine|contains|all"; an empty field name, or key "", searches all values.
[[nodiscard]] base::Result<query::NodeId> compile_item(const Target& target, std::string_view key,
                                                       base::Position key_where,
                                                       const parse::yaml::Node& value);
// A value without a field.
[[nodiscard]] base::Result<query::NodeId> compile_keyword(const Target& target,
                                                          const parse::yaml::Node& value);

}  // namespace hinomi::detect::sigma
