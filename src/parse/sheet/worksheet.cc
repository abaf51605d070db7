#include "parse/sheet/worksheet.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace hinomi::parse::sheet {
namespace {

constexpr std::size_t kMaxFormulaBytes = 200;  // kept of one, to show it
constexpr std::size_t kMaxNumberBytes = 400;

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<std::uint32_t> whole(std::string_view text) noexcept {
  text = trimmed(text);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_true(std::string_view text) noexcept {
  return text == "1" || text == "true";
}

// The unit of "_xHHHH_" at the front of `text`.
std::optional<char32_t> escaped_unit(std::string_view text) noexcept {
  constexpr std::size_t kSize = 7;
  if (text.size() < kSize || !text.starts_with("_x") || text[kSize - 1] != '_') return std::nullopt;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kSize - 1, unit, 16);
  if (error != std::errc{} || end != text.data() + kSize - 1) return std::nullopt;
  return unit;
}

}  // namespace

std::string without_escapes(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t at = text.find("_x");
    if (at == std::string_view::npos) break;
    out += text.substr(0, at);
    text.remove_prefix(at);
    const auto unit = escaped_unit(text);
    if (!unit) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(7);
    char32_t code_point = *unit;
    if (code_point >= 0xD800 && code_point < 0xDC00) {
      const auto low = escaped_unit(text);
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        code_point = 0x10000 + ((code_point - 0xD800) << 10) + (*low - 0xDC00);
        text.remove_prefix(7);
      }
    }
    base::append_utf8(out, code_point >= 0xD800 && code_point < 0xE000 ? 0xFFFD : code_point);
  }
  out += text;
  return out;
}

void StringCollector::clear() {
  text_.clear();
  readings_ = 0;
  in_text_ = false;
}

void StringCollector::on_start(std::string_view name) {
  if (name == "rPh") ++readings_;
  if (name == "t") in_text_ = readings_ == 0;
}

void StringCollector::on_end(std::string_view name) {
  if (name == "rPh" && readings_ > 0) --readings_;
  if (name == "t") in_text_ = false;
}

bool StringCollector::on_text(std::string_view text, std::size_t max_bytes) {
  if (!in_text_) return true;
  // An escape of seven characters may stand for a control of one.
  if (text.size() > max_bytes * 7 - std::min(text_.size(), max_bytes * 7)) return false;
  text_ += text;
  return true;
}

std::string StringCollector::take() {
  std::string out = without_escapes(text_);
  clear();
  return out;
}

base::Result<void> SharedStrings::add(std::string_view text, const Limits& limits) {
  if (ends_.size() >= limits.max_shared_strings) {
    return beyond_limit("shared strings", limits.max_shared_strings);
  }
  if (text.size() > limits.max_cell_bytes) return beyond_limit("bytes in a cell", limits.max_cell_bytes);
  if (text.size() > limits.max_text_bytes - texts_.size()) {
    return beyond_limit("bytes of text", limits.max_text_bytes);
  }
  texts_ += text;
  ends_.push_back(texts_.size());
  return {};
}

std::string_view SharedStrings::at(std::size_t index) const noexcept {
  const std::uint64_t from = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(texts_).substr(from, ends_[index] - from);
}

base::Result<void> SharedStringsHandler::on_start(std::string_view name, std::span<const XmlAttribute>) {
  if (name == "si") {
    in_item_ = true;
    collector_.clear();
  } else if (in_item_) {
    collector_.on_start(name);
  }
  return {};
}

base::Result<void> SharedStringsHandler::on_end(std::string_view name) {
  if (name == "si") {
    in_item_ = false;
    return strings_.add(collector_.take(), limits_);
  }
  if (in_item_) collector_.on_end(name);
  return {};
}

base::Result<void> SharedStringsHandler::on_text(std::string_view text) {
  if (in_item_ && !collector_.on_text(text, limits_.max_cell_bytes)) {
    return beyond_limit("bytes in a cell", limits_.max_cell_bytes);
  }
  return {};
}

