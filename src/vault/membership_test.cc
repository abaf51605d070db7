#include "vault/membership.h"

#include <gtest/gtest.h>

#include <random>

namespace hinomi::vault {
namespace {

base::RecordId person(std::uint8_t number) {
  std::array<std::uint8_t, 10> random{};
  random[9] = number;
  random[8] = static_cast<std::uint8_t>(number * 37);
  return base::RecordId::make(base::TimeNs{1'795'593'600'000'000'000}, random);
}

TEST(MembershipTest, what_is_written_is_read_back) {
  Membership membership;
  for (int i = 0; i < 200; ++i) membership.put({person(static_cast<std::uint8_t>(i)), i % 3 == 0});
  const auto read = Membership::parse(membership.bytes());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->all(), membership.all());
  EXPECT_EQ(read->custodians(), 67U);
}

TEST(MembershipTest, its_size_says_no_more_of_how_many_than_the_next_step) {
  Membership membership;
  const std::size_t empty = membership.bytes().size();
  for (std::uint8_t i = 0; i < kPaddedTo; ++i) {
    membership.put({person(i), true});
    EXPECT_EQ(membership.bytes().size(), empty);
  }
  membership.put({person(kPaddedTo), false});
  EXPECT_GT(membership.bytes().size(), empty);
}

TEST(MembershipTest, putting_somebody_again_changes_their_rights) {
  Membership membership;
  membership.put({person(1), true});
  membership.put({person(1), false});
  EXPECT_EQ(membership.all().size(), 1U);
  EXPECT_EQ(membership.custodians(), 0U);
  membership.remove(person(1));
  EXPECT_EQ(membership.find(person(1)), nullptr);
}

TEST(MembershipTest, hostile_bytes_are_refused_or_read_within_bounds) {
  Membership membership;
  for (std::uint8_t i = 0; i < 3; ++i) membership.put({person(i), true});
  const std::string good = membership.bytes();
  for (std::size_t length = 0; length < 60 && length < good.size(); ++length) {
    EXPECT_EQ(Membership::parse(good.substr(0, length)).has_value(), length >= 3 + 3 * 17) << length;
  }
  std::string many = good;
  many[1] = '\xFF';
  many[2] = '\xFF';
  EXPECT_FALSE(Membership::parse(many));
  std::string twice = good;
  twice.replace(3 + 17, 17, good.substr(3, 17));
  EXPECT_FALSE(Membership::parse(twice));
  std::string rights = good;
  rights[3 + 16] = 2;
  EXPECT_FALSE(Membership::parse(rights));
  std::mt19937 random(20261125);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto read = Membership::parse(bytes);
    if (read) {
      EXPECT_LE(read->all().size(), kMaxMembers);
    }
  }
}

}  // namespace
}  // namespace hinomi::vault
