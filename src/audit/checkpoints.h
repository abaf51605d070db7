// Signs what the log of an organisation holds now. Not for when that is due (keeper.h).
#pragma once

#include <cstdint>
#include <optional>

#include "audit/keys.h"
#include "audit/tables.h"
#include "base/labels.h"
#include "base/result.h"
#include "base/time.h"
#include "store/sql/database.h"

namespace hinomi::audit {

// A new checkpoint of all entries, or the last one when it is of all of them; nullopt: the log is empty. The
// tree must continue the last checkpoint, otherwise nothing is signed: forbidden, the log was tampered with.
[[nodiscard]] base::Result<std::optional<CheckpointRow>> sign_checkpoint(store::sql::Database& database,
                                                                         const Keys& keys,
                                                                         base::OrganisationId organisation,
                                                                         base::TimeNs now);

}  // namespace hinomi::audit
