#include "base/search_tokens.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/check.h"
#include "base/text.h"

namespace hinomi::base {
namespace {

constexpr QueryOptions kFinished{.prefix_last_word = false};

// A full-text index as a store has it; rows count from 1.
class Fts {
 public:
  explicit Fts(const char* tokenizer = "ascii") {
    HINOMI_CHECK(sqlite3_open(":memory:", &db_) == SQLITE_OK);
    const std::string sql =
        std::string("CREATE VIRTUAL TABLE t USING fts5(tokens, tokenize='") + tokenizer + "')";
    HINOMI_CHECK(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  ~Fts() { sqlite3_close(db_); }
  Fts(const Fts&) = delete;
  Fts& operator=(const Fts&) = delete;

  Fts& add(std::string_view text) {
    run("INSERT INTO t(tokens) VALUES (?)", index_text(text));
    return *this;
  }
  std::set<int> find(std::string_view input, const QueryOptions& options = {}) {
    return run("SELECT rowid FROM t WHERE t MATCH ?", fts5_match(query_of(input, options)));
  }

 private:
  std::set<int> run(const char* sql, const std::string& value) {
    sqlite3_stmt* statement = nullptr;
    HINOMI_CHECK(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK);
    HINOMI_CHECK(sqlite3_bind_text(statement, 1, value.data(), static_cast<int>(value.size()),
                                   SQLITE_TRANSIENT) == SQLITE_OK);
    std::set<int> rows;
    int step = sqlite3_step(statement);
    for (; step == SQLITE_ROW; step = sqlite3_step(statement)) rows.insert(sqlite3_column_int(statement, 0));
    EXPECT_EQ(step, SQLITE_DONE) << sqlite3_errmsg(db_) << " in " << value;
    sqlite3_finalize(statement);
    return rows;
  }

  sqlite3* db_ = nullptr;
};

bool finds(std::string_view text, std::string_view input, const QueryOptions& options = {}) {
  return !Fts().add(text).find(input, options).empty();
}

TEST(SearchTokens, two_kanji_words_are_found_within_a_run) {
  EXPECT_TRUE(finds("端末がウイルスに感染した疑い", "感染"));
  EXPECT_TRUE(finds("端末がウイルスに感染した疑い", "感染した"));
  EXPECT_TRUE(finds("感染", "感染"));
  EXPECT_FALSE(finds("感…染", "感染"));
  EXPECT_FALSE(finds("感と染", "感染"));
  EXPECT_FALSE(finds("染感", "感染"));
  EXPECT_FALSE(finds("標的型 攻撃", "型攻"));
}

TEST(SearchTokens, pairs_that_stand_apart_are_no_longer_word) {
  EXPECT_FALSE(finds("情報漏れ、漏えい", "情報漏えい"));
  EXPECT_TRUE(finds("情報漏えい", "情報漏えい"));
}

TEST(SearchTokens, one_character_is_found_at_every_place) {
  for (const char* text : {"型", "型式", "標的型", "標的型攻撃", "A型B"})
    EXPECT_TRUE(finds(text, "型")) << text;
  EXPECT_FALSE(finds("形式", "型"));
}

TEST(SearchTokens, widths_case_and_kana_are_one) {
  EXPECT_TRUE(finds("ﾊﾞｯｸﾄﾞｱを検知", "バックドア"));
  EXPECT_TRUE(finds("バックドアを検知", "ﾊﾞｯｸﾄﾞｱ"));
  EXPECT_TRUE(finds("ばっくどあ", "バックドア"));
  EXPECT_TRUE(finds("ＰｏｗｅｒＳｈｅｌｌ", "powershell"));
  EXPECT_TRUE(finds("PowerShell", "ＰＯＷＥＲＳＨＥＬＬ"));
  EXPECT_TRUE(finds("㈱日の見", "(株)日の見"));
  EXPECT_TRUE(finds("第①章", "第1章"));
  EXPECT_TRUE(finds("STRASSE Ärger", "straße ärger"));
}

TEST(SearchTokens, long_vowel_marks_count_where_they_tell_words_apart) {
  EXPECT_TRUE(finds("サーバー管理", "サーバ"));
  EXPECT_TRUE(finds("サーバー管理", "サーバ管理"));
  EXPECT_TRUE(finds("サーバ管理", "サーバー管理"));
  EXPECT_TRUE(finds("メールサーバーとユーザ", "\"サーバとユーザー\""));
  EXPECT_TRUE(finds("セッションエラー", "エラー"));
  EXPECT_TRUE(finds("アクセスキー", "キー"));
  EXPECT_FALSE(finds("きのこ", "キー"));
  EXPECT_TRUE(finds("サーバ管理", "サーバー"));
  EXPECT_TRUE(finds("サーバーのログ", "サーバ"));
  EXPECT_TRUE(finds("サーバルーム", "サーバー"));
  EXPECT_TRUE(finds("サーバールーム", "サーバー"));
  EXPECT_TRUE(finds("ﾌｫﾙﾀﾞｰ", "フォルダ"));
  EXPECT_FALSE(finds("ビル", "ビール"));
  EXPECT_FALSE(finds("えらい", "エラー"));
  EXPECT_TRUE(finds("サ−バ‐ルーム", "サーバールーム"));  // U+2212, U+2010
  EXPECT_TRUE(finds("サ－バ", "サーバー"));              // full-width hyphen
}

TEST(SearchTokens, middle_dots_between_katakana_do_not_count) {
  EXPECT_TRUE(finds("マン・イン・ザ・ミドル", "マンインザミドル"));
  EXPECT_TRUE(finds("ﾏﾝ･ｲﾝ･ｻﾞ･ﾐﾄﾞﾙ", "マン・イン・ザ・ミドル"));
  EXPECT_FALSE(finds("東京・大阪", "京大"));
}

TEST(SearchTokens, iteration_marks_and_variants_of_names_are_kept_or_one) {
  EXPECT_TRUE(finds("佐々木", "佐々木"));
  EXPECT_FALSE(finds("佐木", "佐々木"));
  EXPECT_TRUE(finds("髙橋　德子", "高橋 徳子"));
  EXPECT_TRUE(finds("山﨑", "山崎"));
  EXPECT_TRUE(finds("𠮷野家", "吉野"));
  EXPECT_TRUE(finds("霞ヶ関", "霞ケ関"));
  EXPECT_TRUE(finds("葛\U000E0100飾", "葛飾"));  // a variation selector
}

TEST(SearchTokens, a_line_end_inside_japanese_does_not_count) {
  EXPECT_TRUE(finds("ファイルが暗号\n化された", "暗号化"));
  EXPECT_TRUE(finds("ファイルが暗号\r\n化された", "暗号化"));
  EXPECT_FALSE(finds("ファイルが暗号\n\n化された", "暗号化"));
  EXPECT_FALSE(finds("power\nshell", "powershell"));
}

TEST(SearchTokens, japanese_beside_latin_is_one_phrase_with_or_without_blank) {
  EXPECT_TRUE(finds("PowerShell実行を検知", "PowerShell実行"));
  EXPECT_TRUE(finds("PowerShell 実行を検知", "PowerShell実行"));
  EXPECT_FALSE(finds("実行 PowerShell", "PowerShell実行"));
  EXPECT_TRUE(finds("不正な実行PowerShell", "実行PowerShell"));
}

struct Whole {
  const char* text;
  std::vector<const char*> found;
  std::vector<const char*> missed;
};

TEST(SearchTokens, technical_words_are_found_whole_and_by_their_parts) {
  const std::vector<Whole> cases = {
      {"10.0.0.5へ通信", {"10.0.0.5", "0.5", "１０．０．０．５"}, {"10.0.0.50", "0.0.5.10", "10.0.5"}},
      {"to 192[.]0[.]2[.]7:443",
       {"192.0.2.7", "443"},
       {"192.0.2"
        "8"}},
      {"hxxps://cdn.evil.example/a/payload.exe?x=1",
       {"cdn.evil.example", "evil.example", "payload.exe", "evil", "hxxps://cdn.evil.example/a/payload.exe"},
       {"evil.cdn", "vil.example"}},
      {"C:\\Windows\\System32\\cmd.exe",
       {"system32\\cmd.exe", "CMD.EXE", "windows", "c:\\windows"},
       {"windows\\cmd"}},
      {"/usr/lib/foo_bar.so", {"/usr/lib", "foo_bar.so", "foo", "bar.so"}, {"usr/foo"}},
      {"From: yamada.taro@mail.hinomi.example",
       {"yamada.taro@mail.hinomi.example", "mail.hinomi.example", "yamada"},
       {"taro.yamada"}},
      {"CVE-2026-12345 を修正", {"cve-2026-12345", "CVE‐2026‐12345", "2026-12345"}, {"CVE-2026-1234"}},
      {"d41d8cd98f00b204e9800998ecf8427e", {"D41D8CD98F00B204E9800998ECF8427E"}, {"d41d8cd98f00b204"}},
      {"fe80::1a2b:3c4d and 00:1A:2b:3c:4d:5e",
       {"FE80::1a2b:3c4d", "00:1a:2b:3c:4d:5e", "2b:3c"},
       {"fe80::3c4d"}},
      {"請求書_2026.xlsx", {"請求書_2026.xlsx", "請求書", "2026.xlsx"}, {"請求2026"}},
  };
  for (const Whole& c : cases) {
    for (const char* input : c.found)
      EXPECT_TRUE(finds(c.text, input, kFinished)) << c.text << " | " << input;
    for (const char* input : c.missed)
      EXPECT_FALSE(finds(c.text, input, kFinished)) << c.text << " | " << input;
  }
}

TEST(SearchTokens, compounds_are_found_although_their_parts_have_too_many_places) {
  const auto whole_of = [](std::string_view input) {
    return query_of(input, kFinished).terms.at(0).alternatives.at(1).at(0);
  };
  EXPECT_EQ(whole_of("192.0.2.7"), "t192qd0qd2qd7");
  EXPECT_NE((index_text("x 192.0.2.7 y 192.0.2.7") + " ").find(" t192qd0qd2qd7 "), std::string::npos);
  EXPECT_EQ(whole_of("fe80::1"), "tfe80qcqc1");
  EXPECT_EQ(whole_of("a@b.example"), "taqabqdexample");
}

TEST(SearchTokens, terms_are_joined_by_and_and_minus_excludes) {
  Fts fts;
  fts.add("端末の感染を確認").add("サーバの感染を確認 封じ込め済み").add("封じ込め");
  EXPECT_EQ(fts.find("感染 確認"), (std::set<int>{1, 2}));
  EXPECT_EQ(fts.find("感染　封じ込め"), (std::set<int>{2}));
  EXPECT_EQ(fts.find("感染 ＡＮＤ 封じ込め"), (std::set<int>{2}));
  EXPECT_EQ(fts.find("感染 -封じ込め"), (std::set<int>{1}));
  EXPECT_EQ(fts.find("感染 －サーバ －端末"), (std::set<int>{}));
  EXPECT_EQ(fts.find("-感染"), (std::set<int>{3}));
  EXPECT_EQ(fts.find("- 感染"), (std::set<int>{1, 2}));
  EXPECT_EQ(fts.find("-\"感染を確認\""), (std::set<int>{3}));
}

TEST(SearchTokens, phrases_keep_the_order_of_words) {
  Fts fts;
  fts.add("lateral movement to the domain controller").add("movement of lateral parts");
  EXPECT_EQ(fts.find("lateral movement", kFinished), (std::set<int>{1, 2}));
  EXPECT_EQ(fts.find("\"lateral movement\""), (std::set<int>{1}));
  EXPECT_EQ(fts.find("“domain controller”"), (std::set<int>{1}));
  EXPECT_EQ(fts.find("「domain controller」 lateral"), (std::set<int>{1}));
  EXPECT_EQ(fts.find("\"lateral movement"), (std::set<int>{1}));  // never closed
}

TEST(SearchTokens, the_last_word_may_be_unfinished) {
  Fts fts;
  fts.add("PowerShell").add("power").add("quarantine qqq").add("evil.example.com");
  EXPECT_EQ(fts.find("powe"), (std::set<int>{1, 2}));
  EXPECT_EQ(fts.find("powe", kFinished), (std::set<int>{}));
  EXPECT_EQ(fts.find("pow"), (std::set<int>{}));
  EXPECT_EQ(fts.find("pow*", kFinished), (std::set<int>{1, 2}));
  EXPECT_EQ(fts.find("pow＊ -shell", kFinished), (std::set<int>{1, 2}));
  EXPECT_EQ(fts.find("p*"), (std::set<int>{}));
  EXPECT_EQ(fts.find("quar"), (std::set<int>{3}));
  EXPECT_EQ(fts.find("qq*"), (std::set<int>{3}));
  EXPECT_EQ(fts.find("evil.exam"), (std::set<int>{4}));
  EXPECT_EQ(fts.find("power "), (std::set<int>{1, 2}));
}

TEST(SearchTokens, other_scripts_are_found) {
  EXPECT_TRUE(finds("Ошибка входа", "ошибка", kFinished));
  EXPECT_TRUE(finds("Ошибка входа", "оши*", kFinished));
  EXPECT_FALSE(finds("Ошибка входа", "входы", kFinished));
  EXPECT_TRUE(finds("악성코드 감염", "코드"));
  EXPECT_TRUE(finds("病毒感染", "感染"));
  EXPECT_TRUE(finds("มัลแวร์", "แวร์"));
}

TEST(SearchTokens, nothing_typed_can_leave_its_quotes) {
  Fts fts;
  fts.add("a b c or not near");
  for (const char* input : {"\"",
                            "\"\"",
                            "*",
                            "-",
                            "-*",
                            "(",
                            ")",
                            "a OR b",
                            "a NOT b",
                            "NEAR(a b)",
                            "t:a",
                            "{tokens}:a",
                            "^a",
                            "a + b",
                            "a\" OR \"every",
                            "'; DROP TABLE t;--",
                            "a' | 'b",
                            "a <-> b",
                            "\\",
                            "'",
                            "!a",
                            "&",
                            "a:*",
                            "\xff\xfe",
                            "%",
                            "_",
                            "every"}) {
    static_cast<void>(fts.find(input));  // add no failure: the statement runs to its end
    const std::string query = tsquery_text(query_of(input));
    EXPECT_EQ(std::count(query.begin(), query.end(), '\'') % 2, 0) << query;
    EXPECT_EQ(query.find_first_of("\\;"), std::string::npos);
  }
  EXPECT_TRUE(fts.find("every").empty());
  EXPECT_EQ(tsquery_text(query_of("a' | 'b c", kFinished)), "('wa') & ('wb') & ('wc')");
}

TEST(SearchTokens, both_databases_are_asked_the_same) {
  const SearchQuery query = query_of("感染 -10.0.0.5 pow*");
  EXPECT_EQ(fts5_match(query),
            "((\"kayi7az6t\") AND (\"wpow\" *)) NOT ((\"w10 w0 w0 w5\" OR \"t10qd0qd0qd5\"))");
  EXPECT_EQ(tsquery_text(query),
            "('kayi7az6t') & ('wpow':*) & !(('w10' <-> 'w0' <-> 'w0' <-> 'w5' | 't10qd0qd0qd5'))");
  EXPECT_EQ(tsquery_text(query_of("-x")), "'every' & !(('wx'))");
  EXPECT_EQ(fts5_match(query_of("！？")), "\"none\"");
  EXPECT_EQ(tsquery_text(query_of("")), "'none'");
}

TEST(SearchTokens, malformed_bytes_separate) {
  EXPECT_EQ(index_text("ab\xff"
                       "cd"),
            "every wab wcd");
  EXPECT_EQ(index_text("\xed\xa0\x80"), "every");  // a surrogate
  EXPECT_EQ(index_text(std::string_view("a\0b", 3)), "every wa wb");
  EXPECT_EQ(index_text("😀"), "every");
}

TEST(SearchTokens, texts_queries_and_words_are_bounded) {
  bool cut = false;
  std::string many;
  for (int i = 0; i < 30'000; ++i) many += "w" + std::to_string(i % 100) + ".x ";
  const std::string tokens = index_text(many, &cut);
  EXPECT_TRUE(cut);
  EXPECT_EQ(std::count(tokens.begin(), tokens.end(), ' '),
            static_cast<std::ptrdiff_t>(kMaxIndexTokens + 100));
  static_cast<void>(index_text("short", &cut));
  EXPECT_FALSE(cut);
  EXPECT_LT(index_text(std::string(200'000, 'x')).size(), 200U);
  EXPECT_TRUE(finds(std::string(300, 'x'), std::string(300, 'x')));
  EXPECT_TRUE(query_of(std::string(2000, 'a')).cut);
  std::string terms;
  for (int i = 0; i < 100; ++i) terms += "a ";
  EXPECT_TRUE(query_of(terms).cut);
  EXPECT_EQ(query_of(terms).terms.size(), kMaxQueryTerms);
  std::string expanding;  // U+FDFA becomes 18 characters
  while (expanding.size() < kMaxIndexBytes) expanding += "\uFDFA";
  static_cast<void>(index_text(expanding, &cut));
  EXPECT_TRUE(cut);
}

// Every piece of a text, cut at characters and without the signs that queries read, finds that text.
TEST(SearchTokens, every_part_of_a_japanese_run_finds_its_text) {
  std::mt19937 random(20261125);
  const std::u32string_view alphabet = U"感染端末検知佐々木アイウバックドサルームーーあいうーがぎ高髙";
  for (int round = 0; round < 60; ++round) {
    std::u32string text;
    const std::size_t length = 1 + random() % 20;
    for (std::size_t i = 0; i < length; ++i) text += alphabet[random() % alphabet.size()];
    std::string utf8;
    for (const char32_t c : text) append_utf8(utf8, c);
    Fts fts("unicode61");
    fts.add("前 " + utf8 + " 後").add("無関係");
    for (std::size_t begin = 0; begin < length; ++begin) {
      std::string part;
      for (std::size_t i = begin; i < length; ++i) {
        append_utf8(part, text[i]);
        if (part.find_first_not_of("ー") == std::string::npos) continue;  // marks alone ask for nothing
        ASSERT_EQ(fts.find(part), (std::set<int>{1})) << part << " in " << utf8;
      }
    }
  }
}

}  // namespace
}  // namespace hinomi::base
