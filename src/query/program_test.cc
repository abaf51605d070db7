#include "query/program.h"

#include <gtest/gtest.h>

#include "event/field_table.h"
#include "query/reference_evaluator.h"

namespace hinomi::query {
namespace {

Predicate equals(std::uint32_t field, std::string text) {
  return {.field = event::FieldId{field}, .op = Op::equals, .text = std::move(text)};
}

TEST(Program, equal_parts_are_one) {
  Program program;
  const NodeId a = program.predicate(equals(0, "a"));
  const NodeId b = program.predicate(equals(0, "b"));
  EXPECT_EQ(program.predicate(equals(0, "a")), a);
  EXPECT_EQ(program.all({a, b}), program.all({b, a, a}));
  EXPECT_EQ(program.any({a}), a);
  EXPECT_EQ(program.negation(program.negation(a)), a);
  EXPECT_EQ(program.all({a, program.constant(false)}), program.constant(false));
  EXPECT_EQ(program.any({a, program.constant(false)}), a);
  EXPECT_EQ(program.at_least(2, {a, b}), program.all({a, b}));
}

TEST(Program, survives_its_binary_form) {
  Program program;
  const NodeId a = program.predicate(equals(0, "a"));
  const NodeId b = program.predicate(equals(1, std::string("\0\xff", 2)));
  program.add_query(program.all({a, program.negation(b)}));
  std::string bytes;
  program.save(bytes);
  std::string_view in = bytes;
  auto loaded = Program::load(in, 2);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(in.empty());
  std::string again;
  loaded->save(again);
  EXPECT_EQ(bytes, again);
}

TEST(Program, refuses_damaged_binary_forms_without_harm) {
  Program program;
  program.add_query(program.all({program.predicate(equals(0, "abc")), program.predicate(equals(1, "d"))}));
  std::string bytes;
  program.save(bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    std::string_view in = std::string_view(bytes).substr(0, cut);
    EXPECT_FALSE(Program::load(in, 2)) << cut;
  }
  std::string_view in = bytes;
  EXPECT_FALSE(Program::load(in, 1)) << "a field that does not exist";
}

TEST(ReferenceEvaluator, any_value_of_a_field_is_enough_and_absence_is_null) {
  Program program;
  const NodeId a = program.predicate(equals(0, "a"));
  const NodeId b = program.predicate(equals(0, "b"));
  const NodeId null = program.predicate({.field = event::FieldId{1}, .op = Op::is_null, .text = {}});
  const NodeId exists = program.predicate({.field = event::FieldId{1}, .op = Op::exists, .text = {}});
  const NodeId empty = program.predicate(equals(1, ""));
  ReferenceEvaluator evaluator(program);
  event::Event event;
  event.slots.push_back({event::FieldId{0}, {event::ValueKind::text, "A"}, {}});
  event.slots.push_back({event::FieldId{0}, {event::ValueKind::text, "b"}, {}});
  EXPECT_TRUE(evaluator.holds(program.all({a, b}), event));
  EXPECT_TRUE(evaluator.holds(null, event));
  EXPECT_FALSE(evaluator.holds(exists, event));
  EXPECT_FALSE(evaluator.holds(empty, event));
  event.slots.push_back({event::FieldId{1}, {event::ValueKind::null, ""}, {}});
  EXPECT_TRUE(evaluator.holds(null, event));
  EXPECT_TRUE(evaluator.holds(exists, event));
  EXPECT_FALSE(evaluator.holds(empty, event));
  event.slots.back().value.kind = event::ValueKind::text;
  EXPECT_FALSE(evaluator.holds(null, event));
  EXPECT_TRUE(evaluator.holds(empty, event));
}

}  // namespace
}  // namespace hinomi::query
