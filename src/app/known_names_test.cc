// What roles say the program has for them is what the program has.
#include "app/known_names.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "app/registry.h"

namespace hinomi::app {
namespace {

const std::string kSource = HINOMI_SOURCE_DIR;

content::Known known() {
  const auto permissions = content::PermissionTable::load(kSource + "/content/permissions.yaml");
  EXPECT_TRUE(permissions) << permissions.error().message;
  const auto names = known_names(make_registry(), *permissions, kSource + "/content");
  EXPECT_TRUE(names) << names.error().message;
  return *names;
}

// The paths of the routes in the browser's router.
std::set<std::string> browser_routes() {
  std::ifstream file(kSource + "/web/src/app/router.tsx");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::set<std::string> routes;
  const std::string before = "path: '";
  for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
    at += before.size();
    routes.insert(text.substr(at, text.find('\'', at) - at));
  }
  return routes;
}

TEST(KnownNamesTest, every_screen_that_roles_may_name_is_a_route_of_the_browser) {
  const std::set<std::string> routes = browser_routes();
  ASSERT_FALSE(routes.empty());
  const content::Known names = known();
  ASSERT_FALSE(names.screens.empty());
  for (const std::string& screen : names.screens) EXPECT_TRUE(routes.contains(screen)) << screen;
}

TEST(KnownNamesTest, roles_name_only_what_the_program_has) {
  const content::Known names = known();
  EXPECT_TRUE(names.entities.contains("assignment"));
  const auto roles = content::RoleCatalogue::load(kSource + "/content", names);
  ASSERT_TRUE(roles) << roles.error().message;
  const content::Role* const resources = roles->find({'A', 6});
  ASSERT_NE(resources, nullptr);
  EXPECT_FALSE(resources->uses.entities.empty());
}

TEST(KnownNamesTest, a_role_that_names_an_entity_nobody_declared_is_refused) {
  content::Known names = known();
  names.entities.erase("holding");
  const auto roles = content::RoleCatalogue::load(kSource + "/content", names);
  ASSERT_FALSE(roles);
  EXPECT_NE(roles.error().message.find("A-6.yaml"), std::string::npos) << roles.error().message;
}

}  // namespace
}  // namespace hinomi::app
