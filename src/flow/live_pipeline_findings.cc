#include <utility>

#include "base/text.h"
#include "flow/live_findings.h"
#include "flow/live_pipeline.h"

namespace hinomi::flow {
namespace {

using base::Result;

// Where an event names nobody: the address it came from, else its source.
std::string_view sender_of(const JournalEvent& record) {
  const std::size_t colon = record.peer.rfind(':');
  const bool is_address = colon != std::string_view::npos && colon + 1 < record.peer.size() &&
                          record.peer.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  if (!is_address) return record.source;
  return record.peer.substr(0, colon);
}

std::string_view member_name(const detect::CorrelationRule& rule, std::uint32_t index, const RuleKeys& keys) {
  if (index >= rule.members.size()) return {};
  const detect::CorrelationMember& member = rule.members[index];
  const bool is_rule = member.kind == detect::CorrelationMember::Kind::rule;
  return (is_rule ? keys.rules : keys.correlations)[member.index];
}

// For showing.
std::string names_of(const std::vector<std::string>& fields) {
  std::string out;
  for (const std::string& field : fields) {
    if (!out.empty()) out += ", ";
    out += base::cut_to_bytes(field, store::alerts::kMaxNameBytes);
  }
  return out;
}

}  // namespace

Result<void> LivePipeline::add_findings(const JournalEvent& record, const event::Event& event) {
  whole_is_read_ = false;
  for (const std::uint32_t rule : matches_) {
    if (!rules_->rules().rules[rule].shown) continue;
    if (auto added = add_finding(record, event, rule); !added) return added;
  }
  return {};
}

Result<void> LivePipeline::add_finding(const JournalEvent& record, const event::Event& event,
                                       std::uint32_t rule) {
  const detect::DetectionRule& definition = rules_->rules().rules[rule];
  const std::string& key = rules_->keys().rules[rule];
  const auto entity = rules_->entities().find(event);
  const base::TimeNs event_time = event.has_time ? event.time : record.received;
  FindingHead head{.id = finding_id(record.labels, key, record.id),
                   .rule = key,
                   .info = &definition.info,
                   .rule_set = rules_->hash(),
                   .event = record.id,
                   .event_time = event_time,
                   .received = record.received};
  auto placed = alerts_.place({.id = head.id,
                               .rule = key,
                               .rule_set = head.rule_set,
                               .entity_field = entity ? entity->field : "source",
                               .entity = entity ? entity->value : sender_of(record),
                               .labels = record.labels,
                               .source = record.source,
                               .event_time = event_time,
                               .received = record.received});
  if (!placed) return placed.error();
  head.placed = *placed;
  const auto matched = rules_->explainer().matched(
      rule, event, [&](query::NodeId node) { return rules_->worker().holds(node); });
  std::vector<detect::Judged> explanation;
  const event::Event* whole = nullptr;
  if (store::alerts::is_sampled(placed->ordinal)) {
    if (!whole_is_read_)
      whole_is_read_ = rules_->whole_extractor().extract(record, event::Extent::everything).is_read;
    if (whole_is_read_) {
      whole = &rules_->whole_extractor().event();
      explanation = rules_->explainer().explain(rule, *whole);
    }
  }
  const std::string json =
      finding_json(head, matched, whole != nullptr ? &explanation : nullptr, whole, rules_->rules().fields());
  return write_finding({.id = head.id,
                        .alert = placed->alert,
                        .ordinal = placed->ordinal,
                        .event = record.id,
                        .batch = record.batch,
                        .index = record.index,
                        .event_time = event_time,
                        .received = record.received},
                       json);
}

Result<void> LivePipeline::add_firing(const JournalEvent& record, const LaneKey& lane,
                                      const detect::Firing& firing) {
  const detect::RuleSet& rules = rules_->rules();
  const detect::CorrelationEntry& entry = rules.correlation_info[firing.correlation];
  if (!entry.shown) return {};
  const detect::CorrelationRule& rule = rules.correlations[firing.correlation];
  const std::string& key = rules_->keys().correlations[firing.correlation];
  base::Labels labels;
  labels.organisation = base::OrganisationId{lane.organisation};
  labels.realm = lane.realm;
  const EventDirectory::Place trigger = directory_.find(firing.trigger.input, firing.trigger.record);
  FindingHead head{.id = correlated_finding_id(labels, key, firing.group_key, trigger.id),
                   .rule = key,
                   .info = &entry.info,
                   .rule_set = rules_->hash(),
                   .event = trigger.id,
                   .event_time = firing.time,
                   .received = record.received};
  const std::string entity = firing.group.empty() ? trigger.source : entity_of_group(firing.group);
  const std::string entity_field = firing.group.empty() ? "source" : names_of(rule.group_by);
  auto placed = alerts_.place({.id = head.id,
                               .rule = key,
                               .rule_set = head.rule_set,
                               .entity_field = entity_field,
                               .entity = entity,
                               .labels = labels,
                               .source = trigger.source,
                               .event_time = firing.time,
                               .received = record.received});
  if (!placed) return placed.error();
  head.placed = *placed;
  std::vector<CorrelatedEvent> events;
  for (const detect::Evidence& evidence : firing.evidence) {
    const EventDirectory::Place place = directory_.find(evidence.event.input, evidence.event.record);
    events.push_back({.id = place.id,
                      .time = evidence.time,
                      .member = member_name(rule, evidence.member, rules_->keys()),
                      .batch = evidence.event.input,
                      .index = place.index});
  }
  return write_finding({.id = head.id,
                        .alert = placed->alert,
                        .ordinal = placed->ordinal,
                        .event = trigger.id,
                        .batch = firing.trigger.input,
                        .index = trigger.index,
                        .event_time = firing.time,
                        .received = record.received},
                       correlated_finding_json(head, rule, firing, events));
}

Result<void> LivePipeline::write_finding(const store::alerts::FindingRef& reference, std::string_view json) {
  auto position = parts_.findings->add(reference.received, json);
  if (!position) return position.error();
  if (step_findings_++ == 0) first_finding_ = parts_.clock->steady();
  step_bytes_ += json.size();
  ++totals_.findings;
  if (reference.ordinal == 1) ++alerts_opened_;
  if (!store::alerts::is_sampled(reference.ordinal)) return {};
  step_.samples.push_back(reference);
  step_.samples.back().findings_position = *position;
  return {};
}

}  // namespace hinomi::flow
