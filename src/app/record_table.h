// A page of records as a table for people: the columns that lists show, as wide as the terminal. Not for
// programs, which take the JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/language.h"
#include "base/result.h"
#include "schema/entity.h"

namespace hinomi::app {

// `page`: the answer to a list. Every text is safe to show on a terminal.
[[nodiscard]] base::Result<std::string> record_table(const schema::Entity& entity, std::string_view page,
                                                     base::Language language, int columns);

}  // namespace hinomi::app
