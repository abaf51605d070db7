#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "api/records/testing/desk.h"
#include "work/attachments.h"

namespace hinomi::api::records {
namespace {

class Attachments : public Desk {
 protected:
  FileParts file_parts() override {
    FileParts parts = Desk::file_parts();
    auto opened = store::blobs::open_folder({.folder = folder_ / "blobs",
                                             .max_bytes = store::blobs::kMaxBlobBytes,
                                             .least_free_bytes = 0,
                                             .clock = &harbour_->clock(),
                                             .random = os::system_random});
    EXPECT_TRUE(opened);
    if (opened) blobs_ = std::move(*opened);
    parts.blobs = blobs_.get();
    return parts;
  }
  http::Response attach_as(const access::Principal& who, const record::Record& ship, const std::string& bytes,
                           const std::string& name = "a.txt", std::vector<http::Field> fields = {}) {
    auto writer = blobs_->begin();
    EXPECT_TRUE(writer && (*writer)->write(bytes));
    if (!name.empty()) fields.push_back({"x-hinomi-name", name});
    const http::Request sent = request("", "", std::move(fields), {ship.id.text()});
    return service_->add_attachment(Asked{who, sent}, harbour_->ship(), **writer);
  }
  http::Response attach(const record::Record& ship, const std::string& bytes,
                        const std::string& name = "a.txt", std::vector<http::Field> fields = {}) {
    return attach_as(harbour_->captain(), ship, bytes, name, std::move(fields));
  }
  static std::string member(const http::Response& answer, const std::string& name) {
    const std::string key = "\"" + name + "\":\"";
    const std::size_t at = answer.body.find(key);
    if (at == std::string::npos) return "";
    return answer.body.substr(at + key.size(), answer.body.find('"', at + key.size()) - at - key.size());
  }
  http::Response content_as(const access::Principal& who, const std::string& id) {
    const http::Request sent = request("", "", {}, {id});
    return service_->attachment_content(Asked{who, sent});
  }
  http::Response remove_as(const access::Principal& who, Operation operation, const record::Record& ship,
                           const std::string& note) {
    return ask_as(who, operation, request("", "", {}, {ship.id.text(), note}));
  }
  http::Response comment_as(const access::Principal& who, const record::Record& ship,
                            std::vector<http::Field> more = {}) {
    more.push_back({"content-type", "application/json"});
    return ask_as(who, &RecordService::add_comment,
                  request("", R"({"text":"hello"})", std::move(more), {ship.id.text()}));
  }

