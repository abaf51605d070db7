#include "normalise/normaliser.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hinomi::normalise {
namespace {

constexpr std::string_view kFields = R"(
transparent: [Event.System, Event.EventData, EventData]
named_values: [Event.EventData.Data]
embedded: [EventData, SyslogMessage]
rename: {Provider_Name: Provider.Name}
time: [SystemTime, "@timestamp", ts]
fallback:
  - fields:
      EventID: [event.code]
      Computer: [Hostname, host.name]
  - for: {product: windows, category: process_creation}
    fields:
      Image: [NewProcessName, process.executable]
)";
constexpr std::string_view kSources = R"(
sources:
  - {when: {Channel: Security}, is: {product: windows, service: security}}
  - {given: {service: security}, when: {EventID: 4688}, is: {product: windows, category: process_creation}}
  - {format: audit, is: {product: linux, service: auditd}}
  - {format: syslog, when: {program: sudo}, is: {product: linux, service: sudo}}
  - {when: {"cs-method|exists": true}, is: {category: webserver}}
)";

class NormaliserTest : public testing::Test {
 protected:
  void prepare(std::initializer_list<const char*> rule_fields) {
    auto made = Normaliser::from_text(kFields, kSources, fields_, sources_);
    ASSERT_TRUE(made) << made.error().message;
    normaliser_ = std::move(*made);
    for (const char* field : rule_fields) fields_.intern(field);
    ASSERT_TRUE(normaliser_->freeze());
    Extractor::Options options;
    options.time.reference = base::parse_rfc3339("2026-11-23T08:00:00Z");
    extractor_ = std::make_unique<Extractor>(*normaliser_, options);
  }
  // "name=value" of every slot of a listed field, or of all when every value was extracted.
  std::vector<std::string> shown(event::Extent extent) const {
    std::vector<std::string> out;
    for (const auto& slot : event_.slots) {
      const bool listed = slot.field != event::kUnlistedField;
      std::string name(extent == event::Extent::everything ? slot.name : fields_.name(slot.field));
      if (listed) {
        EXPECT_EQ(name, fields_.name(slot.field));
      }
      const char* mark = slot.value.kind == event::ValueKind::null ? "(null)" : "";
      out.push_back(name + (listed ? "=" : "~") + mark + std::string(slot.value.text));
    }
    return out;
  }
  std::vector<std::string> json(std::string_view document, event::Extent extent = event::Extent::referenced) {
    const auto result = extractor_->json(document, 7, extent, arena_, event_);
    EXPECT_TRUE(result) << result.error().message;
    extractor_->finish(event_);
    EXPECT_EQ(event_.record, 7U);
    EXPECT_EQ(event_.raw, document);
    return shown(extent);
  }
  std::vector<std::string> line(std::string_view text, event::Extent extent = event::Extent::referenced) {
    EXPECT_TRUE(extractor_->line(text, 7, extent, arena_, event_));
    extractor_->finish(event_);
    return shown(extent);
  }
  std::string sources() const {
    std::string out;
    for (const auto& source : sources_.sources(event_.route)) {
      out += "[" + source.product + "/" + source.category + "/" + source.service + "]";
    }
    return out;
  }

  event::FieldTable fields_;
  event::SourceRegistry sources_;
  std::unique_ptr<Normaliser> normaliser_;
  std::unique_ptr<Extractor> extractor_;
  base::Arena arena_;
  event::Event event_;
};

using Slots = std::vector<std::string>;

TEST_F(NormaliserTest, takes_only_referenced_fields) {
  prepare({"Image", "a.b"});
  EXPECT_EQ(json(R"({"Image":"x\\y","Other":1,"a":{"b":2.0,"c":[{"b":3}]},"image":4})"),
            (Slots{"Image=x\\y", "a.b=2"}));
}

TEST_F(NormaliserTest, takes_everything_with_names) {
  prepare({"Image"});
  EXPECT_EQ(json(R"({"Event":{"#attributes":{"x":1},"EventData":{"Image":"i","Other":{"k":[true,null]}}}})",
                 event::Extent::everything),
            (Slots{"Event.#attributes.x~1", "Image=i", "Other.k~true", "Other.k~(null)"}));
}

TEST_F(NormaliserTest, arrays_give_several_values) {
  prepare({"t.n", "list"});
  EXPECT_EQ(json(R"({"t":[{"n":"a"},{"n":"b"}],"list":[1,"x"]})"),
            (Slots{"t.n=a", "t.n=b", "list=1", "list=x"}));
}

