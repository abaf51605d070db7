// How text becomes searchable pieces: widths, case and kana folded, runs of CJK cut into bigrams, the rest
// into words. Internal to search_tokens.cc, which is what others use; not for showing text to people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hinomi::base {

enum class SearchPiece : std::uint8_t {
  word,     // letters and digits of a script that separates its words
  pair,     // two neighbours of a CJK run
  closing,  // the last character of a CJK run of two or more, so that every character begins a token
  single,   // a CJK run of one
};

struct SearchToken {
  std::string text;  // [a-z][a-z0-9]*
  SearchPiece piece = SearchPiece::word;
  std::uint32_t letters = 0;  // characters that it stands for
};

// A compound of words as one token: 192.0.2.7, a-b.example, CVE-2026-1234, name@host, fe80::1.
struct SearchWhole {
  std::string text;
  std::size_t first = 0;  // the tokens that are its parts
  std::size_t count = 0;
};

struct SearchSplit {
  std::vector<SearchToken> tokens;
  std::vector<SearchWhole> wholes;  // no two of one text
  bool cut = false;                 // a limit was reached; the rest of the text is not in it
};

struct SearchSplitLimits {
  std::size_t tokens = 0;
  std::size_t wholes = 0;
};

// The long vowel mark at the end of a word of katakana may be left out (サーバー, サーバ): texts are split as
// they are written, what is looked for in every way.
enum class WordEnds : std::uint8_t { written, without, with };
struct SearchFold {
  WordEnds ends = WordEnds::written;
  bool drop_last = false;  // without it at the end of the text: what begins so is meant
};

// Malformed UTF-8 separates words. Never fails.
[[nodiscard]] SearchSplit split_for_search(std::string_view text, const SearchSplitLimits& limits,
                                           const SearchFold& fold = {});

}  // namespace hinomi::base
