#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tools/message_compiler/audience.h"
#include "tools/message_compiler/emit_cpp.h"
#include "tools/message_compiler/emit_ts.h"
#include "tools/message_compiler/read_catalogue.h"

namespace hinomi::message_compiler {
namespace {

// The problems of one catalogue file, as text.
std::vector<std::string> problems_of(std::string_view yaml) {
  std::vector<Diagnostic> problems;
  (void)read_catalogue({{"m.yaml", std::string(yaml)}}, problems);
  std::vector<std::string> texts;
  for (const Diagnostic& problem : problems) texts.push_back(to_text(problem));
  return texts;
}

// The only problem, so that a test fails on a second one too.
std::string problem_of(std::string_view yaml) {
  const auto problems = problems_of(yaml);
  return problems.size() == 1 ? problems[0] : std::to_string(problems.size()) + " problems";
}

constexpr std::string_view kSmallCatalogue = R"(# a comment
scan.summary:
  params: {files: count, path: text}
  en: "{files} {files|file|files} in \"{path}\" {{new}}"
  ja: "「{path}」のファイル {files} 件"
scan.eta:
  params: {left: duration}
  en: "{left} left"
  ja: "残り{left}"
usage.hint:
  en: |
    first line
      second line
  ja: "一行目\n"
)";

constexpr std::string_view kSmallHeader = R"(
// {left} left
[[nodiscard]] std::string scan_eta(base::Language language, std::chrono::seconds left);

struct ScanSummary {
  std::uint64_t files;
  std::string_view path;
};
// {files} {files|file|files} in "{path}" {{new}}
[[nodiscard]] std::string scan_summary(base::Language language, const ScanSummary& values);

// first line …
[[nodiscard]] std::string usage_hint(base::Language language);
)";

constexpr std::string_view kSmallSource = R"(
std::string scan_eta(base::Language language, std::chrono::seconds left) {
  std::string out;
  switch (language) {
    case base::Language::en:
      base::append_duration(out, language, left);
      out += " left";
      break;
    case base::Language::ja:
      out += "残り";
      base::append_duration(out, language, left);
      break;
  }
  return out;
}

std::string scan_summary(base::Language language, const ScanSummary& values) {
  std::string out;
  switch (language) {
    case base::Language::en:
      base::append_count(out, values.files);
      out += " ";
      out += values.files == 1 ? std::string_view("file") : std::string_view("files");
      out += " in \"";
      base::append_text(out, values.path);
      out += "\" {new}";
      break;
    case base::Language::ja:
      out += "「";
      base::append_text(out, values.path);
      out += "」のファイル ";
      base::append_count(out, values.files);
      out += " 件";
      break;
  }
  return out;
}

std::string usage_hint(base::Language language) {
  std::string out;
  switch (language) {
    case base::Language::en:
      out += "first line\n  second line\n";
      break;
    case base::Language::ja:
      out += "一行目\n";
      break;
  }
  return out;
}
)";

TEST(MessageCompiler, writes_one_typed_function_for_each_message) {
  std::vector<Diagnostic> problems;
  const auto messages = read_catalogue({{"m.yaml", std::string(kSmallCatalogue)}}, problems);
  ASSERT_TRUE(problems.empty()) << to_text(problems[0]);
  const CppFiles files = emit_cpp(messages);
  // What follows is the table of labels, which has none here.
  EXPECT_NE(files.header.find(std::string(kSmallHeader) + "\n// The name of something declared"),
            std::string::npos)
      << files.header;
  EXPECT_NE(files.source.find(std::string(kSmallSource) + "\nnamespace {\nstruct Label {"), std::string::npos)
      << files.source;
}

TEST(MessageCompiler, labels_are_tables_in_the_order_of_their_keys) {
  std::vector<Diagnostic> problems;
  const auto labels = read_catalogue(
      {{"labels.yaml",
        "entity.b: {en: \"Bee\", ja: \"蜂\"}\nentity.a: {en: \"Ant \\\"x\\\"\", ja: \"蟻\"}\n"}},
      problems);
  ASSERT_TRUE(problems.empty()) << to_text(problems[0]);
  const CppFiles files = emit_cpp({}, labels);
  const std::size_t first = files.source.find(R"({"entity.a", {"Ant \"x\"", "蟻", }},)");
  ASSERT_NE(first, std::string::npos) << files.source;
  EXPECT_GT(files.source.find(R"({"entity.b", {"Bee", "蜂", }},)"), first) << files.source;
  const std::string text = emit_ts({}, labels);
  EXPECT_NE(text.find("  'entity.a': `蟻`,"), std::string::npos) << text;
  EXPECT_TRUE(for_programs(labels).empty());
  EXPECT_TRUE(for_web(labels).empty());
}

constexpr std::string_view kSmallTypeScript = R"(
export interface Messages {
  readonly scanEta: (values: { left: number }) => string;
  readonly scanSummary: (values: { files: number; path: string }) => string;
  readonly usageHint: () => string;
}