TEST_F(NormaliserTest, a_container_that_is_asked_for_gives_its_text) {
  prepare({"requestParameters", "requestParameters.a"});
  EXPECT_EQ(json(R"({"requestParameters": {"a": 1, "b": ["x"]}})"),
            (Slots{"requestParameters={\"a\":1,\"b\":[\"x\"]}", "requestParameters.a=1"}));
  EXPECT_EQ(json(R"({"requestParameters": [ {"a": 1} ]})"),
            (Slots{"requestParameters=[{\"a\":1}]", "requestParameters.a=1"}));
  EXPECT_EQ(json(R"({"requestParameters": []})"), (Slots{"requestParameters=[]"}));
}

TEST_F(NormaliserTest, keeps_large_numbers_and_bad_surrogates) {
  prepare({"n", "s"});
  EXPECT_EQ(json(R"({"n":123456789012345678901234567890,"s":"\ud800x"})"),
            (Slots{"n=123456789012345678901234567890", "s=\xEF\xBF\xBDx"}));
}

TEST_F(NormaliserTest, reads_named_values) {
  prepare({"Image", "Data"});
  const std::string_view text =
      R"({"Event":{"EventData":{"Data":[{"@Name":"Image","#text":"i"},{"@Name":"Other","#text":"o"},"plain"]}}})";
  EXPECT_EQ(json(text).size(), 3U);
  EXPECT_EQ(json(text)[1], "Image=i");
  EXPECT_EQ(json(text)[2], "Data=plain");
  const auto all = json(text, event::Extent::everything);
  EXPECT_NE(std::find(all.begin(), all.end(), "Other~o"), all.end());
}

TEST_F(NormaliserTest, opens_documents_inside_strings) {
  prepare({"Image", "EventData"});
  EXPECT_EQ(json(R"({"EventData":"{\"Image\":\"i\"}"})"), (Slots{"EventData={\"Image\":\"i\"}", "Image=i"}));
  EXPECT_EQ(
      json(R"({"SyslogMessage":"<Event><EventData><Data Name=\"Image\">i</Data></EventData></Event>"})"),
      (Slots{"Image=i"}));
  EXPECT_EQ(json(R"({"EventData":"{broken"})"), (Slots{"EventData={broken"}));
}

TEST_F(NormaliserTest, takes_the_best_time_that_can_be_read) {
  prepare({"Image"});
  json(R"({"@timestamp":"2026-11-23T07:00:39.5Z","Event":{"System":{"SystemTime":"2020-01-01T00:00:00Z"}}})");
  EXPECT_EQ(base::format_rfc3339(event_.time, 1), "2020-01-01T00:00:00.0Z");
  json(R"({"SystemTime":"never","@timestamp":1700000000123})");
  EXPECT_EQ(base::format_rfc3339(event_.time, 3), "2023-11-14T22:13:20.123Z");
  json(R"({"ts":1700000000.25})");
  EXPECT_EQ(base::format_rfc3339(event_.time, 2), "2023-11-14T22:13:20.25Z");
  json(R"({"@timestamp":"/Date(1700000000123)/"})");
  EXPECT_EQ(base::format_rfc3339(event_.time, 3), "2023-11-14T22:13:20.123Z");
  json("{}");
  EXPECT_FALSE(event_.has_time);
}

TEST_F(NormaliserTest, refuses_what_is_no_event) {
  prepare({"Image"});
  for (const char* document : {"[{}]", "1", "", "{", "null", "{\"Image\":\"i\",}"}) {
    EXPECT_FALSE(extractor_->json(document, 1, event::Extent::referenced, arena_, event_)) << document;
    EXPECT_TRUE(event_.slots.empty());
  }
}

TEST_F(NormaliserTest, falls_back_only_where_the_field_is_absent) {
  prepare({"Computer"});
  EXPECT_EQ(json(R"({"host":{"name":"h"},"Hostname":"H"})"),
            (Slots{"host.name=h", "Hostname=H", "Computer=H"}));
  EXPECT_EQ(json(R"({"host":{"name":["h","i"]}})"),
            (Slots{"host.name=h", "host.name=i", "Computer=h", "Computer=i"}));
  EXPECT_EQ(json(R"({"Computer":"c","Hostname":"H"})"), (Slots{"Computer=c", "Hostname=H"}));
}

TEST_F(NormaliserTest, routes_by_fields_that_came_from_a_fallback) {
  prepare({"Image"});
  EXPECT_EQ(json(R"({"Channel":"security","event":{"code":"4688"},"NewProcessName":"n"})"),
            (Slots{"Channel=security", "event.code=4688", "NewProcessName=n", "EventID=4688", "Image=n"}));
  EXPECT_EQ(sources(), "[windows//security][windows/process_creation/]");
}

TEST_F(NormaliserTest, a_fallback_for_some_log_sources_leaves_others_alone) {
  prepare({"Image"});
  EXPECT_EQ(json(R"({"Channel":"Security","EventID":4689,"NewProcessName":"n"})"),
            (Slots{"Channel=Security", "EventID=4689", "NewProcessName=n"}));
  EXPECT_EQ(json(R"({"NewProcessName":"n"})"), (Slots{"NewProcessName=n"}));
  EXPECT_EQ(event_.route, event::RouteId::unknown);
}

