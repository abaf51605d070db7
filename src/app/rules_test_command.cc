// hinomi rules test: every rule against the examples beside it.
#include <set>

#include "app/arguments.h"
#include "app/cli.h"
#include "app/rule_examples.h"
#include "app/stack.h"
#include "messages/messages.h"

namespace hinomi::app {
namespace {

int fail(Console& console, const base::Error& error) {
  console.error_line(
      messages::error_of_file(console.language, {.path = "hinomi rules test", .reason = error.message}));
  return kExitUsage;
}

struct Tally {
  std::uint64_t examples = 0;
  std::uint64_t wrong = 0;
  std::set<std::string, std::less<>> tested;  // rule ids
};

void run_file(Console& console, const detect::RuleFile& file, ExampleRunner& runner, Tally& tally) {
  const auto complain = [&](const std::string& reason) {
    console.line(messages::rules_bad_examples(console.language, {.path = file.path, .reason = reason}));
    ++tally.wrong;
  };
  auto examples = read_examples(file.text);
  if (!examples) return complain(examples.error().message);
  for (const Example& example : *examples) {
    ++tally.examples;
    tally.tested.insert(example.rule);
    auto matches = runner.matches(example);
    if (!matches) {
      complain(matches.error().message);
    } else if (*matches != example.must_match) {
      ++tally.wrong;
      console.line(
          example.must_match
              ? messages::rules_should_match(console.language, {.rule = file.path, .example = example.number})
              : messages::rules_should_not_match(console.language,
                                                 {.rule = file.path, .example = example.number}));
    }
  }
}

// A rule that is shown by itself and has no example is as wrong as an example that fails.
void name_untested(Console& console, const detect::RuleSet& rules, Tally& tally) {
  const auto name = [&](const detect::RuleInfo& info) {
    if (tally.tested.contains(info.id)) return;
    ++tally.wrong;
    console.line(messages::rules_without_examples(console.language, info.title));
  };
  for (const detect::DetectionRule& rule : rules.rules) {
    if (rule.shown) name(rule.info);
  }
  for (const detect::CorrelationEntry& entry : rules.correlation_info) {
    if (entry.shown) name(entry.info);
  }
}

}  // namespace

int rules_test_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "rules test", words, {});
  if (!arguments) return kExitUsage;
  auto stack = load_stack({.folders = arguments->paths(), .placeholders_file = {}, .use_cache = false});
  if (!stack) return fail(console, stack.error());
  const detect::RuleSet& rules = (*stack)->rules;
  auto files = read_rule_files((*stack)->rule_folders);
  if (!files) return fail(console, files.error());

  Tally tally;
  for (const detect::Refusal& refusal : rules.refused) {
    ++tally.wrong;
    console.line(messages::error_at_position(console.language, {.path = refusal.path,
                                                                .line = refusal.where.line,
                                                                .column = refusal.where.column,
                                                                .reason = refusal.reason}));
  }
  ExampleRunner runner(rules, *(*stack)->normaliser, (*stack)->sources);
  for (const detect::RuleFile& file : *files) {
    if (file.path.ends_with(".test.yml") || file.path.ends_with(".test.yaml"))
      run_file(console, file, runner, tally);
  }
  name_untested(console, rules, tally);
  console.line(messages::rules_tested(
      console.language, {.rules = rules.loaded, .examples = tally.examples, .wrong = tally.wrong}));
  return tally.wrong == 0 ? kExitOk : kExitProblems;
}

}  // namespace hinomi::app
