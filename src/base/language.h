// The languages the program speaks, and the choice of one from the names of a locale.
// Not for the language of log data, which may be any.
#pragma once

#include <cstdint>
#include <string_view>

namespace hinomi::base {

enum class Language : std::uint8_t { en, ja };

// The three environment variables that name the locale of messages, as POSIX ranks them (XBD 8.2).
struct LocaleNames {
  std::string_view lc_all;
  std::string_view lc_messages;
  std::string_view lang;
};

// The first name that is set decides; every language but Japanese, and none at all, gives English.
[[nodiscard]] constexpr Language language_of(const LocaleNames& names) noexcept {
  const std::string_view name = !names.lc_all.empty()        ? names.lc_all
                                : !names.lc_messages.empty() ? names.lc_messages
                                                             : names.lang;
  const std::string_view language = name.substr(0, name.find_first_of("_.@-"));
  return language == "ja" ? Language::ja : Language::en;
}

}  // namespace hinomi::base
