#include "normalise/field_map.h"

#include <gtest/gtest.h>

#include <random>

#include "normalise/key_memory.h"

namespace hinomi::normalise {
namespace {

class FieldMapTest : public testing::Test {
 protected:
  void build(std::string_view yaml, std::initializer_list<const char*> names) {
    auto rules = read_field_rules(yaml);
    ASSERT_TRUE(rules) << rules.error().message;
    for (const char* name : names) fields_.intern(name);
    auto map = FieldMap::build(*rules, fields_);
    ASSERT_TRUE(map) << map.error().message;
    map_ = std::move(*map);
  }
  // "name: field, field" of a path.
  std::string at(std::string_view path) const {
    const auto target = map_.resolve(path);
    std::string shown = target.name + ":";
    for (const auto field : target.fields) shown += " " + std::string(fields_.name(field));
    return shown;
  }
  event::FieldTable fields_;
  FieldMap map_;
};

TEST_F(FieldMapTest, knows_every_field_by_its_dotted_path) {
  build("{}", {"userIdentity.type", "Image"});
  EXPECT_EQ(at("userIdentity.type"), "userIdentity.type: userIdentity.type");
  EXPECT_EQ(at("Image"), "Image: Image");
  EXPECT_EQ(at("image"), "image:");
  EXPECT_EQ(map_.resolve("userIdentity.arn").state, FieldMap::kNowhere);
  EXPECT_EQ(map_.resolve("other").state, FieldMap::kNowhere);
  EXPECT_NE(map_.resolve("userIdentity").state, FieldMap::kNowhere);
}

TEST_F(FieldMapTest, a_key_with_dots_is_also_a_path) {
  build("{}", {"id.orig_h", "a.b.c"});
  EXPECT_EQ(map_.place(map_.step(FieldMap::kRoot, "id.orig_h")).fields.size(), 1U);
  const auto below = map_.step(FieldMap::kRoot, "a.b");
  EXPECT_EQ(map_.place(map_.step(below, "c")).fields.size(), 1U);
  EXPECT_EQ(map_.step(FieldMap::kRoot, "a.x"), FieldMap::kNowhere);
  EXPECT_EQ(map_.step(FieldMap::kRoot, "..."), FieldMap::kNowhere);
}

TEST_F(FieldMapTest, members_of_transparent_containers_are_fields_of_their_own) {
  build("transparent: [Event.EventData, Event.UserData.*]", {"Image", "Event.EventData.User", "User"});
  EXPECT_EQ(at("Event.EventData.Image"), "Image: Image");
  EXPECT_EQ(at("Event.UserData.Anything.Image"), "Image: Image");
  EXPECT_EQ(at("Event.EventData.Other"), "Other:");
  EXPECT_EQ(at("Event.Other.Image"), "Event.Other.Image:");
  const auto both = map_.resolve("Event.EventData.User");
  EXPECT_EQ(both.fields.size(), 2U) << "the full path is a field as well";
}

TEST_F(FieldMapTest, renames_hold_below_transparent_containers) {
  build("{transparent: [Event.System], rename: {Provider_Name: [Provider.Name, winlog.provider_name]}}",
        {"Provider_Name"});
  EXPECT_EQ(at("Event.System.Provider.Name"), "Provider_Name: Provider_Name");
  EXPECT_EQ(at("winlog.provider_name"), "Provider_Name: Provider_Name");
  EXPECT_EQ(at("Provider.Other"), "Provider.Other:");
}

TEST_F(FieldMapTest, the_text_of_an_element_is_the_element) {
  build("transparent: [Event.System]", {"EventID"});
  EXPECT_EQ(at("Event.System.EventID.#text"), "EventID: EventID");
}

TEST_F(FieldMapTest, ranks_times_in_the_order_given) {
  build("time: [a.b, c]", {});
  EXPECT_EQ(map_.resolve("a.b").time_rank, 0);
  EXPECT_EQ(map_.resolve("c").time_rank, 1);
  EXPECT_EQ(map_.resolve("d").time_rank, FieldMap::kNoTime);
}

TEST_F(FieldMapTest, an_asterisk_in_a_field_name_is_only_a_letter) {
  build("{}", {"*", "a.*"});
  EXPECT_EQ(at("x"), "x:");
  EXPECT_EQ(at("*"), "*: *");
}

TEST_F(FieldMapTest, refuses_a_path_with_two_names) {
  const auto rules = read_field_rules("rename: {A: x.y, B: x.y}");
  ASSERT_TRUE(rules);
  EXPECT_FALSE(FieldMap::build(*rules, fields_));
}

TEST(FieldRules, say_where_the_fault_is) {
  const auto error = read_field_rules("transparent: [a]\nunknown: [b]\n").error();
  EXPECT_EQ(error.where.line, 2);
  EXPECT_FALSE(read_field_rules("fallback: [{fields: [a]}]"));
  EXPECT_FALSE(read_field_rules("fallback: [{for: {vendor: x}, fields: {A: b}}]"));
  EXPECT_FALSE(read_field_rules("rename: [a]"));
  EXPECT_FALSE(read_field_rules("time: {a: b}"));
}

TEST_F(FieldMapTest, a_memory_of_keys_steps_the_same) {
  build("{}", {"a.b.c", "a.b", "b.a", "c", "a-key-that-is-longer-than-any-that-is-remembered.c"});
  KeyMemory memory;
  std::mt19937 random(20261125);
  for (int document = 0; document < 2'000; ++document) {
    memory.restart();
    FieldMap::State at = FieldMap::kRoot;
    for (int i = 0; i < 6; ++i) {
      std::string key(1, "abc"[random() % 3]);
      if (random() % 5 == 0) key += std::to_string(random());
      if (random() % 9 == 0) key = "a.b";
      if (random() % 9 == 0) key = "a-key-that-is-longer-than-any-that-is-remembered";
      if (random() % 20 == 0) key.clear();
      const FieldMap::State plain = map_.step(at, key);
      ASSERT_EQ(memory.step(map_, at, key), plain) << key;
      at = random() % 4 == 0 ? FieldMap::kRoot : plain;
    }
  }
}

}  // namespace
}  // namespace hinomi::normalise
