#include "parse/sheet/csv.h"

#include <algorithm>
#include <array>
#include <limits>

#include "parse/sheet/formula_guard.h"

namespace hinomi::parse::sheet {
namespace {

constexpr std::array<char, 3> kDelimiters = {',', ';', '\t'};
constexpr std::size_t kSniffBytes = 64 * 1024;
constexpr std::size_t kSniffRecords = 50;

// Takes fields off the front of a text, one after the other.
class Fields {
 public:
  Fields(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  enum class End : std::uint8_t { field, record, text, open_quote };

  // The next field in `field`, unquoted.
  End next(std::string& field) {
    field.clear();
    stray_ = false;
    if (at_ < text_.size() && text_[at_] == '"') {
      ++at_;
      if (!take_quoted(field)) return End::open_quote;
    }
    const std::size_t stop = std::min(text_.find_first_of(stops(), at_), text_.size());
    stray_ = stray_ || (quoted_ && stop > at_);
    field.append(text_, at_, stop - at_);
    quoted_ = false;
    at_ = stop;
    if (at_ >= text_.size()) return End::text;
    const char c = text_[at_++];
    if (c == delimiter_) return End::field;
    if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    return End::record;
  }

  [[nodiscard]] bool stray() const noexcept { return stray_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
  [[nodiscard]] std::uint32_t line() const noexcept { return line_; }

 private:
  [[nodiscard]] std::string_view stops() const noexcept {
    return delimiter_ == ',' ? ",\r\n" : delimiter_ == ';' ? ";\r\n" : "\t\r\n";
  }

  bool take_quoted(std::string& field) {
    quoted_ = true;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return false;
      const std::string_view part = text_.substr(at_, quote - at_);
      field += part;
      line_ += static_cast<std::uint32_t>(std::count(part.begin(), part.end(), '\n'));
      at_ = quote + 1;
      if (at_ >= text_.size() || text_[at_] != '"') return true;
      field += '"';
      ++at_;
    }
  }

  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  bool quoted_ = false;
  bool stray_ = false;
};

// How well a delimiter fits: records that have as many fields as the first, when that is more than one.
std::size_t score(std::string_view front, char delimiter) {
  Fields fields(front, delimiter);
  std::string field;
  std::size_t first = 0;
  std::size_t count = 0;
  std::size_t agreeing = 0;
  std::size_t records = 0;
  while (records < kSniffRecords && !fields.at_end()) {
    const Fields::End end = fields.next(field);
    ++count;
    if (end == Fields::End::field) continue;
    if (end == Fields::End::open_quote) break;  // the front was cut inside it
    if (first == 0) first = count;
    if (count == first) ++agreeing;
    ++records;
    count = 0;
  }
  return first > 1 ? agreeing * kMaxColumnNumber + std::min<std::size_t>(first, kMaxColumnNumber - 1) : 0;
}

char guess_delimiter(std::string_view text) {
  const std::string_view front = text.substr(0, kSniffBytes);
  char best = kDelimiters.front();
  std::size_t best_score = 0;
  for (const char delimiter : kDelimiters) {
    const std::size_t fits = score(front, delimiter);
    if (fits > best_score) {
      best_score = fits;
      best = delimiter;
    }
  }
  return best;
}

// Excel's own first line "sep=;", taken off.
std::optional<char> take_declared_delimiter(std::string_view& text) {
  if (!text.starts_with("sep=") || text.size() < 5) return std::nullopt;
  const char declared = text[4];
  std::string_view rest = text.substr(5);
  if (std::find(kDelimiters.begin(), kDelimiters.end(), declared) == kDelimiters.end()) return std::nullopt;
  if (rest.starts_with('\r')) rest.remove_prefix(1);
  if (rest.starts_with('\n')) rest.remove_prefix(1);
  if (rest.size() == text.size() - 5 && !rest.empty()) return std::nullopt;
  text = rest;
  return declared;
}

base::Error invalid(std::string why, std::string remedy, base::Position where = {}) {
  return {base::ErrorCode::invalid_input, "CSV: " + std::move(why), std::move(remedy), where};
}

// One record after the other into a table.
class CsvReader {
 public:
  CsvReader(std::string_view text, char delimiter, const CsvOptions& options, std::uint32_t first_line)
      : fields_(text, delimiter), options_(options), builder_(options.limits), first_line_(first_line) {}

