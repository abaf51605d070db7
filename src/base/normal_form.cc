#include "base/normal_form.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <vector>

#include "base/check.h"
#include "base/text.h"

namespace hinomi::base {
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

}  // namespace

std::string nfkc_casefolded(std::string_view text) {
  if (is_ascii(text)) return folded(text);
  return utf8_of(normalised(utf16_of(text)));
}

std::string sort_form(std::string_view text) {
  constexpr char32_t kFirstKatakana = 0x30A1;
  constexpr char32_t kLastKatakana = 0x30F6;
  constexpr char32_t kToHiragana = 0x60;
  const std::string form = nfkc_casefolded(text);
  if (is_ascii(form)) return form;
  std::string out;
  out.reserve(form.size());
  for (std::string_view rest = form; !rest.empty();) {
    const Decoded one = decode_utf8(rest);
    rest.remove_prefix(one.length);
    const bool katakana = one.code_point >= kFirstKatakana && one.code_point <= kLastKatakana;
    append_utf8(out, katakana ? one.code_point - kToHiragana : one.code_point);
  }
  return out;
}

}  // namespace hinomi::base
