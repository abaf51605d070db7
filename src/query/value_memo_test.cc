#include "query/value_memo.h"

#include <gtest/gtest.h>

namespace hinomi::query {
namespace {

base::Hash128 key(std::uint64_t i) {
  return {i * 0x9E3779B97F4A7C15ULL + 1, i + 1};
}

TEST(ValueMemo, remembers_what_was_noted) {
  ValueMemo memo(64);
  const std::vector<GateId> gates{GateId{3}, GateId{5}};
  memo.note(key(1), gates);
  memo.note(key(2), {});
  const auto first = memo.find(key(1));
  ASSERT_TRUE(first.known);
  EXPECT_EQ(std::vector<GateId>(first.gates.begin(), first.gates.end()), gates);
  EXPECT_TRUE(memo.find(key(2)).known);
  EXPECT_TRUE(memo.find(key(2)).gates.empty());
  EXPECT_FALSE(memo.find(key(3)).known);
}

TEST(ValueMemo, forgets_only_what_was_not_met_for_a_generation) {
  ValueMemo memo(64);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::vector<GateId> gates{GateId{static_cast<std::uint32_t>(i)}};
    if (!memo.find(key(i)).known) memo.note(key(i), gates);
    if (i > 0) {
      const auto noted = memo.find(key(0));
      ASSERT_TRUE(noted.known) << i;
      EXPECT_EQ(noted.gates.front(), GateId{0});
    }
  }
  EXPECT_FALSE(memo.find(key(1)).known);
}

TEST(ValueMemo, knows_what_it_met_a_moment_ago) {
  ValueMemo memo(64);
  EXPECT_FALSE(memo.met_before(key(1)));
  EXPECT_FALSE(memo.met_before(key(2)));
  EXPECT_TRUE(memo.met_before(key(1)));
}

TEST(ValueMemo, holds_values_that_open_many_gates) {
  ValueMemo memo(16);
  const std::vector<GateId> many(1000, GateId{1});
  for (std::uint64_t i = 0; i < 50; ++i) EXPECT_EQ(memo.note(key(i), many).size(), many.size());
}

}  // namespace
}  // namespace hinomi::query
