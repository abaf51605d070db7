// Full-text search of Japanese and English that finds the same on SQLite (FTS5) and PostgreSQL (tsvector):
// what is stored and what is asked become tokens of [a-z0-9] here, and the databases only compare them.
// Not for exact matching of evidence (hashes in their own columns), nor for showing: tokens are not readable.
//
// Folding: NFKC and case (ICU), so full-width and half-width are one; katakana as hiragana; a middle dot
// between katakana does not count; dashes between katakana are long vowel marks; one line end between two CJK
// characters does not count (wrapped mails); common variants of kanji in names are one (髙 = 高). A long
// vowel mark at the end of a word of four kana or more may be there or not (サーバー = サーバ); others tell
// words apart (ビール, ビル).
//
// Tokens: runs of Han, kana, Hangul and of scripts without blanks become overlapping pairs, so a term of CJK
// finds every text that contains it; other words stay whole. 192.0.2.7, paths, addresses and names of files
// are found as a whole (their parts side by side) and by their parts; compounds of . - _ @ + and IPv6 or MAC
// addresses have one token of their own besides, which stands behind the text, each once.
//
// SQLite      CREATE VIRTUAL TABLE t_search USING fts5(tokens, tokenize='ascii')
//             INSERT INTO t_search(rowid, tokens) VALUES (?, ?)       -- index_text(…)
//             … WHERE t_search MATCH ?                                -- fts5_match(query)
// PostgreSQL  tokens TEXT, search tsvector GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED
//             CREATE INDEX … USING gin (search)
//             … WHERE search @@ CAST(? AS tsquery)                    -- tsquery_text(query)
//
// PostgreSQL keeps 256 places of a token and 16,383 places of a text. The limits below stay within the
// second; a phrase may be missed where each of its tokens stands more than 256 times in one text. Long texts
// are better stored in several rows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hinomi::base {

inline constexpr std::size_t kMaxIndexBytes = 256UL * 1024;  // of text that is read; the rest is not found
inline constexpr std::size_t kMaxIndexTokens = 14'000;       // of the text itself
inline constexpr std::size_t kMaxIndexWholes = 2'000;        // compounds, behind it
inline constexpr std::size_t kMaxQueryBytes = 1'024;
inline constexpr std::size_t kMaxQueryTerms = 32;
inline constexpr std::size_t kMaxTermTokens = 64;
inline constexpr std::size_t kMaxAlternatives = 4;
inline constexpr std::size_t kMinStarLetters = 2;   // "ab*" asks for what begins so; "a*" for the word "a"
inline constexpr std::size_t kMinTypedLetters = 4;  // from here on the last word may be unfinished

// What to store: tokens separated by one blank, never empty. `cut`, if given, says whether a limit was
// reached.
[[nodiscard]] std::string index_text(std::string_view text, bool* cut = nullptr);

// Found where one of the alternatives is.
struct SearchTerm {
  std::vector<std::vector<std::string>> alternatives;  // each: tokens that stand side by side, at least one
  bool prefix = false;                                 // the last token of each may go on
  bool negated = false;
};

// All of the terms, none of the negated ones.
struct SearchQuery {
  std::vector<SearchTerm> terms;
  bool cut = false;  // the input was too long; tell who asked
  [[nodiscard]] bool empty() const noexcept { return terms.empty(); }
};

struct QueryOptions {
  bool prefix_last_word = true;  // while somebody types; false for stored searches
};

// What somebody typed: terms separated by blanks (also U+3000), "a phrase" (also “”, 「」, 『』), -without,
// begin*. AND in capitals between terms is what it says. Full-width signs do as well. Every input means
// something; an input of signs alone is the empty query.
[[nodiscard]] SearchQuery query_of(std::string_view input, const QueryOptions& options = {});

// For MATCH and for CAST(? AS tsquery). Nothing that was typed is in them but as tokens of [a-z0-9] between
// quotes. The empty query finds nothing: ask without the search then.
[[nodiscard]] std::string fts5_match(const SearchQuery& query);
[[nodiscard]] std::string tsquery_text(const SearchQuery& query);

}  // namespace hinomi::base
