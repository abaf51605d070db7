// One item of a detection, "Field|modifier|…: value(s)", as a condition: the modifiers are applied to every
// value in their order, the results joined by or (and with 'all'). Not for conditions and selections
// (detection.h).
#pragma once

#include <string_view>

#include "base/result.h"
#include "detect/sigma/transform.h"
#include "event/field_table.h"
#include "parse/yaml/yaml.h"
#include "query/program.h"

namespace hinomi::detect::sigma {

// Where compiled parts go.
struct Target {
  query::Program& program;
  event::FieldTable& fields;
  const Placeholders& placeholders;
};

// `key` as written, e.g. "CommandLine|contains|all"; an empty field name, or key "", searches all values.
[[nodiscard]] base::Result<query::NodeId> compile_item(const Target& target, std::string_view key,
                                                       base::Position key_where,
                                                       const parse::yaml::Node& value);
// A value without a field.
[[nodiscard]] base::Result<query::NodeId> compile_keyword(const Target& target,
                                                          const parse::yaml::Node& value);

}  // namespace hinomi::detect::sigma