const en: Messages = {
  scanEta: (values) => `${format.duration('en', values.left)} left`,
  scanSummary: (values) => `${format.count(values.files)} ${values.files === 1 ? `file` : `files`} in "${format.text(values.path)}" {new}`,
  usageHint: () => `first line\n  second line\n`,
};

const ja: Messages = {
  scanEta: (values) => `残り${format.duration('ja', values.left)}`,
  scanSummary: (values) => `「${format.text(values.path)}」のファイル ${format.count(values.files)} 件`,
  usageHint: () => `一行目\n`,
};

const enLabels: Readonly<Record<string, string>> = {
};

const jaLabels: Readonly<Record<string, string>> = {
};

export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];
export const messages: Readonly<Record<Language, Messages>> = { en, ja };
// Names of declared things, by their key.
export const labels: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: enLabels, ja: jaLabels };
)";

TEST(MessageCompiler, writes_typescript_with_the_same_types_and_texts) {
  std::vector<Diagnostic> problems;
  const auto messages = read_catalogue({{"web.yaml", std::string(kSmallCatalogue)}}, problems);
  ASSERT_TRUE(problems.empty()) << to_text(problems[0]);
  const std::string text = emit_ts(messages);
  EXPECT_TRUE(text.ends_with(kSmallTypeScript)) << text;
}

TEST(MessageCompiler, typescript_text_cannot_leave_its_literal) {
  std::vector<Diagnostic> problems;
  const auto messages =
      read_catalogue({{"web.yaml", "a.b: {en: '`${{alert(1)}}` \\ $', ja: x}\n"}}, problems);
  ASSERT_TRUE(problems.empty()) << to_text(problems[0]);
  EXPECT_NE(emit_ts(messages).find("aB: () => `\\`\\${alert(1)}\\` \\\\ $`,"), std::string::npos)
      << emit_ts(messages);
}

TEST(MessageCompiler, the_name_of_a_file_decides_who_shows_its_texts) {
  std::vector<Diagnostic> problems;
  const auto messages = read_catalogue({{"content/messages/cli.yaml", "a.cli: {en: x, ja: x}\n"},
                                        {"content/messages/shared.yaml", "a.shared: {en: x, ja: x}\n"},
                                        {"content/messages/web_status.yaml", "a.web: {en: x, ja: x}\n"}},
                                       problems);
  const auto keys = [](const std::vector<Message>& chosen) {
    std::vector<std::string> names;
    for (const Message& message : chosen) names.push_back(message.key);
    return names;
  };
  EXPECT_EQ(keys(for_programs(messages)), (std::vector<std::string>{"a.cli", "a.shared"}));
  EXPECT_EQ(keys(for_web(messages)), (std::vector<std::string>{"a.shared", "a.web"}));
}

TEST(MessageCompiler, refuses_a_missing_language) {
  EXPECT_EQ(
      problem_of("\nscan.a:\n  en: x\n"),
      "m.yaml:2:1: error: message 'scan.a' has no text in 'ja'. Remedy: Add a line 'ja: \"…\"' below it.");
}

TEST(MessageCompiler, refuses_an_undeclared_parameter) {
  EXPECT_EQ(problem_of("scan.a:\n  params: {n: count}\n  en: \"{n}\"\n  ja: \"{n} {m}\"\n"),
            "m.yaml:4:3: error: message 'scan.a', text 'ja': parameter 'm' is used but not declared. "
            "Remedy: Add 'm: count' (or another type) to params, or correct the name.");
}

TEST(MessageCompiler, refuses_a_parameter_that_one_language_leaves_out) {
  EXPECT_EQ(problem_of("scan.a:\n  params: {n: count}\n  en: \"{n}\"\n  ja: \"x\"\n"),
            "m.yaml:4:3: error: message 'scan.a', text 'ja': parameter 'n' is declared but not used. "
            "Remedy: Use '{n}' in the text, or remove it from params.");
}

TEST(MessageCompiler, refuses_a_key_that_is_defined_twice) {
  EXPECT_EQ(problem_of("scan.a: {en: x, ja: x}\nscan.a: {en: y, ja: y}\n"),
            "m.yaml:2:1: error: message 'scan.a' is defined twice, first as 'scan.a' at m.yaml:1. "
            "Remedy: Remove one, or give it another key.");
}

