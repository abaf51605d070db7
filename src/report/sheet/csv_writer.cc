#include "report/sheet/csv_writer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "parse/sheet/encoding.h"
#include "parse/sheet/formula_guard.h"
#include "parse/sheet/table.h"
#include "report/sheet/value.h"

namespace hinomi::report::sheet {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

class CsvWriter {
 public:
  CsvWriter(const Sheet& sheet, const ByteSink& sink, const CsvStyle& style,
            std::optional<parse::sheet::Cp932Encoder> encoder)
      : sheet_(sheet), sink_(sink), style_(style), encoder_(std::move(encoder)) {}

  base::Result<std::size_t> run(const RowSource& rows) {
    if (style_.encoding == CsvEncoding::utf8_with_mark) buffer_ = "\xEF\xBB\xBF";
    for (const Column& column : sheet_.columns) {
      if (auto done = add(parse::sheet::guarded(column.title)); !done) return done.error();
    }
    if (auto done = add(kVersionTitle); !done) return done.error();
    if (auto done = end_record(); !done) return done.error();
    RowValues row;
    std::size_t count = 0;
    while (true) {
      row.version.clear();
      row.values.clear();
      const auto more = rows(row);
      if (!more) return more.error();
      if (!*more) break;
      if (auto fits = check_row(sheet_, row, record_); !fits) return fits.error();
      for (std::size_t i = 0; i < sheet_.columns.size(); ++i) {
        if (auto done = add(shown(sheet_.columns[i], row.values[i])); !done) return done.error();
      }
      if (auto done = add(parse::sheet::guarded(row.version)); !done) return done.error();
      if (auto done = end_record(); !done) return done.error();
      ++count;
    }
    if (auto done = sink_(buffer_); !done) return done.error();
    return count;
  }

 private:
  [[nodiscard]] std::string shown(const Column& column, const std::string& value) const {
    switch (column.kind) {
      case ColumnKind::integer:
      case ColumnKind::real:
        return canonical(column, value);
      case ColumnKind::boolean:
      case ColumnKind::date:
        return value;
      case ColumnKind::time:
        if (value.empty()) return value;
        return time_in_zone(base::parse_rfc3339(value).value_or(base::TimeNs{}), sheet_.utc_offset_minutes);
      case ColumnKind::choice: {
        const auto choice = std::find_if(column.choices.begin(), column.choices.end(),
                                         [&](const Choice& one) { return one.key == value; });
        return choice == column.choices.end() ? std::string() : parse::sheet::guarded(choice->title);
      }
      case ColumnKind::text:
      case ColumnKind::id:
        return parse::sheet::guarded(value);
    }
    return {};
  }

  base::Result<void> add(std::string_view field) {
    ++column_;
    if (column_ > 1) buffer_ += style_.delimiter;
    const bool quoted = field.find_first_of(",;\t\"\r\n") != std::string_view::npos ||
                        field.starts_with(' ') || field.ends_with(' ');
    if (!quoted) return append(field);
    buffer_ += '"';
    while (true) {
      const std::size_t quote = field.find('"');
      if (auto done = append(field.substr(0, quote)); !done) return done;
      if (quote == std::string_view::npos) break;
      buffer_ += "\"\"";
      field.remove_prefix(quote + 1);
    }
    buffer_ += '"';
    return {};
  }

  base::Result<void> append(std::string_view text) {
    if (!encoder_) {
      buffer_ += text;
      return {};
    }
    if (encoder_->append(buffer_, text)) return {};
    const std::string place = parse::sheet::place_name({record_, column_});
    return base::Error{base::ErrorCode::unsupported,
                       "CSV: the text at " + place + " has a character that CP932 lacks",
                       "write it as UTF-8 or as XLSX",
                       {}};
  }

  base::Result<void> end_record() {
    buffer_ += "\r\n";
    column_ = 0;
    ++record_;
    if (buffer_.size() < kBufferBytes) return {};
    auto done = sink_(buffer_);
    buffer_.clear();
    return done;
  }

  const Sheet& sheet_;
  const ByteSink& sink_;
  CsvStyle style_;
  std::optional<parse::sheet::Cp932Encoder> encoder_;
  std::string buffer_;
  std::uint32_t record_ = 1;
  std::uint32_t column_ = 0;
};

}  // namespace

base::Result<std::size_t> write_csv(const Sheet& sheet, const RowSource& rows, const ByteSink& sink,
                                    const CsvStyle& style) {
  if (auto fits = check_sheet(sheet); !fits) return fits.error();
  if (style.delimiter != ',' && style.delimiter != ';' && style.delimiter != '\t') {
    return base::Error{
        base::ErrorCode::usage, "CSV: the separator is none of , ; TAB", "give one of them", {}};
  }
  std::optional<parse::sheet::Cp932Encoder> encoder;
  if (style.encoding == CsvEncoding::cp932) {
    auto opened = parse::sheet::Cp932Encoder::open();
    if (!opened) return opened.error();
    encoder.emplace(std::move(*opened));
  }
  return CsvWriter(sheet, sink, style, std::move(encoder)).run(rows);
}

}  // namespace hinomi::report::sheet
