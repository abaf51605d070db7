#include "work/calendar/calendar_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "base/text.h"
#include "os/directory.h"
#include "os/file.h"
#include "parse/yaml/yaml.h"

namespace hinomi::work::calendar {
namespace {

using parse::yaml::Node;
using Fault = std::optional<base::Error>;
using Bases = std::map<std::string, Calendar, std::less<>>;

constexpr std::string_view kForm = "docs/en/calendars.md has the form";
constexpr std::size_t kMaxShown = 80;  // bytes of a text in an error

base::Error wrong(const Node& node, std::string_view what) {
  return {base::ErrorCode::invalid_input, std::string(what), std::string(kForm), node.where};
}
std::string shown(std::string_view text) {
  return base::visible(base::cut_to_bytes(text, kMaxShown));
}

// The members of a mapping, each given to its reader; unknown ones are an error.
using Reader = std::function<Fault(const Node&)>;
Fault read_members(const Node& node, std::string_view what,
                   const std::map<std::string_view, Reader>& readers) {
  if (!node.is_mapping()) return wrong(node, fmt::format("{} is no mapping", what));
  for (const parse::yaml::Member& member : node.members) {
    const auto reader = readers.find(member.key);
    if (reader == readers.end()) {
      base::Error error = wrong(node, fmt::format("{} has no '{}'", what, shown(member.key)));
      error.where = member.where;
      return error;
    }
    if (Fault fault = reader->second(member.value)) return fault;
  }
  return std::nullopt;
}

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Fault take_number(const Node& node, int& out) {
  const auto value = node.is_scalar() ? number_of(node.text) : std::nullopt;
  if (!value) return wrong(node, fmt::format("'{}' is no whole number", shown(node.text)));
  out = *value;
  return std::nullopt;
}

Fault take_names(const Node& node, Names& out) {
  const auto text = [](std::string& to) {
    return [&to](const Node& value) -> Fault {
      if (!value.is_scalar() || value.text.empty()) return wrong(value, "a name is an empty text");
      to = value.text;
      return std::nullopt;
    };
  };
  if (Fault fault = read_members(node, "a name", {{"en", text(out.en)}, {"ja", text(out.ja)}})) return fault;
  if (out.en.empty() || out.ja.empty()) return wrong(node, "a name is given in both en and ja");
  return std::nullopt;
}

Fault take_text(const Node& node, std::string& out) {
  if (!node.is_scalar()) return wrong(node, "this is no text");
  out = node.text;
  return std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = text.find_first_not_of(" ,", i);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(" ,", begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    i = end;
  }
  return words;
}

// "09:00-17:30"; "22:00-06:00" ends in the next day.
Fault take_hours(const Node& node, std::string_view text, Hours& out) {
  const bool formed = text.size() == 11 && text[5] == '-';
  const int from = formed ? parse_minute(text.substr(0, 5)).value_or(kMinutesPerDay) : kMinutesPerDay;
  const int to = formed ? parse_minute(text.substr(6)).value_or(-1) : -1;
  if (from == kMinutesPerDay || to < 0) {
    return wrong(node, fmt::format("'{}' are no hours such as 09:00-17:30", shown(text)));
  }
  out = {from, to > from ? to : to + kMinutesPerDay};
  return std::nullopt;
}

Fault take_day_hours(const Node& node, std::vector<Hours>& out) {
  out.clear();
  if (!node.is_scalar()) return wrong(node, "hours are one text, such as 09:00-12:00 13:00-17:30");
  if (node.text == "closed") return std::nullopt;
  for (const std::string_view word : words_of(node.text)) {
    Hours hours;
    if (Fault fault = take_hours(node, word, hours)) return fault;
    out.push_back(hours);
  }
  if (out.empty()) return wrong(node, "no hours: write closed");
  return std::nullopt;
}

// "mon", "mon-fri", "sat sun": bit 0 = Monday.
Fault take_weekdays(const Node& node, std::string_view text, std::uint8_t& out) {
  for (const std::string_view word : words_of(text)) {
    const auto first = parse_weekday(word.substr(0, 3));
    const auto last = word.size() == 3                     ? first
                      : word.size() == 7 && word[3] == '-' ? parse_weekday(word.substr(4))
                                                           : std::nullopt;
    if (!first || !last || *last < *first) {
      return wrong(node, fmt::format("'{}' are no days such as mon-fri", shown(word)));
    }
    for (int day = static_cast<int>(*first); day <= static_cast<int>(*last); ++day) {
      out = static_cast<std::uint8_t>(out | (1U << static_cast<unsigned>(day)));
    }
  }
  if (out == 0) return wrong(node, "no days");
  return std::nullopt;
}

Fault take_week(const Node& node, WeekHours& out) {
  if (!node.is_mapping()) return wrong(node, "hours is no mapping of days");
  for (const parse::yaml::Member& member : node.members) {
    std::vector<Hours> hours;
    if (Fault fault = take_day_hours(member.value, hours)) return fault;
    if (member.key == "holiday") {
      out.holiday = hours;
      continue;
    }
    std::uint8_t weekdays = 0;
    if (Fault fault = take_weekdays(member.value, member.key, weekdays)) return fault;
    for (std::size_t day = 0; day < out.days.size(); ++day) {
      if ((weekdays >> day & 1U) != 0) out.days[day] = hours;
    }
  }
  return std::nullopt;
}

Fault take_shift(const Node& node, Shift& out) {
  return read_members(
      node, "a shift",
      {{"id", [&](const Node& value) { return take_text(value, out.id); }},
       {"name", [&](const Node& value) { return take_names(value, out.names); }},
       {"days", [&](const Node& value) { return take_weekdays(value, value.text, out.weekdays); }},
       {"hours", [&](const Node& value) { return take_hours(value, value.text, out.hours); }},
       {"on_holidays", [&](const Node& value) -> Fault {
          const auto answer = value.as_boolean();
          if (!answer) return wrong(value, "on_holidays is true or false");
          out.on_holidays = *answer;
          return std::nullopt;
        }}});
}

// "12-29".
Fault take_month_day(const Node& node, std::string_view text, int& month, int& day) {
  const auto date = text.size() == 5 ? parse_day("2000-" + std::string(text)) : std::nullopt;
  if (!date) return wrong(node, fmt::format("'{}' is no day of the year such as 12-29", shown(text)));
  month = date_of(*date).month;
  day = date_of(*date).day;
  return std::nullopt;
}

// "2026-08-12", or "2026-08-12..2026-08-16".
Fault take_days(const Node& node, Day& first, Day& last) {
  const std::string_view text = node.is_scalar() ? std::string_view(node.text) : std::string_view();
  const std::size_t dots = text.find("..");
  const auto from = parse_day(text.substr(0, dots));
  const auto to = dots == std::string_view::npos ? from : parse_day(text.substr(dots + 2));
  if (!from || !to) return wrong(node, fmt::format("'{}' is no day such as 2026-08-12", shown(text)));
  first = *from;
  last = *to;
  return std::nullopt;
}

Fault take_closure(const Node& node, Closure& out) {
  return read_members(node, "a closure",
                      {{"name", [&](const Node& value) { return take_names(value, out.names); }},
                       {"days", [&](const Node& value) { return take_days(value, out.first, out.last); }}});
}

// "2 mon 01", "last mon 05".
Fault take_nth(const Node& node, HolidayRule& out) {
  const auto words = words_of(node.text);
  const auto nth = words.size() != 3 ? std::nullopt : words[0] == "last" ? -1 : number_of(words[0]);
  const auto weekday = words.size() == 3 ? parse_weekday(words[1]) : std::nullopt;
  const auto month = words.size() == 3 ? number_of(words[2]) : std::nullopt;
  if (!nth || !weekday || !month) {
    return wrong(node,
                 fmt::format("'{}' is no nth weekday such as '2 mon 01' or 'last mon 05'", shown(node.text)));
  }
  out.kind = RuleKind::nth_weekday;
  out.nth = *nth;
  out.weekday = *weekday;
  out.month = *month;
  return std::nullopt;
}

Fault take_span(const Node& node, HolidayRule& out) {
  out.kind = RuleKind::span;
  const std::string_view text = node.text;
  const std::size_t dots = std::min(text.find(".."), text.size());
  if (Fault fault = take_month_day(node, text.substr(0, dots), out.month, out.day)) return fault;
  return take_month_day(node, text.substr(std::min(dots + 2, text.size())), out.last_month, out.last_day);
}

Fault take_list(const Node& node, std::string_view what, std::size_t limit, const Reader& item) {
  if (!node.is_sequence()) return wrong(node, fmt::format("{} is no list", what));
  if (node.items.size() > limit) {
    return base::Error{base::ErrorCode::limit_exceeded,
                       fmt::format("{} has more than {} entries", what, limit), "split the calendar",
                       node.where};
  }
  for (const Node& child : node.items) {
    if (Fault fault = item(child)) return fault;
  }
  return std::nullopt;
}

Fault take_dates(const Node& node, HolidayRule& out) {
  out.kind = RuleKind::dates;
  return take_list(node, "dates", kMaxDates, [&](const Node& item) -> Fault {
    Day first;
    Day last;
    if (Fault fault = take_days(item, first, last)) return fault;
    if (last < first || days_between(first, last) >= kMaxClosureDays) return wrong(item, "these are no days");
    for (Day day = first; day <= last && out.days.size() <= kMaxDates; day = day.plus(1))
      out.days.push_back(day);
    return std::nullopt;
  });
}

Fault take_rule(const Node& node, HolidayRule& out) {
  int ways = 0;
  const auto way = [&](auto reader) {
    return [&ways, reader](const Node& value) {
      ++ways;
      return reader(value);
    };
  };
  if (Fault fault =
          read_members(node, "a holiday",
                       {{"name", [&](const Node& value) { return take_names(value, out.names); }},
                        {"fixed", way([&](const Node& value) {
                           out.kind = RuleKind::fixed;
                           return take_month_day(value, value.text, out.month, out.day);
                         })},
                        {"nth", way([&](const Node& value) { return take_nth(value, out); })},
                        {"easter", way([&](const Node& value) {
                           out.kind = RuleKind::easter;
                           return take_number(value, out.days_from_easter);
                         })},
                        {"equinox", way([&](const Node& value) -> Fault {
                           out.kind = RuleKind::equinox;
                           if (value.text != "vernal" && value.text != "autumnal") {
                             return wrong(value, "an equinox is vernal or autumnal");
                           }
                           out.equinox = value.text == "vernal" ? Equinox::vernal : Equinox::autumnal;
                           return std::nullopt;
                         })},
                        {"span", way([&](const Node& value) { return take_span(value, out); })},
                        {"dates", way([&](const Node& value) { return take_dates(value, out); })},
                        {"from", [&](const Node& value) { return take_number(value, out.first_year); }},
                        {"until", [&](const Node& value) { return take_number(value, out.last_year); }},
                        {"except", [&](const Node& value) {
                           return take_list(value, "except", kMaxDates, [&](const Node& item) {
                             return take_number(item, out.except_years.emplace_back());
                           });
                         }}})) {
    return fault;
  }
  if (ways != 1) return wrong(node, "a holiday has one of fixed, nth, easter, equinox, span, dates");
  return std::nullopt;
}

Fault take_substitute(const Node& node, HolidayLaw& law) {
  return read_members(
      node, "substitute",
      {{"name", [&](const Node& value) { return take_names(value, law.substitute_names); }},
       {"rule", [&](const Node& value) -> Fault {
          if (value.text == "sunday_to_next_day") law.substitute = Substitute::sunday_to_next_day;
          if (value.text == "nearest_weekday") law.substitute = Substitute::nearest_weekday;
          if (value.text == "weekend_to_next_weekday") law.substitute = Substitute::weekend_to_next_weekday;
          if (law.substitute != Substitute::none) return std::nullopt;
          return wrong(value, "a rule is sunday_to_next_day, nearest_weekday or weekend_to_next_weekday");
        }}});
}

// What it is based on comes first and is changed by the rest.
Fault take_base(const Node& root, const Bases& bases, CalendarSpec& spec) {
  const Node* base = root.find("based_on");
  if (base == nullptr) return std::nullopt;
  const auto found = base->is_scalar() ? bases.find(base->text) : bases.end();
  if (found == bases.end()) {
    base::Error error = wrong(*base, fmt::format("there is no calendar '{}'", shown(base->text)));
    error.code = base::ErrorCode::not_found;
    return error;
  }
  spec = found->second.spec();
  spec.id.clear();
  spec.names = {};
  return std::nullopt;
}

Fault take_calendar(const Node& root, CalendarSpec& spec) {
  HolidayLaw law;
  std::vector<Shift> shifts;
  const auto ignore = [](const Node&) -> Fault { return std::nullopt; };
  const std::map<std::string_view, Reader> years = {
      {"from", [&](const Node& value) { return take_number(value, spec.first_year); }},
      {"to", [&](const Node& value) { return take_number(value, spec.last_year); }}};
  Fault fault = read_members(
      root, "a calendar",
      {{"calendar", [&](const Node& value) { return take_text(value, spec.id); }},
       {"based_on", ignore},  // read before
       {"source", ignore},    // for readers of the file
       {"name", [&](const Node& value) { return take_names(value, spec.names); }},
       {"zone",
        [&](const Node& value) -> Fault {
          const auto zone = TimeZone::of(value.text);
          if (!zone) {
            base::Error error = zone.error();
            error.where = value.where;
            return error;
          }
          spec.zone = *zone;
          return std::nullopt;
        }},
       {"years", [&](const Node& value) { return read_members(value, "years", years); }},
       {"hours", [&](const Node& value) { return take_week(value, spec.hours); }},
       {"shifts",
        [&](const Node& value) {
          return take_list(value, "shifts", kMaxShifts,
                           [&](const Node& item) { return take_shift(item, shifts.emplace_back()); });
        }},
       {"closures",
        [&](const Node& value) {
          return take_list(value, "closures", kMaxClosures, [&](const Node& item) {
            return take_closure(item, spec.closures.emplace_back());
          });
        }},
       {"holidays",
        [&](const Node& value) {
          return take_list(value, "holidays", kMaxRules,
                           [&](const Node& item) { return take_rule(item, law.rules.emplace_back()); });
        }},
       {"substitute", [&](const Node& value) { return take_substitute(value, law); }},
       {"between", [&](const Node& value) {
          law.between = true;
          return take_names(value, law.between_names);
        }}});
  if (fault) return fault;
  if (!shifts.empty()) spec.shifts = std::move(shifts);
  if (!law.rules.empty()) spec.laws.push_back(std::move(law));
  return std::nullopt;
}

base::Result<Calendar> read_calendar(const Node& root, const Bases& bases) {
  CalendarSpec spec;
  if (Fault fault = take_base(root, bases, spec)) return *std::move(fault);
  if (Fault fault = take_calendar(root, spec)) return *std::move(fault);
  return Calendar::make(std::move(spec));
}

base::Result<Node> read_root(std::string_view text) {
  parse::yaml::Limits limits;
  limits.bytes = kMaxCalendarBytes;
  limits.depth = 8;
  limits.nodes = 50'000;
  auto documents = parse::yaml::read(text, limits);
  if (!documents) return documents.error();
  if (documents->size() != 1) {
    return base::Error{base::ErrorCode::invalid_input, "a calendar is one YAML document", std::string(kForm)};
  }
  return std::move(documents->front());
}

struct NamedRoot {
  std::string path;
  Node root;
};

base::Result<std::vector<NamedRoot>> read_roots(const std::string& folder) {
  const auto files = os::walk_folder(folder, {.max_depth = 1, .max_entries = 4 * kMaxCalendars});
  if (!files) return files.error();
  std::vector<NamedRoot> roots;
  for (const os::Walked& file : *files) {
    if (!file.path.ends_with(".yaml") || file.path.find('/', folder.size() + 1) != std::string::npos)
      continue;
    if (roots.size() >= kMaxCalendars) {
      return base::Error{base::ErrorCode::limit_exceeded, folder + ": more than 256 calendars",
                         "remove some"};
    }
    auto text = os::read_file(file.path, kMaxCalendarBytes);
    if (!text) return text.error();
    auto root = read_root(*text);
    if (!root) {
      base::Error error = root.error();
      error.message = file.path + ": " + error.message;
      return error;
    }
    roots.push_back({file.path, std::move(*root)});
  }
  return roots;
}

}  // namespace

base::Result<void> CalendarSet::add(Calendar calendar) {
  if (calendars_.size() >= kMaxCalendars) {
    return base::Error{base::ErrorCode::limit_exceeded, "more than 256 calendars", "remove some"};
  }
  std::string id = calendar.id();
  if (calendars_.contains(id)) {
    return base::Error{base::ErrorCode::conflict, "there is a calendar '" + id + "' already",
                       "give it another id"};
  }
  calendars_.emplace(std::move(id), std::move(calendar));
  return {};
}

base::Result<void> CalendarSet::add(std::string_view text) {
  const auto root = read_root(text);
  if (!root) return root.error();
  auto calendar = read_calendar(*root, calendars_);
  if (!calendar) return calendar.error();
  return add(std::move(*calendar));
}

base::Result<CalendarSet> CalendarSet::read_folder(const std::string& folder) {
  auto roots = read_roots(folder);
  if (!roots) return roots.error();
  CalendarSet set;
  std::vector<NamedRoot> waiting = std::move(*roots);
  while (!waiting.empty()) {
    std::vector<NamedRoot> later;
    for (NamedRoot& file : waiting) {
      const std::string_view base = file.root.text_of("based_on");
      const auto is_base = [&](const NamedRoot& other) { return other.root.text_of("calendar") == base; };
      const bool comes =
          !base.empty() && set.find(base) == nullptr && std::any_of(waiting.begin(), waiting.end(), is_base);
      if (comes) {
        later.push_back(file);
        continue;
      }
      auto calendar = read_calendar(file.root, set.calendars_);
      auto added = calendar ? set.add(std::move(*calendar)) : base::Result<void>(calendar.error());
      if (!added) {
        base::Error error = added.error();
        error.message = file.path + ": " + error.message;
        return error;
      }
    }
    if (later.size() == waiting.size()) {
      return base::Error{base::ErrorCode::invalid_input,
                         later.front().path + ": the calendars are based on each other in a circle",
                         "let one of them stand alone", later.front().root.where};
    }
    waiting = std::move(later);
  }
  return set;
}

const Calendar* CalendarSet::find(std::string_view id) const noexcept {
  const auto found = calendars_.find(id);
  return found == calendars_.end() ? nullptr : &found->second;
}

}  // namespace hinomi::work::calendar
