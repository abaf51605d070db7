#include "record/engine.h"

#include <gtest/gtest.h>

#include <array>
#include <latch>
#include <thread>

#include <filesystem>
#include <random>

#include "record/json.h"
#include "record/tables.h"
#include "record/testing/ships.h"
#include "store/sql/testing/fresh_database.h"

namespace hinomi::record {
namespace {

using testing::Harbour;
using Kind = Refusal::Kind;

class EngineTest : public ::testing::TestWithParam<store::sql::Backend> {
 protected:
  void SetUp() override { HINOMI_NEEDS_DATABASE(GetParam()); }
  store::sql::FreshDatabase database_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(All, EngineTest, ::testing::ValuesIn(store::sql::kAllBackends),
                         store::sql::backend_name);

std::string text(const Harbour& harbour, const Record& record, std::string_view field) {
  const auto* value = std::get_if<std::string>(&record.values[harbour.ship().index_of(field)]);
  return value == nullptr ? std::string() : *value;
}

TEST_P(EngineTest, a_new_record_has_a_number_version_and_history) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"海鷲","masts":3,"tags":["fast"]})");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->version, 1);
  EXPECT_EQ(made->number, "SHP-2026-000001");
  EXPECT_EQ(text(harbour, *made, "mood"), "calm");
  const auto history = harbour.engine().history(harbour.as_captain(), harbour.ship(), made->id, 0, 10);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 1U);
  EXPECT_EQ(history->front().kind, "create");
  EXPECT_EQ(history->front().actor_name, "captain");
  EXPECT_EQ(
      history->front().diff,
      R"({"name":[null,"海鷲"],"masts":[null,3],"afloat":[null,true],"mood":[null,"calm"],"tags":[[],["fast"]]})");
}

TEST_P(EngineTest, a_change_needs_the_version_that_is_there) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a"})");
  const auto changed = harbour.change(made->id, R"({"name":"b"})", 1);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->version, 2);
  const auto stale = harbour.change(made->id, R"({"name":"c"})", 1);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.refusal().kind, Kind::stale);
}

TEST_P(EngineTest, a_change_that_changes_nothing_leaves_no_trace) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a"})");
  const auto same = harbour.change(made->id, R"({"name":"a"})", 1);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->version, 1);
}

TEST_P(EngineTest, shows_a_record_as_it_was_known) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a"})");
  harbour.clock().advance(std::chrono::seconds(10));
  const base::TimeNs between = harbour.clock().now();
  harbour.clock().advance(std::chrono::seconds(10));
  ASSERT_TRUE(harbour.change(made->id, R"({"name":"b","story":"sunk"})", 1));
  const auto then = harbour.engine().get(harbour.as_captain(), harbour.ship(), made->id, between);
  ASSERT_TRUE(then);
  EXPECT_EQ(text(harbour, *then, "name"), "a");
  EXPECT_EQ(text(harbour, *then, "story"), "");
  EXPECT_EQ(then->version, 1);
  const auto before = harbour.engine().get(harbour.as_captain(), harbour.ship(), made->id, base::TimeNs{1});
  ASSERT_FALSE(before);
}

TEST_P(EngineTest, undo_takes_back_what_still_stands) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a"})");
  ASSERT_TRUE(harbour.change(made->id, R"({"name":"b"})", 1));
  const auto undone = harbour.engine().undo(harbour.as_captain(), 2);
  ASSERT_TRUE(undone);
  EXPECT_EQ(text(harbour, *undone, "name"), "a");
  EXPECT_EQ(undone->version, 3);
  const auto again = harbour.engine().undo(harbour.as_captain(), 2);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.refusal().kind, Kind::conflict);
}

