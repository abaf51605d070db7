#include "report/sheet/sheet.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "parse/sheet/table.h"
#include "report/sheet/normal.h"
#include "report/sheet/value.h"

namespace hinomi::report::sheet {
namespace {

constexpr int kMaxOffsetMinutes = 14 * 60;

base::Error usage(std::string why) {
  return {base::ErrorCode::usage, "sheet: " + std::move(why), "correct the description of the sheet", {}};
}

base::Result<void> check_short(std::string_view what, std::string_view text) {
  if (!base::is_utf8(text) || utf16_units(text) > kMaxTitleUnits) {
    return usage(std::string(what) + " '" + base::visible(base::cut_to_bytes(text, 60)) +
                 "' is no UTF-8 or longer than " + std::to_string(kMaxTitleUnits));
  }
  return {};
}

base::Result<void> check_choices(const Column& column) {
  if ((column.kind == ColumnKind::choice) == column.choices.empty()) {
    return usage("column '" + column.key + "' has choices without being a choice, or the other way round");
  }
  if (column.choices.size() > kMaxChoices) return usage("column '" + column.key + "' has too many choices");
  std::set<std::string> names;
  for (const Choice& choice : column.choices) {
    if (choice.key.empty() || choice.title.empty())
      return usage("column '" + column.key + "' has an empty choice");
    for (const std::string* text : {&choice.key, &choice.title}) {
      if (auto fits = check_short("choice", *text); !fits) return fits;
    }
    // A key may equal its own title, but no other choice's key or title.
    std::set<std::string> own{name_form(choice.key), name_form(choice.title)};
    for (const std::string& name : own) {
      if (!names.insert(name).second) {
        return usage("column '" + column.key + "' has two choices that read '" + name + "'");
      }
    }
  }
  return {};
}

}  // namespace

std::size_t utf16_units(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

base::Result<void> check_sheet(const Sheet& sheet) {
  if (sheet.columns.empty() || sheet.columns.size() > kMaxColumns) {
    return usage("it has no column, or more than " + std::to_string(kMaxColumns));
  }
  if (sheet.utc_offset_minutes < -kMaxOffsetMinutes || sheet.utc_offset_minutes > kMaxOffsetMinutes) {
    return usage("there is no such time zone");
  }
  for (const std::string* text : {&sheet.export_id, &sheet.entity, &sheet.schema_version}) {
    if (auto fits = check_short("name", *text); !fits) return fits;
  }
  std::set<std::string> names{name_form(kVersionTitle)};
  int ids = 0;
  std::size_t choices = 0;
  for (const Column& column : sheet.columns) {
    if (column.key.empty() || column.title.empty()) return usage("a column has no key or no title");
    for (const std::string* text : {&column.key, &column.title, &column.note}) {
      if (auto fits = check_short("text", *text); !fits) return fits;
    }
    // The reader finds a column by its title or its key.
    for (const std::string& name : std::set<std::string>{name_form(column.key), name_form(column.title)}) {
      if (!names.insert(name).second) return usage("two columns read '" + name + "'");
    }
    if (column.kind == ColumnKind::id && ++ids > 1) return usage("it has two columns of ids");
    if (auto fits = check_choices(column); !fits) return fits;
    choices += column.choices.size();
    if (choices > kMaxAllChoices) return usage("it has too many choices");
  }
  return {};
}

base::Result<void> check_row(const Sheet& sheet, const RowValues& row, std::uint32_t number) {
  if (row.values.size() != sheet.columns.size()) {
    return base::Error{base::ErrorCode::invalid_input,
                       "sheet: row " + std::to_string(number) + " has " + std::to_string(row.values.size()) +
                           " values for " + std::to_string(sheet.columns.size()) + " columns",
                       "give a value, or an empty text, for each column",
                       {}};
  }
  if (number > kMaxRows + 1) {
    return base::Error{base::ErrorCode::limit_exceeded,
                       "sheet: more than " + std::to_string(kMaxRows) + " rows",
                       "choose fewer rows and export them in several files",
                       {}};
  }
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const std::string& value = row.values[i];
    const std::string place = parse::sheet::place_name({number, static_cast<std::uint32_t>(i + 1)}) +
                              " (column '" + sheet.columns[i].key + "')";
    if (utf16_units(value) > kMaxCellUnits) {
      return base::Error{base::ErrorCode::limit_exceeded,
                         "sheet: the text at " + place + " is longer than the " +
                             std::to_string(kMaxCellUnits) + " characters that a cell can hold",
                         "leave the column out, or shorten the text",
                         {}};
    }
    if (!base::is_utf8(value) || !is_plain_form(sheet.columns[i], value)) {
      return base::Error{base::ErrorCode::invalid_input,
                         "sheet: the value at " + place + " is not of its kind: '" +
                             base::visible(base::cut_to_bytes(value, 60)) + "'",
                         "correct the record, or leave the column out",
                         {}};
    }
  }
  if (!base::is_utf8(row.version) || utf16_units(row.version) > kMaxTitleUnits) {
    return base::Error{base::ErrorCode::invalid_input,
                       "sheet: the version of row " + std::to_string(number) + " is no short text",
                       "correct the record",
                       {}};
  }
  return {};
}

}  // namespace hinomi::report::sheet
