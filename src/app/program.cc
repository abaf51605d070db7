#include "app/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
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

// A standard stream that was closed would be the next file that is opened, and messages would go into it. Its
// number is taken by a descriptor on which what the stream is for fails.
void keep_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) != -1 || errno != EBADF) continue;
    if (::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY) == -1) return;
  }
}

}  // namespace

namespace hinomi::app {

int program(int argc, char** argv) {
  keep_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, which the console notices
  Console console;
  console.out_is_terminal = os::is_terminal(os::StandardStream::output);
  console.err_is_terminal = os::is_terminal(os::StandardStream::error);
  console.colour =
      console.out_is_terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  console.columns = os::terminal_columns(os::StandardStream::output).value_or(160);
  console.language = base::language_of({.lc_all = environment("LC_ALL"),
                                        .lc_messages = environment("LC_MESSAGES"),
                                        .lang = environment("LANG")});
  const std::vector<std::string> words(argv + 1, argv + argc);
  return run(console, words);
}

}  // namespace hinomi::app
