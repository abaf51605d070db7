#include "app/described_api.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "api/openapi_schemas.h"
#include "app/registry.h"
#include "parse/json/reader.h"
#include "record/json.h"

namespace hinomi::app {
namespace {

using parse::json::Kind;
using parse::json::Value;

std::optional<Value> member(const Value& object, std::string_view name) {
  for (auto key = object.first(); !(key == object.last()); key = key.next().next())
    if (key.string() == name) return key.next();
  return std::nullopt;
}

std::set<std::string> names(const Value& from) {
  std::set<std::string> all;
  const bool is_object = from.kind() == Kind::object;
  for (auto at = from.first(); !(at == from.last()); at = is_object ? at.next().next() : at.next())
    all.insert(std::string(at.string()));
  return all;
}

class DescribedApi : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = described_api(registry_);
    ASSERT_TRUE(made) << made.error().message;
    text_ = std::move(*made);
    const auto read = reader_.read(text_);
    ASSERT_TRUE(read);
    const auto components = member(*read, "components");
    ASSERT_TRUE(components);
    schemas_ = member(*components, "schemas");
    ASSERT_TRUE(schemas_);
  }
  Value schema(const std::string& name) {
    const auto found = member(*schemas_, name);
    EXPECT_TRUE(found) << name;
    return found.value_or(*schemas_);
  }

  const schema::Registry registry_ = make_registry();
  std::string text_;
  parse::json::Reader reader_{parse::json::Limits{.document_bytes = 64U << 20}};
  std::optional<Value> schemas_;
};

TEST_F(DescribedApi, the_committed_description_is_that_of_this_program) {
  std::ifstream file(std::string(HINOMI_SOURCE_DIR) + "/schema/openapi.json", std::ios::binary);
  const std::string committed{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(committed == text_) << "run ./dev generate";
}

TEST_F(DescribedApi, a_record_has_the_members_that_its_schema_says) {
  for (const schema::Entity& entity : registry_.all()) {
    record::Record record;
    record.values = entity.defaults();
    parse::json::Reader reader;
    const auto written = reader.read(record::to_json(entity, record));
    ASSERT_TRUE(written);
    const Value described = schema(api::schema_name(entity.name));
    EXPECT_EQ(names(*written), names(*member(described, "required"))) << entity.name;
    std::set<std::string> all = names(*member(described, "properties"));
    for (const std::string& always : names(*written)) EXPECT_EQ(all.erase(always), 1U) << always;
    EXPECT_EQ(all, (std::set<std::string>{"deleted_at", "withheld"})) << entity.name;
  }
}

// What the description lets a client send is read without a fault, and nothing else is.
TEST_F(DescribedApi, a_draft_takes_the_members_that_its_schema_says) {
  for (const schema::Entity& entity : registry_.all()) {
    for (const bool is_new : {true, false}) {
      if (entity.attached && !is_new) continue;
      const Value described = schema(api::schema_name(entity.name) + (is_new ? "Create" : "Change"));
      const std::set<std::string> described_names = names(*member(described, "properties"));
      for (const std::string& name : described_names) {
        const auto read = record::read_draft(entity, "{\"" + name + "\":null}", is_new);
        ASSERT_TRUE(read);
        for (const record::Fault& fault : read->faults)
          EXPECT_NE(fault.code, "unknown_field") << entity.name << "." << name;
      }
      for (const schema::Field& field : entity.fields)
        EXPECT_EQ(described_names.contains(std::string(field.name)), !field.by_server)
            << entity.name << "." << field.name;
    }
  }
}

}  // namespace
}  // namespace hinomi::app
