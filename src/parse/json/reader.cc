#include "parse/json/reader.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>

#include "base/json_writer.h"

namespace hinomi::parse::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
static_assert(Reader::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_word(char c) noexcept {
  return is_digit(c) || c == '+' || c == '-' || c == '.' || c == '_' || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}
constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

enum class NumberFit : std::uint8_t { no_number, fits, too_large };

// RFC 8259, 6, and whether 64 bits hold it.
NumberFit judge_number(std::string_view word) {
  std::string_view left = word;
  const auto digits = [&left] {
    const std::size_t before = left.size();
    while (!left.empty() && is_digit(left.front())) left.remove_prefix(1);
    return before - left.size();
  };
  const bool negative = left.starts_with('-');
  if (negative) left.remove_prefix(1);
  const bool zero = left.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return NumberFit::no_number;
  bool integer = true;
  if (left.starts_with('.')) {
    integer = false;
    left.remove_prefix(1);
    if (digits() == 0) return NumberFit::no_number;
  }
  if (left.starts_with('e') || left.starts_with('E')) {
    integer = false;
    left.remove_prefix(1);
    if (left.starts_with('+') || left.starts_with('-')) left.remove_prefix(1);
    if (digits() == 0) return NumberFit::no_number;
  }
  if (!left.empty()) return NumberFit::no_number;
  if (!integer) {
    double value = 0;
    const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
    return result.ec == std::errc{} && std::isfinite(value) ? NumberFit::fits : NumberFit::too_large;
  }
  std::int64_t small = 0;
  std::uint64_t large = 0;
  const auto as_signed = std::from_chars(word.data(), word.data() + word.size(), small);
  const auto as_unsigned = std::from_chars(word.data(), word.data() + word.size(), large);
  const bool fits = as_signed.ec == std::errc{} || (!negative && as_unsigned.ec == std::errc{});
  return fits ? NumberFit::fits : NumberFit::too_large;
}

// The value of four hexadecimal digits at the front of `text`, or -1.
int hex4(std::string_view text) {
  if (text.size() < 4) return -1;
  int value = 0;
  for (const char c : text.substr(0, 4)) {
    int digit = 0;
    if (is_digit(c)) {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

// Copies the string that begins at text[at] (a quote) with unpaired surrogate escapes replaced; returns where
// it ends.
std::size_t copy_string(std::string_view text, std::size_t at, std::string& out) {
  out.push_back(text[at++]);
  while (at < text.size() && text[at] != '"') {
    if (text[at] != '\\' || at + 1 >= text.size()) {
      out.push_back(text[at++]);
      continue;
    }
    const int unit = text[at + 1] == 'u' ? hex4(text.substr(at + 2)) : -1;
    if (unit < 0xD800 || unit > 0xDFFF) {
      out.append(text.substr(at, 2));
      at += 2;
      continue;
    }
    const bool escape_follows = text.substr(at + 6, 2) == "\\u";
    const int low = escape_follows ? hex4(text.substr(at + 8)) : -1;
    if (unit < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF) {
      out.append(text.substr(at, 12));
      at += 12;
    } else {
      out.append("\\uFFFD");
      at += 6;
    }
  }
  if (at < text.size()) out.push_back(text[at++]);
  return at;
}

// `text` with what strict reading refuses for its size and not for its form made readable: numbers out of
// range in quotes, unpaired surrogates replaced. Every other fault stays one.
std::string repaired(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '"') {
      at = copy_string(text, at, out);
      continue;
    }
    if (!is_word(text[at])) {
      out.push_back(text[at++]);
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    std::size_t behind = end;
    while (behind < text.size() && is_blank(text[behind])) ++behind;
    const std::string_view word = text.substr(at, end - at);
    // A quoted number in front of ':' would make a name of what is a fault.
    const bool may_quote = behind == text.size() || text[behind] != ':';
    const bool quote = may_quote && judge_number(word) == NumberFit::too_large;
    if (quote) out.push_back('"');
    out.append(word);
    if (quote) out.push_back('"');
    at = end;
  }
  return out;
}

void append_scalar(std::string& out, const Value& value) {
  char digits[32];
  const auto append = [&](auto number) {
    const auto result = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, result.ptr);
  };
  switch (value.kind()) {
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
      out += value.boolean() ? "true" : "false";
      return;
    case Kind::integer:
      append(value.integer());
      return;
    case Kind::unsigned_integer:
      append(value.unsigned_integer());
      return;
    case Kind::real:
      append(value.real());
      return;
    default:
      base::append_json_string(out, value.string());
      return;
  }
}

}  // namespace

struct Reader::Parts {
  Limits limits;
  simdjson::dom::parser parser;
  std::string padded;
  std::size_t capacity = 0;

  simdjson::error_code parse(std::string_view text, bool is_padded) {
    if (text.size() > capacity) {
      const std::size_t wanted = std::max<std::size_t>(text.size(), 64 * 1024);
      capacity = 0;
      if (const auto error = parser.allocate(wanted, limits.depth)) return error;
      capacity = wanted;
    }
    const char* from = text.data();
    if (!is_padded) {
      if (padded.size() < text.size() + kPadding) padded.resize(std::max(text.size(), capacity) + kPadding);
      std::copy(text.begin(), text.end(), padded.begin());
      std::fill_n(padded.data() + text.size(), kPadding, ' ');
      from = padded.data();
    }
    simdjson::dom::element root;
    return parser.parse(from, text.size(), false).get(root);
  }
};

Reader::Reader(Limits limits) : parts_(std::make_unique<Parts>()) {
  parts_->limits = limits;
  // simdjson counts the document itself as one level.
  parts_->limits.depth = std::min(limits.depth, kMaxDepth) + 1;
}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

base::Result<Value> Reader::read(std::string_view text) {
  return read(text, false);
}
base::Result<Value> Reader::read_padded(std::string_view text) {
  return read(text, true);
}

base::Result<Value> Reader::read(std::string_view text, bool padded) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const Limits strict{.document_bytes = parts_->limits.document_bytes, .depth = parts_->limits.depth - 1};
  if (text.size() > strict.document_bytes) return read_document(text, strict).error();
  simdjson::error_code error = parts_->parse(text, padded);
  if (error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR || error == simdjson::TAPE_ERROR) {
    const std::string readable = repaired(text);
    if (readable != text) error = parts_->parse(readable, false);
  }
  if (error == simdjson::SUCCESS) {
    return Value(parts_->parser.doc.tape.get(), parts_->parser.doc.string_buf.get(), 1);
  }
  if (const auto checked = read_document(text, strict); !checked) return checked.error();
  return base::Error{
      .code = error == simdjson::MEMALLOC ? base::ErrorCode::limit_exceeded : base::ErrorCode::internal,
      .message = std::string("JSON document: ") + simdjson::error_message(error),
      .remedy = {},
      .where = {1, 1}};
}

