// Which days of which years are holidays, by rules: fixed days, nth weekdays, days from Easter, equinoxes of
// Japan, spans and single dates, with substitute days. Computes lists; a Calendar (calendar.h) answers
// questions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/language.h"
#include "work/calendar/civil.h"

namespace hinomi::work::calendar {

struct Names {
  std::string en;
  std::string ja;
  [[nodiscard]] const std::string& in(base::Language language) const noexcept {
    return language == base::Language::ja ? ja : en;
  }
  friend bool operator==(const Names&, const Names&) = default;
};

enum class RuleKind : std::uint8_t { fixed, nth_weekday, easter, equinox, span, dates };
enum class Equinox : std::uint8_t { vernal, autumnal };

struct HolidayRule {
  Names names;
  RuleKind kind = RuleKind::fixed;
  int month = 1;  // fixed, nth_weekday, first day of span
  int day = 1;    // fixed, first day of span; a 29 February exists in leap years only
  Weekday weekday = Weekday::monday;
  int nth = 1;                        // nth_weekday: 1-5, -1 = last
  int days_from_easter = 0;           // easter
  Equinox equinox = Equinox::vernal;  // equinox
  int last_month = 1;                 // span, every year; may end in the year after
  int last_day = 1;                   // span
  std::vector<Day> days;              // dates
  int first_year = kMinYear;          // in force, inclusive
  int last_year = kMaxYear;           // in force, inclusive
  std::vector<int> except_years;      // not in force
};

// What happens when a holiday falls on a day that is free anyway.
enum class Substitute : std::uint8_t {
  none,
  sunday_to_next_day,       // Japan: the nearest day after it that is no holiday of the law
  nearest_weekday,          // United States: Saturday to Friday, Sunday to Monday
  weekend_to_next_weekday,  // United Kingdom: the next weekday that is no holiday
};

// Rules that know each other: substitutes and days between two holidays are judged among them alone.
struct HolidayLaw {
  std::vector<HolidayRule> rules;
  Substitute substitute = Substitute::none;
  Names substitute_names;
  bool between = false;  // a day with a holiday on either side is free as well (Japan, article 3 (3))
  Names between_names;
};

enum class HolidayKind : std::uint8_t { named, substitute, between };

struct Holiday {
  Day day;
  HolidayKind kind = HolidayKind::named;
  Names names;
};

// The day of the month (March, September) in Japan time by the approximation of 新こよみ便利帳 (Hydrographic
// Department of the Japan Coast Guard), good for these years. What counts in law is the announcement in the
// official gazette each February for the year after.
inline constexpr int kFirstEquinoxYear = 1980;
inline constexpr int kLastEquinoxYear = 2099;
[[nodiscard]] int equinox_day(Equinox equinox, int year) noexcept;

// By day, each day once; of two names the one of the earlier rule.
[[nodiscard]] std::vector<Holiday> holidays_of(const HolidayLaw& law, int first_year, int last_year);

}  // namespace hinomi::work::calendar
