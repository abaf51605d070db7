#include "parse/syslog/time_stamp.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hinomi::parse::syslog {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerDay = 86'400 * kNsPerSecond;
constexpr std::size_t kLongest = 40;  // bytes of any RFC 3339 time-stamp we look at

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// `count` digits at text[at]; -1 when they are not all there.
int digits_at(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

int month_at(std::string_view text, std::size_t at) noexcept {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (at + 3 > text.size()) return 0;
  const auto found = std::find(kMonths.begin(), kMonths.end(), text.substr(at, 3));
  return found == kMonths.end() ? 0 : static_cast<int>(found - kMonths.begin()) + 1;
}

// "hh:mm:ss" at text[at].
bool clock_at(std::string_view text, std::size_t at, base::CivilTime& civil) noexcept {
  civil.hour = digits_at(text, at, 2);
  civil.minute = digits_at(text, at + 3, 2);
  civil.second = digits_at(text, at + 6, 2);
  return at + 8 <= text.size() && text[at + 2] == ':' && text[at + 5] == ':' && civil.hour >= 0 &&
         civil.hour < 24 && civil.minute >= 0 && civil.minute < 60 && civil.second >= 0 && civil.second <= 60;
}

// A fraction ".123" or ",123" at text[at]; its length with the point, 0 when there is none.
std::size_t fraction_at(std::string_view text, std::size_t at, std::int32_t& nanosecond) noexcept {
  if (at + 1 >= text.size() || (text[at] != '.' && text[at] != ',') || !is_digit(text[at + 1])) return 0;
  std::size_t length = 1;
  std::int32_t scale = 100'000'000;
  for (; at + length < text.size() && is_digit(text[at + length]); ++length) {
    nanosecond += (text[at + length] - '0') * scale;
    scale /= 10;
  }
  return length;
}

bool is_day(const base::CivilTime& civil) noexcept {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = civil.year % 4 == 0 && (civil.year % 100 != 0 || civil.year % 400 == 0);
  const int days = kDays[static_cast<std::size_t>(civil.month - 1)] + (civil.month == 2 && leap ? 1 : 0);
  return civil.day >= 1 && civil.day <= days;
}

std::optional<base::TimeNs> local(const base::CivilTime& civil, const TimePolicy& policy) noexcept {
  auto time = base::from_civil(civil);
  if (time) time->since_epoch_ns -= std::int64_t{policy.zone_offset_minutes} * 60 * kNsPerSecond;
  return time;
}

// The latest year that puts the time at most one day after the reference; 29 February may need up to eight
// steps.
std::optional<base::TimeNs> with_guessed_year(base::CivilTime civil, const TimePolicy& policy) noexcept {
  constexpr int kYearsBack = 8;
  if (!policy.reference) return std::nullopt;
  const int latest = base::to_civil(*policy.reference).year + 1;
  for (civil.year = latest; civil.year >= latest - kYearsBack - 1; --civil.year) {
    if (!is_day(civil)) continue;
    const auto time = local(civil, policy);
    if (time && time->since_epoch_ns <= policy.reference->since_epoch_ns + kNsPerDay) return time;
  }
  return std::nullopt;
}

bool ends_here(std::string_view text, std::size_t at) noexcept {
  return at == text.size() || text[at] == ' ' || text[at] == '\t';
}

}  // namespace

TimeStamp take_rfc3339(std::string_view text, const TimePolicy& policy) noexcept {
  // The date and the clock; what may follow are a fraction and a zone.
  if (digits_at(text, 0, 4) < 0 || text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) {
    return {};
  }
  base::CivilTime ignored;
  std::size_t length = 19;
  length += fraction_at(text, length, ignored.nanosecond);
  const std::size_t clock_end = length;
  if (length < text.size() && (text[length] == 'Z' || text[length] == 'z')) {
    ++length;
  } else if (length < text.size() && (text[length] == '+' || text[length] == '-')) {
    length = std::min(text.find_first_not_of("0123456789:", length + 1), text.size());
  }
  if (length > kLongest || (!ends_here(text, length) && text[length] != ':')) return {};
  auto time = base::parse_rfc3339(text.substr(0, length));
  if (!time) return {};
  if (length == clock_end)
    time->since_epoch_ns -= std::int64_t{policy.zone_offset_minutes} * 60 * kNsPerSecond;
  return {length, time};
}

TimeStamp take_bsd(std::string_view text, const TimePolicy& policy) noexcept {
  base::CivilTime civil;
  civil.month = month_at(text, 0);
  if (civil.month == 0 || text.size() < 14 || text[3] != ' ') return {};
  std::size_t at = text[4] == ' ' ? 5 : 4;
  std::size_t day_digits = digits_at(text, at, 2) >= 0 ? 2 : 1;
  civil.day = digits_at(text, at, day_digits);
  at += day_digits;
  if (civil.day < 1 || at >= text.size() || text[at] != ' ') return {};
  ++at;
  const int year = digits_at(text, at, 4);
  const bool has_year = year >= 0 && at + 4 < text.size() && text[at + 4] == ' ';
  if (has_year) at += 5;
  if (!clock_at(text, at, civil)) return {};
  at += 8;
  at += fraction_at(text, at, civil.nanosecond);
  if (!has_year) {
    civil.year = 2000;  // a leap year: the day must exist in some year
    if (!is_day(civil)) return {};
    return {at, with_guessed_year(civil, policy)};
  }
  civil.year = year;
  if (!is_day(civil)) return {};
  return {at, local(civil, policy)};
}

TimeStamp take_access_log(std::string_view text) noexcept {
  constexpr std::size_t kLength = 26;
  base::CivilTime civil;
  if (text.size() < kLength || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[20] != ' ')
    return {};
  civil.day = digits_at(text, 0, 2);
  civil.month = month_at(text, 3);
  civil.year = digits_at(text, 7, 4);
  const int zone_hours = digits_at(text, 22, 2);
  const int zone_minutes = digits_at(text, 24, 2);
  if (civil.month == 0 || civil.year < 0 || !is_day(civil) || !clock_at(text, 12, civil) || zone_hours < 0 ||
      zone_minutes < 0 || (text[21] != '+' && text[21] != '-')) {
    return {};
  }
  const int offset = zone_hours * 60 + zone_minutes;
  return {kLength,
          local(civil, {.reference = {}, .zone_offset_minutes = text[21] == '-' ? -offset : offset})};
}

}  // namespace hinomi::parse::syslog
