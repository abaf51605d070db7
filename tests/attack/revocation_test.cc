// A5, A6: rights are those of now, on every server, for what is held open and what runs by itself too.
#include "attack/ledger.h"
#include "attack/world.h"

namespace hinomi::attack {
namespace {

using Ms = std::chrono::milliseconds;

class A5 : public AttackTest {};
class A6 : public AttackTest {
 protected:
  // How long it takes until the condition holds; it must within a second.
  template <typename Condition>
  void within_a_second(Condition condition, const char* what) {
    const auto begin = Wire::Clock::now();
    EXPECT_TRUE(wait_until(condition, kWithinASecond)) << what;
    longest_ = std::max(longest_, std::chrono::duration_cast<Ms>(Wire::Clock::now() - begin));
    Ledger::get().note("at the latest after " + std::to_string(longest_.count()) + " ms");
  }
  void ends_within_a_second(Wire& stream, const char* what) {
    const Ms took = stream.until_ended(kWithinASecond);
    EXPECT_LE(took, kWithinASecond) << what;
    longest_ = std::max(longest_, took);
    Ledger::get().note("at the latest after " + std::to_string(longest_.count()) + " ms");
  }
  Ms longest_{0};
};

TEST_F(A5, A5_a_job_runs_with_the_authors_present_rights) {
  Browser clerk = world_.person("a5-clerk", 1);
  const std::string assignment = world_.assign(clerk.person, "G-10", 1);
  const std::string first = world_.make("people", R"({"name":"A5 の人","department":"A5","organisation":1})");
  // A thousand more of the same, quicker than by asking for each.
  world_.execute(
      "DO $$ DECLARE one r_person%ROWTYPE; BEGIN SELECT * INTO one FROM r_person WHERE "
      "id=decode(replace('" +
      first +
      "','-',''),'hex'); FOR i IN 1..1500 LOOP one.id := "
      "decode(md5('a5 ' || i), 'hex'); INSERT INTO r_person SELECT one.*; END LOOP; END $$");
  const auto changed = [&] {
    return std::stol(
        world_.rows("SELECT CAST(count(*) AS TEXT) FROM r_person WHERE f_department='A5 changed'").at(0));
  };
  ASSERT_TRUE(
      wait_until([&] { return world_.send(0, clerk, "GET", "/api/v1/people/" + first).status == 200; },
                 std::chrono::seconds(2)));
  const World::Mark mark = world_.mark();
  const Answer asked =
      world_.send(0, clerk, "POST", "/api/v1/people/bulk",
                  R"({"query":"department=A5","set":{"department":"A5 changed"},"reason":"x"})");
  ASSERT_EQ(asked.status, 202) << asked.body;
  const std::string job =
      text_in(asked.body, "job").empty() ? text_in(asked.body, "id") : text_in(asked.body, "job");
  const std::string etag = world_.version(world_.admin(), "assignments", assignment);
  ASSERT_TRUE(world_
                  .send(1, world_.admin(), "DELETE", "/api/v1/assignments/" + assignment, "",
                        "If-Match: " + etag + "\r\n")
                  .ok());
  const long then = changed();
  ASSERT_LT(then, 1400) << "the role was taken too late for this test";
  const auto state = [&] {
    return text_in(world_.send(0, world_.admin(), "GET", "/api/v1/jobs/" + job).body, "state");
  };
  ASSERT_TRUE(wait_until(
      [&] {
        const std::string now = state();
        return now != "queued" && now != "running";
      },
      std::chrono::seconds(30)))
      << state();
  EXPECT_LE(changed() - then, 100) << "it went on with rights that were taken";
  Ledger::get().note(std::to_string(changed()) + " of 1501 records done by then, " +
                     std::to_string(changed() - then) + " afterwards");
  EXPECT_TRUE(world_.logged_since(mark, {R"("outcome":"refused")", clerk.login}));
}

TEST_F(A5, A5_rules) {
  HINOMI_DOES_NOT_APPLY("rules are files of the server, written by nobody over the API");
}
TEST_F(A5, A5_playbooks) {
  HINOMI_DOES_NOT_APPLY("there are no playbooks yet");
}
TEST_F(A5, A5_reports) {
  HINOMI_DOES_NOT_APPLY("there are no reports that run by themselves yet");
}
TEST_F(A5, A5_editing_a_rule_never_grants_containment) {
  HINOMI_DOES_NOT_APPLY("nothing contains hosts yet");
}

TEST_F(A6, A6_a_revoked_role_is_refused_on_every_node_within_a_second) {
  Browser analyst = world_.person("a6-role", 1);
  const std::string assignment = world_.assign(analyst.person, "B-1", 1);
  for (int node = 0; node < 2; ++node)
    ASSERT_TRUE(wait_until([&] { return world_.send(node, analyst, "GET", "/api/v1/alerts").status == 200; },
                           std::chrono::seconds(2)));
  const auto first = world_.stream(0, analyst, "/api/v1/stream");
  const auto second = world_.stream(1, analyst, "/api/v1/stream");
  const std::string etag = world_.version(world_.admin(), "assignments", assignment);
  const World::Mark mark = world_.mark();
  ASSERT_TRUE(world_
                  .send(0, world_.admin(), "DELETE", "/api/v1/assignments/" + assignment, "",
                        "If-Match: " + etag + "\r\n")
                  .ok());
  ends_within_a_second(*first, "the stream of alerts here");
  within_a_second([&] { return world_.send(1, analyst, "GET", "/api/v1/alerts").status == 403; }, "there");
  within_a_second([&] { return world_.send(0, analyst, "GET", "/api/v1/alerts").status == 403; }, "here");
  ends_within_a_second(*second, "the stream of alerts there");
  EXPECT_TRUE(world_.logged_since(mark, {"api: refused 403 forbidden", "/api/v1/alerts"}));
}

TEST_F(A6, A6_a_disabled_user_is_refused_on_every_node_within_a_second) {
  Browser analyst = world_.person("a6-user", 1, {"B-1"});
  const Answer token =
      world_.send(0, analyst, "POST", "/api/v1/tokens",
                  R"({"name":"t","scopes":["person.read"],"expires_at":"2027-01-01T00:00:00Z"})");
  Browser program;
  program.bearer = text_in(token.body, "token");
  ASSERT_EQ(world_.send(1, program, "GET", "/api/v1/people").status, 200);
  std::vector<std::unique_ptr<Wire>> streams;
  for (int node = 0; node < 2; ++node)
    for (const char* target : {"/api/v1/stream", "/api/v1/changes/stream"})
      streams.push_back(world_.stream(node, analyst, target));
  const World::Mark mark = world_.mark();
  ASSERT_EQ(world_.send(0, world_.admin(), "DELETE", "/api/v1/people/" + analyst.person + "/account").status,
            204);
  const auto begin = Wire::Clock::now();
  within_a_second([&] { return !world_.is_signed_in(1, analyst); }, "the session there");
  within_a_second([&] { return world_.send(1, program, "GET", "/api/v1/people").status == 401; },
                  "the token there");
  for (const auto& stream : streams) ends_within_a_second(*stream, "a stream");
  EXPECT_LT(Wire::Clock::now() - begin, 2 * kWithinASecond);
  for (int node = 0; node < 2; ++node) {
    Browser again = analyst;
    again.cookie.clear();
    EXPECT_EQ(world_.sign_in(node, again).status, 401);
  }
  EXPECT_TRUE(world_.logged_since(mark, {"account.disable", analyst.person}));
}

TEST_F(A6, A6_an_ended_session_is_refused_on_every_node_within_a_second) {
  Browser analyst = world_.person("a6-session", 1, {"B-1"});
  std::vector<std::unique_ptr<Wire>> streams;
  for (int node = 0; node < 2; ++node)
    for (const char* target : {"/api/v1/stream", "/api/v1/changes/stream"})
      streams.push_back(world_.stream(node, analyst, target));
  const std::string session = text_in(world_.send(0, analyst, "GET", "/api/v1/sessions").body, "id");
  const World::Mark mark = world_.mark();
  // By somebody else, on the other server.
  ASSERT_EQ(world_.send(1, world_.admin(), "DELETE", "/api/v1/sessions/" + session).status, 204);
  within_a_second([&] { return !world_.is_signed_in(0, analyst); }, "there");
  within_a_second([&] { return !world_.is_signed_in(1, analyst); }, "here");
  for (const auto& stream : streams) ends_within_a_second(*stream, "a stream");
  EXPECT_TRUE(world_.logged_since(mark, {"session.end", analyst.person}));
}

TEST_F(A6, A6_who_left_unreviewed_emergency_access_is_locked_on_every_node) {
  Browser duty = world_.person("a6-emergency", 1, {"D-2"});
  const Answer opened = world_.send(0, duty, "POST", "/api/v1/break_glass/open",
                                    R"({"organisation":1,"reason":"演習","ticket":"T-1","minutes":5})");
  ASSERT_EQ(opened.status, 201) << opened.body;
  ASSERT_TRUE(world_.is_signed_in(1, duty));
  // Three days later.
  world_.execute("UPDATE r_break_glass SET f_review_due=1 WHERE id=decode(replace('" +
                 text_in(opened.body, "id") + "','-',''),'hex')");
  within_a_second([&] { return !world_.is_signed_in(0, duty) && !world_.is_signed_in(1, duty); },
                  "the session");
  const World::Mark mark = world_.mark();
  Browser again = duty;
  again.cookie.clear();
  EXPECT_EQ(world_.sign_in(1, again).status, 401);
  EXPECT_TRUE(
      world_.logged_since(mark, {R"("action":"session.begin")", R"("outcome":"refused")", duty.login}));
}

}  // namespace
}  // namespace hinomi::attack
