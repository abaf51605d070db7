// The condition of a detection (specification 2.1, "Condition"): names of selections joined by and, or, not,
// "N of", and the retired aggregations after a pipe ("| count() by x > 5", "| near a and not b").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/program.h"

namespace hinomi::detect::sigma {

struct Selection {
  std::string name;
  query::NodeId node{};
};

enum class AggregationKind : unsigned char { count, sum, average, near };

// What stands after the pipe. `near` names selections, each with its sign; the others compare a number.
struct Aggregation {
  AggregationKind kind = AggregationKind::count;
  std::string field;  // count: distinct values of it, when not empty; sum, average: the number
  std::vector<std::string> group_by;
  std::string comparison;  // gt, gte, lt, lte, eq
  double limit = 0;
  struct Near {
    query::NodeId node{};
    bool negated = false;
  };
  std::vector<Near> near;
};

struct Condition {
  query::NodeId node{};
  // Every part is under a 'not' ("not a", "not a and not 1 of b*"): in a filter it says what stays.
  bool negative = false;
  std::optional<Aggregation> aggregation;
};

inline constexpr int kMaxConditionDepth = 64;  // parentheses in each other
inline constexpr std::size_t kMaxConditionBytes = 16 * 1024;

// Positions in errors are columns within `text`, from 1, in bytes; the line is 0.
[[nodiscard]] base::Result<Condition> parse_condition(query::Program& program,
                                                      const std::vector<Selection>& selections,
                                                      std::string_view text);

}  // namespace hinomi::detect::sigma
