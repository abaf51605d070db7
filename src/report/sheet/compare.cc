#include "report/sheet/compare.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "report/sheet/normal.h"
#include "report/sheet/value.h"

namespace hinomi::report::sheet {
namespace {

using parse::sheet::Cell;
using parse::sheet::CellKind;
using parse::sheet::Row;
using parse::sheet::Table;

constexpr std::size_t kMaxTroubleBytes = 200;

// Programs write 15 to 17 digits of a number; what differs only beyond them is the same.
bool same_real(std::string_view before, std::string_view after) {
  double a = 0;
  double b = 0;
  const auto first = std::from_chars(before.data(), before.data() + before.size(), a);
  const auto second = std::from_chars(after.data(), after.data() + after.size(), b);
  if (first.ec != std::errc{} || second.ec != std::errc{}) return false;
  return std::fabs(a - b) <= std::max(std::fabs(a), std::fabs(b)) * 1e-15;
}

class Comparer {
 public:
  Comparer(std::span<const Column> columns, std::span<const Original> originals, const Table& table,
           const CompareOptions& options)
      : columns_(columns),
        originals_(originals),
        table_(table),
        manifest_(options.manifest),
        offset_(manifest_ != nullptr ? manifest_->utc_offset_minutes : options.utc_offset_minutes) {}

  base::Result<Comparison> run() {
    if (auto found = find_columns(); !found) return found.error();
    std::unordered_map<std::string_view, std::size_t> by_id;
    for (std::size_t i = 0; i < originals_.size(); ++i) {
      if (originals_[i].values.size() != columns_.size()) {
        return base::Error{base::ErrorCode::usage,
                           "sheet: a record has not one value for each column",
                           "give a value, or an empty text, for each column",
                           {}};
      }
      by_id.try_emplace(originals_[i].id, i);
    }
    std::vector<bool> seen(originals_.size());
    std::set<std::string, std::less<>> unknown;  // ids of the table that are no record's
    for (const Row& row : table_.rows) {
      const std::string id = comparable(table_.text(row, id_at_));
      if (id.empty()) {
        add_new_row(row);
        continue;
      }
      const auto original = by_id.find(id);
      const bool known = original != by_id.end();
      const bool again = known ? seen[original->second] : !unknown.insert(id).second;
      if (known) seen[original->second] = true;
      if (again || !known) {
        trouble(again ? TroubleKind::duplicate_id : TroubleKind::unknown_id, {row.number, id_at_}, id_column_,
                id);
        continue;
      }
      compare_row(row, originals_[original->second]);
    }
    find_missing(seen, by_id);
    return std::move(result_);
  }

 private:
  base::Result<void> find_columns() {
    std::map<std::string, std::size_t, std::less<>> names;
    std::map<std::string, std::size_t, std::less<>> keys;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      names.try_emplace(name_form(columns_[i].title), i);
      names.try_emplace(name_form(columns_[i].key), i);
      keys.try_emplace(columns_[i].key, i);
      if (columns_[i].kind == ColumnKind::id) id_column_ = i;
    }
    if (id_column_ >= columns_.size()) {
      return base::Error{
          base::ErrorCode::usage, "sheet: no column holds ids", "give the sheet a column of ids", {}};
    }
    places_.assign(columns_.size(), 0);
    const Row titles = table_.header.value_or(Row{});
    for (std::uint32_t i = 0; i < titles.count; ++i) {
      place_column(titles.number, table_.cells[titles.first + i], names, keys);
    }
    id_at_ = places_[id_column_];
    if (id_at_ == 0) {
      return base::Error{base::ErrorCode::invalid_input,
                         "sheet: the table has no column '" + columns_[id_column_].title + "'",
                         "put the column of ids back, or export the table anew",
                         {}};
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (places_[i] == 0) result_.missing_columns.push_back(i);
    }
    return {};
  }

  using Names = std::map<std::string, std::size_t, std::less<>>;
  void place_column(std::uint32_t row, const Cell& title, const Names& names, const Names& keys) {
    const std::string name = name_form(table_.text(title));
    if (name == kVersionTitle) {
      version_at_ = title.column;
      return;
    }
    auto found = names.find(name);
    bool known = found != names.end();
    if (!known && manifest_ != nullptr) {
      const auto remembered = manifest_->column_keys.find(name);
      if (remembered != manifest_->column_keys.end()) found = keys.find(remembered->second);
      known = remembered != manifest_->column_keys.end() && found != keys.end();
    }
    if (!known) {
      result_.unknown_columns.push_back({std::string(table_.text(title)), title.column});
      return;
    }
    std::uint32_t& place = places_[found->second];
    if (place != 0) {
      trouble(TroubleKind::duplicate_column, {row, title.column}, found->second, table_.text(title));
      return;
    }
    place = title.column;
  }

  void trouble(TroubleKind kind, parse::sheet::Place place, std::optional<std::size_t> column,
               std::string_view text) {
    if (result_.troubles.size() >= kMaxTroubles) {
      ++result_.troubles_dropped;
      return;
    }
    result_.troubles.push_back(
        {kind, place, column, std::string(base::cut_to_bytes(text, kMaxTroubleBytes))});
  }

