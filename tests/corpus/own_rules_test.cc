// The rules that ship with the program, against the examples beside them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "app/rule_examples.h"
#include "app/stack.h"

namespace hinomi::corpus {
namespace {

TEST(OwnRules, match_their_examples_and_not_their_near_misses) {
  setenv("HINOMI_CONTENT", HINOMI_SOURCE_DIR "/content", 1);
  auto stack = app::load_stack({.folders = {}, .placeholders_file = {}, .use_cache = false});
  ASSERT_TRUE(stack) << stack.error().message;
  EXPECT_TRUE((*stack)->rules.refused.empty());
  auto files = app::read_rule_files((*stack)->rule_folders);
  ASSERT_TRUE(files);
  app::ExampleRunner runner((*stack)->rules, *(*stack)->normaliser, (*stack)->sources);
  std::set<std::string> matched;
  std::set<std::string> missed;
  for (const detect::RuleFile& file : *files) {
    if (!file.path.ends_with(".test.yml")) continue;
    auto examples = app::read_examples(file.text);
    ASSERT_TRUE(examples) << file.path << ": " << examples.error().message;
    for (const app::Example& example : *examples) {
      const auto result = runner.matches(example);
      ASSERT_TRUE(result) << file.path;
      EXPECT_EQ(*result, example.must_match)
          << file.path << (example.must_match ? ", match " : ", near miss ") << example.number;
      (example.must_match ? matched : missed).insert(example.rule);
    }
  }
  EXPECT_GE(matched.size(), 25U);
  EXPECT_EQ(matched, missed) << "every rule has both an example and a near miss";
}

}  // namespace
}  // namespace hinomi::corpus
