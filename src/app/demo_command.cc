// hinomi demo: the recorded company, and what to do after it.
#include <filesystem>

#include "app/arguments.h"
#include "app/cli.h"
#include "demo/generator.h"
#include "messages/messages.h"

namespace hinomi::app {

int demo_generate_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "demo generate", words, {});
  if (!arguments) return kExitUsage;
  if (arguments->paths().size() != 1) {
    console.error_line(
        messages::usage_missing_argument(console.language, {.argument = "DIR", .command = "demo generate"}));
    return kExitUsage;
  }
  // The manifest (what happened when, and which rule sees it) stays outside the folder that is to be scanned.
  const std::filesystem::path folder = std::filesystem::path(arguments->paths().front()) / "logs";
  auto manifest = demo::generate(demo::Options{}, folder);
  if (!manifest) {
    console.error_line(messages::error_of_file(
        console.language, {.path = folder.string(), .reason = manifest.error().message}));
    return kExitProblems;
  }
  std::error_code failed;
  std::filesystem::rename(folder / demo::kManifestName, folder.parent_path() / demo::kManifestName, failed);
  std::uint64_t events = 0;
  for (const auto& file : manifest->files) events += file.events;
  console.line(messages::demo_generated(
      console.language, {.files = manifest->files.size(), .events = events, .path = folder.string()}));
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
