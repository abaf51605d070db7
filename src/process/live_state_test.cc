#include "process/live_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace hinomi::process {
namespace {

TEST(SharedState, two_mappings_see_the_same_memory) {
  auto first = SharedState::create();
  ASSERT_TRUE(first);
  auto second = SharedState::map(os::Descriptor(::dup(first->descriptor())));
  ASSERT_TRUE(second);
  (*first)->journal_end = 42;
  EXPECT_EQ((*second)->journal_end, 42U);
  (*second)->pipeline_state = PipelineState::live;
  EXPECT_EQ((*first)->pipeline_state, PipelineState::live);
}

TEST(SharedState, refuses_memory_of_another_size) {
  os::Descriptor other(::open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_FALSE(SharedState::map(std::move(other)));
}

TEST(Wakeup, calls_before_a_wait_count_as_one) {
  auto wakeup = Wakeup::create();
  ASSERT_TRUE(wakeup);
  EXPECT_FALSE(wakeup->wait(0));
  wakeup->wake();
  wakeup->wake();
  EXPECT_TRUE(wakeup->wait(0));
  EXPECT_FALSE(wakeup->wait(0));
}

}  // namespace
}  // namespace hinomi::process
