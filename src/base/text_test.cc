#include "base/text.h"

#include <gtest/gtest.h>

#include <cstring>

namespace hinomi::base {
namespace {

TEST(Text, folds_more_than_ascii) {
  EXPECT_EQ(folded("PowerShell.EXE"), "powershell.exe");
  EXPECT_EQ(folded("ÀÉΣς"), "àéσσ");          // final sigma folds to sigma
  EXPECT_EQ(folded("ＭＩＭＩ"), "ｍｉｍｉ");  // full-width letters
  EXPECT_EQ(folded("\u212A"), "k");           // KELVIN SIGN
  EXPECT_EQ(folded("日本語"), "日本語");
  EXPECT_EQ(folded("a\xff\xc3"
                   "B"),
            "a\xff\xc3"
            "b");  // malformed bytes stay
}

TEST(Text, knows_well_formed_utf8) {
  EXPECT_TRUE(is_utf8("aé日😀"));
  for (const char* bad :
       {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe3\x81"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Text, shows_what_would_move_the_cursor_or_reorder) {
  EXPECT_EQ(visible("a\x1b[31mb\nc\td\re"), "a\\x1b[31mb\\nc\\td\\re");
  EXPECT_EQ(visible("\u202Egnp.exe"), "\\u{202e}gnp.exe");
  EXPECT_EQ(visible("x\u200By\uFEFFz"), "x\\u{200b}y\\u{feff}z");
  EXPECT_EQ(visible("\xff"
                    "ok"),
            "\\xffok");
  EXPECT_EQ(visible("火の見 C:\\x"), "火の見 C:\\x");
  EXPECT_EQ(visible(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(visible("\u009b31m"), "\\u{9b}31m");
}

TEST(Text, measures_and_cuts_by_columns) {
  EXPECT_EQ(display_width("火の見"), 6);
  EXPECT_EQ(cut_to_width("火の見櫓", 6), "火の…");
  EXPECT_EQ(cut_to_width("abc", 3), "abc");
}

TEST(Text, reads_utf16_with_lone_surrogates) {
  const unsigned char bytes[] = {0x41, 0, 0x3d, 0xd8, 0x00, 0xde, 0x00, 0xd8, 0x42, 0};
  std::string out;
  append_utf16le_as_utf8(out, std::as_bytes(std::span(bytes)));
  EXPECT_EQ(out, "A😀\uFFFDB");
}

TEST(Text, cut_to_bytes_ends_at_a_character) {
  EXPECT_EQ(cut_to_bytes("abc", 3), "abc");
  EXPECT_EQ(cut_to_bytes("abc", 2), "ab");
  EXPECT_EQ(cut_to_bytes("火の見", 5), "火");
  EXPECT_EQ(cut_to_bytes("火の見", 6), "火の");
  EXPECT_EQ(cut_to_bytes("\x80\x80\x80\x80", 2), "\x80\x80");
  EXPECT_EQ(cut_to_bytes("abc", 0), "");
}

}  // namespace
}  // namespace hinomi::base