  // What the cell says in the form of its column; nullopt where that is a trouble.
  std::optional<std::string> read_cell(const Row& row, std::size_t column, const Cell& cell) {
    const parse::sheet::Place place{row.number, places_[column]};
    const std::string_view text = table_.text(cell);
    if (cell.kind == CellKind::error) {
      trouble(TroubleKind::error_value, place, column, text);
      return std::nullopt;
    }
    if (cell.formula && text.empty()) {
      trouble(TroubleKind::no_value, place, column, text);
      return std::nullopt;
    }
    auto value = to_plain_form(columns_[column], cell, text, offset_);
    if (!value) trouble(TroubleKind::not_of_its_kind, place, column, text);
    return value;
  }

  [[nodiscard]] static bool same(const Column& column, const std::string& before, const std::string& after) {
    if (before == after) return true;
    if (column.kind == ColumnKind::text) return comparable(before) == comparable(after);
    if (column.kind == ColumnKind::real) return same_real(before, after);
    return canonical(column, before) == canonical(column, after);
  }

  std::optional<CellChange> change(const Row& row, std::size_t column, const std::string& before) {
    const Cell empty{};
    const Cell* cell = table_.find(row, places_[column]);
    if (cell == nullptr) cell = &empty;
    std::optional<std::string> after = std::string();
    if (cell != &empty) after = read_cell(row, column, *cell);
    if (!after || same(columns_[column], before, *after)) return std::nullopt;
    CellChange out{.column = column,
                   .place = {row.number, places_[column]},
                   .before = before,
                   .after = std::move(*after)};
    out.suspicion = suspect({.column = columns_[column],
                             .before = out.before,
                             .after = out.after,
                             .cell = *cell,
                             .utc_offset_minutes = offset_});
    return out;
  }

  void compare_row(const Row& row, const Original& original) {
    RowChange out{.id = original.id, .row = row.number, .version = version_of(row, original.id), .cells = {}};
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (places_[i] == 0 || i == id_column_) continue;
      auto changed = change(row, i, original.values[i]);
      if (!changed) continue;
      if (columns_[i].read_only) {
        trouble(TroubleKind::read_only_changed, changed->place, i, changed->after);
        continue;
      }
      out.cells.push_back(std::move(*changed));
    }
    if (out.cells.empty()) {
      ++result_.unchanged;
      return;
    }
    out.conflict = out.version != original.version;
    result_.changed.push_back(std::move(out));
  }

  [[nodiscard]] std::string version_of(const Row& row, const std::string& id) const {
    if (manifest_ != nullptr) {
      const auto known = manifest_->row_versions.find(id);
      if (known != manifest_->row_versions.end()) return known->second;
    }
    return version_at_ == 0 ? std::string() : comparable(table_.text(row, version_at_));
  }

  void add_new_row(const Row& row) {
    NewRow out{.row = row.number, .cells = {}};
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (places_[i] == 0 || i == id_column_) continue;
      auto changed = change(row, i, std::string());
      if (!changed) continue;
      if (columns_[i].read_only) {
        trouble(TroubleKind::read_only_changed, changed->place, i, changed->after);
        continue;
      }
      out.cells.push_back(std::move(*changed));
    }
    if (!out.cells.empty()) result_.added.push_back(std::move(out));
  }

  void find_missing(const std::vector<bool>& seen,
                    const std::unordered_map<std::string_view, std::size_t>& by_id) {
    if (manifest_ == nullptr) {
      for (std::size_t i = 0; i < originals_.size(); ++i) {
        if (!seen[i]) result_.missing.push_back(originals_[i].id);
      }
      return;
    }
    for (const auto& [id, version] : manifest_->row_versions) {
      const auto original = by_id.find(id);
      // A record that is gone from both sides is nobody's news.
      if (original != by_id.end() && !seen[original->second]) result_.missing.push_back(id);
    }
  }

  std::span<const Column> columns_;
  std::span<const Original> originals_;
  const Table& table_;
  const Manifest* manifest_;
  int offset_;
  Comparison result_;
  std::vector<std::uint32_t> places_;  // of each column in the table; 0 = not there
  std::size_t id_column_ = std::numeric_limits<std::size_t>::max();
  std::uint32_t id_at_ = 0;
  std::uint32_t version_at_ = 0;
};

}  // namespace

std::string_view name_of(TroubleKind kind) noexcept {
  constexpr std::array<std::string_view, 7> kNames = {
      "not_of_its_kind", "read_only_changed", "error_value", "unknown_id",
      "duplicate_id",    "duplicate_column",  "no_value"};
  return kNames[static_cast<std::size_t>(kind)];
}

base::Result<Comparison> compare(std::span<const Column> columns, std::span<const Original> originals,
                                 const Table& table, const CompareOptions& options) {
  return Comparer(columns, originals, table, options).run();
}

}  // namespace hinomi::report::sheet
