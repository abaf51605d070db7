// All published Sigma rules: every one loads, or is refused for a fault of its own that is known here.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "detect/rule_set.h"
#include "detect/sigma/rule_test_support.h"

namespace hinomi::detect {
namespace {

namespace fs = std::filesystem;

const fs::path kCorpus = HINOMI_SOURCE_DIR "/../shared/data/sigma";

std::vector<RuleFile> files_below(const std::vector<std::string>& folders) {
  std::vector<RuleFile> files;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(kCorpus / folder)) {
      if (!entry.is_regular_file() || entry.path().extension() != ".yml") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      files.push_back({fs::relative(entry.path(), kCorpus).string(), text.str()});
    }
  }
  std::sort(files.begin(), files.end(), [](const RuleFile& a, const RuleFile& b) { return a.path < b.path; });
  return files;
}

const std::vector<std::string> kActive{"rules", "rules-compliance", "rules-emerging-threats",
                                       "rules-placeholder", "rules-threat-hunting"};

class CompileCorpus : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(kCorpus))
      GTEST_SKIP() << "SKIPPED: the rule corpus is not at " << kCorpus << ", nothing was checked";
  }
};

// The name between the percent signs of "the placeholder %x% has no values"; empty for any other reason.
std::string placeholder_of(const Refusal& refusal) {
  constexpr std::string_view kBegin = "the placeholder %";
  constexpr std::string_view kEnd = "% has no values";
  const std::string_view reason = refusal.reason;
  if (!reason.starts_with(kBegin) || !reason.ends_with(kEnd)) return {};
  return std::string(reason.substr(kBegin.size(), reason.size() - kBegin.size() - kEnd.size()));
}

TEST_F(CompileCorpus, loads_all_rules_but_those_with_placeholders) {
  const std::vector<RuleFile> files = files_below(kActive);
  ASSERT_EQ(files.size(), 3780U);
  const RuleSet set = compile_rules(files, {});
  EXPECT_EQ(set.loaded, 3755U);
  EXPECT_EQ(set.rules.size(), 3755U);
  EXPECT_EQ(set.refused.size(), 25U);
  std::set<std::string> names;
  for (const Refusal& refusal : set.refused) {
    EXPECT_NE(placeholder_of(refusal), "") << refusal.path << ": " << refusal.reason;
    // The place is that of the value: the name stands in its line, at or behind its column.
    const auto file =
        std::find_if(files.begin(), files.end(), [&](const RuleFile& f) { return f.path == refusal.path; });
    ASSERT_NE(file, files.end());
    std::istringstream lines(file->text);
    std::string line;
    for (int i = 0; i < refusal.where.line; ++i) std::getline(lines, line);
    const std::size_t at = line.find('%' + placeholder_of(refusal) + '%');
    EXPECT_NE(at, std::string::npos) << refusal.path << ":" << refusal.where.line << " " << line;
    EXPECT_LT(static_cast<std::size_t>(refusal.where.column), at + 2) << refusal.path;
    names.insert(placeholder_of(refusal));
  }
  EXPECT_EQ(names.size(), 20U);
}

TEST_F(CompileCorpus, loads_every_rule_when_placeholders_have_values) {
  CompileOptions options;
  const std::vector<RuleFile> with_placeholders =
      files_below({"rules-placeholder", "rules-emerging-threats"});
  for (int round = 0; round < 3; ++round) {  // each finds the placeholders that a rule still lacks
    for (const Refusal& refusal : compile_rules(with_placeholders, options).refused) {
      options.placeholders[placeholder_of(refusal)] = {"srv*", "a value"};
    }
  }
  const RuleSet set = compile_rules(files_below(kActive), options);
  for (const Refusal& refusal : set.refused) ADD_FAILURE() << refusal.path << ": " << refusal.reason;
  EXPECT_EQ(set.loaded, 3780U);
}

TEST_F(CompileCorpus, comes_back_from_its_image) {
  const RuleSet set = compile_rules(files_below({"rules"}), {});
  std::string image;
  set.save(image);
  const auto loaded = RuleSet::load(image);
  ASSERT_TRUE(loaded);
  std::string again;
  loaded->save(again);
  EXPECT_TRUE(again == image);
}

TEST_F(CompileCorpus, loads_the_retired_forms) {
  const std::vector<RuleFile> files = files_below({"unsupported"});
  const RuleSet set = compile_rules(files, {});
  EXPECT_EQ(files.size(), 87U);
  EXPECT_EQ(set.loaded, 85U);
  EXPECT_EQ(set.correlations.size(), 54U);
  std::map<std::string, std::string> refused;
  for (const Refusal& refusal : set.refused) refused[refusal.path] = refusal.reason;
  // Conditions that only describe, in words, what a correlation would have to do.
  const std::map<std::string, std::string> expected{
      {"unsupported/network/net_dns_high_subdomain_rate.yml", "condition: there is no selection 'count'"},
      {"unsupported/windows/sysmon_always_install_elevated_parent_child_correlated.yml",
       "condition: there is no selection 'write'"},
      {"unsupported/windows/win_dumping_ntdsdit_via_dcsync.yml", "condition: there is no selection 'write'"},
      {"unsupported/windows/win_dumping_ntdsdit_via_netsync.yml",
       "condition: there is no selection 'write'"}};
  EXPECT_EQ(refused, expected);
}

}  // namespace
}  // namespace hinomi::detect
