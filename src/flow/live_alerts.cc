#include "flow/live_alerts.h"

#include <algorithm>
#include <utility>

#include "base/binary.h"
#include "base/hash.h"
#include "base/text.h"

namespace hinomi::flow {
namespace {

using store::alerts::AlertChange;
using store::alerts::AlertId;
using store::alerts::FindingId;
using store::alerts::GroupId;
using store::alerts::OpenAlert;

// One seed for each kind of id: part of the meaning of what is stored, never to be changed.
constexpr std::uint64_t kFindingSeed = 1;
constexpr std::uint64_t kCorrelatedSeed = 2;
constexpr std::uint64_t kGroupSeed = 3;
constexpr std::uint64_t kAlertSeed = 4;
constexpr std::uint64_t kRuleSeed = 5;

constexpr std::int64_t kHourNs = 3'600'000'000'000;
constexpr std::int64_t kHoursRemembered = store::alerts::kAlertOpenNs / kHourNs;

void write(base::BinaryWriter& writer, const event::EventId& id) {
  writer.number(id.high);
  writer.number(id.low);
}

GroupId group_id(const NewFinding& finding, std::string_view entity, bool is_overflow) {
  std::string bytes;
  base::BinaryWriter writer(bytes);
  writer.number(static_cast<std::uint32_t>(finding.labels.organisation));
  writer.number(static_cast<std::uint8_t>(finding.labels.realm));
  writer.text(finding.rule);
  writer.number(static_cast<std::uint8_t>(is_overflow));
  // The same host in other letters is the same host.
  if (!is_overflow) writer.text(base::folded(entity));
  return GroupId::of(base::hash128(bytes, kGroupSeed));
}

std::uint64_t rule_hash(const base::Labels& labels, std::string_view rule) {
  std::string bytes;
  base::BinaryWriter writer(bytes);
  writer.number(static_cast<std::uint32_t>(labels.organisation));
  writer.number(static_cast<std::uint8_t>(labels.realm));
  writer.text(rule);
  return base::hash64(bytes, kRuleSeed);
}

AlertId alert_id(const GroupId& group, const FindingId& first) {
  std::string bytes;
  base::BinaryWriter writer(bytes);
  for (const std::uint64_t number : {group.high, group.low, first.high, first.low}) writer.number(number);
  return AlertId::of(base::hash128(bytes, kAlertSeed));
}

// What the store needs of an alert that it has already.
template <typename Alert>
AlertChange without_fixed_part(const Alert& alert) {
  AlertChange change;
  change.id = alert.id;
  change.first_seen = alert.first_seen;
  change.last_seen = alert.last_seen;
  change.first_received = alert.first_received;
  change.last_received = alert.last_received;
  change.count = alert.count;
  return change;
}

bool is_open_at(base::TimeNs last_received, base::TimeNs now) {
  // A clock that was set may have gone either way.
  const std::int64_t apart = now.since_epoch_ns - last_received.since_epoch_ns;
  return apart <= store::alerts::kAlertOpenNs && apart >= -store::alerts::kAlertOpenNs;
}

std::int64_t hour_of(base::TimeNs time) {
  return time.since_epoch_ns / kHourNs;
}

}  // namespace

FindingId finding_id(const base::Labels& labels, std::string_view rule, const event::EventId& event) {
  std::string bytes;
  base::BinaryWriter writer(bytes);
  writer.number(static_cast<std::uint32_t>(labels.organisation));
  writer.text(rule);
  write(writer, event);
  return FindingId::of(base::hash128(bytes, kFindingSeed));
}

FindingId correlated_finding_id(const base::Labels& labels, std::string_view rule, std::string_view group_key,
                                const event::EventId& trigger) {
  std::string bytes;
  base::BinaryWriter writer(bytes);
  writer.number(static_cast<std::uint32_t>(labels.organisation));
  writer.text(rule);
  writer.text(group_key);
  write(writer, trigger);
  return FindingId::of(base::hash128(bytes, kCorrelatedSeed));
}

std::string entity_of_group(const std::vector<std::string>& values) {
  if (values.size() == 1) return values.front();
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ", ";
    if (values[i].find_first_of(",\"") == std::string::npos) {
      out += values[i];
      continue;
    }
    out += '"';
    for (const char c : values[i]) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out;
}

AlertGroups::AlertGroups(const std::vector<OpenAlert>& open, Lookup lookup) : lookup_(std::move(lookup)) {
  for (const OpenAlert& alert : open) {
    if (alert.entity != kManyEntities)
      ++opened_in_hour_[hour_of(alert.first_received)][rule_hash(alert.labels, alert.rule_id)];
    // Later ones replace earlier ones of the same group.
    Entry entry;
    entry.used = ++uses_;
    entry.alert = without_fixed_part(alert);
    entries_.insert_or_assign(alert.group, std::move(entry));
  }
}

base::Result<PlacedFinding> AlertGroups::place(const NewFinding& finding) {
  GroupId group = group_id(finding, finding.entity, false);
  auto found = open_entry(group, finding.received);
  if (!found) return found.error();
  Entry* entry = *found;
  bool opened = false;
  if (entry == nullptr && may_open(finding)) {
    entry = &begin(group, finding, finding.entity, finding.entity_field);
    opened = true;
  } else if (entry == nullptr) {
    group = group_id(finding, {}, true);
    found = open_entry(group, finding.received);
    if (!found) return found.error();
    entry = *found;
    opened = entry == nullptr;
    if (opened) entry = &begin(group, finding, kManyEntities, {});
  }
  add(*entry, finding);
  if (!entry->is_changed) {
    entry->is_changed = true;
    changed_.emplace_back(group, entry->alert.id);
  }
  return PlacedFinding{entry->alert.id, entry->alert.count, opened};
}

// The entry of a group whose alert still takes findings; nullptr when there is none.
base::Result<AlertGroups::Entry*> AlertGroups::open_entry(const GroupId& group, base::TimeNs received) {
  if (const auto it = entries_.find(group); it != entries_.end()) {
    it->second.used = ++uses_;
    return is_open_at(it->second.alert.last_received, received) ? &it->second : nullptr;
  }
  auto stored = lookup_(group);
  if (!stored) return stored.error();
  if (!*stored || !is_open_at((*stored)->last_received, received)) return nullptr;
  Entry& entry = entries_[group];
  entry.used = ++uses_;
  entry.alert = without_fixed_part(**stored);
  return &entry;
}

AlertGroups::Entry& AlertGroups::begin(const GroupId& group, const NewFinding& finding,
                                       std::string_view entity, std::string_view entity_field) {
  Entry entry;
  entry.used = ++uses_;
  entry.alert.id = alert_id(group, finding.id);
  entry.alert.group = group;
  entry.alert.rule_id = finding.rule;
  entry.alert.rule_set = finding.rule_set;
  entry.alert.entity = base::cut_to_bytes(entity, store::alerts::kMaxNameBytes);
  entry.alert.entity_field = entity_field;
  entry.alert.labels = finding.labels;
  entry.alert.first_seen = entry.alert.last_seen = finding.event_time;
  entry.alert.first_received = entry.alert.last_received = finding.received;
  if (const auto before = entries_.find(group); before != entries_.end() && before->second.is_changed)
    superseded_.push_back(std::move(before->second.alert));
  return entries_.insert_or_assign(group, std::move(entry)).first->second;
}

bool AlertGroups::may_open(const NewFinding& finding) {
  const std::int64_t hour = hour_of(finding.received);
  if (hour != hour_) {
    hour_ = hour;
    std::erase_if(opened_in_hour_, [&](const auto& entry) {
      return entry.first < hour - kHoursRemembered || entry.first > hour + kHoursRemembered;
    });
  }
  std::uint32_t& opened = opened_in_hour_[hour][rule_hash(finding.labels, finding.rule)];
  if (opened >= kMaxAlertsPerRuleAndHour) return false;
  ++opened;
  return true;
}

void AlertGroups::add(Entry& entry, const NewFinding& finding) {
  AlertChange& alert = entry.alert;
  alert.first_seen = std::min(alert.first_seen, finding.event_time);
  alert.last_seen = std::max(alert.last_seen, finding.event_time);
  alert.last_received = finding.received;
  ++alert.count;
  if (entry.known_sources.size() >= store::alerts::kMaxSourcesPerAlert ||
      std::ranges::find(entry.known_sources, finding.source) != entry.known_sources.end()) {
    return;
  }
  entry.known_sources.emplace_back(finding.source);
  alert.sources.emplace_back(finding.source);
}

std::vector<AlertChange> AlertGroups::take_changes() {
  std::vector<AlertChange> changes;
  changes.reserve(changed_.size());
  for (const auto& [group, id] : changed_) {
    Entry& entry = entries_.find(group)->second;
    if (entry.alert.id != id) {
      changes.push_back(std::move(*std::ranges::find(superseded_, id, &AlertChange::id)));
      continue;
    }
    entry.is_changed = false;
    AlertChange kept = without_fixed_part(entry.alert);
    changes.push_back(std::exchange(entry.alert, std::move(kept)));
  }
  changed_.clear();
  superseded_.clear();
  forget_unused();
  return changes;
}

// Keeps the half used last; the others are found again in the store.
void AlertGroups::forget_unused() {
  if (entries_.size() <= store::alerts::kMaxOpenAlerts) return;
  std::vector<std::uint64_t> uses;
  uses.reserve(entries_.size());
  for (const auto& [group, entry] : entries_) uses.push_back(entry.used);
  const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
  std::ranges::nth_element(uses, middle);
  const std::uint64_t limit = *middle;
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.used < limit; });
}

}  // namespace hinomi::flow
