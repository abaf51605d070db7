#include "app/worker_program.h"

#include <fcntl.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/pipeline_command.h"
#include "app/server_log.h"
#include "os/file.h"
#include "process/live_state.h"
#include "worker/zygote.h"

namespace hinomi::app {
namespace {

constexpr int kEndedWell = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

using Words = std::span<const std::string_view>;

int fail(std::string_view what, const base::Error& error) {
  log_line(what, error.message);
  return kFailed;
}

// The number behind `option`, when it is that of an open descriptor.
std::optional<int> descriptor_of(Words words, std::string_view option) {
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (words[i] != option) continue;
    int number = -1;
    const std::string_view text = words[i + 1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool open =
        error == std::errc() && end == text.data() + text.size() && ::fcntl(number, F_GETFD) >= 0;
    return open ? std::optional(number) : std::nullopt;
  }
  return std::nullopt;
}

int run_zygote_command(Words words) {
  const auto control = descriptor_of(words, "--control-fd");
  const auto state_descriptor = descriptor_of(words, "--state-fd");
  if (!control || !state_descriptor || words.size() != 4) return kUsage;
  auto state = process::SharedState::map(os::Descriptor(*state_descriptor));
  if (!state) return fail("zygote", state.error());
  ::setenv("TZ", "UTC", 1);
  const auto ended = worker::run_zygote(os::Descriptor(*control), &*state);
  return ended ? kEndedWell : fail("zygote", ended.error());
}

int run_pipeline_command(Words words) {
  const std::vector<std::string> copied(words.begin(), words.end());
  return run_pipeline(copied);
}

struct Subcommand {
  const char* name;
  const char* options;
  int (*run)(Words words);
};

constexpr Subcommand kSubcommands[] = {
    {"pipeline", "--data DIR --state-fd N --wake-fd N --front-wake-fd N", run_pipeline_command},
    {"zygote", "--control-fd N --state-fd N", run_zygote_command},
};

}  // namespace

int worker_program(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  for (const Subcommand& subcommand : kSubcommands) {
    if (words.empty() || words.front() != subcommand.name) continue;
    const int code = subcommand.run(Words(words).subspan(1));
    if (code != kUsage) return code;
  }
  std::fputs("This program is started by hinomi serve. It takes:\n", stderr);
  for (const Subcommand& subcommand : kSubcommands)
    std::fprintf(stderr, "  hinomi-worker %s %s\n", subcommand.name, subcommand.options);
  return kUsage;
}

}  // namespace hinomi::app
