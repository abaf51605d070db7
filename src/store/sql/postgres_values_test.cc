#include "store/sql/postgres_values.h"

#include <gtest/gtest.h>

#include <limits>

namespace hinomi::store::sql::postgres {
namespace {

using namespace std::string_view_literals;

TEST(PostgresValues, integers_are_big_endian) {
  EXPECT_EQ(encoded(std::int64_t{-2}), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE"sv);
  EXPECT_EQ(*integer_of({kInt8, encoded(std::numeric_limits<std::int64_t>::min())}),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(*integer_of({kInt4, "\xFF\xFF\xFF\xFE"sv}), -2);
  EXPECT_EQ(*integer_of({kInt2, "\x7F\xFF"sv}), 32767);
  EXPECT_EQ(*integer_of({kOid, "\xFF\xFF\xFF\xFF"sv}), 4294967295);
  EXPECT_EQ(*integer_of({kBool, "\1"sv}), 1);
  EXPECT_FALSE(integer_of({kText, "12345678"sv}));
}

TEST(PostgresValues, bytes_of_another_length_are_nothing) {
  for (const TypeId type : {kInt8, kInt4, kInt2, kOid, kBool, kNumeric, kFloat4, kFloat8}) {
    EXPECT_FALSE(integer_of({type, "\1\2\3"sv}));
    EXPECT_FALSE(real_of({type, "\1\2\3"sv}));
  }
  // Claims two digits and has one.
  EXPECT_FALSE(integer_of({kNumeric, "\0\2\0\0\0\0\0\0\0\1"sv}));
}

TEST(PostgresValues, a_numeric_is_an_integer_when_it_is_one) {
  const auto numeric = [](std::string_view bytes) { return integer_of({kNumeric, bytes}); };
  EXPECT_EQ(*numeric("\0\0\0\0\0\0\0\0"sv), 0);
  EXPECT_EQ(*numeric("\0\1\0\0\0\0\0\0\0\7"sv), 7);
  EXPECT_EQ(*numeric("\0\1\0\1\x40\0\0\0\0\3"sv), -30000);
  EXPECT_EQ(*numeric("\0\2\0\1\0\0\0\0\0\1\0\2"sv), 10002);
  // 9223372036854775807 and -9223372036854775808: 922 3372 0368 5477 5807
  EXPECT_EQ(*numeric("\0\5\0\4\0\0\0\0\x03\x9A\x0D\x2C\x01\x70\x15\x65\x16\xAF"sv),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(*numeric("\0\5\0\4\x40\0\0\0\x03\x9A\x0D\x2C\x01\x70\x15\x65\x16\xB0"sv),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_FALSE(numeric("\0\5\0\4\0\0\0\0\x03\x9A\x0D\x2C\x01\x70\x15\x65\x16\xB0"sv)) << "one too many";
  EXPECT_FALSE(numeric("\0\1\x7F\xFF\0\0\0\0\0\1"sv));
  EXPECT_FALSE(numeric("\0\2\0\0\0\0\0\1\0\1\x13\x88"sv)) << "1.5";
  EXPECT_FALSE(numeric("\0\1\xFF\xFF\0\0\0\1\x13\x88"sv)) << "0.5";
  EXPECT_FALSE(numeric("\0\0\0\0\xC0\0\0\0"sv)) << "NaN";
}

TEST(PostgresValues, a_numeric_is_the_nearest_real) {
  const auto numeric = [](std::string_view bytes) { return real_of({kNumeric, bytes}); };
  EXPECT_EQ(*numeric("\0\0\0\0\0\0\0\0"sv), 0.0);
  EXPECT_EQ(*numeric("\0\2\0\0\0\0\0\1\0\1\x13\x88"sv), 1.5);
  EXPECT_EQ(*numeric("\0\1\xFF\xFF\x40\0\0\1\x03\xE8"sv), -0.1);
  EXPECT_EQ(*numeric("\0\1\0\2\0\0\0\0\0\3"sv), 300'000'000.0);
  EXPECT_FALSE(numeric("\0\0\0\0\xD0\0\0\0"sv)) << "infinity";
}

}  // namespace
}  // namespace hinomi::store::sql::postgres
