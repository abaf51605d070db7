#include "app/console.h"

#include <cerrno>

namespace hinomi::app {

bool Console::write(std::string_view text) {
  if (!failed_ && std::fwrite(text.data(), 1, text.size(), out) != text.size()) {
    failed_ = true;
    failure_ = errno;
  }
  return !failed_;
}

void Console::line(std::string_view text) {
  write(text);
  write("\n");
}

void Console::error_line(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), err);
  std::fputc('\n', err);
}

bool Console::finish() {
  if (!failed_ && std::fflush(out) != 0) {
    failed_ = true;
    failure_ = errno;
  }
  return !failed_;
}

}  // namespace hinomi::app
