#include "parse/yaml/yaml.h"

#include <gtest/gtest.h>

namespace hinomi::parse::yaml {
namespace {

Node one(std::string_view text) {
  auto documents = read(text);
  EXPECT_TRUE(documents) << (documents ? "" : documents.error().message);
  if (!documents || documents->size() != 1) return {};
  return std::move(documents->front());
}

TEST(Yaml, reads_nested_values_with_their_places) {
  const Node root = one("title: 火の見\ndetection:\n  sel:\n    A|contains:\n      - 'x'\n      - 5\n");
  EXPECT_EQ(root.text_of("title"), "火の見");
  const Node* sel = root.find("detection")->find("sel");
  ASSERT_NE(sel, nullptr);
  ASSERT_EQ(sel->members.size(), 1U);
  EXPECT_EQ(sel->members[0].key, "A|contains");
  EXPECT_EQ(sel->members[0].where, (base::Position{4, 5}));
  const Node& list = sel->members[0].value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[1].where, (base::Position{6, 9}));
  EXPECT_FALSE(list.items[0].plain);
  EXPECT_EQ(list.items[1].as_number(), 5.0);
}

TEST(Yaml, tells_null_empty_boolean_and_number_apart) {
  const Node root =
      one("a: null\nb: ''\nc:\nd: ~\ne: true\nf: 'true'\ng: -1.5\nh: 0x10\ni: nan\nj: 0o17\n"
          "k: 017\nl: +-1\nm: '7'\nn: 0x\no: yes\np: -.inf\n");
  EXPECT_TRUE(root.find("a")->is_null());
  EXPECT_FALSE(root.find("b")->is_null());
  EXPECT_TRUE(root.find("c")->is_null());
  EXPECT_TRUE(root.find("d")->is_null());
  EXPECT_EQ(root.find("e")->as_boolean(), true);
  EXPECT_FALSE(root.find("f")->as_boolean());
  EXPECT_EQ(root.find("g")->as_number(), -1.5);
  EXPECT_EQ(root.find("h")->as_number(), 16.0);
  EXPECT_FALSE(root.find("i")->as_number());
  EXPECT_EQ(root.find("j")->as_number(), 15.0);
  EXPECT_EQ(root.find("k")->as_number(), 17.0);
  for (const char* key : {"l", "m", "n", "o", "p"}) EXPECT_FALSE(root.find(key)->as_number()) << key;
  EXPECT_FALSE(root.find("o")->as_boolean());
}

TEST(Yaml, reads_many_documents_aliases_and_merges) {
  auto documents = read("---\na: &x {k: v}\nb: *x\nc:\n  <<: *x\n  m: n\n---\nd: e\n");
  ASSERT_TRUE(documents) << documents.error().message;
  ASSERT_EQ(documents->size(), 2U);
  EXPECT_EQ(documents->front().find("b")->text_of("k"), "v");
  EXPECT_EQ(documents->front().find("c")->text_of("k"), "v");
  EXPECT_EQ(documents->back().text_of("d"), "e");
}

TEST(Yaml, names_the_place_of_a_fault) {
  const auto documents = read("a: b\nc: 'unfinished\n");
  ASSERT_FALSE(documents);
  EXPECT_GE(documents.error().where.line, 2);
  const auto twice = read("a: b\na: c\n");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().where, (base::Position{2, 1}));
}

TEST(Yaml, stops_at_its_limits) {
  std::string deep(200, '[');
  EXPECT_FALSE(read(deep + std::string(200, ']')));
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'i'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i ? "," : "") + "*" + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  const auto result = read(bomb);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(read("\xff\xfe"));
}

TEST(Yaml, counts_what_anchors_keep_and_how_deep_aliases_reach) {
  std::string kept;
  for (int i = 0; i < 40; ++i) kept += "&a" + std::to_string(i) + " [";
  for (int i = 0; i < 20'000; ++i) kept += "x,";
  const auto many = read(kept + std::string(40, ']'));  // 20,000 nodes, kept 40 times
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, base::ErrorCode::limit_exceeded);
  std::string deep = "- &a0 [[[[[[[[[[x]]]]]]]]]]\n";
  for (int i = 1; i < 20; ++i) {
    deep += "- &a" + std::to_string(i) + " [[[[[[[[[[*a" + std::to_string(i - 1) + "]]]]]]]]]]\n";
  }
  const auto result = read(deep);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::limit_exceeded);
  EXPECT_NE(result.error().message.find("deeper than 64"), std::string::npos) << result.error().message;
}

TEST(Yaml, decodes_single_quotes) {
  const auto text = [](std::string_view yaml) { return one(yaml).find("a")->text; };
  EXPECT_EQ(text("a: 'it''s'\n"), "it's");
  EXPECT_EQ(text("a: 'Join'''')'\n"), "Join'')");
  EXPECT_EQ(text("a: ''''''''''''''''''''''\n"), "''''''''''");
  EXPECT_EQ(text("a: ''''\n"), "'");
  EXPECT_EQ(text("a: ''\n"), "");
  EXPECT_EQ(text("a: 'x  \n   y'\n"), "x y");
  EXPECT_EQ(text("a: 'x\n\n  \n  ''y '\n"), "x\n\n'y ");
  EXPECT_EQ(text("a: ' x\r\n\r\n y'\r\n"), " x\ny");
  EXPECT_EQ(text("a: '\n  x\n  '\n"), " x ");
  EXPECT_EQ(one("'k''''': v\n").members.front().key, "k''");
}

