#include "report/sheet/normal.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "parse/sheet/encoding.h"

namespace hinomi::report::sheet {
namespace {

enum class Form : std::uint8_t { nfc, nfkc };

std::string normalised(std::string_view text, Form form) {
  if (base::is_ascii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* normaliser =
      form == Form::nfc ? ::unorm2_getNFCInstance(&status) : ::unorm2_getNFKCInstance(&status);
  std::vector<char16_t> from(text.size() + 1);
  std::int32_t size = 0;
  ::u_strFromUTF8WithSub(from.data(), static_cast<std::int32_t>(from.size()), &size, text.data(),
                         static_cast<std::int32_t>(text.size()), 0xFFFD, nullptr, &status);
  if (U_FAILURE(status) != 0) return std::string(text);
  std::vector<char16_t> to(static_cast<std::size_t>(size) + 16);
  std::int32_t made = ::unorm2_normalize(normaliser, from.data(), size, to.data(),
                                         static_cast<std::int32_t>(to.size()), &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    status = U_ZERO_ERROR;
    to.resize(static_cast<std::size_t>(made));
    made = ::unorm2_normalize(normaliser, from.data(), size, to.data(), made, &status);
  }
  if (U_FAILURE(status) != 0) return std::string(text);
  std::string out;
  base::append_utf16le_as_utf8(out, std::as_bytes(std::span(to.data(), static_cast<std::size_t>(made))));
  return out;
}

bool is_blank(char32_t c) noexcept {
  return c == ' ' || c == '\t' || c == 0xA0 || c == 0x3000;
}

}  // namespace

std::string comparable(std::string_view text) {
  const std::string composed = normalised(text, Form::nfc);
  std::string out;
  std::string blanks;  // kept back until something follows them
  for (std::string_view rest = composed; !rest.empty();) {
    const base::Decoded next = base::decode_utf8(rest);
    rest.remove_prefix(next.length);
    char32_t c = parse::sheet::as_windows_maps(next.code_point);
    if (c == '\r') {
      if (rest.starts_with('\n')) continue;
      c = '\n';
    }
    if (c == '\n') {
      while (!blanks.empty() && blanks.back() != '\n') blanks.pop_back();  // blanks at a line end
      blanks += '\n';
    } else if (is_blank(c)) {
      base::append_utf8(blanks, c == 0xA0 ? U' ' : c);
    } else {
      if (!out.empty()) out += blanks;
      blanks.clear();
      base::append_utf8(out, c);
    }
  }
  return out;
}

std::string without_width(std::string_view text) {
  return comparable(normalised(comparable(text), Form::nfkc));
}

std::string name_form(std::string_view text) {
  return base::folded(without_width(text));
}

}  // namespace hinomi::report::sheet
