// The detection section of a Sigma rule: its named selections and its condition, compiled. Not for the rule
// around it (document.h) and not for correlations.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "detect/sigma/condition.h"
#include "detect/sigma/item.h"

namespace hinomi::detect::sigma {

inline constexpr std::size_t kMaxSelections = 1024;
inline constexpr std::size_t kMaxConditions = 64;

struct Detection {
  std::vector<Selection> selections;
  std::vector<Condition> conditions;         // several are joined by or
  std::optional<std::int64_t> timeframe_ns;  // of the retired aggregations
};

// "90m", "30s", "1h", "7d"; also weeks "2w" and "M" (30 days), which old rules use. nullopt when it is none.
[[nodiscard]] std::optional<std::int64_t> parse_timespan(std::string_view text) noexcept;

// One selection: a map (and), a list of maps or keywords (or), or one keyword.
[[nodiscard]] base::Result<query::NodeId> compile_selection(const Target& target,
                                                            const parse::yaml::Node& node);

[[nodiscard]] base::Result<Detection> compile_detection(const Target& target, const parse::yaml::Node& node);

}  // namespace hinomi::detect::sigma
