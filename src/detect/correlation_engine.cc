#include "detect/correlation_engine.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <limits>
#include <optional>
#include <queue>
#include <utility>

#include "base/check.h"
#include "detect/correlation_distinct.h"
#include "detect/correlation_group.h"
#include "detect/correlation_reorder.h"
#include "detect/correlation_window.h"

namespace hinomi::detect {
namespace {

using base::TimeNs;
using namespace correlation;  // the parts of the engine

// A rule index is a place in a table; more rules than this are not loaded anywhere.
constexpr std::uint32_t kMaxRuleIndex = 1U << 24;
// Matches that chains may derive from one match: diamonds of correlations multiply.
constexpr std::size_t kMaxDerivedPerMatch = 4096;
// The reorder buffer may take this part of the memory: 1 / kReorderShare.
constexpr std::size_t kReorderShare = 4;

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

// A match on its way to one or more correlations.
struct Incoming {
  TimeNs time;
  EventRef event;
  std::span<const CapturedValue> captures;
};

// A match that a correlation makes for those that refer to it.
struct Derived {
  std::uint32_t child = 0;
  bool is_firing = false;
  TimeNs time;
  EventRef event;
  std::vector<CapturedValue> captures;
};

}  // namespace

class CorrelationEngine::State {
 public:
  State(std::vector<CorrelationRule> rules, const std::vector<std::uint32_t>& order,
        const CorrelationOptions& options);

  void on_match(const Match& match, FiringSink& sink);
  void advance(TimeNs watermark, FiringSink& sink);
  void finish(FiringSink& sink);

  const std::vector<CorrelationRule>& rules() const noexcept { return rules_; }
  const Statistics& statistics() const noexcept { return statistics_; }
  const RuleStatistics& statistics(std::uint32_t correlation) const {
    HINOMI_CHECK(correlation < correlations_.size());
    return correlations_[correlation].statistics;
  }

 private:
  // Order of input.
  void release(FiringSink& sink);
  void release_earliest(FiringSink& sink);
  void process(const Match& match, FiringSink& sink);

  // One match to one correlation.
  void deliver(const Route& route, const Incoming& match, FiringSink& sink);
  bool read_value(const Route& route, const Incoming& match, WindowInput& input);
  Group* find_or_open(const Route& route, TimeNs time, FiringSink& sink);
  bool add(const Route& route, Group& group, const WindowInput& input, FiringSink& sink);
  void judge_at_match(const Route& route, Group& group, const Incoming& match, FiringSink& sink);
  void note_pending(const Correlation& correlation, std::int64_t timespan_ns, Group& group) const;
  void disturb(Correlation& correlation);
  void remember_values(const CorrelationMember& member, const Incoming& match, Group& group);

  // Time.
  void fire_timers(TimeNs now, FiringSink& sink);
  void on_timer(const Timer& timer, FiringSink& sink);
  void on_undisturbed_timer(const Timer& timer, FiringSink& sink);
  void judge_at_end(std::uint32_t index, Group& group, TimeNs time, FiringSink& sink);
  void finish_unbounded(std::uint32_t index, FiringSink& sink);
  void drop(std::uint32_t index, Group& group);
  void forget_everything();

  // Results.
  void emit(std::uint32_t index, const Group& group, TimeNs time, const WindowSummary& summary,
            FiringSink& sink);
  void emit_late(std::uint32_t index, Group& group, TimeNs time, const WindowSummary& summary,
                 FiringSink& sink);
  void derive(std::uint32_t child, bool is_firing, TimeNs time, EventRef event,
              std::vector<CapturedValue> captures, FiringSink& sink);
  void deliver_derived(FiringSink& sink);
  void refuse(std::uint32_t index, LimitKind kind, std::uint64_t& counter, FiringSink& sink);
  void account(std::size_t before, std::size_t after);
  std::size_t state_limit() const noexcept;

  std::vector<CorrelationRule> rules_;
  CorrelationOptions options_;
  std::vector<Correlation> correlations_;   // parallel to rules_
  std::vector<std::uint32_t> order_;        // children first
  std::vector<std::vector<Route>> routes_;  // by Match::rule

