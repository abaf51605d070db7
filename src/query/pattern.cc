#include "query/pattern.h"

#include <array>
#include <cstddef>

#include "base/text.h"

namespace hinomi::query {
namespace {

constexpr std::string_view kWildcards = "\xFF\xFE\xFD";
constexpr std::array<std::string_view, 5> kDashes{"-", "/", "\u2013", "\u2014", "\u2015"};

// How many bytes of `text` the non-run token `token` takes; npos when it does not match.
std::size_t take_one(std::string_view text, char token) noexcept {
  if (text.empty()) return std::string_view::npos;
  if (token == kAnyOne) return base::decode_utf8(text).length;
  if (token == kAnyDash) {
    for (const std::string_view dash : kDashes) {
      if (text.starts_with(dash)) return dash.size();
    }
    return std::string_view::npos;
  }
  return text.front() == token ? 1 : std::string_view::npos;
}

}  // namespace

bool matches_pattern(std::string_view text, std::string_view pattern) noexcept {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t run_p = std::string_view::npos;  // after the last '*' seen
  std::size_t run_t = 0;                       // where that run ends so far
  while (true) {
    if (p < pattern.size() && pattern[p] == kAnyRun) {
      run_p = ++p;
      run_t = t;
      if (p == pattern.size()) return true;
      continue;
    }
    if (p == pattern.size() && t == text.size()) return true;
    const std::size_t taken =
        p < pattern.size() ? take_one(text.substr(t), pattern[p]) : std::string_view::npos;
    if (taken != std::string_view::npos) {
      t += taken;
      ++p;
      continue;
    }
    if (run_p == std::string_view::npos || run_t >= text.size()) return false;
    run_t += base::decode_utf8(text.substr(run_t)).length;
    t = run_t;
    p = run_p;
  }
}

std::vector<std::string_view> literal_pieces(std::string_view pattern) {
  std::vector<std::string_view> pieces;
  while (!pattern.empty()) {
    const std::size_t end = pattern.find_first_of(kWildcards);
    if (end != 0) pieces.push_back(pattern.substr(0, end));
    if (end == std::string_view::npos) break;
    pattern.remove_prefix(end + 1);
  }
  return pieces;
}

bool has_wildcard(std::string_view pattern) noexcept {
  return pattern.find_first_of(kWildcards) != std::string_view::npos;
}

}  // namespace hinomi::query
