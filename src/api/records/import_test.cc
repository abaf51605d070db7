#include <gtest/gtest.h>

#include "api/records/testing/desk.h"
#include "parse/json/reader.h"

namespace hinomi::api::records {
namespace {

class Import : public Desk {
 protected:
  void SetUp() override {
    Desk::SetUp();
    if (harbour_) harbour_->grant_captain({"list.export", "list.import"});
  }
  std::string exported(const std::string& query) {
    const auto answer = ask(&RecordService::export_table, request(query));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return body_of(answer);
  }
  http::Response send(const std::string& file, const std::string& query = "preview=true",
                      std::vector<http::Field> fields = {}) {
    fields.push_back({"x-hinomi-name", "%E8%88%B9.csv"});
    return ask(&RecordService::import_table, request(query, file, std::move(fields)));
  }
  // "change:1 new:0 same:3 refused:0".
  static std::string counts(const http::Response& answer) {
    const std::size_t at = answer.body.find("\"counts\":{");
    if (at == std::string::npos) return "none: " + answer.body;
    std::string text;
    for (const char* name : {"change", "new", "same", "refused"}) {
      const std::string key = std::string("\"") + name + "\":";
      const std::size_t begin = answer.body.find(key, at) + key.size();
      text += (text.empty() ? "" : " ") + std::string(name) + ":" +
              answer.body.substr(begin, answer.body.find_first_of(",}", begin) - begin);
    }
    return text;
  }
  static bool says(const http::Response& answer, std::string_view part) {
    return answer.body.find(part) != std::string::npos;
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }
  record::Record now(const record::Record& record) {
    auto found = harbour_->engine().get(harbour_->as_captain(), harbour_->ship(), record.id);
    EXPECT_TRUE(found);
    return found ? std::move(*found) : record::Record{};
  }
  std::string name_of_ship(const record::Record& record) {
    return std::get<std::string>(now(record).values[0]);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, Import, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

TEST_P(Import, what_went_out_and_comes_back_untouched_changes_nothing) {
  ASSERT_TRUE(
      make_of("custom_field", R"({"about_entity":"ship","name":"cost","label_ja":"費用","label_en":"Cost",
                                          "kind":"integer","organisation":1})"));
  const auto twin = make(R"({"name":"Twin","custom":{"cost":7}})");
  make(R"({"name":"Twin","story":"two\nlines","crew":["ann","ben"],"tags":["a","b"],"tlp":"amber+strict"})");
  make(
      R"({"name":"=1+1","masts":3,"length_m":12.25,"afloat":false,"launched":"2026-11-25T08:00:00.123456789Z",
           "built_on":"1900-02-01","call_sign":"007","flagship":")" +
      twin.id.text() + R"("})");
  for (const char* query :
       {"format=csv&language=ja", "format=xlsx&language=ja", "format=xlsx&language=en",
        "format=xlsx&language=en&utc_offset=540", "format=csv&language=en&utc_offset=-210"}) {
    const auto answer = send(exported(query));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(counts(answer), "change:0 new:0 same:3 refused:0") << query << answer.body;
  }
}

TEST_P(Import, a_preview_tells_everything_and_does_nothing) {
  const auto one = make(R"({"name":"Yamato","masts":3})");
  std::string file = replaced(exported("format=csv&columns=name,masts&language=en"), "Yamato,3", "Musashi,2");
  file += ",New ship,4,\r\n";
  const auto answer = send(file);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(counts(answer), "change:1 new:1 same:0 refused:0");
  EXPECT_TRUE(says(answer, R"("changes":{"name":["Yamato","Musashi"],"masts":["3","2"]})")) << answer.body;
  EXPECT_TRUE(says(answer, R"("preview":true,"applied":false)"));
  EXPECT_EQ(names(), std::vector<std::string>{"Yamato"});
  EXPECT_EQ(now(one).version, 1);
  EXPECT_EQ(audit_.find("list.import"), nullptr);
}

TEST_P(Import, good_rows_are_applied_with_one_entry_of_history_each) {
  const auto one = make(R"({"name":"Yamato","masts":3})");
  const auto two = make(R"({"name":"Kongo","masts":3})");
  std::string file = exported("format=csv&columns=name,masts&language=en");
  file = replaced(replaced(file, "Yamato,3", "Musashi,3"), "Kongo,3", "Kongo,99");
  file += ",New ship,4,\r\n";
  const auto answer = send(file, "preview=false");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(counts(answer), "change:1 new:1 same:0 refused:1");
  EXPECT_TRUE(says(answer, R"({"field":"masts","code":"out_of_range")")) << answer.body;
  EXPECT_EQ(names(), (std::vector<std::string>{"Kongo", "Musashi", "New ship"}));
  EXPECT_EQ(now(two).version, 1);
  const auto history = harbour_->engine().history(harbour_->as_captain(), harbour_->ship(), one.id, 0, 10);
  ASSERT_TRUE(history && history->size() == 2);
  EXPECT_EQ(history->front().reason, "import 船.csv");
  EXPECT_NE(audit_.find("list.import"), nullptr);
}

TEST_P(Import, all_or_nothing_is_nothing_when_one_row_is_refused) {
  make(R"({"name":"Yamato","masts":3})");
  make(R"({"name":"Kongo","masts":3})");
  std::string file = exported("format=csv&columns=name,masts&language=en");
  file = replaced(replaced(file, "Yamato,3", "Musashi,3"), "Kongo,3", "Kongo,99");
  const auto refused = send(file, "preview=false&all_or_nothing=true");
  EXPECT_TRUE(says(refused, R"("applied":false)"));
  EXPECT_EQ(names(), (std::vector<std::string>{"Kongo", "Yamato"}));
  const auto done = send(replaced(file, "Kongo,99", "Kongo,5"), "preview=false&all_or_nothing=true");
  EXPECT_TRUE(says(done, R"("applied":true)")) << done.body;
  EXPECT_EQ(names(), (std::vector<std::string>{"Kongo", "Musashi"}));
}

TEST_P(Import, what_rows_do_to_one_another_shows_in_the_preview) {
  const auto answer = send("id,name,call_sign\r\n,a,SAME\r\n,b,SAME\r\n");
  EXPECT_EQ(counts(answer), "change:0 new:1 same:0 refused:1");
  EXPECT_TRUE(says(answer, R"({"field":"call_sign","code":"not_unique")")) << answer.body;
  EXPECT_TRUE(names().empty());
  EXPECT_EQ(counts(send("id,name,call_sign\r\n,a,SAME\r\n,b,SAME\r\n,c,OTHER\r\n", "preview=false")),
            "change:0 new:2 same:0 refused:1");
  EXPECT_EQ(names(), (std::vector<std::string>{"a", "c"}));
}

TEST_P(Import, a_record_that_changed_meanwhile_is_a_conflict) {
  const auto one = make(R"({"name":"Yamato","masts":3})");
  const std::string csv = exported("format=csv&columns=name,masts&language=en");
  ASSERT_TRUE(harbour_->change(one.id, R"({"masts":5})", 1));
  const auto answer = send(replaced(csv, "Yamato,3", "Musashi,3"), "preview=false");
  EXPECT_EQ(counts(answer), "change:0 new:0 same:0 refused:1");
  EXPECT_TRUE(says(answer, R"("code":"stale","conflict":true)")) << answer.body;
  EXPECT_EQ(name_of_ship(one), "Yamato");
}

TEST_P(Import, what_a_spreadsheet_did_by_itself_is_named) {
  make(R"({"name":"Yamato","call_sign":"007"})");
  const std::string csv = exported("format=csv&columns=name,call_sign&language=en");
  const auto answer = send(replaced(csv, "007", "7"));
  EXPECT_TRUE(
      says(answer, R"("suspicions":[{"field":"call_sign","code":"lost_leading_zeros","place":"C2"}])"))
      << answer.body;
  // A person who does not want it leaves the row out.
  const auto left = send(replaced(csv, "007", "7"), "preview=false&skip=2");
  EXPECT_EQ(counts(left), "change:0 new:0 same:0 refused:0");
  EXPECT_TRUE(says(left, R"("skipped":1)"));
}

TEST_P(Import, references_come_back_by_title_or_id) {
  const auto flagship = make(R"({"name":"Yamato"})");
  make(R"({"name":"Twin"})");
  make(R"({"name":"Twin"})");
  const auto follower = make(R"({"name":"Follower","flagship":")" + flagship.id.text() + R"("})");
  const std::string csv = exported("format=csv&columns=name,flagship&name=Follower&language=en");
  EXPECT_TRUE(
      says(send(replaced(csv, ",Yamato", ",Nobody")), R"({"field":"flagship","code":"no_such_record")"));
  EXPECT_TRUE(says(send(replaced(csv, ",Yamato", ",Twin")), R"({"field":"flagship","code":"not_unique")"));
  // A second one of the same title does not make the cell mean anything else.
  make(R"({"name":"Yamato"})");
  EXPECT_EQ(counts(send(csv)), "change:0 new:0 same:1 refused:0");
  EXPECT_EQ(counts(send(replaced(csv, ",Yamato", ",[" + follower.id.text() + "]"), "preview=false")),
            "change:1 new:0 same:0 refused:0");
  EXPECT_EQ(std::get<base::RecordId>(now(follower).values[harbour_->ship().index_of("flagship")]),
            follower.id);
}

TEST_P(Import, custom_values_are_set_one_by_one) {
  for (const char* name : {"cost", "left"})
    ASSERT_TRUE(make_of("custom_field",
                        std::string(R"({"about_entity":"ship","label_ja":"費用","label_en":"Of )") + name +
                            R"(","name":")" + name + R"(","kind":"integer","organisation":1})"));
  const auto one = make(R"({"name":"Yamato","custom":{"cost":5,"left":1}})");
  const std::string csv = exported("format=csv&columns=name,custom.cost&language=en");
  EXPECT_EQ(counts(send(replaced(csv, "Yamato,5", "Yamato,6"), "preview=false")),
            "change:1 new:0 same:0 refused:0");
  EXPECT_EQ(now(one).custom, R"({"cost":6,"left":1})");
  EXPECT_TRUE(
      says(send(replaced(csv, "Yamato,5", "Yamato,much")), R"("code":"not_of_its_kind","place":"C2")"));
}

TEST_P(Import, rows_that_name_no_record_or_one_twice_are_refused) {
  const auto one = make(R"({"name":"Yamato"})");
  const auto answer = send("id,name\r\n" + one.id.text() + ",A\r\n" + one.id.text() +
                           ",B\r\n017f22e2-79b0-7cc3-98c4-dc0c0c07398f,C\r\nnonsense,D\r\n");
  EXPECT_EQ(counts(answer), "change:1 new:0 same:0 refused:3") << answer.body;
  EXPECT_TRUE(says(answer, "duplicate_id"));
  EXPECT_TRUE(says(answer, "unknown_id"));
}

TEST_P(Import, permissions_are_those_of_every_record) {
  const auto one = make(R"({"name":"Yamato","secret_cargo":"gold"})");
  const std::string file = "id,name,secret_cargo\r\n" + one.id.text() + ",Musashi,lead\r\n,New,\r\n";
  EXPECT_EQ(ask_as(harbour_->sailor(), &RecordService::import_table, request("", file)).status, 403);
  harbour_->grant_sailor({"list.import"});
  const auto answer =
      ask_as(harbour_->sailor(), &RecordService::import_table, request("preview=false", file));
  ASSERT_EQ(answer.status, 200);
  // Who may not see the cargo has no such column, and a sailor makes no ships.
  EXPECT_EQ(counts(answer), "change:1 new:0 same:0 refused:1") << answer.body;
  EXPECT_TRUE(says(answer, R"({"key":null,"title":"secret_cargo","known":false})"));
  EXPECT_TRUE(says(answer, R"("code":"forbidden")"));
  EXPECT_EQ(std::get<std::string>(now(one).values[harbour_->ship().index_of("secret_cargo")]), "gold");
}

TEST_P(Import, the_same_request_again_makes_nothing_twice) {
  const std::string file = "id,name\r\n,a\r\n,b\r\n";
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(counts(send(file, "preview=false", {{"idempotency-key", "k1"}})),
              "change:0 new:2 same:0 refused:0");
  EXPECT_EQ(names(), (std::vector<std::string>{"a", "b"}));
}

TEST_P(Import, files_that_are_no_tables_are_refused_with_a_reason) {
  for (const std::string& file : {std::string("PK\x03\x04 no workbook"), std::string(),
                                  std::string("\xD0\xCF\x11\xE0"), std::string("id\0x", 4)}) {
    const auto answer = send(file);
    EXPECT_EQ(answer.status, 422) << answer.body;
    EXPECT_TRUE(says(answer, R"({"field":"file")")) << answer.body;
  }
  EXPECT_EQ(send("name\r\nno ids\r\n").status, 422);
  EXPECT_EQ(send("id,name\r\n,a\r\n", "preview=perhaps").status, 422);
  EXPECT_EQ(send("id,name\r\n,a\r\n", "wings=2").status, 422);
  std::string many = "id,name\r\n";
  for (std::size_t i = 0; i <= kMaxImportRows; ++i) many += ",x\r\n";
  EXPECT_TRUE(says(send(many), R"("code":"too_long")"));
}

TEST_P(Import, a_workbook_of_other_records_is_refused) {
  make(R"({"name":"Yamato"})");
  const std::string file = exported("format=xlsx");
  const auto answer =
      service_->import_table(Asked{harbour_->captain(), request("", file)}, harbour_->entity("organisation"));
  EXPECT_EQ(answer.status, 422) << answer.body;
  EXPECT_NE(answer.body.find("other records"), std::string::npos);
}

}  // namespace
}  // namespace hinomi::api::records
