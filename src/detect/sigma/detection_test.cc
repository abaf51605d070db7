#include "detect/sigma/detection.h"

#include <gtest/gtest.h>

#include "detect/sigma/rule_test_support.h"

namespace hinomi::detect::sigma {
namespace {

using testing::holds;
using testing::refusal_of;
using testing::rule_text;

base::Position place(int line, int column) {
  return {testing::kLinesBeforeDetection + line, testing::kIndentOfDetection + column};
}

TEST(Detection, joins_a_map_by_and_and_a_list_by_or) {
  const std::string map = rule_text("s:\n  A: 1\n  B: 2\ncondition: s");
  EXPECT_TRUE(holds(map, {{"A", "1"}, {"B", "2"}}));
  EXPECT_FALSE(holds(map, {{"A", "1"}}));
  const std::string list = rule_text("s:\n  - A: 1\n    B: 2\n  - C: 3\ncondition: s");
  EXPECT_TRUE(holds(list, {{"A", "1"}, {"B", "2"}}));
  EXPECT_TRUE(holds(list, {{"C", "3"}}));
  EXPECT_FALSE(holds(list, {{"A", "1"}, {"D", "3"}}));
  const std::string nested = rule_text("s:\n  - [word, other]\n  - A: 1\ncondition: s");
  EXPECT_TRUE(holds(nested, {{"X", "a word"}}));
}

TEST(Detection, joins_several_conditions_by_or) {
  const std::string rule = rule_text("s:\n  A: 1\nt:\n  B: 2\ncondition:\n  - s and not t\n  - t and not s");
  EXPECT_TRUE(holds(rule, {{"A", "1"}}));
  EXPECT_TRUE(holds(rule, {{"B", "2"}}));
  EXPECT_FALSE(holds(rule, {{"A", "1"}, {"B", "2"}}));
}

TEST(Detection, reads_time_spans) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  EXPECT_EQ(parse_timespan("30s"), 30 * kSecond);
  EXPECT_EQ(parse_timespan("90m"), 5400 * kSecond);
  EXPECT_EQ(parse_timespan("1h"), 3600 * kSecond);
  EXPECT_EQ(parse_timespan("7d"), 7 * 86'400 * kSecond);
  EXPECT_EQ(parse_timespan("2w"), 14 * 86'400 * kSecond);
  EXPECT_EQ(parse_timespan("1M"), 30 * 86'400 * kSecond);
  for (const char* text :
       {"", "m", "5", "0s", "-5m", "5 m", "1.5h", "5x", "5mm", "99999999999d", "9223372036854775807s"}) {
    EXPECT_FALSE(parse_timespan(text)) << text;
  }
}

TEST(Detection, refuses_what_is_empty_or_misshapen) {
  const auto reason = [](std::string_view detection) { return refusal_of(rule_text(detection)).reason; };
  EXPECT_EQ(reason("s:\n  A: 1"), "there is no condition");
  EXPECT_EQ(reason("s: {}\ncondition: s"), "the selection is empty");
  EXPECT_EQ(reason("s: []\ncondition: s"), "the selection is empty");
  EXPECT_EQ(reason("s:\ncondition: s"), "the selection is empty");
  EXPECT_EQ(reason("s: [a, ~]\ncondition: s"), "the selection is empty");
  EXPECT_EQ(reason("s: a\ncondition: []"), "the condition is empty");
  EXPECT_EQ(reason("s: a\ncondition:"), "condition: the condition is empty");
  EXPECT_EQ(reason("s: a\ncondition: [s, [s]]"), "a condition must be a text");
  EXPECT_EQ(reason("s: a\ntimeframe: soon\ncondition: s"), "'soon' is no time span");
  EXPECT_EQ(refusal_of("title: t\nlogsource: {product: p}\ndetection: [a]\n").reason,
            "'detection' is no map");
}

TEST(Detection, names_the_place_of_a_fault_in_a_condition) {
  struct Row {
    const char* detection;
    int line, column;
  };
  for (const Row& row :
       {Row{"s: a\ncondition: s and bad", 2, 18}, Row{"s: a\ncondition: 's and bad'", 2, 19},
        Row{"s: a\ncondition: \"s and bad\"", 2, 19}, Row{"s: a\ncondition:\n  - s\n  - s or bad", 4, 10},
        Row{"s: a\ncondition: |\n  s and\n  not bad", 4, 7},
        Row{"s: a\ncondition: |\n\n    s and\n      bad", 5, 7}, Row{"s: a\ncondition: s and (", 2, 19},
        Row{"火: a\ncondition: 火 and bad", 2, 18},
        // folded: no more can be said than where it begins
        Row{"s: a\ncondition: >-\n  s and\n  bad", 3, 3}, Row{"s: a\ncondition: s and\n  bad", 2, 12}}) {
    const Refusal refusal = refusal_of(rule_text(row.detection));
    EXPECT_EQ(refusal.where, place(row.line, row.column))
        << row.detection << "\n"
        << refusal.where.line << ":" << refusal.where.column << " " << refusal.reason;
  }
}

TEST(Detection, names_the_place_of_a_fault_in_an_item) {
  struct Row {
    const char* detection;
    int line, column;
  };
  for (const Row& row :
       {Row{"s:\n  A|bad: 1\ncondition: s", 2, 3}, Row{"s:\n  - x\n  - A|re: '('\ncondition: s", 3, 12},
        Row{"s:\n  A|re:\n    - x\n    - '('\ncondition: s", 4, 8},
        Row{"s:\n  A|gt: |\n    x\ncondition: s", 3, 5},
        Row{"s:\n  A|contains:\n    - x\n    -\ncondition: s", 3, 5},
        Row{"s:\n  A|contains:\ncondition: s", 2, 3}, Row{"s:\ncondition: s", 1, 1},
        Row{"s:\n  A: []\ncondition: s", 2, 3}}) {
    const Refusal refusal = refusal_of(rule_text(row.detection));
    EXPECT_EQ(refusal.where, place(row.line, row.column))
        << row.detection << "\n"
        << refusal.where.line << ":" << refusal.where.column << " " << refusal.reason;
    EXPECT_FALSE(refusal.remedy.empty()) << row.detection;
  }
}

TEST(Detection, limits_selections_and_conditions) {
  std::string selections;
  for (std::size_t i = 0; i <= kMaxSelections; ++i) selections += "s" + std::to_string(i) + ": a\n";
  EXPECT_EQ(refusal_of(rule_text(selections + "condition: s0")).reason, "more than 1024 selections");
  std::string conditions = "s: a\ncondition:\n";
  for (std::size_t i = 0; i <= kMaxConditions; ++i) conditions += "  - s\n";
  EXPECT_EQ(refusal_of(rule_text(conditions)).reason, "more than 64 conditions");
}

}  // namespace
}  // namespace hinomi::detect::sigma
