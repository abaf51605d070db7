// The operations of the API's description: for each route its parameters, body, answers, permission. Not for
// the schemas that they name (openapi_schemas.h, openapi_parts.h).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "api/router.h"
#include "base/json_writer.h"

namespace hinomi::api {

// "paths" with all operations, sorted by path; an action of records is a path of its own.
void write_paths(base::JsonWriter& json, const std::vector<Route>& routes);
// What the route is grouped by: the entity, or the first part of its path.
[[nodiscard]] std::string tag_of(const Route& route);

// Each of the words, which blanks separate.
template <typename Use>
void for_each_word(std::string_view words, const Use& use) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) use(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

}  // namespace hinomi::api
