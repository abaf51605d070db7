#include "parse/json/document.h"

#include <algorithm>

#include "base/text.h"

namespace hinomi::parse::json {
namespace {

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// RFC 8259 by hand: slower than the reader, but it knows where a fault lies.
class Checker {
 public:
  Checker(std::string_view text, std::size_t depth) : text_(text), depth_(std::min(depth, kMaxDepth)) {}

  // nullptr when the text is one value; else why not, with at() at the fault.
  const char* check() {
    skip_blanks();
    if (const char* reason = check_values()) return reason;
    skip_blanks();
    return at_ == text_.size() ? nullptr : "there is something after the end of the document";
  }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }

 private:
  [[nodiscard]] bool more() const noexcept { return at_ < text_.size(); }
  [[nodiscard]] char now() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (!more() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (more() && is_blank(text_[at_])) ++at_;
  }

  // Goes through nested values without recursion; brackets_ holds what is open.
  const char* check_values() {
    while (true) {
      bool closed = false;
      if (const char* reason = check_value(closed)) return reason;
      if (!closed) continue;
      while (true) {  // a value has ended: what follows it in its container?
        if (brackets_.empty()) return nullptr;
        skip_blanks();
        if (take(',')) {
          skip_blanks();
          if (brackets_.back()) {
            if (const char* reason = check_key()) return reason;
          }
          break;
        }
        if (!take(brackets_.back() ? '}' : ']')) {
          if (!more()) return "the document ends too early";
          return brackets_.back() ? "expected ',' or '}'" : "expected ',' or ']'";
        }
        brackets_.pop_back();
      }
    }
  }

  // One value, or the front of one: an opening bracket up to its first member. `closed` says which.
  const char* check_value(bool& closed) {
    closed = true;
    switch (now()) {
      case '{':
      case '[':
        return check_open(closed);
      case '"':
        return check_string();
      case 't':
        return check_word("true");
      case 'f':
        return check_word("false");
      case 'n':
        return check_word("null");
      default:
        if (now() == '-' || is_digit(now())) return check_number();
        return more() ? "expected a value" : "the document ends too early";
    }
  }

  const char* check_open(bool& closed) {
    const bool object = text_[at_] == '{';
    if (brackets_.size() == depth_) return "nested too deeply";
    ++at_;
    skip_blanks();
    if (take(object ? '}' : ']')) return nullptr;
    closed = false;
    brackets_.push_back(object);
    return object ? check_key() : nullptr;
  }

  const char* check_key() {
    if (!more()) return "the document ends too early";
    if (now() != '"') return "expected a name in double quotes";
    if (const char* reason = check_string()) return reason;
    skip_blanks();
    if (!take(':')) return more() ? "expected ':'" : "the document ends too early";
    skip_blanks();
    return nullptr;
  }

  const char* check_string() {
    ++at_;
    while (more()) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte == '"') {
        ++at_;
        return nullptr;
      }
      if (byte < 0x20) return "control character in a string";
      if (byte == '\\') {
        if (const char* reason = check_escape()) return reason;
      } else if (byte < 0x80) {
        ++at_;
      } else {
        const base::Decoded decoded = base::decode_utf8(text_.substr(at_));
        if (decoded.length == 1) return "not UTF-8";
        at_ += decoded.length;
      }
    }
    return "string without an end";
  }

  const char* check_escape() {
    if (at_ + 1 >= text_.size()) return "string without an end";
    const char kind = text_[at_ + 1];
    if (kind != 'u') {
      if (std::string_view(R"("\/bfnrt)").find(kind) == std::string_view::npos) return "unknown escape";
      at_ += 2;
      return nullptr;
    }
    for (std::size_t digit = 2; digit < 6; ++digit) {
      if (at_ + digit >= text_.size() || !is_hex(text_[at_ + digit]))
        return "\\u without four hexadecimal digits";
    }
    at_ += 6;
    return nullptr;
  }

  const char* check_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return "expected a value";
    at_ += word.size();
    return nullptr;
  }

  const char* check_number() {
    take('-');
    if (!is_digit(now())) return "malformed number";
    if (!take('0')) skip_digits();
    if (is_digit(now())) return "number with a leading zero";
    if (take('.') && !skip_digits()) return "malformed number";
    if (now() == 'e' || now() == 'E') {
      ++at_;
      if (now() == '+' || now() == '-') ++at_;
      if (!skip_digits()) return "malformed number";
    }
    return nullptr;
  }

  bool skip_digits() {
    const std::size_t before = at_;
    while (is_digit(now())) ++at_;
    return at_ != before;
  }

  std::string_view text_;
  std::size_t depth_;
  std::size_t at_ = 0;
  std::vector<bool> brackets_;
};

base::Position position_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 = 0
  return {static_cast<int>(lines) + 1, static_cast<int>(at - line_start) + 1};
}

}  // namespace

base::Result<void> read_document(std::string_view text, const Limits& limits) {
  const std::string_view whole = text;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.size() > limits.document_bytes) {
    return base::Error{
        .code = base::ErrorCode::limit_exceeded,
        .message = "JSON document: longer than " + std::to_string(limits.document_bytes) + " bytes",
        .remedy = {},
        .where = {1, 1}};
  }
  Checker checker(text, limits.depth);
  const char* reason = checker.check();
  if (reason == nullptr) return {};
  const bool too_deep = std::string_view(reason) == "nested too deeply";
  return base::Error{.code = too_deep ? base::ErrorCode::limit_exceeded : base::ErrorCode::invalid_input,
                     .message = std::string("JSON document: ") + reason,
                     .remedy = {},
                     .where = position_of(whole, checker.at() + (whole.size() - text.size()))};
}

}  // namespace hinomi::parse::json
