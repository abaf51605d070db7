// What the API says of the audit log, and to whom.
#include "api/audit_log/service.h"

#include <gtest/gtest.h>

#include "audit/testing/log_book.h"
#include "os/testing/scratch_folder.h"
#include "parse/archive/archive_reader.h"
#include "trust/merkle.h"

namespace hinomi::api::audit_log {
namespace {

using record::testing::Harbour;

// Holds what is named, in one organisation or one site of it.
access::Principal reader(const std::vector<std::string>& permissions, std::uint32_t organisation,
                         std::optional<base::SiteId> site = std::nullopt) {
  access::Principal who;
  who.kind = access::PrincipalKind::staff;
  who.id = *base::RecordId::parse("017f22e2-79b0-7fff-bf44-0000000000bb");
  who.name = "auditor";
  auto grants = std::make_shared<access::Grants>();
  for (const std::string& permission : permissions) {
    access::Reach reach;
    reach.add(access::Place{static_cast<base::OrganisationId>(organisation), site});
    grants->add(permission, reach);
  }
  who.grants = std::move(grants);
  return who;
}

class AuditServiceTest : public ::testing::Test {
 protected:
  AuditServiceTest() : book_(*database_), harbour_(*database_, &book_.log()) {
    auto keys = audit::Keys::open({.database = &*database_,
                                   .folder = folder_ / "keys",
                                   .credentials = {},
                                   .clock = &harbour_.clock(),
                                   .random = os::system_random});
    EXPECT_TRUE(keys);
    keys_.emplace(std::move(*keys));
    service_.emplace(AuditService::Parts{.database = &*database_,
                                         .engine = &harbour_.engine(),
                                         .log = &book_.log(),
                                         .keys = &*keys_,
                                         .exports = folder_ / "exports",
                                         .certificates = {},
                                         .say = [](const std::string&) {}});
  }

  http::Response list(const access::Principal& who, const std::string& query = {}) {
    http::Request request;
    request.query = query;
    return service_->list({who, request});
  }
  http::Response begin(const access::Principal& who, const std::string& body) {
    http::Request request;
    request.method = http::Method::post;
    request.fields = {{"content-type", "application/json"}};
    request.body = body;
    return service_->begin_export({who, request});
  }
  // Waits for the end of an export: its last state.
  http::Response wait_for(const access::Principal& who, const std::string& id) {
    http::Request request;
    request.params = {id};
    for (;;) {
      http::Response response = service_->export_state({who, request});
      const bool going = response.body.find("\"waiting\"") != std::string::npos ||
                         response.body.find("\"running\"") != std::string::npos;
      if (!going) return response;
      std::this_thread::yield();
    }
  }
  static bool has(const http::Response& response, std::string_view text) {
    return response.body.find(text) != std::string::npos;
  }
  static std::string id_of(const http::Response& response) { return response.body.substr(7, 36); }

