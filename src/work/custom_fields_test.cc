#include "work/custom_fields.h"

#include <gtest/gtest.h>

#include "record/json.h"
#include "record/testing/ships.h"
#include "store/sql/testing/fresh_database.h"

namespace hinomi::work {
namespace {

using record::Outcome;
using record::Record;
using record::Refusal;
using store::sql::Dialect;
using store::sql::FreshDatabase;

class CustomFields : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    database_.emplace(GetParam());
    harbour_.emplace(**database_, std::vector<schema::Entity>{custom_field_entity()});
    add_custom_field_hooks(harbour_->engine());
  }

  Outcome<Record> define(const std::string& body) {
    const schema::Entity& entity = harbour_->entity("custom_field");
    auto read = record::read_draft(entity, body, true);
    EXPECT_TRUE(read && read->faults.empty()) << body;
    return harbour_->engine().create(harbour_->as_captain(), entity, std::move(read->draft));
  }
  Outcome<Record> redefine(const Record& definition, const std::string& body) {
    const schema::Entity& entity = harbour_->entity("custom_field");
    auto read = record::read_draft(entity, body, false);
    EXPECT_TRUE(read && read->faults.empty()) << body;
    return harbour_->engine().change(harbour_->as_captain(), entity, definition.id, read->draft,
                                     std::nullopt);
  }
  // "custom.pier:not_a_choice …" of a refusal.
  static std::string faults(const Outcome<Record>& outcome) {
    if (outcome) return "none";
    std::string all;
    for (const record::Fault& fault : outcome.refusal().faults)
      all += (all.empty() ? "" : " ") + fault.field + ":" + fault.code;
    return all;
  }
  void define_usual() {
    ASSERT_TRUE(define(R"({"about_entity":"ship","name":"pier","label_ja":"桟橋","label_en":"Pier",
                           "kind":"choice","options":["north","south"]})"));
    ASSERT_TRUE(define(R"({"about_entity":"ship","name":"cost","label_ja":"費用","label_en":"Cost",
                           "kind":"integer"})"));
    ASSERT_TRUE(define(R"({"about_entity":"ship","name":"owner_name","label_ja":"船主","label_en":"Owner",
                           "kind":"text"})"));
    ASSERT_TRUE(define(R"({"about_entity":"ship","name":"insured","label_ja":"保険","label_en":"Insured",
                           "kind":"boolean"})"));
    ASSERT_TRUE(define(R"({"about_entity":"ship","name":"due","label_ja":"期限","label_en":"Due",
                           "kind":"date"})"));
  }

  std::optional<FreshDatabase> database_;
  std::optional<record::testing::Harbour> harbour_;
};
INSTANTIATE_TEST_SUITE_P(Both, CustomFields, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

TEST_P(CustomFields, values_keep_to_their_definitions) {
  define_usual();
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"pier":"north","cost":5,"insured":true,
                                     "due":"2026-12-01","owner_name":"佐藤"}})")),
            "none");
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"pier":"west"}})")), "custom.pier:not_a_choice");
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"cost":"5"}})")), "custom.cost:wrong_type");
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"cost":5.5}})")), "custom.cost:wrong_type");
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"insured":1}})")), "custom.insured:wrong_type");
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"due":"2026-02-30"}})")), "custom.due:not_a_date");
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"mast":"x"}})")), "custom.mast:unknown_field");
  const std::string long_text(kMaxCustomTextLength + 1, 'x');
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"owner_name":")" + long_text + R"("}})")),
            "custom.owner_name:too_long");
}

TEST_P(CustomFields, hostile_objects_are_refused_as_a_whole) {
  define_usual();
  for (const char* custom :
       {R"({"owner_name":{"a":1}})", R"({"owner_name":["a"]})", R"({"owner_name":"a\u0000b"})",
        R"({"Owner":"a"})", R"({"a.b":"c"})", R"({"cost":1,"cost":2})", R"({"":"x"})", R"({"a'b":1})"})
    EXPECT_EQ(faults(harbour_->make(std::string(R"({"name":"a","custom":)") + custom + "}")),
              "custom:wrong_type")
        << custom;
}

TEST_P(CustomFields, needed_values_are_asked_of_people_but_not_of_the_program) {
  ASSERT_TRUE(
      define(R"({"about_entity":"ship","name":"port","label_ja":"母港","label_en":"Port","needed":true})"));
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a"})")), "custom.port:needed");
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"port":" "}})")), "custom.port:needed");
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"port":"Kobe"}})")), "none");
  EXPECT_TRUE(harbour_->engine().create(harbour_->as_system(), harbour_->ship(),
                                        harbour_->draft(R"({"name":"b","organisation":1})")));
}

TEST_P(CustomFields, a_change_sets_members_and_null_takes_them_away) {
  define_usual();
  const auto made = harbour_->make(R"({"name":"a","custom":{"cost":5,"owner_name":"x"}})");
  ASSERT_TRUE(made);
  const auto changed = harbour_->change(made->id, R"({"custom":{"cost":6,"pier":"south"}})", 1);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->custom, R"({"cost":6,"owner_name":"x","pier":"south"})");
  const auto again = harbour_->change(made->id, R"({"custom":{"owner_name":null}})", 2);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->custom, R"({"cost":6,"pier":"south"})");
}

