// Finds out where a log ends and what it remembers, after any end of the process before. Only for
// Writer::open.
#pragma once

#include "base/result.h"
#include "store/journal/writer_parts.h"

namespace hinomi::store::journal {

[[nodiscard]] base::Result<void> recover(Writer::Parts& parts);

}  // namespace hinomi::store::journal