  std::unique_ptr<store::blobs::BlobStore> blobs_;
};
INSTANTIATE_TEST_SUITE_P(Both, Attachments, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

TEST_P(Attachments, a_file_comes_back_as_it_was_given) {
  const auto ship = make(R"({"name":"Yamato"})");
  const std::string bytes("\0\xFF binary \r\n", 12);
  const auto made = attach(ship, bytes, "%E5%9B%B3.pdf", {{"content-type", "application/pdf"}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(member(made, "name"), "図.pdf");
  EXPECT_EQ(member(made, "media_type"), "application/pdf");
  const auto list = ask(&RecordService::attachments, request("", "", {}, {ship.id.text()}));
  EXPECT_NE(list.body.find(member(made, "sha256")), std::string::npos);
  EXPECT_EQ(body_of(content_as(harbour_->captain(), member(made, "id"))), bytes);
}

// Pages, pictures with scripts, and files that are several things at once.
TEST_P(Attachments, whatever_it_holds_is_a_download_that_nothing_runs_in) {
  const auto ship = make(R"({"name":"Yamato"})");
  const std::pair<std::string, std::string> hostile[] = {
      {"page.html", "<!doctype html><script>alert(1)</script>"},
      {"picture.svg", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"},
      {"picture.gif", "GIF89a/*<script>*/=alert(1)//</script>"},
      {"both.pdf", "%PDF-1.7\n<html><script>alert(1)</script>\nPK\x03\x04"},
      {"feed.xml",
       "<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><html xmlns='http://www.w3.org/1999/xhtml'/>"},
      {"script.js", "alert(1)"},
      {"a%22%3B%20filename%3Dx.html%0D%0AX-Evil%3A%201", "<html>"},
  };
  for (const auto& [name, bytes] : hostile) {
    const auto made = attach(ship, bytes, name, {{"content-type", "text/html"}});
    ASSERT_EQ(made.status, 201) << made.body;
    const auto answer = content_as(harbour_->captain(), member(made, "id"));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(field_of(answer, "Content-Type"), "application/octet-stream");
    EXPECT_TRUE(field_of(answer, "Content-Disposition").starts_with("attachment; filename=\"")) << name;
    EXPECT_EQ(field_of(answer, "Content-Disposition").find('\r'), std::string::npos);
    EXPECT_TRUE(field_of(answer, "Content-Security-Policy").starts_with("sandbox;"));
    EXPECT_EQ(std::count_if(answer.fields.begin(), answer.fields.end(),
                            [](const http::Field& field) { return field.name == "Content-Type"; }),
              1);
    EXPECT_EQ(body_of(answer), bytes);
  }
}

TEST_P(Attachments, who_may_read_the_record_may_read_its_files_and_nobody_else) {
  const auto ship = make(R"({"name":"Yamato"})");
  const std::string id = member(attach(ship, "abc"), "id");
  EXPECT_EQ(content_as(harbour_->sailor(), id).status, 200);
  access::Principal stranger = harbour_->sailor();
  stranger.grants = std::make_shared<access::Grants>();
  EXPECT_EQ(content_as(stranger, id).status, 404);
  EXPECT_EQ(content_as(harbour_->captain(), ship.id.text()).status, 404);
  EXPECT_EQ(content_as(harbour_->captain(), "../../etc/passwd").status, 404);
  ASSERT_TRUE(harbour_->engine().remove(harbour_->as_captain(), harbour_->ship(), ship.id, std::nullopt));
  EXPECT_EQ(content_as(harbour_->captain(), id).status, 404);
}

TEST_P(Attachments, without_permission_or_name_nothing_is_kept) {
  const auto ship = make(R"({"name":"Yamato"})");
  EXPECT_EQ(attach_as(harbour_->sailor(), ship, "abc").status, 403);
  EXPECT_EQ(attach(ship, "abc", "").status, 422);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "blobs"))
    files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 0U);
}

TEST_P(Attachments, a_damaged_file_is_not_handed_out) {
  const auto ship = make(R"({"name":"Yamato"})");
  const auto made = attach(ship, "abc");
  const std::string hash = member(made, "sha256");
  std::ofstream(std::filesystem::path(folder_ / "blobs") / hash.substr(0, 2) / hash.substr(2, 2) / hash)
      << "abd";
  const auto answer = content_as(harbour_->captain(), member(made, "id"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.source, nullptr);
}

TEST_P(Attachments, the_same_request_again_attaches_nothing_twice) {
  const auto ship = make(R"({"name":"Yamato"})");
  const auto first = attach(ship, "abc", "a.txt", {{"idempotency-key", "k"}});
  const auto again = attach(ship, "abc", "a.txt", {{"idempotency-key", "k"}});
  EXPECT_EQ(member(first, "id"), member(again, "id"));
  const auto comment = comment_as(harbour_->captain(), ship, {{"idempotency-key", "c"}});
  EXPECT_EQ(member(comment, "id"),
            member(comment_as(harbour_->captain(), ship, {{"idempotency-key", "c"}}), "id"));
}

TEST_P(Attachments, notes_are_removed_by_who_made_them_or_with_permission) {
  harbour_->grant_sailor({"comment.create"});
  const auto ship = make(R"({"name":"Yamato"})");
  const auto other = make(R"({"name":"Other"})");
  const std::string own = member(comment_as(harbour_->sailor(), ship), "id");
  const std::string captains = member(comment_as(harbour_->captain(), ship), "id");
  const auto remove = &RecordService::remove_comment;
  EXPECT_EQ(remove_as(harbour_->sailor(), remove, ship, captains).status, 403);
  EXPECT_EQ(remove_as(harbour_->captain(), remove, other, own).status, 404) << "of another record";
  EXPECT_EQ(remove_as(harbour_->captain(), &RecordService::remove_attachment, ship, own).status, 404);
  EXPECT_EQ(remove_as(harbour_->sailor(), remove, ship, own).status, 204);
  EXPECT_EQ(remove_as(harbour_->sailor(), remove, ship, own).status, 404);
  harbour_->grant_sailor({"comment.delete"});
  EXPECT_EQ(remove_as(harbour_->sailor(), remove, ship, captains).status, 204);
  const auto list = ask(&RecordService::comments, request("", "", {}, {ship.id.text()}));
  EXPECT_EQ(list.body, R"({"items":[]})");
}

TEST_P(Attachments, a_sweep_keeps_what_an_attachment_needs) {
  const auto ship = make(R"({"name":"Yamato"})");
  const auto made = attach(ship, "abc");
  const std::string id = member(made, "id");
  const auto sweep = [&] {
    return blobs_->sweep(
        [&](const store::blobs::BlobId& blob) {
          return work::is_attached(harbour_->engine(), blob.text(),
                                   {harbour_->clock().now().since_epoch_ns - 86'400'000'000'000});
        },
        std::chrono::hours(2));
  };
  harbour_->clock().advance(std::chrono::hours(3));
  EXPECT_EQ(sweep()->removed, 0U);
  ASSERT_EQ(remove_as(harbour_->captain(), &RecordService::remove_attachment, ship, id).status, 204);
  EXPECT_EQ(content_as(harbour_->captain(), id).status, 404);
  EXPECT_EQ(sweep()->removed, 0U) << "deleted a moment ago";
  harbour_->clock().advance(std::chrono::hours(25));
  EXPECT_EQ(sweep()->removed, 1U);
}

}  // namespace
}  // namespace hinomi::api::records
