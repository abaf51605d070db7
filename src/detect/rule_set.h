// All rules of a run in compiled form: the predicate program, what each rule is called, the correlations over
// them, and what was refused and why. Made by compile_rules() or read back from its image; then const.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/correlation_rule.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/item.h"
#include "event/field_table.h"
#include "event/log_source.h"
#include "query/program.h"

namespace hinomi::detect {

enum class Level : std::uint8_t { informational, low, medium, high, critical };
[[nodiscard]] std::string_view name_of(Level level) noexcept;
// A rule without a level counts as medium, as Sigma's own tools take it.
[[nodiscard]] bool parse_level(std::string_view text, Level& level) noexcept;

// What a person reads of a rule; the texts are the rule author's and hostile to a terminal until made
// visible.
struct RuleInfo {
  std::string id;
  std::string name;  // by which correlations may refer to it
  std::string title;
  std::string title_ja;  // of x.ja.yml beside x.yml; empty without one
  std::string author;
  std::string status;
  std::string description;
  std::string description_ja;
  std::string advice;  // what to look at next (hinomi.advice)
  std::string advice_ja;
  std::vector<std::string> tags;
  std::vector<std::string> falsepositives;
  Level level = Level::medium;
  std::string path;  // as found
  std::int32_t line = 0;
};

struct DetectionRule {
  RuleInfo info;
  event::LogSource demand;
  query::QueryId query{};
  std::vector<sigma::Selection> selections;
  // False when it only feeds correlations (specification, "Generate").
  bool shown = true;
  bool feeds_correlation = false;
  std::vector<event::FieldId> captures;  // values that correlations need, in the order of Match::captures
};

struct CorrelationEntry {
  RuleInfo info;
  bool shown = true;
};

struct Refusal {
  std::string path;
  base::Position where{};
  std::string reason;
  std::string remedy;
};

// One file of rules, read.
struct RuleFile {
  std::string path;
  std::string text;
};

struct CompileOptions {
  sigma::Placeholders placeholders;
  WindowKind window = WindowKind::sliding;
};

class RuleSet {
 public:
  RuleSet();
  RuleSet(RuleSet&&) noexcept = default;
  RuleSet& operator=(RuleSet&&) noexcept = default;

  event::FieldTable& fields() noexcept { return *fields_; }
  [[nodiscard]] const event::FieldTable& fields() const noexcept { return *fields_; }

  query::Program program;
  std::vector<DetectionRule> rules;  // Match::rule is the index; rules[i].query is query i
  std::vector<CorrelationRule> correlations;
  std::vector<CorrelationEntry> correlation_info;  // parallel to correlations
  std::vector<Refusal> refused;
  std::uint64_t loaded = 0;   // documents that took effect: rules, correlations and filters
  std::uint64_t filters = 0;  // of these, filters

  // The compiled image, for a cache. load() refuses one that is damaged or of another version; it is not a
  // guard against forgery, but whatever it returns is safe to evaluate.
  void save(std::string& out) const;
  [[nodiscard]] static base::Result<RuleSet> load(std::string_view image);

 private:
  std::unique_ptr<event::FieldTable> fields_;
};

// Never fails as a whole: what cannot be used is in RuleSet::refused, with its place, reason and remedy.
[[nodiscard]] RuleSet compile_rules(const std::vector<RuleFile>& files, const CompileOptions& options);

}  // namespace hinomi::detect
