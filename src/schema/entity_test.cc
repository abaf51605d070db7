#include "schema/entity.h"

#include <gtest/gtest.h>

#include <optional>

namespace hinomi::schema {
namespace {

enum class Mood : std::uint8_t { calm, busy };
constexpr std::string_view kMoods[] = {"calm", "busy"};
constexpr std::span<const std::string_view> choices_of(Mood /*any*/) {
  return kMoods;
}

struct Ship {
  std::string name;
  std::optional<std::string> story;
  std::int64_t masts = 1;
  std::optional<double> length_m;
  bool afloat = true;
  std::optional<base::TimeNs> launched;
  std::optional<std::string> built_on;
  Mood mood = Mood::calm;
  std::optional<base::RecordId> flagship;
  Texts crew;
};

Entity ship() {
  return {.name = "ship",
          .path = "ships",
          .title = "name",
          .prefix = {},
          .fields = fields_of<Ship>({
              text<&Ship::name>("name").required().searchable(),
              prose<&Ship::story>("story"),
              integer<&Ship::masts>("masts").between(1, 7),
              real<&Ship::length_m>("length_m"),
              flag<&Ship::afloat>("afloat"),
              time<&Ship::launched>("launched").write_once(),
              date<&Ship::built_on>("built_on"),
              choice<&Ship::mood>("mood").server_owned(),
              reference<&Ship::flagship>("flagship", "ship"),
              texts<&Ship::crew>("crew").needs("ship.see_crew"),
          }),
          .actions = {{.name = "alarm"}, {.name = "calm_down"}},
          .state_field = "mood",
          .transitions = {{"calm", "busy", "alarm"}, {"busy", "calm", "calm_down"}}};
}

TEST(EntityTest, values_come_back_as_the_same_struct) {
  const Entity entity = ship();
  Ship one;
  one.name = "海鷲";
  one.masts = 3;
  one.launched = base::TimeNs{5};
  one.mood = Mood::busy;
  one.flagship = base::RecordId::parse("017f22e2-79b0-7fff-bf44-5566778899aa");
  one.crew = {"ann", "ben"};
  const Ship same = object_of<Ship>(entity, values_of(entity, one));
  EXPECT_EQ(same.name, one.name);
  EXPECT_EQ(same.story, std::nullopt);
  EXPECT_EQ(same.masts, 3);
  EXPECT_EQ(same.length_m, std::nullopt);
  EXPECT_TRUE(same.afloat);
  EXPECT_EQ(same.launched, one.launched);
  EXPECT_EQ(same.mood, Mood::busy);
  EXPECT_EQ(same.flagship, one.flagship);
  EXPECT_EQ(same.crew, one.crew);
}

TEST(EntityTest, an_empty_value_is_the_default_of_its_member) {
  const Entity entity = ship();
  std::vector<Value> values(entity.fields.size());
  const Ship empty = object_of<Ship>(entity, values);
  EXPECT_EQ(empty.name, "");
  EXPECT_EQ(empty.mood, Mood::calm);
}

TEST(EntityTest, permissions_are_the_four_verbs_the_actions_and_those_of_fields) {
  EXPECT_EQ(permissions_of(ship()),
            (std::vector<std::string>{"ship.read", "ship.create", "ship.change", "ship.delete", "ship.alarm",
                                      "ship.calm_down", "ship.see_crew"}));
}

TEST(EntityTest, a_sound_declaration_has_no_fault) {
  EXPECT_EQ(fault_of(ship()), "");
}

TEST(EntityTest, names_the_fault_of_a_declaration) {
  const auto with = [](auto change) {
    Entity entity = ship();
    change(entity);
    return fault_of(entity);
  };
  EXPECT_EQ(with([](Entity& e) { e.fields[1].name = "name"; }), "ship: two fields of one name");
  EXPECT_EQ(with([](Entity& e) { e.fields[1].name = "version"; }),
            "ship.version: every record has this already");
  EXPECT_EQ(with([](Entity& e) { e.fields[1].name = "a b"; }), "ship.a b: no name");
  EXPECT_EQ(with([](Entity& e) { e.title = "masts"; }), "ship: the title is no text");
  EXPECT_EQ(with([](Entity& e) { e.transitions[0].action = "fly"; }),
            "ship: a transition by an unknown action");
  EXPECT_EQ(with([](Entity& e) { e.transitions[0].to = "sunk"; }),
            "ship: a transition between unknown states");
  EXPECT_EQ(with([](Entity& e) { e.actions.push_back({.name = "read"}); }), "ship: two actions of one name");
  EXPECT_EQ(with([](Entity& e) { e.fields[8].target = {}; }), "ship.flagship: a reference to nothing");
}

TEST(EntityTest, a_registry_finds_by_name_and_path) {
  const Registry registry({ship()});
  EXPECT_EQ(registry.find("ship"), registry.find_path("ships"));
  EXPECT_EQ(registry.find("boat"), nullptr);
}

}  // namespace
}  // namespace hinomi::schema
