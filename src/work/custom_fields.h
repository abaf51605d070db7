// Fields that an organisation adds to its records: what is defined, and that stored values keep to it. A
// change of a definition never touches values that stand: they are judged again only when somebody changes
// them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/engine.h"
#include "work/notes.h"

namespace hinomi::work {

inline constexpr std::size_t kMaxCustomFields = 100;       // of one entity in one organisation
inline constexpr std::size_t kMaxCustomTextLength = 2000;  // code points

struct CustomDefinition {
  base::RecordId id{};
  base::OrganisationId organisation{};
  CustomField field;
};

// Notes, private lists and definitions themselves have none.
[[nodiscard]] bool may_have_custom_fields(const schema::Entity& entity) noexcept;

// What is wrong with the values `after`, of a new record where `before` is nullptr. Faults name
// "custom.<name>". `wants_needed`: needed values must be there.
[[nodiscard]] std::vector<record::Fault> check_custom(std::span<const CustomDefinition> definitions,
                                                      const std::string* before, const std::string& after,
                                                      bool wants_needed);

// Has the engine ask check_custom() before every write, and keeps definitions sound: known entity, one of a
// name, options where there must be some; entity and name stay what they are.
void add_custom_field_hooks(record::Engine& engine);

// Those that the caller may read, by entity and name; of one entity, or of all (empty). None where the caller
// may read none.
[[nodiscard]] record::Outcome<std::vector<CustomDefinition>> visible_definitions(
    record::Engine& engine, const record::Context& context, std::string_view entity);

}  // namespace hinomi::work
