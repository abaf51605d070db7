#include "query/raw_screen.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "query/gates.h"
#include "query/stream_evaluator.h"

namespace hinomi::query {
namespace {

using Parts = std::vector<std::string_view>;

std::unique_ptr<RawScreen> screen_for(const std::vector<Predicate>& keywords) {
  Program program;
  std::vector<QueryId> queries;
  for (const Predicate& keyword : keywords) queries.push_back(program.add_query(program.predicate(keyword)));
  return RawScreen::make(program, queries);
}
Predicate keyword(std::string text, Op op = Op::contains) {
  return {.field = kAnyValue, .op = op, .text = std::move(text)};
}

TEST(RawScreen, tells_whether_a_keyword_stands_in_the_document) {
  const auto screen = screen_for({keyword("lsadump::"), keyword("\\mimilib.dll"), keyword("misc::skeleton")});
  ASSERT_NE(screen, nullptr);
  const std::string padding(50, ' ');
  for (std::size_t i = 0; i < 40; ++i) {  // wherever it stands
    const std::string front = padding.substr(0, i);
    EXPECT_TRUE(screen->may_hold(front + R"({"a":"x lsadump::sam"})"));
    EXPECT_TRUE(screen->may_hold(front + R"({"a":"C:\\T\\MimiLib.DLL"})"));
    EXPECT_FALSE(screen->may_hold(front + R"({"a":"C:\\T\\MimiLib.DL_ misc:skeleton lsadump:"})"));
  }
  EXPECT_FALSE(screen->may_hold(""));
  EXPECT_FALSE(screen->may_hold("{}"));
  EXPECT_FALSE(screen->may_hold("lsadump:"));
}

TEST(RawScreen, looks_for_the_keywords_of_every_condition) {
  Program program;
  const NodeId plain = program.predicate({.field = event::FieldId{0}, .op = Op::equals, .text = "whatever"});
  const NodeId filter = program.predicate(keyword("a harmless tool"));
  const QueryId query = program.add_query(program.all({plain, program.negation(filter)}));
  const auto screen = RawScreen::make(program, std::vector{query});
  ASSERT_NE(screen, nullptr);
  EXPECT_TRUE(screen->may_hold(R"({"a":"A Harmless Tool"})"));
  EXPECT_FALSE(screen->may_hold(R"({"a":"whatever"})"));
}

TEST(RawScreen, cannot_be_made_when_a_keyword_shows_nothing) {
  EXPECT_EQ(screen_for({keyword("abc")}), nullptr);
  EXPECT_EQ(screen_for({keyword("日本語の鍵")}), nullptr);
  EXPECT_EQ(screen_for({keyword("12345.67")}), nullptr);
  EXPECT_EQ(screen_for({keyword("long enough"), keyword("x")}), nullptr);
  EXPECT_EQ(screen_for({keyword("long enough", Op::regex)}), nullptr);
  EXPECT_EQ(screen_for({keyword("", Op::exists)}), nullptr);
  EXPECT_NE(screen_for({keyword("long enough\xFF\x61\x62", Op::pattern)}), nullptr);
}

TEST(RawScreen, a_piece_has_no_character_that_may_be_written_otherwise) {
  EXPECT_EQ(RawScreen::visible_parts("\\mimilib.dll"), (Parts{"mimilib.dll"}));
  EXPECT_EQ(RawScreen::visible_parts("x/yy\"zzz<q"), (Parts{"x", "yy", "zzz", "q"}));
  EXPECT_EQ(RawScreen::visible_parts("鍵word語"), (Parts{"word"}));
  EXPECT_TRUE(RawScreen::visible_parts("12.5e-3").empty());  // {"a": 0.0125} has this text, or 1.25e-2
}

TEST(RawScreen, the_front_of_a_piece_may_be_the_end_of_an_escape) {
  EXPECT_EQ(RawScreen::visible_parts("u200bneedle"), (Parts{"needle"}));
  EXPECT_EQ(RawScreen::visible_parts("defaced"), Parts{"ced"});
  EXPECT_EQ(RawScreen::visible_parts(": needle"), Parts{" needle"});
}

TEST(RawScreen, knows_documents_whose_bytes_do_not_show_their_text) {
  EXPECT_TRUE(RawScreen::hides_text(R"({"a":"n\u0065edle"})"));
  EXPECT_TRUE(RawScreen::hides_text(R"({"a":"\u005cu0065"})"));
  EXPECT_TRUE(RawScreen::hides_text(R"({"a":"{\"b\":\"n\\u0065edle\"}"})"));
  EXPECT_TRUE(RawScreen::hides_text(R"({"a":"<E>n&#101;edle</E>"})"));
  EXPECT_TRUE(RawScreen::hides_text(R"({"a":"<E>n\u0026#101;edle</E>"})"));
  EXPECT_TRUE(RawScreen::hides_text("{\"a\":\"\u212A\"}"));
  EXPECT_TRUE(RawScreen::hides_text("{\"a\":\"\u017F\"}"));
  EXPECT_TRUE(RawScreen::hides_text(R"({"a":"\u212a"})"));
  EXPECT_TRUE(RawScreen::hides_text(R"({"a":"\u000aneedle"})"));  // "\nneedle" as text of a container
  EXPECT_FALSE(RawScreen::hides_text(R"({"a":"\u003cb\u003e \u0026amp; \u0027 \u0022"})"));
  EXPECT_FALSE(RawScreen::hides_text(R"({"a":"\u65e5\u672c 日本 \n C:\\users\\u12"})"));
  EXPECT_FALSE(RawScreen::hides_text(""));
}

TEST(RawScreen, two_characters_beyond_ascii_fold_into_it) {
  for (char32_t c = 0x80; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    base::append_utf8(text, c);
    const std::string folded = base::folded(text);
    const bool touches_ascii = std::any_of(folded.begin(), folded.end(),
                                           [](char one) { return static_cast<unsigned char>(one) < 0x80; });
    EXPECT_EQ(touches_ascii, c == 0x17F || c == 0x212A) << static_cast<std::uint32_t>(c);
  }
}

TEST(QuerySet, needs_all_of_an_event_only_where_a_keyword_may_stand) {
  Program program;
  const QueryId query = program.add_query(program.predicate(keyword("needle in hay")));
  const Gates gates(program);
  const QuerySet set(gates, 1, {query});
  event::Event event;
  event.format = event::Format::json;
  event.raw = R"({"a":"hay"})";
  EXPECT_TRUE(set.needs_everything());
  EXPECT_FALSE(set.needs_everything(event));
  event.raw = R"({"a":"Needle in Hay"})";
  EXPECT_TRUE(set.needs_everything(event));
  event.raw = "hay";
  event.format = event::Format::text;
  EXPECT_TRUE(set.needs_everything(event));  // its raw text is a value of its own
  event.raw = {};
  event.format = event::Format::evtx;
  EXPECT_TRUE(set.needs_everything(event));
}

}  // namespace
}  // namespace hinomi::query
