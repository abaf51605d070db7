#include "demo/intrusion.h"

#include <algorithm>

#include "demo/intrusion_stage.h"

namespace hinomi::demo {

void add_intrusion(Scene& scene, const Random& random, std::vector<Step>& steps) {
  add_workstation_stage({scene, random.fork("workstation stage"), steps});
  add_server_stage({scene, random.fork("server stage"), steps});
  add_network_stage({scene, random.fork("network stage"), steps});
  std::ranges::stable_sort(steps, {}, &Step::first);
}

}  // namespace hinomi::demo
