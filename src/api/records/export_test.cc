#include <gtest/gtest.h>

#include "api/records/file_answer.h"
#include "api/records/testing/desk.h"
#include "report/sheet/manifest.h"

namespace hinomi::api::records {
namespace {

using Rows = std::vector<std::vector<std::string>>;

class Export : public Desk {
 protected:
  void SetUp() override {
    Desk::SetUp();
    if (harbour_) harbour_->grant_captain({"list.export"});
  }
  http::Response get(const std::string& query) { return ask(&RecordService::export_table, request(query)); }
};
INSTANTIATE_TEST_SUITE_P(Both, Export, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

base::Result<report::sheet::Manifest> manifest_of(const std::string& bytes) {
  auto table = parse::sheet::read(std::as_bytes(std::span(bytes.data(), bytes.size())),
                                  {.sheet = std::string(report::sheet::kManifestSheet),
                                   .csv = {.limits = report::sheet::manifest_limits()}});
  if (!table) return table.error();
  return report::sheet::read_manifest(*table);
}

TEST_P(Export, gives_what_the_list_finds_in_the_columns_that_are_asked_for) {
  const auto flagship = make(R"({"name":"Yamato","masts":3})");
  make(R"({"name":"Musashi","masts":2,"crew":["ann","ben"],"flagship":")" + flagship.id.text() + R"("})");
  make(R"({"name":"Other","masts":7})");
  const auto answer = get("format=csv&language=en&columns=name,masts,crew,flagship&masts.lt=5&sort=name");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Rows rows = cells(body_of(answer));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"ID", "name", "masts", "crew", "flagship", "hinomi:version"}));
  EXPECT_EQ(std::vector<std::string>(rows[1].begin() + 1, rows[1].end()),
            (std::vector<std::string>{"Musashi", "2", "ann; ben", "Yamato", "1"}));
  EXPECT_EQ(rows[2][0], flagship.id.text());
  EXPECT_EQ(field_of(answer, "X-Hinomi-Rows"), "2");
}

TEST_P(Export, a_workbook_holds_every_column_by_default_and_locks_id_and_what_is_the_servers) {
  make(
      R"({"name":"Yamato","length_m":263.5,"launched":"2026-11-25T08:00:00Z","tags":["a","b"],"tlp":"amber+strict"})");
  const auto answer = get("format=xlsx&language=ja");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string bytes = body_of(answer);
  const Rows rows = cells(bytes);
  ASSERT_EQ(rows.size(), 2U);
  const auto column = [&](const std::string& title) {
    for (std::size_t i = 0; i < rows[0].size(); ++i)
      if (rows[0][i] == title) return rows[1][i];
    return std::string("no such column");
  };
  EXPECT_EQ(column("name"), "Yamato");
  EXPECT_EQ(column("番号"), "SHP-2026-000001");
  EXPECT_EQ(column("タグ"), "a, b");
  EXPECT_EQ(column("TLP"), "AMBER+STRICT");
  EXPECT_EQ(column("length_m"), "263.5");
  EXPECT_EQ(column("組織"), "1");
  const auto manifest = manifest_of(bytes);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->entity, "ship");
  EXPECT_EQ(manifest->row_versions.size(), 1U);
}

TEST_P(Export, organisations_sites_and_choices_stand_by_their_titles) {
  ASSERT_TRUE(make_of("organisation", R"({"name":"空見野精機","name_en":"Soramino"})"));
  auto context = harbour_->as_system();
  const auto& entity = harbour_->entity("organisation");
  const auto page = harbour_->engine().list(context, entity, {});
  ASSERT_TRUE(page && page->records.size() == 1);
  record::Draft key;
  key.values = {{entity.index_of("key"), std::int64_t{1}}};
  ASSERT_TRUE(harbour_->engine().in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    const auto done =
        harbour_->engine().change_within(connection, context, entity, page->records[0].id, key, "change");
    EXPECT_TRUE(done);
    return {};
  }));
  make(R"({"name":"Yamato"})");
  const Rows rows = cells(body_of(get("format=csv&language=en&columns=organisation")));
  EXPECT_EQ(rows[1][1], "Soramino");
  EXPECT_EQ(cells(body_of(get("format=csv&language=ja&columns=organisation")))[1][1], "空見野精機");
}

TEST_P(Export, needs_its_permission_in_the_place_of_the_record) {
  make(R"({"name":"ours"})");
  EXPECT_EQ(ask_as(harbour_->sailor(), &RecordService::export_table, request("format=csv")).status, 403);
  ASSERT_NE(audit_.find("ship.export"), nullptr);
  EXPECT_FALSE(audit_.find("ship.export")->done);
  // Reads everywhere, exports from organisation 2 alone.
  auto grants = std::make_shared<access::Grants>();
  access::Reach everywhere;
  everywhere.everywhere = true;
  access::Reach second;
  second.add(access::Place{base::OrganisationId{2}, std::nullopt});
  grants->add("ship.read", everywhere);
  grants->add("list.export", second);
  access::Principal who = harbour_->captain();
  who.grants = grants;
  ASSERT_TRUE(make_of("ship", R"({"name":"theirs","organisation":2})"));
  const auto answer = ask_as(who, &RecordService::export_table, request("format=csv&columns=name"));
  ASSERT_EQ(answer.status, 200);
  const Rows rows = cells(body_of(answer));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1][1], "theirs");
}

