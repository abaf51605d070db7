// hinomi api and hinomi records as people and scripts run them, against a real server with the demo company.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/process.h"
#include "fault/server_process.h"
#include "os/testing/scratch_folder.h"

namespace hinomi {
namespace {

// One server for all tests of this file: it takes seconds to start.
class ClientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = std::make_unique<os::ScratchFolder>();
    fault::ServerSettings settings;
    settings.program = HINOMI_PROGRAM;
    settings.data = *root_ / "data";
    settings.rules = {std::string(HINOMI_SOURCE_DIR) + "/content/rules"};
    settings.port = fault::free_port();
    settings.more = {"--demo"};
    server_ = std::make_unique<fault::ServerProcess>(settings);
    ASSERT_TRUE(server_->start()) << server_->problem();
    // The address to sign in at is printed soon after the server first answers.
    std::string cookie;
    ASSERT_TRUE(cli::wait_until([&] {
      cookie = server_->cookie();
      return !cookie.empty();
    }));
    token_ = cookie.substr(cookie.find('=') + 1);
    ASSERT_FALSE(token_.empty());
  }
  static void TearDownTestSuite() {
    if (server_) {
      EXPECT_EQ(server_->stop(), 0);
    }
    server_.reset();
    root_.reset();
  }

  static std::string address() { return "http://127.0.0.1:" + std::to_string(server_->settings().port); }

  cli::Outcome run_as(const std::string& token, std::vector<std::string> words,
                      const std::string& language = "C.UTF-8") {
    words.insert(words.begin(), HINOMI_PROGRAM);
    std::vector<std::string> environment{"LANG=" + language, "HINOMI_ADDRESS=" + address()};
    if (!token.empty()) environment.push_back("HINOMI_TOKEN=" + token);
    return cli::Process(folder_.path(), words, environment).wait();
  }
  cli::Outcome run(std::vector<std::string> words) { return run_as(token_, std::move(words)); }

  // The text behind "name":" in JSON.
  static std::string text_in(const std::string& json, const std::string& name) {
    const std::string mark = "\"" + name + "\":\"";
    const std::size_t at = json.find(mark);
    if (at == std::string::npos) return {};
    return json.substr(at + mark.size(), json.find('"', at + mark.size()) - at - mark.size());
  }
  std::string new_person(const std::string& name) {
    const cli::Outcome made =
        run({"records", "create", "people", "--data", R"({"name":")" + name + R"(","organisation":1})"});
    EXPECT_EQ(made.code, 0) << made.err;
    return text_in(made.out, "id");
  }

  static inline std::unique_ptr<os::ScratchFolder> root_;
  static inline std::unique_ptr<fault::ServerProcess> server_;
  static inline std::string token_;
  const os::ScratchFolder folder_;
};

TEST_F(ClientTest, a_record_is_made_found_changed_and_deleted) {
  const std::string id = new_person("試験 太郎");
  ASSERT_FALSE(id.empty());
  const cli::Outcome found = run({"records", "get", "people", id});
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(text_in(found.out, "name"), "試験 太郎");

  const cli::Outcome changed = run(
      {"records", "change", "people", id, "--data", R"({"department":"監視"})", "--reason", "異動 & 昇格"});
  EXPECT_EQ(changed.code, 0) << changed.err;
  EXPECT_NE(changed.out.find("\"version\":2"), std::string::npos) << changed.out;
  const cli::Outcome history = run({"api", "GET", "/people/" + id + "/history"});
  EXPECT_EQ(text_in(history.out, "reason"), "異動 & 昇格") << history.out;

  const cli::Outcome stale =
      run({"records", "change", "people", id, "--data", R"({"department":"x"})", "--version", "1"});
  EXPECT_EQ(stale.code, 1);
  EXPECT_NE(stale.err.find("412 stale"), std::string::npos) << stale.err;
  EXPECT_TRUE(stale.out.empty());

  EXPECT_EQ(run({"records", "delete", "people", id}).code, 0);
  const cli::Outcome gone = run({"records", "delete", "people", id});
  EXPECT_EQ(gone.code, 1);
}

