#include "store/alerts/search_text.h"

#include "base/normal_form.h"

namespace hinomi::store::alerts {
namespace {

bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

std::string search_form(std::string_view text) {
  return base::nfkc_casefolded(cut(text, kMaxSearchTextBytes));
}

std::vector<std::string> search_words(std::string_view query) {
  // NFKC makes a blank of every Unicode space but U+1680 and the two separators, which nobody types.
  const std::string form = search_form(query);
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < form.size()) {
    while (at < form.size() && is_space(form[at])) ++at;
    const std::size_t from = at;
    while (at < form.size() && !is_space(form[at])) ++at;
    if (at > from) words.push_back(form.substr(from, at - from));
  }
  return words;
}

std::string_view cut(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  constexpr int kMaxContinuations = 3;
  std::size_t end = bytes;
  for (int i = 0; i < kMaxContinuations && end > 0; ++i) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U) break;
    --end;
  }
  // Four continuation bytes in a row are no character anyway.
  const bool at_start = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
  return text.substr(0, at_start ? end : bytes);
}

}  // namespace hinomi::store::alerts
