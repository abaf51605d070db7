#include "work/calendar/holiday_rules.h"

#include <algorithm>
#include <map>
#include <optional>

namespace hinomi::work::calendar {
namespace {

using Named = std::map<Day, Names>;
using Moved = std::map<Day, Holiday>;

bool in_force(const HolidayRule& rule, int year) {
  return year >= rule.first_year && year <= rule.last_year &&
         std::find(rule.except_years.begin(), rule.except_years.end(), year) == rule.except_years.end();
}

void add(Named& named, std::optional<Day> day, const Names& names) {
  if (day) named.try_emplace(*day, names);
}

void add_span(Named& named, const HolidayRule& rule, int year) {
  const std::optional<Day> first = day_of({year, rule.month, rule.day});
  const bool wraps =
      rule.last_month < rule.month || (rule.last_month == rule.month && rule.last_day < rule.day);
  const std::optional<Day> last = day_of({wraps ? year + 1 : year, rule.last_month, rule.last_day});
  if (!first || !last) return;
  for (Day day = *first; day <= *last; day = day.plus(1)) named.try_emplace(day, rule.names);
}

void add_rule(Named& named, const HolidayRule& rule, int year) {
  switch (rule.kind) {
    case RuleKind::fixed:
      return add(named, day_of({year, rule.month, rule.day}), rule.names);
    case RuleKind::nth_weekday:
      return add(named, nth_weekday(year, rule.month, rule.weekday, rule.nth), rule.names);
    case RuleKind::easter:
      return add(named, easter(year).plus(rule.days_from_easter), rule.names);
    case RuleKind::equinox:
      if (year < kFirstEquinoxYear || year > kLastEquinoxYear) return;
      return add(named,
                 day_of({year, rule.equinox == Equinox::vernal ? 3 : 9, equinox_day(rule.equinox, year)}),
                 rule.names);
    case RuleKind::span:
      return add_span(named, rule, year);
    case RuleKind::dates:
      return;  // add_dates
  }
}

void add_dates(Named& named, const HolidayRule& rule, int first_year, int last_year) {
  for (const Day day : rule.days) {
    const int year = date_of(day).year;
    if (year >= first_year && year <= last_year && in_force(rule, year)) named.try_emplace(day, rule.names);
  }
}

bool is_weekend(Day day) noexcept {
  return weekday_of(day) >= Weekday::saturday;
}

// Where the holiday on `day` moves to; nullopt: it stays alone.
std::optional<Day> substitute_of(Substitute rule, Day day, const Named& named, const Moved& moved) {
  switch (rule) {
    case Substitute::none:
      return std::nullopt;
    case Substitute::sunday_to_next_day:
      if (weekday_of(day) != Weekday::sunday) return std::nullopt;
      do day = day.plus(1);
      while (named.contains(day));
      return day;
    case Substitute::nearest_weekday:
      if (weekday_of(day) == Weekday::saturday) return day.plus(-1);
      if (weekday_of(day) == Weekday::sunday) return day.plus(1);
      return std::nullopt;
    case Substitute::weekend_to_next_weekday:
      if (!is_weekend(day)) return std::nullopt;
      do day = day.plus(1);
      while (is_weekend(day) || named.contains(day) || moved.contains(day));
      return day;
  }
  return std::nullopt;
}

}  // namespace

int equinox_day(Equinox equinox, int year) noexcept {
  const int years = year - 1980;
  const double first = equinox == Equinox::vernal ? 20.8431 : 23.2488;
  return static_cast<int>(first + 0.242194 * years) - years / 4;
}

std::vector<Holiday> holidays_of(const HolidayLaw& law, int first_year, int last_year) {
  Named named;
  // A year more on either side: substitutes and spans reach over New Year.
  for (const HolidayRule& rule : law.rules) {
    if (rule.kind == RuleKind::dates) add_dates(named, rule, first_year - 1, last_year + 1);
    for (int year = first_year - 1; year <= last_year + 1; ++year) {
      if (in_force(rule, year)) add_rule(named, rule, year);
    }
  }
  Moved all;
  for (const auto& [day, names] : named) {
    const std::optional<Day> moved = substitute_of(law.substitute, day, named, all);
    if (moved && !named.contains(*moved)) {
      all.try_emplace(*moved, Holiday{*moved, HolidayKind::substitute, law.substitute_names});
    }
  }
  if (law.between) {
    for (const auto& [day, names] : named) {
      const Day middle = day.plus(1);
      if (!named.contains(day.plus(2)) || named.contains(middle)) continue;
      all.try_emplace(middle, Holiday{middle, HolidayKind::between, law.between_names});
    }
  }
  for (const auto& [day, names] : named) all.try_emplace(day, Holiday{day, HolidayKind::named, names});
  std::vector<Holiday> out;
  for (auto& [day, holiday] : all) {
    const int year = date_of(day).year;
    if (year >= first_year && year <= last_year) out.push_back(std::move(holiday));
  }
  return out;
}

}  // namespace hinomi::work::calendar
