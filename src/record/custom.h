// Values of custom fields as a record keeps them: one flat JSON object, member → text, number or boolean.
// What an organisation defines is module work's (custom_fields.h); nothing here knows a definition.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/json/reader.h"
#include "schema/value.h"
#include "store/sql/database.h"

namespace hinomi::record {

inline constexpr std::size_t kMaxCustomName = 40;
inline constexpr std::size_t kMaxCustomMembers = 200;

// snake_case: "cost_centre".
[[nodiscard]] bool is_custom_name(std::string_view name) noexcept;

struct CustomValue {
  std::string name;
  parse::json::Kind kind = parse::json::Kind::null;
  std::string text;  // a string as it is; of the others their JSON
};
// In the order of the object. invalid_input when it is no flat object of well-named members, each once, whose
// texts have no control characters but line feed and tab.
[[nodiscard]] base::Result<std::vector<CustomValue>> read_custom(std::string_view json);
[[nodiscard]] std::string write_custom(const std::vector<CustomValue>& values);
// The members of `stored` with those of `changes` in their place; null takes one away. `stored` where
// the changes cannot be read.
[[nodiscard]] std::string merge_custom(std::string_view stored, std::string_view changes);

// The value of one member as text ("true", "5"), NULL where there is none; the values are bound in order.
struct CustomSql {
  std::string sql;
  std::vector<schema::Value> values;
};
[[nodiscard]] CustomSql custom_text(std::string_view name, store::sql::Dialect dialect);

}  // namespace hinomi::record
