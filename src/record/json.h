// Records as JSON and back: the members that every record has, then its fields by their names. Not for lists
// of changes (history.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "parse/json/reader.h"
#include "record/record.h"

namespace hinomi::record {

void write_value(base::JsonWriter& json, const schema::Field& field, const schema::Value& value);
void write_record(base::JsonWriter& json, const schema::Entity& entity, const Record& record);
[[nodiscard]] std::string to_json(const schema::Entity& entity, const Record& record);

// The value of a field from JSON; false when it is of another type than the field's kind.
[[nodiscard]] bool read_value(const schema::Field& field, const parse::json::Value& from,
                              schema::Value& into);
// The same from text, as in the parameters of a query and in cells of a table.
[[nodiscard]] bool read_text(const schema::Field& field, std::string_view from, schema::Value& into);
// Text for a cell: what read_text() takes back; times in UTC.
[[nodiscard]] std::string text_of(const schema::Field& field, const schema::Value& value);

struct ReadDraft {
  Draft draft;
  std::vector<Fault> faults;  // unknown members, wrong types; nothing else is looked at
};
// A JSON object with the members to set. `is_new`: members that only a new record takes are allowed.
// invalid_input when it is no JSON object.
[[nodiscard]] base::Result<ReadDraft> read_draft(const schema::Entity& entity, std::string_view body,
                                                 bool is_new);

[[nodiscard]] std::string_view name_of(base::Zone zone) noexcept;
[[nodiscard]] std::string_view name_of(base::Realm realm) noexcept;
[[nodiscard]] std::string_view name_of(base::DataClass data_class) noexcept;
[[nodiscard]] std::optional<base::Realm> parse_realm(std::string_view name) noexcept;

}  // namespace hinomi::record
