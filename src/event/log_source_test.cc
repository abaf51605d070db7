#include "event/log_source.h"

#include <gtest/gtest.h>

namespace hinomi::event {
namespace {

TEST(LogSource, a_demand_is_met_by_all_its_stated_parts) {
  const LogSource sysmon{.product = "windows", .category = "process_creation", .service = "sysmon"};
  EXPECT_TRUE(satisfies(sysmon, {.product = "windows", .category = {}, .service = {}}));
  EXPECT_TRUE(satisfies(sysmon, {.product = "windows", .category = "process_creation", .service = {}}));
  EXPECT_FALSE(satisfies(sysmon, {.product = "linux", .category = "process_creation", .service = {}}));
  EXPECT_FALSE(satisfies(sysmon, {.product = {}, .category = {}, .service = "security"}));
}

TEST(SourceRegistry, gives_equal_sets_one_id) {
  SourceRegistry registry;
  const LogSource a{.product = "windows", .category = {}, .service = "sysmon"};
  const LogSource b{.product = "windows", .category = "dns_query", .service = "sysmon"};
  const RouteId id = registry.intern({a, b, a});
  EXPECT_EQ(registry.intern({b, a}), id);
  EXPECT_EQ(registry.sources(id).size(), 2U);
  EXPECT_EQ(registry.intern({}), RouteId::unknown);
}

}  // namespace
}  // namespace hinomi::event
