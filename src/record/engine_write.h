// What a write is about, on its way through the parts of the engine. Not for use outside them.
#pragma once

#include "record/engine.h"

namespace hinomi::record {

struct Engine::Write {
  const Context& context;
  const schema::Entity& entity;
  const Record* before = nullptr;
  Record& after;
  std::string kind;    // of the history
  std::string action;  // the same, or what the action is called
  std::optional<std::int64_t> undoes;
  bool by_program = false;  // references need not lead to what the caller may read
};

struct Engine::Deed {
  const Context& context;
  const schema::Entity& entity;
  const schema::Action& action;
  const base::RecordId& id;
  std::string_view arguments;
  std::optional<std::int64_t> version;
  std::optional<Record> changed{};
  base::RecordId waits_for{};  // the approval that was asked for in place of the deed
};

// The words of a record in the search index: in place of those that stand there; gone.
[[nodiscard]] base::Result<void> index(store::sql::Connection& connection, const schema::Entity& entity,
                                       const Record& record);
[[nodiscard]] base::Result<void> remove_from_index(store::sql::Connection& connection,
                                                   const base::RecordId& id);
// The sequence of changes.
inline constexpr std::string_view kChanges = "changes";

// Puts what a draft names into a record.
void apply(const Draft& draft, Record& record);

[[nodiscard]] inline Refusal invalid(std::vector<Fault> faults) {
  return {Refusal::Kind::invalid, std::move(faults), {}};
}
[[nodiscard]] inline Refusal failed(base::Error error) {
  return {Refusal::Kind::failed, {}, std::move(error)};
}

}  // namespace hinomi::record
