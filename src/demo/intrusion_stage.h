// The three parts of the intrusion and what they share. Only for the intrusion*.cc files.
#pragma once

#include <vector>

#include "demo/intrusion.h"

namespace hinomi::demo {

struct Stage {
  Scene& scene;
  Random random;
  std::vector<Step>& steps;

  [[nodiscard]] const Host& host(std::string_view name) const { return scene.company.host(name); }
  [[nodiscard]] const Day& day() const { return scene.day; }
};

inline constexpr std::string_view kPatientZero = "HQ-PC-014";

void add_workstation_stage(Stage stage);  // 09:12 to 10:50: entry, discovery, passwords, spreading
void add_server_stage(Stage stage);       // 10:53 to 18:45: servers and directory
void add_network_stage(Stage stage);      // Linux, name tunnel, upload, VPN

}  // namespace hinomi::demo
