// The routes about alerts, findings and rules, and the stream, against a real store.
#include <gtest/gtest.h>

#include "api/alert_json.h"
#include "api/alert_query.h"
#include "api/live_feed.h"
#include "api/testing/api_fixture.h"
#include "parse/json/document.h"

namespace hinomi::api {
namespace {

namespace alerts = store::alerts;
using http::RawClient;
using http::RawResponse;

class Alerts : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    start();
    sign_in();
  }
  void commit(std::uint64_t first, std::uint64_t count, std::string_view entity = "host") {
    alerts::Commit batch;
    if (first == 0) {
      alerts::RuleText rule =
          alerts::rule_text("rule-1", alerts::Level::high, {"attack.execution", "attack.t1059"});
      rule.title_ja = "題";
      rule.yaml = "title: x\n";
      batch.rules.push_back(rule);
    }
    for (std::uint64_t i = first; i < first + count; ++i) {
      batch.alerts.push_back(alerts::alert_change(i, "rule-1", entity));
      batch.samples.push_back(alerts::sample(i, 1));
    }
    batch.rule_set = "set-1";
    const auto version = writer_->commit(batch);
    ASSERT_TRUE(version) << version.error().message;
  }
  RawResponse get_json(std::string_view target) {
    const RawResponse response = get(target);
    const auto valid = parse::json::read_document(response.body);
    EXPECT_TRUE(valid) << response.body;
    return response;
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Alerts, are_listed_with_everything_a_row_shows) {
  commit(0, 3);
  const RawResponse response = get_json("/api/v1/alerts?limit=2");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("Content-Type"), "application/json");
  for (const std::string_view part :
       {"\"total\":3", "\"max_seq\":3", "\"version\":3", "\"seq\":3", "\"level\":\"high\"",
        "\"title_ja\":\"題\"", "\"tags\":[\"attack.execution\",\"attack.t1059\"]",
        "\"entity\":{\"field\":\"host.name\",\"value\":\"host\"}", "\"realm\":\"real\"", "\"status\":\"new\"",
        "\"first_seen\":\"2026-11-", "\"count\":1"}) {
    EXPECT_TRUE(has(response.body, part)) << part << " in " << response.body;
  }
  EXPECT_TRUE(has(response.body, alerts::alert_id(2).text()));
  EXPECT_FALSE(has(response.body, alerts::alert_id(0).text()));
}

TEST_F(Alerts, are_empty_lists_before_there_is_a_store) {
  EXPECT_TRUE(has(get_json("/api/v1/alerts").body, "\"items\":[],\"total\":0"));
  EXPECT_EQ(get_json("/api/v1/alerts/facets").status, 200);
  EXPECT_EQ(get_json("/api/v1/alerts/histogram").status, 200);
}

