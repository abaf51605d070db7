#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "detect/correlation_groups.h"
#include "detect/succession.h"

namespace hinomi::detect::correlation {
namespace {

using base::TimeNs;

// Bits of a group's flags.
constexpr std::uint8_t kHasMatch = 1;
constexpr std::uint8_t kHasFired = 2;
constexpr std::uint8_t kHasTimer = 4;
constexpr std::uint8_t kAllFlags = kHasMatch | kHasFired | kHasTimer;

constexpr std::size_t kSmallestGroup = 40;  // in an image

void write_values(ImageWriter& writer, const std::vector<OwnedValue>& values,
                  const std::vector<std::uint32_t>& wanted) {
  static const OwnedValue kAbsent;
  writer.number(static_cast<std::uint32_t>(values.empty() ? 0 : wanted.size()));
  for (std::size_t i = 0; i < wanted.size() && !values.empty(); ++i) {
    const OwnedValue& value = wanted[i] < values.size() ? values[wanted[i]] : kAbsent;
    writer.number(static_cast<std::uint8_t>(value.present));
    writer.text(value.text);
  }
}

void write_group(ImageWriter& writer, std::uint32_t index, const Heir& heir, const Group& group,
                 const Timer* timer) {
  writer.number(index);
  writer.number(group.serial);
  writer.text(*group.key);
  writer.number(static_cast<std::uint8_t>((group.has_match ? kHasMatch : 0) |
                                          (group.has_fired ? kHasFired : 0) |
                                          (timer != nullptr ? kHasTimer : 0)));
  write(writer, group.last_time);
  write(writer, group.last_event);
  write(writer, group.last_firing);
  if (timer != nullptr) write(writer, timer->deadline);
  write(writer, group.pending);
  write_values(writer, group.last_values, heir.values);
  group.window->save(writer);
}

void read_values(ImageReader& reader, Group& group) {
  group.last_values.resize(reader.count(1 + sizeof(std::uint32_t)));
  group.value_bytes = group.last_values.size() * sizeof(OwnedValue);
  for (OwnedValue& value : group.last_values) {
    value.present = reader.flag();
    value.text = reader.text();
    group.value_bytes += value.text.size();
  }
}

// Whether the judge may meet the group: it takes some things for granted.
bool is_sound(const CorrelationRule& rule, const Correlation& correlation, const Group& group, bool has_timer,
              TimeNs clock) {
  const bool judged_later = correlation.judgement != Judgement::at_match;
  const std::size_t values = judged_later && group.has_match ? rule.group_by.size() + rule.carried.size() : 0;
  if (group.last_values.size() != values) return false;
  if (group.pending && correlation.judgement != Judgement::undisturbed) return false;
  if (correlation.judgement == Judgement::at_window_end && group.has_match && !group.window->has_summary())
    return false;
  if (group.has_match && group.last_time > clock) return false;
  return has_timer == (correlation.timespan_ns != 0);
}

}  // namespace

std::vector<Heir> heirs_of(const std::vector<CorrelationRule>& earlier,
                           const std::vector<CorrelationRule>& later,
                           const std::vector<std::uint32_t>& from) {
  std::vector<Heir> heirs(later.size());
  for (std::size_t i = 0; i < later.size(); ++i) {
    Heir& heir = heirs[i];
    heir.from = from[i];
    if (from[i] == Succession::kNone) continue;
    const CorrelationRule& before = earlier[from[i]];
    heir.values.resize(before.group_by.size());
    std::iota(heir.values.begin(), heir.values.end(), 0U);
    for (const std::string& field : later[i].carried) {
      const auto place = std::ranges::find(before.carried, field) - before.carried.begin();
      const bool is_there = static_cast<std::size_t>(place) < before.carried.size();
      heir.values.push_back(is_there ? static_cast<std::uint32_t>(before.group_by.size() + place)
                                     : kNoCapture);
    }
  }
  return heirs;
}

void Groups::save(ImageWriter& writer) const {
  std::vector<std::uint32_t> own(rules_.size());
  std::iota(own.begin(), own.end(), 0U);
  save_for(heirs_of(rules_, rules_, own), writer);
}

// In the order in which they were opened, each with its timer.
void Groups::save_for(const std::vector<Heir>& heirs, ImageWriter& writer) const {
  static const Correlation kNew;
  std::vector<std::pair<std::uint32_t, const Group*>> groups;
  groups.reserve(statistics_.groups);
  std::vector<bool> has_heir(correlations_.size(), false);
  for (std::uint32_t index = 0; index < heirs.size(); ++index) {
    if (heirs[index].from == Succession::kNone) continue;
    has_heir[heirs[index].from] = true;
    for (const auto& [key, group] : correlations_[heirs[index].from].groups)
      groups.emplace_back(index, &group);
  }
  std::ranges::sort(groups, {}, [](const auto& entry) { return entry.second->serial; });
  std::vector<Timer> timers;
  std::ranges::copy_if(timers_, std::back_inserter(timers),
                       [&](const Timer& timer) { return has_heir[timer.correlation]; });
  std::ranges::sort(timers, {}, &Timer::serial);
  for (const Heir& heir : heirs) {
    const Correlation& correlation = heir.from == Succession::kNone ? kNew : correlations_[heir.from];
    write(writer, correlation.statistics);
    for (const std::uint64_t refusals : correlation.limits) writer.number(refusals);
  }
  writer.number(serials_);
  writer.number(static_cast<std::uint32_t>(groups.size()));
  auto timer = timers.begin();
  for (const auto& [index, group] : groups) {
    const bool has_timer = timer != timers.end() && timer->serial == group->serial;
    write_group(writer, index, heirs[index], *group, has_timer ? &*timer++ : nullptr);
  }
  HINOMI_CHECK(timer == timers.end());
}

void Groups::restore(ImageReader& reader, TimeNs clock) {
  for (Correlation& correlation : correlations_) {
    read(reader, correlation.statistics);
    for (std::uint64_t& refusals : correlation.limits) refusals = reader.number<std::uint64_t>();
  }
  serials_ = reader.number<std::uint64_t>();
  const std::uint32_t count = reader.count(kSmallestGroup);
  if (count > options_.max_groups) reader.fail();
  std::uint64_t next_serial = 0;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    const Group* const group = restore_group(reader, clock);
    if (group == nullptr || group->serial < next_serial || group->serial >= serials_) {
      reader.fail();
      break;
    }
    next_serial = group->serial + 1;
  }
  std::ranges::make_heap(timers_, TimerOrder{});
  // The peaks are those of the image, which has been read.
  statistics_.groups = count;
  account(0, 0);
}

