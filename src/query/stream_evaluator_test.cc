#include "query/stream_evaluator.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "query/pattern.h"
#include "query/reference_evaluator.h"

namespace hinomi::query {
namespace {

constexpr std::uint32_t kFields = 4;

// Random programs and events from a small alphabet, so that much matches.
class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {}

  std::string text(std::size_t longest) {
    std::string out(random_() % (longest + 1), 'a');
    for (char& c : out) c = "abAé/-"[random_() % 6];
    return out;
  }

  NodeId predicate(Program& program) {
    Predicate p;
    p.field =
        random_() % 12 == 0 ? kAnyValue : event::FieldId{static_cast<std::uint32_t>(random_() % kFields)};
    switch (random_() % 12) {
      case 0:
        p.op = Op::equals;
        break;
      case 1:
        p.op = Op::starts_with;
        break;
      case 2:
        p.op = Op::ends_with;
        break;
      case 3:
        p.op = Op::pattern;
        break;
      case 4:
        p.op = Op::regex;
        break;
      case 5:
        p.op = Op::is_null;
        break;
      case 6:
        p.op = Op::exists;
        break;
      case 7:
        p.op = Op::contains_field;
        break;
      case 8:
        p.op = Op::greater;
        break;
      default:
        p.op = Op::contains;
        break;
    }
    if (p.field == kAnyValue && !is_single_value(p.op)) p.op = Op::contains;
    p.cased = random_() % 5 == 0 && p.op != Op::regex && is_single_value(p.op);
    if (p.op == Op::regex) {
      p.text = "a+b";
    } else if (p.op == Op::contains_field) {
      p.other = event::FieldId{static_cast<std::uint32_t>(random_() % kFields)};
    } else if (p.op == Op::greater) {
      p.number = 1;
    } else if (is_single_value(p.op)) {
      std::string t = text(4);
      for (char& c : t) {
        if (static_cast<unsigned char>(c) >= 0x80) c = 'a';  // half of a code point
        if (!p.cased && c == 'A') c = 'a';
        if (p.op == Op::pattern && random_() % 3 == 0) c = "\xFF\xFE\xFD"[random_() % 3];
      }
      p.text = t;
    }
    return program.predicate(p);
  }

  NodeId condition(Program& program, int depth) {
    if (depth == 0 || random_() % 4 == 0) return predicate(program);
    std::vector<NodeId> children;
    const std::size_t count = 1 + random_() % 3;
    for (std::size_t i = 0; i < count; ++i) children.push_back(condition(program, depth - 1));
    switch (random_() % 7) {
      case 0:
      case 1:
      case 2:
        return program.all(children);
      case 3:
      case 4:
        return program.any(children);
      case 5:
        return program.negation(children.front());
      default:
        return program.at_least(2, children);
    }
  }

  event::Event event() {
    event::Event e;
    texts_.clear();
    const std::size_t slots = random_() % 6;
    for (std::size_t i = 0; i < slots; ++i) {
      texts_.push_back(random_() % 6 == 0 ? std::to_string(random_() % 4) : text(7));
      const auto field = static_cast<std::uint32_t>(random_() % (kFields + 1));
      const auto kind = random_() % 8 == 0 ? event::ValueKind::null : event::ValueKind::text;
      e.slots.push_back(
          {field == kFields ? event::kUnlistedField : event::FieldId{field},
           {kind, kind == event::ValueKind::null ? std::string_view() : std::string_view(texts_.back())},
           {}});
    }
    if (random_() % 2 == 0) {
      texts_.push_back(text(9));
      e.raw = texts_.back();
    }
    return e;
  }

 private:
  std::mt19937 random_;
  std::deque<std::string> texts_;
};

void compare(std::uint32_t seed, bool memo) {
  World world(seed);
  Program program;
  std::vector<QueryId> queries;
  for (int i = 0; i < 40; ++i) queries.push_back(program.add_query(world.condition(program, 3)));
  const Gates gates(program);
  const ValueMatcher matcher(program);
  StreamEvaluator fast(program, gates, matcher, kFields, seed);
  if (!memo) fast.disable_memo();
  ReferenceEvaluator reference(program);
  const QuerySet set(gates, kFields, queries);
  std::vector<QueryId> matches;
  for (int i = 0; i < 150; ++i) {
    const event::Event event = world.event();
    std::vector<QueryId> expected;
    for (const QueryId q : queries) {
      if (reference.holds(q, event)) expected.push_back(q);
    }
    fast.evaluate(event, set, matches);
    ASSERT_EQ(matches, expected) << "seed " << seed << ", event " << i;
  }
}

TEST(StreamEvaluator, equals_the_reference_on_random_programs_and_events) {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) compare(seed, true);
}

TEST(StreamEvaluator, equals_the_reference_without_its_memo) {
  for (std::uint32_t seed = 1000; seed <= 1030; ++seed) compare(seed, false);
}

TEST(StreamEvaluator, a_query_outside_the_set_never_matches) {
  Program program;
  const NodeId a = program.predicate({.field = event::FieldId{0}, .op = Op::contains, .text = "aaaa"});
  const QueryId first = program.add_query(a);
  const QueryId second = program.add_query(program.negation(a));
  const Gates gates(program);
  const ValueMatcher matcher(program);
  StreamEvaluator fast(program, gates, matcher, 1, 7);
  const QuerySet only_first(gates, 1, {first});
  const QuerySet only_second(gates, 1, {second});
  event::Event event;
  event.slots.push_back({event::FieldId{0}, {event::ValueKind::text, "xaaaax"}, {}});
  std::vector<QueryId> matches;
  fast.evaluate(event, only_second, matches);
  EXPECT_TRUE(matches.empty());
  fast.evaluate(event, only_first, matches);
  EXPECT_EQ(matches, std::vector<QueryId>{first});
}

TEST(StreamEvaluator, judges_a_repeated_value_twice_at_most) {
  Program program;
  const QueryId q = program.add_query(
      program.predicate({.field = event::FieldId{0}, .op = Op::contains, .text = "needle"}));
  const Gates gates(program);
  const ValueMatcher matcher(program);
  StreamEvaluator fast(program, gates, matcher, 1, 7);
  const QuerySet set(gates, 1, {q});
  std::vector<QueryId> matches;
  event::Event event;
  event.slots.push_back({event::FieldId{0}, {event::ValueKind::text, "a needle"}, {}});
  for (int i = 0; i < 10; ++i) fast.evaluate(event, set, matches);
  EXPECT_EQ(fast.statistics().lookups, 10U);
  EXPECT_EQ(fast.statistics().misses, 2U);
}

}  // namespace
}  // namespace hinomi::query
