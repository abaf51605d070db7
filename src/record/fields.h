// Single fields of records and drafts by their names. The field must be declared.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "record/record.h"

namespace hinomi::record {

[[nodiscard]] inline const schema::Value& value_of(const schema::Entity& entity, const Record& record,
                                                   std::string_view field) {
  return record.values[entity.index_of(field)];
}
[[nodiscard]] inline schema::Value& value_of(const schema::Entity& entity, Record& record,
                                             std::string_view field) {
  return record.values[entity.index_of(field)];
}

// Empty, nullopt, 0 or false where the field is empty.
[[nodiscard]] inline std::string text_field(const schema::Entity& entity, const Record& record,
                                            std::string_view field) {
  const auto* const text = std::get_if<std::string>(&value_of(entity, record, field));
  return text == nullptr ? std::string() : *text;
}
[[nodiscard]] inline std::optional<base::RecordId> id_field(const schema::Entity& entity,
                                                            const Record& record, std::string_view field) {
  const auto* const id = std::get_if<base::RecordId>(&value_of(entity, record, field));
  return id == nullptr ? std::nullopt : std::optional(*id);
}
[[nodiscard]] inline std::int64_t integer_field(const schema::Entity& entity, const Record& record,
                                                std::string_view field) {
  const auto* const number = std::get_if<std::int64_t>(&value_of(entity, record, field));
  return number == nullptr ? 0 : *number;
}
[[nodiscard]] inline bool flag_field(const schema::Entity& entity, const Record& record,
                                     std::string_view field) {
  const auto* const flag = std::get_if<bool>(&value_of(entity, record, field));
  return flag != nullptr && *flag;
}

inline void set_field(const schema::Entity& entity, Draft& draft, std::string_view field,
                      schema::Value value) {
  draft.values.emplace_back(entity.index_of(field), std::move(value));
}
[[nodiscard]] inline std::string title_field(const schema::Entity& entity, const Record& record) {
  return text_field(entity, record, entity.title);
}

}  // namespace hinomi::record
