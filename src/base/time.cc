#include "base/time.h"

#include <array>
#include <cstdio>

namespace hinomi::base {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - static_cast<std::int64_t>(a % b != 0 && (a % b < 0) != (b < 0));
}

// Days since the epoch of a proleptic Gregorian date, by eras of 400 years starting on 1 March.
std::int64_t days_from_date(std::int64_t year, int month, int day) noexcept {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = floor_div(y, 400);
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

int days_in_month(int year, int month) noexcept {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Takes digits from the front; false when there are fewer than `digits`.
bool take_number(std::string_view& text, std::size_t digits, int& out) noexcept {
  if (text.size() < digits) return false;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  out = value;
  return true;
}

bool take_any(std::string_view& text, std::string_view set) noexcept {
  if (text.empty() || set.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// The zone's offset in seconds east of UTC; false when the rest is no zone.
bool take_zone(std::string_view text, int& offset_seconds) noexcept {
  offset_seconds = 0;
  if (text.empty() || text == "Z" || text == "z" || text == " UTC") return true;
  if (text.front() == ' ') text.remove_prefix(1);
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, hours)) return false;
  take_any(text, ":");
  if (!text.empty() && !take_number(text, 2, minutes)) return false;
  if (!text.empty() || hours > 23 || minutes > 59) return false;
  offset_seconds = sign * (hours * 3600 + minutes * 60);
  return true;
}

}  // namespace

CivilTime to_civil(TimeNs time) noexcept {
  const std::int64_t seconds = floor_div(time.since_epoch_ns, kNsPerSecond);
  const std::int64_t days = floor_div(seconds, kSecondsPerDay);
  const auto second_of_day = static_cast<int>(seconds - days * kSecondsPerDay);
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = floor_div(shifted, 146'097);
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_index = (5 * day_of_year + 2) / 153;
  CivilTime civil;
  civil.day = static_cast<int>(day_of_year - (153 * month_index + 2) / 5 + 1);
  civil.month = static_cast<int>(month_index < 10 ? month_index + 3 : month_index - 9);
  civil.year = static_cast<int>(year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0));
  civil.hour = second_of_day / 3600;
  civil.minute = second_of_day / 60 % 60;
  civil.second = second_of_day % 60;
  civil.nanosecond = static_cast<std::int32_t>(time.since_epoch_ns - seconds * kNsPerSecond);
  return civil;
}

std::optional<TimeNs> from_civil(const CivilTime& civil) noexcept {
  if (civil.year < 1678 || civil.year > 2261 || civil.month < 1 || civil.month > 12) return std::nullopt;
  const std::int64_t days = days_from_date(civil.year, civil.month, civil.day);
  const std::int64_t seconds = days * kSecondsPerDay + civil.hour * 3600 + civil.minute * 60 + civil.second;
  return TimeNs{seconds * kNsPerSecond + civil.nanosecond};
}

int iso_week(TimeNs time) noexcept {
  const std::int64_t days = floor_div(floor_div(time.since_epoch_ns, kNsPerSecond), kSecondsPerDay);
  const auto weekday = static_cast<int>((days % 7 + 7 + 3) % 7);  // Monday = 0; the epoch was a Thursday
  const std::int64_t thursday = days - weekday + 3;
  const CivilTime civil = to_civil(TimeNs{thursday * kSecondsPerDay * kNsPerSecond});
  return static_cast<int>((thursday - days_from_date(civil.year, 1, 1)) / 7) + 1;
}

std::optional<TimeNs> from_filetime(std::uint64_t filetime) noexcept {
  constexpr std::int64_t kEpochDifference = 116'444'736'000'000'000;  // 1601 to 1970 in 100 ns
  constexpr std::uint64_t kLast = 116'444'736'000'000'000ULL + 92'233'720'368'547'758ULL;
  constexpr std::uint64_t kFirst = 116'444'736'000'000'000ULL - 92'233'720'368'547'758ULL;
  if (filetime > kLast || filetime < kFirst) return std::nullopt;
  return TimeNs{(static_cast<std::int64_t>(filetime) - kEpochDifference) * 100};
}

std::string format_rfc3339(TimeNs time, int fraction_digits) {
  const CivilTime civil = to_civil(time);
  std::array<char, 40> buffer{};
  int length =
      std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%09d", civil.year,
                    civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.nanosecond);
  if (fraction_digits < 9) length -= fraction_digits == 0 ? 10 : 9 - fraction_digits;
  std::string text(buffer.data(), static_cast<std::size_t>(length));
  text.push_back('Z');
  return text;
}

std::optional<TimeNs> parse_rfc3339(std::string_view text) noexcept {
  CivilTime civil;
  if (!take_number(text, 4, civil.year) || !take_any(text, "-/") || !take_number(text, 2, civil.month) ||
      !take_any(text, "-/") || !take_number(text, 2, civil.day)) {
    return std::nullopt;
  }
  if (civil.month < 1 || civil.month > 12 || civil.day < 1 ||
      civil.day > days_in_month(civil.year, civil.month)) {
    return std::nullopt;
  }
  int offset_seconds = 0;
  if (!text.empty()) {
    if (!take_any(text, "Tt ") || !take_number(text, 2, civil.hour) || !take_any(text, ":") ||
        !take_number(text, 2, civil.minute) || !take_any(text, ":") || !take_number(text, 2, civil.second)) {
      return std::nullopt;
    }
    if (civil.hour > 23 || civil.minute > 59 || civil.second > 60) return std::nullopt;
    if (take_any(text, ".,")) {
      int scale = 100'000'000;
      int digit = 0;
      if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
      while (take_number(text, 1, digit)) {
        civil.nanosecond += digit * scale;
        scale /= 10;
      }
    }
    if (!take_zone(text, offset_seconds)) return std::nullopt;
  }
  auto time = from_civil(civil);
  if (time) time->since_epoch_ns -= offset_seconds * kNsPerSecond;
  return time;
}

}  // namespace hinomi::base