base::Result<void> WorksheetHandler::on_start(std::string_view name,
                                              std::span<const XmlAttribute> attributes) {
  if (in_cell_) {
    if (in_ == In::inline_string) {
      inline_.on_start(name);
    } else if (name == "v") {
      in_ = In::value;
    } else if (name == "f") {
      in_ = In::formula;
      has_formula_ = true;
    } else if (name == "is") {
      in_ = In::inline_string;
      has_inline_ = true;
    }
    return {};
  }
  if (name == "c" && in_row_) {
    start_cell(attributes);
    return {};
  }
  if (name == "row" && !in_row_) {
    start_row(attributes);
    if (last_row_ > kMaxRowNumber) return beyond_limit("rows", kMaxRowNumber);
  } else if (name == "col") {
    on_columns(attributes);
  } else if (name == "mergeCell") {
    const std::string_view reference = value_of(attributes, "ref");
    builder_.problem(ProblemKind::merged_cells,
                     parse_place(reference.substr(0, reference.find(':'))).value_or(Place{}), reference);
  }
  return {};
}

base::Result<void> WorksheetHandler::on_end(std::string_view name) {
  if (!in_cell_) return name == "row" && in_row_ ? end_row() : base::Result<void>();
  if (in_ == In::inline_string) {
    if (name == "is") {
      in_ = In::nothing;
    } else {
      inline_.on_end(name);
    }
    return {};
  }
  if (name == "v" || name == "f") in_ = In::nothing;
  return name == "c" ? end_cell() : base::Result<void>();
}

base::Result<void> WorksheetHandler::on_text(std::string_view text) {
  if (!in_cell_) return {};
  switch (in_) {
    case In::value:
      if (text.size() > limits_.max_cell_bytes - std::min(value_.size(), limits_.max_cell_bytes)) {
        return beyond_limit("bytes in a cell", limits_.max_cell_bytes, place());
      }
      value_ += text;
      break;
    case In::formula:
      formula_ += text.substr(0, kMaxFormulaBytes - std::min(formula_.size(), kMaxFormulaBytes));
      break;
    case In::inline_string:
      if (!inline_.on_text(text, limits_.max_cell_bytes)) {
        return beyond_limit("bytes in a cell", limits_.max_cell_bytes, place());
      }
      break;
    case In::nothing:
      break;
  }
  return {};
}

void WorksheetHandler::start_row(std::span<const XmlAttribute> attributes) {
  const std::string_view given = value_of(attributes, "r");
  const std::uint32_t number = given.empty() ? last_row_ + 1 : whole(given).value_or(0);
  const bool hidden = is_true(value_of(attributes, "hidden")) || value_of(attributes, "ht") == "0";
  builder_.begin_row(number, 0, hidden);
  in_row_ = true;
  column_ = 0;
  row_.clear();
  // Rows that are not in order, or twice there, or nowhere: nobody can say what a program shows of them.
  row_refused_ = number <= last_row_;
  if (row_refused_) {
    builder_.problem(number == 0 ? ProblemKind::bad_cell : ProblemKind::duplicate_cell, {number, 0}, given);
  } else {
    last_row_ = number;
  }
}

base::Result<void> WorksheetHandler::end_row() {
  in_row_ = false;
  if (row_refused_) return {};
  const auto by_column = [](const Pending& a, const Pending& b) { return a.column < b.column; };
  if (!std::is_sorted(row_.begin(), row_.end(), by_column)) {
    std::stable_sort(row_.begin(), row_.end(), by_column);
  }
  for (const Pending& cell : row_) {
    if (auto done = builder_.add(cell.column, cell.kind, cell.text, cell.number, cell.formula); !done) {
      return done;
    }
  }
  return builder_.end_row();
}

void WorksheetHandler::start_cell(std::span<const XmlAttribute> attributes) {
  in_cell_ = true;
  in_ = In::nothing;
  value_.clear();
  formula_.clear();
  inline_.clear();
  has_formula_ = has_inline_ = false;
  type_ = value_of(attributes, "t");
  const std::string_view reference = value_of(attributes, "r");
  const std::string_view style = value_of(attributes, "s");
  ++column_;
  if (!reference.empty()) {
    const auto given = parse_place(reference);
    if (given && given->row == builder_.row_number()) {
      column_ = given->column;
    } else {
      builder_.problem(ProblemKind::bad_cell, {builder_.row_number(), 0}, reference);
      in_cell_ = false;
      --column_;
      return;
    }
  }
  const auto index = style.empty() ? std::uint32_t{0} : whole(style).value_or(0);
  form_ = index < context_.forms.size() ? context_.forms[index] : DateForm::none;
}

