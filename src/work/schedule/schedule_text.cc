#include "work/schedule/schedule_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace hinomi::work::schedule {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::size_t kMaxListItems = 64;

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(by);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos || parts.size() > kMaxListItems) return parts;
    text.remove_prefix(at + 1);
  }
}

// Reads words from the left; the first that does not fit is remembered, and everything after it is refused.
class Words {
 public:
  explicit Words(std::string_view text) {
    for (const std::string_view word : split(text, ' ')) {
      if (!word.empty()) words_.push_back(word);
    }
  }

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool done() const noexcept { return failed_ || at_ == words_.size(); }
  [[nodiscard]] std::string_view peek() const noexcept { return done() ? std::string_view() : words_[at_]; }
  bool take(std::string_view word) {
    if (done() || peek() != word) return false;
    ++at_;
    return true;
  }
  void need(std::string_view word) {
    if (!take(word)) fail();
  }
  // The next word, as `read` understands it.
  template <typename T, typename Read>
  void into(T& out, Read read) {
    const auto value = done() ? std::nullopt : read(peek());
    if (!value) return fail();
    out = *value;
    ++at_;
  }
  void fail() noexcept { failed_ = true; }
  [[nodiscard]] std::string what() const {
    return at_ < words_.size() ? "'" + base::visible(base::cut_to_bytes(words_[at_], 40)) + "'" : "its end";
  }

 private:
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::optional<std::vector<int>> numbers(std::string_view word) {
  std::vector<int> out;
  for (const std::string_view part : split(word, ',')) {
    const auto number = part == "last" ? -1 : number_of(part);
    if (!number) return std::nullopt;
    out.push_back(*number);
  }
  return out;
}
std::optional<std::vector<int>> times(std::string_view word) {
  std::vector<int> out;
  for (const std::string_view part : split(word, ',')) {
    const auto minute = calendar::parse_minute(part);
    if (!minute) return std::nullopt;
    out.push_back(*minute);
  }
  std::sort(out.begin(), out.end());
  return out;
}
// "mon,wed-fri".
std::optional<std::uint8_t> weekdays(std::string_view word) {
  unsigned out = 0;
  for (const std::string_view part : split(word, ',')) {
    const auto first = calendar::parse_weekday(part.substr(0, 3));
    const auto last = part.size() == 3                     ? first
                      : part.size() == 7 && part[3] == '-' ? calendar::parse_weekday(part.substr(4))
                                                           : std::nullopt;
    if (!first || !last || *last < *first) return std::nullopt;
    for (auto day = static_cast<unsigned>(*first); day <= static_cast<unsigned>(*last); ++day)
      out |= 1U << day;
  }
  return static_cast<std::uint8_t>(out);
}
std::optional<std::uint16_t> months(std::string_view word) {
  unsigned out = 0;
  for (const std::string_view part : split(word, ',')) {
    const auto month = number_of(part);
    if (!month || *month < 1 || *month > 12) return std::nullopt;
    out |= 1U << static_cast<unsigned>(*month - 1);
  }
  return static_cast<std::uint16_t>(out);
}
std::optional<FreeDays> free_days(std::string_view word) {
  if (word == "skip") return FreeDays::skip;
  if (word == "next") return FreeDays::next;
  if (word == "previous") return FreeDays::previous;
  return std::nullopt;
}
std::optional<int> nth(std::string_view word) {
  return word == "last" ? -1 : number_of(word);
}

void read_every(Words& words, Schedule& schedule) {
  int every = 0;
  words.into(every, number_of);
  if (words.take("minutes")) {
    EveryMinutes minutes{every, {}};
    if (words.take("anchor")) words.into(minutes.anchor, base::parse_rfc3339);
    schedule.when = minutes;
  } else if (words.take("days")) {
    schedule.when = Daily{every};
  } else if (words.take("weeks")) {
    Weekly weekly{0, every};
    words.into(weekly.weekdays, weekdays);
    schedule.when = weekly;
  } else {
    words.fail();
  }
}

void read_monthly(Words& words, Schedule& schedule) {
  if (words.take("day")) {
    MonthlyDay monthly;
    words.into(monthly.days, numbers);
    monthly.last_if_short = words.take("or-last");
    schedule.when = monthly;
  } else if (words.take("business-day")) {
    MonthlyBusinessDay monthly;
    words.into(monthly.nth, nth);
    schedule.when = monthly;
  } else {
    MonthlyWeekday monthly;
    words.into(monthly.nth, nth);
    words.into(monthly.weekday, calendar::parse_weekday);
    schedule.when = monthly;
  }
}

void read_options(Words& words, Schedule& schedule) {
  while (!words.done()) {
    if (words.take("months")) {
      words.into(schedule.months, months);
    } else if (words.take("free-days")) {
      words.into(schedule.free_days, free_days);
    } else if (words.take("from")) {
      words.into(schedule.first, calendar::parse_day);
    } else if (words.take("until")) {
      words.into(schedule.last, calendar::parse_day);
    } else {
      words.fail();
    }
  }
}

std::string listed(const std::vector<int>& values) {
  std::string out;
  for (const int value : values) {
    if (!out.empty()) out += ',';
    out += value == -1 ? "last" : std::to_string(value);
  }
  return out;
}
std::string listed_days(std::uint8_t mask) {
  std::string out;
  for (std::size_t day = 0; day < kWeekdays.size(); ++day) {
    if ((mask >> day & 1U) == 0) continue;
    if (!out.empty()) out += ',';
    out += kWeekdays[day];
  }
  return out;
}
std::string nth_text(int value) {
  return value == -1 ? "last" : std::to_string(value);
}

struct FormatWhen {
  std::string operator()(const EveryMinutes& every) const {
    std::string out = fmt::format("every {} minutes", every.minutes);
    if (every.anchor != base::TimeNs{}) out += " anchor " + base::format_rfc3339(every.anchor);
    return out;
  }
  std::string operator()(const Daily& daily) const {
    return daily.every == 1 ? "daily" : fmt::format("every {} days", daily.every);
  }
  std::string operator()(const Weekly& weekly) const {
    const std::string days = listed_days(weekly.weekdays);
    return weekly.every == 1 ? "weekly " + days : fmt::format("every {} weeks {}", weekly.every, days);
  }
  std::string operator()(const MonthlyDay& monthly) const {
    return "monthly day " + listed(monthly.days) + (monthly.last_if_short ? " or-last" : "");
  }
  std::string operator()(const MonthlyWeekday& monthly) const {
    return fmt::format("monthly {} {}", nth_text(monthly.nth),
                       kWeekdays[static_cast<std::size_t>(monthly.weekday)]);
  }
  std::string operator()(const MonthlyBusinessDay& monthly) const {
    return "monthly business-day " + nth_text(monthly.nth);
  }
};

}  // namespace

