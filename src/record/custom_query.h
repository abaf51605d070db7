// Conditions of lists on custom fields: "custom.pier=north", "custom.owner.has=…". Not for declared fields
// (list_query.h).
#pragma once

#include <optional>
#include <string_view>

#include "record/list_query.h"

namespace hinomi::record {

inline constexpr std::string_view kCustomPrefix = "custom.";

// The condition of a parameter whose name begins with kCustomPrefix, or what is wrong with it.
[[nodiscard]] std::optional<Fault> read_custom_condition(const Parameter& parameter,
                                                         CustomCondition& condition);
[[nodiscard]] Where where_of(const CustomCondition& condition, store::sql::Dialect dialect);

}  // namespace hinomi::record
