// The declaration of a kind of record: its fields, states, actions. From it come storage, JSON, validation,
// API, search, history and forms (module record, api). Facts only: an action's behaviour stands where the
// action is registered. Not for event streams.
//
// To add an entity: a plain struct and its declaration in one header and source, a line in the registry
// (app/registry.cc), labels in ja and en, ./dev generate.
#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "schema/field.h"

namespace hinomi::schema {

// A named deed on one record: POST /api/v1/<path>/{id}/actions/<name>, with the permission <entity>.<name>.
// Label: action.<entity>.<name>. Whatever changes a state is one.
struct Action {
  std::string_view name;
  bool needs_reason = false;
  bool needs_step_up = false;        // the caller proved who they are within the last minutes
  bool four_eyes = false;            // takes effect when a second person has approved it
  std::string_view permission = {};  // in place of <entity>.<name>
  // Of four_eyes: how long an approval may take; and, where somebody may act at once and have it approved
  // afterwards, within which time. 0: nobody may.
  std::chrono::minutes approval_within{30};
  std::chrono::minutes act_first_within{0};
};

// The only ways from one state to another, whoever writes; the engine refuses every other. Where an action
// may lead to several states, the first is what it does by itself.
struct Transition {
  std::string_view from;  // empty: a new record may begin there, beside the first choice
  std::string_view to;
  std::string_view action;
  bool by_program = false;  // what the program does by itself ("expired"); `action` is what the history says
};

struct Entity {
  std::string_view name = {};    // "person": table, permissions, labels (entity.person, entity.person.many)
  std::string_view path = {};    // "people": /api/v1/people
  std::string_view title = {};   // the field that stands for the record in lists and references
  std::string_view prefix = {};  // of receipt numbers, "INC" for INC-2026-000123; empty: has none
  std::vector<Field> fields = {};
  std::vector<Action> actions = {};
  std::string_view state_field = {};  // of Kind::choice, its first choice is the initial one; empty: has none
  std::vector<Transition> transitions = {};
  // A reference field: a record is for the principal it names and nobody else; empty: has none.
  std::string_view owner = {};
  // Stands with another record (a comment): has no routes of its own, is not searched, and is read by whoever
  // may read that one.
  bool attached = false;
  bool for_all_organisations = false;  // a record belongs to none: catalogues, organisations themselves
  // With for_all_organisations: the integer field with the number of the organisation that a record itself
  // is, in which all but reading it is decided; empty: records are none.
  std::string_view itself = {};
  bool may_be_sealed = true;             // may live in a vault
  Action deletion = {.name = "delete"};  // what deleting one needs

  [[nodiscard]] const Field* find(std::string_view field) const noexcept;
  // Index in fields; the field must exist.
  [[nodiscard]] std::size_t index_of(std::string_view field) const;
  // The values of a record of which nothing is said yet.
  [[nodiscard]] std::vector<Value> defaults() const;
  [[nodiscard]] const Action* find_action(std::string_view action) const noexcept;
  // The same, and the deletion for "delete".
  [[nodiscard]] const Action* find_deed(std::string_view deed) const noexcept;
  // Whether anything that is done to a record waits for a second person.
  [[nodiscard]] bool has_four_eyes() const noexcept;
};

namespace detail {

struct AnyMember {
  template <typename T>
  operator T() const noexcept;  // NOLINT(google-explicit-constructor): never called
};

// How many members an aggregate has.
template <typename T, typename... Members>
constexpr std::size_t members_of() {
  if constexpr (requires { T{Members{}..., AnyMember{}}; }) {
    return members_of<T, Members..., AnyMember>();
  } else {
    return sizeof...(Members);
  }
}

}  // namespace detail

// The fields of a declaration; every member of the struct must be among them. Members are of the types that
// fields know (no aggregates inside).
template <typename Struct, std::size_t count>
[[nodiscard]] std::vector<Field> fields_of(const Field (&fields)[count]) {
  static_assert(std::is_aggregate_v<Struct>, "an entity is a plain struct");
  static_assert(detail::members_of<Struct>() == count,
                "a member of the struct is not declared, or one twice");
  return {fields, fields + count};
}

// The values of a struct in the order of its fields, and back.
template <typename Struct>
[[nodiscard]] std::vector<Value> values_of(const Entity& entity, const Struct& object) {
  std::vector<Value> values;
  values.reserve(entity.fields.size());
  for (const Field& field : entity.fields) values.push_back(field.get(&object));
  return values;
}
template <typename Struct>
[[nodiscard]] Struct object_of(const Entity& entity, const std::vector<Value>& values) {
  HINOMI_CHECK(values.size() == entity.fields.size());
  Struct object;
  for (std::size_t i = 0; i < values.size(); ++i) entity.fields[i].set(&object, values[i]);
  return object;
}

// All entities of a program; given to whatever works on any of them. Names and paths are unique.
class Registry {
 public:
  Registry() = default;
  // Breaks an invariant when declarations contradict themselves or one another (check_entity, below).
  explicit Registry(std::vector<Entity> entities);

  [[nodiscard]] std::span<const Entity> all() const noexcept { return entities_; }
  [[nodiscard]] const Entity* find(std::string_view name) const noexcept;
  [[nodiscard]] const Entity* find_path(std::string_view path) const noexcept;
  // The entity must exist.
  [[nodiscard]] const Entity& get(std::string_view name) const;

 private:
  std::vector<Entity> entities_;
};

// "person.retire", or the one that the action names.
[[nodiscard]] std::string permission_for(const Entity& entity, const Action& action);

// What is wrong with a declaration, in words; empty: nothing. For tests and the registry.
[[nodiscard]] std::string fault_of(const Entity& entity);

// "person.read", "person.create", "person.change", "person.delete", then one for each action, and those that
// single fields need.
[[nodiscard]] std::vector<std::string> permissions_of(const Entity& entity);

}  // namespace hinomi::schema
