// What must always hold with the records of the organisation master, whoever writes them: keys, titles, and
// labels that lead to something. Not permissions.
#pragma once

#include "record/engine.h"

namespace hinomi::govern {

// Once, before the first write: the key of a new organisation or site; that a record belongs to an
// organisation and site that exist; that an assignment names either a person or a post; titles that are put
// together.
void add_hooks(record::Engine& engine);

}  // namespace hinomi::govern
