// What must always hold with the records of the organisation master, whoever writes them: keys, titles, and
// labels that lead to something. Not permissions.
#pragma once

#include "record/engine.h"
#include "work/notice_board.h"
#include "work/people.h"

namespace hinomi::govern {

// Once, before the first write: the key of a new organisation or site; that a record belongs to an
// organisation and site that exist; that an assignment names either a person or a post; titles that are put
// together.
void add_hooks(record::Engine& engine);
// After add_hooks(): whoever is given a role is told. The board and the people outlive the engine's use.
void add_notices(record::Engine& engine, work::NoticeBoard& notices, work::People& people);

}  // namespace hinomi::govern
