#include "api/alert_json.h"

#include <algorithm>

#include "base/text.h"
#include "parse/json/reader.h"

namespace hinomi::api {
namespace {

namespace alerts = store::alerts;
namespace pjson = parse::json;
using base::JsonWriter;

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_time(JsonWriter& json, std::string_view key, base::TimeNs time) {
  json.key(key).string(base::format_rfc3339(time));
}

// The members of AlertRow behind its rule.
void write_alert_rest(JsonWriter& json, const alerts::AlertRow& row) {
  json.key("entity").begin_object().key("field").string(row.entity_field);
  json.key("value").string(row.entity).end_object();
  json.key("realm")
      .string(alerts::name_of(row.labels.realm))
      .key("status")
      .string(alerts::name_of(row.status));
  write_time(json, "first_seen", row.first_seen);
  write_time(json, "last_seen", row.last_seen);
  write_time(json, "first_received", row.first_received);
  write_time(json, "last_received", row.last_received);
  json.key("count").unsigned_integer(row.count);
}

void write_alert_front(JsonWriter& json, const alerts::AlertRow& row) {
  json.key("id").string(row.id.text()).key("seq").integer(row.seq).key("version").integer(row.version);
}

void write_rule_members(JsonWriter& json, const alerts::RuleText& rule) {
  json.key("id").string(rule.id).key("title").string(rule.title).key("title_ja").string(rule.title_ja);
  json.key("level").string(alerts::name_of(rule.level));
  write_texts(json, "tags", rule.tags);
  json.key("description").string(rule.description).key("description_ja").string(rule.description_ja);
  json.key("advice").string(rule.advice).key("advice_ja").string(rule.advice_ja);
  write_texts(json, "falsepositives", rule.falsepositives);
  json.key("author").string(rule.author).key("status").string(rule.status);
  json.key("yaml").string(rule.yaml).key("set").string(rule.set);
}

void write_ref(JsonWriter& json, const alerts::FindingRef& ref) {
  json.begin_object().key("id").string(ref.id.text()).key("ordinal").unsigned_integer(ref.ordinal);
  json.key("event").string(ref.event.text());
  write_time(json, "event_time", ref.event_time);
  write_time(json, "received", ref.received);
  json.end_object();
}

void write_counts(JsonWriter& json, std::string_view key, const std::vector<alerts::ValueCount>& counts) {
  json.key(key).begin_array();
  for (const alerts::ValueCount& count : counts) {
    json.begin_object()
        .key("value")
        .string(count.value)
        .key("count")
        .unsigned_integer(count.count)
        .end_object();
  }
  json.end_array();
}

// The member of a JSON object as text; empty when it is absent.
std::string member(const pjson::Value& object, std::string_view name) {
  std::string text;
  for (pjson::Value key = object.first(); !(key == object.last());) {
    const pjson::Value value = key.next();
    if (key.string() == name) {
      pjson::append_json(text, value);
      return text;
    }
    key = value.next();
  }
  return text;
}

void write_member(JsonWriter& json, std::string_view key, const std::string& text, std::string_view absent) {
  json.key(key).raw(text.empty() ? absent : std::string_view(text));
}

}  // namespace

void write_alert(JsonWriter& json, const alerts::AlertRow& row) {
  json.begin_object();
  write_alert_front(json, row);
  json.key("rule").begin_object().key("id").string(row.rule_id).key("title").string(row.title);
  json.key("title_ja").string(row.title_ja).key("level").string(alerts::name_of(row.level));
  write_texts(json, "tags", row.tags);
  json.end_object();
  write_alert_rest(json, row);
  json.end_object();
}

std::string list_json(const alerts::AlertList& list) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("items").begin_array();
  for (const alerts::AlertRow& row : list.items) write_alert(json, row);
  json.end_array().key("total").unsigned_integer(list.total).key("version").integer(list.version);
  json.key("max_seq").integer(list.max_seq).end_object();
  return text;
}

std::string facets_json(const alerts::Facets& facets) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("level").begin_object();
  for (std::size_t i = alerts::kLevels; i-- > 0;) {
    json.key(alerts::name_of(static_cast<alerts::Level>(i))).unsigned_integer(facets.level[i]);
  }
  json.end_object().key("realm").begin_object();
  for (std::size_t i = 0; i < alerts::kRealms; ++i) {
    json.key(alerts::name_of(static_cast<base::Realm>(i))).unsigned_integer(facets.realm[i]);
  }
  json.end_object().key("status").begin_object();
  for (std::size_t i = 0; i < alerts::kStatuses; ++i) {
    json.key(alerts::name_of(static_cast<alerts::Status>(i))).unsigned_integer(facets.status[i]);
  }
  json.end_object();
  write_counts(json, "tactic", facets.tactic);
  write_counts(json, "technique", facets.technique);
  json.key("rule").begin_array();
  for (const alerts::RuleCount& rule : facets.rule) {
    json.begin_object().key("id").string(rule.id).key("title").string(rule.title);
    json.key("title_ja").string(rule.title_ja).key("count").unsigned_integer(rule.count).end_object();
  }
  json.end_array();
  write_counts(json, "entity", facets.entity);
  write_counts(json, "source", facets.source);
  json.key("entities_left_out").boolean(facets.entities_left_out).end_object();
  return text;
}

