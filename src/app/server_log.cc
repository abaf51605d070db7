#include "app/server_log.h"

#include <unistd.h>

#include <string>

#include "base/text.h"
#include "os/clock.h"

namespace hinomi::app {

void log_line(std::string_view process, std::string_view text) {
  std::string line = base::format_rfc3339(os::SystemClock().now(), 3);
  line.append(" ").append(process).append(": ").append(base::visible(text)).append("\n");
  // Nobody can be told when this fails.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace hinomi::app
