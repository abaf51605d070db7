#include <gtest/gtest.h>

#include <map>

#include "detect/rule_set.h"
#include "detect/sigma/rule_test_support.h"

namespace hinomi::detect {
namespace {

using testing::Bench;
using testing::compile;

using Titles = std::vector<std::string>;

std::string rule(std::string_view title, std::string_view head, std::string_view field = "A") {
  return "title: " + std::string(title) + "\n" + std::string(head) +
         "logsource: {product: windows, category: process_creation}\ndetection:\n  s:\n    " +
         std::string(field) + ": 1\n  condition: s\n";
}
std::string correlation(std::string_view title, std::string_view head, std::string_view rules,
                        std::string_view rest = "  condition: {gte: 5}\n") {
  return "title: " + std::string(title) + "\n" + std::string(head) +
         "correlation:\n  type: event_count\n  rules: " + std::string(rules) +
         "\n  group-by: [User]\n  timespan: 5m\n" + std::string(rest);
}
std::string filter(std::string_view rules, std::string_view detection = "  s: {B: 1}\n  condition: s\n",
                   std::string_view source = "{product: windows}") {
  return "title: f\nlogsource: " + std::string(source) + "\nfilter:\n  rules: " + std::string(rules) + "\n" +
         std::string(detection);
}
std::string documents(std::initializer_list<std::string> texts) {
  std::string all;
  for (const std::string& text : texts) all += "---\n" + text;
  return all;
}

Titles titles_of(const RuleSet& set) {
  Titles titles;
  for (const DetectionRule& rule : set.rules) titles.push_back(rule.info.title);
  return titles;
}
Titles reasons_of(const RuleSet& set) {
  Titles reasons;
  for (const Refusal& refusal : set.refused) {
    reasons.push_back(refusal.reason);
    EXPECT_FALSE(refusal.remedy.empty()) << refusal.reason;
    EXPECT_GT(refusal.where.line, 0) << refusal.reason;
  }
  return reasons;
}

TEST(Compile, reads_every_document_of_a_file) {
  const RuleSet set = compile(documents(
      {rule("one", "id: 1\n"), rule("two", "id: 2\n"), "just a text\n", "", rule("three", "id: 3\n")}));
  EXPECT_EQ(titles_of(set), (Titles{"one", "two", "three"}));
  EXPECT_EQ(set.loaded, 3U);
  EXPECT_EQ(reasons_of(set), (Titles{"the document is no map"}));
  EXPECT_EQ(set.refused.front().where.line, 18);
  EXPECT_EQ(set.rules[1].info.line, 10);
}

TEST(Compile, keeps_the_neighbours_of_a_faulty_rule_and_of_a_faulty_file) {
  std::vector<RuleFile> files{
      {"a.yml", documents({rule("one", ""), rule("bad", "", "A|bad"), rule("two", "")})},
      {"b.yml", "a: [unfinished\n"},
      {"c.yml", rule("three", "")},
      {"d.yml", "# nothing\n"},
      {"e.yml", "title: \xff\n"}};
  const RuleSet set = compile_rules(files, {});
  EXPECT_EQ(titles_of(set), (Titles{"one", "two", "three"}));
  ASSERT_EQ(set.refused.size(), 4U);
  EXPECT_EQ(set.loaded, 3U);
  std::map<std::string, std::string> reasons;
  for (const Refusal& refusal : set.refused) reasons[refusal.path] = refusal.reason;
  EXPECT_EQ(reasons["a.yml"], "unknown modifier 'bad'");
  EXPECT_TRUE(reasons["b.yml"].starts_with("invalid YAML")) << reasons["b.yml"];
  EXPECT_EQ(reasons["d.yml"], "the file holds no rule");
  EXPECT_EQ(reasons["e.yml"], "invalid YAML: the text is not UTF-8");
}

TEST(Compile, passes_over_no_file_in_silence) {
  for (const char* text :
       {"", "# note\n", "---\n---\n", "!!!\n", "~\n", "action: global\ntitle: t\n", "action: reset\n"}) {
    const RuleSet set = compile(text);
    EXPECT_EQ(set.loaded, 0U);
    EXPECT_EQ(reasons_of(set), (Titles{"the file holds no rule"})) << text;
  }
}

TEST(Compile, reads_the_head_of_a_rule) {
  const RuleSet set = compile(
      "title: 火の見\nid: 5\nname: tower\nauthor: A, B\nstatus: test\ndescription: |\n  two\n  lines\ntags: "
      "[attack.t1059, car.1]\n"
      "falsepositives: one\nlevel: critical\nhinomi: {advice: look}\nlogsource: {product: Windows, service: "
      "Sysmon}\n"
      "detection: {s: {A: 1}, condition: s}\n");
  ASSERT_EQ(set.rules.size(), 1U);
  const RuleInfo& info = set.rules.front().info;
  EXPECT_EQ(info.title, "火の見");
  EXPECT_EQ(info.id, "5");
  EXPECT_EQ(info.name, "tower");
  EXPECT_EQ(info.author, "A, B");
  EXPECT_EQ(info.status, "test");
  EXPECT_EQ(info.description, "two\nlines\n");
  EXPECT_EQ(info.advice, "look");
  EXPECT_EQ(info.tags, (Titles{"attack.t1059", "car.1"}));
  EXPECT_EQ(info.falsepositives, (Titles{"one"}));
  EXPECT_EQ(info.level, Level::critical);
  EXPECT_EQ(set.rules.front().demand,
            (event::LogSource{.product = "windows", .category = "", .service = "sysmon"}));
  EXPECT_EQ(compile(rule("t", "")).rules.front().info.level, Level::medium);
}

TEST(Compile, refuses_a_rule_without_its_necessary_parts) {
  const auto reason = [](std::string_view yaml) {
    const RuleSet set = compile(yaml);
    EXPECT_EQ(set.loaded, 0U);
    const Titles reasons = reasons_of(set);
    return reasons.size() == 1 ? reasons.front() : std::string("(none)");
  };
  const std::string detection = "detection: {s: {A: 1}, condition: s}\n";
  EXPECT_EQ(reason("logsource: {product: a}\n" + detection), "the rule has no title");
  EXPECT_EQ(reason("title: t\n" + detection), "the rule has no log source");
  EXPECT_EQ(reason("title: t\nlogsource: {definition: d}\n" + detection), "the rule has no log source");
  EXPECT_EQ(reason("title: t\nlogsource: windows\n" + detection), "'logsource' is no map");
  EXPECT_EQ(reason("title: t\nlogsource: {product: [a, b]}\n" + detection),
            "'product' of the log source is not one name");
  EXPECT_EQ(reason("title: t\nlevel: grave\nlogsource: {product: a}\n" + detection),
            "the level 'grave' is unknown");
  EXPECT_TRUE(reason("title: t\nlogsource: {product: a}\n").starts_with("this is no Sigma rule"));
  EXPECT_EQ(reason("title: t\naction: bad\n"), "the action 'bad' is unknown");
}

TEST(Compile, resolves_global_reset_and_repeat) {
  Bench bench(compile(
      documents({"action: global\ntitle: g\nid: same\nlevel: high\ndetection:\n  s: {A: 1}\n  condition: s\n",
                 "logsource: {product: one}\n",
                 "logsource: {product: two}\ndetection:\n  t: {B: 1}\n  condition: s and t\n",
                 "action: repeat\nlogsource: {service: x}\ntitle: r\n", "action: reset\n",
                 rule("own", "id: other\n")})));
  EXPECT_EQ(reasons_of(bench.set()), Titles{});
  EXPECT_EQ(bench.set().loaded, 4U);
  ASSERT_EQ(bench.set().rules.size(), 4U);
  EXPECT_EQ(bench.set().rules[1].demand.product, "two");
  EXPECT_EQ(bench.set().rules[1].info.level, Level::high);
  EXPECT_EQ(bench.set().rules[2].demand,
            (event::LogSource{.product = "two", .category = "", .service = "x"}));
  EXPECT_EQ(bench.matches({{"A", "1"}}), (Titles{"g", "own"}));
  EXPECT_EQ(bench.matches({{"A", "1"}, {"B", "1"}}), (Titles{"g", "g", "r", "own"}));
  EXPECT_EQ(reasons_of(compile(documents({"action: global\ntitle: g\nlogsource: {product: p}\n",
                                          "action: reset\n", "detection: {s: a, condition: s}\n"}))),
            (Titles{"the rule has no title"}));
}

TEST(Compile, limits_what_global_adds_to_a_file) {
  std::string text = "action: global\ntitle: g\nlogsource: {product: p}\ntags:\n";
  for (int i = 0; i < 5000; ++i) text += "  - t\n";
  for (int i = 0; i < 120; ++i) text += "---\ndetection: {s: {A: 1}, condition: s}\n";
  const RuleSet set = compile(text);
  EXPECT_LT(set.loaded, 100U);
  EXPECT_GT(set.loaded, 90U);
  EXPECT_TRUE(set.refused.front().reason.find("more than 500000 values") != std::string::npos)
      << set.refused.front().reason;
}

TEST(Compile, refuses_the_second_rule_of_an_id) {
  const RuleSet set =
      compile_rules({{"a.yml", documents({rule("bad", "id: x\n", "A|bad"), rule("one", "id: x\n")})},
                     {"b.yml", rule("two", "id: x\n")},
                     {"c.yml", correlation("three", "id: x\n", "one")},
                     {"d.yml", rule("four", "id: y\n")}},
                    {});
  EXPECT_EQ(titles_of(set), (Titles{"one", "four"}));  // one that was refused does not hold the id
  ASSERT_EQ(set.refused.size(), 3U);
  EXPECT_EQ(set.refused[1].path, "b.yml");
  EXPECT_EQ(set.refused[1].reason, "the id 'x' is already that of a.yml:10");
  EXPECT_EQ(set.refused[1].where, (base::Position{2, 5}));
  EXPECT_EQ(set.refused[2].path, "c.yml");
  EXPECT_EQ(set.loaded, 2U);
}

TEST(Compile, takes_a_rule_whole_or_not_at_all) {
  const RuleSet set = compile(
      "title: t\nid: x\nlogsource: {product: p}\ndetection:\n  s: {A: 1}\n  condition:\n    - s\n    - s | "
      "count() > 5\n    - s | sum(A) by\n");
  EXPECT_TRUE(set.rules.empty());
  EXPECT_TRUE(set.correlations.empty());
  EXPECT_EQ(set.loaded, 0U);
  // The aggregation is found wanting only when it is linked.
  const RuleSet linked = compile(
      "title: t\nlogsource: {product: p}\ndetection:\n  s: {A: 1}\n  condition:\n    - s\n    - s | count() "
      "> 5\n    - s | count() > 1e99\n");
  EXPECT_TRUE(linked.rules.empty());
  EXPECT_TRUE(linked.correlations.empty());
  EXPECT_EQ(linked.refused.size(), 1U);
}

TEST(Filters, take_events_away_from_the_rules_they_name) {
  Bench bench(compile(documents({rule("by id", "id: 11\n"), rule("by name", "name: eleven\n"),
                                 rule("other", "id: 12\n"), filter("[11, eleven]")})));
  EXPECT_EQ(reasons_of(bench.set()), Titles{});
  EXPECT_EQ(bench.set().loaded, 4U);
  EXPECT_EQ(bench.set().filters, 1U);
  EXPECT_EQ(bench.matches({{"A", "1"}}), (Titles{"by id", "by name", "other"}));
  EXPECT_EQ(bench.matches({{"A", "1"}, {"B", "1"}}), (Titles{"other"}));
  EXPECT_EQ(bench.matches({{"B", "1"}}), Titles{});
}

TEST(Filters, apply_to_any_rule_of_their_log_source) {
  const std::string linux_rule =
      "title: linux\nlogsource: {product: linux}\ndetection: {s: {A: 1}, condition: s}\n";
  for (const char* any : {"any", "[any]", "ANY"}) {
    Bench bench(compile(documents({rule("windows", "id: 11\n"), linux_rule, filter(any)})));
    EXPECT_EQ(bench.matches({{"A", "1"}, {"B", "1"}}), (Titles{"linux"})) << any;
  }
}

TEST(Filters, add_up_on_one_rule) {
  Bench bench(compile(documents({rule("r", "id: 11\n"), filter("11"),
                                 filter("11", "  s: {C: 1}\n  t: {D: 1}\n  condition: s and t\n")})));
  EXPECT_EQ(bench.set().filters, 2U);
  EXPECT_EQ(bench.matches({{"A", "1"}}), (Titles{"r"}));
  EXPECT_EQ(bench.matches({{"A", "1"}, {"C", "1"}}), (Titles{"r"}));
  EXPECT_EQ(bench.matches({{"A", "1"}, {"C", "1"}, {"D", "1"}}), Titles{});
  EXPECT_EQ(bench.matches({{"A", "1"}, {"B", "1"}}), Titles{});
}

TEST(Filters, may_say_what_stays_instead) {
  for (const char* condition : {"not s", "not 1 of s*", "(not s)", "not s and not s"}) {
    Bench bench(
        compile(documents({rule("r", "id: 11\n"),
                           filter("11", std::string("  s: {B: 1}\n  condition: ") + condition + "\n")})));
    EXPECT_EQ(bench.matches({{"A", "1"}}), (Titles{"r"})) << condition;
    EXPECT_EQ(bench.matches({{"A", "1"}, {"B", "1"}}), Titles{}) << condition;
  }
  Bench mixed(compile(documents(
      {rule("r", "id: 11\n"), filter("11", "  s: {B: 1}\n  t: {C: 1}\n  condition: s and not t\n")})));
  EXPECT_EQ(mixed.matches({{"A", "1"}, {"B", "1"}}), Titles{});
  EXPECT_EQ(mixed.matches({{"A", "1"}, {"B", "1"}, {"C", "1"}}), (Titles{"r"}));
}

TEST(Filters, are_refused_as_a_whole_when_a_part_does_not_fit) {
  struct Row {
    std::string filter, reason;
    base::Position where;
  };
  const std::vector<Row> table{
      {filter("[11, 99]"), "the filter names the rule '99', which is not loaded", {13, 15}},
      {filter("11", "  s: {B: 1}\n  condition: s\n", "{product: linux}"),
       "the filter's log source is not that of the rule '11'",
       {13, 10}},
      {filter("11", "  s: {B: 1}\n  condition: s\n", "{product: windows, service: sysmon}"),
       "the filter's log source is not that of the rule '11'",
       {13, 10}},
      {filter("11", "  s: {B: 1}\n  condition: s\n", "{definition: x}"),
       "the filter has no log source",
       {11, 13}},
      {filter("[]"), "the filter names no rules", {13, 3}},
      {filter("{a: b}"), "'rules' is a map", {13, 11}},
      {filter("[[11]]"), "an entry of 'rules' is no text", {13, 11}},
      {filter("11", "  s: {B: 1}\n"), "there is no condition", {13, 3}},
      {filter("11", "  s: {B: 1}\n  condition: s | count() > 5\n"), "a filter cannot aggregate", {13, 3}},
      {filter("11", "  s: {B|bad: 1}\n  condition: s\n"), "unknown modifier 'bad'", {14, 7}},
      {filter("c"), "the filter names the correlation 'c'", {13, 10}},
  };
  for (const Row& row : table) {
    Bench bench(compile(
        documents({rule("r", "id: 11\n"), row.filter,
                   correlation("c", "name: c\n", "[11]", "  condition: {gte: 5}\ngenerate: true\n")})));
    EXPECT_EQ(reasons_of(bench.set()), (Titles{row.reason}));
    ASSERT_EQ(bench.set().refused.size(), 1U);
    const base::Position where = bench.set().refused.front().where;
    EXPECT_EQ(where, row.where) << row.reason << " at " << where.line << ":" << where.column;
    EXPECT_EQ(bench.set().filters, 0U);
    EXPECT_EQ(bench.matches({{"A", "1"}, {"B", "1"}}), (Titles{"r"})) << row.reason;
  }
}

TEST(Correlations, refer_to_rules_by_id_and_name) {
  const RuleSet set = compile(documents({rule("one", "id: 11\nname: eleven\n"), rule("two", "name: twelve\n"),
                                         correlation("c", "id: c\n", "[11, twelve]")}));
  EXPECT_EQ(reasons_of(set), Titles{});
  ASSERT_EQ(set.correlations.size(), 1U);
  const CorrelationRule& c = set.correlations.front();
  EXPECT_EQ(c.id, "c");
  ASSERT_EQ(c.members.size(), 2U);
  EXPECT_EQ(c.members[1].index, 1U);
  EXPECT_EQ(c.group_by, (Titles{"User"}));
  EXPECT_EQ(c.timespan_ns, 300'000'000'000);
  EXPECT_EQ(c.condition, (std::vector<Bound>{{Comparison::gte, 5}}));
  for (const DetectionRule& r : set.rules) {
    EXPECT_TRUE(r.feeds_correlation);
    EXPECT_FALSE(r.shown);
    ASSERT_EQ(r.captures.size(), 1U);
    EXPECT_EQ(set.fields().name(r.captures.front()), "User");
  }
}

TEST(Correlations, show_their_rules_with_generate) {
  for (const char* rest :
       {"  condition: {gte: 5}\n  generate: true\n", "  condition: {gte: 5}\ngenerate: true\n"}) {
    const RuleSet set = compile(documents({rule("one", "id: 11\n"), correlation("c", "", "11", rest)}));
    EXPECT_TRUE(set.rules.front().shown) << rest;
    EXPECT_TRUE(set.rules.front().feeds_correlation) << rest;
  }
  // One that asks for them is enough.
  const RuleSet both = compile(documents(
      {rule("one", "id: 11\n"), correlation("b", "name: b\n", "11"),
       correlation("c", "", "11", "  condition: {gte: 5}\ngenerate: true\n"), correlation("d", "", "b"),
       correlation("e", "", "b", "  condition: {gte: 5}\ngenerate: true\n")}));
  EXPECT_TRUE(both.rules.front().shown);
  EXPECT_TRUE(both.correlation_info[0].shown);
  const RuleSet no = compile(documents(
      {rule("one", "id: 11\n"), correlation("c", "", "11", "  condition: {gte: 5}\ngenerate: yes\n")}));
  EXPECT_EQ(reasons_of(no), (Titles{"'generate' is neither true nor false"}));
  EXPECT_TRUE(no.rules.front().shown);
}

TEST(Correlations, may_be_chained_in_any_order) {
  const RuleSet set = compile(documents(
      {correlation("top", "", "[middle, 12]"), correlation("middle", "name: middle\n", "[low]"),
       correlation("low", "name: low\n", "[11]"), rule("one", "id: 11\n"), rule("two", "id: 12\n")}));
  EXPECT_EQ(reasons_of(set), Titles{});
  ASSERT_EQ(set.correlations.size(), 3U);
  EXPECT_EQ(set.correlations[0].members[0].kind, CorrelationMember::Kind::correlation);
  EXPECT_EQ(set.correlations[0].members[0].index, 1U);
  EXPECT_TRUE(set.correlation_info[0].shown);
  EXPECT_FALSE(set.correlation_info[1].shown);
  EXPECT_FALSE(set.correlation_info[2].shown);
}

TEST(Correlations, resolve_aliases_for_each_rule) {
  const std::string text = correlation(
      "c", "", "[inner, 12]", "  aliases:\n    User: {inner: dst.ip, 12: src.ip}\n  condition: {gte: 5}\n");
  const RuleSet aliased = compile(documents({rule("one", "name: inner\n"), rule("two", "id: 12\n"), text}));
  ASSERT_EQ(aliased.correlations.size(), 1U);
  EXPECT_EQ(aliased.fields().name(aliased.rules[0].captures.at(0)), "dst.ip");
  EXPECT_EQ(aliased.fields().name(aliased.rules[1].captures.at(0)), "src.ip");
}

TEST(Correlations, read_every_type_and_comparison) {
  struct Row {
    const char* type;
    const char* condition;
    CorrelationType expected;
  };
  for (const Row& row : {Row{"event_count", "{gt: 100, lte: 200}", CorrelationType::event_count},
                         Row{"value_count", "{field: User, gte: 5}", CorrelationType::value_count},
                         Row{"value_count", "{field: [User, Host], neq: 5}", CorrelationType::value_count},
                         Row{"temporal", "{gte: 1}", CorrelationType::temporal},
                         Row{"temporal_ordered", "{gte: 1}", CorrelationType::temporal_ordered},
                         Row{"value_sum", "{field: bytes, gt: 1.5}", CorrelationType::value_sum},
                         Row{"value_avg", "{field: bytes, lt: 5}", CorrelationType::value_avg},
                         Row{"value_percentile", "{field: bytes, percentile: 95, gte: 5}",
                             CorrelationType::value_percentile}}) {
    const RuleSet set = compile(documents(
        {rule("r", "id: 11\n"),
         "title: c\ncorrelation:\n  type: " + std::string(row.type) +
             "\n  rules: [11]\n  group-by: [Host]\n  timespan: 1h\n  condition: " + row.condition + "\n"}));
    ASSERT_EQ(reasons_of(set), Titles{}) << row.type;
    EXPECT_EQ(set.correlations.front().type, row.expected);
  }
}

TEST(Correlations, are_refused_for_their_own_faults) {
  const auto reasons = [](const std::string& body) {
    const RuleSet set = compile(documents({rule("r", "id: 11\n"), "title: c\ncorrelation:\n" + body}));
    EXPECT_EQ(set.rules.size(), 1U);
    EXPECT_TRUE(set.rules.front().shown);
    EXPECT_EQ(set.loaded, 1U) << body;
    const Titles all = reasons_of(set);
    return all.size() == 1 ? all.front() : std::string("(none)");
  };
  EXPECT_EQ(reasons("  rules: [11]\n"), "the correlation type '' is unknown");
  EXPECT_EQ(reasons("  type: median\n  rules: [11]\n"), "the correlation type 'median' is unknown");
  EXPECT_EQ(reasons("  type: event_count\n  timespan: 5m\n"), "the correlation names no rules");
  EXPECT_EQ(reasons("  type: event_count\n  rules: [11, {a: b}]\n"), "an entry of 'rules' is no text");
  EXPECT_EQ(reasons("  type: event_count\n  rules: [11]\n"), "the correlation has no timespan");
  EXPECT_EQ(reasons("  type: event_count\n  rules: [11]\n  timespan: soon\n"), "'soon' is no time span");
  const std::string head = "  type: event_count\n  rules: [11]\n  timespan: 5m\n";
  EXPECT_NE(reasons(head).find("no condition"), std::string::npos);
  EXPECT_EQ(reasons(head + "  condition: s and t\n"), "the correlation's condition is no map");
  EXPECT_EQ(reasons(head + "  condition: {more: 5}\n"), "unknown word 'more' in the condition");
  EXPECT_EQ(reasons(head + "  condition: {gte: many}\n"), "'many' is no number");
  EXPECT_NE(reasons(head + "  condition: {field: A, gte: 5}\n").find("does not look at a field"),
            std::string::npos);
  EXPECT_EQ(reasons(head + "  condition: {gte: 5}\n  group-by: {a: b}\n"), "'group-by' is a map");
  EXPECT_EQ(reasons(head + "  condition: {gte: 5}\n  aliases: [a]\n"), "'aliases' is no map");
  EXPECT_EQ(reasons(head + "  condition: {gte: 5}\n  aliases: {a: {11: [x]}}\n"), "an alias names no field");
  EXPECT_NE(
      reasons(head + "  condition: {gte: 5}\n  aliases: {a: {12: x}}\n").find("which is not in 'rules'"),
      std::string::npos);
  EXPECT_NE(reasons("  type: event_count\n  rules: [11, 11]\n  timespan: 5m\n  condition: {gte: 5}\n")
                .find("one rule twice"),
            std::string::npos);
}

TEST(Correlations, of_an_unknown_rule_are_refused_and_their_neighbours_kept) {
  const RuleSet set =
      compile(documents({rule("one", "id: 11\n"), correlation("good", "", "[11]"),
                         correlation("bad", "name: bad\n", "[11, 99]"), correlation("above", "", "[bad]")}));
  EXPECT_EQ(reasons_of(set), (Titles{"the correlation names the rule '99', which is not loaded",
                                     "the correlation refers to another one that was refused"}));
  EXPECT_EQ(set.refused.front().where, (base::Position{22, 15}));
  ASSERT_EQ(set.correlation_info.size(), 1U);
  EXPECT_EQ(set.correlation_info.front().info.title, "good");
  EXPECT_EQ(set.loaded, 2U);
}

TEST(Correlations, in_a_circle_are_refused_with_its_members) {
  const RuleSet set =
      compile(documents({rule("one", "id: 11\n"), correlation("a", "id: aa\n", "[bb]"),
                         correlation("b", "id: bb\n", "[11, cc]"), correlation("c", "id: cc\n", "[aa]"),
                         correlation("good", "id: a\n", "[11]"), correlation("self", "id: me\n", "[me]")}));
  EXPECT_EQ(titles_of(set), (Titles{"one"}));
  ASSERT_EQ(set.correlation_info.size(), 1U);
  EXPECT_EQ(set.correlation_info.front().info.title, "good");  // though its id is part of another one's
  ASSERT_EQ(set.refused.size(), 4U);
  EXPECT_NE(set.refused.front().reason.find("aa -> bb -> cc -> aa"), std::string::npos)
      << set.refused.front().reason;
  EXPECT_EQ(set.loaded, 2U);
}

TEST(Correlations, of_an_ambiguous_name_are_refused) {
  const RuleSet set = compile_rules(
      {{"a.yml", rule("one", "name: n\nid: 1\n")},
       {"b.yml", rule("two", "name: n\nid: 2\n")},
       {"c.yml", documents({correlation("by name", "", "[n]"), correlation("by id", "", "[2]")})}},
      {});
  EXPECT_EQ(reasons_of(set), (Titles{"two rules are called 'n': a.yml:1 and b.yml:1"}));
  ASSERT_EQ(set.correlations.size(), 1U);
  EXPECT_EQ(set.correlations.front().members.front().index, 1U);
}

TEST(Correlations, without_ids_are_told_apart_by_their_place) {
  const RuleSet set =
      compile(documents({rule("one", "id: 11\n"), correlation("same", "", "[11]"),
                         correlation("same", "", "[11]", "  condition: {gte: 5, field: x}\n")}));
  ASSERT_EQ(set.correlations.size(), 1U);
  ASSERT_EQ(set.refused.size(), 1U);
  EXPECT_NE(set.refused.front().reason.find("same (rule.yml:18)"), std::string::npos)
      << set.refused.front().reason;
  EXPECT_EQ(set.correlations.front().condition, (std::vector<Bound>{{Comparison::gte, 5}}));
}

TEST(Correlations, limit_the_length_of_a_chain) {
  std::string text = rule("one", "id: r\n");
  for (std::size_t i = kMaxChainDepth + 1; i > 0; --i) {
    const std::string member = i == 1 ? "r" : "c" + std::to_string(i - 1);
    text += "---\n" +
            correlation("c" + std::to_string(i), "name: c" + std::to_string(i) + "\n", "[" + member + "]");
  }
  const RuleSet set = compile(text);
  ASSERT_EQ(set.refused.size(), 1U);
  EXPECT_NE(set.refused.front().reason.find("a chain of more than"), std::string::npos);
  EXPECT_EQ(set.correlations.size(), kMaxChainDepth);
}

TEST(RetiredAggregations, count_and_near_keep_their_meaning) {
  const RuleSet count = compile(
      "title: t\nid: 7\nlogsource: {product: p}\ndetection:\n  a: {A: 1}\n  timeframe: 30s\n  condition: a | "
      "count(User) by Host > 3\n");
  ASSERT_EQ(count.correlations.size(), 1U);
  EXPECT_EQ(count.correlations[0].type, CorrelationType::value_count);
  EXPECT_EQ(count.correlations[0].group_by, (Titles{"Host"}));
  EXPECT_EQ(count.correlations[0].value_fields, (Titles{"User"}));
  EXPECT_EQ(count.correlations[0].timespan_ns, 30'000'000'000);
  EXPECT_EQ(count.correlations[0].condition, (std::vector<Bound>{{Comparison::gt, 3}}));
  ASSERT_EQ(count.rules.size(), 1U);
  EXPECT_FALSE(count.rules[0].shown);
  EXPECT_TRUE(count.correlation_info[0].shown);
  EXPECT_EQ(count.loaded, 1U);

  const RuleSet near = compile(
      "title: t\nlogsource: {product: p}\ndetection:\n  a: {A: 1}\n  b: {B: 1}\n  c: {C: 1}\n  timeframe: "
      "5m\n  condition: a | near b and not c\n");
  ASSERT_EQ(near.correlations.size(), 1U) << reasons_of(near).front();
  EXPECT_EQ(near.correlations[0].type, CorrelationType::temporal);
  ASSERT_EQ(near.correlations[0].members.size(), 3U);
  EXPECT_FALSE(near.correlations[0].members[1].negated);
  EXPECT_TRUE(near.correlations[0].members[2].negated);
}

TEST(RetiredAggregations, stand_beside_plain_conditions_and_can_be_referred_to) {
  const std::string counting =
      "title: t\nid: 7\nlogsource: {product: p}\ndetection:\n  a: {A: 1}\n  condition: a | count() > 3\n";
  const RuleSet set = compile(documents({counting, correlation("above", "", "[7]")}));
  EXPECT_EQ(reasons_of(set), Titles{});
  ASSERT_EQ(set.correlations.size(), 2U);
  EXPECT_EQ(set.correlations[1].members[0].kind, CorrelationMember::Kind::correlation);
  const RuleSet both = compile(
      "title: t\nid: 7\nlogsource: {product: p}\ndetection:\n  a: {A: 1}\n  b: {B: 1}\n  condition:\n    - a "
      "| count() > 3\n    - b\n");
  EXPECT_EQ(both.rules.size(), 2U);
  EXPECT_EQ(both.correlations.size(), 1U);
  EXPECT_EQ(both.loaded, 1U);
}

TEST(RetiredAggregations, are_filtered_in_what_must_occur_only) {
  const std::string near =
      "title: t\nid: 7\nlogsource: {product: p}\ndetection:\n  a: {A: 1}\n  c: {C: 1}\n  timeframe: 5m\n  "
      "condition: a | near not c\n";
  Bench bench(compile(documents({near, filter("7", "  s: {B: 1}\n  condition: s\n", "{product: p}")})));
  EXPECT_EQ(bench.matches({{"A", "1"}, {"C", "1"}}).size(), 2U);
  EXPECT_EQ(bench.matches({{"A", "1"}, {"B", "1"}}).size(), 0U);
  EXPECT_EQ(bench.matches({{"C", "1"}, {"B", "1"}}).size(), 1U);
}

// The shapes of the specification's own schema examples, in our words.
TEST(Specification, accepts_rules_of_every_shape_of_its_schema) {
  const std::string plain =
      "title: Viewer crashed\nid: 7c4f5bd2-4c5e-4d0c-8f61-0d2f0a6b9a01\nrelated:\n  - id: "
      "7c4f5bd2-4c5e-4d0c-8f61-0d2f0a6b9a02\n    type: derived\n"
      "status: experimental\ndescription: The document viewer ended with a fault.\nlicense: "
      "Apache-2.0\nreferences:\n  - https://example.org/viewer\n"
      "author: Example\ndate: 2026-01-05\nmodified: 2026-02-01\ntags:\n  - attack.execution\n  - "
      "attack.t1203\nscope: [server]\nfields: [User]\n"
      "logsource:\n  product: windows\n  service: application\n  definition: default\ndetection:\n  "
      "selection:\n    Provider_Name: 'Viewer'\n  condition: selection\n"
      "falsepositives:\n  - Updates\nlevel: low\n";
  const std::string ecs =
      "title: Look-up\nid: 7c4f5bd2-4c5e-4d0c-8f61-0d2f0a6b9a03\nname: lookup\ntaxonomy: ecs\nlogsource:\n  "
      "category: network\n  service: dns\ndetection:\n"
      "  selection:\n    dns.question.name: example.org\n  condition: selection\n";
  std::string all = documents({plain, ecs});
  for (const char* type : {"event_count", "temporal", "temporal_ordered", "value_count", "value_sum",
                           "value_avg", "value_percentile"}) {
    const std::string_view name(type);
    all += "---\ntitle: " + std::string(type) + "\nstatus: test\ncorrelation:\n  type: " + type +
           "\n  rules:\n    - 7c4f5bd2-4c5e-4d0c-8f61-0d2f0a6b9a01\n    - lookup\n  group-by:\n    - "
           "host.name\n  timespan: 24h\n";
    if (name == "event_count") all += "  condition:\n    gte: 100\n";
    if (name.starts_with("value_")) all += "  condition:\n    field: bytes\n    gt: 500\n";
    all += "falsepositives:\n  - Unlikely\nlevel: high\n";
  }
  all +=
      "---\ntitle: Our own resolver\ntaxonomy: ecs\nlogsource:\n  category: network\n  service: "
      "dns\nfilter:\n  rules:\n    - lookup\n  selection:\n"
      "    dns.question.name|startswith: 'www.example.'\n  condition: selection\n";
  const RuleSet set = compile(all);
  EXPECT_EQ(reasons_of(set), Titles{});
  EXPECT_EQ(set.loaded, 10U);
  EXPECT_EQ(set.correlations.size(), 7U);
  EXPECT_EQ(set.filters, 1U);
}

TEST(Companions, give_japanese_texts_by_id_or_order) {
  const RuleSet set = compile_rules(
      {{"x.yml", documents({correlation("c", "", "[2]"), rule("one", "id: 1\n"), rule("two", "id: 2\n")})},
       {"x.ja.yml", documents({"title: 相関\n", "id: 2\ntitle: 二\n",
                               "id: 1\ntitle: 一\ndescription: 説明\nadvice: 助言\n"})},
       {"x.test.yml", "not a rule"},
       {"y.ja.yml", "title: [\n"}},
      {});
  EXPECT_EQ(set.loaded, 3U);
  ASSERT_EQ(set.refused.size(), 1U);
  EXPECT_EQ(set.refused.front().path, "y.ja.yml");
  EXPECT_EQ(set.rules[0].info.title_ja, "一");
  EXPECT_EQ(set.rules[0].info.description_ja, "説明");
  EXPECT_EQ(set.rules[0].info.advice_ja, "助言");
  EXPECT_EQ(set.rules[1].info.title_ja, "二");
  EXPECT_EQ(set.correlation_info[0].info.title_ja, "相関");
}

}  // namespace
}  // namespace hinomi::detect