  store::sql::FreshDatabase database_{store::sql::Dialect::sqlite};
  os::ScratchFolder folder_;
  audit::LogBook book_;
  Harbour harbour_;
  std::optional<audit::Keys> keys_;
  std::optional<AuditService> service_;
  const access::Principal auditor_ = reader({"audit.read", "audit.export"}, 1);
};

TEST_F(AuditServiceTest, leaves_are_shown_whole_and_details_only_of_what_the_reader_may_read) {
  ASSERT_TRUE(harbour_.make(R"({"name":"海鷲","secret_cargo":"gold"})"));
  const http::Response blind = list(auditor_);
  EXPECT_EQ(blind.status, 200);
  EXPECT_TRUE(has(blind, R"("action":"ship.create")"));
  EXPECT_TRUE(has(blind, R"("details_state":"withheld","details":null)"));
  EXPECT_FALSE(has(blind, "海鷲"));
  const http::Response seeing = list(reader({"audit.read", "ship.read"}, 1));
  EXPECT_TRUE(has(seeing, R"("name":[null,"海鷲"])"));
  EXPECT_FALSE(has(seeing, "gold"));
  EXPECT_FALSE(has(seeing, "secret_cargo"));
  EXPECT_TRUE(has(list(reader({"audit.read", "ship.read", "ship.see_cargo"}, 1)), "gold"));
  EXPECT_FALSE(has(list(reader({"audit.read", "ship.read"}, 1, {}), "organisation=1&entity=boat"), "ship"));
}

TEST_F(AuditServiceTest, nobody_reads_the_log_of_another_organisation_or_without_the_permission) {
  ASSERT_TRUE(harbour_.make(R"({"name":"a"})"));
  EXPECT_EQ(list(reader({"audit.read"}, 2), "organisation=1").status, 403);
  EXPECT_EQ(list(reader({"ship.read"}, 1), "organisation=1").status, 403);
  EXPECT_EQ(list(reader({"audit.read"}, 1, base::SiteId{4}), "organisation=1").status, 403);
  EXPECT_EQ(list(auditor_, "organisation=0").status, 403);
  EXPECT_EQ(list({}, "organisation=1").status, 403);
  EXPECT_EQ(begin(reader({"audit.read"}, 1), R"({"organisation":1})").status, 403);
  EXPECT_EQ(begin(reader({"audit.export"}, 1), R"({"organisation":1})").status, 403);
  http::Request request;
  request.query = "organisation=1";
  const access::Principal stranger = reader({"audit.read"}, 2);
  EXPECT_EQ(service_->tree({stranger, request}).status, 403);
  // Each refusal is an entry of the log that it was about.
  book_.write_refusals(harbour_.clock().now());
  std::size_t refused = 0;
  for (const trust::AuditEntry& entry : book_.entries(1))
    refused += entry.outcome == trust::AuditOutcome::refused ? 1 : 0;
  EXPECT_EQ(refused, 7U);
}

TEST_F(AuditServiceTest, pages_and_filters_fit_together) {
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(book_.append(1, "a." + std::to_string(i)));
  const http::Response newest = list(auditor_, "limit=5");
  EXPECT_TRUE(has(newest, R"("index":11)"));
  EXPECT_TRUE(has(newest, R"("next":7)"));
  EXPECT_TRUE(has(list(auditor_, "limit=5&before=7"), R"("next":2)"));
  EXPECT_TRUE(has(list(auditor_, "limit=5&before=2"), R"("next":null)"));
  const http::Response upwards = list(auditor_, "limit=5&after=3");
  EXPECT_TRUE(has(upwards, R"("entries":[{"index":4)"));
  EXPECT_TRUE(has(upwards, R"("next":8)"));
  EXPECT_TRUE(has(list(auditor_, "actor=nobody%27%20OR%201=1"), R"("entries":[])"));
  for (const char* wrong : {"limit=x", "after=-1", "organisation=99999999999", "sort=time", "limit=1&limit=2",
                            "entity=%00", "%zz=1"})
    EXPECT_EQ(list(auditor_, wrong).status, 400) << wrong;
}

TEST_F(AuditServiceTest, the_tree_says_its_root_and_key) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(book_.append(1, "a"));
  trust::Frontier frontier;
  for (const audit::LeafRow& row : book_.rows(1))
    ASSERT_TRUE(frontier.append(trust::leaf_hash(row.leaf), {}));
  http::Request request;
  const http::Response response = service_->tree({auditor_, request});
  EXPECT_EQ(response.status, 200);
  const trust::Hash root = frontier.root();
  EXPECT_TRUE(has(response, R"("size":3,"root":")" + trust::to_base64(trust::view_of(root)) + "\""));
  EXPECT_TRUE(has(response, keys_->verifiers(base::OrganisationId{1}).back().text()));
  EXPECT_TRUE(has(response, R"("checkpoint":null,"anchor":null)"));
}

TEST_F(AuditServiceTest, an_export_is_made_logged_and_given_to_who_asked) {
  ASSERT_TRUE(harbour_.make(R"({"name":"海鷲"})"));
  const http::Response begun = begin(auditor_, R"({"organisation":1})");
  ASSERT_EQ(begun.status, 202);
  const std::string id = id_of(begun);
  const http::Response ready = wait_for(auditor_, id);
  EXPECT_TRUE(has(ready, "\"ready\"")) << ready.body;
  EXPECT_EQ(book_.entries(1).back().action, "audit.export");
  http::Request request;
  request.params = {id};
  const http::Response file = service_->download({auditor_, request});
  ASSERT_EQ(file.status, 200);
  parse::archive::Account account{parse::archive::Limits{}};
  auto archive =
      parse::archive::ArchiveReader::open(std::make_unique<parse::archive::MemorySource>(file.body), account);
  ASSERT_TRUE(archive);
  std::map<std::string, std::string> files;
  for (auto entry = (*archive)->next(); entry && *entry; entry = (*archive)->next()) {
    std::string& text = files[(*entry)->name.substr((*entry)->name.find('/') + 1)];
    char piece[4096];
    for (auto got = (*archive)->read(piece); got && *got > 0; got = (*archive)->read(piece))
      text.append(piece, *got);
  }
  EXPECT_TRUE(files.contains("manifest.sig"));
  EXPECT_NE(files["leaves.ndjson"].find("ship.create"), std::string::npos);
  // The auditor may not read ships: no word of it leaves the server.
  EXPECT_EQ(files["details.ndjson"].find("海鷲"), std::string::npos);
  access::Principal other = auditor_;
  other.id = *base::RecordId::parse("017f22e2-79b0-7fff-bf44-0000000000cc");
  EXPECT_EQ(service_->download({other, request}).status, 404);
  EXPECT_EQ(service_->export_state({other, request}).status, 404);
  request.params = {"../../keys/audit-signing.pem"};
  EXPECT_EQ(service_->download({auditor_, request}).status, 404);
}

TEST_F(AuditServiceTest, orders_that_are_none_are_refused) {
  for (const char* body : {"", "[]", "{}", "1", R"({"organisation":"1"})", R"({"organisation":-1})",
                           R"({"organisation":4294967296})", R"({"organisation":1,"folder":"/"})",
                           R"({"organisation":1,"organisation":2})"})
    EXPECT_EQ(begin(auditor_, body).status, 400) << body;
  const access::Principal everywhere = access::system_principal();
  const http::Response empty = begin(everywhere, R"({"organisation":9})");
  EXPECT_EQ(empty.status, 202);
}

}  // namespace
}  // namespace hinomi::api::audit_log
