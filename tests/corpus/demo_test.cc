// The demo told by its rules: each step of the intrusion is found, and nothing outside the steps.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "app/stack.h"
#include "corpus_support.h"
#include "demo/generator.h"

namespace hinomi::corpus {
namespace {

TEST(Demo, every_step_is_found_and_nothing_else) {
  setenv("HINOMI_CONTENT", HINOMI_SOURCE_DIR "/content", 1);
  const std::filesystem::path folder = std::filesystem::path(HINOMI_TEST_SCRATCH) / "demo_test";
  std::filesystem::remove_all(folder);
  const auto manifest = demo::generate(demo::Options{}, folder);
  ASSERT_TRUE(manifest);
  std::filesystem::remove(folder / demo::kManifestName);
  auto stack = app::load_stack({.folders = {}, .placeholders_file = {}, .use_cache = false});
  ASSERT_TRUE(stack) << stack.error().message;
  const Scanned scanned = scan(**stack, {folder.string()});
  std::filesystem::remove_all(folder);

  EXPECT_EQ(scanned.summary.unrouted, 0U);
  for (const auto& step : manifest->steps) {
    bool found = false;
    for (const auto& [rule, time] : scanned.findings)
      found = found || (rule == step.rule && time >= step.first && time <= step.last);
    EXPECT_TRUE(found) << "not found: " << step.what << " by rule " << step.rule;
  }
  for (const auto& [rule, time] : scanned.findings) {
    bool explained = false;
    for (const auto& step : manifest->steps)
      explained = explained || (rule == step.rule && time >= step.first && time <= step.last);
    EXPECT_TRUE(explained) << "outside every step: rule " << rule << " at " << base::format_rfc3339(time);
  }
  EXPECT_EQ(scanned.findings.size(), 35U);
}

}  // namespace
}  // namespace hinomi::corpus
