// A working day of the employees at their computers: logging on, mail, documents, browsing, meetings, remote
// work. Nothing of it is an attack, though some of it looks like one.
#pragma once

#include "demo/random.h"
#include "demo/scene.h"

namespace hinomi::demo {

void add_office_day(Scene& scene, const Random& random);

}  // namespace hinomi::demo
