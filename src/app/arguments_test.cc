#include "app/arguments.h"

#include <gtest/gtest.h>

#include <array>

namespace hinomi::app {
namespace {

constexpr std::array kOptions{OptionSpec{"--rules", true}, OptionSpec{"--quiet", false}};

std::optional<Arguments> parse(const std::vector<std::string>& words) {
  Console console;
  console.err = std::fopen("/dev/null", "w");
  auto result = Arguments::parse(console, "scan", words, kOptions);
  std::fclose(console.err);
  return result;
}

TEST(Arguments, takes_values_in_both_forms_and_repeats) {
  const auto arguments = parse({"--rules", "a", "x", "--rules=b", "-", "--quiet"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->values("--rules"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(arguments->paths(), (std::vector<std::string>{"x", "-"}));
  EXPECT_TRUE(arguments->has("--quiet"));
  EXPECT_EQ(arguments->value("--rules"), "b");
}

TEST(Arguments, refuses_what_it_does_not_know) {
  EXPECT_FALSE(parse({"--rule", "a"}));
  EXPECT_FALSE(parse({"--rules"}));
  EXPECT_FALSE(parse({"--quiet=1"}));
}

TEST(Arguments, two_dashes_end_the_options) {
  const auto arguments = parse({"--", "--rules"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->paths(), std::vector<std::string>{"--rules"});
}

}  // namespace
}  // namespace hinomi::app
