// Files of records over a real connection: bodies that are written to the disk as they come, bodies that are
// held, and answers that come from files.
#include "api/record_routes.h"

#include <gtest/gtest.h>

#include "api/testing/api_fixture.h"
#include "record/testing/ships.h"
#include "work/notes.h"

namespace hinomi::api {
namespace {

class RecordRoutesTest : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    auto database = store::sql::open_sqlite({.path = folder_ / "records.db"});
    ASSERT_TRUE(database);
    database_ = std::move(*database);
    harbour_.emplace(*database_, std::vector<schema::Entity>{work::comment_entity(), work::relation_entity(),
                                                             work::attachment_entity()});
    harbour_->grant_captain({"list.export", "list.import"});
    auto opened = store::blobs::open_folder({.folder = folder_ / "blobs",
                                             .max_bytes = store::blobs::kMaxBlobBytes,
                                             .least_free_bytes = 0,
                                             .clock = &harbour_->clock(),
                                             .random = os::system_random});
    ASSERT_TRUE(opened);
    blobs_ = std::move(*opened);
    start();
  }
  void TearDown() override {
    ApiFixture::TearDown();
    harbour_.reset();
    database_.reset();
  }
  void add_services(Services& services) override {
    services.records = &harbour_->engine();
    services.find_caller = [this](const http::Request& request, const Caller& /*caller*/) {
      const bool known = request.field("authorization") == "Bearer captain";
      return base::Result(known ? std::optional(harbour_->captain()) : std::nullopt);
    };
    services.record_files.blobs = blobs_.get();
    services.record_files.scratch_folder = folder_.path();
  }
  std::optional<http::RawResponse> ask(const std::string& line, const std::string& body = {},
                                       const std::string& token = "captain") {
    const std::string host = "localhost:" + std::to_string(server_->ports()[0]);
    http::RawClient client(server_->ports()[0]);
    return client.ask(line + " HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host +
                      "\r\nAuthorization: Bearer " + token + "\r\nX-Hinomi-Name: a.bin\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  static std::string member(const std::string& json, const std::string& name) {
    const std::string key = "\"" + name + "\":\"";
    const std::size_t at = json.find(key);
    return at == std::string::npos
               ? ""
               : json.substr(at + key.size(), json.find('"', at + key.size()) - at - key.size());
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "blobs"))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

  std::unique_ptr<store::sql::Database> database_;
  std::optional<record::testing::Harbour> harbour_;
  std::unique_ptr<store::blobs::BlobStore> blobs_;
};

TEST_F(RecordRoutesTest, a_long_file_goes_in_and_out_piece_by_piece) {
  const auto ship = harbour_->make(R"({"name":"Yamato"})");
  ASSERT_TRUE(ship);
  std::string bytes;
  while (bytes.size() < (3U << 20)) bytes += std::to_string(bytes.size()) + "<script>";
  const auto made = ask("POST /api/v1/ships/" + ship->id.text() + "/attachments", bytes);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->status, 201) << made->body;
  const auto content = ask("GET /api/v1/attachments/" + member(made->body, "id") + "/content");
  ASSERT_TRUE(content);
  EXPECT_EQ(content->status, 200);
  EXPECT_TRUE(content->body == bytes);
  EXPECT_EQ(content->field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(content->field("Content-Type"), "application/octet-stream");
  EXPECT_TRUE(content->field("Content-Security-Policy").starts_with("sandbox;"));
  EXPECT_EQ(content->field("Content-Disposition"), "attachment; filename=\"a.bin\"; filename*=UTF-8''a.bin");
}

TEST_F(RecordRoutesTest, a_file_of_nobody_that_is_known_is_not_kept) {
  const auto ship = harbour_->make(R"({"name":"Yamato"})");
  ASSERT_TRUE(ship);
  const auto refused = ask("POST /api/v1/ships/" + ship->id.text() + "/attachments", "abc", "stranger");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401);
  const auto missing = ask("POST /api/v1/ships/017f22e2-79b0-7cc3-98c4-dc0c0c07398f/attachments", "abc");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404);
  stop();
  EXPECT_EQ(files(), 0U);
}

TEST_F(RecordRoutesTest, an_empty_file_is_a_file) {
  const auto ship = harbour_->make(R"({"name":"Yamato"})");
  ASSERT_TRUE(ship);
  const auto made = ask("POST /api/v1/ships/" + ship->id.text() + "/attachments");
  ASSERT_TRUE(made);
  ASSERT_EQ(made->status, 201) << made->body;
  const auto content = ask("GET /api/v1/attachments/" + member(made->body, "id") + "/content");
  ASSERT_TRUE(content);
  EXPECT_EQ(content->status, 200);
  EXPECT_EQ(content->body, "");
}

TEST_F(RecordRoutesTest, a_table_goes_out_and_comes_back) {
  ASSERT_TRUE(harbour_->make(R"({"name":"Yamato"})"));
  const auto out = ask("GET /api/v1/ships/export?format=xlsx");
  ASSERT_TRUE(out);
  ASSERT_EQ(out->status, 200) << out->body;
  const auto back = ask("POST /api/v1/ships/import?preview=true", out->body);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->status, 200);
  EXPECT_NE(back->body.find(R"("counts":{"change":0,"new":0,"same":1,"refused":0)"), std::string::npos)
      << back->body;
}

TEST_F(RecordRoutesTest, a_search_gives_as_many_as_were_asked_for) {
  for (const char* const name : {"fog 1", "fog 2", "fog 3"})
    ASSERT_TRUE(harbour_->make(R"({"name":")" + std::string(name) + "\"}"));
  const auto hits = [&](const std::string& limit) {
    const auto answer = ask("GET /api/v1/search?q=fog" + limit);
    EXPECT_TRUE(answer && answer->status == 200);
    std::size_t count = 0;
    for (std::size_t at = answer->body.find("\"title\""); at != std::string::npos;
         at = answer->body.find("\"title\"", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(hits(""), 3U);
  EXPECT_EQ(hits("&limit=1"), 1U);
  for (const char* const limit : {"0", "101", "many", "1x", ""}) {
    const auto answer = ask("GET /api/v1/search?q=fog&limit=" + std::string(limit));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 422) << limit;
  }
}

}  // namespace
}  // namespace hinomi::api