// nullptr when the group cannot be.
Group* Groups::restore_group(ImageReader& reader, TimeNs clock) {
  const auto index = reader.number<std::uint32_t>();
  const auto serial = reader.number<std::uint64_t>();
  const std::string_view key = reader.text();
  const auto flags = reader.number<std::uint8_t>();
  if (!reader.ok() || index >= correlations_.size() || (flags & ~kAllFlags) != 0) return nullptr;
  Correlation& correlation = correlations_[index];
  const auto [it, is_new] = correlation.groups.emplace(key, Group{});
  if (!is_new) return nullptr;
  Group& group = it->second;
  group.key = &it->first;
  group.serial = serial;
  group.has_match = (flags & kHasMatch) != 0;
  group.has_fired = (flags & kHasFired) != 0;
  const bool has_timer = (flags & kHasTimer) != 0;
  read(reader, group.last_time);
  read(reader, group.last_event);
  read(reader, group.last_firing);
  if (has_timer) {
    TimeNs deadline;
    read(reader, deadline);
    timers_.push_back({deadline, correlation.rank, index, serial, &group});
  }
  read(reader, group.pending);
  read_values(reader, group);
  group.window = new_window(index);
  group.window->restore(reader);
  if (!reader.ok() || !is_sound(rules_[index], correlation, group, has_timer, clock)) return nullptr;
  state_bytes_ += kGroupBytes + key.size() + group.window->bytes() + group.value_bytes;
  return &group;
}

}  // namespace hinomi::detect::correlation
