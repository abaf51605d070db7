// The nightly job that ends what people held who have left: assignments and holdings get the last day of the
// person as theirs, so that boards and lists show what is vacant. What they may do ended by itself that day
// (grants.h). Not for accounts.
#pragma once

#include "work/job_runner.h"

namespace hinomi::govern {

inline constexpr std::string_view kEndLeaversKind = "end_leavers";

// {"people": n, "ended": m} as its result.
[[nodiscard]] work::JobKind end_leavers_kind();

}  // namespace hinomi::govern