  base::Result<void> run() {
    while (!fields_.at_end()) {
      if (record_ >= kMaxRowNumber) return beyond_limit("lines", kMaxRowNumber);
      if (auto done = read_record(); !done) return done;
    }
    return {};
  }

  TableBuilder& builder() noexcept { return builder_; }

 private:
  base::Result<void> read_record() {
    const std::uint32_t line = fields_.line() + first_line_ - 1;
    builder_.begin_row(++record_, line, false);
    const std::size_t rows = builder_.table().rows.size();
    const bool had_header = builder_.table().header.has_value();
    std::uint32_t column = 0;
    Fields::End end = Fields::End::field;
    while (end == Fields::End::field) {
      end = fields_.next(field_);
      if (end == Fields::End::open_quote) {
        return invalid("the quote in column " + column_letters(column + 1) + " is never closed",
                       "close the quote, or double it where it belongs to the text",
                       {.line = static_cast<int>(line), .column = 0});
      }
      if (column < std::numeric_limits<std::uint32_t>::max()) ++column;
      if (fields_.stray()) builder_.problem(ProblemKind::stray_quote, {record_, column});
      const std::string_view text = field_;
      const auto added = options_.undo_guard ? builder_.add(column, CellKind::text, unguarded(text))
                                             : builder_.add(column, CellKind::text, text);
      if (!added) return added;
    }
    if (auto done = builder_.end_row(); !done) return done;
    const Table& table = builder_.table();
    if (!had_header && table.header) {
      width_ = column;
      while (width_ > 1 && table.find(*table.header, width_) == nullptr) --width_;
      full_width_ = column;
    } else if (table.rows.size() > rows && (column < width_ || beyond_header(table))) {
      builder_.problem(ProblemKind::ragged_row, {record_, 0},
                       std::to_string(column) + " of " + std::to_string(full_width_));
    }
    return {};
  }

  // A value where the header has no column; empty fields there do no harm.
  [[nodiscard]] bool beyond_header(const Table& table) const {
    return !table.cells.empty() && table.cells.back().column > full_width_;
  }

  Fields fields_;
  const CsvOptions& options_;
  TableBuilder builder_;
  std::string field_;
  std::uint32_t first_line_;
  std::uint32_t record_ = 0;
  std::uint32_t width_ = 0;       // of the header, empty titles at its end not counted
  std::uint32_t full_width_ = 0;  // with them
};

}  // namespace

base::Result<Table> read_csv(std::span<const std::byte> bytes, const CsvOptions& options) {
  if (bytes.size() > options.limits.max_bytes) {
    return beyond_limit("bytes in the file", options.limits.max_bytes);
  }
  if (options.delimiter &&
      std::find(kDelimiters.begin(), kDelimiters.end(), *options.delimiter) == kDelimiters.end()) {
    return base::Error{
        base::ErrorCode::usage, "CSV: the separator is none of , ; TAB", "give one of them, or none", {}};
  }
  const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::optional<Encoding> encoding = options.encoding ? options.encoding : guess_encoding(raw);
  if (!encoding) {
    return invalid("the encoding is neither UTF-8, UTF-16, CP932, EUC-JP nor ISO-2022-JP",
                   "save it as UTF-8, or name its encoding");
  }
  const auto decoded = decode(raw, *encoding);
  if (!decoded) return decoded.error();
  std::string_view text = decoded->text;
  const std::optional<char> declared = take_declared_delimiter(text);
  const char delimiter = options.delimiter ? *options.delimiter
                         : declared        ? *declared
                                           : guess_delimiter(text);

  CsvReader reader(text, delimiter, options, declared ? 2 : 1);
  if (decoded->faults > 0) {
    reader.builder().problem(ProblemKind::malformed_bytes, {}, std::to_string(decoded->faults));
  }
  if (auto done = reader.run(); !done) return done.error();
  Table table = std::move(reader.builder()).take();
  if (!table.header) return invalid("the file holds no value", "give a file with a row of titles");
  table.encoding = name_of(*encoding);
  table.delimiter = delimiter;
  return table;
}

}  // namespace hinomi::parse::sheet