TEST_P(EngineTest, deleted_records_are_gone_for_lists_and_come_back) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a"})");
  ASSERT_TRUE(harbour.engine().remove(harbour.as_captain(), harbour.ship(), made->id, 1));
  EXPECT_EQ(harbour.names({}), (std::vector<std::string>{}));
  EXPECT_EQ(harbour.names({{"deleted", "true"}}), (std::vector<std::string>{"a"}));
  EXPECT_EQ(harbour.change(made->id, R"({"name":"b"})", 2).refusal().kind, Kind::not_found);
  ASSERT_TRUE(harbour.engine().restore(harbour.as_captain(), harbour.ship(), made->id));
  EXPECT_EQ(harbour.names({}), (std::vector<std::string>{"a"}));
}

TEST_P(EngineTest, a_state_changes_only_along_its_transitions) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a"})");
  const auto act = [&](std::string_view action) {
    return harbour.engine().act(harbour.as_captain("fog"), harbour.ship(), made->id, action, "{}",
                                std::nullopt);
  };
  EXPECT_EQ(act("calm_down").refusal().kind, Kind::conflict);
  const auto busy = act("alarm");
  ASSERT_TRUE(busy);
  EXPECT_EQ(text(harbour, *busy, "mood"), "busy");
  EXPECT_EQ(act("fly").refusal().kind, Kind::not_found);
  EXPECT_EQ(harbour.change(made->id, R"({"mood":"calm"})", std::nullopt).refusal().faults.front().code,
            "not_yours");
}

TEST_P(EngineTest, a_state_that_is_not_declared_is_reached_by_nobody) {
  Harbour harbour(*database_);
  // It ends elsewhere than the declaration says.
  harbour.engine().add_action("ship", "alarm", [](ActionCall& call) -> std::optional<Refusal> {
    call.after.values[call.entity.index_of("mood")] = std::string("calm");
    call.after.values[call.entity.index_of("masts")] = std::int64_t{2};
    return std::nullopt;
  });
  const auto made = harbour.make(R"({"name":"a"})");
  const auto act = [&](std::string_view action) {
    return harbour.engine().act(harbour.as_captain("fog"), harbour.ship(), made->id, action, "{}",
                                std::nullopt);
  };
  EXPECT_TRUE(act("alarm"));  // it stays where it is
  const auto program = [&](std::string_view mood, std::string_view action) {
    const auto done =
        harbour.engine().in_write([&](store::sql::Connection& connection) -> base::Result<void> {
          Draft draft;
          draft.values.emplace_back(harbour.ship().index_of("mood"), std::string(mood));
          const auto changed = harbour.engine().change_within(connection, harbour.as_system(), harbour.ship(),
                                                              made->id, draft, action);
          return changed ? base::Result<void>() : base::Result<void>(changed.refusal().error);
        });
    return done.has_value();
  };
  EXPECT_FALSE(program("busy", "calm_down"));
  EXPECT_TRUE(program("busy", "alarm"));
}

TEST_P(EngineTest, what_an_action_leaves_is_valid) {
  Harbour harbour(*database_);
  harbour.engine().add_action("ship", "alarm", [](ActionCall& call) -> std::optional<Refusal> {
    call.after.values[call.entity.index_of("masts")] = std::int64_t{8};
    return std::nullopt;
  });
  const auto made = harbour.make(R"({"name":"a"})");
  const auto acted =
      harbour.engine().act(harbour.as_captain("fog"), harbour.ship(), made->id, "alarm", "{}", std::nullopt);
  ASSERT_FALSE(acted);
  EXPECT_EQ(acted.refusal().faults.front().field, "masts");
}

TEST_P(EngineTest, an_action_that_wants_a_reason_gets_one) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a"})");
  const auto without =
      harbour.engine().act(harbour.as_captain(), harbour.ship(), made->id, "alarm", "{}", std::nullopt);
  EXPECT_EQ(without.refusal().kind, Kind::needs_reason);
}

