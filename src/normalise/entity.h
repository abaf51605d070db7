// What an event is about, in one value: the host, else the user, else the address that content/mappings names
// for its log source. Findings of one rule about one entity become one alert. Not an inventory: two names of
// one machine are two entities.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/field_table.h"
#include "event/log_source.h"

namespace hinomi::normalise {

// Borrows from the event and from EntityRules; the value is hostile.
struct Entity {
  std::string_view field;
  std::string_view value;
};

// Const after reading.
class EntityRules {
 public:
  EntityRules() = default;  // knows no entity
  // `text` is the YAML of entities.yaml. Interns the fields it names: to be called before
  // Normaliser::freeze(), so that events bring them.
  [[nodiscard]] static base::Result<EntityRules> read(std::string_view text, event::FieldTable& fields);
  [[nodiscard]] static base::Result<EntityRules> load(const std::string& mappings_folder,
                                                      event::FieldTable& fields);
  // The fields that were not known before, for Normaliser::freeze(): nobody else wants their objects.
  [[nodiscard]] const std::vector<std::string>& new_fields() const noexcept { return new_fields_; }

 private:
  friend class EntityFinder;
  struct Candidate {
    event::FieldId field{};
    std::string name;
  };
  struct Group {
    event::LogSource only;  // empty: for every event
    std::vector<Candidate> candidates;
  };
  std::vector<std::string> ignored_;  // folded
  std::vector<Group> groups_;
  std::vector<std::string> new_fields_;
};

// One a worker. Both must outlive it.
class EntityFinder {
 public:
  EntityFinder(const EntityRules& rules, const event::SourceRegistry& sources)
      : rules_(rules), sources_(sources) {}

  // Of an event after Extractor::finish(). Nothing when it has none of the fields, or only values that name
  // nobody.
  [[nodiscard]] std::optional<Entity> find(const event::Event& event);

 private:
  [[nodiscard]] const std::vector<std::uint32_t>& groups_of(event::RouteId route);
  [[nodiscard]] bool names_somebody(std::string_view value);

  const EntityRules& rules_;
  const event::SourceRegistry& sources_;
  std::vector<std::optional<std::vector<std::uint32_t>>> groups_by_route_;  // indexes, in order
  std::string folded_;
};

}  // namespace hinomi::normalise
