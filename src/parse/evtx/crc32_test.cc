#include "parse/evtx/crc32.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace hinomi::parse::evtx {
namespace {

Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(Crc32, gives_the_check_value_of_the_standard) {
  EXPECT_EQ(crc32(bytes_of("123456789")), 0xCBF4'3926U);
  EXPECT_EQ(crc32({}), 0U);
}

TEST(Crc32, is_the_same_by_table_and_by_multiplication_at_every_length) {
  std::vector<std::byte> bytes(700);
  std::uint32_t state = 1;
  for (std::byte& byte : bytes) byte = std::byte((state = state * 1664525 + 1013904223) >> 24);
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const Bytes front = Bytes(bytes).first(length);
    ASSERT_EQ(crc32(front), crc32_portable(front)) << length;
    ASSERT_EQ(crc32(front, 0x1234'5678), crc32_portable(front, 0x1234'5678)) << length;
  }
}

TEST(Crc32, goes_on_from_an_earlier_part) {
  const std::string_view text =
      "a chunk header is checked in two parts, around its own checksum, in this way: here";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32(bytes_of(text.substr(cut)), crc32(bytes_of(text.substr(0, cut)))), crc32(bytes_of(text)));
  }
}

}  // namespace
}  // namespace hinomi::parse::evtx
