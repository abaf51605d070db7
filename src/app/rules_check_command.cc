// hinomi rules check: what loads, what is refused, where and why.
#include <array>

#include "app/arguments.h"
#include "app/cli.h"
#include "app/content_folder.h"
#include "app/rule_loading.h"
#include "base/json_writer.h"
#include "messages/messages.h"

namespace hinomi::app {
namespace {

void write_json(Console& console, const detect::RuleSet& rules) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("loaded").unsigned_integer(rules.loaded).key("refused").begin_array();
  for (const detect::Refusal& refusal : rules.refused) {
    json.begin_object();
    json.key("path").string(refusal.path);
    json.key("line").integer(refusal.where.line);
    json.key("column").integer(refusal.where.column);
    json.key("reason").string(refusal.reason);
    json.key("remedy").string(refusal.remedy);
    json.end_object();
  }
  json.end_array().end_object();
  console.line(out);
}

void write_text(Console& console, const detect::RuleSet& rules) {
  for (const detect::Refusal& refusal : rules.refused) {
    console.line(messages::error_at_position(console.language, {.path = refusal.path,
                                                                .line = refusal.where.line,
                                                                .column = refusal.where.column,
                                                                .reason = refusal.reason}));
    if (!refusal.remedy.empty()) console.line(messages::error_remedy(console.language, refusal.remedy));
  }
  console.line(
      messages::rules_checked(console.language, {.loaded = rules.loaded, .refused = rules.refused.size()}));
}

}  // namespace

int rules_check_command(Console& console, std::span<const std::string> words) {
  constexpr std::array kOptions{OptionSpec{"--format", true}, OptionSpec{"--placeholders", true}};
  const auto arguments = Arguments::parse(console, "rules check", words, kOptions);
  if (!arguments) return kExitUsage;
  const std::string format = arguments->value("--format").value_or("text");
  if (format != "text" && format != "json") {
    console.error_line(messages::usage_bad_value(
        console.language, {.option = "--format", .value = format, .expected = "text, json"}));
    return kExitUsage;
  }
  if (arguments->paths().empty()) {
    console.error_line(
        messages::usage_missing_argument(console.language, {.argument = "DIR", .command = "rules check"}));
    return kExitUsage;
  }
  auto loaded = load_rules({.folders = arguments->paths(),
                            .placeholders_file = arguments->value("--placeholders").value_or(""),
                            .use_cache = false});
  if (!loaded) {
    console.error_line(messages::error_of_file(
        console.language, {.path = "hinomi rules check", .reason = loaded.error().message}));
    return kExitUsage;
  }
  if (format == "json") {
    write_json(console, loaded->rules);
  } else {
    write_text(console, loaded->rules);
  }
  return loaded->rules.refused.empty() ? kExitOk : kExitProblems;
}

}  // namespace hinomi::app
