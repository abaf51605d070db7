// A3: what somebody may not read is not told by a detour either. The restricted records here are those of
// another organisation; sealed ones, and every entity: tests/access.
#include <algorithm>

#include "attack/ledger.h"
#include "attack/world.h"

namespace hinomi::attack {
namespace {

constexpr std::string_view kSecretWord = "極秘調査";
constexpr std::string_view kEscaped = "%E6%A5%B5%E7%A7%98%E8%AA%BF%E6%9F%BB";
constexpr std::string_view kMissing = "017f22e2-79b0-7fff-bf44-5566778899ab";

class A3 : public AttackTest {
 protected:
  void SetUp() override {
    AttackTest::SetUp();
    if (IsSkipped() || !reader_.person.empty()) return;
    reader_ = world_.person("a3-reader", 1, {"B-1"});
    hidden_ =
        world_.make("people", R"({"name":")" + std::string(kSecretWord) +
                                  R"( 花子","department":"監査室","phone":"090-1234","organisation":2})");
    own_ = world_.make("people", R"({"name":"A3 の人","phone":"080-4321","organisation":1})");
    hidden_post_ =
        world_.make("posts", R"({"name":")" + std::string(kSecretWord) + R"(室長","organisation":2})");
  }
  // Nothing of the restricted records stands in it.
  static void tells_nothing(const Answer& answer) {
    EXPECT_EQ(answer.body.find(kSecretWord), std::string::npos) << answer.body;
    EXPECT_EQ(answer.body.find(hidden_), std::string::npos) << answer.body;
    EXPECT_EQ(answer.body.find(hidden_post_), std::string::npos) << answer.body;
  }
  Answer get(int node, const std::string& target) { return world_.send(node, reader_, "GET", target); }

  static inline Browser reader_;
  static inline std::string hidden_;
  static inline std::string hidden_post_;
  static inline std::string own_;
};

TEST_F(A3, A3_search) {
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node)
    for (const std::string& query :
         std::vector<std::string>{std::string(kEscaped), "%E6%A5%B5%E7%A7%98", "090", hidden_}) {
      tells_nothing(get(node, "/api/v1/search?q=" + query));
      tells_nothing(get(node, "/api/v1/people?q=" + query));
    }
  EXPECT_NE(
      world_.send(0, world_.admin(), "GET", "/api/v1/search?q=" + std::string(kEscaped)).body.find(hidden_),
      std::string::npos)
      << "who may read it finds it";
  attack.had_no_effect();
}

TEST_F(A3, A3_count) {
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node) {
    for (const std::string& filter : {"q=" + std::string(kEscaped), "name.has=" + std::string(kEscaped),
                                      "id=" + hidden_, std::string("organisation=2")}) {
      const Answer list = get(node, "/api/v1/people?" + filter);
      tells_nothing(list);
      EXPECT_NE(list.body.find("\"total\":0"), std::string::npos) << filter << " " << list.body;
    }
    const Answer facets = get(node, "/api/v1/people/facets?field=department");
    EXPECT_EQ(facets.body.find("監査室"), std::string::npos) << facets.body;
    // A field that is withheld is no filter, sort key or facet either.
    for (const std::string& by : std::vector<std::string>{"phone=080-4321", "phone.has=080", "sort=phone"}) {
      const Answer list = get(node, "/api/v1/people?" + by + "&id=" + own_);
      EXPECT_TRUE(list.status == 400 || list.status == 403 || list.status == 422 ||
                  list.body.find("\"total\":0") != std::string::npos ||
                  (by == "sort=phone" && list.body.find("080-4321") == std::string::npos))
          << by << " " << list.status << " " << list.body;
    }
    EXPECT_NE(get(node, "/api/v1/people/facets?field=phone").status, 200);
  }
  attack.had_no_effect();
}

TEST_F(A3, A3_autocomplete) {
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node) {
    tells_nothing(get(node, "/api/v1/search?limit=5&q=%E6%A5%B5"));
    const Answer titles =
        get(node, "/api/v1/titles?ids=" + hidden_ + "," + hidden_post_ + "," + std::string(kMissing));
    EXPECT_EQ(titles.status, 200);
    tells_nothing(titles);
  }
  attack.had_no_effect();
}

TEST_F(A3, A3_graph) {
  const Answer related =
      world_.send(0, world_.admin(), "POST", "/api/v1/people/" + own_ + "/relations",
                  R"({"kind":"relates_to","to_entity":"person","to_record":")" + hidden_ + "\"}");
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node) {
    tells_nothing(get(node, "/api/v1/people/" + own_ + "/relations"));
    tells_nothing(get(node, "/api/v1/people/" + own_ + "/history"));
    // A reference to something hidden is answered like one to nothing.
    Answer to_hidden =
        world_.send(node, reader_, "POST", "/api/v1/people/" + own_ + "/relations",
                    R"({"kind":"relates_to","to_entity":"person","to_record":")" + hidden_ + "\"}");
    Answer to_nothing = world_.send(
        node, reader_, "POST", "/api/v1/people/" + own_ + "/relations",
        R"({"kind":"relates_to","to_entity":"person","to_record":")" + std::string(kMissing) + "\"}");
    EXPECT_EQ(to_hidden.status, to_nothing.status);
    EXPECT_EQ(to_hidden.body, to_nothing.body);
    EXPECT_GE(to_hidden.status, 400);
  }
  attack.had_no_effect();
  Ledger::get().note(related.ok() ? "with a relation that stands"
                                  : "no relation across organisations is taken");
}

