// What stands with a record, for the operations on it: the record in the path, and fields of notes. Not for
// records by themselves.
#pragma once

#include <string>
#include <string_view>

#include "api/records/service.h"

namespace hinomi::api::records {

// The record in the path, as far as the caller may see it; a deleted one is not found.
[[nodiscard]] record::Outcome<record::Record> parent_of(record::Engine& engine, const Asked& asked,
                                                        const schema::Entity& entity);
// A text of a note; empty where there is none.
[[nodiscard]] std::string note_text(const schema::Entity& entity, const record::Record& note,
                                    std::string_view field);

}  // namespace hinomi::api::records
