// Which passwords may be chosen, after NIST SP 800-63B: length and a block list, nothing about kinds of
// characters and no expiry. Not for checking a password that was chosen before (password.h): a policy that
// becomes stricter locks nobody out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "credential/bytes.h"

namespace hinomi::credential {

inline constexpr std::size_t kMinPasswordCharacters = 12;  // code points after NFKC
inline constexpr std::size_t kMaxPasswordCharacters = 256;
inline constexpr std::size_t kMaxPasswordBytes = 4096;  // as it was sent
// So many must be left when the words of the block list are taken out.
inline constexpr std::size_t kMinOwnCharacters = 8;
inline constexpr std::size_t kMaxContextWords = 64;

enum class PasswordProblem : std::uint8_t {
  not_text,  // malformed UTF-8, or characters that this version of Unicode does not know
  control,   // a line end, tab or other control character: mostly pasted by mistake
  too_short,
  too_long,
  common,      // one of the commonest, or little more than one
  context,     // little more than the name of the user, the organisation or the product
  repetitive,  // few characters again and again, or a row such as 123456789012
};

// The password in the form that is hashed: UTF-8 in NFKC, so that it is the same from every keyboard (a full-
// width form is its plain one, が is one character). nullopt where there is no such form: not_text, control
// or too_long; for a sign-in each of these is only a wrong password.
[[nodiscard]] std::optional<Secret> prepare_password(std::string_view password);

// What the person is or works for, in any spelling: user name, mail address, full name, organisation.
// "taro.yamada@example.jp" counts as taro, yamada and example. At most kMaxContextWords words are looked at.
using ContextTexts = std::span<const std::string_view>;

// The first thing that is wrong with a new password; nullopt when it may be used.
[[nodiscard]] std::optional<PasswordProblem> judge_new_password(std::string_view password,
                                                                ContextTexts context);

}  // namespace hinomi::credential
