// The program: looks at its streams and locale, then hands over to the command line.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/cli.h"
#include "app/console.h"
#include "base/language.h"
#include "os/terminal.h"

namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::string_view(value) : std::string_view();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, which the console notices
  hinomi::app::Console console;
  console.out_is_terminal = hinomi::os::is_terminal(hinomi::os::StandardStream::output);
  console.err_is_terminal = hinomi::os::is_terminal(hinomi::os::StandardStream::error);
  console.colour = console.out_is_terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  console.columns = hinomi::os::terminal_columns(hinomi::os::StandardStream::output).value_or(160);
  console.language = hinomi::base::language_of(
      {.lc_all = environment("LC_ALL"), .lc_messages = environment("LC_MESSAGES"), .lang = environment("LANG")});
  const std::vector<std::string> words(argv + 1, argv + argc);
  return hinomi::app::run(console, words);
}
