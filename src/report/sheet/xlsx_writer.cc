#include "report/sheet/xlsx_writer.h"

#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define HINOMI_SHEET_LEAK_CHECK 1
#endif
#endif

#include "base/text.h"
#include "parse/sheet/table.h"
#include "report/sheet/manifest.h"
#include "report/sheet/value.h"

namespace hinomi::report::sheet {
namespace {

constexpr lxw_row_t kLastRow = 1'048'575;
constexpr lxw_row_t kFreeRows = 1000;  // behind the last, with lists to choose from as well
constexpr std::size_t kSafeDigits = 15;
constexpr std::size_t kMaxNameUnits = 31;

// What a cell looks like; each comes locked and not.
enum class Look : std::uint8_t { text, integer, real, time, date, count };

Look look_of(ColumnKind kind) noexcept {
  switch (kind) {
    case ColumnKind::integer:
      return Look::integer;
    case ColumnKind::real:
    case ColumnKind::boolean:
      return Look::real;
    case ColumnKind::time:
      return Look::time;
    case ColumnKind::date:
      return Look::date;
    default:
      return Look::text;
  }
}

const char* format_of(Look look) noexcept {
  switch (look) {
    case Look::integer:
      return "0";
    case Look::time:
      return "yyyy-mm-dd hh:mm:ss";
    case Look::date:
      return "yyyy-mm-dd";
    case Look::text:
      return "@";
    default:
      return "General";
  }
}

double width_of(const Column& column) noexcept {
  if (column.width > 0) return std::min(column.width, 120.0);
  switch (column.kind) {
    case ColumnKind::integer:
    case ColumnKind::real:
    case ColumnKind::boolean:
    case ColumnKind::date:
      return 12;
    case ColumnKind::time:
      return 20;
    case ColumnKind::id:
      return 38;
    default:
      return 24;
  }
}

bool is_locked(const Column& column) noexcept {
  return column.read_only || column.kind == ColumnKind::id;
}

std::string_view name_of(ColumnKind kind) noexcept {
  constexpr std::array<std::string_view, 8> kNames = {"text", "integer", "real",   "boolean",
                                                      "time", "date",    "choice", "id"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::size_t digits_in(std::string_view number) noexcept {
  return static_cast<std::size_t>(
      std::count_if(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

// libxlsxwriter 1.1.4 copies the source of a list twice and frees it once: some 25 bytes for each column of
// choices. Only this call is exempt from the search for leaks.
lxw_error add_rule(lxw_worksheet* sheet, lxw_row_t last, lxw_col_t column, lxw_data_validation& rule) {
#ifdef HINOMI_SHEET_LEAK_CHECK
  const __lsan::ScopedDisabler not_ours;
#endif
  return ::worksheet_data_validation_range(sheet, 1, column, last, column, &rule);
}

class XlsxWriter {
 public:
  XlsxWriter(const Sheet& sheet, const WorkbookFiles& files)
      : sheet_(sheet), folder_(files.temporary_folder) {
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    if (!folder_.empty()) options.tmpdir = folder_.data();
    book_ = ::workbook_new_opt(files.path.c_str(), &options);
  }
  ~XlsxWriter() { (void)close(); }
  XlsxWriter(const XlsxWriter&) = delete;
  XlsxWriter& operator=(const XlsxWriter&) = delete;

  base::Result<std::size_t> run(const RowSource& rows) {
    if (book_ == nullptr) return library_error(LXW_ERROR_MEMORY_MALLOC_FAILED);
    table_ = ::workbook_add_worksheet(book_, sheet_name(sheet_.name).c_str());
    hidden_ = ::workbook_add_worksheet(book_, std::string(kManifestSheet).c_str());
    if (table_ == nullptr || hidden_ == nullptr) return library_error(LXW_ERROR_MEMORY_MALLOC_FAILED);
    make_formats();
    write_properties();
    write_manifest();
    write_titles();
    RowValues row;
    lxw_row_t count = 0;
    while (note(LXW_NO_ERROR)) {
      row.version.clear();
      row.values.clear();
      const auto more = rows(row);
      if (!more) return more.error();
      if (!*more) break;
      if (auto fits = check_row(sheet_, row, count + 2); !fits) return fits.error();
      write_row(row, ++count);
    }
    finish_table(count);
    note(close());
    if (failed_ != LXW_NO_ERROR) return library_error(failed_);
    return std::size_t{count};
  }

 private:
  // Keeps the first failure; false once there is one.
  bool note(lxw_error status) noexcept {
    if (failed_ == LXW_NO_ERROR) failed_ = status;
    return failed_ == LXW_NO_ERROR;
  }

  lxw_error close() noexcept {
    if (book_ == nullptr) return LXW_NO_ERROR;
    return ::workbook_close(std::exchange(book_, nullptr));
  }

  [[nodiscard]] static base::Error library_error(lxw_error status) {
    const char* text = ::lxw_strerror(status);
    return {base::ErrorCode::io,
            "XLSX: cannot be written: " + std::string(text != nullptr ? text : "unknown"),
            "check the room in the folder of the file and in that of temporary files",
            {}};
  }

  lxw_format* make_format(bool locked) {
    lxw_format* format = ::workbook_add_format(book_);
    ::format_set_font_name(format, sheet_.language == base::Language::ja ? "Yu Gothic" : "Calibri");
    ::format_set_font_size(format, 10);
    ::format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    if (!locked) ::format_set_unlocked(format);
    return format;
  }

  void make_formats() {
    for (std::size_t i = 0; i < kLooks; ++i) {
      for (const bool locked : {false, true}) {
        lxw_format* format = make_format(locked);
        ::format_set_num_format(format, format_of(static_cast<Look>(i)));
        if (locked) ::format_set_font_color(format, 0x595959);
        if (static_cast<Look>(i) == Look::text) ::format_set_text_wrap(format);
        formats_[i * 2 + (locked ? 1 : 0)] = format;
      }
    }
    title_ = make_format(true);
    ::format_set_bold(title_);
    ::format_set_text_wrap(title_);
    ::format_set_bg_color(title_, 0xDDEBF7);
    ::format_set_bottom(title_, LXW_BORDER_THIN);
  }

  [[nodiscard]] lxw_format* format(const Column& column) const noexcept {
    return formats_[static_cast<std::size_t>(look_of(column.kind)) * 2 + (is_locked(column) ? 1 : 0)];
  }

  void write_properties() {
    lxw_doc_properties properties{};
    std::string title = escaped(sheet_.name);
    properties.title = title.data();
    properties.created = static_cast<time_t>(sheet_.exported_at.since_epoch_ns / 1'000'000'000);
    note(::workbook_set_properties(book_, &properties));
  }

  void write_text(lxw_worksheet* where, lxw_row_t row, std::size_t column, std::string_view text,
                  lxw_format* of = nullptr) {
    if (text.empty()) return;
    note(::worksheet_write_string(where, row, static_cast<lxw_col_t>(column), escaped(text).c_str(), of));
  }

  void write_hidden(std::initializer_list<std::string_view> texts) {
    std::size_t column = 0;
    for (const std::string_view text : texts) write_text(hidden_, hidden_row_, column++, text);
    ++hidden_row_;
  }

  void write_manifest() {
    write_hidden({kManifestStart, kManifestForm});
    write_hidden({kManifestId, sheet_.export_id});
    write_hidden({kManifestEntity, sheet_.entity});
    write_hidden({kManifestSchema, sheet_.schema_version});
    write_hidden({kManifestTime, time_in_zone(sheet_.exported_at, 0)});
    write_hidden({kManifestZone, std::to_string(sheet_.utc_offset_minutes)});
    for (const Column& column : sheet_.columns) {
      write_hidden({kManifestColumn, column.key, column.title, name_of(column.kind)});
    }
    for (const Column& column : sheet_.columns) {
      lists_.push_back(hidden_row_);
      for (const Choice& choice : column.choices) {
        write_hidden({kManifestChoice, column.key, choice.key, choice.title});
      }
    }
    ::worksheet_hide(hidden_);
    ::worksheet_protect(hidden_, nullptr, nullptr);
  }

  void write_titles() {
    for (std::size_t i = 0; i < sheet_.columns.size(); ++i) {
      const Column& column = sheet_.columns[i];
      const auto at = static_cast<lxw_col_t>(i);
      note(::worksheet_set_column(table_, at, at, width_of(column), format(column)));
      write_text(table_, 0, i, column.title, title_);
      if (!column.note.empty()) note(::worksheet_write_comment(table_, 0, at, escaped(column.note).c_str()));
      if (column.kind == ColumnKind::id) id_column_ = i;
    }
  }

  void write_row(const RowValues& row, lxw_row_t at) {
    for (std::size_t i = 0; i < sheet_.columns.size(); ++i)
      write_cell(sheet_.columns[i], row.values[i], at, i);
    if (id_column_ && !row.values[*id_column_].empty()) {
      write_hidden({kManifestRow, row.values[*id_column_], row.version});
    }
  }

  void write_cell(const Column& column, const std::string& value, lxw_row_t row, std::size_t at) {
    if (value.empty()) return;
    const auto col = static_cast<lxw_col_t>(at);
    std::optional<double> number;
    switch (column.kind) {
      case ColumnKind::integer:
        if (digits_in(value) <= kSafeDigits) number = to_number(canonical(column, value));
        break;
      case ColumnKind::real:
        number = to_number(canonical(column, value));
        break;
      case ColumnKind::time:
        number = time_serial(base::parse_rfc3339(value).value_or(base::TimeNs{}), sheet_.utc_offset_minutes);
        break;
      case ColumnKind::date:
        number = date_serial(value);
        break;
      case ColumnKind::boolean:
        note(::worksheet_write_boolean(table_, row, col, value == "true" ? 1 : 0, format(column)));
        return;
      case ColumnKind::choice: {
        const auto choice = std::find_if(column.choices.begin(), column.choices.end(),
                                         [&](const Choice& one) { return one.key == value; });
        if (choice != column.choices.end()) write_text(table_, row, at, choice->title, format(column));
        return;
      }
      default:
        break;
    }
    if (number) {
      note(::worksheet_write_number(table_, row, col, *number, format(column)));
    } else {
      // A long integer in a cell for numbers would be rounded as soon as somebody touches it.
      write_text(table_, row, at, value, formats_[is_locked(column) ? 1 : 0]);
    }
  }

  static std::optional<double> to_number(const std::string& text) noexcept {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
  }

  void add_list(std::size_t at, lxw_row_t last) {
    const Column& column = sheet_.columns[at];
    lxw_data_validation rule{};
    std::string source;
    std::array<const char*, 3> truths = {"TRUE", "FALSE", nullptr};
    if (column.kind == ColumnKind::choice) {
      // A range: a list inside the rule holds 255 characters, and no comma.
      const lxw_row_t first = lists_[at] + 1;
      source = "=" + std::string(kManifestSheet) + "!$D$" + std::to_string(first) + ":$D$" +
               std::to_string(first + column.choices.size() - 1);
      rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
      rule.value_formula = source.data();
    } else if (column.kind == ColumnKind::boolean) {
      rule.validate = LXW_VALIDATION_TYPE_LIST;
      // Later versions of the library take const char**.
      rule.value_list = const_cast<decltype(rule.value_list)>(truths.data());
    } else {
      return;
    }
    note(add_rule(table_, last, static_cast<lxw_col_t>(at), rule));
  }

  void finish_table(lxw_row_t count) {
    const auto last_column = static_cast<lxw_col_t>(sheet_.columns.size() - 1);
    const lxw_row_t last = std::min(count + kFreeRows, kLastRow);
    for (std::size_t i = 0; i < sheet_.columns.size(); ++i) add_list(i, last);
    ::worksheet_freeze_panes(table_, 1, id_column_ == std::size_t{0} ? 1 : 0);
    note(::worksheet_autofilter(table_, 0, 0, std::max<lxw_row_t>(count, 1), last_column));
    note(::worksheet_repeat_rows(table_, 0, 0));
    ::worksheet_set_landscape(table_);
    constexpr std::uint8_t kA4 = 9;
    ::worksheet_set_paper(table_, kA4);
    lxw_protection allowed{};
    allowed.format_cells = allowed.format_columns = allowed.format_rows = LXW_TRUE;
    allowed.insert_rows = allowed.delete_rows = allowed.sort = allowed.autofilter = LXW_TRUE;
    ::worksheet_protect(table_, nullptr, &allowed);
  }

  static constexpr std::size_t kLooks = static_cast<std::size_t>(Look::count);

  const Sheet& sheet_;
  std::string folder_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* table_ = nullptr;
  lxw_worksheet* hidden_ = nullptr;
  std::array<lxw_format*, kLooks * 2> formats_{};
  lxw_format* title_ = nullptr;
  std::vector<lxw_row_t> lists_;  // where the choices of each column begin on the hidden sheet
  lxw_row_t hidden_row_ = 0;
  std::optional<std::size_t> id_column_;
  lxw_error failed_ = LXW_NO_ERROR;
};

}  // namespace

std::string escaped(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
  };
  std::string out;
  while (!text.empty()) {
    const base::Decoded next = base::decode_utf8(text);
    const char32_t c = next.code_point;
    const bool control = (c < 0x20 && c != '\t' && c != '\n') || c == 0xFFFE || c == 0xFFFF;
    const bool looks_escaped = c == '_' && text.size() >= 7 && text[1] == 'x' && text[6] == '_' &&
                               std::all_of(text.begin() + 2, text.begin() + 6, is_hex);
    if (control || looks_escaped) {
      out += "_x";
      for (const int shift : {12, 8, 4, 0}) out += kHex[(c >> shift) & 0xF];
      out += '_';
    } else {
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

std::string sheet_name(std::string_view name) {
  std::string out;
  std::size_t units = 0;
  for (std::string_view rest = name; !rest.empty();) {
    const base::Decoded next = base::decode_utf8(rest);
    const std::string_view character = rest.substr(0, next.length);
    rest.remove_prefix(next.length);
    const std::size_t size = next.code_point > 0xFFFF ? 2 : 1;
    if (units + size > kMaxNameUnits) break;
    units += size;
    const bool forbidden =
        next.code_point < 0x20 || next.code_point == 0xFFFD ||
        std::string_view("[]:*?/\\'").find(static_cast<char>(next.code_point)) != std::string_view::npos;
    if (next.code_point < 0x80 && forbidden) {
      out += '_';
    } else {
      out += next.code_point == 0xFFFD ? std::string_view("_") : character;
    }
  }
  const std::string plain = base::folded(out);
  if (out.empty()) return "Sheet1";
  return plain == kManifestSheet || plain == "history" ? out + "_" : out;
}

base::Result<std::size_t> write_xlsx(const Sheet& sheet, const RowSource& rows, const WorkbookFiles& files) {
  if (auto fits = check_sheet(sheet); !fits) return fits.error();
  if (files.path.empty()) {
    return base::Error{base::ErrorCode::usage, "XLSX: no file is named", "name the file to write", {}};
  }
  // Before the rows are fetched; the library opens the file last, and complains on the standard error.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> probe(std::fopen(files.path.c_str(), "wb"),
                                                              &std::fclose);
  if (!probe) {
    return base::Error{base::ErrorCode::io,
                       "XLSX: '" + files.path + "' cannot be opened to write",
                       "check that its folder is there and may be written to",
                       {}};
  }
  base::Result<std::size_t> written = XlsxWriter(sheet, files).run(rows);
  if (!written) std::remove(files.path.c_str());
  return written;
}

}  // namespace hinomi::report::sheet
