#include "parse/syslog/event_xml.h"

#include <array>
#include <charconv>
#include <string>

#include "base/text.h"

namespace hinomi::parse::syslog {
namespace {

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// The code point of a reference like "lt" or "#x41"; 0 = unknown.
char32_t reference(std::string_view name) {
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "amp") return '&';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (name.size() < 2 || name[0] != '#') return 0;
  const bool hexadecimal = name[1] == 'x';
  const std::string_view digits = name.substr(hexadecimal ? 2 : 1);
  std::uint32_t value = 0;
  const auto result =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
  const bool whole = result.ec == std::errc{} && result.ptr == digits.data() + digits.size();
  const bool valid = value > 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  return whole && valid ? static_cast<char32_t>(value) : 0;
}

std::string_view unescaped(std::string_view raw, base::Arena& arena) {
  constexpr std::size_t kLongestReference = 12;  // with '&' and ';'
  if (raw.find('&') == std::string_view::npos) return raw;
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t end =
        raw[at] == '&' ? raw.substr(at, kLongestReference).find(';') : std::string_view::npos;
    const char32_t point = end == std::string_view::npos ? 0 : reference(raw.substr(at + 1, end - 1));
    if (point == 0) {
      out.push_back(raw[at++]);
    } else {
      base::append_utf8(out, point);
      at += end + 1;
    }
  }
  return arena.copy(out);
}

class Scanner {
 public:
  Scanner(std::string_view text, base::Arena& arena, Pairs& out) : text_(text), arena_(arena), out_(out) {}

  bool scan() {
    skip_blanks();
    if (!text_.substr(at_).starts_with('<')) return false;
    while (at_ < text_.size()) {
      if (text_[at_] != '<') {
        if (!take_text()) return true;  // something behind the last element
      } else if (text_.substr(at_, 2) == "</") {
        if (!take_end()) return false;
        if (depth_ == 0) return true;
      } else if (text_.substr(at_, 2) == "<?" || text_.substr(at_, 2) == "<!") {
        const std::size_t end = text_.find('>', at_);
        if (end == std::string_view::npos) return false;
        at_ = end + 1;
        skip_blanks();
      } else {
        if (!take_start()) return false;
        if (depth_ == 0) return true;
      }
    }
    return depth_ == 0;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  // The dotted names of the open elements, with `last` behind them.
  std::string_view path(std::string_view last) {
    std::string joined;
    for (std::size_t i = 0; i < depth_; ++i) {
      if (!joined.empty()) joined += '.';
      joined += names_[i];
    }
    if (!last.empty()) {
      if (!joined.empty()) joined += '.';
      joined += last;
    }
    return arena_.copy(joined);
  }

  void add(std::string_view last, std::string_view value) {
    if (out_.size() < kMaxPairs) out_.push_back({path(last), unescaped(value, arena_)});
  }

  bool take_text() {
    const std::size_t end = std::min(text_.find('<', at_), text_.size());
    std::string_view value = text_.substr(at_, end - at_);
    at_ = end;
    if (depth_ == 0) return false;
    // Only the text of an innermost element: between elements there is layout.
    if (text_.substr(at_, 2) == "</" && fresh_) add({}, value);
    return true;
  }

  bool take_end() {
    const std::size_t end = text_.find('>', at_);
    if (end == std::string_view::npos || depth_ == 0) return false;
    if (fresh_ && text_[at_ - 1] == '>') add({}, {});  // <Data Name="x"></Data>
    at_ = end + 1;
    --depth_;
    fresh_ = false;
    return true;
  }

  std::string_view take_name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '>' && text_[at_] != '/' &&
           text_[at_] != '=')
      ++at_;
    return text_.substr(start, at_ - start);
  }

  // <Name a="b" …> or <Name …/>
  bool take_start() {
    ++at_;
    const std::string_view name = take_name();
    if (name.empty() || name.size() > kMaxNameBytes || depth_ == kMaxElementDepth) return false;
    names_[depth_++] = name;
    fresh_ = true;
    while (true) {
      skip_blanks();
      if (at_ >= text_.size()) return false;
      if (text_[at_] == '>') {
        ++at_;
        return true;
      }
      if (text_.substr(at_, 2) == "/>") {
        at_ += 2;
        --depth_;
        fresh_ = false;
        return true;
      }
      if (!take_attribute(name)) return false;
    }
  }

  bool take_attribute(std::string_view element) {
    const std::string_view name = take_name();
    if (name.empty() || at_ + 1 >= text_.size() || text_[at_] != '=') return false;
    const char quote = text_[at_ + 1];
    if (quote != '"' && quote != '\'') return false;
    const std::size_t end = text_.find(quote, at_ + 2);
    if (end == std::string_view::npos) return false;
    const std::string_view value = text_.substr(at_ + 2, end - at_ - 2);
    at_ = end + 1;
    if (element == "Data" && name == "Name" && value.size() <= kMaxNameBytes) {
      names_[depth_ - 1] = unescaped(value, arena_);  // <Data Name="x">: the element counts as x
    } else if (!name.starts_with("xmlns") && name.size() <= kMaxNameBytes) {
      std::string last = "#attributes.";
      last += name;
      add(last, value);
    }
    return true;
  }

  std::string_view text_;
  base::Arena& arena_;
  Pairs& out_;
  std::size_t at_ = 0;
  std::array<std::string_view, kMaxElementDepth> names_;
  std::size_t depth_ = 0;
  bool fresh_ = false;  // the innermost element has had no child
};

}  // namespace

bool parse_event_xml(std::string_view text, base::Arena& arena, Pairs& out) {
  return Scanner(text, arena, out).scan();
}

}  // namespace hinomi::parse::syslog
