#include "os/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <map>

#include "os/file.h"

namespace hinomi::os {
namespace {

Language language_with(const std::map<std::string, std::string, std::less<>>& variables) {
  return message_language([&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

TEST(Terminal, the_first_variable_that_is_not_empty_decides) {
  EXPECT_EQ(language_with({}), Language::en);
  EXPECT_EQ(language_with({{"LANG", "ja_JP.UTF-8"}}), Language::ja);
  EXPECT_EQ(language_with({{"LANG", "ja_JP.UTF-8"}, {"LC_MESSAGES", "en_US.UTF-8"}}), Language::en);
  EXPECT_EQ(language_with({{"LANG", "C"}, {"LC_MESSAGES", "ja"}, {"LC_ALL", ""}}), Language::ja);
  EXPECT_EQ(language_with({{"LANG", "ja"}, {"LC_MESSAGES", "ja"}, {"LC_ALL", "C.UTF-8"}}), Language::en);
}

TEST(Terminal, knows_the_spellings_of_japanese) {
  for (const char* name : {"ja", "ja_JP", "ja_JP.eucJP", "ja-JP", "ja.UTF-8", "japanese", "ja@x"}) {
    EXPECT_EQ(language_with({{"LANG", name}}), Language::ja) << name;
  }
  for (const char* name : {"jam_JM", "jav", "POSIX", "en_JP", "j"}) {
    EXPECT_EQ(language_with({{"LANG", name}}), Language::en) << name;
  }
}

// The test's own standard input becomes a pseudo terminal for a moment.
TEST(Terminal, tells_terminals_from_files_and_measures_them) {
  const Descriptor saved(::dup(STDIN_FILENO));
  const Descriptor nothing(::open("/dev/null", O_RDONLY));
  ::dup2(nothing.get(), STDIN_FILENO);
  EXPECT_FALSE(is_terminal(StandardStream::input));
  EXPECT_EQ(terminal_columns(StandardStream::input), std::nullopt);

  const Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY));
  if (!master.valid() || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) {
    ::dup2(saved.get(), STDIN_FILENO);
    GTEST_SKIP() << "no pseudo terminals here";
  }
  const Descriptor terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY));
  winsize size{};
  size.ws_col = 132;
  ::ioctl(terminal.get(), TIOCSWINSZ, &size);
  ::dup2(terminal.get(), STDIN_FILENO);
  EXPECT_TRUE(is_terminal(StandardStream::input));
  EXPECT_EQ(terminal_columns(StandardStream::input), 132);
  ::dup2(saved.get(), STDIN_FILENO);
}

}  // namespace
}  // namespace hinomi::os
