#include "detect/sigma/condition.h"

#include <gtest/gtest.h>

#include "detect/sigma/rule_test_support.h"

namespace hinomi::detect::sigma {
namespace {

// Selections a, b, c, sel_1, sel_2, sel_x and _hidden, each holding where the field of its name is 1.
class Selections {
 public:
  Selections() {
    for (const char* name : {"a", "b", "c", "sel_1", "sel_2", "sel_x", "_hidden"}) {
      selections_.push_back(
          {name, program_.predicate({.field = fields_.intern(name), .op = query::Op::equals, .text = "1"})});
    }
  }

  base::Result<Condition> parse(std::string_view text) {
    return parse_condition(program_, selections_, text);
  }

  // Whether the condition holds when exactly the named selections do.
  bool holds(std::string_view text, const std::vector<std::string>& which) {
    const auto condition = parse(text);
    EXPECT_TRUE(condition) << text << ": " << (condition ? "" : condition.error().message);
    if (!condition) return false;
    event::Event event;
    for (const std::string& name : which)
      event.slots.push_back({fields_.find(name), {event::ValueKind::text, "1"}, {}});
    const query::QueryId query = program_.add_query(condition->node);
    query::ReferenceEvaluator reference(program_);
    const query::Gates gates(program_);
    const query::ValueMatcher matcher(program_);
    query::StreamEvaluator fast(program_, gates, matcher, fields_.size(), 1);
    std::vector<query::QueryId> found;
    fast.evaluate(event, query::QuerySet(gates, fields_.size(), {query}), found);
    const bool result = reference.holds(query, event);
    EXPECT_EQ(!found.empty(), result) << text;
    return result;
  }

  // "column: message" of the error.
  std::string error(std::string_view text) {
    const auto condition = parse(text);
    EXPECT_FALSE(condition) << text;
    if (condition) return {};
    EXPECT_FALSE(condition.error().remedy.empty()) << text;
    return std::to_string(condition.error().where.column) + ": " + condition.error().message;
  }

