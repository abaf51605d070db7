// Lines of the server's processes to the standard error output, in English, safe text, with the time in UTC.
// Not for what a command says to its user (console.h).
#pragma once

#include <string_view>

namespace hinomi::app {

// "2026-11-25T03:00:00Z front: text"; one write, so that lines of several processes do not mix.
void log_line(std::string_view process, std::string_view text);

}  // namespace hinomi::app