TEST_F(ClientTest, a_list_is_filtered_and_shown_as_json_or_as_a_table) {
  const std::string id = new_person("一覧, 花子");
  const std::vector<std::string> list{"records", "list", "people", "--query", "name.has=一覧, 花"};
  const cli::Outcome json = run(list);
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_NE(json.out.find(id), std::string::npos) << json.out;
  EXPECT_NE(json.out.find("\"total\":1"), std::string::npos) << json.out;
  auto words = list;
  words.insert(words.end(), {"--format", "table"});
  const cli::Outcome table = run_as(token_, words, "ja_JP.UTF-8");
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_NE(table.out.find(id + "  一覧, 花子"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("氏名"), std::string::npos) << table.out;
}

TEST_F(ClientTest, faults_of_fields_are_told_in_the_language_of_the_reader) {
  const std::vector<std::string> words{"records", "create", "people", "--data", R"({"nam":"x"})"};
  const cli::Outcome english = run(words);
  EXPECT_EQ(english.code, 1);
  EXPECT_NE(english.err.find("nam: There is no such field."), std::string::npos) << english.err;
  const cli::Outcome japanese = run_as(token_, words, "ja_JP.UTF-8");
  EXPECT_NE(japanese.err.find("nam: その項目はありません。"), std::string::npos) << japanese.err;
}

TEST_F(ClientTest, api_brings_the_answer_as_it_came_also_a_refusal) {
  const cli::Outcome health = run_as("", {"api", "get", "/healthz"});
  EXPECT_EQ(health.code, 0) << health.err;
  EXPECT_EQ(health.out, "{\"status\":\"ok\"}\n");
  const cli::Outcome missing = run({"api", "GET", "/nowhere"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(text_in(missing.out, "code"), "not_found");
  EXPECT_NE(missing.err.find("404 not_found"), std::string::npos) << missing.err;
  const cli::Outcome described = run({"api", "GET", "/api/v1/openapi.json"});
  EXPECT_EQ(described.code, 0);
  EXPECT_TRUE(described.out.starts_with("{\"openapi\":\"3.1.0\"")) << described.out.substr(0, 80);
}

TEST_F(ClientTest, a_body_comes_from_a_file) {
  const std::string path = folder_.write("person.json", R"({"name":"ファイル 次郎","organisation":1})");
  const cli::Outcome made = run({"api", "POST", "/people", "--data", "@" + path});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(text_in(made.out, "name"), "ファイル 次郎");
  EXPECT_EQ(run({"api", "POST", "/people", "--data", "@" + (folder_ / "none")}).code, 2);
}

TEST_F(ClientTest, a_token_comes_from_a_file_that_nobody_else_can_read) {
  const std::string path = folder_.write("token", token_ + "\n");
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(run_as("", {"records", "list", "people", "--token-file", path}).code, 0);
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  const cli::Outcome refused = run_as("", {"records", "list", "people", "--token-file", path});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("chmod 600"), std::string::npos) << refused.err;
}

TEST_F(ClientTest, without_a_good_token_nothing_is_told) {
  for (const std::string& token : {std::string(), std::string("hnm_wrong"), std::string("wrong")}) {
    const cli::Outcome refused = run_as(token, {"records", "list", "people"});
    EXPECT_EQ(refused.code, 1) << token;
    EXPECT_TRUE(refused.out.empty()) << token;
    EXPECT_NE(refused.err.find("401"), std::string::npos) << token << refused.err;
  }
}

TEST_F(ClientTest, wrong_words_are_named_before_anything_is_sent) {
  EXPECT_EQ(run({"api", "GET"}).code, 2);
  EXPECT_EQ(run({"api", "FETCH", "/people"}).code, 2);
  EXPECT_EQ(run({"api", "GET", "/people", "--query", "limit"}).code, 2);
  EXPECT_EQ(run({"api", "GET", "/people", "--token", "x"}).code, 2) << "a token is no argument";
  EXPECT_EQ(run({"records", "list", "people", "--format", "xml"}).code, 2);
  EXPECT_EQ(run({"records", "get", "people", "42"}).code, 2);
  const cli::Outcome unknown = run({"records", "list", "comment"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("people"), std::string::npos) << unknown.err;
  const cli::Outcome plain = run({"api", "GET", "/people", "--address", "http://192.0.2.1"});
  EXPECT_EQ(plain.code, 1);
  EXPECT_NE(plain.err.find("https://"), std::string::npos) << plain.err;
}

}  // namespace
}  // namespace hinomi