TEST(MessageCompiler, refuses_two_keys_with_one_function_name_across_files) {
  std::vector<Diagnostic> problems;
  (void)read_catalogue({{"a.yaml", "scan.a_b: {en: x, ja: x}\n"}, {"b.yaml", "scan.a.b: {en: y, ja: y}\n"}},
                       problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(to_text(problems[0])
                  .starts_with("b.yaml:1:1: error: message 'scan.a.b' is defined twice, "
                               "first as 'scan.a_b' at a.yaml:1."));
}

TEST(MessageCompiler, refuses_the_same_language_or_parameter_twice) {
  EXPECT_NE(problem_of("scan.a:\n  en: x\n  en: y\n  ja: x\n")
                .find("m.yaml:3:3: error: 'en' of 'scan.a' is given twice"),
            std::string::npos);
  EXPECT_NE(problem_of("scan.a:\n  params: {n: count, n: text}\n  en: '{n}'\n  ja: '{n}'\n")
                .find("parameter 'n' is declared twice"),
            std::string::npos);
  EXPECT_NE(problem_of("scan.a:\n  params: {n: count}\n  params: {m: count}\n  en: '{n}'\n  ja: '{n}'\n")
                .find("'params' of 'scan.a' is given twice"),
            std::string::npos);
}

TEST(MessageCompiler, refuses_an_unknown_type_and_an_unknown_part) {
  EXPECT_NE(problem_of("scan.a:\n  params: {n: integer}\n  en: x\n  ja: x\n").find("unknown type 'integer'"),
            std::string::npos);
  EXPECT_NE(problem_of("scan.a: {en: x, ja: x, fr: x}\n").find("unknown part 'fr'"), std::string::npos);
}

TEST(MessageCompiler, refuses_names_that_cpp_cannot_use) {
  EXPECT_NE(problem_of("and.eq: {en: x, ja: x}\n").find("would be the C++ word 'and_eq'"), std::string::npos);
  EXPECT_NE(
      problem_of("scan.a:\n  params: {class: count}\n  en: x\n  ja: x\n").find("cannot name a parameter"),
      std::string::npos);
  EXPECT_NE(problem_of("scan.a:\n  params: {out: count}\n  en: x\n  ja: x\n").find("cannot name a parameter"),
            std::string::npos);
  for (const std::string key : {"scan", "Scan.a", "scan.", ".a", "scan..a", "scan.a-b", "scan.1"}) {
    EXPECT_NE(problem_of(key + ": {en: x, ja: x}\n").find("is not a message key"), std::string::npos) << key;
  }
}

TEST(MessageCompiler, a_choice_by_number_is_english_and_for_counts) {
  EXPECT_NE(problem_of("scan.a:\n  params: {n: count}\n  en: '{n}'\n  ja: '{n} {n|x|y}'\n")
                .find("a choice by number in 'ja'"),
            std::string::npos);
  EXPECT_NE(problem_of("scan.a:\n  params: {n: text}\n  en: '{n} {n|x|y}'\n  ja: '{n}'\n")
                .find("which is not a count"),
            std::string::npos);
  for (const std::string words : {"{n|x}", "{n|x|y|z}"}) {
    EXPECT_NE(problem_of("scan.a:\n  params: {n: count}\n  en: '{n} " + words + "'\n  ja: '{n}'\n")
                  .find("does not have two words"),
              std::string::npos);
  }
}

TEST(MessageCompiler, refuses_unbalanced_braces) {
  EXPECT_NE(problem_of("scan.a: {en: '{x', ja: x}\n").find("a '{' that is not closed"), std::string::npos);
  EXPECT_NE(problem_of("scan.a: {en: 'x}', ja: x}\n").find("a '}' without its '{'"), std::string::npos);
}

TEST(MessageCompiler, refuses_empty_texts_and_control_characters) {
  EXPECT_NE(problem_of("scan.a: {en: '', ja: x}\n").find("is empty"), std::string::npos);
  EXPECT_NE(problem_of("scan.a: {en: \"\\x1b[2J\", ja: x}\n").find("holds a control character"),
            std::string::npos);
  EXPECT_NE(problem_of("scan.a:\n").find("has no texts"), std::string::npos);
}

TEST(MessageCompiler, names_the_line_of_a_yaml_fault) {
  EXPECT_TRUE(problem_of("scan.a:\n  en: \"x\n").starts_with("m.yaml:"))
      << problem_of("scan.a:\n  en: \"x\n");
  EXPECT_NE(problem_of("scan.a:\n  en: 'x' y\n").find("m.yaml:2:"), std::string::npos);
  EXPECT_NE(problem_of("- a\n").find("has no meaning here"), std::string::npos);
  EXPECT_NE(problem_of("scan.a: &x {en: x, ja: x}\n").find("has no meaning here"), std::string::npos);
  EXPECT_NE(problem_of("a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}\n").find("nested too deeply"),
            std::string::npos);
  EXPECT_NE(problem_of(std::string(1024 * 1024 + 1, '#')).find("larger than 1 MiB"), std::string::npos);
}

TEST(MessageCompiler, reports_every_problem_of_a_file_at_once) {
  EXPECT_EQ(problems_of("scan.a: {en: x}\nscan.b: {ja: x}\n").size(), 2u);
}

TEST(MessageCompiler, an_empty_catalogue_is_valid) {
  EXPECT_TRUE(problems_of("# nothing yet\n").empty());
}

}  // namespace
}  // namespace hinomi::message_compiler
