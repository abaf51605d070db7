// All attacks, and their table at the end. gtest's own options work.
#include <gtest/gtest.h>

#include "attack/ledger.h"
#include "attack/world.h"

namespace {

class Servers final : public ::testing::Environment {
 public:
  void SetUp() override {
    if (hinomi::attack::World::why_missing().empty()) {
      ASSERT_TRUE(hinomi::attack::World::get().start());
    }
  }
  void TearDown() override { hinomi::attack::World::get().stop(); }
};

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  ::testing::UnitTest::GetInstance()->listeners().Append(&hinomi::attack::Ledger::get());
  ::testing::AddGlobalTestEnvironment(new Servers);
  return RUN_ALL_TESTS();
}
