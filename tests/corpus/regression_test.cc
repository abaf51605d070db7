// SigmaHQ's own regression cases: each recording must fire its rule at least as often as its info.yml says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "corpus_support.h"
#include "os/file.h"
#include "parse/yaml/yaml.h"

namespace hinomi::corpus {
namespace {

struct Case {
  std::string evtx;
  std::string rule;
  std::uint64_t expected = 1;  // where the case does not say, once is enough
};

std::vector<Case> cases_below(const std::string& folder) {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != "info.yml") continue;
    const auto text = os::read_file(entry.path().string());
    const auto documents =
        text ? parse::yaml::read(*text) : base::Result<std::vector<parse::yaml::Node>>(text.error());
    if (!documents || documents->empty()) continue;
    const auto* rules = documents->front().find("rule_metadata");
    const auto* tests = documents->front().find("regression_tests_info");
    if (rules == nullptr || rules->items.empty() || tests == nullptr || tests->items.empty()) continue;
    Case one;
    one.rule = rules->items.front().text_of("id");
    if (const auto* count = tests->items.front().find("match_count");
        count != nullptr && count->as_number()) {
      one.expected = static_cast<std::uint64_t>(*count->as_number());
    }
    one.evtx = (entry.path().parent_path() / (one.rule + ".evtx")).string();
    if (!std::filesystem::exists(one.evtx)) continue;  // a case of another product
    cases.push_back(std::move(one));
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.evtx < b.evtx; });
  return cases;
}

TEST(Regression, every_case_of_sigmahq_fires_its_rule) {
  const std::string folder = data_folder("sigma-regression");
  app::Stack* stack = sigma_stack();
  if (folder.empty() || stack == nullptr)
    GTEST_SKIP() << "SKIPPED: ../shared/data/sigma-regression or sigma is not there";
  const std::vector<Case> cases = cases_below(folder);
  ASSERT_EQ(cases.size(), 101U);
  std::vector<std::string> paths;
  for (const Case& one : cases) paths.push_back(one.evtx);
  Scanned scanned = scan(*stack, paths);
  for (const Case& one : cases) {
    const std::uint64_t count = scanned.counts[{one.rule, one.evtx}];
    EXPECT_GE(count, one.expected) << one.evtx;
  }
}

}  // namespace
}  // namespace hinomi::corpus
