#include "flow/live_findings.h"

#include <cmath>

#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"

namespace hinomi::flow {
namespace {

using base::JsonWriter;

constexpr std::size_t kMaxNameBytes = 1024;  // of a title or the name of a field

std::string_view name_of(detect::Judged::Kind kind) {
  using Kind = detect::Judged::Kind;
  switch (kind) {
    case Kind::selection:
      return "selection";
    case Kind::all:
      return "all";
    case Kind::any:
      return "any";
    case Kind::at_least:
      return "at_least";
    case Kind::negation:
      return "negation";
    case Kind::comparison:
      break;
  }
  return "comparison";
}

void write_head(JsonWriter& json, const FindingHead& head) {
  json.begin_object().key("id").string(head.id.text());
  json.key("alert").string(head.placed.alert.text());
  json.key("ordinal").unsigned_integer(head.placed.ordinal);
  json.key("rule").begin_object().key("id").string(head.rule).key("title").string(
      base::cut_to_bytes(head.info->title, kMaxNameBytes));
  json.key("level").string(detect::name_of(head.info->level)).key("set").string(head.rule_set).end_object();
  json.key("event").begin_object().key("id").string(head.event.text());
  json.key("time").string(base::format_rfc3339(head.event_time));
  json.key("received").string(base::format_rfc3339(head.received)).end_object();
}

void write_matched(JsonWriter& json, const std::string& out,
                   const std::vector<detect::MatchedItem>& matched) {
  const std::size_t begin = out.size();
  bool is_cut = false;
  json.key("matched").begin_array();
  for (const detect::MatchedItem& item : matched) {
    is_cut = out.size() - begin > kMaxMatchedBytes;
    if (is_cut) break;
    json.begin_object().key("selection").string(item.selection).key("field").string(item.field);
    json.key("modifier").string(item.modifier).key("expected").string(item.expected);
    json.key("value").string(item.value).end_object();
  }
  json.end_array();
  if (is_cut) json.key("matched_cut").boolean(true);
}

void write_explanation(JsonWriter& json, const std::string& out,
                       const std::vector<detect::Judged>& explanation) {
  const std::size_t begin = out.size();
  bool is_cut = false;
  json.key("explanation").begin_array();
  for (const detect::Judged& line : explanation) {
    is_cut = out.size() - begin > kMaxExplanationBytes;
    if (is_cut) break;
    json.begin_object().key("depth").integer(line.depth).key("kind").string(name_of(line.kind));
    json.key("held").boolean(line.held);
    if (line.kind == detect::Judged::Kind::selection) json.key("name").string(line.name);
    if (line.kind == detect::Judged::Kind::at_least) json.key("count").unsigned_integer(line.count);
    if (line.kind == detect::Judged::Kind::comparison) {
      json.key("field").string(line.item.field).key("modifier").string(line.item.modifier);
      json.key("expected").string(line.item.expected).key("value").string(line.item.value);
      json.key("absent").boolean(line.field_absent);
    }
    json.end_object();
  }
  json.end_array();
  if (is_cut) json.key("explanation_cut").boolean(true);
}

void write_fields(JsonWriter& json, const std::string& out, const event::Event& whole,
                  const event::FieldTable& fields) {
  const std::size_t begin = out.size();
  bool is_cut = false;
  json.key("fields").begin_array();
  for (const event::Slot& slot : whole.slots) {
    const std::size_t used = out.size() - begin;
    if (used >= kMaxFieldBytes) {
      is_cut = true;
      break;
    }
    const std::string_view value = base::cut_to_bytes(slot.value.text, kMaxFieldBytes - used);
    is_cut = is_cut || value.size() != slot.value.text.size();
    const bool has_name = !slot.name.empty() || slot.field == event::kUnlistedField;
    json.begin_object().key("name").string(
        base::cut_to_bytes(has_name ? slot.name : fields.name(slot.field), kMaxNameBytes));
    json.key("value");
    if (slot.value.kind == event::ValueKind::null) {
      json.null();
    } else {
      json.string(value);
    }
    json.end_object();
  }
  json.end_array();
  if (is_cut) json.key("fields_cut").boolean(true);
}

// A whole number without a point.
void write_number(JsonWriter& json, double value) {
  constexpr double kExact = 9007199254740992.0;
  if (std::floor(value) == value && std::fabs(value) < kExact) {
    json.integer(static_cast<std::int64_t>(value));
  } else {
    json.number(value);
  }
}

}  // namespace

std::string finding_json(const FindingHead& head, const std::vector<detect::MatchedItem>& matched,
                         const std::vector<detect::Judged>* explanation, const event::Event* whole,
                         const event::FieldTable& fields) {
  std::string out;
  JsonWriter json(out);
  write_head(json, head);
  write_matched(json, out, matched);
  if (explanation != nullptr) write_explanation(json, out, *explanation);
  if (whole != nullptr) write_fields(json, out, *whole, fields);
  json.end_object();
  return out;
}

std::string correlated_finding_json(const FindingHead& head, const detect::CorrelationRule& rule,
                                    const detect::Firing& firing,
                                    const std::vector<CorrelatedEvent>& events) {
  std::string out;
  JsonWriter json(out);
  write_head(json, head);
  json.key("matched").begin_array().end_array();
  json.key("correlation").begin_object().key("type").string(detect::name_of(rule.type));
  json.key("group").begin_array();
  for (std::size_t i = 0; i < rule.group_by.size() && i < firing.group.size(); ++i) {
    json.begin_object().key("field").string(rule.group_by[i]);
    json.key("value").string(base::cut_to_bytes(firing.group[i], kMaxGroupValueBytes)).end_object();
  }
  json.end_array().key("value");
  write_number(json, firing.value);
  json.key("at_least").boolean(firing.value_is_at_least);
  json.key("condition").begin_array();
  for (const detect::Bound& bound : rule.condition) {
    constexpr std::string_view kWords[] = {"gt", "gte", "lt", "lte", "eq", "neq"};
    json.begin_object().key("comparison").string(kWords[static_cast<std::size_t>(bound.comparison)]);
    json.key("limit");
    write_number(json, bound.limit);
    json.end_object();
  }
  json.end_array();
  json.key("timespan_ns").integer(rule.timespan_ns.value_or(0));
  json.key("first_time").string(base::format_rfc3339(firing.first_time));
  json.key("last_time").string(base::format_rfc3339(firing.last_time));
  json.key("total").unsigned_integer(firing.total).key("events").begin_array();
  for (const CorrelatedEvent& event : events) {
    json.begin_object()
        .key("id")
        .string(event.id.text())
        .key("time")
        .string(base::format_rfc3339(event.time));
    json.key("rule").string(event.member).key("batch").unsigned_integer(event.batch);
    json.key("index").unsigned_integer(event.index).end_object();
  }
  json.end_array().end_object().end_object();
  return out;
}

}  // namespace hinomi::flow
