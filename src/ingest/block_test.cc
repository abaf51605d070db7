#include "ingest/block.h"

#include <gtest/gtest.h>

namespace hinomi::ingest {
namespace {

TEST(Block, is_used_again_after_it_came_back) {
  BlockPool pool(1000, 1);
  const char* memory = nullptr;
  {
    Block block = pool.take();
    block.append("x");
    memory = block.bytes().data();
    EXPECT_EQ(pool.bytes_in_use(), 1000u);
  }
  EXPECT_EQ(pool.bytes_in_use(), 0u);
  const Block again = pool.take();
  EXPECT_EQ(again.bytes().data(), memory);
  EXPECT_EQ(again.size(), 0u);
}

TEST(Block, padding_behind_the_end_is_zero) {
  BlockPool pool(8, 0);
  Block block = pool.take();
  block.append("12345678");
  block.cut(5);
  block.seal();
  for (std::size_t i = 0; i < kBlockPadding; ++i) EXPECT_EQ(block.bytes().data()[5 + i], '\0');
}

TEST(Block, larger_ones_than_usual_are_to_be_had_but_not_kept) {
  BlockPool pool(10, 4);
  {
    EXPECT_EQ(pool.take(100).capacity(), 100u);
  }
  EXPECT_EQ(pool.take().capacity(), 10u);
  EXPECT_EQ(pool.bytes_in_use(), 0u);
}

TEST(Block, may_outlive_its_pool) {
  Block block;
  {
    BlockPool pool(10, 4);
    block = pool.take();
  }
  block.append("abc");
  block.drop_front(1);
  EXPECT_EQ(block.bytes(), "bc");
}

}  // namespace
}  // namespace hinomi::ingest
