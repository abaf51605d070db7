#include "api/records/import_rows.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "report/sheet/normal.h"

namespace hinomi::api::records {
namespace {

namespace sheet = report::sheet;

bool refuses(sheet::TroubleKind kind) noexcept {
  return kind != sheet::TroubleKind::read_only_changed && kind != sheet::TroubleKind::duplicate_column;
}

std::optional<std::int64_t> version_of(std::string_view text) noexcept {
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return version;
}

class Judge {
 public:
  Judge(const schema::Entity& entity, const TableShape& shape, const Present& present, References& references)
      : entity_(entity), shape_(shape), present_(present), references_(references) {}

  ImportRows judge(sheet::Comparison comparison) {
    for (sheet::RowChange& change : comparison.changed) take_change(std::move(change));
    for (sheet::NewRow& added : comparison.added) {
      ImportRow& row = rows_[added.row];
      row.cells = std::move(added.cells);
    }
    for (sheet::Trouble& trouble : comparison.troubles) {
      if (trouble.kind == sheet::TroubleKind::duplicate_column) {
        result_.troubles.push_back(std::move(trouble));
        continue;
      }
      // A row of which nothing but that is to be told, was counted as unchanged; one without a record was
      // not.
      const bool is_new = !rows_.contains(trouble.place.row);
      const bool has_record =
          trouble.kind != sheet::TroubleKind::unknown_id && trouble.kind != sheet::TroubleKind::duplicate_id;
      if (is_new && !refuses(trouble.kind))
        told_[trouble.place.row].push_back(std::move(trouble));
      else {
        if (is_new && has_record && comparison.unchanged > 0) --comparison.unchanged;
        rows_[trouble.place.row].troubles.push_back(std::move(trouble));
      }
    }
    result_.same += comparison.unchanged;
    for (auto& [number, row] : rows_) {
      row.row = number;
      finish(row);
      result_.rows.push_back(std::move(row));
    }
    for (auto& [number, troubles] : told_)
      for (sheet::Trouble& trouble : troubles) result_.troubles.push_back(std::move(trouble));
    return std::move(result_);
  }

 private:
  void take_change(sheet::RowChange change) {
    const auto id = base::RecordId::parse(change.id);
    const auto record = id ? present_.find(*id) : present_.end();
    if (record == present_.end()) return;
    std::erase_if(change.cells,
                  [&](const sheet::CellChange& cell) { return is_same_reference(cell, record->second); });
    if (change.cells.empty()) {
      ++result_.same;
      return;
    }
    ImportRow& row = rows_[change.row];
    row.id = id;
    row.cells = std::move(change.cells);
    const auto version = version_of(change.version);
    row.conflict = version && *version != record->second.version;
    row.version = record->second.version;
    if (row.conflict) row.code = "stale";
  }

  // The title alone, which was enough when the file went out, still means the record it meant.
  bool is_same_reference(const sheet::CellChange& cell, const record::Record& record) {
    const TablePart& part = shape_.parts[cell.column];
    if (part.part != Part::field) return false;
    const auto* const id = std::get_if<base::RecordId>(&record.values[part.field]);
    if (id == nullptr) return false;
    const std::string title = references_.title_of(entity_.fields[part.field].target, *id);
    return !title.empty() && sheet::comparable(title) == sheet::comparable(cell.after);
  }

  void finish(ImportRow& row) {
    std::string custom;
    for (const sheet::CellChange& cell : row.cells) {
      const TablePart& part = shape_.parts[cell.column];
      const std::string& key = shape_.columns[cell.column].key;
      if (part.part == Part::organisation && row.id) {
        row.faults.push_back({key, "written_once", "a record stays with its organisation"});
        continue;
      }
      if (auto fault = set_cell(entity_, part, key, cell.after, references_, row.draft, custom))
        row.faults.push_back(std::move(*fault));
    }
    if (!custom.empty()) row.draft.custom = "{" + custom + "}";
    const bool troubled = std::any_of(row.troubles.begin(), row.troubles.end(),
                                      [](const sheet::Trouble& one) { return refuses(one.kind); });
    if (row.code.empty() && (troubled || !row.faults.empty())) row.code = "invalid";
  }

  const schema::Entity& entity_;
  const TableShape& shape_;
  const Present& present_;
  References& references_;
  std::map<std::uint32_t, ImportRow> rows_;
  std::map<std::uint32_t, std::vector<sheet::Trouble>> told_;
  ImportRows result_;
};

}  // namespace

ImportRows judge_rows(const schema::Entity& entity, const TableShape& shape, sheet::Comparison comparison,
                      const Present& present, References& references) {
  return Judge(entity, shape, present, references).judge(std::move(comparison));
}

}  // namespace hinomi::api::records