TEST_F(Alerts, are_filtered_and_misspelt_filters_refused) {
  commit(0, 3);
  EXPECT_TRUE(has(get_json("/api/v1/alerts?level=low,critical").body, "\"total\":0"));
  EXPECT_TRUE(has(get_json("/api/v1/alerts?level=high&realm=demo,real&q=title&tactic=execution").body,
                  "\"total\":3"));
  EXPECT_TRUE(has(get_json("/api/v1/alerts?realm=demo").body, "\"total\":0"));
  EXPECT_TRUE(has(get_json("/api/v1/alerts?entity=host&source=&status=new&technique=T1059&rule=rule-1").body,
                  "\"total\":3"));
  for (const std::string query :
       {"level=severe", "realm=unreal", "status=x", "leve=high", "limit=0", "limit=1001", "limit=-1",
        "limit=5x", "offset=99999999999999999999", "order=colour", "from=yesterday",
        "from=2026-99-99T00:00:00Z", "q=%zz", "level=low&level=high", "q=%ff", "until_version=x"}) {
    const RawResponse response = get_json("/api/v1/alerts?" + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_TRUE(has(response.body, "\"code\":\"unknown_value\"")) << response.body;
  }
  EXPECT_EQ(get("/api/v1/alerts/facets?limit=5").status, 400);
  EXPECT_EQ(get("/api/v1/alerts/histogram?buckets=100000").status, 400);
}

TEST_F(Alerts, come_as_facets_and_over_time) {
  commit(0, 3);
  const std::string facets = get_json("/api/v1/alerts/facets").body;
  for (const std::string_view part :
       {"\"high\":3", "\"real\":3", "\"tactic\":[{\"value\":\"execution\",\"count\":3}]",
        "\"entity\":[{\"value\":\"host\",\"count\":3}]"}) {
    EXPECT_TRUE(has(facets, part)) << part << " in " << facets;
  }
  EXPECT_TRUE(has(get_json("/api/v1/alerts/histogram?buckets=10").body, "\"counts\":{\"high\":"));
}

TEST_F(Alerts, show_their_detail_and_rule) {
  commit(0, 1);
  const std::string detail = get_json("/api/v1/alerts/" + alerts::alert_id(0).text()).body;
  for (const std::string_view part :
       {"\"yaml\":\"title: x\\n\"", "\"set\":\"set-1\"", "\"findings\":[{\"id\":\"", "\"ordinal\":1"}) {
    EXPECT_TRUE(has(detail, part)) << part << " in " << detail;
  }
  EXPECT_EQ(get_json("/api/v1/alerts/" + alerts::alert_id(9).text()).status, 404);
  EXPECT_EQ(get_json("/api/v1/alerts/nonsense").status, 404);
  EXPECT_EQ(get_json("/api/v1/rules/rule-1").status, 200);
  EXPECT_EQ(get_json("/api/v1/rules/rule-1?set=set-1").status, 200);
  EXPECT_EQ(get_json("/api/v1/rules/rule-1?set=other").status, 404);
  EXPECT_EQ(get_json("/api/v1/rules/rule-2").status, 404);
}

TEST_F(Alerts, show_a_finding_with_its_raw_event_safely) {
  commit(0, 1);
  record_ =
      R"({"id":")" + alerts::finding_id(0, 1).text() +
      R"(","rule":{"id":"rule-1"},"matched":[{"selection":"s"}],"explanation":[{"depth":0}],"fields":[{"name":"n","value":"v"}],"matched_cut":true})";
  event_ = RawEvent{.id = event::EventId{.high = 0, .low = 1}.text(),
                    .received = {},
                    .source = "proxy",
                    .peer = "192.0.2.1:1",
                    .listener = "l",
                    .encoding = "utf8",
                    .bytes = "<script>\x1b[31m\xff \xe2\x80\xae\"\n"};
  const std::string target = "/api/v1/findings/" + alerts::finding_id(0, 1).text();
  const RawResponse response = get_json(target);
  EXPECT_EQ(response.status, 200);
  for (const std::string_view part :
       {"\"matched\":[{\"selection\":\"s\"}]", "\"explanation\":[{\"depth\":0}]",
        "\"fields\":[{\"name\":\"n\",\"value\":\"v\"}]", "\"matched_cut\":true", "\"correlation\":null",
        "\\\\xff", "\\u001b", "\\u202e", "\"missing\":[]", "\"source\":\"proxy\""}) {
    EXPECT_TRUE(has(response.body, part)) << part << " in " << response.body;
  }
  EXPECT_EQ(get("/api/v1/findings/" + alerts::finding_id(5, 5).text()).status, 404);
}

TEST_F(Alerts, show_what_is_left_of_a_finding_whose_event_is_gone) {
  commit(0, 1);
  const RawResponse response = get_json("/api/v1/findings/" + alerts::finding_id(0, 1).text());
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(has(response.body, "\"raw\":null")) << response.body;
  EXPECT_TRUE(has(response.body, "\"missing\":[\"record\",\"event\"]")) << response.body;
}

TEST_F(Alerts, show_no_other_event_that_lies_where_theirs_was) {
  commit(0, 1);
  event_ = RawEvent{.id = event::EventId{.high = 7, .low = 7}.text(),
                    .received = {},
                    .source = "proxy",
                    .peer = "",
                    .listener = "",
                    .encoding = "",
                    .bytes = "an event of another journal"};
  const RawResponse response = get_json("/api/v1/findings/" + alerts::finding_id(0, 1).text());
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(has(response.body, "another journal"));
  EXPECT_TRUE(has(response.body, "\"missing\":[\"record\",\"event\"]")) << response.body;
}