TEST_P(CustomFields, a_changed_definition_never_breaks_what_stands) {
  const auto pier = define(R"({"about_entity":"ship","name":"pier","label_ja":"桟橋","label_en":"Pier",
                               "kind":"choice","options":["north","south"]})");
  const auto cost = define(R"({"about_entity":"ship","name":"cost","label_ja":"費用","label_en":"Cost"})");
  ASSERT_TRUE(pier && cost);
  const auto made = harbour_->make(R"({"name":"a","custom":{"pier":"north","cost":"much"}})");
  ASSERT_TRUE(made);
  ASSERT_TRUE(redefine(*pier, R"({"options":["east"],"needed":true})"));
  ASSERT_TRUE(redefine(*cost, R"({"kind":"integer"})"));
  // Another field, and another custom field: what stands is not judged.
  EXPECT_EQ(faults(harbour_->change(made->id, R"({"name":"b"})", 1)), "none");
  EXPECT_EQ(faults(harbour_->change(made->id, R"({"custom":{"pier":"east"}})", 2)), "none");
  EXPECT_EQ(faults(harbour_->change(made->id, R"({"custom":{"cost":"more"}})", 3)), "custom.cost:wrong_type");
  ASSERT_TRUE(harbour_->engine().remove(harbour_->as_captain(), harbour_->entity("custom_field"), cost->id,
                                        std::nullopt));
  EXPECT_EQ(faults(harbour_->change(made->id, R"({"name":"c"})", 3)), "none");
  EXPECT_EQ(harbour_->names({{"custom.cost", "much"}}), std::vector<std::string>{"c"});
}

TEST_P(CustomFields, definitions_are_sound) {
  EXPECT_EQ(faults(define(R"({"about_entity":"boat","name":"a","label_ja":"あ","label_en":"A"})")),
            "about_entity:not_a_choice");
  EXPECT_EQ(faults(define(R"({"about_entity":"custom_field","name":"a","label_ja":"あ","label_en":"A"})")),
            "about_entity:not_a_choice");
  EXPECT_EQ(faults(define(R"({"about_entity":"ship","name":"A b","label_ja":"あ","label_en":"A"})")),
            "name:wrong_type");
  EXPECT_EQ(
      faults(define(R"({"about_entity":"ship","name":"a","label_ja":"あ","label_en":"A","kind":"choice"})")),
      "options:needed");
  const auto made = define(R"({"about_entity":"ship","name":"a","label_ja":"あ","label_en":"A"})");
  ASSERT_TRUE(made);
  EXPECT_EQ(faults(define(R"({"about_entity":"ship","name":"a","label_ja":"い","label_en":"B"})")),
            "name:not_unique");
  EXPECT_EQ(faults(redefine(*made, R"({"name":"b"})")), "name:written_once");
  EXPECT_EQ(faults(redefine(*made, R"({"label_en":"C"})")), "none");
}

TEST_P(CustomFields, lists_are_filtered_by_custom_values) {
  define_usual();
  ASSERT_TRUE(harbour_->make(R"({"name":"one","custom":{"pier":"north","cost":5,"insured":true}})"));
  ASSERT_TRUE(harbour_->make(R"({"name":"two","custom":{"pier":"south","cost":50,"insured":false,
                                 "owner_name":"Sato 海運 100%"}})"));
  ASSERT_TRUE(harbour_->make(R"({"name":"three"})"));
  using Names = std::vector<std::string>;
  const auto names = [&](const std::string& name, const std::string& value) {
    return harbour_->names({{name, value}, {"sort", "name"}});
  };
  EXPECT_EQ(names("custom.pier", "north"), Names{"one"});
  EXPECT_EQ(names("custom.pier", "north,south"), (Names{"one", "two"}));
  EXPECT_EQ(names("custom.pier.not", "north"), (Names{"three", "two"}));
  EXPECT_EQ(names("custom.cost", "5"), Names{"one"});
  EXPECT_EQ(names("custom.insured", "true"), Names{"one"});
  EXPECT_EQ(names("custom.insured", "false"), Names{"two"});
  EXPECT_EQ(names("custom.owner_name.has", "sato"), Names{"two"});
  EXPECT_EQ(names("custom.owner_name.has", "海運 100%"), Names{"two"});
  EXPECT_EQ(names("custom.owner_name.has", "100_"), Names{});
  EXPECT_EQ(names("custom.pier.empty", "true"), Names{"three"});
  EXPECT_EQ(names("custom.pier.empty", "false"), (Names{"one", "two"}));
  EXPECT_EQ(names("custom.nothing", "x' OR '1'='1"), Names{});
  const auto refused = harbour_->list({{"custom.a') OR 1=1 --", "x"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().faults.front().code, "unknown_field");
  EXPECT_FALSE(harbour_->list({{"custom.pier.lt", "x"}}));
}

TEST_P(CustomFields, custom_text_is_found_by_search) {
  define_usual();
  ASSERT_TRUE(harbour_->make(R"({"name":"one","custom":{"owner_name":"空見野海運"}})"));
  EXPECT_EQ(harbour_->names({{"q", "空見野"}}), std::vector<std::string>{"one"});
}

TEST_P(CustomFields, definitions_of_other_organisations_and_without_permission_are_hidden) {
  define_usual();
  const schema::Entity& entity = harbour_->entity("custom_field");
  auto read = record::read_draft(
      entity, R"({"about_entity":"ship","name":"z","label_ja":"い","label_en":"Z","organisation":2})", true);
  ASSERT_TRUE(read);
  ASSERT_TRUE(harbour_->engine().create(harbour_->as_system(), entity, std::move(read->draft)));
  const auto seen = visible_definitions(harbour_->engine(), harbour_->as_captain(), "ship");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->size(), 5U);
  EXPECT_EQ(seen->front().field.name, "cost");
  const auto none = visible_definitions(harbour_->engine(), harbour_->as_sailor(), "ship");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  EXPECT_EQ(faults(harbour_->make(R"({"name":"a","custom":{"z":"x"}})")), "custom.z:unknown_field");
}

}  // namespace
}  // namespace hinomi::work
