#include "base/record_id.h"

#include <gtest/gtest.h>

namespace hinomi::base {
namespace {

constexpr std::array<std::uint8_t, 10> kRandom{0xff, 0xff, 0xff, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa};

TEST(RecordIdTest, carries_time_version_and_variant) {
  // RFC 9562, A.6: 2022-02-22T19:22:22Z is 0x017F22E279B0 ms.
  const RecordId id = RecordId::make(TimeNs{1'645'557'742'000'000'000}, kRandom);
  EXPECT_EQ(id.text(), "017f22e2-79b0-7fff-bf44-5566778899aa");
}

TEST(RecordIdTest, later_ids_sort_behind_earlier_ones) {
  EXPECT_LT(RecordId::make(TimeNs{1'000'000'000}, kRandom), RecordId::make(TimeNs{2'000'000'000}, kRandom));
}

TEST(RecordIdTest, reads_back_what_it_writes) {
  const RecordId id = RecordId::make(TimeNs{1'645'557'742'000'000'000}, kRandom);
  EXPECT_EQ(RecordId::parse(id.text()), id);
  EXPECT_EQ(RecordId::parse("017F22E2-79B0-7FFF-BF44-5566778899AA"), id);
  EXPECT_EQ(RecordId::from_bytes(id.as_bytes()), id);
}

TEST(RecordIdTest, refuses_every_other_form) {
  for (const char* text : {"", "017f22e279b07fffbf445566778899aa", "017f22e2-79b0-7fff-bf44-5566778899a",
                           "017f22e2-79b0-7fff-bf44-5566778899ag", "017f22e2x79b0-7fff-bf44-5566778899aa",
                           "{17f22e2-79b0-7fff-bf44-5566778899aa", "00000000-0000-0000-0000-000000000000"})
    EXPECT_FALSE(RecordId::parse(text)) << text;
}

}  // namespace
}  // namespace hinomi::base