base::Result<void> WorksheetHandler::end_cell() {
  in_cell_ = false;
  Pending cell{.column = column_, .formula = has_formula_};
  if (!set_value(cell)) {
    builder_.problem(ProblemKind::bad_cell, place(), value_);
    return {};
  }
  if (cell.formula) {
    if (cell.kind == CellKind::empty) cell.kind = CellKind::text;
    builder_.problem(ProblemKind::formula, place(), formula_);
  }
  if (cell.kind == CellKind::empty || (cell.text.empty() && !cell.formula)) return {};
  if (cell.kind == CellKind::error) builder_.problem(ProblemKind::error_value, place(), cell.text);
  if (row_.size() >= limits_.max_columns * std::size_t{2}) {  // the same cell again and again
    return beyond_limit("cells in a row", limits_.max_columns, place());
  }
  row_.push_back(std::move(cell));
  return {};
}

// False when the cell points to nothing or holds no number; a cell without a value is empty.
bool WorksheetHandler::set_value(Pending& cell) {
  if (type_ == "inlineStr" || (has_inline_ && value_.empty())) {
    cell.kind = CellKind::text;
    cell.text = inline_.take();
    return true;
  }
  if (type_ == "str") {
    cell.kind = CellKind::text;
    cell.text = without_escapes(value_);
    return true;
  }
  const std::string_view value = trimmed(value_);
  if (value.empty()) return true;
  if (type_ == "s") {
    const auto index = whole(value);
    if (!index || *index >= context_.strings.size()) return false;
    cell.kind = CellKind::text;
    cell.text = context_.strings.at(*index);
    return true;
  }
  if (type_ == "b") {
    const bool truth = is_true(value);
    if (!truth && value != "0" && value != "false") return false;
    cell.kind = CellKind::boolean;
    cell.number = truth ? 1 : 0;
    cell.text = truth ? "true" : "false";
    return true;
  }
  if (type_ == "e") {
    cell.kind = CellKind::error;
    cell.text = value;
    return true;
  }
  if (type_ == "d") {  // strict files: ISO 8601 as text
    const bool clock = value.find('T') != std::string_view::npos;
    cell.kind = clock ? CellKind::time : CellKind::date;
    cell.text = value.ends_with('Z') ? value.substr(0, value.size() - 1) : value;
    return true;
  }
  return (type_.empty() || type_ == "n") && set_number(cell);
}

bool WorksheetHandler::set_number(Pending& cell) {
  std::string_view value = trimmed(value_);
  if (value.size() > kMaxNumberBytes) return false;
  if (value.starts_with('+')) value.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || !std::isfinite(number)) return false;
  cell.number = number;
  cell.kind = CellKind::number;
  cell.text = number_text(number);
  if (form_ == DateForm::none) return true;
  const auto date = date_text(number, context_.system, form_);
  if (!date) {
    builder_.problem(ProblemKind::impossible_date, place(), cell.text);
    return true;
  }
  cell.kind = date->kind;
  cell.text = date->text;
  return true;
}

void WorksheetHandler::on_columns(std::span<const XmlAttribute> attributes) {
  if (!is_true(value_of(attributes, "hidden"))) return;
  const std::uint32_t first = whole(value_of(attributes, "min")).value_or(0);
  const std::uint32_t last = whole(value_of(attributes, "max")).value_or(0);
  // Hiding all that lies behind the table is common, and no news.
  for (std::uint32_t column = first; column >= 1 && column <= std::min(last, limits_.max_columns); ++column) {
    builder_.problem(ProblemKind::hidden_column, {0, column});
  }
}

}  // namespace hinomi::parse::sheet
