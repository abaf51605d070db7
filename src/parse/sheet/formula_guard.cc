#include "parse/sheet/formula_guard.h"

#include <algorithm>
#include <array>

namespace hinomi::parse::sheet {
namespace {

constexpr std::string_view kTriggers = "=+-@";
constexpr std::string_view kStartTriggers = "\t\r\n";  // inside, the place behind them is looked at itself
constexpr std::string_view kSeparators = ",;|\t\r\n";
constexpr std::array<std::string_view, 4> kWideTriggers = {"＝", "＋", "－", "＠"};
// Blanks that programs strip, and a quote: where a field was cut wrongly, a doubled quote is an empty string.
constexpr std::array<std::string_view, 7> kPassedOver = {" ",      "\"",     "　",    "\xC2\xA0",
                                                         "\u200B", "\uFEFF", "\u2060"};

// Whether a formula begins at the front of `text`, apostrophes not counted. What follows a separator inside
// is never looked at, so guarding one place does not change the answer for another.
bool begins_formula(std::string_view text, bool at_start) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of('\''), text.size()));
  bool passed = true;
  while (passed) {
    passed = false;
    for (const std::string_view blank : kPassedOver) {
      if (!text.starts_with(blank)) continue;
      text.remove_prefix(blank.size());
      passed = true;
    }
  }
  if (text.empty()) return false;
  if (kTriggers.find(text.front()) != std::string_view::npos) return true;
  if (at_start && kStartTriggers.find(text.front()) != std::string_view::npos) return true;
  return std::any_of(kWideTriggers.begin(), kWideTriggers.end(),
                     [&](std::string_view wide) { return text.starts_with(wide); });
}

// Copies `text`; at every place that is looked at, on_place(rest, at_start) may append something and says how
// many bytes to leave out.
template <typename OnPlace>
void walk(std::string_view text, std::string& out, OnPlace on_place) {
  bool at_start = true;
  while (true) {
    text.remove_prefix(on_place(text, at_start));
    at_start = false;
    const std::size_t separator = text.find_first_of(kSeparators);
    if (separator == std::string_view::npos) break;
    out += text.substr(0, separator + 1);
    text.remove_prefix(separator + 1);
  }
  out += text;
}

}  // namespace

std::string guarded(std::string_view text) {
  std::string out;
  walk(text, out, [&](std::string_view rest, bool at_start) {
    if (begins_formula(rest, at_start)) out += '\'';
    return std::size_t{0};
  });
  return out;
}

std::string unguarded(std::string_view text) {
  std::string out;
  walk(text, out, [](std::string_view rest, bool at_start) {
    return std::size_t{rest.starts_with('\'') && begins_formula(rest, at_start)};
  });
  return out;
}

}  // namespace hinomi::parse::sheet