  ReorderBuffer buffer_;
  TimeNs seen_{std::numeric_limits<std::int64_t>::min()};   // latest time of a match
  TimeNs floor_{std::numeric_limits<std::int64_t>::min()};  // what is earlier is late
  TimeNs clock_{std::numeric_limits<std::int64_t>::min()};  // latest point of event time that was processed
  bool finishing_ = false;
  std::priority_queue<Timer, std::vector<Timer>, TimerOrder> timers_;
  std::uint64_t serials_ = 0;
  std::size_t state_bytes_ = 0;

  std::deque<Derived> derived_;
  std::size_t derived_from_this_match_ = 0;
  std::uint64_t early_releases_ = 0;
  Statistics statistics_;

  // Scratch, reused.
  std::string key_;
  std::string value_key_;
  std::vector<CapturedValue> released_captures_;
  Firing firing_;
};

CorrelationEngine::State::State(std::vector<CorrelationRule> rules, const std::vector<std::uint32_t>& order,
                                const CorrelationOptions& options)
    : rules_(std::move(rules)), options_(options), correlations_(rules_.size()), order_(order) {
  for (std::uint32_t i = 0; i < order.size(); ++i) correlations_[order[i]].rank = i;
  // Routes in children-first order, so that a correlation sees a match before what others derive from it.
  for (const std::uint32_t index : order) {
    const CorrelationRule& rule = rules_[index];
    Correlation& correlation = correlations_[index];
    correlation.judgement = judgement_of(rule);
    correlation.expires =
        rule.timespan_ns && rule.window == WindowKind::sliding &&
        (correlation.judgement == Judgement::at_match || correlation.judgement == Judgement::undisturbed);
    correlation.condition = effective_condition(rule);
    correlation.groups = GroupTable(0, KeyHash{options.hash_seed});
    const bool temporal =
        rule.type == CorrelationType::temporal || rule.type == CorrelationType::temporal_ordered;
    for (std::uint32_t m = 0; m < rule.members.size(); ++m) {
      const CorrelationMember& member = rule.members[m];
      if (member.kind == CorrelationMember::Kind::correlation) {
        Correlation& child = correlations_[member.index];
        child.parents.push_back({{index, m}, temporal});
        child.has_temporal_parent = child.has_temporal_parent || temporal;
      } else {
        if (routes_.size() <= member.index) routes_.resize(member.index + 1);
        routes_[member.index].push_back({index, m});
      }
    }
  }
}

// ---- order of input

void CorrelationEngine::State::on_match(const Match& match, FiringSink& sink) {
  ++statistics_.matches;
  if (match.rule >= routes_.size() || routes_[match.rule].empty()) {
    ++statistics_.unreferenced;
    return;
  }
  if (match.time < floor_) {
    ++statistics_.late;
    return;
  }
  seen_ = std::max(seen_, match.time);
  floor_ = std::max(floor_, plus(seen_, -options_.allowed_lateness_ns));
  if (options_.allowed_lateness_ns == 0) {
    process(match, sink);
    return;
  }
  buffer_.push(match);
  release(sink);
}

void CorrelationEngine::State::advance(TimeNs watermark, FiringSink& sink) {
  floor_ = std::max(floor_, watermark);
  release(sink);
}

void CorrelationEngine::State::release(FiringSink& sink) {
  while (!buffer_.empty() && buffer_.earliest() < floor_) release_earliest(sink);
  fire_timers(floor_, sink);
  clock_ = std::max(clock_, floor_);
  // At least one is kept, or an oversized match would never be judged in order.
  while (buffer_.bytes() > options_.max_bytes / kReorderShare) {
    ++statistics_.released_early;
    if (std::has_single_bit(++early_releases_))
      sink.on_limit({LimitKind::reorder_buffer, 0, early_releases_});
    floor_ = std::max(floor_, buffer_.earliest());
    release_earliest(sink);
  }
  account(0, 0);
}

void CorrelationEngine::State::release_earliest(FiringSink& sink) {
  const ReorderBuffer::Item item = buffer_.pop();
  process(match_of(item, released_captures_), sink);
}

void CorrelationEngine::State::process(const Match& match, FiringSink& sink) {
  fire_timers(match.time, sink);
  clock_ = std::max(clock_, match.time);
  derived_from_this_match_ = 0;
  const Incoming incoming{match.time, match.event, match.captures};
  for (const Route& route : routes_[match.rule]) deliver(route, incoming, sink);
  deliver_derived(sink);
}

// ---- one match to one correlation

void CorrelationEngine::State::deliver(const Route& route, const Incoming& match, FiringSink& sink) {
  Correlation& correlation = correlations_[route.correlation];
  const CorrelationRule& rule = rules_[route.correlation];
  const CorrelationMember& member = rule.members[route.member];
  ++correlation.statistics.matches;
  key_.clear();
  if (!append_group_key(key_, member.group_captures, match.captures)) {
    ++correlation.statistics.ungrouped;
    return;
  }
  if (member.negated) {
    disturb(correlation);
    return;
  }
  WindowInput input{.evidence = {match.time, match.event, route.member}, .key = {}, .number = 0};
  if (!read_value(route, match, input)) return;
  Group* const group = find_or_open(route, match.time, sink);
  if (group == nullptr) return;
  if (is_repetition(rule, member, *group, match.event)) {
    ++correlation.statistics.repeated;
    return;
  }
  if (!add(route, *group, input, sink)) return;
  group->last_time = match.time;
  group->last_event = match.event;
  group->has_match = true;
  if (correlation.judgement == Judgement::at_match) {
    judge_at_match(route, *group, match, sink);
    return;
  }
  remember_values(member, match, *group);
  if (correlation.judgement == Judgement::undisturbed) note_pending(correlation, *rule.timespan_ns, *group);
}

// False, and counted, when the match has no value for this correlation.
bool CorrelationEngine::State::read_value(const Route& route, const Incoming& match, WindowInput& input) {
  const CorrelationRule& rule = rules_[route.correlation];
  const CorrelationMember& member = rule.members[route.member];
  RuleStatistics& statistics = correlations_[route.correlation].statistics;
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

// The group of key_; nullptr, and announced, when a limit forbids a new one.
Group* CorrelationEngine::State::find_or_open(const Route& route, TimeNs time, FiringSink& sink) {
  Correlation& correlation = correlations_[route.correlation];
  if (const auto it = correlation.groups.find(std::string_view(key_)); it != correlation.groups.end()) {
    return &it->second;
  }
  const std::size_t bytes = kGroupBytes + key_.size();
  if (statistics_.groups >= options_.max_groups) {
    refuse(route.correlation, LimitKind::groups, correlation.statistics.groups_refused, sink);
    return nullptr;
  }
  if (state_bytes_ + bytes > state_limit()) {
    refuse(route.correlation, LimitKind::bytes, correlation.statistics.groups_refused, sink);
    return nullptr;
  }
  const CorrelationRule& rule = rules_[route.correlation];
  const auto it = correlation.groups.emplace(key_, Group{}).first;
  Group& group = it->second;
  group.key = &it->first;
  group.serial = serials_++;
  group.last_time = time;
  group.window = make_window(rule, {.expires = correlation.expires,
                                    .judged_at_end = correlation.judgement == Judgement::at_window_end,
                                    .hash_seed = options_.hash_seed});
  ++statistics_.groups;
  statistics_.groups_peak = std::max(statistics_.groups_peak, statistics_.groups);
  account(0, bytes + group.window->bytes());
  if (rule.timespan_ns) {
    const TimeNs deadline = rule.window == WindowKind::tumbling ? tumbling_end(time, *rule.timespan_ns)
                                                                : plus(time, *rule.timespan_ns);
    timers_.push({deadline, correlation.rank, route.correlation, group.serial, &group});
  }
  return &group;
}

// False, and announced, when the match needs more memory than there is.
bool CorrelationEngine::State::add(const Route& route, Group& group, const WindowInput& input,
                                   FiringSink& sink) {
  Correlation& correlation = correlations_[route.correlation];
  const std::size_t before = group.window->bytes();
  if (correlation.expires) {
    group.window->expire(plus(input.evidence.time, -*rules_[route.correlation].timespan_ns));
  }
  const bool fits =
      state_bytes_ + group.window->growth(input) <= state_limit() || group.window->adds_in_place(input);
  if (fits) {
    group.window->add(input);
  } else {
    refuse(route.correlation, LimitKind::bytes, correlation.statistics.matches_refused, sink);
  }
  account(before, group.window->bytes());
  return fits;
}

void CorrelationEngine::State::judge_at_match(const Route& route, Group& group, const Incoming& match,
                                              FiringSink& sink) {
  Correlation& correlation = correlations_[route.correlation];
  const CorrelationRule& rule = rules_[route.correlation];
  const CorrelationMember& member = rule.members[route.member];
  if (!all_hold(correlation.condition, group.window->value())) return;
  const bool may_fire =
      !group.has_fired || (correlation.expires && match.time >= plus(group.last_firing, *rule.timespan_ns));
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

void CorrelationEngine::State::note_pending(const Correlation& correlation, std::int64_t timespan_ns,
                                            Group& group) const {
  if (group.pending || !all_hold(correlation.condition, group.window->value())) return;
  group.pending = plus(group.window->summary().first, timespan_ns);
}

// A negated member of the group of key_.
void CorrelationEngine::State::disturb(Correlation& correlation) {
  const auto it = correlation.groups.find(std::string_view(key_));
  if (it == correlation.groups.end()) return;
  Group& group = it->second;
  const std::size_t before = group.window->bytes();
  group.pending.reset();
  group.window->clear();
  account(before, group.window->bytes());
}

void CorrelationEngine::State::remember_values(const CorrelationMember& member, const Incoming& match,
                                               Group& group) {
  group.last_values.resize(member.group_captures.size() + member.carried_captures.size());
  std::size_t at = 0;
  std::size_t bytes = group.last_values.size() * sizeof(OwnedValue);
  for (const auto* const indexes : {&member.group_captures, &member.carried_captures}) {
    for (const std::uint32_t index : *indexes) {
      const CapturedValue value = index < match.captures.size() ? match.captures[index] : CapturedValue{};
      group.last_values[at].present = value.present;
      group.last_values[at].text = value.text;
      bytes += value.text.size();
      ++at;
    }
  }
  account(group.value_bytes, bytes);
  group.value_bytes = bytes;
}

// ---- time

void CorrelationEngine::State::fire_timers(TimeNs now, FiringSink& sink) {
  while (!timers_.empty() && timers_.top().deadline <= now) {
    const Timer timer = timers_.top();
    timers_.pop();
    clock_ = std::max(clock_, timer.deadline);
    derived_from_this_match_ = 0;
    on_timer(timer, sink);
    deliver_derived(sink);
  }
}

// Ends the group's window or, where matches have moved its end meanwhile, sets the timer anew.
void CorrelationEngine::State::on_timer(const Timer& timer, FiringSink& sink) {
  const CorrelationRule& rule = rules_[timer.correlation];
  const Correlation& correlation = correlations_[timer.correlation];
  if (correlation.judgement == Judgement::undisturbed) {
    on_undisturbed_timer(timer, sink);
    return;
  }
  if (correlation.judgement == Judgement::at_window_end) {
    judge_at_end(timer.correlation, *timer.group, timer.deadline, sink);
    drop(timer.correlation, *timer.group);
    return;
  }
  const TimeNs end =
      rule.window == WindowKind::tumbling ? timer.deadline : plus(timer.group->last_time, *rule.timespan_ns);
  if (end > timer.deadline) {
    Timer again = timer;
    again.deadline = end;
    timers_.push(again);
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
  drop(timer.correlation, *timer.group);
}

void CorrelationEngine::State::on_undisturbed_timer(const Timer& timer, FiringSink& sink) {
  Group& group = *timer.group;
  const std::int64_t timespan_ns = *rules_[timer.correlation].timespan_ns;
  if (group.pending && *group.pending <= timer.deadline) {
    emit_late(timer.correlation, group, timer.deadline, group.window->summary(), sink);
    drop(timer.correlation, group);
    return;
  }
  auto& window = static_cast<DistinctWindow&>(*group.window);
  const std::size_t before = window.bytes();
  window.expire(plus(timer.deadline, -timespan_ns));
  account(before, window.bytes());
  if (window.empty()) {
    drop(timer.correlation, group);
    return;
  }
  // pending is the end of the window of one of the events held, so never before this deadline.
  Timer again = timer;
  again.deadline = plus(window.oldest(), timespan_ns);
  if (group.pending) again.deadline = std::min(again.deadline, *group.pending);
  timers_.push(again);
}

void CorrelationEngine::State::judge_at_end(std::uint32_t index, Group& group, TimeNs time,
                                            FiringSink& sink) {
  if (!group.has_match) return;
  const WindowSummary summary = group.window->summary();
  if (all_hold(correlations_[index].condition, summary.value)) emit_late(index, group, time, summary, sink);
}

void CorrelationEngine::State::drop(std::uint32_t index, Group& group) {
  account(kGroupBytes + group.key->size() + group.window->bytes() + group.value_bytes, 0);
  --statistics_.groups;
  GroupTable& groups = correlations_[index].groups;
  groups.erase(groups.find(std::string_view(*group.key)));
}

void CorrelationEngine::State::finish(FiringSink& sink) {
  while (!buffer_.empty()) release_earliest(sink);
  fire_timers(clock_, sink);
  finishing_ = true;
  constexpr TimeNs kEnd{std::numeric_limits<std::int64_t>::max()};
  fire_timers(kEnd, sink);
  for (const std::uint32_t index : order_) {
    if (rules_[index].timespan_ns || correlations_[index].judgement != Judgement::at_window_end) continue;
    finish_unbounded(index, sink);
    fire_timers(kEnd, sink);
  }
  forget_everything();
}

void CorrelationEngine::State::finish_unbounded(std::uint32_t index, FiringSink& sink) {
  std::vector<Group*> groups;
  for (auto& [key, group] : correlations_[index].groups) groups.push_back(&group);
  std::ranges::sort(groups, {}, &Group::serial);
  for (Group* const group : groups) {
    derived_from_this_match_ = 0;
    judge_at_end(index, *group, seen_, sink);
    deliver_derived(sink);
  }
}

void CorrelationEngine::State::forget_everything() {
  for (Correlation& correlation : correlations_) correlation.groups.clear();
  seen_ = floor_ = clock_ = {std::numeric_limits<std::int64_t>::min()};
  finishing_ = false;
  statistics_.groups = 0;
  state_bytes_ = 0;
  account(0, 0);
}

// ---- results

// firing_.group is set.
void CorrelationEngine::State::emit(std::uint32_t index, const Group& group, TimeNs time,
                                    const WindowSummary& summary, FiringSink& sink) {
  ++correlations_[index].statistics.firings;
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
void CorrelationEngine::State::emit_late(std::uint32_t index, Group& group, TimeNs time,
                                         const WindowSummary& summary, FiringSink& sink) {
  firing_.group.clear();
  for (std::size_t i = 0; i < rules_[index].group_by.size(); ++i) {
    firing_.group.push_back(group.last_values[i].text);
  }
  emit(index, group, time, summary, sink);
  if (correlations_[index].parents.empty()) return;
  // Delivered before the group is dropped: the texts are the group's.
  std::vector<CapturedValue> captures;
  captures.reserve(group.last_values.size());
  for (const OwnedValue& value : group.last_values) captures.push_back({value.present, value.text});
  derive(index, true, time, group.last_event, std::move(captures), sink);
  deliver_derived(sink);
}

void CorrelationEngine::State::derive(std::uint32_t child, bool is_firing, TimeNs time, EventRef event,
                                      std::vector<CapturedValue> captures, FiringSink& sink) {
  if (++derived_from_this_match_ > kMaxDerivedPerMatch) {
    refuse(child, LimitKind::derived_matches, correlations_[child].statistics.derived_refused, sink);
    return;
  }
  derived_.push_back({child, is_firing, time, event, std::move(captures)});
}

void CorrelationEngine::State::deliver_derived(FiringSink& sink) {
  while (!derived_.empty()) {
    const Derived derived = std::move(derived_.front());
    derived_.pop_front();
    const Incoming incoming{derived.time, derived.event, derived.captures};
    for (const Parent& parent : correlations_[derived.child].parents) {
      if (derived.is_firing || parent.on_every_hold) deliver(parent.route, incoming, sink);
    }
  }
}

void CorrelationEngine::State::refuse(std::uint32_t index, LimitKind kind, std::uint64_t& counter,
                                      FiringSink& sink) {
  ++counter;
  std::uint64_t& refused = correlations_[index].limits[static_cast<std::size_t>(kind)];
  if (std::has_single_bit(++refused)) sink.on_limit({kind, index, refused});
}

void CorrelationEngine::State::account(std::size_t before, std::size_t after) {
  state_bytes_ += after;
  HINOMI_CHECK(state_bytes_ >= before);
  state_bytes_ -= before;
  statistics_.bytes = state_bytes_ + buffer_.bytes();
  statistics_.bytes_peak = std::max(statistics_.bytes_peak, statistics_.bytes);
}

std::size_t CorrelationEngine::State::state_limit() const noexcept {
  const std::size_t reserved = options_.allowed_lateness_ns == 0 ? 0 : options_.max_bytes / kReorderShare;
  return options_.max_bytes - reserved;
}

// ---- the engine

base::Result<CorrelationEngine> CorrelationEngine::create(std::vector<CorrelationRule> rules,
                                                          const CorrelationOptions& options) {
  if (options.allowed_lateness_ns < 0) {
    return base::Error{.code = base::ErrorCode::usage,
                       .message = "the allowed lateness is below 0",
                       .remedy = "give 0 or more"};
  }
  for (const CorrelationRule& rule : rules) {
    if (auto checked = check(rule); !checked) return std::move(checked).error();
    for (const CorrelationMember& member : rule.members) {
      if (member.kind == CorrelationMember::Kind::rule && member.index >= kMaxRuleIndex) {
        return base::Error{.code = base::ErrorCode::limit_exceeded,
                           .message = "correlation '" + rule.id + "': the index of a rule is beyond 2^24",
                           .remedy = {}};
      }
    }
  }
  auto order = children_first(rules);
  if (!order) return std::move(order).error();
  return CorrelationEngine(std::make_unique<State>(std::move(rules), *order, options));
}

CorrelationEngine::CorrelationEngine(std::unique_ptr<State> state) : state_(std::move(state)) {}
CorrelationEngine::CorrelationEngine(CorrelationEngine&&) noexcept = default;
CorrelationEngine& CorrelationEngine::operator=(CorrelationEngine&&) noexcept = default;
CorrelationEngine::~CorrelationEngine() = default;

void CorrelationEngine::on_match(const Match& match, FiringSink& sink) {
  state_->on_match(match, sink);
}
void CorrelationEngine::advance(base::TimeNs watermark, FiringSink& sink) {
  state_->advance(watermark, sink);
}
void CorrelationEngine::finish(FiringSink& sink) {
  state_->finish(sink);
}
const std::vector<CorrelationRule>& CorrelationEngine::rules() const noexcept {
  return state_->rules();
}
const Statistics& CorrelationEngine::statistics() const noexcept {
  return state_->statistics();
}
const RuleStatistics& CorrelationEngine::statistics(std::uint32_t correlation) const {
  return state_->statistics(correlation);
}

}  // namespace hinomi::detect
