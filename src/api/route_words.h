// What routes are for, in words and names of schemas, by method and pattern: one table for all that is no
// operation on records. A route that is in no table is a fault (openapi.h), so that none stays undescribed.
#pragma once

#include <vector>

#include "api/router.h"

namespace hinomi::api {

// Gives the routes their words; what a route says by itself stays.
void describe(std::vector<Route>& routes);

}  // namespace hinomi::api
