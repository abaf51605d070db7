#include "os/fault_point.h"

#include <csignal>

#include <gtest/gtest.h>

namespace hinomi::os {
namespace {

void arm_and_pass(const char* setting, int times) {
  if (!arm_fault_point(setting)) return;
  for (int i = 0; i < times; ++i) fault_point("journal.after_write");
}

TEST(FaultPointDeathTest, ends_the_process_at_the_pass_that_was_asked_for) {
  EXPECT_EXIT(arm_and_pass("journal.after_write", 1), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(arm_and_pass("journal.after_write:3", 3), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT((arm_and_pass("journal.after_write:3", 2), std::_Exit(0)), testing::ExitedWithCode(0), "");
  EXPECT_EXIT((arm_and_pass("journal.before_write", 5), std::_Exit(0)), testing::ExitedWithCode(0), "");
}

TEST(FaultPoint, refuses_settings_of_another_form) {
  EXPECT_FALSE(arm_fault_point(""));
  EXPECT_FALSE(arm_fault_point(":1"));
  EXPECT_FALSE(arm_fault_point("a:0"));
  EXPECT_FALSE(arm_fault_point("a:1x"));
}

}  // namespace
}  // namespace hinomi::os
