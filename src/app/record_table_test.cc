#include "app/record_table.h"

#include <gtest/gtest.h>

#include "app/registry.h"

namespace hinomi::app {
namespace {

class RecordTable : public ::testing::Test {
 protected:
  std::string table(std::string_view page, base::Language language = base::Language::en, int columns = 200) {
    const auto made = record_table(registry_.get("person"), page, language, columns);
    EXPECT_TRUE(made);
    return made ? *made : std::string();
  }
  const schema::Registry registry_ = make_registry();
};

constexpr std::string_view kPage =
    R"({"items":[{"id":"017f22e2-79b0-7fff-bf44-5566778899aa","name":"佐藤 花子","employment":"employee"},)"
    R"({"id":"017f22e2-79b0-7fff-bf44-5566778899ab","name":"a\u001b[31mb","employment":null}],"next":null})";

TEST_F(RecordTable, shows_ids_titles_and_choices_in_the_language_of_the_reader) {
  const std::string english = table(kPage);
  EXPECT_TRUE(english.starts_with("id  ")) << english;
  EXPECT_NE(english.find("017f22e2-79b0-7fff-bf44-5566778899aa  佐藤 花子"), std::string::npos) << english;
  EXPECT_NE(english.find("Employee"), std::string::npos) << english;
  const std::string japanese = table(kPage, base::Language::ja);
  EXPECT_NE(japanese.find("氏名"), std::string::npos) << japanese;
  EXPECT_NE(japanese.find("社員"), std::string::npos) << japanese;
}

TEST_F(RecordTable, no_text_of_a_record_reaches_the_terminal_as_a_command) {
  EXPECT_EQ(table(kPage).find('\x1b'), std::string::npos);
}

TEST_F(RecordTable, a_line_is_no_wider_than_the_terminal_and_keeps_the_whole_id) {
  const std::string narrow = table(kPage, base::Language::en, 45);
  EXPECT_NE(narrow.find("017f22e2-79b0-7fff-bf44-5566778899aa"), std::string::npos);
  EXPECT_EQ(narrow.find("Employee"), std::string::npos);
}

TEST_F(RecordTable, refuses_what_is_no_list) {
  for (const std::string_view page : {"", "[]", "{}", R"({"items":1})", R"({"items":[1]})"})
    EXPECT_FALSE(record_table(registry_.get("person"), page, base::Language::en, 80)) << page;
}

}  // namespace
}  // namespace hinomi::app
