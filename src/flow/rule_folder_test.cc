#include "flow/rule_folder.h"

#include <gtest/gtest.h>

#include "os/file.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::flow {
namespace {

constexpr std::string_view kRule =
    "title: First\nid: 1\nlogsource: {product: windows}\ndetection:\n  s: {EventID: 1}\n  condition: s\n";
constexpr std::string_view kSecond =
    "title: Second\nlogsource: {product: linux}\ndetection:\n  s: [text]\n  condition: s\n";

TEST(RuleFolder, a_stored_set_is_read_back_with_the_text_of_every_rule) {
  const os::ScratchFolder folder;
  const std::vector<detect::RuleFile> files{{"two.yml", std::string(kRule) + "---\n" + std::string(kSecond)},
                                            {"one.yml", "---\n" + std::string(kSecond)}};
  const detect::RuleSet rules = detect::compile_rules(files, {});
  ASSERT_EQ(rules.rules.size(), 3U);
  const auto hash = store_rule_set(folder.path(), rules, texts_of(rules, files));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(is_rule_set_hash(*hash));
  EXPECT_EQ(*store_rule_set(folder.path(), rules, texts_of(rules, files)), *hash);
  const auto loaded = load_rule_set(folder.path(), *hash);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->rules.size(), 3U);
  const auto texts = read_rule_texts(*os::read_file(texts_path(folder.path(), *hash)));
  ASSERT_TRUE(texts);
  const RuleTexts expected{
      {"1", std::string(kRule)}, {"Second", std::string(kSecond)}, {"Second#2", std::string(kSecond)}};
  EXPECT_EQ(*texts, expected);
}

TEST(RuleFolder, an_image_of_another_name_and_a_missing_one_are_refused) {
  const os::ScratchFolder folder;
  const detect::RuleSet rules = detect::compile_rules({{"a.yml", std::string(kRule)}}, {});
  const std::string hash = *store_rule_set(folder.path(), rules, {});
  const std::string other(32, 'a');
  EXPECT_FALSE(load_rule_set(folder.path(), other));
  folder.write(other + ".image", *os::read_file(image_path(folder.path(), hash)));
  EXPECT_FALSE(load_rule_set(folder.path(), other));
}

TEST(RuleFolder, damaged_texts_are_refused) {
  const std::string whole = write_rule_texts({{"a", "text"}, {"b", ""}});
  ASSERT_TRUE(read_rule_texts(whole));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(read_rule_texts(damaged)) << bit;
  }
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_rule_texts(std::string_view(whole).substr(0, size))) << size;
}

TEST(RuleFolder, a_control_record_says_its_hash_and_nothing_else_is_one) {
  const std::string hash = "0123456789abcdef0123456789abcdef";
  EXPECT_EQ(rule_set_of_record(rule_set_record(hash)), hash);
  for (const std::string_view other : {"", "rule_set ", "rule_set ../../etc/passwd", "rule_set 0123"})
    EXPECT_EQ(rule_set_of_record(other), "");
}

}  // namespace
}  // namespace hinomi::flow
