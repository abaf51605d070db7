#include "event/event_id.h"

#include <gtest/gtest.h>

namespace hinomi::event {
namespace {

TEST(EventId, keeps_its_parts) {
  const IdParts parts{.received_ms = (std::uint64_t{1} << 48) - 1,
                      .node = 0xABC,
                      .partition = 0x5A7,
                      .sequence = (std::uint64_t{1} << 56) - 2};
  EXPECT_EQ(EventId::make(parts).parts(), parts);
  const IdParts small{.received_ms = 1, .node = 2, .partition = 3, .sequence = 4};
  EXPECT_EQ(EventId::make(small).parts(), small);
}

TEST(EventId, text_goes_there_and_back) {
  const EventId id =
      EventId::make({.received_ms = 1'776'092'400'123, .node = 7, .partition = 9, .sequence = 1'000'001});
  EXPECT_EQ(id.text().size(), kIdTextLength);
  EXPECT_EQ(EventId::parse(id.text()), id);
  EXPECT_EQ(EventId{}.text(), "00000000000000000000000000");
  const EventId largest{.high = ~std::uint64_t{0}, .low = ~std::uint64_t{0}};
  EXPECT_EQ(largest.text(), "7zzzzzzzzzzzzzzzzzzzzzzzzz");
  EXPECT_EQ(EventId::parse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), largest);
}

TEST(EventId, refuses_what_is_no_id) {
  EXPECT_FALSE(EventId::parse(""));
  EXPECT_FALSE(EventId::parse("0000000000000000000000000"));    // too short
  EXPECT_FALSE(EventId::parse("8zzzzzzzzzzzzzzzzzzzzzzzzz"));   // more than 128 bits
  EXPECT_FALSE(EventId::parse("0000000000000u000000000000"));   // no letter u
  EXPECT_FALSE(EventId::parse("00000000000000000000000000a"));  // too long
}

TEST(EventId, sorts_like_its_text) {
  const EventId earlier = EventId::make({.received_ms = 999, .node = 4095, .partition = 1, .sequence = 50});
  const EventId later = EventId::make({.received_ms = 1000, .node = 0, .partition = 0, .sequence = 1});
  EXPECT_LT(earlier, later);
  EXPECT_LT(earlier.text(), later.text());
}

TEST(EventId, a_clock_before_1970_counts_as_1970) {
  EXPECT_EQ(received_ms({.since_epoch_ns = -5}), 0U);
  EXPECT_EQ(received_ms({.since_epoch_ns = 2'000'000}), 2U);
}

}  // namespace
}  // namespace hinomi::event
