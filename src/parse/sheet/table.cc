#include "parse/sheet/table.h"

#include <algorithm>

#include "base/text.h"

namespace hinomi::parse::sheet {
namespace {

constexpr std::size_t kMaxDetailBytes = 200;

bool has_control(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x7F || (byte < 0x20 && c != '\t' && c != '\n' && c != '\r');
  });
}

}  // namespace

std::string column_letters(std::uint32_t column) {
  if (column == 0) return "?";
  std::string letters;
  for (; column > 0; column = (column - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
  }
  return letters;
}

std::string place_name(Place place) {
  if (place.column == 0) return "row " + std::to_string(place.row);
  if (place.row == 0) return "column " + column_letters(place.column);
  return column_letters(place.column) + std::to_string(place.row);
}

std::optional<Place> parse_place(std::string_view reference) noexcept {
  Place place;
  std::size_t at = 0;
  if (at < reference.size() && reference[at] == '$') ++at;
  const std::size_t letters = at;
  for (; at < reference.size(); ++at) {
    const char c = static_cast<char>(reference[at] & ~0x20);
    if (c < 'A' || c > 'Z') break;
    place.column = place.column * 26 + static_cast<std::uint32_t>(c - 'A' + 1);
    if (place.column > kMaxColumnNumber) return std::nullopt;
  }
  if (at == letters) return std::nullopt;
  if (at < reference.size() && reference[at] == '$') ++at;
  const std::size_t digits = at;
  for (; at < reference.size(); ++at) {
    const char c = reference[at];
    if (c < '0' || c > '9' || (at == digits && c == '0')) return std::nullopt;
    place.row = place.row * 10 + static_cast<std::uint32_t>(c - '0');
    if (place.row > kMaxRowNumber) return std::nullopt;
  }
  if (at == digits) return std::nullopt;
  return place;
}

std::string_view name_of(CellKind kind) noexcept {
  switch (kind) {
    case CellKind::empty:
      return "empty";
    case CellKind::text:
      return "text";
    case CellKind::number:
      return "number";
    case CellKind::boolean:
      return "boolean";
    case CellKind::date:
      return "date";
    case CellKind::time:
      return "time";
    case CellKind::duration:
      return "duration";
    case CellKind::error:
      return "error";
  }
  return "";
}

std::string_view name_of(ProblemKind kind) noexcept {
  switch (kind) {
    case ProblemKind::ragged_row:
      return "ragged_row";
    case ProblemKind::stray_quote:
      return "stray_quote";
    case ProblemKind::malformed_bytes:
      return "malformed_bytes";
    case ProblemKind::control_character:
      return "control_character";
    case ProblemKind::formula:
      return "formula";
    case ProblemKind::error_value:
      return "error_value";
    case ProblemKind::merged_cells:
      return "merged_cells";
    case ProblemKind::hidden_row:
      return "hidden_row";
    case ProblemKind::hidden_column:
      return "hidden_column";
    case ProblemKind::impossible_date:
      return "impossible_date";
    case ProblemKind::duplicate_cell:
      return "duplicate_cell";
    case ProblemKind::bad_cell:
      return "bad_cell";
  }
  return "";
}

const Cell* Table::find(const Row& row, std::uint32_t column) const noexcept {
  const auto begin = cells.begin() + static_cast<std::ptrdiff_t>(row.first);
  const auto end = begin + row.count;
  const auto at = std::lower_bound(
      begin, end, column, [](const Cell& cell, std::uint32_t wanted) { return cell.column < wanted; });
  return at != end && at->column == column ? &*at : nullptr;
}

std::string_view Table::text(const Row& row, std::uint32_t column) const noexcept {
  const Cell* cell = find(row, column);
  return cell == nullptr ? std::string_view() : text(*cell);
}

void TableBuilder::begin_row(std::uint32_t number, std::uint32_t line, bool hidden) {
  row_ = {.number = number, .line = line, .count = 0, .hidden = hidden, .first = table_.cells.size()};
}

base::Result<void> TableBuilder::add(std::uint32_t column, CellKind kind, std::string_view text,
                                     double number, bool formula) {
  if (kind == CellKind::empty || (text.empty() && !formula)) return {};
  const Place place{row_.number, column};
  if (column == 0 || column > limits_.max_columns || column > kMaxColumnNumber) {
    return beyond_limit("columns", limits_.max_columns, place);
  }
  if (text.size() > limits_.max_cell_bytes) {
    return beyond_limit("bytes in a cell", limits_.max_cell_bytes, place);
  }
  if (table_.cells.size() >= limits_.max_cells) return beyond_limit("cells", limits_.max_cells, place);
  if (text.size() > limits_.max_text_bytes - table_.texts.size()) {
    return beyond_limit("bytes of text", limits_.max_text_bytes, place);
  }
  if (row_.count > 0 && table_.cells.back().column >= column) {
    problem(ProblemKind::duplicate_cell, place);
    return {};
  }
  if (has_control(text)) problem(ProblemKind::control_character, place);
  table_.cells.push_back({.offset = table_.texts.size(),
                          .number = number,
                          .length = static_cast<std::uint32_t>(text.size()),
                          .column = static_cast<std::uint16_t>(column),
                          .kind = kind,
                          .formula = formula});
  table_.texts += text;
  ++row_.count;
  return {};
}

base::Result<void> TableBuilder::end_row() {
  if (row_.count == 0) return {};
  const std::size_t rows = table_.rows.size() + (table_.header ? 1 : 0);
  if (rows >= limits_.max_rows) return beyond_limit("rows", limits_.max_rows, {row_.number, 0});
  if (row_.hidden) problem(ProblemKind::hidden_row, {row_.number, 0});
  if (!table_.header) {
    table_.header = row_;
  } else {
    table_.rows.push_back(row_);
  }
  return {};
}

void TableBuilder::problem(ProblemKind kind, Place place, std::string_view detail) {
  if (table_.problems.size() >= limits_.max_problems) {
    ++table_.problems_dropped;
    return;
  }
  table_.problems.push_back({kind, place, std::string(base::cut_to_bytes(detail, kMaxDetailBytes))});
}

base::Error beyond_limit(std::string_view what, std::uint64_t limit, Place place) {
  std::string message = "table: more than " + std::to_string(limit) + " " + std::string(what);
  if (place != Place{}) message += ", at " + place_name(place);
  return {base::ErrorCode::limit_exceeded, std::move(message), "split the file into smaller ones", {}};
}

}  // namespace hinomi::parse::sheet