std::string_view number_text(const Value& number, base::Arena& arena) {
  constexpr std::size_t kLongest = 32;  // "-2.2250738585072014e-308" and 20 digits of 64 bits fit
  constexpr double kExactLimit = 9.2e18;
  char* const start = arena.allocate(kLongest);
  char* end = start;
  if (number.kind() == Kind::integer) {
    end = std::to_chars(start, start + kLongest, number.integer()).ptr;
  } else if (number.kind() == Kind::unsigned_integer) {
    end = std::to_chars(start, start + kLongest, number.unsigned_integer()).ptr;
  } else if (const double value = number.real();
             std::abs(value) < kExactLimit && std::trunc(value) == value) {
    end = std::to_chars(start, start + kLongest, static_cast<std::int64_t>(value)).ptr;
  } else {
    end = std::to_chars(start, start + kLongest, value).ptr;
  }
  const auto length = static_cast<std::size_t>(end - start);
  arena.shrink_last(kLongest - length);
  return {start, length};
}

// Nesting is bounded by the reader's depth limit.
void append_json(std::string& out, const Value& value) {
  const Kind kind = value.kind();
  if (kind != Kind::object && kind != Kind::array) return append_scalar(out, value);
  out.push_back(kind == Kind::object ? '{' : '[');
  bool first = true;
  const Value last = value.last();
  for (Value at = value.first(); !(at == last); at = at.next()) {
    if (!first) out.push_back(',');
    first = false;
    if (kind == Kind::object) {
      append_scalar(out, at);
      out.push_back(':');
      at = at.next();
    }
    append_json(out, at);
  }
  out.push_back(kind == Kind::object ? '}' : ']');
}

}  // namespace hinomi::parse::json
