// A role as its content file describes it: what it is for, what it takes and gives, how it is measured, what
// it may do. Not who carries it at the moment; that is an assignment (access/).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "content/bilingual.h"
#include "content/code.h"

namespace hinomi::content {

enum class RoleState : std::uint8_t {
  planned,  // described; the program does not do its work yet
  partial,  // a first part of its work is done by the program
  built,    // all of it is, and a scenario proves so
};

// Who carries a role where nothing else was decided, by the four areas of the handbook.
enum class Sourcing : std::uint8_t {
  own,             // I: the organisation itself
  own_led,         // II: the organisation, with outside help
  specialist_led,  // III: an outside organisation, with the organisation's help
  specialist,      // IV: an outside organisation
};
[[nodiscard]] std::string_view area_of(Sourcing sourcing) noexcept;  // "I" to "IV"

enum class MeasureUnit : std::uint8_t {
  count,
  percent,
  duration,
  per_hundred,   // of something, a hundred each
  per_thousand,  // of something, a thousand each
  points,        // of a score
};
[[nodiscard]] std::string_view name_of(MeasureUnit unit) noexcept;

enum class GoodDirection : std::uint8_t { up, down };

struct RoleMeasure {
  std::string key;  // unique among all roles
  Bilingual names;
  Bilingual definition;
  MeasureUnit unit = MeasureUnit::count;
  GoodDirection good = GoodDirection::up;
};

struct RoleWork {
  Bilingual in;      // what it starts from
  Bilingual does;    // what is done with it
  Bilingual out;     // what it leaves
  Bilingual reader;  // who uses that
};

// Names of what the program has for the role. Of a planned one: what is there already for it to stand on.
struct RoleUses {
  std::vector<std::string> entities;
  std::vector<std::string> actions;
  std::vector<std::string> screens;
  std::vector<std::string> measures;
  std::vector<std::string> procedures;
};

struct Role {
  Code code;
  RoleState state = RoleState::planned;
  std::string scenario;  // of a built role; else empty
  Bilingual names;       // ja: the catalogue's own
  Bilingual aim;
  RoleWork work;
  RoleUses uses;
  std::vector<RoleMeasure> measures;
  std::vector<std::string> permissions;
  Sourcing default_sourcing = Sourcing::own;
  std::vector<Code> feeds;   // in the order of codes
  std::vector<Code> fed_by;  // in the order of codes
  std::vector<Bilingual> skills;
};

}  // namespace hinomi::content
