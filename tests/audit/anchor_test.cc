// A checkpoint's way to an authority of time and back: through the folder, the outbound client, and a real
// authority (openssl ts -reply) behind HTTP.
#include "audit/anchor.h"

#include <gtest/gtest.h>

#include "connect/http_client.h"
#include "connect/testing/outside_server.h"
#include "kept_log.h"
#include "trust/testing/local_authority.h"

namespace hinomi::audit {
namespace {

using connect::OutsideServer;

class AnchorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!trust::LocalAuthority::is_there()) GTEST_SKIP() << "SKIPPED: the openssl program is not there";
    authority_ = std::make_unique<trust::LocalAuthority>();
    auto trust = trust::TimestampTrust::from_pem(authority_->root_pem());
    ASSERT_TRUE(trust);
    trust_ = std::make_shared<const trust::TimestampTrust>(std::move(*trust));
  }
  std::string answer(const std::string& request) {
    if (down_) return "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    const std::string query = request.substr(request.find("\r\n\r\n") + 4);
    return OutsideServer::ok(authority_->answer(query), "Content-Type: application/timestamp-reply\r\n");
  }
  Anchorer anchorer(const KeptLog& log, const std::string& url) {
    return Anchorer({.folder = log.anchors(),
                     .trust = trust_.get(),
                     .clock = &log.clock_,
                     .random = os::system_random,
                     .send = [url](const std::string& query) -> base::Result<std::string> {
                       connect::Policy policy;
                       policy.allow_internal = true;
                       const auto response = connect::HttpClient(policy).send(
                           {.method = "POST",
                            .url = url,
                            .fields = {{"Content-Type", "application/timestamp-query"}},
                            .body = query});
                       if (!response) return response.error();
                       if (response->status != 200)
                         return base::Error{base::ErrorCode::unavailable, "status", "", {}};
                       return response->body;
                     },
                     .log = [this](const std::string& line) { said_.push_back(line); }});
  }

  std::unique_ptr<trust::LocalAuthority> authority_;
  std::shared_ptr<const trust::TimestampTrust> trust_;
  std::atomic<bool> down_ = false;
  std::vector<std::string> said_;
  store::sql::FreshDatabase database_{store::sql::Dialect::sqlite};
};

TEST_F(AnchorTest, a_checkpoint_is_stamped_each_hour_and_verifies_offline) {
  const OutsideServer server([this](const std::string& request) { return answer(request); });
  KeptLog log(*database_, server.url("/tsa"), trust_);
  Anchorer sending = anchorer(log, server.url("/tsa"));
  log.append(3);
  log.pass();
  sending.step();
  log.pass(std::chrono::seconds(2));
  const auto status = log.keeper_->status();
  ASSERT_TRUE(status.last_anchor);
  EXPECT_EQ(status.authority, server.url("/tsa"));
  EXPECT_EQ(status.authority_problem, "");
  EXPECT_TRUE(anchors_in(log.anchors(), kNoteEnding).empty());
  EXPECT_TRUE(anchors_in(log.anchors(), kAnswerEnding).empty());
  EXPECT_TRUE(server.requests().front().starts_with("POST /tsa HTTP/1.1\r\n"));
  // Within the hour no other one is sent.
  log.append(1);
  log.pass();
  sending.step();
  EXPECT_EQ(server.requests().size(), 1U);
  log.pass(kAnchorEach);
  sending.step();
  log.pass(std::chrono::seconds(2));
  EXPECT_EQ(server.requests().size(), 2U);
  const auto report = check(*database_, {.copies = {log.copies()}, .trust = trust_.get()});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->problems, std::vector<std::string>{});
  EXPECT_EQ(report->anchors, 2U);
  const std::string roots = log.write_file("roots.pem", authority_->root_pem());
  const auto outcome = log.verified({"--authorities", roots}, {authority_->root_pem()});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("time-stamped outside: entries 4"), std::string::npos) << outcome.out;
}

TEST_F(AnchorTest, an_authority_that_is_down_is_told_and_asked_again_later) {
  const OutsideServer server([this](const std::string& request) { return answer(request); });
  KeptLog log(*database_, server.url(), trust_);
  Anchorer sending = anchorer(log, server.url());
  down_ = true;
  log.append(1);
  log.pass();
  sending.step();
  sending.step();  // not at once again
  EXPECT_EQ(server.requests().size(), 1U);
  ASSERT_EQ(said_.size(), 1U);
  log.pass(std::chrono::seconds(3));
  EXPECT_NE(log.keeper_->status().authority_problem, "");
  EXPECT_FALSE(log.keeper_->status().last_anchor);
  down_ = false;
  log.pass();
  sending.step();
  log.pass(std::chrono::seconds(3));
  EXPECT_EQ(log.keeper_->status().authority_problem, "");
  EXPECT_TRUE(log.keeper_->status().last_anchor);
}

TEST_F(AnchorTest, an_answer_of_a_stranger_or_about_something_else_is_not_taken) {
  const trust::LocalAuthority stranger;
  const OutsideServer server([&](const std::string& request) {
    return OutsideServer::ok(stranger.answer(request.substr(request.find("\r\n\r\n") + 4)));
  });
  KeptLog log(*database_, server.url(), trust_);
  Anchorer sending = anchorer(log, server.url());
  log.append(1);
  log.pass();
  sending.step();
  EXPECT_FALSE(said_.empty());
  EXPECT_TRUE(anchors_in(log.anchors(), kAnswerEnding).empty());
  // A process that was taken over lays down what it likes: the keeper judges it again.
  const auto query = trust::timestamp_query(trust::sha256("another text"), os::system_random);
  ASSERT_TRUE(query);
  ASSERT_TRUE(os::replace_file(log.anchors() + "/1-1.tsr", authority_->answer(query->der)));
  ASSERT_TRUE(os::replace_file(log.anchors() + "/9-99.tsr", "x"));
  log.pass(std::chrono::seconds(3));
  EXPECT_FALSE(log.keeper_->status().last_anchor);
  EXPECT_TRUE(anchors_in(log.anchors(), kAnswerEnding).empty());
}

}  // namespace
}  // namespace hinomi::audit
