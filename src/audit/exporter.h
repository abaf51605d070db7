// An export of one organisation's log as a folder that hinomi-verify judges, and that folder as one file. Not
// for the form of an export (trust/export_writer.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "audit/keys.h"
#include "audit/tables.h"
#include "base/labels.h"
#include "base/result.h"
#include "base/time.h"
#include "store/sql/database.h"
#include "trust/export_writer.h"

namespace hinomi::audit {

// What of an entry's details the reader may see; nullopt: nothing. Called in order, on the thread of the
// export.
using ShowDetails = std::function<bool(const LeafRow&)>;

struct ExportOrder {
  base::OrganisationId organisation{};
  base::TimeNs made{};
  std::string folder;                     // must not be there
  std::vector<std::string> certificates;  // PEM, of the authorities of time
  ShowDetails show_details;               // empty: all
};

// Signs a checkpoint of all entries first and exports up to it; others go on appending. not_found: the log is
// empty. Of a log that was tampered with, which is never signed anew, everything up to the last checkpoint is
// exported, and whatever is there behind it: the verifier says what is wrong.
[[nodiscard]] base::Result<trust::ExportSummary> export_log(store::sql::Database& database, const Keys& keys,
                                                            const ExportOrder& order);

// The files of a folder, without links and special files, as "NAME/…" in a tar file (pax) with mode 0600;
// durable on return. Error conflict: there is such a file.
[[nodiscard]] base::Result<void> pack_folder(const std::string& folder, const std::string& name,
                                             const std::string& file);

}  // namespace hinomi::audit