TEST_F(A3, A3_export) {
  // Somebody who may take lists out takes out what they may read, and nobody else takes out anything.
  Browser exporter = world_.person("a3-exporter", 1, {"A-5"});
  const std::string csv = "/api/v1/people/export?format=csv";
  const Attack attack(world_);
  for (int node = 0; node < 2; ++node) {
    EXPECT_EQ(get(node, csv).status, 403);
    const Answer all = world_.send(node, exporter, "GET", csv);
    ASSERT_EQ(all.status, 200) << all.body;
    EXPECT_NE(all.body.find("A3 の人"), std::string::npos);
    tells_nothing(all);
    EXPECT_EQ(all.body.find("080-4321"), std::string::npos) << "a withheld field";
    tells_nothing(world_.send(node, exporter, "GET", csv + "&id=" + hidden_));
    tells_nothing(world_.send(node, exporter, "GET", csv + "&organisation=2"));
  }
  attack.refused({"api: refused 403 forbidden", "/api/v1/people/export"});
}

TEST_F(A3, A3_notification) {
  const std::string before = world_.send(0, reader_, "GET", "/api/v1/inbox/count").body;
  Browser& admin = world_.admin();
  const Answer comment = world_.send(
      0, admin, "POST", "/api/v1/people/" + hidden_ + "/comments",
      R"({"text":")" + std::string(kSecretWord) + R"( を見て","mentions":[")" + reader_.person + "\"]}");
  for (int node = 0; node < 2; ++node) {
    tells_nothing(get(node, "/api/v1/inbox"));
    tells_nothing(get(node, "/api/v1/notices?limit=100"));
    EXPECT_EQ(get(node, "/api/v1/inbox/count").body, before);
  }
  EXPECT_TRUE(comment.ok() || comment.status == 422 || comment.status == 403) << comment.body;
}

TEST_F(A3, A3_webhook) {
  HINOMI_DOES_NOT_APPLY("the server sends nothing to others yet");
}

TEST_F(A3, A3_stream) {
  for (int node = 0; node < 2; ++node) {
    const auto reader = world_.stream(node, reader_, "/api/v1/changes/stream");
    const auto resumed = world_.stream(node, reader_, "/api/v1/changes/stream?after=0");
    const std::string seen = world_.make("people", R"({"name":"A3 見える人","organisation":1})");
    const std::string other = world_.make("people", R"({"name":"A3 見えない人","organisation":2})");
    const std::string last = world_.make("people", R"({"name":"A3 見える人","organisation":1})");
    for (Wire* const wire : {reader.get(), resumed.get()}) {
      EXPECT_TRUE(wire->wait_for(last, std::chrono::seconds(3)))
          << "what they may read comes, on node " << node;
      EXPECT_NE(wire->input().find(seen), std::string::npos);
      EXPECT_EQ(wire->input().find(other), std::string::npos);
      EXPECT_EQ(wire->input().find(hidden_), std::string::npos);
    }
  }
}

TEST_F(A3, A3_error_text) {
  const Attack attack(world_);
  const auto same = [&](std::string a, std::string b) {
    for (std::size_t at = a.find(hidden_); at != std::string::npos; at = a.find(hidden_))
      a.replace(at, 36, "ID");
    for (std::size_t at = b.find(kMissing); at != std::string::npos; at = b.find(kMissing))
      b.replace(at, 36, "ID");
    EXPECT_EQ(a, b);
  };
  for (const auto& [method, suffix, body] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"GET", "", ""},
           {"GET", "/history", ""},
           {"GET", "/comments", ""},
           {"GET", "/relations", ""},
           {"GET", "/roles", ""},
           {"GET", "?as_of=2026-01-01T00:00:00Z", ""},
           {"PATCH", "", R"({"name":"x"})"},
           {"DELETE", "", ""},
           {"POST", "/restore", "{}"},
           {"POST", "/comments", R"({"text":"x"})"},
           {"POST", "/invitation", "{}"},
           {"GET", "/account", ""}})
    for (int node = 0; node < 2; ++node) {
      const std::string path = "/api/v1/people/";
      const Answer hidden =
          world_.send(node, reader_, method, path + hidden_ + suffix, body, "If-Match: \"1\"\r\n");
      const Answer missing = world_.send(node, reader_, method, path + std::string(kMissing) + suffix, body,
                                         "If-Match: \"1\"\r\n");
      EXPECT_EQ(hidden.status, missing.status) << method << suffix;
      same(hidden.body, missing.body);
      tells_nothing(hidden);
    }
  attack.refused({R"("outcome":"refused")", "a3-reader", hidden_});
}

TEST_F(A3, A3_timing) {
  constexpr int kTimes = 60;
  std::vector<double> hidden;
  std::vector<double> missing;
  Browser who = reader_;
  for (int i = 0; i < kTimes; ++i)
    for (auto& [id, times] : {std::pair(hidden_, &hidden), std::pair(std::string(kMissing), &missing)}) {
      const auto begin = Wire::Clock::now();
      (void)world_.send(0, who, "GET", "/api/v1/people/" + id);
      times->push_back(std::chrono::duration<double, std::milli>(Wire::Clock::now() - begin).count());
    }
  const auto median = [](std::vector<double>& times) {
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  };
  const double a = median(hidden);
  const double b = median(missing);
  // Half a millisecond is what a busy machine adds by itself.
  EXPECT_LT(std::abs(a - b), std::max(0.5, 0.25 * b))
      << a << " ms, and " << b << " ms where there is nothing";
  char text[80];
  std::snprintf(text, sizeof text, "%.2f ms hidden, %.2f ms missing", a, b);
  Ledger::get().note(text);
}

}  // namespace
}  // namespace hinomi::attack
