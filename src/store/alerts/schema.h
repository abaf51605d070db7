// The tables of the alert store, as numbered steps. For Writer, Reader and their tests only.
#pragma once

#include "store/sqlite/migrate.h"

namespace hinomi::store::alerts {

[[nodiscard]] const sqlite::Schema& schema() noexcept;

// rule_item.list: which list of a rule a value belongs to. Stored; never renumber.
enum class RuleList : std::int64_t {
  tags = 0,
  falsepositives = 1,
  tactics = 2,     // "lateral-movement", from tags
  techniques = 3,  // "T1021.002" and the "T1021" it is part of, from tags
};

}  // namespace hinomi::store::alerts
