#include "detect/correlation_groups.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"

namespace hinomi::detect::correlation {

using base::TimeNs;

Groups::Groups(const std::vector<CorrelationRule>& rules, const std::vector<std::uint32_t>& order,
               const CorrelationOptions& options, const ReorderBuffer& buffer, Statistics& statistics)
    : rules_(rules),
      options_(options),
      buffer_(buffer),
      statistics_(statistics),
      correlations_(rules.size()) {
  for (std::uint32_t i = 0; i < order.size(); ++i) correlations_[order[i]].rank = i;
  // Parents in children-first order, as the routes of matches are.
  for (const std::uint32_t index : order) {
    const CorrelationRule& rule = rules[index];
    Correlation& correlation = correlations_[index];
    correlation.judgement = judgement_of(rule);
    correlation.timespan_ns = rule.timespan_ns.value_or(0);
    correlation.expires =
        rule.timespan_ns && rule.window == WindowKind::sliding &&
        (correlation.judgement == Judgement::at_match || correlation.judgement == Judgement::undisturbed);
    correlation.condition = effective_condition(rule);
    correlation.groups = GroupTable(0, KeyHash{options.hash_seed});
    const bool temporal =
        rule.type == CorrelationType::temporal || rule.type == CorrelationType::temporal_ordered;
    for (std::uint32_t m = 0; m < rule.members.size(); ++m) {
      const CorrelationMember& member = rule.members[m];
      if (member.kind != CorrelationMember::Kind::correlation) continue;
      Correlation& child = correlations_[member.index];
      child.parents.push_back({{index, m}, temporal});
      child.has_temporal_parent = child.has_temporal_parent || temporal;
    }
  }
}

Group* Groups::find_or_open(std::uint32_t index, const std::string& key, TimeNs time, FiringSink& sink) {
  Correlation& correlation = correlations_[index];
  if (const auto it = correlation.groups.find(std::string_view(key)); it != correlation.groups.end()) {
    return &it->second;
  }
  const std::size_t bytes = kGroupBytes + key.size();
  if (statistics_.groups >= options_.max_groups) {
    refuse(index, LimitKind::groups, correlation.statistics.groups_refused, sink);
    return nullptr;
  }
  if (state_bytes_ + bytes > state_limit()) {
    refuse(index, LimitKind::bytes, correlation.statistics.groups_refused, sink);
    return nullptr;
  }
  const CorrelationRule& rule = rules_[index];
  const auto it = correlation.groups.emplace(key, Group{}).first;
  Group& group = it->second;
  group.key = &it->first;
  group.serial = serials_++;
  group.last_time = time;
  group.window = new_window(index);
  ++statistics_.groups;
  statistics_.groups_peak = std::max(statistics_.groups_peak, statistics_.groups);
  account(0, bytes + group.window->bytes());
  if (correlation.timespan_ns != 0) {
    const TimeNs deadline = rule.window == WindowKind::tumbling ? tumbling_end(time, correlation.timespan_ns)
                                                                : plus(time, correlation.timespan_ns);
    set_again({{}, correlation.rank, index, group.serial, &group}, deadline);
  }
  return &group;
}

std::unique_ptr<Window> Groups::new_window(std::uint32_t index) const {
  const Correlation& correlation = correlations_[index];
  return make_window(rules_[index], {.expires = correlation.expires,
                                     .judged_at_end = correlation.judgement == Judgement::at_window_end,
                                     .hash_seed = options_.hash_seed});
}

bool Groups::add(std::uint32_t index, Group& group, const WindowInput& input, FiringSink& sink) {
  Correlation& correlation = correlations_[index];
  const std::size_t before = group.window->bytes();
  if (correlation.expires) {
    group.window->expire(plus(input.evidence.time, -correlation.timespan_ns));
  }
  const bool fits =
      state_bytes_ + group.window->growth(input) <= state_limit() || group.window->adds_in_place(input);
  if (fits) {
    group.window->add(input);
  } else {
    refuse(index, LimitKind::bytes, correlation.statistics.matches_refused, sink);
  }
  account(before, group.window->bytes());
  return fits;
}

void Groups::remember_values(const CorrelationMember& member, std::span<const CapturedValue> captures,
                             Group& group) {
  group.last_values.resize(member.group_captures.size() + member.carried_captures.size());
  std::size_t at = 0;
  std::size_t bytes = group.last_values.size() * sizeof(OwnedValue);
  for (const auto* const indexes : {&member.group_captures, &member.carried_captures}) {
    for (const std::uint32_t index : *indexes) {
      const CapturedValue value = index < captures.size() ? captures[index] : CapturedValue{};
      group.last_values[at].present = value.present;
      group.last_values[at].text = value.text;
      bytes += value.text.size();
      ++at;
    }
  }
  account(group.value_bytes, bytes);
  group.value_bytes = bytes;
}

void Groups::expire(Group& group, TimeNs horizon) {
  const std::size_t before = group.window->bytes();
  group.window->expire(horizon);
  account(before, group.window->bytes());
}

void Groups::undo(std::uint32_t index, const std::string& key) {
  Correlation& correlation = correlations_[index];
  const auto it = correlation.groups.find(std::string_view(key));
  if (it == correlation.groups.end()) return;
  Group& group = it->second;
  const std::size_t before = group.window->bytes();
  group.pending.reset();
  group.window->clear();
  account(before, group.window->bytes());
}

void Groups::drop(std::uint32_t index, Group& group) {
  account(kGroupBytes + group.key->size() + group.window->bytes() + group.value_bytes, 0);
  --statistics_.groups;
  GroupTable& groups = correlations_[index].groups;
  groups.erase(groups.find(std::string_view(*group.key)));
}

void Groups::drop_all() {
  for (Correlation& correlation : correlations_) correlation.groups.clear();
  statistics_.groups = 0;
  state_bytes_ = 0;
  account(0, 0);
}

std::optional<Timer> Groups::take_timer(TimeNs now) {
  if (timers_.empty() || timers_.front().deadline > now) return std::nullopt;
  std::ranges::pop_heap(timers_, TimerOrder{});
  const Timer timer = timers_.back();
  timers_.pop_back();
  return timer;
}

void Groups::set_again(Timer timer, TimeNs deadline) {
  timer.deadline = deadline;
  timers_.push_back(timer);
  std::ranges::push_heap(timers_, TimerOrder{});
}

void Groups::refuse(std::uint32_t index, LimitKind kind, std::uint64_t& counter, FiringSink& sink) {
  ++counter;
  std::uint64_t& refused = correlations_[index].limits[static_cast<std::size_t>(kind)];
  if (std::has_single_bit(++refused)) sink.on_limit({kind, index, refused});
}

void Groups::account(std::size_t before, std::size_t after) {
  state_bytes_ += after;
  HINOMI_CHECK(state_bytes_ >= before);
  state_bytes_ -= before;
  statistics_.bytes = state_bytes_ + buffer_.bytes();
  statistics_.bytes_peak = std::max(statistics_.bytes_peak, statistics_.bytes);
}

std::size_t Groups::state_limit() const noexcept {
  const std::size_t reserved = options_.allowed_lateness_ns == 0 ? 0 : options_.max_bytes / kReorderShare;
  return options_.max_bytes - reserved;
}

}  // namespace hinomi::detect::correlation
