#include "credential/bytes.h"

#include <gtest/gtest.h>

#include "credential/testing/counted_random.h"

namespace hinomi::credential {
namespace {

TEST(Bytes, writes_the_texts_of_rfc_4648) {
  // Section 10.
  EXPECT_EQ(base32(bytes_of("")), "");
  EXPECT_EQ(base32(bytes_of("f")), "MY");
  EXPECT_EQ(base32(bytes_of("fo")), "MZXQ");
  EXPECT_EQ(base32(bytes_of("foobar")), "MZXW6YTBOI");
  EXPECT_EQ(base64url(bytes_of("f")), "Zg");
  EXPECT_EQ(base64url(bytes_of("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64url(bytes_of("\xfb\xff\xbf")), "-_-_");
}

TEST(Bytes, reads_back_every_base64url_it_writes) {
  const auto random = testing::counted_random();
  for (std::size_t size = 0; size < 70; ++size) {
    Bytes bytes(size);
    random(bytes);
    EXPECT_EQ(parse_base64url(base64url(bytes), 70), bytes) << size;
  }
}

TEST(Bytes, refuses_base64url_that_it_would_not_write) {
  for (const char* text : {"Z", "Zh", "Zm9=", "Zg==", "Z g", "Zm+v", "Zm/v", "Zm9v\n", "Zm9vZ", "Zm9"})
    EXPECT_FALSE(parse_base64url(text, 100)) << text;
  EXPECT_FALSE(parse_base64url("Zm9vYmFy", 5));
  EXPECT_TRUE(parse_base64url("Zm9vYmFy", 6));
}

TEST(Bytes, reads_what_people_type_for_crockford) {
  EXPECT_EQ(read_crockford("ABCD-efgh", 8), "abcdefgh");
  EXPECT_EQ(read_crockford(" O1l0 ilIL ", 8), "01101111");
  EXPECT_EQ(read_crockford("ａｂｃ－１２　３", 8), "abc123");
  EXPECT_EQ(read_crockford("12ー34", 8), "1234");  // the long vowel mark where a hyphen was meant
  EXPECT_EQ(read_crockford("", 8), "");
  for (const char* text : {"u", "abc!", "é", "あ", "\xff", "123456789"})
    EXPECT_FALSE(read_crockford(text, 8)) << text;
}

TEST(Bytes, groups_by_four) {
  EXPECT_EQ(in_groups_of_four(""), "");
  EXPECT_EQ(in_groups_of_four("1234"), "1234");
  EXPECT_EQ(in_groups_of_four("0123456789"), "0123-4567-89");
}

TEST(Bytes, wipes_the_whole_capacity_of_a_text) {
  std::string text(100, 's');
  const char* place = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string_view(place, 100).find('s'), std::string_view::npos);
}

TEST(Bytes, a_moved_secret_leaves_nothing_behind) {
  Secret a(Bytes{1, 2, 3});
  Secret b = std::move(a);
  EXPECT_EQ(a.size(), 0U);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(b.size(), 3U);
  a = std::move(b);
  EXPECT_EQ(a.view()[2], 3);
}

TEST(Bytes, compares_all_bytes) {
  const Digest a = sha256(bytes_of("a"));
  for (std::size_t i = 0; i < a.size(); ++i) {
    Digest other = a;
    other[i] ^= 1;
    EXPECT_FALSE(equal_in_constant_time(a, other)) << i;
  }
  EXPECT_TRUE(equal_in_constant_time(a, a));
  EXPECT_FALSE(equal_in_constant_time(ByteSpan(a).first(31), a));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

TEST(Bytes, hmac_is_that_of_rfc_4231) {
  // Test case 2.
  const Digest mac = hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"));
  EXPECT_EQ(mac[0], 0x5b);
  EXPECT_EQ(mac[1], 0xdc);
  EXPECT_EQ(mac[31], 0x43);
}

}  // namespace
}  // namespace hinomi::credential
