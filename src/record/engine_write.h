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
};

// Puts what a draft names into a record.
void apply(const Draft& draft, Record& record);

[[nodiscard]] inline Refusal invalid(std::vector<Fault> faults) {
  return {Refusal::Kind::invalid, std::move(faults), {}};
}
[[nodiscard]] inline Refusal failed(base::Error error) {
  return {Refusal::Kind::failed, {}, std::move(error)};
}

}  // namespace hinomi::record
