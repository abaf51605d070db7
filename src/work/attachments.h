// Which stored files attachments still need: what the sweep of the blob store asks. Not for permissions; who
// may read an attachment is decided with the record it is about.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "record/engine.h"

namespace hinomi::work {

// Whether an attachment refers to the content of this SHA-256 (hex): one that stands, or that was deleted
// after the moment given.
[[nodiscard]] base::Result<bool> is_attached(record::Engine& engine, std::string_view sha256,
                                             base::TimeNs deleted_after);

}  // namespace hinomi::work
