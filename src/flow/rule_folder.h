// The rule sets that a server has used, in its data folder: for each the compiled image and the texts of its
// rules, named by the hash of the image. Not for compiling rules (app/rule_images.h) and not the cache of
// compiled rules, which may be deleted at any time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "detect/rule_set.h"

namespace hinomi::flow {

// 32 lower-case hexadecimal digits: the 128-bit hash of the image.
[[nodiscard]] std::string rule_set_hash(std::string_view image);
[[nodiscard]] bool is_rule_set_hash(std::string_view text) noexcept;

[[nodiscard]] std::string image_path(const std::string& rules_folder, std::string_view hash);
[[nodiscard]] std::string texts_path(const std::string& rules_folder, std::string_view hash);

// The image of that name; refused when its hash is another one.
[[nodiscard]] base::Result<detect::RuleSet> load_rule_set(const std::string& rules_folder,
                                                          std::string_view hash);

// Rule key -> its YAML text. In order of the rule set.
using RuleTexts = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string write_rule_texts(const RuleTexts& texts);
[[nodiscard]] base::Result<RuleTexts> read_rule_texts(std::string_view bytes);

// What names a rule in findings and alerts: its id, else its name, title or path; made unique within the set
// by a number. Parallel to RuleSet::rules and RuleSet::correlations.
struct RuleKeys {
  std::vector<std::string> rules;
  std::vector<std::string> correlations;
};
[[nodiscard]] RuleKeys rule_keys(const detect::RuleSet& rules);

// The texts of the rules of a set, cut out of the files it was compiled from.
[[nodiscard]] RuleTexts texts_of(const detect::RuleSet& rules, const std::vector<detect::RuleFile>& files);

// Writes image and texts, durably, unless they are there already. Returns the hash.
[[nodiscard]] base::Result<std::string> store_rule_set(const std::string& rules_folder,
                                                       const detect::RuleSet& rules, const RuleTexts& texts);

// The text of a control record (ingest::live::Framing::control) that puts a rule set into force, and back;
// empty when it says something else.
[[nodiscard]] std::string rule_set_record(std::string_view hash);
// The control record that says nothing but that time has passed: while no events come, correlations that wait
// for late ones, or for the end of a window, are judged by it.
inline constexpr std::string_view kTimeRecord = "time";

[[nodiscard]] std::string_view rule_set_of_record(std::string_view record) noexcept;

}  // namespace hinomi::flow
