#include "store/sql/migration_files.h"

#include <algorithm>
#include <string>

namespace hinomi::store::sql {

std::string part_for(Dialect dialect, std::string_view text) {
  constexpr std::string_view kMark = "-- only: ";
  const std::string_view own = dialect == Dialect::sqlite ? "sqlite" : "postgres";
  std::string part;
  bool applies = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    if (!line.starts_with(kMark)) {
      if (applies) part += line;
      continue;
    }
    std::string_view whose = line.substr(kMark.size());
    while (whose.ends_with('\n') || whose.ends_with(' ')) whose.remove_suffix(1);
    applies = whose == own || whose == "both";
  }
  return part;
}

Migrations Steps::view() const {
  return {.name = name, .steps = {texts.begin(), texts.end()}};
}

Steps steps_for(std::string_view name, Dialect dialect, std::span<const MigrationFile> files) {
  Steps steps{.name = name, .texts = {}};
  for (const MigrationFile& file : files) steps.texts.push_back(part_for(dialect, file.text));
  return steps;
}

}  // namespace hinomi::store::sql
