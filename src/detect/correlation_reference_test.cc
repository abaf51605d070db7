#include "detect/correlation_reference.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "base/text.h"

namespace hinomi::detect::correlation_testing {
namespace {

struct Row {
  const ReferenceMatch* match = nullptr;
  std::vector<std::string> value;
  double number = 0;
  [[nodiscard]] std::int64_t time() const { return match->time.since_epoch_ns; }
};
using Rows = std::vector<Row>;
using Texts = std::vector<std::string>;

std::optional<Texts> texts(const ReferenceMatch& match, const std::vector<std::uint32_t>& indexes,
                           bool fold) {
  Texts out;
  for (const std::uint32_t index : indexes) {
    if (index >= match.captures.size() || !match.captures[index].present) return std::nullopt;
    const std::string text(match.captures[index].text);
    out.push_back(fold ? base::folded(text) : text);
  }
  return out;
}

bool is_number(CorrelationType type) {
  return type == CorrelationType::value_sum || type == CorrelationType::value_avg ||
         type == CorrelationType::value_percentile;
}

// The rows of each group that count at all.
std::map<Texts, Rows> rows_by_group(const CorrelationRule& rule, const std::vector<ReferenceMatch>& matches) {
  std::map<Texts, Rows> groups;
  for (const ReferenceMatch& match : matches) {
    const CorrelationMember& member = rule.members[match.rule];
    const auto group = texts(match, member.group_captures, true);
    auto value = texts(match, member.value_captures, true);
    if (!group || !value) continue;
    Row row{&match, std::move(*value), 0};
    if (is_number(rule.type)) {
      const auto number = decimal_number(match.captures[member.value_captures[0]].text);
      if (!number) continue;
      row.number = *number;
    }
    Rows& rows = groups[*group];
    const bool per_event = is_number(rule.type) || rule.type == CorrelationType::event_count;
    if (per_event && !rows.empty() && rows.back().match->event == match.event) continue;
    rows.push_back(std::move(row));
  }
  return groups;
}

// The rows that stand for the value of the condition: all, or the latest of each kind, or the chain.
Rows contributing(const CorrelationRule& rule, const Rows& window, bool longest_chain) {
  if (rule.type == CorrelationType::value_count || rule.type == CorrelationType::temporal) {
    Rows out;
    std::set<std::pair<Texts, std::uint32_t>> seen;
    for (auto row = window.rbegin(); row != window.rend(); ++row) {
      const bool by_value = rule.type == CorrelationType::value_count;
      if (seen.insert({row->value, by_value ? 0 : row->match->rule}).second) out.insert(out.begin(), *row);
    }
    return out;
  }
  if (rule.type != CorrelationType::temporal_ordered) return window;
  // Backwards from each possible end: the latest match of the member before, and so on.
  Rows best;
  for (std::size_t end = window.size(); end-- > 0;) {
    Rows chain{window[end]};
    for (std::size_t i = end; i-- > 0 && chain.front().match->rule != 0;) {
      if (window[i].match->rule + 1 == chain.front().match->rule) chain.insert(chain.begin(), window[i]);
    }
    if (chain.front().match->rule == 0 && chain.size() > best.size()) best = chain;
    if (!longest_chain) break;
  }
  return best;
}

double value_of(const CorrelationRule& rule, const Rows& rows) {
  if (!is_number(rule.type)) return static_cast<double>(rows.size());
  std::vector<double> numbers;
  for (const Row& row : rows) numbers.push_back(row.number);
  const auto n = static_cast<double>(numbers.size());
  const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
  if (rule.type == CorrelationType::value_sum) return sum;
  if (rule.type == CorrelationType::value_avg) return sum / n;
  std::sort(numbers.begin(), numbers.end());
  const double rank = rule.percentile * (n - 1) / 100;
  const double below = numbers[static_cast<std::size_t>(std::floor(rank))];
  return std::lerp(below, numbers[static_cast<std::size_t>(std::ceil(rank))], rank - std::floor(rank));
}

Firing firing_of(const CorrelationRule& rule, const Rows& rows, const Row& trigger, std::int64_t time) {
  Firing firing;
  firing.time = {time};
  firing.group = *texts(*trigger.match, rule.members[trigger.match->rule].group_captures, false);
  firing.value = value_of(rule, rows);
  firing.total = rows.size();
  firing.first_time = rows.empty() ? trigger.match->time : rows.front().match->time;
  firing.last_time = rows.empty() ? trigger.match->time : rows.back().match->time;
  firing.trigger = trigger.match->event;
  const std::size_t skipped = rows.size() - std::min(rows.size(), kMaxEvidence);
  for (std::size_t i = skipped; i < rows.size(); ++i) {
    firing.evidence.push_back({rows[i].match->time, rows[i].match->event, rows[i].match->rule});
  }
  return firing;
}

std::int64_t bucket(const CorrelationRule& rule, std::int64_t time) {
  const std::int64_t t = *rule.timespan_ns;
  return time >= 0 ? time / t : -((-time + t - 1) / t);
}

bool in_window(const CorrelationRule& rule, const Row& row, const Row& last) {
  if (!rule.timespan_ns) return true;
  if (rule.window == WindowKind::tumbling) return bucket(rule, row.time()) == bucket(rule, last.time());
  return row.time() > last.time() - *rule.timespan_ns;
}

std::vector<Firing> at_match(const CorrelationRule& rule, const Rows& rows) {
  std::vector<Firing> out;
  const Row* last_firing = nullptr;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (last_firing != nullptr && in_window(rule, *last_firing, rows[i])) continue;
    Rows window;
    for (std::size_t j = 0; j <= i; ++j) {
      if (in_window(rule, rows[j], rows[i])) window.push_back(rows[j]);
    }
    const Rows used = contributing(rule, window, false);
    if (!all_hold(effective_condition(rule), value_of(rule, used))) continue;
    out.push_back(firing_of(rule, used, rows[i], rows[i].time()));
    last_firing = &rows[i];
  }
  return out;
}

std::vector<Firing> at_window_end(const CorrelationRule& rule, const Rows& rows, std::int64_t end_of_input) {
  std::vector<Firing> out;
  for (std::size_t i = 0; i < rows.size();) {
    const std::int64_t end = !rule.timespan_ns ? std::numeric_limits<std::int64_t>::max()
                             : rule.window == WindowKind::tumbling
                                 ? (bucket(rule, rows[i].time()) + 1) * *rule.timespan_ns
                                 : rows[i].time() + *rule.timespan_ns;
    Rows window;
    for (; i < rows.size() && rows[i].time() < end; ++i) window.push_back(rows[i]);
    const Rows used = contributing(rule, window, true);
    if (!all_hold(effective_condition(rule), value_of(rule, used))) continue;
    out.push_back(firing_of(rule, used, window.back(), rule.timespan_ns ? end : end_of_input));
    if (used.empty()) out.back().first_time = out.back().last_time;
  }
  return out;
}

std::vector<Firing> at_silence(const CorrelationRule& rule, const Rows& rows, std::int64_t end_of_input) {
  std::vector<Firing> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t end = rows[i].time() + *rule.timespan_ns;
    const bool silent = i + 1 == rows.size() ? end <= end_of_input : rows[i + 1].time() >= end;
    if (silent) out.push_back(firing_of(rule, {}, rows[i], end));
  }
  return out;
}