TEST_P(EngineTest, the_same_request_at_the_same_moment_takes_effect_once) {
  Harbour harbour(*database_);
  for (int round = 0; round < 20; ++round) {
    record::Context context = harbour.as_captain();
    const std::string key = "together " + std::to_string(round);
    context.request_key = key;
    std::array<std::optional<Outcome<Record>>, 2> made;
    std::latch start(2);
    const auto ask = [&](std::size_t i) {
      auto read = read_draft(harbour.ship(), R"({"name":"a"})", true);
      start.arrive_and_wait();
      made[i].emplace(harbour.engine().create(context, harbour.ship(), std::move(read->draft)));
    };
    std::thread other([&] { ask(1); });
    ask(0);
    other.join();
    ASSERT_TRUE(*made[0]) << made[0]->refusal().error.message;
    ASSERT_TRUE(*made[1]) << made[1]->refusal().error.message;
    EXPECT_EQ((*made[0])->id, (*made[1])->id);
  }
}

TEST_P(EngineTest, the_same_request_key_takes_effect_once) {
  Harbour harbour(*database_);
  Context context = harbour.as_captain();
  context.request_key = "k1";
  const auto first = harbour.engine().create(context, harbour.ship(), harbour.draft(R"({"name":"a"})"));
  const auto second = harbour.engine().create(context, harbour.ship(), harbour.draft(R"({"name":"a"})"));
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(harbour.names({}).size(), 1U);
}

TEST_P(EngineTest, a_client_may_send_its_own_new_record_twice) {
  Harbour harbour(*database_);
  const std::string body = R"({"id":"017f22e2-79b0-7fff-bf44-5566778899aa","name":"a"})";
  ASSERT_TRUE(harbour.make(body));
  ASSERT_TRUE(harbour.make(body));
  EXPECT_EQ(harbour.names({}).size(), 1U);
  const auto other = harbour.make(R"({"id":"017f22e2-79b0-7fff-bf44-5566778899aa","name":"b"})");
  EXPECT_EQ(other.refusal().kind, Kind::conflict);
}

TEST_P(EngineTest, what_must_be_unique_is_named) {
  Harbour harbour(*database_);
  ASSERT_TRUE(harbour.make(R"({"name":"a","call_sign":"X1"})"));
  const auto second = harbour.make(R"({"name":"b","call_sign":"X1"})");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.refusal().kind, Kind::conflict);
  ASSERT_EQ(second.refusal().faults.size(), 1U);
  EXPECT_EQ(second.refusal().faults[0].field, "call_sign");
}

TEST_P(EngineTest, faults_name_every_field_that_is_wrong) {
  Harbour harbour(*database_);
  const auto bad = harbour.make(R"({"masts":9,"built_on":"2026-02-30","launched":"soon","wings":2})");
  ASSERT_FALSE(bad);
  std::map<std::string, std::string> codes;
  for (const Fault& fault : bad.refusal().faults) codes[fault.field] = fault.code;
  EXPECT_EQ(codes,
            (std::map<std::string, std::string>{{"launched", "wrong_type"}, {"wings", "unknown_field"}}));
  const auto worse = harbour.make(R"({"masts":9,"built_on":"2026-02-30"})");
  codes.clear();
  for (const Fault& fault : worse.refusal().faults) codes[fault.field] = fault.code;
  EXPECT_EQ(codes, (std::map<std::string, std::string>{
                       {"masts", "out_of_range"}, {"built_on", "not_a_date"}, {"name", "needed"}}));
}

TEST_P(EngineTest, an_anchor_is_written_once) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a"})");
  ASSERT_TRUE(harbour.change(made->id, R"({"launched":"2026-01-01T00:00:00Z"})", 1));
  const auto again = harbour.change(made->id, R"({"launched":"2026-01-02T00:00:00Z"})", 2);
  EXPECT_EQ(again.refusal().faults.front().code, "written_once");
}

