// The content as it ships, read once, for tests: permissions, roles, services. The names that roles may use
// come from what is committed: schema/tables.txt (entities) and content/screens.yaml.
#pragma once

#include <fstream>
#include <string>

#include "base/check.h"
#include "content/bundle_table.h"
#include "content/permission_table.h"
#include "content/role_catalogue.h"
#include "content/screens.h"
#include "content/service_catalogue.h"

namespace hinomi::content {

struct Shipped {
  PermissionTable permissions;
  RoleCatalogue roles;
  ServiceCatalogue services;
  BundleTable bundles;
};

[[nodiscard]] inline Known shipped_names() {
  const std::string source = HINOMI_SOURCE_DIR;
  const auto permissions = PermissionTable::load(source + "/content/permissions.yaml");
  const auto screens = load_screens(source + "/content/screens.yaml");
  HINOMI_CHECK(permissions && screens);
  Known known{.screens = *screens, .permissions = permissions->names()};
  std::ifstream tables(source + "/schema/tables.txt");
  for (std::string line; std::getline(tables, line);)
    if (line.find('.') == std::string::npos) known.entities.insert(line);
  return known;
}

[[nodiscard]] inline const Shipped& shipped() {
  static const Shipped content = [] {
    const std::string folder = std::string(HINOMI_SOURCE_DIR) + "/content";
    auto permissions = PermissionTable::load(folder + "/permissions.yaml");
    HINOMI_CHECK(permissions.has_value());
    auto roles = RoleCatalogue::load(folder, shipped_names());
    HINOMI_CHECK(roles.has_value());
    auto services = ServiceCatalogue::load(folder + "/catalogues/itu-t-x1060.yaml", *roles);
    HINOMI_CHECK(services.has_value());
    auto bundles = BundleTable::load(folder + "/bundles.yaml", permissions->names());
    HINOMI_CHECK(bundles.has_value());
    return Shipped{std::move(*permissions), std::move(*roles), std::move(*services), std::move(*bundles)};
  }();
  return content;
}

}  // namespace hinomi::content