 private:
  event::FieldTable fields_;
  query::Program program_;
  std::vector<Selection> selections_;
};

class ConditionTest : public ::testing::Test, public Selections {};

// Every assignment of a, b and c against an expression in C++.
template <typename Expected>
void expect_table(Selections& world, std::string_view text, Expected&& expected) {
  for (int bits = 0; bits < 8; ++bits) {
    const bool a = (bits & 1) != 0;
    const bool b = (bits & 2) != 0;
    const bool c = (bits & 4) != 0;
    std::vector<std::string> which;
    if (a) which.emplace_back("a");
    if (b) which.emplace_back("b");
    if (c) which.emplace_back("c");
    EXPECT_EQ(world.holds(text, which), expected(a, b, c)) << text << " with bits " << bits;
  }
}

TEST_F(ConditionTest, binds_not_before_and_before_or) {
  expect_table(*this, "a", [](bool a, bool, bool) { return a; });
  expect_table(*this, "a or b and c", [](bool a, bool b, bool c) { return a || (b && c); });
  expect_table(*this, "a and b or c", [](bool a, bool b, bool c) { return (a && b) || c; });
  expect_table(*this, "not a and b or c", [](bool a, bool b, bool c) { return (!a && b) || c; });
  expect_table(*this, "not a or b", [](bool a, bool b, bool) { return !a || b; });
  expect_table(*this, "a and not b and not c", [](bool a, bool b, bool c) { return a && !b && !c; });
  expect_table(*this, "not not a", [](bool a, bool, bool) { return a; });
  expect_table(*this, "not not not a", [](bool a, bool, bool) { return !a; });
}

TEST_F(ConditionTest, lets_parentheses_decide) {
  expect_table(*this, "(a or b) and c", [](bool a, bool b, bool c) { return (a || b) && c; });
  expect_table(*this, "not (a or b)", [](bool a, bool b, bool) { return !(a || b); });
  expect_table(*this, "not(a and(b or not(c)))", [](bool a, bool b, bool c) { return !(a && (b || !c)); });
  expect_table(*this, "((a))or((b))", [](bool a, bool b, bool) { return a || b; });
  expect_table(*this, "a AND NOT b Or c", [](bool a, bool b, bool c) { return (a && !b) || c; });
  expect_table(*this, "\n  a\n  and\tb\r\n", [](bool a, bool b, bool) { return a && b; });
}

TEST_F(ConditionTest, counts_selections_by_pattern) {
  EXPECT_TRUE(holds("1 of sel_*", {"sel_2"}));
  EXPECT_FALSE(holds("1 of sel_*", {"a"}));
  EXPECT_TRUE(holds("any of sel_*", {"sel_x"}));
  EXPECT_TRUE(holds("all of sel_*", {"sel_1", "sel_2", "sel_x"}));
  EXPECT_FALSE(holds("all of sel_*", {"sel_1", "sel_2"}));
  EXPECT_TRUE(holds("2 of sel_*", {"sel_1", "sel_x"}));
  EXPECT_FALSE(holds("2 of sel_*", {"sel_1", "a", "b"}));
  EXPECT_TRUE(holds("3 of sel_*", {"sel_1", "sel_2", "sel_x"}));
  EXPECT_TRUE(holds("1 of *_x", {"sel_x"}));
  EXPECT_FALSE(holds("1 of *_x", {"sel_1"}));
  EXPECT_TRUE(holds("1 of s*_1", {"sel_1"}));
  EXPECT_TRUE(holds("1 of a", {"a"}));
  EXPECT_TRUE(holds("1 of sel_* and not 1 of a*", {"sel_1"}));
  EXPECT_FALSE(holds("1 of sel_* and not 1 of a*", {"sel_1", "a"}));
  EXPECT_TRUE(holds("ALL OF sel_* or a", {"a"}));
}

TEST_F(ConditionTest, counts_them_without_names_in_underscore) {
  EXPECT_TRUE(holds("1 of them", {"c"}));
  EXPECT_FALSE(holds("1 of them", {"_hidden"}));
  EXPECT_TRUE(holds("all of them", {"a", "b", "c", "sel_1", "sel_2", "sel_x"}));
  EXPECT_FALSE(holds("all of them", {"a", "b", "c", "sel_1", "sel_2"}));
  EXPECT_TRUE(holds("4 of them", {"a", "b", "c", "sel_1"}));
  EXPECT_FALSE(holds("4 of them", {"a", "b", "c", "_hidden"}));
  EXPECT_FALSE(holds("1 of *", {"_hidden"}));  // a pattern is 'them', restricted
  EXPECT_TRUE(holds("1 of _*", {"_hidden"}));  // unless it asks for them
  EXPECT_TRUE(holds("_hidden", {"_hidden"}));
}

TEST_F(ConditionTest, knows_whether_it_says_only_what_must_not_be) {
  for (const char* text : {"not a", "not (a or b)", "not 1 of sel_*", "not a and not b", "not a or not b",
                           "(not a)", "not not not a"}) {
    EXPECT_TRUE(parse(text)->negative) << text;
  }
  for (const char* text : {"a", "a and not b", "not a or b", "1 of them", "not not a", "not (not a)"}) {
    EXPECT_FALSE(parse(text)->negative) << text;
  }
}

TEST_F(ConditionTest, names_what_is_unknown_at_its_column) {
  EXPECT_EQ(error("nobody"), "1: condition: there is no selection 'nobody'");
  EXPECT_EQ(error("a and  nobody"), "8: condition: there is no selection 'nobody'");
  EXPECT_EQ(error("a and (b or not A)"),
            "17: condition: there is no selection 'A'");  // names keep their case
  EXPECT_EQ(error("1 of filter_*"), "6: condition: no selection is called 'filter_*'");
  EXPECT_EQ(error("4 of sel_*"), "6: condition: only 3 selections are called 'sel_*'");
}

TEST_F(ConditionTest, refuses_garbage_where_it_stands) {
  struct Row {
    const char* text;
    const char* begin;
  };
  for (const Row& row :
       {Row{"", "1: condition: the condition is empty"}, Row{"  ", "3: condition: the condition is empty"},
        Row{"a and", "6: condition: it ends too early"},
        Row{"a or or b", "6: condition: there is no selection 'or'"},
        Row{"(a", "3: condition: a closing parenthesis is missing"},
        Row{"a)", "2: condition: ')' is not expected here"},
        Row{"a b", "3: condition: 'b' is not expected here"}, Row{"not", "4: condition: it ends too early"},
        Row{"()", "2: condition: there is no selection ')'"},
        Row{"a, b", "2: condition: ',' is not expected here"},
        Row{"0 of them", "1: condition: '0 of' is no quantity"},
        Row{"x of them", "1: condition: 'x of' is no quantity"},
        Row{"-1 of them", "1: condition: '-1 of' is no quantity"},
        Row{"99999999999 of them", "1: condition: '99999999999 of' is no quantity"},
        Row{"1 of", "5: condition: 'of' has no name after it"},
        Row{"1 of (a)", "6: condition: no selection is called '('"},
        Row{"a | ", "5: condition: the aggregation after '|' is unknown"},
        Row{"| count() > 5", "1: condition: there is no selection '|'"},
        Row{"a \x01", "3: condition: '\\x01' is not expected here"}}) {
    EXPECT_EQ(error(row.text).substr(0, std::string_view(row.begin).size()), row.begin) << row.text;
  }
}

TEST_F(ConditionTest, stops_at_its_limits) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + "a" +
           std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_TRUE(parse(nested(kMaxConditionDepth - 1)));
  const auto deep = parse(nested(kMaxConditionDepth));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, base::ErrorCode::limit_exceeded);
  std::string many_nots;
  while (many_nots.size() + 5 < kMaxConditionBytes) many_nots += "not ";
  EXPECT_TRUE(parse(many_nots + "a"));  // negations need no stack
  const auto lengthy = parse(std::string(kMaxConditionBytes, ' ') + "a");
  ASSERT_FALSE(lengthy);
  EXPECT_EQ(lengthy.error().code, base::ErrorCode::limit_exceeded);
}