TEST_P(EngineTest, others_see_only_their_organisation) {
  Harbour harbour(*database_);
  ASSERT_TRUE(harbour.make(R"({"name":"ours"})"));
  const auto theirs = harbour.make(R"({"name":"theirs","organisation":2})");
  EXPECT_EQ(theirs.refusal().kind, Kind::forbidden);
  Draft draft = harbour.draft(R"({"name":"theirs"})");
  draft.organisation = base::OrganisationId{2};
  const auto made = harbour.engine().create(harbour.as_system(), harbour.ship(), draft);
  ASSERT_TRUE(made);
  EXPECT_EQ(harbour.names({}), (std::vector<std::string>{"ours"}));
  const auto hidden = harbour.engine().get(harbour.as_captain(), harbour.ship(), made->id);
  EXPECT_EQ(hidden.refusal().kind, Kind::not_found);
  const auto changed = harbour.change(made->id, R"({"name":"x"})", 1);
  EXPECT_EQ(changed.refusal().kind, Kind::not_found);
  EXPECT_EQ(harbour.engine().history(harbour.as_captain(), harbour.ship(), made->id, 0, 9).refusal().kind,
            Kind::not_found);
  EXPECT_EQ(harbour.engine().search(harbour.as_captain(), "theirs", 10)->size(), 0U);
  EXPECT_EQ(harbour.engine().changes_after(harbour.as_captain(), 0, 10)->changes.size(), 1U);
  EXPECT_EQ(harbour.engine().changes_after(harbour.as_captain(), 0, 10)->last, 2);
}

TEST_P(EngineTest, a_reference_to_a_hidden_record_is_like_one_to_none) {
  Harbour harbour(*database_);
  Draft draft = harbour.draft(R"({"name":"theirs"})");
  draft.organisation = base::OrganisationId{2};
  const auto theirs = harbour.engine().create(harbour.as_system(), harbour.ship(), draft);
  const auto to_hidden = harbour.make(R"({"name":"a","flagship":")" + theirs->id.text() + R"("})");
  const auto to_none = harbour.make(R"({"name":"a","flagship":"017f22e2-79b0-7fff-bf44-5566778899aa"})");
  ASSERT_FALSE(to_hidden);
  ASSERT_FALSE(to_none);
  EXPECT_EQ(to_hidden.refusal().faults.front().code, to_none.refusal().faults.front().code);
}

TEST_P(EngineTest, a_withheld_field_is_neither_shown_nor_set_nor_found) {
  Harbour harbour(*database_);
  const auto made = harbour.make(R"({"name":"a","secret_cargo":"gold"})");
  ASSERT_TRUE(made);
  const auto seen = harbour.engine().get(harbour.as_sailor(), harbour.ship(), made->id);
  ASSERT_TRUE(seen);
  EXPECT_EQ(text(harbour, *seen, "secret_cargo"), "");
  EXPECT_EQ(seen->withheld.size(), 1U);
  const auto history = harbour.engine().history(harbour.as_sailor(), harbour.ship(), made->id, 0, 9);
  EXPECT_EQ(history->front().diff.find("gold"), std::string::npos);
  EXPECT_EQ(harbour.engine().search(harbour.as_captain(), "gold", 9)->size(), 0U);
  const auto set = harbour.engine().change(harbour.as_sailor(), harbour.ship(), made->id,
                                           harbour.draft(R"({"secret_cargo":"tin"})"), 1);
  EXPECT_EQ(set.refusal().faults.front().code, "not_allowed");
  const auto undo = harbour.engine().undo(harbour.as_sailor(), 1);
  EXPECT_FALSE(undo);
}

TEST_P(EngineTest, finds_japanese_in_every_width) {
  Harbour harbour(*database_);
  ASSERT_TRUE(harbour.make(R"({"name":"マルウェア感染の疑い","story":"バックドアを確認"})"));
  for (const char* words : {"感染", "ﾊﾞｯｸﾄﾞｱ", "まるうぇあ"}) {
    const auto hits = harbour.engine().search(harbour.as_captain(), words, 10);
    ASSERT_TRUE(hits);
    EXPECT_EQ(hits->size(), 1U) << words;
  }
  EXPECT_EQ(harbour.engine().search(harbour.as_captain(), "感疑", 10)->size(), 0U);
}