TEST_F(NormaliserTest, does_not_look_for_fields_that_nobody_asks_for) {
  prepare({});
  EXPECT_EQ(fields_.find("Computer"), event::kUnlistedField);
  EXPECT_EQ(fields_.find("host.name"), event::kUnlistedField);
  EXPECT_NE(fields_.find("event.code"), event::kUnlistedField) << "routing asks for EventID";
}

TEST_F(NormaliserTest, both_extents_agree_on_listed_fields_and_routes) {
  prepare({"Image", "Computer", "requestParameters"});
  const std::string_view document =
      R"({"Channel":"Security","x":{"y":[1,{"z":2}]},"EventID":4688,"NewProcessName":"n","requestParameters":{"q":[{}]},"Hostname":"H","EventData":"{\"Image\":null}"})";
  const auto few = json(document);
  const auto route = event_.route;
  Slots listed;
  for (const auto& slot : json(document, event::Extent::everything)) {
    if (slot.find('=') < slot.find('~')) listed.push_back(slot);
  }
  EXPECT_EQ(listed, few);
  EXPECT_EQ(event_.route, route);
}

TEST_F(NormaliserTest, reads_lines_of_every_kind) {
  prepare({"type", "exe", "message", "USER", "host", "cs-method", "cs-uri-query", "CommandLine", "Image"});
  EXPECT_EQ(line("type=EXECVE msg=audit(1700000000.123:4): argc=2 a0=\"/bin/ls\" a1=2D6C"),
            (Slots{"type=EXECVE", "CommandLine=/bin/ls -l", "Image=/bin/ls"}));
  EXPECT_EQ(event_.format, event::Format::audit);
  EXPECT_EQ(sources(), "[linux//auditd]");
  EXPECT_EQ(base::format_rfc3339(event_.time, 3), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(
      line("Nov 23 07:00:00 h audispd: node=h type=SYSCALL msg=audit(1.000:4): exe=\"/bin/ls\"\r\n"),
      (Slots{"host=h", "program=audispd", "message=node=h type=SYSCALL msg=audit(1.000:4): exe=\"/bin/ls\"",
             "type=SYSCALL", "exe=/bin/ls"}));
  EXPECT_EQ(event_.format, event::Format::audit);
  EXPECT_EQ(line("Nov 23 07:00:00 h sudo: a : USER=#-1 ; COMMAND=/bin/ls"),
            (Slots{"host=h", "program=sudo", "message=a : USER=#-1 ; COMMAND=/bin/ls", "USER=#-1"}));
  EXPECT_EQ(sources(), "[linux//sudo]");
  EXPECT_EQ(line("192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"GET /a?b HTTP/1.0\" 200 1"),
            (Slots{"cs-method=GET", "cs-uri-query=b", "cs-uri-query=/a?b"}));
  EXPECT_EQ(sources(), "[/webserver/]");
  EXPECT_EQ(
      line("Nov 23 07:00:00 h sysmon: <Event><EventData><Data Name=\"Image\">i</Data></EventData></Event>")
          .back(),
      "Image=i");
  EXPECT_EQ(line("Nov 23 07:00:00 h app: {\"Image\":\"i\"}").back(), "Image=i");
  EXPECT_EQ(line("just text"), (Slots{"message=just text"}));
  EXPECT_EQ(event_.format, event::Format::text);
}

TEST_F(NormaliserTest, keeps_to_its_limits) {
  prepare({"list"});
  Extractor::Options options;
  options.limits.slots = 10;
  options.limits.document_bytes = 1000;
  options.limits.line_bytes = 20;
  options.limits.depth = 5;
  options.limits.cached_routes = 1;
  Extractor small(*normaliser_, options);
  const auto code = [&](std::string_view document) {
    const auto result = small.json(document, 1, event::Extent::everything, arena_, event_);
    return result ? base::ErrorCode::internal : result.error().code;
  };
  EXPECT_EQ(code("{\"list\":[1,2,3,4,5,6,7,8,9,10,11]}"), base::ErrorCode::limit_exceeded);
  EXPECT_EQ(code("{\"list\":\"" + std::string(1000, 'x') + "\"}"), base::ErrorCode::limit_exceeded);
  EXPECT_EQ(code("{\"a\":[[[[[1]]]]]}"), base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(small.line(std::string(21, 'x'), 1, event::Extent::referenced, arena_, event_));
  for (const char* document : {"{\"Channel\":\"Security\"}", "{}", "{\"Channel\":\"Security\"}"}) {
    ASSERT_TRUE(small.json(document, 1, event::Extent::referenced, arena_, event_));
    small.finish(event_);
  }
  EXPECT_EQ(sources(), "[windows//security]");
}

}  // namespace
}  // namespace hinomi::normalise
