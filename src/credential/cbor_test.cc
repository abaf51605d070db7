#include "credential/cbor.h"

#include <gtest/gtest.h>

#include "credential/testing/cbor_writer.h"
#include "credential/testing/counted_random.h"

namespace hinomi::credential {
namespace {

Bytes hex(std::string_view text) {
  Bytes bytes;
  std::string digits;
  for (const char c : text) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return bytes;
}

// "!" and the reason of an error.
std::string outcome(std::string_view text) {
  const auto item = read_cbor(hex(text));
  return item ? "good" : "!" + item.error().message;
}

TEST(Cbor, reads_the_examples_of_rfc_8949) {
  // Appendix A, those within the canonical form.
  EXPECT_EQ(read_cbor(hex("00"))->integer, 0);
  EXPECT_EQ(read_cbor(hex("17"))->integer, 23);
  EXPECT_EQ(read_cbor(hex("18 18"))->integer, 24);
  EXPECT_EQ(read_cbor(hex("19 03e8"))->integer, 1000);
  EXPECT_EQ(read_cbor(hex("1a 000f4240"))->integer, 1000000);
  EXPECT_EQ(read_cbor(hex("1b 000000e8d4a51000"))->integer, 1000000000000);
  EXPECT_EQ(read_cbor(hex("20"))->integer, -1);
  EXPECT_EQ(read_cbor(hex("39 03e7"))->integer, -1000);
  EXPECT_EQ(read_cbor(hex("64 49455446"))->text(), "IETF");
  EXPECT_EQ(read_cbor(hex("63 e6b0b4"))->text(), "水");
  EXPECT_EQ(read_cbor(hex("44 01020304"))->content.size(), 4U);
  EXPECT_TRUE(read_cbor(hex("f5"))->boolean);
  EXPECT_EQ(read_cbor(hex("f6"))->kind, CborItem::Kind::null);
  const Bytes map = hex("a2 01 02 03 04");
  EXPECT_EQ(read_cbor(map)->find(3)->integer, 4);
  EXPECT_EQ(read_cbor(map)->find(2), nullptr);
  const Bytes mixed = hex("a2 61 61 01 61 62 82 02 03");
  EXPECT_EQ(read_cbor(mixed)->find("b")->items.size(), 2U);
  EXPECT_EQ(read_cbor(mixed)->find("c"), nullptr);
}

TEST(Cbor, reads_the_limits_of_its_numbers) {
  EXPECT_EQ(read_cbor(hex("1b 7fffffffffffffff"))->integer, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read_cbor(hex("3b 7fffffffffffffff"))->integer, std::numeric_limits<std::int64_t>::min());
  EXPECT_FALSE(read_cbor(hex("1b 8000000000000000")));
  EXPECT_FALSE(read_cbor(hex("3b 8000000000000000")));
}

TEST(Cbor, refuses_numbers_that_are_not_shortest) {
  for (const char* text : {"18 17", "19 00ff", "1a 0000ffff", "1b 00000000ffffffff", "38 17", "39 00ff",
                           "3a 0000ffff", "3b 00000000ffffffff", "58 01 00", "59 0001 00", "78 01 61",
                           "98 01 00", "b8 01 00 00", "5b 0000000000000001 00"})
    EXPECT_NE(outcome(text).find("shortest"), std::string::npos) << text << ": " << outcome(text);
}

TEST(Cbor, refuses_what_the_canonical_form_has_not) {
  for (const char* text : {"9f 01 ff", "bf 01 02 ff", "5f 41 00 ff", "7f 61 61 ff", "ff",  // indefinite
                           "c0 00", "d8 18 41 00",                                         // tags
                           "f9 0000", "fa 00000000", "fb 0000000000000000",                // floats
                           "f7", "e0", "f8 20", "1c", "3d", "fe"})  // undefined, others
    EXPECT_EQ(outcome(text).front(), '!') << text;
}

TEST(Cbor, refuses_keys_that_are_not_sorted_or_there_twice) {
  EXPECT_EQ(outcome("a2 01 00 02 00"), "good");
  EXPECT_EQ(outcome("a2 01 00 20 00"), "good");           // negative ones behind the others
  EXPECT_EQ(outcome("a2 20 00 61 61 00"), "good");        // texts behind numbers
  EXPECT_EQ(outcome("a2 61 7a 00 62 61 61 00"), "good");  // the shorter first
  for (const char* text : {"a2 02 00 01 00", "a2 01 00 01 00", "a2 20 00 01 00", "a2 61 61 00 20 00",
                           "a2 62 61 61 00 61 7a 00", "a2 61 61 00 61 61 00"})
    EXPECT_NE(outcome(text).find("sorted"), std::string::npos) << text << ": " << outcome(text);
}

TEST(Cbor, refuses_other_keys_than_numbers_and_texts) {
  for (const char* text : {"a1 41 00 00", "a1 80 00", "a1 a0 00", "a1 f5 00", "a1 f6 00"})
    EXPECT_NE(outcome(text).find("key"), std::string::npos) << text;
}

TEST(Cbor, refuses_texts_that_are_not_utf8) {
  EXPECT_EQ(outcome("61 ff").front(), '!');
  EXPECT_EQ(outcome("62 c3 28").front(), '!');
}

TEST(Cbor, refuses_depth_and_number_beyond_its_limits) {
  EXPECT_EQ(outcome("81 81 81 81 00"), "good");
  EXPECT_EQ(outcome("81 81 81 81 80").front(), '!');
  EXPECT_FALSE(read_cbor(Bytes(100'000, 0x81)));
  Bytes wide;
  testing::append_head(wide, 4, kMaxCborItems - 1);
  wide.insert(wide.end(), kMaxCborItems - 1, 0);
  EXPECT_TRUE(read_cbor(wide));
  Bytes wider;
  testing::append_head(wider, 4, kMaxCborItems);
  wider.insert(wider.end(), kMaxCborItems, 0);
  EXPECT_EQ(read_cbor(wider).error().code, base::ErrorCode::limit_exceeded);
  for (const char* text :
       {"9b ffffffffffffffff", "bb 7fffffffffffffff", "5b ffffffffffffffff", "7b 7fffffffffffffff 00"})
    EXPECT_EQ(outcome(text).front(), '!') << text;
}

TEST(Cbor, refuses_every_truncation_and_every_addition) {
  const Bytes whole = hex("a3 01 82 20 f5 61 61 43 010203 62 6262 a1 01 64 74657874");
  ASSERT_TRUE(read_cbor(whole));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(read_cbor(ByteSpan(whole).first(length))) << length;
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(read_cbor(longer));
  EXPECT_EQ(read_cbor_front(longer)->length, whole.size());
}

// Of any bytes at all: what is read is what the writer writes for it.
TEST(Cbor, what_it_takes_has_one_form) {
  const auto random = testing::counted_random();
  int taken = 0;
  for (int round = 0; round < 200'000; ++round) {
    Bytes bytes(1 + static_cast<std::size_t>(round) % 12);
    random(bytes);
    const auto front = read_cbor_front(bytes);
    if (!front) continue;
    ++taken;
    Bytes again;
    testing::append_item(again, front->item);
    ASSERT_EQ(again, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(front->length)));
  }
  EXPECT_GT(taken, 10'000);
}

}  // namespace
}  // namespace hinomi::credential
