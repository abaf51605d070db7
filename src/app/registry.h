// Every entity of this program: the one list to add a line to.
#pragma once

#include "schema/entity.h"

namespace hinomi::app {

[[nodiscard]] schema::Registry make_registry();

}  // namespace hinomi::app
