// hinomi demo: the recorded company, and what to do after it.
#include "app/arguments.h"
#include "app/cli.h"
#include "demo/generator.h"
#include "messages/messages.h"

namespace hinomi::app {

int demo_generate_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "demo generate", words, {});
  if (!arguments) return kExitUsage;
  if (arguments->paths().size() != 1) {
    console.error_line(messages::usage_missing_argument(console.language, {.argument = "DIR", .command = "demo generate"}));
    return kExitUsage;
  }
  const std::string folder = arguments->paths().front();
  auto manifest = demo::generate(demo::Options{}, folder);
  if (!manifest) {
    console.error_line(messages::error_of_file(console.language, {.path = folder, .reason = manifest.error().message}));
    return kExitProblems;
  }
  std::uint64_t events = 0;
  for (const auto& file : manifest->files) events += file.events;
  console.line(messages::demo_generated(console.language, {.files = manifest->files.size(), .events = events, .path = folder}));
  return kExitOk;
}

int demo_next_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "demo next", words, {});
  if (!arguments) return kExitUsage;
  const std::string program = arguments->paths().empty() ? "hinomi" : arguments->paths().front();
  console.write(messages::demo_next(console.language, program));
  return kExitOk;
}

}  // namespace hinomi::app
