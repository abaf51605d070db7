#include "query/literal_index.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace hinomi::query {
namespace {

std::uint32_t flat_cost(std::uint32_t /*gram*/) noexcept {
  return 0;
}

bool occurs(LiteralPlace place, std::string_view literal, std::string_view value) {
  switch (place) {
    case LiteralPlace::whole:
      return value == literal;
    case LiteralPlace::start:
      return value.starts_with(literal);
    case LiteralPlace::end:
      return value.ends_with(literal);
    case LiteralPlace::anywhere:
      return value.find(literal) != std::string_view::npos;
  }
  return false;
}

std::string random_text(std::mt19937& random, std::size_t longest) {
  std::string text(random() % (longest + 1), 'a');
  for (char& c : text) c = static_cast<char>('a' + random() % 3);
  return text;
}

TEST(LiteralIndex, finds_exactly_what_a_plain_search_finds) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 60; ++round) {
    LiteralIndex index;
    std::vector<std::pair<LiteralPlace, std::string>> literals;
    for (std::uint32_t i = 0; i < 120; ++i) {
      const auto place = static_cast<LiteralPlace>(random() % 4);
      std::string text = random_text(random, 14);
      if (text.empty() && place != LiteralPlace::whole) text = "b";
      index.add(place, text, i);
      literals.emplace_back(place, std::move(text));
    }
    index.build(flat_cost);
    for (int v = 0; v < 80; ++v) {
      const std::string value = random_text(random, 40);
      std::set<std::uint32_t> expected;
      std::set<std::uint32_t> found;
      for (std::uint32_t i = 0; i < literals.size(); ++i) {
        if (occurs(literals[i].first, literals[i].second, value)) expected.insert(i);
      }
      index.find(value, [&](std::uint32_t payload) { found.insert(payload); });
      ASSERT_EQ(found, expected) << "value '" << value << "' in round " << round;
    }
  }
}

TEST(LiteralIndex, looks_for_the_rarest_gram) {
  LiteralIndex index;
  index.add(LiteralPlace::anywhere, "aaaazzzz", 7);
  index.build([](std::uint32_t gram) noexcept -> std::uint32_t { return gram == 0x7a7a7a7a ? 0 : 9; });
  int visits = 0;
  index.find("aaaazzzzaaaa", [&](std::uint32_t payload) {
    EXPECT_EQ(payload, 7U);
    ++visits;
  });
  EXPECT_EQ(visits, 1);
}

}  // namespace
}  // namespace hinomi::query