TEST_P(EngineTest, many_records_of_one_kind_leave_room_for_others) {
  Harbour harbour(*database_, {testing::cabin_entity()});
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(harbour.make(R"({"name":"fog )" + std::to_string(i) + R"("})"));
  const auto hits = harbour.engine().search(harbour.as_captain(), "fog", 10);
  ASSERT_TRUE(hits);
  EXPECT_EQ(hits->size(), 2U);  // a fifth of the places for each kind
}

// What has an owner is its maker's, whatever the body says, and nobody else's.
TEST_P(EngineTest, what_is_ones_own_belongs_to_who_makes_it) {
  Harbour harbour(*database_, {testing::cabin_entity()});
  const auto create_table_of =
      store::sql::migrate(*database_, {.name = "cabins", .steps = {create_table(testing::cabin_entity())}});
  ASSERT_TRUE(create_table_of);
  ASSERT_TRUE(harbour.make(R"({"id":"017f22e2-79b0-7fff-bf44-000000000001","name":"the captain's"})"));
  const schema::Entity& cabin = harbour.entity("cabin");
  harbour.grant_sailor({"cabin.read", "cabin.create"});
  auto read = read_draft(cabin, R"({"name":"aft"})", true);
  ASSERT_TRUE(read);
  const auto made = harbour.engine().create(harbour.as_captain(), cabin, std::move(read->draft));
  ASSERT_TRUE(made);
  EXPECT_EQ(std::get<base::RecordId>(made->values[cabin.index_of("ship")]), harbour.captain().id);
  EXPECT_TRUE(harbour.engine().get(harbour.as_captain(), cabin, made->id));
  EXPECT_EQ(harbour.engine().get(harbour.as_sailor(), cabin, made->id).refusal().kind, Kind::not_found);
  EXPECT_EQ(harbour.engine().list(harbour.as_sailor(), cabin, {})->records.size(), 0U);
}

TEST_P(EngineTest, pages_follow_one_another_without_gap_or_repetition) {
  Harbour harbour(*database_);
  for (int i = 0; i < 25; ++i)
    ASSERT_TRUE(harbour.make(R"({"name":"ship )" + std::to_string(i % 7) + R"("})"));
  for (const char* sort : {"name", "-name", "updated_at", "-updated_at", "masts", "built_on"}) {
    std::set<std::string> seen;
    std::string after;
    for (int page = 0; page < 9; ++page) {
      std::vector<Parameter> parameters{{"sort", sort}, {"limit", "4"}};
      if (!after.empty()) parameters.push_back({"after", after});
      const auto got = harbour.list(parameters);
      ASSERT_TRUE(got);
      for (const Record& record : got->records) EXPECT_TRUE(seen.insert(record.id.text()).second);
      after = got->next;
      if (after.empty()) break;
    }
    EXPECT_EQ(seen.size(), 25U) << sort;
  }
}

TEST_P(EngineTest, filters_by_every_comparison) {
  Harbour harbour(*database_);
  ASSERT_TRUE(harbour.make(R"({"name":"佐藤","masts":1,"built_on":"2020-01-01","tags":["x"]})"));
  ASSERT_TRUE(harbour.make(R"({"name":"ｻﾄｳ","masts":2})"));
  ASSERT_TRUE(harbour.make(R"({"name":"Suzuki","masts":3,"afloat":false,"tags":["X"]})"));
  using Names = std::vector<std::string>;
  EXPECT_EQ(harbour.names({{"name", "佐藤"}}), (Names{"佐藤"}));
  EXPECT_EQ(harbour.names({{"name.has", "サト"}}), (Names{"ｻﾄｳ"}));
  EXPECT_EQ(harbour.names({{"name.has", "ZUKI"}}), (Names{"Suzuki"}));
  EXPECT_EQ(harbour.names({{"masts.gt", "1"}, {"masts.lte", "2"}}), (Names{"ｻﾄｳ"}));
  EXPECT_EQ(harbour.names({{"masts", "1,3"}}).size(), 2U);
  EXPECT_EQ(harbour.names({{"masts.not", "1,3"}}), (Names{"ｻﾄｳ"}));
  EXPECT_EQ(harbour.names({{"afloat", "false"}}), (Names{"Suzuki"}));
  EXPECT_EQ(harbour.names({{"built_on.empty", "false"}}), (Names{"佐藤"}));
  EXPECT_EQ(harbour.names({{"tag", "x"}}), (Names{"佐藤"}));
  EXPECT_EQ(harbour.names({{"q", "佐藤"}}), (Names{"佐藤"}));
  EXPECT_EQ(read_query(harbour.ship(), {{"wings", "1"}}).faults.front().code, "unknown_field");
  EXPECT_EQ(read_query(harbour.ship(), {{"story", "1"}}).faults.front().code, "not_allowed");
  EXPECT_EQ(read_query(harbour.ship(), {{"masts", "many"}}).faults.front().code, "wrong_type");
  EXPECT_EQ(read_query(harbour.ship(), {{"limit", "0"}}).faults.front().code, "out_of_range");
}

TEST_P(EngineTest, counts_the_values_of_a_field) {
  Harbour harbour(*database_);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(harbour.make(R"({"name":"a","masts":2})"));
  ASSERT_TRUE(harbour.make(R"({"name":"b","masts":5})"));
  const auto counts =
      harbour.engine().facet(harbour.as_captain(), harbour.ship(), {}, harbour.ship().index_of("masts"));
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->size(), 2U);
  EXPECT_EQ((*counts)[0].count, 3);
}

// Whatever is done, the history tells every earlier state.
TEST_P(EngineTest, every_earlier_state_can_be_told_from_the_history) {
  Harbour harbour(*database_);
  std::mt19937 random(20261125);
  const auto made = harbour.make(R"({"name":"start"})");
  std::vector<std::pair<base::TimeNs, std::string>> states;
  std::int64_t version = 1;
  for (int i = 0; i < 60; ++i) {
    harbour.clock().advance(std::chrono::seconds(1));
    const std::string bodies[] = {
        R"({"name":"n)" + std::to_string(random() % 5) + R"("})",
        R"({"masts":)" + std::to_string(1 + random() % 7) + "}",
        R"({"tags":["t)" + std::to_string(random() % 3) + R"("]})",
        R"({"story":null,"crew":["ann","b)" + std::to_string(random() % 3) + R"("]})",
        R"({"tlp":"amber+strict","custom":{"k":)" + std::to_string(random() % 4) + "}}"};
    const auto changed = harbour.change(made->id, bodies[random() % 5], version);
    ASSERT_TRUE(changed);
    version = changed->version;
    states.emplace_back(harbour.clock().now(), to_json(harbour.ship(), *changed));
  }
  const auto strip = [](std::string json) { return json.substr(0, json.find("\"updated_at\"")); };
  for (const auto& [at, json] : states) {
    const auto then = harbour.engine().get(harbour.as_captain(), harbour.ship(), made->id, at);
    ASSERT_TRUE(then);
    EXPECT_EQ(strip(to_json(harbour.ship(), *then)), strip(json));
  }
}

TEST(TablesTest, a_new_field_and_a_new_entity_are_steps_and_other_changes_are_not) {
  const schema::Registry registry({testing::ship_entity()});
  const std::string now = snapshot_of(registry);
  EXPECT_EQ(*step_between(now, registry), "");
  std::string older = now;
  const std::size_t at = older.find("ship.story");
  older.erase(at, older.find('\n', at) + 1 - at);
  EXPECT_EQ(*step_between(older, registry), "ALTER TABLE r_ship ADD COLUMN f_story TEXT;\n");
  EXPECT_EQ(*step_between("", registry), create_table(registry.get("ship")));
  EXPECT_FALSE(step_between(now + "ship.wings integer\n", registry));
  std::string other = now;
  other.replace(other.find("masts integer"), 13, "masts text");
  EXPECT_FALSE(step_between(other, registry));
}

}  // namespace
}  // namespace hinomi::record
