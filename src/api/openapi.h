// What the API says of itself: OpenAPI 3.1, made from the declarations of records and the routes of a server.
// Not for what schemas of other routes hold (openapi_parts.h) and not for serving it (server.cc).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/router.h"
#include "schema/entity.h"

namespace hinomi::api {

// One line of JSON. Every route that has words is in it; names are sorted, so that it changes only where the
// API does.
[[nodiscard]] std::string openapi_json(const schema::Registry& registry, const std::vector<Route>& routes);
// The same JSON with line breaks where parts are long, as it is committed; invalid_input when it is none.
[[nodiscard]] base::Result<std::string> indented(std::string_view json);

// What is wrong with the words of routes: none, a schema or parameter that is not there. For tests.
[[nodiscard]] std::vector<std::string> faults_of(const schema::Registry& registry,
                                                 const std::vector<Route>& routes);

}  // namespace hinomi::api
