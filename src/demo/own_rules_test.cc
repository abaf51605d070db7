// Holds the project's own rules (content/rules) against each other and against the recording that is made for
// them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "demo/generator.h"

namespace hinomi::demo {
namespace {

namespace fs = std::filesystem;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What the recording promises; its events go nowhere.
const Manifest& manifest() {
  static const Manifest made = [] {
    base::Result<Manifest> result =
        generate({}, [](std::string_view, std::string_view) -> base::Result<void> { return {}; });
    EXPECT_TRUE(result);
    return result ? std::move(*result) : Manifest{};
  }();
  return made;
}

// -----------------------------------------------------------------------------------------

struct RuleFolder {
  std::map<std::string, std::string> rules;  // path without .yml -> text
  std::set<std::string> ids;
  std::map<std::string, int> others;  // path of .ja.yml or .test.yml -> 1
};

RuleFolder read_rules() {
  RuleFolder folder;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(HINOMI_SOURCE_DIR "/content/rules")) {
    const std::string path = entry.path().string();
    if (path.ends_with(".ja.yml") || path.ends_with(".test.yml")) {
      folder.others[path] = 1;
    } else if (path.ends_with(".yml")) {
      folder.rules[path.substr(0, path.size() - 4)] = read_file(path);
    }
  }
  for (const auto& [path, text] : folder.rules) {
    for (const std::string_view line : lines_of(text)) {
      if (line.starts_with("id: ")) {
        const bool fresh = folder.ids.emplace(line.substr(4)).second;
        EXPECT_TRUE(fresh) << path << ": " << line;
      }
    }
  }
  return folder;
}

TEST(OwnRules, have_their_japanese_text_and_their_examples_beside_them) {
  const RuleFolder folder = read_rules();
  EXPECT_EQ(folder.rules.size(), 25U);
  for (const auto& [path, text] : folder.rules) {
    EXPECT_TRUE(folder.others.contains(path + ".ja.yml")) << path;
    EXPECT_TRUE(folder.others.contains(path + ".test.yml")) << path;
    for (const std::string_view part :
         {"\ntags:", "\nlevel: ", "\nauthor: Hinomi", "\nfalsepositives:", "\nhinomi:"}) {
      EXPECT_NE(text.find(part), std::string::npos) << path << " lacks " << part;
    }
  }
  EXPECT_EQ(folder.others.size(), 2 * folder.rules.size());
}

TEST(OwnRules, have_matches_and_near_misses_for_a_rule_of_their_file) {
  const RuleFolder folder = read_rules();
  for (const auto& [path, text] : folder.rules) {
    const std::string examples = read_file(path + ".test.yml");
    ASSERT_TRUE(examples.starts_with("rule: ")) << path;
    const std::string id = examples.substr(6, 36);
    EXPECT_NE(text.find("id: " + id), std::string::npos) << path;
    EXPECT_NE(read_file(path + ".ja.yml").find("id: " + id), std::string::npos) << path;
    EXPECT_NE(examples.find("\nmatch:\n  "), std::string::npos) << path;
    EXPECT_NE(examples.find("\nnear_miss:\n  "), std::string::npos) << path;
  }
}

TEST(OwnRules, name_techniques_that_exist) {
  const std::string known = read_file(HINOMI_SOURCE_DIR "/../shared/data/attack/techniques.tsv");
  if (known.empty()) GTEST_SKIP() << "needs shared/data/attack/techniques.tsv";
  for (const auto& [path, text] : read_rules().rules) {
    for (const std::string_view line : lines_of(text)) {
      constexpr std::string_view kTag = "  - attack.t";
      if (!line.starts_with(kTag)) continue;
      EXPECT_NE(known.find("enterprise\tT" + std::string(line.substr(kTag.size())) + "\t"), std::string::npos)
          << line;
    }
  }
  for (const Step& step : manifest().steps) {
    EXPECT_NE(known.find("enterprise\t" + std::string(step.technique) + "\t"), std::string::npos)
        << step.what;
  }
}

TEST(OwnRules, are_each_met_by_a_step_of_the_intrusion) {
  const RuleFolder folder = read_rules();
  std::set<std::string, std::less<>> met;
  for (const Step& step : manifest().steps) {
    EXPECT_TRUE(folder.ids.contains(std::string(step.rule))) << step.what << ": " << step.rule;
    met.emplace(step.rule);
  }
  EXPECT_EQ(met.size(), folder.rules.size());
  for (const LookAlike& look_alike : manifest().look_alikes) {
    EXPECT_TRUE(met.contains(look_alike.rule)) << look_alike.what;
  }
}

}  // namespace
}  // namespace hinomi::demo
