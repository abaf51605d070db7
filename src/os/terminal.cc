#include "os/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace hinomi::os {
namespace {

int descriptor_of(StandardStream stream) noexcept {
  switch (stream) {
    case StandardStream::input:
      return STDIN_FILENO;
    case StandardStream::output:
      return STDOUT_FILENO;
    case StandardStream::error:
      return STDERR_FILENO;
  }
  return -1;
}

// "ja", "ja_JP", "ja.eucJP", "ja-JP", "ja@x"; and the alias "japanese" of locale.alias.
bool is_japanese(std::string_view locale) {
  if (locale.starts_with("japanese")) return true;
  return locale.starts_with("ja") &&
         (locale.size() == 2 || std::string_view("_-.@").find(locale[2]) != std::string_view::npos);
}

}  // namespace

bool is_terminal(StandardStream stream) noexcept {
  return ::isatty(descriptor_of(stream)) == 1;
}

std::optional<int> terminal_columns(StandardStream stream) noexcept {
  winsize size{};
  if (::ioctl(descriptor_of(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

std::optional<std::string> process_environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

Language message_language(const Environment& environment) {
  for (const std::string_view name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::optional<std::string> value = environment(name);
    if (value && !value->empty()) return is_japanese(*value) ? Language::ja : Language::en;
  }
  return Language::en;
}

}  // namespace hinomi::os