TEST(Yaml, decodes_double_quotes_and_blocks) {
  const auto text = [](std::string_view yaml) { return one(yaml).find("a")->text; };
  EXPECT_EQ(text("a: \"\\x41\\u706b\\U0001F600\\t\\\"\\\\\\n\"\n"), "A火😀\t\"\\\n");
  EXPECT_EQ(text("a: \"x\\\n  y\"\n"), "xy");
  EXPECT_EQ(text("a: \"x\n\n  y\"\n"), "x\ny");
  EXPECT_EQ(text("a: |\n  x\n\n    y\n"), "x\n\n  y\n");
  EXPECT_EQ(text("a: |-\n  x\n  y\n\n"), "x\ny");
  EXPECT_EQ(text("a: |+\n  x\n\n"), "x\n\n");
  EXPECT_EQ(text("a: >\n  x\n  y\n\n  z\n    w\n"), "x y\nz\n  w\n");
  EXPECT_EQ(text("a: x\n  y\n\n  z\n"), "x y\nz");
}

TEST(Yaml, refuses_a_text_about_which_the_library_contradicts_itself) {
  const auto result = read("a: b\n--- |\nx\n\n\n\n\n\n  \n");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().where.line, 3);
  EXPECT_NE(result.error().message.find("cannot be read"), std::string::npos);
}

TEST(Yaml, refuses_the_texts_on_which_reading_would_take_long) {
  const std::string block = "a: |\n  x\n";
  for (const char* blank : {"\n", "   \n", "\r\n", "\r"}) {
    std::string text = block;
    for (int i = 0; i < 200; ++i) text += blank;
    EXPECT_TRUE(read(text + "  y\n")) << read(text + "  y\n").error().message;
    const auto result = read(text + blank + "  y\n");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, base::ErrorCode::limit_exceeded);
    EXPECT_EQ(result.error().where.line, 203);
  }
  const auto directive = read("a: b\n...\n%" + std::string(256, 'x') + "\n---\na: b\n");
  ASSERT_FALSE(directive);
  EXPECT_EQ(directive.error().where, (base::Position{3, 1}));
}

TEST(Yaml, lets_a_written_key_stand_above_a_merged_one) {
  for (const char* text :
       {"x: &x {k: 1, l: 2}\ny:\n  <<: *x\n  k: 3\n", "x: &x {k: 1, l: 2}\ny:\n  k: 3\n  <<: *x\n"}) {
    const Node root = one(text);
    EXPECT_EQ(root.find("y")->text_of("k"), "3");
    EXPECT_EQ(root.find("y")->text_of("l"), "2");
  }
  EXPECT_FALSE(read("x: &x {k: 1}\ny:\n  <<: *x\n  k: 3\n  k: 4\n"));
}

TEST(Yaml, finds_the_place_of_every_byte_of_a_text) {
  const auto place = [](std::string_view text, std::size_t offset) {
    return one(text).find("a")->place_of(offset);
  };
  EXPECT_EQ(place("a: bcd\n", 2), (base::Position{1, 6}));
  EXPECT_EQ(place("a: 'bcd'\n", 2), (base::Position{1, 7}));
  EXPECT_EQ(place("a: 火bc\n", 4), (base::Position{1, 6}));  // columns count characters
  EXPECT_EQ(place("a: |\n  bc\n  de\n", 0), (base::Position{2, 3}));
  EXPECT_EQ(place("a: |\n  bc\n  de\n", 4), (base::Position{3, 4}));
  EXPECT_EQ(place("a: |\n\n    bc\n      de\n", 6), (base::Position{4, 7}));
  EXPECT_EQ(place("a: |2\n    bc\n", 3), (base::Position{2, 6}));
  EXPECT_EQ(place("a: >\n  bc\n  de\n", 4), (base::Position{2, 3}));  // folded: where it begins
  EXPECT_EQ(place("a: \"b\\tcd\"\n", 2), (base::Position{1, 5}));     // escaped likewise
  EXPECT_EQ(place("a: b\n  cd\n", 3), (base::Position{1, 4}));
  EXPECT_EQ(place("x: y\na:\n", 0), (base::Position{2, 1}));  // an empty value is where its key is
}

TEST(Yaml, reads_a_map_of_many_keys_in_good_time) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "k" + std::to_string(i) + ": v\n";
  const auto documents = read(text);
  ASSERT_TRUE(documents);
  EXPECT_EQ(documents->front().members.size(), 100'000U);
}

TEST(Yaml, reads_an_empty_text_as_no_document) {
  const auto documents = read("# only a comment\n");
  ASSERT_TRUE(documents);
  EXPECT_TRUE(documents->empty());
}

}  // namespace
}  // namespace hinomi::parse::yaml
