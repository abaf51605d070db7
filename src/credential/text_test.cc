#include "credential/text.h"

#include <gtest/gtest.h>

#include <set>

namespace hinomi::credential {
namespace {

using base::Language;

TEST(Text, names_the_limits_of_passwords) {
  EXPECT_NE(text_of(Language::en, PasswordProblem::too_short).find("12"), std::string::npos);
  EXPECT_NE(text_of(Language::ja, PasswordProblem::too_long).find("256"), std::string::npos);
}

TEST(Text, says_something_else_for_each_problem_of_a_password) {
  for (const Language language : {Language::en, Language::ja}) {
    std::set<std::string> texts;
    for (int i = 0; i <= static_cast<int>(PasswordProblem::repetitive); ++i)
      texts.insert(text_of(language, static_cast<PasswordProblem>(i)));
    EXPECT_EQ(texts.size(), 7U);
  }
}

TEST(Text, tells_phishing_and_copies_from_plain_failures) {
  const std::string plain = text_of(Language::en, PasskeyFault::bad_signature);
  EXPECT_EQ(text_of(Language::en, PasskeyFault::malformed), plain);
  for (const PasskeyFault fault :
       {PasskeyFault::wrong_origin, PasskeyFault::counter_went_back, PasskeyFault::wrong_user,
        PasskeyFault::unsupported_key, PasskeyFault::user_not_verified})
    EXPECT_NE(text_of(Language::en, fault), plain);
}

TEST(Text, rounds_waiting_up_to_seconds) {
  EXPECT_EQ(sign_in_wait_text(Language::en, std::chrono::milliseconds(1)),
            sign_in_wait_text(Language::en, std::chrono::seconds(1)));
  EXPECT_NE(sign_in_wait_text(Language::ja, std::chrono::milliseconds(1001)),
            sign_in_wait_text(Language::ja, std::chrono::seconds(1)));
}

TEST(Text, says_what_to_do_at_setup) {
  EXPECT_NE(text_of(Language::en, SetupVerdict::expired), text_of(Language::en, SetupVerdict::wrong));
  EXPECT_NE(text_of(Language::en, SetupVerdict::used), text_of(Language::en, SetupVerdict::wrong));
}

}  // namespace
}  // namespace hinomi::credential