std::vector<Firing> undisturbed(const CorrelationRule& rule, const Rows& rows) {
  std::vector<Firing> out;
  std::size_t from = 0;  // what is before is undone or was part of a firing
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rule.members[rows[i].match->rule].negated) from = i + 1;
    Rows window;
    for (std::size_t j = from; j <= i; ++j) {
      if (in_window(rule, rows[j], rows[i])) window.push_back(rows[j]);
    }
    const Rows used = contributing(rule, window, false);
    if (used.empty() || !all_hold(effective_condition(rule), value_of(rule, used))) continue;
    const std::int64_t end = used.front().time() + *rule.timespan_ns;
    bool disturbed = false;
    std::size_t next = i + 1;
    for (; next < rows.size() && rows[next].time() < end && !disturbed; ++next) {
      disturbed = rule.members[rows[next].match->rule].negated;
    }
    if (!disturbed) {
      for (std::size_t j = i + 1; j < next; ++j) window.push_back(rows[j]);
      out.push_back(firing_of(rule, contributing(rule, window, false), rows[next - 1], end));
    }
    from = next;
    i = next - 1;
  }
  return out;
}

}  // namespace

std::vector<Firing> reference_firings(const CorrelationRule& rule,
                                      const std::vector<ReferenceMatch>& matches) {
  std::vector<Firing> out;
  if (matches.empty()) return out;
  const std::int64_t end_of_input = matches.back().time.since_epoch_ns;
  for (const auto& [group, rows] : rows_by_group(rule, matches)) {
    std::vector<Firing> found;
    switch (judgement_of(rule)) {
      case Judgement::at_match:
        found = at_match(rule, rows);
        break;
      case Judgement::at_window_end:
        found = at_window_end(rule, rows, end_of_input);
        break;
      case Judgement::at_silence:
        found = at_silence(rule, rows, end_of_input);
        break;
      case Judgement::undisturbed:
        found = undisturbed(rule, rows);
        break;
    }
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

}  // namespace hinomi::detect::correlation_testing
