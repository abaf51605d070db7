// What a workbook of ours says about itself on its hidden sheet, so that an import knows what it was made of.
// It comes back from outside: a person may have changed it, so it decides nothing alone.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "parse/sheet/table.h"

namespace hinomi::report::sheet {

inline constexpr std::string_view kManifestSheet = "hinomi";
inline constexpr std::string_view kManifestForm = "1";
// First cells of its rows; what follows them stands to the right.
inline constexpr std::string_view kManifestStart = "hinomi-export";    // form
inline constexpr std::string_view kManifestId = "export_id";           // id
inline constexpr std::string_view kManifestEntity = "entity";          // name
inline constexpr std::string_view kManifestSchema = "schema_version";  // version
inline constexpr std::string_view kManifestTime = "time";              // RFC 3339, UTC
inline constexpr std::string_view kManifestZone = "utc_offset_minutes";
inline constexpr std::string_view kManifestColumn = "column";  // key, title, kind
inline constexpr std::string_view kManifestChoice = "choice";  // key of the column, key, title
inline constexpr std::string_view kManifestRow = "row";        // id, version

struct Manifest {
  std::string export_id;
  std::string entity;
  std::string schema_version;
  base::TimeNs exported_at{};
  int utc_offset_minutes = 0;
  std::map<std::string, std::string, std::less<>> column_keys;   // by name_form of the title
  std::map<std::string, std::string, std::less<>> row_versions;  // by id
};

// To read the hidden sheet with: it has more rows than any table, for its columns and choices.
[[nodiscard]] parse::sheet::Limits manifest_limits();
// invalid_input when it is none, unsupported when it is of a later form.
[[nodiscard]] base::Result<Manifest> read_manifest(const parse::sheet::Table& table);

}  // namespace hinomi::report::sheet
