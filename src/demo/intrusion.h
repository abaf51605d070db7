// The intrusion: one day, from a mail with a disk image to the removal of the shadow copies, told in all
// logs. Every step is entered as ground truth for the rules; nothing here is usable code of an attack.
#pragma once

#include <vector>

#include "demo/manifest.h"
#include "demo/random.h"
#include "demo/scene.h"

namespace hinomi::demo {

void add_intrusion(Scene& scene, const Random& random, std::vector<Step>& steps);

}  // namespace hinomi::demo
