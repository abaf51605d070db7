#include "detect/correlation_judge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "detect/correlation_distinct.h"

namespace hinomi::detect::correlation {
namespace {

using base::TimeNs;

// Matches that chains may derive from one match: diamonds of correlations multiply.
constexpr std::size_t kMaxDerivedPerMatch = 4096;

// Whether two rules of one correlation matched the same event, which counts and sums but once. Its matches
// come one after the other.
bool is_repetition(const CorrelationRule& rule, const CorrelationMember& member, const Group& group,
                   EventRef event) noexcept {
  const bool counts_events = rule.type != CorrelationType::value_count &&
                             rule.type != CorrelationType::temporal &&
                             rule.type != CorrelationType::temporal_ordered;
  return counts_events && member.kind == CorrelationMember::Kind::rule && group.has_match &&
         group.last_event == event;
}

void note_pending(const Correlation& correlation, Group& group) {
  if (group.pending || !all_hold(correlation.condition, group.window->value())) return;
  group.pending = plus(group.window->summary().first, correlation.timespan_ns);
}

}  // namespace

void Judge::on_match(const std::vector<Route>& routes, const Match& match, FiringSink& sink) {
  advance(match.time, sink);
  derived_from_this_match_ = 0;
  const Incoming incoming{match.time, match.event, match.captures};
  for (const Route& route : routes) deliver(route, incoming, sink);
  deliver_derived(sink);
}

void Judge::advance(TimeNs now, FiringSink& sink) {
  fire_timers(now, sink);
  clock_ = std::max(clock_, now);
}

// ---- one match to one correlation

void Judge::deliver(const Route& route, const Incoming& match, FiringSink& sink) {
  Correlation& correlation = groups_.of(route.correlation);
  const CorrelationRule& rule = rules_[route.correlation];
  const CorrelationMember& member = rule.members[route.member];
  ++correlation.statistics.matches;
  key_.clear();
  if (!append_group_key(key_, member.group_captures, match.captures)) {
    ++correlation.statistics.ungrouped;
    return;
  }
  if (member.negated) {
    groups_.undo(route.correlation, key_);
    return;
  }
  WindowInput input{.evidence = {match.time, match.event, route.member}, .key = {}, .number = 0};
  if (!read_value(route, match, input)) return;
  Group* const group = groups_.find_or_open(route.correlation, key_, match.time, sink);
  if (group == nullptr) return;
  if (is_repetition(rule, member, *group, match.event)) {
    ++correlation.statistics.repeated;
    return;
  }
  if (!groups_.add(route.correlation, *group, input, sink)) return;
  group->last_time = match.time;
  group->last_event = match.event;
  group->has_match = true;
  if (correlation.judgement == Judgement::at_match) {
    judge_at_match(route, *group, match, sink);
    return;
  }
  groups_.remember_values(member, match.captures, *group);
  if (correlation.judgement == Judgement::undisturbed) note_pending(correlation, *group);
}

// False, and counted, when the match has no value for this correlation.
bool Judge::read_value(const Route& route, const Incoming& match, WindowInput& input) {
  const CorrelationRule& rule = rules_[route.correlation];
  const CorrelationMember& member = rule.members[route.member];
  RuleStatistics& statistics = groups_.of(route.correlation).statistics;
  switch (rule.type) {
    case CorrelationType::event_count:
    case CorrelationType::temporal_ordered:
      return true;
    case CorrelationType::temporal:
      value_key_.assign(1, static_cast<char>(route.member & 0xFFU));
      value_key_ += static_cast<char>(route.member >> 8);
      input.key = value_key_;
      return true;
    case CorrelationType::value_count:
      value_key_.clear();
      if (!append_group_key(value_key_, member.value_captures, match.captures)) {
        ++statistics.without_value;
        return false;
      }
      input.key = value_key_;
      return true;
    case CorrelationType::value_sum:
    case CorrelationType::value_avg:
    case CorrelationType::value_percentile:
      break;
  }
  const std::uint32_t index = member.value_captures.front();
  if (index >= match.captures.size() || !match.captures[index].present) {
    ++statistics.without_value;
    return false;
  }
  const std::optional<double> number = decimal_number(match.captures[index].text);
  if (!number) {
    ++statistics.not_numeric;
    return false;
  }
  input.number = *number;
  return true;
}

void Judge::judge_at_match(const Route& route, Group& group, const Incoming& match, FiringSink& sink) {
  Correlation& correlation = groups_.of(route.correlation);
  const CorrelationMember& member = rules_[route.correlation].members[route.member];
  if (!all_hold(correlation.condition, group.window->value())) return;
  const bool may_fire = !group.has_fired || (correlation.expires &&
                                             match.time >= plus(group.last_firing, correlation.timespan_ns));
  if (may_fire) {
    group.has_fired = true;
    group.last_firing = match.time;
    firing_.group.clear();
    for (const std::uint32_t index : member.group_captures)
      firing_.group.emplace_back(match.captures[index].text);
    emit(route.correlation, group, match.time, group.window->summary(), sink);
  } else {
    ++correlation.statistics.suppressed;
  }
  if (correlation.parents.empty() || (!may_fire && !correlation.has_temporal_parent)) return;
  std::vector<CapturedValue> captures;
  captures.reserve(member.group_captures.size() + member.carried_captures.size());
  for (const auto* const indexes : {&member.group_captures, &member.carried_captures}) {
    for (const std::uint32_t index : *indexes) {
      captures.push_back(index < match.captures.size() ? match.captures[index] : CapturedValue{});
    }
  }
  derive(route.correlation, may_fire, match.time, match.event, std::move(captures), sink);
}

// ---- time

void Judge::fire_timers(TimeNs now, FiringSink& sink) {
  while (const std::optional<Timer> timer = groups_.take_timer(now)) {
    clock_ = std::max(clock_, timer->deadline);
    derived_from_this_match_ = 0;
    on_timer(*timer, sink);
    deliver_derived(sink);
  }
}

// Ends the group's window or, where matches have moved its end meanwhile, sets the timer anew.
void Judge::on_timer(const Timer& timer, FiringSink& sink) {
  const Correlation& correlation = groups_.of(timer.correlation);
  if (correlation.judgement == Judgement::undisturbed) {
    on_undisturbed_timer(timer, sink);
    return;
  }
  if (correlation.judgement == Judgement::at_window_end) {
    judge_at_end(timer.correlation, *timer.group, timer.deadline, sink);
    groups_.drop(timer.correlation, *timer.group);
    return;
  }
  const bool tumbling = rules_[timer.correlation].window == WindowKind::tumbling;
  const TimeNs end = tumbling ? timer.deadline : plus(timer.group->last_time, correlation.timespan_ns);
  if (end > timer.deadline) {
    groups_.set_again(timer, end);
    return;
  }
  // At the end of the input nothing is known about the time after it: no silence.
  if (correlation.judgement == Judgement::at_silence && timer.group->has_match && !finishing_) {
    const WindowSummary none{.value = 0,
                             .value_is_at_least = false,
                             .total = 0,
                             .first = timer.group->last_time,
                             .last = timer.group->last_time};
    emit_late(timer.correlation, *timer.group, timer.deadline, none, sink);
  }
  groups_.drop(timer.correlation, *timer.group);
}

void Judge::on_undisturbed_timer(const Timer& timer, FiringSink& sink) {
  Group& group = *timer.group;
  const std::int64_t timespan_ns = groups_.of(timer.correlation).timespan_ns;
  if (group.pending && *group.pending <= timer.deadline && group.window->has_summary()) {
    emit_late(timer.correlation, group, timer.deadline, group.window->summary(), sink);
    groups_.drop(timer.correlation, group);
    return;
  }
  groups_.expire(group, plus(timer.deadline, -timespan_ns));
  const auto& window = static_cast<const DistinctWindow&>(*group.window);
  if (window.empty()) {
    groups_.drop(timer.correlation, group);
    return;
  }
  // pending is the end of the window of one of the events held, so never before this deadline.
  TimeNs deadline = plus(window.oldest(), timespan_ns);
  if (group.pending) deadline = std::min(deadline, *group.pending);
  if (deadline <= timer.deadline) {  // the end of the range of time: nothing can come after it
    groups_.drop(timer.correlation, group);
    return;
  }
  groups_.set_again(timer, deadline);
}

void Judge::judge_at_end(std::uint32_t index, Group& group, TimeNs time, FiringSink& sink) {
  if (!group.has_match) return;
  const WindowSummary summary = group.window->summary();
  if (all_hold(groups_.of(index).condition, summary.value)) emit_late(index, group, time, summary, sink);
}

void Judge::finish(TimeNs latest, FiringSink& sink) {
  fire_timers(clock_, sink);
  finishing_ = true;
  constexpr TimeNs kEnd{std::numeric_limits<std::int64_t>::max()};
  fire_timers(kEnd, sink);
  for (const std::uint32_t index : order_) {
    if (groups_.of(index).timespan_ns != 0 || groups_.of(index).judgement != Judgement::at_window_end)
      continue;
    finish_unbounded(index, latest, sink);
    fire_timers(kEnd, sink);
  }
  groups_.drop_all();
  clock_ = {std::numeric_limits<std::int64_t>::min()};
  finishing_ = false;
}

void Judge::finish_unbounded(std::uint32_t index, TimeNs latest, FiringSink& sink) {
  std::vector<Group*> groups;
  for (auto& [key, group] : groups_.of(index).groups) groups.push_back(&group);
  std::ranges::sort(groups, {}, &Group::serial);
  for (Group* const group : groups) {
    derived_from_this_match_ = 0;
    judge_at_end(index, *group, latest, sink);
    deliver_derived(sink);
  }
}

// ---- results

// firing_.group is set.
void Judge::emit(std::uint32_t index, const Group& group, TimeNs time, const WindowSummary& summary,
                 FiringSink& sink) {
  ++groups_.of(index).statistics.firings;
  firing_.correlation = index;
  firing_.group_key = *group.key;
  firing_.time = time;
  firing_.first_time = summary.first;
  firing_.last_time = summary.last;
  firing_.value = summary.value;
  firing_.value_is_at_least = summary.value_is_at_least;
  firing_.total = summary.total;
  firing_.evidence.clear();
  if (summary.total != 0) group.window->collect(firing_.evidence);
  firing_.trigger = group.last_event;
  sink.on_firing(firing_);
}

// A firing that no match makes: its values are those of the group's latest match.
void Judge::emit_late(std::uint32_t index, Group& group, TimeNs time, const WindowSummary& summary,
                      FiringSink& sink) {
  firing_.group.clear();
  for (std::size_t i = 0; i < rules_[index].group_by.size(); ++i) {
    firing_.group.push_back(group.last_values[i].text);
  }
  emit(index, group, time, summary, sink);
  if (groups_.of(index).parents.empty()) return;
  // Delivered before the group is dropped: the texts are the group's.
  std::vector<CapturedValue> captures;
  captures.reserve(group.last_values.size());
  for (const OwnedValue& value : group.last_values) captures.push_back({value.present, value.text});
  derive(index, true, time, group.last_event, std::move(captures), sink);
  deliver_derived(sink);
}

void Judge::derive(std::uint32_t child, bool is_firing, TimeNs time, EventRef event,
                   std::vector<CapturedValue> captures, FiringSink& sink) {
  if (++derived_from_this_match_ > kMaxDerivedPerMatch) {
    groups_.refuse(child, LimitKind::derived_matches, groups_.of(child).statistics.derived_refused, sink);
    return;
  }
  derived_.push_back({child, is_firing, time, event, std::move(captures)});
}

void Judge::deliver_derived(FiringSink& sink) {
  while (!derived_.empty()) {
    const Derived derived = std::move(derived_.front());
    derived_.pop_front();
    const Incoming incoming{derived.time, derived.event, derived.captures};
    for (const Parent& parent : groups_.of(derived.child).parents) {
      if (derived.is_firing || parent.on_every_hold) deliver(parent.route, incoming, sink);
    }
  }
}

}  // namespace hinomi::detect::correlation