TEST_F(Alerts, take_no_other_record_for_that_of_a_finding) {
  commit(0, 1);
  const std::string other = alerts::finding_id(7, 7).text();
  for (const std::string& record : {R"({"id":")" + other + R"(","matched":[{"selection":"of another"}]})",
                                    std::string(R"({"matched":[{"selection":"of another"}]})"),
                                    std::string(R"(["of another"])"), std::string("of another")}) {
    record_ = record;
    const RawResponse response = get_json("/api/v1/findings/" + alerts::finding_id(0, 1).text());
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(has(response.body, "of another")) << response.body;
    EXPECT_TRUE(has(response.body, "\"missing\":[\"record\",\"event\"]")) << response.body;
    EXPECT_TRUE(has(response.body, alerts::alert_id(0).text())) << "what the catalogue knows is told";
  }
}

TEST_F(Alerts, tell_a_damaged_record_from_a_disk_that_fails) {
  commit(0, 1);
  const std::string target = "/api/v1/findings/" + alerts::finding_id(0, 1).text();
  store_error_ = base::Error{base::ErrorCode::invalid_input, "no batch can be read here", "", {}};
  EXPECT_TRUE(has(get_json(target).body, "\"missing\":[\"record\",\"event\"]"));
  store_error_ = base::Error{base::ErrorCode::not_found, "no such segment", "", {}};
  EXPECT_TRUE(has(get_json(target).body, "\"missing\":[\"record\",\"event\"]"));
  store_error_ = base::Error{base::ErrorCode::io, "a secret place", "", {}};
  const RawResponse response = get_json(target);
  EXPECT_EQ(response.status, 500);
  EXPECT_FALSE(has(response.body, "secret"));
  EXPECT_EQ(get("/api/v1/alerts").status, 200);
}

TEST_F(Alerts, are_streamed_as_they_come) {
  commit(0, 1);
  RawClient client(port());
  client.send(request("GET", "/api/v1/stream", cookie_));
  ASSERT_TRUE(client.wait_for("event: hello\ndata: {\"version\":1}\n\n"));
  EXPECT_TRUE(has(client.input(), "Content-Type: text/event-stream\r\n"));
  commit(1, 2, "evil\nevent: hello\ndata: x");
  wakeup_->wake();
  ASSERT_TRUE(client.wait_for("event: alerts\ndata: {\"version\":3,\"items\":["));
  ASSERT_TRUE(client.wait_for(alerts::alert_id(2).text()));
  EXPECT_FALSE(has(client.input(), "\ndata: x"));
  EXPECT_FALSE(has(client.input(), alerts::alert_id(0).text())) << "known before";
  ASSERT_TRUE(client.wait_for("event: status\ndata: {\"time\":"));
}

TEST_F(Alerts, beyond_two_hundred_at_once_reset_the_list) {
  RawClient client(port());
  client.send(request("GET", "/api/v1/stream", cookie_));
  ASSERT_TRUE(client.wait_for("event: hello"));
  commit(0, kMaxAlertsInMessage + 1);
  wakeup_->wake();
  ASSERT_TRUE(client.wait_for("event: alerts\ndata: {\"version\":" + std::to_string(kMaxAlertsInMessage + 1) +
                              ",\"reset\":true}\n\n"));
}

TEST_F(Alerts, stop_streaming_when_the_session_ends) {
  RawClient client(port());
  client.send(request("GET", "/api/v1/stream", cookie_));
  ASSERT_TRUE(client.wait_for("event: hello"));
  EXPECT_EQ(ask(request("DELETE", "/api/v1/session", cookie_ + "Origin: " + origin() + "\r\n")).status, 204);
  client.rest();
}

TEST_F(Alerts, are_streamed_to_a_bounded_number_of_clients) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < 256; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->send(request("GET", "/api/v1/stream", cookie_));
    ASSERT_TRUE(clients.back()->wait_for("event: hello"));
  }
  EXPECT_EQ(get("/api/v1/stream").status, 503);
  EXPECT_TRUE(has(get("/api/v1/status").body, "\"streams\":256"));
}

TEST(ShownRaw, cuts_and_escapes_what_is_no_text) {
  EXPECT_EQ(shown_raw("日本\xe6\x97").text, "日本\\xe6\\x97");
  const ShownRaw cut = shown_raw("日本語", 7);
  EXPECT_EQ(cut.text, "日本");
  EXPECT_TRUE(cut.cut);
  EXPECT_EQ(shown_raw(std::string(10, '\xff'), 8).text, "\\xff\\xff");
}

}  // namespace
}  // namespace hinomi::api
