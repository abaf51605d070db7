// A normal day of the Linux servers: cron, logins by key and by password, package updates, deployments.
// Nothing of it is an attack, though some of it looks like one.
#pragma once

#include "demo/random.h"
#include "demo/scene.h"

namespace hinomi::demo {

void add_linux_day(Scene& scene, const Random& random);

}  // namespace hinomi::demo
