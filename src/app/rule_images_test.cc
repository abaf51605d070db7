#include "app/rule_images.h"

#include <gtest/gtest.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::app {
namespace {

constexpr std::string_view kRule =
    "title: t\nid: 6a9b4c1e-0f2d-4f0e-9b1a-3a5f6c7d8e90\nlogsource: {product: linux}\n"
    "detection:\n  kw: [hinomi]\n  condition: kw\n";

TEST(RuleImages, a_folder_without_a_usable_rule_is_refused) {
  const os::ScratchFolder scratch;
  scratch.write("empty/README", "no rules");
  scratch.write("broken/a.yml", "title: [");
  scratch.write("good/a.yml", kRule);
  const auto prepare = [&](std::string_view name) {
    return prepare_rule_set({.folders = {scratch / name}, .placeholders_file = {}}, scratch / "images");
  };
  for (const std::string_view name : {"empty", "broken"}) {
    const auto prepared = prepare(name);
    ASSERT_FALSE(prepared) << name;
    EXPECT_NE(prepared.error().message.find("no rule in"), std::string::npos) << prepared.error().message;
  }
  const auto good = prepare("good");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->rules, 1U);
}

}  // namespace
}  // namespace hinomi::app
