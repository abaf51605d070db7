#include "app/registry.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "messages/messages.h"
#include "record/migrations.h"
#include "record/tables.h"
#include "report/sheet/compare.h"

namespace hinomi::app {
namespace {

// Keys of all names that the declarations need.
std::set<std::string> needed_labels(const schema::Registry& registry) {
  std::set<std::string> keys;
  for (const schema::Entity& entity : registry.all()) {
    const std::string name(entity.name);
    keys.insert("entity." + name);
    keys.insert("entity." + name + ".many");
    for (const schema::Field& field : entity.fields) {
      keys.insert("field." + name + "." + std::string(field.name));
      for (const std::string_view choice : field.choices)
        keys.insert("choice." + name + "." + std::string(field.name) + "." + std::string(choice));
    }
    for (const schema::Action& action : entity.actions)
      keys.insert("action." + name + "." + std::string(action.name));
  }
  return keys;
}

std::set<std::string> written_labels() {
  std::ifstream file(std::string(HINOMI_SOURCE_DIR) + "/content/messages/labels.yaml");
  std::set<std::string> keys;
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": {");
    if (colon != std::string::npos) keys.insert(line.substr(0, colon));
  }
  return keys;
}

// Of every record, or of a bundle of permissions that is no role of the catalogue.
bool is_of_no_entity(const std::string& key) {
  return key.starts_with("bundle.") || key.starts_with("field.record.") ||
         key.starts_with("choice.record.") || key.starts_with("fault.");
}

// What tables that come back are said to have (report/sheet).
std::set<std::string> labels_of_tables() {
  using report::sheet::Suspicion;
  using report::sheet::TroubleKind;
  std::set<std::string> keys;
  for (int i = 0; i <= static_cast<int>(Suspicion::zone_shifted); ++i)
    keys.insert("sheet.suspicion." + std::string(report::sheet::name_of(static_cast<Suspicion>(i))));
  for (int i = 0; i <= static_cast<int>(TroubleKind::no_value); ++i)
    keys.insert("sheet.trouble." + std::string(report::sheet::name_of(static_cast<TroubleKind>(i))));
  return keys;
}

TEST(RegistryTest, everything_declared_has_a_name_in_both_languages) {
  for (const std::string& key : needed_labels(make_registry())) {
    EXPECT_TRUE(messages::label(base::Language::ja, key)) << key;
    EXPECT_TRUE(messages::label(base::Language::en, key)) << key;
  }
}

TEST(RegistryTest, whatever_a_table_may_have_is_said_in_both_languages) {
  for (const std::string& key : labels_of_tables()) {
    EXPECT_TRUE(messages::label(base::Language::ja, key)) << key;
    EXPECT_TRUE(messages::label(base::Language::en, key)) << key;
  }
}

TEST(RegistryTest, every_name_is_of_something_declared) {
  std::set<std::string> needed = needed_labels(make_registry());
  needed.merge(labels_of_tables());
  ASSERT_FALSE(written_labels().empty());
  for (const std::string& key : written_labels())
    EXPECT_TRUE(needed.contains(key) || is_of_no_entity(key)) << key;
}

TEST(RegistryTest, the_committed_tables_are_those_of_the_declarations) {
  std::ifstream file(std::string(HINOMI_SOURCE_DIR) + "/schema/tables.txt");
  const std::string committed{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(committed, record::snapshot_of(make_registry())) << "run ./dev generate";
}

}  // namespace
}  // namespace hinomi::app
