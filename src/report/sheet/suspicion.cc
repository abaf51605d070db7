#include "report/sheet/suspicion.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "report/sheet/normal.h"
#include "report/sheet/value.h"

namespace hinomi::report::sheet {
namespace {

using parse::sheet::CellKind;

constexpr std::size_t kExcelDigits = 15;

bool is_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "1.5E+05": digits, maybe a fraction, E, an exponent.
bool is_scientific(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos || e == 0) return false;
  std::string_view mantissa = text.substr(0, e);
  std::string_view exponent = text.substr(e + 1);
  if (exponent.starts_with('+') || exponent.starts_with('-')) exponent.remove_prefix(1);
  const std::size_t point = mantissa.find('.');
  if (!is_digits(mantissa.substr(0, point))) return false;
  if (point != std::string_view::npos && !is_digits(mantissa.substr(point + 1))) return false;
  return is_digits(exponent);
}

// A number in any dress that Excel takes for one: "+5", "1,000", "50%", "¥100", "(5)" is not tried.
std::optional<double> number_in(std::string_view text) {
  std::string plain;
  for (const char c : without_width(text)) {
    if (c != ',' && c != ' ') plain += c;
  }
  std::string_view rest = plain;
  for (const std::string_view sign : {"+", "¥", "\\", "$"}) {
    if (rest.starts_with(sign)) rest.remove_prefix(sign.size());
  }
  const bool percent = rest.ends_with('%');
  if (percent) rest.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{} || end != rest.data() + rest.size() || !std::isfinite(number)) return std::nullopt;
  return percent ? number / 100 : number;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

std::optional<Suspicion> suspect_number(const CellEdit& edit) {
  const std::string before = without_width(edit.before);
  const std::string after = without_width(edit.after);
  const auto old_number = number_in(before);
  const auto new_number = number_in(after);
  if (is_scientific(after) && !is_scientific(before)) return Suspicion::scientific;
  if (!new_number) return std::nullopt;
  if (!old_number) {
    const bool rounded = edit.cell.kind == CellKind::number && digits_of(after).size() > kExcelDigits;
    return rounded ? std::optional(Suspicion::digits_rounded) : std::nullopt;
  }
  const double scale = std::max(std::fabs(*old_number), std::fabs(*new_number));
  const bool equal = std::fabs(*old_number - *new_number) <= scale * 1e-14;
  if (!equal) return std::nullopt;
  if (is_scientific(before)) return Suspicion::scientific;
  if (digits_of(before).size() > kExcelDigits && digits_of(before) != digits_of(after)) {
    return Suspicion::digits_rounded;
  }
  if (before.size() > 1 && before[0] == '0' && is_digits(before) && is_digits(after)) {
    return Suspicion::lost_leading_zeros;
  }
  return edit.column.kind == ColumnKind::integer || edit.column.kind == ColumnKind::real
             ? std::nullopt
             : std::optional(Suspicion::number_rewritten);
}

bool looks_like_date(const CellEdit& edit) {
  if (edit.cell.kind == CellKind::date || edit.cell.kind == CellKind::time ||
      edit.cell.kind == CellKind::duration) {
    return true;
  }
  if (read_date(edit.after)) return true;
  // What a Japanese Excel shows of "3-4", "Mar-4": 3月4日, 4-Mar.
  const std::string after = without_width(edit.after);
  if (after.ends_with("日") && after.find("月") != std::string::npos) return true;
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::string folded = base::folded(after);
  const std::size_t dash = folded.find('-');
  return dash != std::string::npos &&
         std::any_of(kMonths.begin(), kMonths.end(), [&](std::string_view month) {
           return (folded.substr(0, dash) == month && is_digits(folded.substr(dash + 1))) ||
                  (folded.substr(dash + 1) == month && is_digits(folded.substr(0, dash)));
         });
}

// Whether `before` is like "3-4", "MAR1", "1:30", or the same date written in another way.
bool may_become_date(std::string_view before, std::string_view after) {
  if (const auto date = read_date(before)) return read_date(after) == date;
  const std::string text = without_width(before);
  constexpr std::size_t kMaxBytes = 20;
  return text.size() <= kMaxBytes &&
         std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<char16_t> units_of(std::string_view text) {
  std::vector<char16_t> units;
  while (!text.empty()) {
    const base::Decoded next = base::decode_utf8(text);
    text.remove_prefix(next.length);
    if (next.code_point > 0xFFFF) units.push_back(0xD800);
    units.push_back(next.code_point > 0xFFFF ? char16_t{0xDC00} : static_cast<char16_t>(next.code_point));
  }
  return units;
}

// The same text, but for '?' where `before` had something else beyond ASCII.
bool lost_characters(std::string_view before, std::string_view after) {
  if (after.find('?') == std::string_view::npos && after.find("\uFFFD") == std::string_view::npos)
    return false;
  const std::vector<char16_t> from = units_of(before);
  const std::vector<char16_t> to = units_of(after);
  std::size_t lost = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  for (; i < from.size() && j < to.size(); ++i, ++j) {
    if (from[i] == to[j]) continue;
    if (from[i] < 0x80 || (to[j] != u'?' && to[j] != 0xFFFD)) return false;
    ++lost;
    // A character of two units becomes "??" in one program and "?" in another.
    if (from[i] == 0xD800 && (j + 1 >= to.size() || to[j + 1] != to[j])) ++i;
  }
  return lost > 0 && i >= from.size() && j == to.size();
}

std::string without_autocorrection(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kPairs = {{{"“", "\""},
                                                                                     {"”", "\""},
                                                                                     {"‘", "'"},
                                                                                     {"’", "'"},
                                                                                     {"…", "..."},
                                                                                     {"–", "-"},
                                                                                     {"—", "--"},
                                                                                     {"―", "--"},
                                                                                     {"©", "(c)"},
                                                                                     {"®", "(r)"},
                                                                                     {"™", "(tm)"}}};
  std::string out;
  while (!text.empty()) {
    const auto found = std::find_if(kPairs.begin(), kPairs.end(),
                                    [&](const auto& pair) { return text.starts_with(pair.first); });
    if (found != kPairs.end()) {
      out += found->second;
      text.remove_prefix(found->first.size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return base::folded(out);
}

bool was_cut(std::string_view before, std::string_view after) {
  const std::size_t units = utf16_units(after);
  constexpr std::array<std::size_t, 3> kLengths = {255, 256, kMaxCellUnits};
  return after.size() < before.size() && before.starts_with(after) &&
         std::find(kLengths.begin(), kLengths.end(), units) != kLengths.end();
}

std::optional<Suspicion> suspect_text(const CellEdit& edit) {
  if (looks_like_date(edit) && (edit.before.empty() || may_become_date(edit.before, edit.after))) {
    const bool typed = edit.before.empty() && edit.cell.kind == CellKind::text;
    return typed ? std::nullopt : std::optional(Suspicion::became_date);
  }
  if (edit.cell.kind == CellKind::boolean) return Suspicion::became_boolean;
  const std::string before = base::folded(edit.before);
  if ((before == "true" || before == "false") && base::folded(edit.after) == before) {
    return Suspicion::became_boolean;
  }
  if (auto number = suspect_number(edit)) return number;
  if (edit.before.empty() || edit.after.empty()) return std::nullopt;
  if (was_cut(edit.before, edit.after)) return Suspicion::cut;
  if (without_width(edit.before) == without_width(edit.after)) return Suspicion::width_only;
  if (lost_characters(comparable(edit.before), comparable(edit.after))) return Suspicion::characters_lost;
  if (without_autocorrection(edit.before) == without_autocorrection(edit.after) &&
      base::folded(edit.before) != base::folded(edit.after)) {
    return Suspicion::autocorrected;
  }
  return std::nullopt;
}

std::optional<Suspicion> suspect_date(const CellEdit& edit) {
  const auto before = date_serial(edit.before);
  const auto after = date_serial(edit.after);
  if (!before || !after) return std::nullopt;
  constexpr double kBetweenSystems = 1462;
  if (std::fabs(*before - *after) == kBetweenSystems) return Suspicion::date_system;
  const bool swapped = edit.before.substr(0, 4) == edit.after.substr(0, 4) &&
                       edit.before.substr(5, 2) == edit.after.substr(8, 2) &&
                       edit.before.substr(8, 2) == edit.after.substr(5, 2);
  return swapped ? std::optional(Suspicion::day_month_swapped) : std::nullopt;
}

std::optional<Suspicion> suspect_time(const CellEdit& edit) {
  const auto before = base::parse_rfc3339(edit.before);
  const auto after = base::parse_rfc3339(edit.after);
  std::int64_t moved = 0;
  if (!before || !after || __builtin_sub_overflow(after->since_epoch_ns, before->since_epoch_ns, &moved)) {
    return std::nullopt;
  }
  constexpr std::int64_t kMinuteNs = 60'000'000'000;
  constexpr std::int64_t kBetweenSystemsNs = 1462 * 1440 * kMinuteNs;
  if (moved == kBetweenSystemsNs || moved == -kBetweenSystemsNs) return Suspicion::date_system;
  const std::int64_t offset = edit.utc_offset_minutes * kMinuteNs;
  return offset != 0 && (moved == offset || moved == -offset) ? std::optional(Suspicion::zone_shifted)
                                                              : std::nullopt;
}

}  // namespace

std::string_view name_of(Suspicion suspicion) noexcept {
  constexpr std::array<std::string_view, 14> kNames = {
      "formula",           "became_date",      "lost_leading_zeros", "scientific",
      "digits_rounded",    "number_rewritten", "became_boolean",     "cut",
      "characters_lost",   "width_only",       "autocorrected",      "date_system",
      "day_month_swapped", "zone_shifted"};
  return kNames[static_cast<std::size_t>(suspicion)];
}

std::optional<Suspicion> suspect(const CellEdit& edit) {
  if (edit.cell.formula) return Suspicion::formula;
  switch (edit.column.kind) {
    case ColumnKind::text:
    case ColumnKind::id:
      return suspect_text(edit);
    case ColumnKind::integer:
    case ColumnKind::real:
      return suspect_number(edit);
    case ColumnKind::date:
      return suspect_date(edit);
    case ColumnKind::time:
      return suspect_time(edit);
    case ColumnKind::boolean:
    case ColumnKind::choice:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace hinomi::report::sheet
