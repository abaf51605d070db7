#include "store/alerts/search_text.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace hinomi::store::alerts {
namespace {

TEST(SearchText, forms_of_one_character_are_one) {
  EXPECT_EQ(search_form("ＰｏｗｅｒＳｈｅｌｌ"), "powershell");
  EXPECT_EQ(search_form("ﾊﾟｽﾜｰﾄﾞ"), "パスワード");
  EXPECT_EQ(search_form("か\u3099"), "が");
  EXPECT_EQ(search_form("㈱"), "(株)");
  EXPECT_EQ(search_form("STRASSE"), search_form("straße"));
  EXPECT_EQ(search_form("Ελλάς"), search_form("ΕΛΛΆΣ"));
}

TEST(SearchText, what_cannot_be_seen_is_left_out) {
  EXPECT_EQ(search_form("ad\u200Bmin\u00AD"), "admin");
}

TEST(SearchText, malformed_bytes_become_replacement_characters) {
  const std::string form = search_form(
      "\xFF"
      "A\xE3\x81");
  EXPECT_TRUE(base::is_utf8(form));
  EXPECT_EQ(form.find("\uFFFD"
                      "a"),
            0U);
}

TEST(SearchText, keeps_nul_and_ascii_signs) {
  EXPECT_EQ(search_form(std::string_view("A\0%_\\'", 6)), std::string("a\0%_\\'", 6));
  EXPECT_EQ(search_form(std::string_view("あ\0B", 5)), std::string("あ\0b", 5));
  EXPECT_EQ(search_form(""), "");
}

TEST(SearchText, a_character_that_expands_greatly_fits) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "\uFDFA";  // 18 code points each under NFKC
  const std::string form = search_form(text);
  EXPECT_EQ(form.size(), 300 * search_form("\uFDFA").size());
  EXPECT_GT(search_form("\uFDFA").size(), 30U);
}

TEST(SearchText, text_beyond_the_limit_is_cut) {
  EXPECT_EQ(search_form(std::string(kMaxSearchTextBytes + 10, 'A')).size(), kMaxSearchTextBytes);
}

TEST(SearchText, words_stand_between_white_space_of_any_width) {
  EXPECT_EQ(search_words("  端末　感染\tPC-1\n"), (std::vector<std::string>{"端末", "感染", "pc-1"}));
  EXPECT_TRUE(search_words(" \u3000\u00A0\u200B").empty());
  EXPECT_TRUE(search_words("").empty());
}

TEST(SearchText, cutting_never_parts_a_character) {
  EXPECT_EQ(cut("感染", 6), "感染");
  EXPECT_EQ(cut("感染", 5), "感");
  EXPECT_EQ(cut("感染", 3), "感");
  EXPECT_EQ(cut("感染", 2), "");
  EXPECT_EQ(cut("🦊x", 3), "");
  EXPECT_EQ(cut("abc", 2), "ab");
  EXPECT_EQ(cut("\x80\x80\x80\x80\x80\x80", 5), "\x80\x80\x80\x80\x80");
}

}  // namespace
}  // namespace hinomi::store::alerts