TEST_F(ConditionTest, reads_the_retired_aggregations) {
  const auto count = parse("a and b | count() by User, Host > 5");
  ASSERT_TRUE(count) << count.error().message;
  ASSERT_TRUE(count->aggregation);
  EXPECT_EQ(count->aggregation->kind, AggregationKind::count);
  EXPECT_EQ(count->aggregation->field, "");
  EXPECT_EQ(count->aggregation->group_by, (std::vector<std::string>{"User", "Host"}));
  EXPECT_EQ(count->aggregation->comparison, "gt");
  EXPECT_EQ(count->aggregation->limit, 5);

  const auto distinct = parse("1 of them|count(distinct User)by Host>=10");
  ASSERT_TRUE(distinct) << distinct.error().message;
  EXPECT_EQ(distinct->aggregation->field, "User");
  EXPECT_EQ(distinct->aggregation->comparison, "gte");
  EXPECT_EQ(distinct->aggregation->limit, 10);

  for (const auto& [sign, name] :
       {std::pair{"<", "lt"}, {"<=", "lte"}, {"=", "eq"}, {"==", "eq"}, {">", "gt"}}) {
    const auto parsed = parse(std::string("a | count(Field.Name) ") + sign + " 2.5");
    ASSERT_TRUE(parsed) << sign;
    EXPECT_EQ(parsed->aggregation->comparison, name);
    EXPECT_EQ(parsed->aggregation->field, "Field.Name");
    EXPECT_EQ(parsed->aggregation->limit, 2.5);
  }
  EXPECT_EQ(parse("a | sum(Bytes) by IP > 1000")->aggregation->kind, AggregationKind::sum);
  EXPECT_EQ(parse("a | AVG(Bytes) > 1")->aggregation->kind, AggregationKind::average);
}

TEST_F(ConditionTest, reads_near_with_its_signs) {
  const auto near = parse("a | near b and not c and sel_1");
  ASSERT_TRUE(near) << near.error().message;
  ASSERT_EQ(near->aggregation->kind, AggregationKind::near);
  ASSERT_EQ(near->aggregation->near.size(), 3U);
  EXPECT_FALSE(near->aggregation->near[0].negated);
  EXPECT_TRUE(near->aggregation->near[1].negated);
  EXPECT_FALSE(near->aggregation->near[2].negated);
}

TEST_F(ConditionTest, refuses_half_an_aggregation) {
  for (const char* text :
       {"a | count", "a | count(", "a | count()", "a | count() by", "a | count() by User",
        "a | count() by User,", "a | count() >", "a | count() > x", "a | count() != 5", "a | count() > 5 b",
        "a | min(x) > 5", "a | sum() > 5", "a | near", "a | near nobody", "a | near b or c", "a | near b and",
        "a | count() > 5 | count() > 5"}) {
    error(text);
  }
  EXPECT_EQ(error("a | count() by User > x"), "23: condition: a number is missing");
}

}  // namespace
}  // namespace hinomi::detect::sigma