base::Result<Schedule> parse_schedule(std::string_view text, const calendar::TimeZone& zone) {
  if (text.size() > kMaxScheduleText) {
    return base::Error{base::ErrorCode::limit_exceeded, "a schedule of more than 512 bytes",
                       "make it shorter"};
  }
  Words words(text);
  Schedule schedule;
  schedule.zone = zone;
  if (words.take("every")) {
    read_every(words, schedule);
  } else if (words.take("weekly")) {
    Weekly weekly;
    words.into(weekly.weekdays, weekdays);
    schedule.when = weekly;
  } else if (words.take("monthly")) {
    read_monthly(words, schedule);
  } else {
    words.need("daily");
  }
  if (!std::holds_alternative<EveryMinutes>(schedule.when)) {
    words.need("at");
    words.into(schedule.times, times);
  }
  read_options(words, schedule);
  if (words.failed()) {
    return base::Error{base::ErrorCode::invalid_input,
                       "schedule '" + base::visible(text) + "': " + words.what() + " does not fit",
                       "write such as 'weekly mon-fri at 08:30'; docs/en/calendars.md has the form"};
  }
  if (const auto checked = check(schedule); !checked) return checked.error();
  return schedule;
}

std::string format_schedule(const Schedule& schedule) {
  std::string out = std::visit(FormatWhen{}, schedule.when);
  std::string_view before = " at ";
  for (const int minute : schedule.times) {
    out += fmt::format("{}{:02}:{:02}", before, minute / 60, minute % 60);
    before = ",";
  }
  if (schedule.months != 0x0FFF) {
    std::vector<int> named;
    for (int month = 1; month <= 12; ++month) {
      if ((schedule.months >> static_cast<unsigned>(month - 1) & 1U) != 0) named.push_back(month);
    }
    out += " months " + listed(named);
  }
  constexpr std::array<std::string_view, 4> kFreeDays = {"", " free-days skip", " free-days next",
                                                         " free-days previous"};
  out += kFreeDays[static_cast<std::size_t>(schedule.free_days)];
  if (schedule.first) out += " from " + calendar::format_day(*schedule.first);
  if (schedule.last) out += " until " + calendar::format_day(*schedule.last);
  return out;
}

}  // namespace hinomi::work::schedule
