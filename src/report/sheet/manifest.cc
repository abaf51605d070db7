#include "report/sheet/manifest.h"

#include <charconv>

#include "report/sheet/normal.h"
#include "report/sheet/sheet.h"

namespace hinomi::report::sheet {
namespace {

using parse::sheet::Row;
using parse::sheet::Table;

base::Error not_ours(std::string_view why) {
  return {base::ErrorCode::invalid_input,
          "sheet: its hidden part '" + std::string(kManifestSheet) + "' " + std::string(why),
          "export the table anew and carry the changes over",
          {}};
}

base::Result<void> read_row(const Table& table, const Row& row, Manifest& manifest) {
  const std::string_view what = table.text(row, 1);
  const std::string_view value = table.text(row, 2);
  const std::string_view second = table.text(row, 3);
  if (what == kManifestId) manifest.export_id = value;
  if (what == kManifestEntity) manifest.entity = value;
  if (what == kManifestSchema) manifest.schema_version = value;
  if (what == kManifestTime) {
    const auto time = base::parse_rfc3339(value);
    if (!time) return not_ours("has no time of export");
    manifest.exported_at = *time;
  }
  if (what == kManifestZone) {
    std::from_chars(value.data(), value.data() + value.size(), manifest.utc_offset_minutes);
    constexpr int kMax = 14 * 60;
    if (manifest.utc_offset_minutes < -kMax || manifest.utc_offset_minutes > kMax) {
      return not_ours("names no time zone");
    }
  }
  if (what == kManifestColumn) manifest.column_keys.try_emplace(name_form(second), value);
  if (what == kManifestRow && !manifest.row_versions.try_emplace(std::string(value), second).second) {
    return not_ours("names a row twice");
  }
  return {};
}

}  // namespace

parse::sheet::Limits manifest_limits() {
  constexpr std::size_t kOtherRows = 10;
  parse::sheet::Limits limits;
  limits.max_rows = static_cast<std::uint32_t>(kMaxRows + kMaxColumns + kMaxAllChoices + kOtherRows);
  return limits;
}

base::Result<Manifest> read_manifest(const Table& table) {
  if (!table.header || table.text(*table.header, 1) != kManifestStart) return not_ours("is not there");
  if (table.text(*table.header, 2) != kManifestForm) {
    return base::Error{base::ErrorCode::unsupported,
                       "sheet: it was exported by a later version",
                       "import it there, or export it anew here",
                       {}};
  }
  Manifest manifest;
  for (const Row& row : table.rows) {
    if (auto done = read_row(table, row, manifest); !done) return done.error();
  }
  return manifest;
}

}  // namespace hinomi::report::sheet
