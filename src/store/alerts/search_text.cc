#include "store/alerts/search_text.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <vector>

#include "base/check.h"
#include "base/text.h"

namespace hinomi::store::alerts {
namespace {

constexpr UChar32 kReplacement = 0xFFFD;

std::vector<UChar> utf16_of(std::string_view text) {
  std::vector<UChar> units(text.size() + 1);  // never more units than bytes
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  ::u_strFromUTF8WithSub(units.data(), static_cast<std::int32_t>(units.size()), &length, text.data(),
                         static_cast<std::int32_t>(text.size()), kReplacement, nullptr, &status);
  HINOMI_CHECK(U_SUCCESS(status));
  units.resize(static_cast<std::size_t>(length));
  return units;
}

std::string utf8_of(const std::vector<UChar>& units) {
  constexpr std::size_t kMaxBytesPerUnit = 3;
  std::string text(units.size() * kMaxBytesPerUnit + 1, '\0');
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  ::u_strToUTF8WithSub(text.data(), static_cast<std::int32_t>(text.size()), &length, units.data(),
                       static_cast<std::int32_t>(units.size()), kReplacement, nullptr, &status);
  HINOMI_CHECK(U_SUCCESS(status));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::vector<UChar> normalised(const std::vector<UChar>& units) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* normaliser = ::unorm2_getNFKCCasefoldInstance(&status);
  HINOMI_CHECK(U_SUCCESS(status));
  std::vector<UChar> out(units.size() + units.size() / 4 + 16);
  for (;;) {
    status = U_ZERO_ERROR;
    const std::int32_t length =
        ::unorm2_normalize(normaliser, units.data(), static_cast<std::int32_t>(units.size()), out.data(),
                           static_cast<std::int32_t>(out.size()), &status);
    if (status != U_BUFFER_OVERFLOW_ERROR) {
      HINOMI_CHECK(U_SUCCESS(status));
      out.resize(static_cast<std::size_t>(length));
      return out;
    }
    out.resize(static_cast<std::size_t>(length) + 1);
  }
}

bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

std::string search_form(std::string_view text) {
  text = cut(text, kMaxSearchTextBytes);
  if (base::is_ascii(text)) return base::folded(text);
  return utf8_of(normalised(utf16_of(text)));
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
