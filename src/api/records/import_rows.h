// The rows of a table that came back, judged: what each would do, or why it cannot. From the comparison with
// present records to drafts for the engine; not for storing them.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/records/table.h"
#include "report/sheet/compare.h"

namespace hinomi::api::records {

struct ImportRow {
  std::uint32_t row = 0;                // of the file, from 1
  std::optional<base::RecordId> id;     // nullopt: a new record
  std::optional<std::int64_t> version;  // that the change is for
  bool conflict = false;                // somebody changed the record since it went out
  std::vector<report::sheet::CellChange> cells;
  std::vector<report::sheet::Trouble> troubles;
  record::Draft draft;
  std::vector<record::Fault> faults;
  std::string code;  // why it is refused; empty: it is good
};

// Present records by id.
using Present = std::unordered_map<base::RecordId, record::Record>;

// Rows that would do something, in order of the file; rows whose differences are none after all are left out
// and counted in `same`.
struct ImportRows {
  std::vector<ImportRow> rows;
  std::vector<report::sheet::Trouble> troubles;  // of no row: columns that stand twice
  std::size_t same = 0;
};
[[nodiscard]] ImportRows judge_rows(const schema::Entity& entity, const TableShape& shape,
                                    report::sheet::Comparison comparison, const Present& present,
                                    References& references);

}  // namespace hinomi::api::records
