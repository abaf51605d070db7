#include "app/summary_json.h"

#include <array>
#include <map>

#include "base/json_writer.h"

namespace hinomi::app {
namespace {

void write_rule(base::JsonWriter& json, const detect::RuleInfo& rule, std::uint64_t findings) {
  if (findings == 0) return;
  json.begin_object();
  json.key("id")
      .string(rule.id)
      .key("title")
      .string(rule.title)
      .key("level")
      .string(detect::name_of(rule.level));
  json.key("findings").unsigned_integer(findings).end_object();
}

void write_input(base::JsonWriter& json, const flow::InputResult& input) {
  json.begin_object();
  json.key("path").string(input.status.path).key("state").string(ingest::name_of(input.status.state));
  json.key("events").unsigned_integer(input.events).key("bytes").unsigned_integer(input.status.bytes);
  json.key("unreadable_records").unsigned_integer(input.bad_records + input.status.skipped);
  if (!input.status.reason.empty()) {
    json.key("reason").string(input.status.reason).key("position").unsigned_integer(input.status.position);
  }
  if (input.notes > 0) json.key("notes").unsigned_integer(input.notes).key("note").string(input.note);
  json.end_object();
}

}  // namespace

std::string summary_json(const detect::RuleSet& rules, const flow::ScanSummary& summary,
                         std::chrono::milliseconds elapsed) {
  std::string out;
  base::JsonWriter json(out, 1);
  json.begin_object();
  json.key("events").unsigned_integer(summary.events).key("findings").unsigned_integer(summary.findings);
  json.key("bytes").unsigned_integer(summary.bytes).key("milliseconds").integer(elapsed.count());
  json.key("stopped").boolean(summary.stopped);
  json.key("events_of_no_known_log_source").unsigned_integer(summary.unrouted);
  json.key("matches_missing_from_correlations").unsigned_integer(summary.correlations_incomplete);
  std::array<std::uint64_t, 5> levels{};
  std::map<std::string, std::uint64_t> tags;
  const auto count = [&](const detect::RuleInfo& rule, std::uint64_t findings) {
    levels[static_cast<std::size_t>(rule.level)] += findings;
    for (const std::string& tag : rule.tags) {
      if (findings > 0 && tag.starts_with("attack.")) tags[tag] += findings;
    }
  };
  json.key("rules").begin_array();
  for (std::size_t i = 0; i < summary.per_rule.size(); ++i) {
    count(rules.rules[i].info, summary.per_rule[i]);
    write_rule(json, rules.rules[i].info, summary.per_rule[i]);
  }
  for (std::size_t i = 0; i < summary.per_correlation.size(); ++i) {
    count(rules.correlation_info[i].info, summary.per_correlation[i]);
    write_rule(json, rules.correlation_info[i].info, summary.per_correlation[i]);
  }
  json.end_array().key("levels").begin_object();
  for (std::size_t i = 0; i < levels.size(); ++i) {
    json.key(detect::name_of(static_cast<detect::Level>(i))).unsigned_integer(levels[i]);
  }
  json.end_object().key("attack").begin_object();
  for (const auto& [tag, findings] : tags) json.key(tag).unsigned_integer(findings);
  json.end_object().key("inputs").begin_array();
  for (const flow::InputResult& input : summary.inputs) write_input(json, input);
  json.end_array().end_object();
  out += '\n';
  return out;
}

}  // namespace hinomi::app
