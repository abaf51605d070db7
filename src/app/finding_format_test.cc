#include "app/finding_format.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hinomi::app {
namespace {

detect::RuleInfo rule() {
  detect::RuleInfo info;
  info.id = "0b1a";
  info.title = "A rule\x1b[31m";
  info.title_ja = "ルール";
  info.level = detect::Level::critical;
  info.tags = {"attack.execution"};
  return info;
}

flow::Finding finding(const detect::RuleInfo& info) {
  flow::Finding f;
  f.rule = &info;
  f.has_time = true;
  f.time = *base::parse_rfc3339("2026-11-23T07:00:00Z");
  f.place.record = 12;
  f.matched.push_back({.selection = "sel",
                       .field = "CommandLine",
                       .modifier = "contains",
                       .expected = "x",
                       .value = "=cmd|'\u202E\n"});
  return f;
}

TEST(FindingFormat, ndjson_is_one_line_without_raw_controls) {
  const detect::RuleInfo info = rule();
  Console console;
  std::string out;
  make_finding_writer(FindingFormat::ndjson, console)->write(finding(info), "a\nb.json", out);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
  EXPECT_EQ(out.find('\x1b'), std::string::npos);
  EXPECT_EQ(out.find("\u202E"), std::string::npos);
  EXPECT_NE(
      out.find(
          R"("event":{"time":"2026-11-23T07:00:00.000000000Z","source":{"file":"a\nb.json","record":12}})"),
      std::string::npos);
  EXPECT_NE(
      out.find(R"("matched":[{"selection":"sel","field":"CommandLine","modifier":"contains","expected":"x")"),
      std::string::npos);
}

TEST(FindingFormat, csv_fields_are_no_formulas) {
  EXPECT_EQ(csv_field("=1+1"), "\"'=1+1\"");
  EXPECT_EQ(csv_field("@x"), "\"'@x\"");
  EXPECT_EQ(csv_field("-2"), "\"'-2\"");
  EXPECT_EQ(csv_field("\t=1"), "\"'\\t=1\"");
  EXPECT_EQ(csv_field("＝1"), "\"'＝1\"") << "full-width forms begin formulas too";
  EXPECT_EQ(csv_field("  +1"), "\"'  +1\"");
  EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_field("a\nb"), "a\\nb");
  EXPECT_EQ(csv_field("plain"), "plain");
}

TEST(FindingFormat, the_table_shows_hostile_text_as_escapes_and_the_level_as_a_word) {
  const detect::RuleInfo info = rule();
  Console console;
  console.columns = 200;
  std::string out;
  make_finding_writer(FindingFormat::table, console)->write(finding(info), "dir/a.json", out);
  EXPECT_NE(out.find("A rule\\x1b[31m"), std::string::npos);
  EXPECT_NE(out.find("a.json:12"), std::string::npos);
  EXPECT_NE(out.find("◆ critical"), std::string::npos);
  EXPECT_NE(out.find("\\u{202e}"), std::string::npos);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
  console.language = base::Language::ja;
  out.clear();
  make_finding_writer(FindingFormat::table, console)->write(finding(info), "dir/a.json", out);
  EXPECT_NE(out.find("ルール"), std::string::npos);
}

TEST(FindingFormat, cells_are_as_wide_as_they_say) {
  EXPECT_EQ(cell("火", 4), "火  ");
  EXPECT_EQ(cell("abcdef", 4), "abc…");
}

}  // namespace
}  // namespace hinomi::app
