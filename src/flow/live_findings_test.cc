#include "flow/live_findings.h"

#include <gtest/gtest.h>

#include "parse/json/reader.h"
#include "store/journal/format.h"

namespace hinomi::flow {
namespace {

FindingHead head_of(const detect::RuleInfo& info) {
  FindingHead head;
  head.rule = "rule";
  head.info = &info;
  head.rule_set = "set";
  head.placed = {.alert = {}, .ordinal = 1, .opened = true};
  return head;
}

void expect_sound(const std::string& json) {
  parse::json::Reader reader;
  const auto read = reader.read(json);
  EXPECT_TRUE(read) << read.error().message << " in " << json.substr(0, 2000);
  EXPECT_LT(json.size(), store::journal::kMaxRecordBytes) << "the findings log would refuse it";
}

TEST(LiveFindings, a_finding_says_what_held_and_a_sample_all_values) {
  detect::RuleInfo info;
  info.title = "A title";
  event::FieldTable fields;
  event::Event event;
  event.slots = {{fields.intern("Image"), {event::ValueKind::text, "C:\\a\"b"}, {}},
                 {event::kUnlistedField, {event::ValueKind::null, {}}, "other.field"}};
  const std::vector<detect::MatchedItem> matched{{"selection", "Image", "endswith", "b", "C:\\a\"b"}};
  std::vector<detect::Judged> explanation(2);
  explanation[0] = {.kind = detect::Judged::Kind::selection, .held = true, .name = "selection"};
  explanation[1] = {.depth = 1, .held = true, .item = matched[0]};
  const std::string json = finding_json(head_of(info), matched, &explanation, &event, fields);
  expect_sound(json);
  for (const std::string_view part :
       {R"("title":"A title","level":"medium")", R"("matched":[{"selection":"selection","field":"Image")",
        R"("explanation":[{"depth":0,"kind":"selection","held":true,"name":"selection"},{"depth":1)",
        R"("fields":[{"name":"Image","value":"C:\\a\"b"},{"name":"other.field","value":null}])"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
  }
  const std::string ordinary = finding_json(head_of(info), matched, nullptr, nullptr, fields);
  expect_sound(ordinary);
  EXPECT_EQ(ordinary.find("fields"), std::string::npos);
}

TEST(LiveFindings, what_is_too_large_is_cut_and_says_so) {
  const std::string large(1 << 20, '\x01');  // six bytes each in JSON
  detect::RuleInfo info;
  info.title = large;
  event::FieldTable fields;
  event::Event event;
  for (int i = 0; i < 2000; ++i)
    event.slots.push_back({event::kUnlistedField, {event::ValueKind::text, large}, large});
  const std::string shown(detect::kMaxShownValue, '\x01');
  const std::vector<detect::MatchedItem> matched(detect::kMaxMatchedItems,
                                                 {"selection", "field", "", shown, shown});
  detect::Judged line;
  line.item = matched[0];
  const std::vector<detect::Judged> explanation(10'000, line);
  const std::string json = finding_json(head_of(info), matched, &explanation, &event, fields);
  expect_sound(json);
  for (const std::string_view part : {"matched_cut", "explanation_cut", "fields_cut"})
    EXPECT_NE(json.find(part), std::string::npos) << part;
}

TEST(LiveFindings, a_correlation_names_its_group_and_events) {
  detect::RuleInfo info;
  detect::CorrelationRule rule;
  rule.group_by = {"User", "Host"};
  rule.condition = {{detect::Comparison::gte, 5}};
  detect::Firing firing;
  firing.group = {std::string(1 << 20, '\x01'), "host"};
  firing.value = 5;
  firing.total = 5;
  const std::vector<CorrelatedEvent> events(detect::kMaxEvidence,
                                            {.id = {}, .time = {}, .member = "rule", .batch = 1, .index = 2});
  const std::string json = correlated_finding_json(head_of(info), rule, firing, events);
  expect_sound(json);
  for (const std::string_view part :
       {R"({"field":"Host","value":"host"})", R"("value":5,"at_least":false)",
        R"("condition":[{"comparison":"gte","limit":5}])", R"("rule":"rule","batch":1,"index":2)"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace hinomi::flow