std::string histogram_json(const alerts::Histogram& histogram) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_time(json, "from", histogram.from);
  write_time(json, "to", histogram.to);
  json.key("buckets").begin_array();
  for (const alerts::Histogram::Bucket& bucket : histogram.buckets) {
    json.begin_object();
    write_time(json, "at", bucket.at);
    json.key("counts").begin_object();
    for (std::size_t i = alerts::kLevels; i-- > 0;) {
      if (bucket.counts[i] == 0) continue;
      json.key(alerts::name_of(static_cast<alerts::Level>(i))).unsigned_integer(bucket.counts[i]);
    }
    json.end_object().end_object();
  }
  json.end_array().end_object();
  return text;
}

std::string detail_json(const alerts::AlertDetail& detail) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_alert_front(json, detail.alert);
  json.key("rule").begin_object();
  write_rule_members(json, detail.rule);
  json.end_object();
  write_alert_rest(json, detail.alert);
  write_texts(json, "sources", detail.sources);
  json.key("findings").begin_array();
  for (const alerts::FindingRef& ref : detail.findings) write_ref(json, ref);
  json.end_array().end_object();
  return text;
}

std::string rule_json(const alerts::RuleText& rule) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_rule_members(json, rule);
  json.end_object();
  return text;
}

ShownRaw shown_raw(std::string_view bytes, std::size_t limit) {
  constexpr std::string_view kHex = "0123456789abcdef";
  ShownRaw shown;
  while (!bytes.empty()) {
    const base::Decoded decoded = base::decode_utf8(bytes);
    const bool is_malformed = decoded.length == 1 && static_cast<unsigned char>(bytes.front()) >= 0x80;
    const std::size_t size = is_malformed ? 4 : decoded.length;
    if (shown.text.size() + size > limit) {
      shown.cut = true;
      break;
    }
    if (is_malformed) {
      const auto byte = static_cast<unsigned char>(bytes.front());
      shown.text.append("\\x") += kHex[byte >> 4];
      shown.text += kHex[byte & 15];
    } else {
      shown.text.append(bytes.substr(0, decoded.length));
    }
    bytes.remove_prefix(decoded.length);
  }
  return shown;
}

std::string finding_json(const FindingParts& parts) {
  pjson::Reader reader;
  const std::string id = parts.ref.id.text();
  std::string rule;
  std::string matched;
  std::string explanation;
  std::string correlation;
  std::string fields;
  std::vector<std::string_view> cut;
  const auto record = reader.read(parts.record ? std::string_view(*parts.record) : std::string_view());
  const bool is_kept =
      record && record->kind() == pjson::Kind::object && member(*record, "id") == '"' + id + '"';
  // Another event at its place is that of another journal: no evidence of this finding.
  const bool has_event = parts.event && parts.event->id == parts.ref.event.text();
  if (is_kept) {
    rule = member(*record, "rule");
    matched = member(*record, "matched");
    explanation = member(*record, "explanation");
    correlation = member(*record, "correlation");
    fields = member(*record, "fields");
    for (const std::string_view part : {"matched_cut", "explanation_cut", "fields_cut"}) {
      if (member(*record, part) == "true") cut.push_back(part);
    }
  }
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("id").string(id).key("alert").string(parts.ref.alert.text());
  write_member(json, "rule", rule, "null");
  json.key("event").begin_object().key("id").string(parts.ref.event.text());
  write_time(json, "time", parts.ref.event_time);
  write_time(json, "received", parts.ref.received);
  if (has_event) {
    const ShownRaw raw = shown_raw(parts.event->bytes);
    json.key("source").string(parts.event->source).key("peer").string(parts.event->peer);
    json.key("listener").string(parts.event->listener).key("encoding").string(parts.event->encoding);
    json.key("raw").string(raw.text).key("raw_cut").boolean(raw.cut);
    json.key("raw_bytes").unsigned_integer(parts.event->bytes.size());
  } else {
    json.key("source").null().key("peer").null().key("listener").null().key("encoding").null();
    json.key("raw").null();
  }
  write_member(json, "fields", fields, "[]");
  json.end_object();
  write_member(json, "matched", matched, "[]");
  write_member(json, "explanation", explanation, "[]");
  write_member(json, "correlation", correlation, "null");
  for (const std::string_view part : cut) json.key(part).boolean(true);
  json.key("missing").begin_array();
  if (!is_kept) json.string("record");
  if (!has_event) json.string("event");
  json.end_array().end_object();
  return text;
}

}  // namespace hinomi::api
