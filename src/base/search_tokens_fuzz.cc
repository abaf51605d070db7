// Any bytes as text and as a query: the tokens stay within their alphabet and limits, what is rendered holds
// nothing else, and text finds itself.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/search_tokens.h"
#include "base/text.h"

using namespace hinomi::base;

namespace {

bool only(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  bool cut = false;
  const std::string tokens = index_text(text, &cut);
  HINOMI_CHECK(tokens.starts_with("every") && only(tokens, " ") && tokens.find("  ") == std::string::npos);
  HINOMI_CHECK(std::count(tokens.begin(), tokens.end(), ' ') <=
               static_cast<std::ptrdiff_t>(kMaxIndexTokens + kMaxIndexWholes));
  const SearchQuery query = query_of(text);
  HINOMI_CHECK(query.terms.size() <= kMaxQueryTerms);
  for (const SearchTerm& term : query.terms) {
    HINOMI_CHECK(!term.alternatives.empty() && term.alternatives.size() <= kMaxAlternatives);
    for (const auto& words : term.alternatives) {
      HINOMI_CHECK(!words.empty() && words.size() <= kMaxTermTokens);
      for (const std::string& word : words) HINOMI_CHECK(!word.empty() && only(word, ""));
    }
  }
  HINOMI_CHECK(only(fts5_match(query), " \"*()ANDORT"));
  HINOMI_CHECK(only(tsquery_text(query), " ':*()<->|&!"));
  // A text without blanks, quotes and minus is one term, and its tokens are those of the index, in order.
  if (size < 64 && text.find_first_of(" \t\r\n\v\f\"-") == std::string_view::npos && is_ascii(text)) {
    for (const SearchTerm& term : query.terms) {
      if (query.terms.size() > 1) break;
      std::string phrase;
      for (const std::string& token : term.alternatives.front()) phrase.append(" ").append(token);
      HINOMI_CHECK((tokens + " ").find(phrase) != std::string::npos);
    }
  }
  return 0;
}
