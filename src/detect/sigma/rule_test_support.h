// Compiles rules written as YAML and judges events with every evaluator there is, which must agree. Only for
// tests.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/rule_set.h"
#include "query/gates.h"
#include "query/reference_evaluator.h"
#include "query/stream_evaluator.h"
#include "query/value_match.h"

namespace hinomi::detect::testing {

// One value of an event.
struct Field {
  std::string name;
  std::string text;
  event::ValueKind kind = event::ValueKind::text;
};
inline Field number(std::string name, std::string text) {
  return {std::move(name), std::move(text), event::ValueKind::number};
}
inline Field boolean(std::string name, bool value) {
  return {std::move(name), value ? "true" : "false", event::ValueKind::boolean};
}
inline Field null(std::string name) {
  return {std::move(name), "", event::ValueKind::null};
}

using Fields = std::vector<Field>;

// A rule set and its evaluators.
class Bench {
 public:
  explicit Bench(RuleSet set)
      : set_(std::move(set)),
        gates_(set_.program),
        matcher_(set_.program),
        reference_(set_.program),
        fast_(set_.program, gates_, matcher_, set_.fields().size(), 1),
        plain_(set_.program, gates_, matcher_, set_.fields().size(), 1) {
    plain_.disable_memo();
    std::vector<query::QueryId> all;
    for (std::uint32_t i = 0; i < set_.program.query_count(); ++i) all.push_back(query::QueryId{i});
    queries_ = query::QuerySet(gates_, set_.fields().size(), all);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  [[nodiscard]] const RuleSet& set() const { return set_; }

  // The titles of the rules that hold, in their order.
  std::vector<std::string> matches(const Fields& fields, std::string_view raw = {},
                                   event::Format format = event::Format::text) {
    event::Event event;
    event.format = format;
    event.raw = raw;
    for (const Field& field : fields) {
      event.slots.push_back({set_.fields().find(field.name), {field.kind, field.text}, field.name});
    }
    std::vector<std::string> titles;
    std::vector<query::QueryId> expected;
    for (const DetectionRule& rule : set_.rules) {
      if (!reference_.holds(rule.query, event)) continue;
      titles.push_back(rule.info.title);
      expected.push_back(rule.query);
    }
    std::vector<query::QueryId> found;
    for (const char* how : {"anew", "from its memory"}) {
      fast_.evaluate(event, queries_, found);
      EXPECT_EQ(found, expected) << "the stream evaluator, " << how << ", differs from the reference";
    }
    plain_.evaluate(event, queries_, found);
    EXPECT_EQ(found, expected) << "the stream evaluator without its memory differs from the reference";
    return titles;
  }

 private:
  RuleSet set_;
  query::Gates gates_;
  query::ValueMatcher matcher_;
  query::ReferenceEvaluator reference_;
  query::StreamEvaluator fast_;
  query::StreamEvaluator plain_;
  query::QuerySet queries_;
};

inline RuleSet compile(std::string_view yaml, const CompileOptions& options = {}) {
  return compile_rules({{"rule.yml", std::string(yaml)}}, options);
}

// `detection` is what stands below "detection:", without indentation.
inline std::string rule_text(std::string_view detection) {
  std::string text = "title: t\nlogsource:\n  product: any\ndetection:\n";
  while (!detection.empty()) {
    const std::string_view line = detection.substr(0, detection.find('\n'));
    text += "  " + std::string(line) + "\n";
    detection.remove_prefix(std::min(detection.size(), line.size() + 1));
  }
  return text;
}
inline constexpr int kLinesBeforeDetection = 4;
inline constexpr int kIndentOfDetection = 2;

inline bool holds(const std::string& rule, const Fields& fields, std::string_view raw = {},
                  const CompileOptions& options = {}) {
  RuleSet set = compile(rule, options);
  for (const Refusal& refusal : set.refused) ADD_FAILURE() << refusal.reason << "\n" << rule;
  if (!set.refused.empty()) return false;
  // What a cached image says must be what the rules say.
  std::string image;
  set.save(image);
  auto loaded = RuleSet::load(image);
  EXPECT_TRUE(loaded);
  if (!loaded) return false;
  Bench cached(std::move(*loaded));
  const bool result = !Bench(std::move(set)).matches(fields, raw).empty();
  EXPECT_EQ(!cached.matches(fields, raw).empty(), result) << "the image differs from the rules";
  return result;
}

// One item, "Field|modifier: value" (or several lines), against an event.
inline std::string item_rule(std::string_view item) {
  std::string detection = "s:\n";
  while (!item.empty()) {
    const std::string_view line = item.substr(0, item.find('\n'));
    detection += "  " + std::string(line) + "\n";
    item.remove_prefix(std::min(item.size(), line.size() + 1));
  }
  return rule_text(detection + "condition: s");
}
inline bool item_holds(std::string_view item, const Fields& fields, std::string_view raw = {},
                       const CompileOptions& options = {}) {
  return holds(item_rule(item), fields, raw, options);
}
// The item against one text in its field F.
inline bool item_takes(std::string_view item, std::string_view value) {
  return item_holds(item, {{"F", std::string(value)}});
}

// The one refusal of a rule; an empty one, and a failure, where there is another number.
inline Refusal refusal_of(const std::string& rule, const CompileOptions& options = {}) {
  RuleSet set = compile(rule, options);
  EXPECT_EQ(set.refused.size(), 1U) << rule;
  EXPECT_EQ(set.loaded, 0U) << rule;
  return set.refused.empty() ? Refusal{} : set.refused.front();
}
inline Refusal item_refusal(std::string_view item, const CompileOptions& options = {}) {
  return refusal_of(item_rule(item), options);
}

}  // namespace hinomi::detect::testing
