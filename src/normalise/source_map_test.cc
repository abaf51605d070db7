#include "normalise/source_map.h"

#include <gtest/gtest.h>

#include <random>

#include "normalise/route_memory.h"

namespace hinomi::normalise {
namespace {

class SourceMapTest : public testing::Test {
 protected:
  void build(std::string_view yaml) {
    auto entries = read_source_entries(yaml);
    ASSERT_TRUE(entries) << entries.error().message;
    auto map = SourceMap::build(std::move(*entries), fields_);
    ASSERT_TRUE(map);
    map_ = std::move(*map);
  }
  std::string sources(std::initializer_list<std::pair<const char*, const char*>> values,
                      event::Format format = event::Format::json) {
    SourceMap::Signature signature(map_.signature_words());
    std::string scratch;
    for (const auto& [name, value] : values) map_.observe(fields_.find(name), value, signature, scratch);
    std::string shown;
    for (const auto& source : map_.sources(format, signature)) {
      shown += "[" + source.product + "/" + source.category + "/" + source.service + "]";
    }
    return shown;
  }
  event::FieldTable fields_;
  SourceMap map_;
};

TEST_F(SourceMapTest, compares_folded_values) {
  build("sources: [{when: {Channel: Security}, is: {product: windows, service: security}}]");
  EXPECT_EQ(sources({{"Channel", "SECURITY"}}), "[windows//security]");
  EXPECT_EQ(sources({{"Channel", "Securities"}}), "");
  EXPECT_EQ(sources({{"Channel", std::string(1000, 'x').c_str()}}), "");
  EXPECT_EQ(sources({}), "");
}

TEST_F(SourceMapTest, wants_every_condition_and_any_of_its_values) {
  build("sources: [{when: {A: [1, 2], 'B|exists': true}, is: {category: x}}]");
  EXPECT_EQ(sources({{"A", "2"}, {"B", ""}}), "[/x/]");
  EXPECT_EQ(sources({{"A", "9"}, {"A", "1"}, {"B", ""}}), "[/x/]") << "any value of a field counts";
  EXPECT_EQ(sources({{"A", "2"}}), "");
  EXPECT_EQ(sources({{"A", "3"}, {"B", ""}}), "");
}

TEST_F(SourceMapTest, has_prefixes_suffixes_and_parts) {
  build(
      "sources: [{when: {'A|startswith': Ab}, is: {category: s}}, {when: {'A|endswith': yZ}, is: {category: "
      "e}},"
      " {when: {'A|contains': mm}, is: {category: c}}]");
  EXPECT_EQ(sources({{"A", "abMMyz"}}), "[/c/][/e/][/s/]");
  EXPECT_EQ(sources({{"A", "xab"}}), "");
}

TEST_F(SourceMapTest, builds_on_what_earlier_entries_gave) {
  build(
      "sources: [{when: {A: 1}, is: {product: p, service: s}},"
      " {given: {product: p}, when: {B: 1}, is: [{product: p, category: x}, {category: y}]}]");
  EXPECT_EQ(sources({{"A", "1"}, {"B", "1"}}), "[/y/][p//s][p/x/]");
  EXPECT_EQ(sources({{"B", "1"}}), "");
}

TEST_F(SourceMapTest, leaves_out_what_is_excluded) {
  build("sources: [{when: {'A|exists': true}, unless: {B: [1, 2], C: 1}, is: {category: x}}]");
  EXPECT_EQ(sources({{"A", "1"}, {"B", "3"}}), "[/x/]");
  EXPECT_EQ(sources({{"A", "1"}, {"B", "2"}}), "");
  EXPECT_EQ(sources({{"A", "1"}, {"C", "1"}}), "");
}

TEST_F(SourceMapTest, looks_at_the_format) {
  build("sources: [{format: audit, is: {product: linux}}]");
  EXPECT_EQ(sources({}, event::Format::audit), "[linux//]");
  EXPECT_EQ(sources({}, event::Format::json), "");
}

TEST(SourceEntries, say_where_the_fault_is) {
  EXPECT_EQ(read_source_entries("sources:\n  - when: {A: 1}\n").error().where.line, 2);
  for (const char* text :
       {"sources: {}", "sources: [{when: {A: 1}, is: {}}]", "sources: [{is: {product: x}}]",
        "sources: [{when: {'A|re': 1}, is: {product: x}}]", "sources: [{format: x, is: {product: x}}]",
        "sources: [{when: {A: []}, is: {product: x}}]", "sources: [{when: {A: 1}, is: {vendor: x}}]",
        "sources: [{when: {'A|exists': false}, is: {product: x}}]"}) {
    EXPECT_FALSE(read_source_entries(text)) << text;
  }
}

TEST_F(SourceMapTest, a_memory_of_values_observes_the_same) {
  build(
      "sources: [{when: {'A|startswith': a, 'B|exists': true}, is: {category: s}},"
      " {when: {'A|contains': [b, c, ab, bc, ca, abc, aa, bb, cc, ba]}, is: {category: e}}, {when: {B: ab}, "
      "is: "
      "{category: c}}]");
  RouteMemory memory(map_.signature_words());
  std::mt19937 random(20261125);
  std::string scratch;
  for (int i = 0; i < 20'000; ++i) {
    SourceMap::Signature plain(map_.signature_words());
    SourceMap::Signature remembered(map_.signature_words());
    for (int k = 0; k < 2; ++k) {
      std::string value(random() % (random() % 50 == 0 ? 90 : 6), 'a');
      for (char& c : value) c = "abC"[random() % 3];
      const event::FieldId field = fields_.find(random() % 2 == 0 ? "A" : "B");
      map_.observe(field, value, plain, scratch);
      memory.observe(map_, field, value, remembered);
    }
    ASSERT_EQ(plain, remembered);
  }
}

}  // namespace
}  // namespace hinomi::normalise
