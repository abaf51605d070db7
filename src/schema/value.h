// The value of one field of a record, whatever its entity: what storage, JSON, validation and history work
// on. Not for event data, which never passes through records.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/record_id.h"

namespace hinomi::schema {

using Texts = std::vector<std::string>;

// monostate: no value. Which alternative a field holds is said by its Kind (field.h).
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, base::RecordId, Texts>;

[[nodiscard]] inline bool is_empty(const Value& value) noexcept {
  return std::holds_alternative<std::monostate>(value);
}

}  // namespace hinomi::schema
