#include "credential/password_policy.h"

#include <gtest/gtest.h>

#include <array>

#include "base/text.h"
#include "credential/common_passwords.h"
#include "credential/testing/counted_random.h"

namespace hinomi::credential {
namespace {

std::optional<PasswordProblem> judge(std::string_view password,
                                     std::initializer_list<std::string_view> context = {}) {
  return judge_new_password(password, std::vector<std::string_view>(context));
}

std::string prepared(std::string_view password) {
  const auto secret = prepare_password(password);
  if (!secret) return "!";
  return {reinterpret_cast<const char*>(secret->view().data()), secret->size()};
}

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(PasswordPolicy, takes_passwords_of_any_kind_of_character) {
  for (const char* password :
       {"plum vex tundra quill", "gh7Kd0xQm2Lw", "kdjfhgueiwoz", "ほうれん草を茹でて食べた朝", "Ω≈ç√∫˜µ≤≥÷ñé",
        "🦊🐟🌊🗻🎏🏮🍵🥢🎐🪭🦀🐙", "correct pony battery plum"})
    EXPECT_EQ(judge(password), std::nullopt) << password;
}

TEST(PasswordPolicy, counts_code_points_after_nfkc) {
  EXPECT_EQ(judge("gh7Kd0xQm2L"), PasswordProblem::too_short);
  EXPECT_EQ(judge("gh7Kd0xQm2Lw"), std::nullopt);
  // The ligature stands for three letters.
  EXPECT_EQ(judge("gh7Kd0xQmﬃ"), std::nullopt);
  // Twelve code points of which two make one character.
  EXPECT_EQ(judge("gh7Kd0xQm2が"), PasswordProblem::too_short);
  EXPECT_EQ(judge(""), PasswordProblem::too_short);
}

TEST(PasswordPolicy, takes_256_characters_and_not_one_more) {
  std::string longest;
  for (char32_t c = 0x4E00; c < 0x4E00 + 2 * 256; c += 2) base::append_utf8(longest, c);
  EXPECT_EQ(judge(longest), std::nullopt);
  EXPECT_EQ(judge(longest + "x"), PasswordProblem::too_long);
  EXPECT_EQ(judge(times(kMaxPasswordBytes + 1, "x")), PasswordProblem::too_long);
  // U+FDFA becomes 18 characters.
  EXPECT_EQ(judge(times(200, "\xEF\xB7\xBA")), PasswordProblem::too_long);
}

TEST(PasswordPolicy, is_the_same_from_every_keyboard) {
  EXPECT_EQ(prepared("ﾊﾟｽﾜｰﾄﾞ"), "パスワード");
  EXPECT_EQ(prepared("ｐａｓｓ　１"), "pass 1");
  EXPECT_EQ(prepared("か\u3099"), "が");
  EXPECT_EQ(prepared("Case stays"), "Case stays");
}

TEST(PasswordPolicy, refuses_what_is_no_text) {
  EXPECT_EQ(judge("gh7Kd0xQm2Lw\xff"), PasswordProblem::not_text);
  EXPECT_EQ(judge("gh7Kd0xQm2Lw\xed\xa0\x80"), PasswordProblem::not_text);  // a surrogate
  EXPECT_EQ(judge("gh7Kd0xQm2Lw\u0378"), PasswordProblem::not_text);        // unassigned
  EXPECT_EQ(judge("gh7Kd0xQm2Lw\n"), PasswordProblem::control);
  EXPECT_EQ(judge(std::string_view("gh7Kd0xQm2Lw\0", 13)), PasswordProblem::control);
  EXPECT_EQ(prepared("a\x80"), "!");
  EXPECT_EQ(prepared("a\tb"), "!");
}

TEST(PasswordPolicy, refuses_common_words_that_were_stretched) {
  for (const char* password : {"password12345", "Passw0rd2026!", "P@$$w0rd!!!!!!", "qwertyuiop123",
                               "iloveyou1234567", "welcome2026welcome", "correcthorsebatterystaple",
                               "Correct Horse Battery Staple", "1qaz2wsx3edc4", "パスワード１２３４５６７",
                               "ﾊﾟｽﾜｰﾄﾞ2026年度!", "administrator1", "sakura-sakura-39", "himitsu-himitsu!"})
    EXPECT_EQ(judge(password), PasswordProblem::common) << password;
}

TEST(PasswordPolicy, refuses_the_names_around_the_person) {
  for (const char* password : {"taro.yamada2026", "YAMADA-t4r0-1", "minamikaze1234", "hinomi-minamikaze",
                               "Hinomi2026Hinomi", "山田太郎１２３４５６７８９", "南風商事の山田太郎です"})
    EXPECT_TRUE(judge(password, {"taro.yamada@minamikaze.example", "山田 太郎", "南風 商事"})) << password;
  EXPECT_EQ(judge("taro.yamada2026", {"taro.yamada@minamikaze.example"}), PasswordProblem::context);
  EXPECT_EQ(judge("taro.yamada2026"), std::nullopt);
  // A name in a longer password does no harm.
  EXPECT_EQ(judge("yamada eats plums at dawn", {"yamada"}), std::nullopt);
}

TEST(PasswordPolicy, refuses_rows_and_repetitions) {
  for (const char* password :
       {"aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "zyxwvutsrqponm", "kxvkxvkxvkxvkxv", "plumvexplumvexplumvex",
        "ababababababcb", "gxgxgxgx gxgxgx", "ああああいいいいうううう"})
    EXPECT_EQ(judge(password), PasswordProblem::repetitive) << password;
}

TEST(PasswordPolicy, refuses_no_password_that_was_drawn_by_lot) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const auto random = testing::counted_random();
  for (int round = 0; round < 3000; ++round) {
    std::array<std::uint8_t, 16> drawn{};
    random(drawn);
    std::string password;
    for (const std::uint8_t byte : drawn) password += kAlphabet[byte % kAlphabet.size()];
    EXPECT_EQ(judge(password, {"taro.yamada@minamikaze.example", "南風商事"}), std::nullopt) << password;
  }
}

TEST(PasswordPolicy, looks_at_a_bounded_part_of_the_context) {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "word" + std::to_string(i) + " ";
  EXPECT_EQ(judge("plum vex tundra quill", {many, "\xff\xfe", ""}), std::nullopt);
}

TEST(PasswordPolicy, words_of_the_list_are_as_they_are_compared) {
  for (const std::string_view word : common_words()) {
    EXPECT_EQ(base::folded(prepared(word)), word);
    EXPECT_GE(word.size(), 3U) << word;
  }
}

}  // namespace
}  // namespace hinomi::credential