TEST_P(Export, withheld_fields_are_left_out_and_named) {
  make(R"({"name":"Yamato","secret_cargo":"gold"})");
  harbour_->grant_sailor({"list.export"});
  for (const char* query : {"format=csv", "format=csv&columns=name,secret_cargo", "format=xlsx"}) {
    const auto answer = ask_as(harbour_->sailor(), &RecordService::export_table, request(query));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(field_of(answer, "X-Hinomi-Withheld"), "secret_cargo");
    const Rows rows = cells(body_of(answer));
    EXPECT_EQ(std::count(rows[0].begin(), rows[0].end(), "secret_cargo"), 0);
    for (const std::string& cell : rows[1]) EXPECT_NE(cell, "gold");
  }
  EXPECT_EQ(field_of(get("format=csv"), "X-Hinomi-Withheld"), "");
}

TEST_P(Export, text_that_looks_like_a_formula_stays_text) {
  const std::vector<std::string> hostile = {"=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"};
  for (const std::string& name : hostile) make(R"({"name":")" + name + R"("})");
  const std::string csv = body_of(get("format=csv&columns=name&language=en"));
  for (const std::string& name : hostile) {
    EXPECT_EQ(csv.find("," + name), std::string::npos) << name;
    EXPECT_NE(csv.find("'" + name), std::string::npos) << name;
  }
  // A reader of ours gives back what stood there, from both forms.
  for (const char* format : {"csv", "xlsx"}) {
    std::vector<std::string> names;
    for (const auto& row : cells(body_of(get(std::string("columns=name&format=") + format))))
      names.push_back(row[1]);
    for (const std::string& name : hostile)
      EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
  }
}

TEST_P(Export, who_exported_what_is_audited_and_without_that_nothing_goes_out) {
  make(R"({"name":"Yamato"})");
  ASSERT_EQ(get("format=csv&columns=name&masts.lt=5").status, 200);
  const auto* const note = audit_.find("list.export");
  ASSERT_NE(note, nullptr);
  EXPECT_EQ(note->details, R"({"format":"csv","query":"format=csv&columns=name&masts.lt=5","rows":0,)"
                           R"("columns":["id","name"],"withheld":[]})");
  audit_.fails = true;
  const auto refused = get("format=csv&columns=name");
  EXPECT_EQ(refused.status, 500);
  EXPECT_EQ(refused.source, nullptr);
}

TEST_P(Export, what_is_unknown_or_does_not_belong_here_is_refused) {
  for (const char* query : {"format=pdf", "language=fr", "columns=wings", "limit=5", "wings=2",
                            "utc_offset=9999", "encoding=klingon", "utc_offset=x"})
    EXPECT_EQ(get(query).status, 422) << query;
}

TEST_P(Export, references_that_cannot_be_told_by_title_carry_their_id) {
  const auto one = make(R"({"name":"Twin"})");
  make(R"({"name":"Twin"})");
  make(R"({"name":"Follower","flagship":")" + one.id.text() + R"("})");
  const Rows rows = cells(body_of(get("format=csv&columns=flagship&name=Follower")));
  EXPECT_EQ(rows[1][1], "Twin [" + one.id.text() + "]");
}

TEST_P(Export, custom_fields_are_columns) {
  ASSERT_TRUE(
      make_of("custom_field", R"({"about_entity":"ship","name":"cost","label_ja":"費用","label_en":"Cost",
                                          "kind":"integer","organisation":1})"));
  make(R"({"name":"Yamato","custom":{"cost":5}})");
  const Rows rows = cells(body_of(get("format=csv&language=ja&columns=name,custom.cost")));
  EXPECT_EQ(rows[0][2], "費用");
  EXPECT_EQ(rows[1][2], "5");
}

TEST_P(Export, several_pages_are_one_file) {
  ASSERT_TRUE(harbour_->engine().in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    for (int i = 0; i < 1001; ++i)
      EXPECT_TRUE(harbour_->engine().create_within(
          connection, harbour_->as_system(), harbour_->ship(),
          harbour_->draft(R"({"organisation":1,"name":"s)" + std::to_string(i) + R"("})")));
    return {};
  }));
  const auto answer = get("format=csv&columns=name");
  EXPECT_EQ(field_of(answer, "X-Hinomi-Rows"), "1001");
  EXPECT_EQ(cells(body_of(answer)).size(), 1002U);
}

TEST(FileAnswer, names_are_safe_and_in_both_forms) {
  EXPECT_EQ(disposition_of("人_2026-11-25.xlsx"),
            "attachment; filename=\"_2026-11-25.xlsx\"; filename*=UTF-8''%E4%BA%BA_2026-11-25.xlsx");
  EXPECT_EQ(disposition_of("a\"b\r\nc/..\\d%41.csv"),
            "attachment; filename=\"a_b__c_.._d_41.csv\"; filename*=UTF-8''a_b__c_.._d%2541.csv");
  EXPECT_EQ(file_name("../../etc/passwd"), "_.._etc_passwd");
  EXPECT_EQ(file_name("\xE2\x80\xAEgpj.exe"), "_gpj.exe");
  EXPECT_EQ(file_name("..."), "file");
  EXPECT_EQ(file_name(""), "file");
  EXPECT_EQ(file_name(std::string(5000, 'x')).size(), 200U);
}

}  // namespace
}  // namespace hinomi::api::records
