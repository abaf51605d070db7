#include "parse/sheet/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "base/text.h"

namespace hinomi::parse::sheet {
namespace {

constexpr std::size_t kGuessBytes = 64 * 1024;  // what ICU's detector looks at
constexpr std::size_t kUnitsAtOnce = 32 * 1024;

struct CloseConverter {
  void operator()(UConverter* converter) const noexcept { ::ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

struct CloseDetector {
  void operator()(UCharsetDetector* detector) const noexcept { ::ucsdet_close(detector); }
};

const char* icu_name(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::utf8:
      return "UTF-8";
    case Encoding::utf16le:
      return "UTF-16LE";
    case Encoding::utf16be:
      return "UTF-16BE";
    case Encoding::cp932:
      return "ibm-943_P15A-2003";  // ICU's table of what Windows does
    case Encoding::euc_jp:
      return "euc-jp-2007";
    case Encoding::iso_2022_jp:
      return "ISO-2022-JP";
  }
  return "UTF-8";
}

Converter open_converter(Encoding encoding) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(::ucnv_open(icu_name(encoding), &status));
  if (U_FAILURE(status) != 0) converter.reset();
  return converter;
}

// Instead of ICU's own, which makes U+001A of some faults and does not count them. `context` is the count.
void on_fault(const void* context, UConverterToUnicodeArgs* arguments, const char*, std::int32_t,
              UConverterCallbackReason reason, UErrorCode* status) {
  if (reason > UCNV_IRREGULAR) return;  // opened, closed, reset
  ++*static_cast<std::uint64_t*>(const_cast<void*>(context));
  *status = U_ZERO_ERROR;
  constexpr char16_t kReplacement = 0xFFFD;
  ::ucnv_cbToUWriteUChars(arguments, &kReplacement, 1, 0, status);
}

std::uint64_t count_replaced(std::string_view utf8) {
  std::uint64_t count = 0;
  for (std::size_t at = utf8.find("\xEF\xBF\xBD"); at != std::string_view::npos;
       at = utf8.find("\xEF\xBF\xBD", at + 3)) {
    ++count;
  }
  return count;
}

void append_utf8_repaired(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const base::Decoded next = base::decode_utf8(bytes);
    base::append_utf8(out, next.code_point);
    bytes.remove_prefix(next.length);
  }
}

// A table in UTF-16 without a mark has a zero in every ASCII character, and there are many: separators.
std::optional<Encoding> guess_utf16(std::string_view bytes) {
  std::size_t low = 0;
  std::size_t high = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    if (bytes[i] == 0 && bytes[i + 1] != 0) ++high;
    if (bytes[i] != 0 && bytes[i + 1] == 0) ++low;
  }
  const std::size_t enough = std::max<std::size_t>(bytes.size() / 20, 2);
  if (low >= enough && high == 0) return Encoding::utf16le;
  if (high >= enough && low == 0) return Encoding::utf16be;
  return std::nullopt;
}

// What a guess yields. In EUC-JP text read as CP932 nearly all is half-width katakana or of no meaning.
struct Trial {
  bool fits = false;
  bool mostly_odd = false;
};

Trial try_encoding(std::string_view bytes, Encoding encoding) {
  const auto decoded = decode(bytes, encoding);
  if (!decoded || decoded->faults > 0) return {};
  std::size_t others = 0;
  std::size_t odd = 0;
  for (std::string_view rest = decoded->text; !rest.empty();) {
    const base::Decoded next = base::decode_utf8(rest);
    rest.remove_prefix(next.length);
    const char32_t c = next.code_point;
    if (c < 0x80) continue;
    // Bytes that no table gives a meaning: ICU maps them to controls and to the end of the private use area.
    if (c <= 0xA0 || (c >= 0xF8F0 && c <= 0xF8FF)) return {};
    ++others;
    if ((c >= 0xFF61 && c <= 0xFF9F) || (c >= 0xE000 && c <= 0xF8FF)) ++odd;
  }
  return {.fits = true, .mostly_odd = odd * 2 > others};
}

// Which of two encodings that both fit; CP932 unless ICU is sure.
Encoding likelier(std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, CloseDetector> detector(::ucsdet_open(&status));
  if (U_FAILURE(status) != 0) return Encoding::cp932;
  const std::string_view front = bytes.substr(0, kGuessBytes);
  ::ucsdet_setText(detector.get(), front.data(), static_cast<std::int32_t>(front.size()), &status);
  std::int32_t count = 0;
  const UCharsetMatch** matches = ::ucsdet_detectAll(detector.get(), &count, &status);
  for (std::int32_t i = 0; U_FAILURE(status) == 0 && i < count; ++i) {
    const char* found = ::ucsdet_getName(matches[i], &status);
    const std::string_view name = found != nullptr ? found : "";
    if (name == "EUC-JP") return Encoding::euc_jp;
    if (name == "Shift_JIS") return Encoding::cp932;
  }
  return Encoding::cp932;
}

}  // namespace

std::string_view name_of(Encoding encoding) noexcept {
  return encoding == Encoding::cp932 ? "CP932" : encoding == Encoding::euc_jp ? "EUC-JP" : icu_name(encoding);
}

std::optional<Encoding> guess_encoding(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return Encoding::utf8;
  if (bytes.starts_with("\xFF\xFE")) return Encoding::utf16le;
  if (bytes.starts_with("\xFE\xFF")) return Encoding::utf16be;
  if (bytes.find('\0') != std::string_view::npos) {
    if (const auto utf16 = guess_utf16(bytes.substr(0, kGuessBytes))) return utf16;
  }
  if (base::is_utf8(bytes)) {
    const bool escapes = bytes.find("\x1B$") != std::string_view::npos;
    return escapes && try_encoding(bytes, Encoding::iso_2022_jp).fits ? Encoding::iso_2022_jp
                                                                      : Encoding::utf8;
  }
  const Trial cp932 = try_encoding(bytes, Encoding::cp932);
  const Trial euc = try_encoding(bytes, Encoding::euc_jp);
  if (cp932.fits && euc.fits) {
    return cp932.mostly_odd && !euc.mostly_odd ? Encoding::euc_jp : likelier(bytes);
  }
  if (cp932.fits) return Encoding::cp932;
  if (euc.fits) return Encoding::euc_jp;
  return std::nullopt;
}

base::Result<Decoded> decode(std::string_view bytes, Encoding encoding) {
  Decoded decoded;
  if (encoding == Encoding::utf8) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    if (base::is_utf8(bytes)) {
      decoded.text = bytes;
      return decoded;
    }
    append_utf8_repaired(decoded.text, bytes);
    decoded.faults = count_replaced(decoded.text) - count_replaced(bytes);
    return decoded;
  }
  if (encoding == Encoding::utf16le && bytes.starts_with("\xFF\xFE")) bytes.remove_prefix(2);
  if (encoding == Encoding::utf16be && bytes.starts_with("\xFE\xFF")) bytes.remove_prefix(2);
  const Converter converter = open_converter(encoding);
  if (!converter) {
    return base::Error{base::ErrorCode::internal,
                       "table: ICU has no converter for " + std::string(name_of(encoding)),
                       "install ICU's full data",
                       {}};
  }
  UErrorCode status = U_ZERO_ERROR;
  ::ucnv_setToUCallBack(converter.get(), on_fault, &decoded.faults, nullptr, nullptr, &status);
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  std::vector<char16_t> units(kUnitsAtOnce);
  // A surrogate pair that is cut by the end of `units` waits there for its second half.
  std::size_t kept = 0;
  if (U_FAILURE(status) == 0) status = U_BUFFER_OVERFLOW_ERROR;
  while (status == U_BUFFER_OVERFLOW_ERROR) {
    status = U_ZERO_ERROR;
    char16_t* to = units.data() + kept;
    ::ucnv_toUnicode(converter.get(), &to, units.data() + units.size(), &from, end, nullptr, 1, &status);
    std::size_t size = static_cast<std::size_t>(to - units.data());
    kept = status == U_BUFFER_OVERFLOW_ERROR && size > 0 && (units[size - 1] & 0xFC00) == 0xD800 ? 1 : 0;
    size -= kept;
    base::append_utf16le_as_utf8(decoded.text, std::as_bytes(std::span(units.data(), size)));
    if (kept > 0) units[0] = units[size];
  }
  if (U_FAILURE(status) != 0) {
    return base::Error{
        base::ErrorCode::internal,
        "table: ICU cannot decode " + std::string(name_of(encoding)) + ": " + ::u_errorName(status),
        {},
        {}};
  }
  return decoded;
}

char32_t as_windows_maps(char32_t code_point) noexcept {
  constexpr std::array<std::pair<char32_t, char32_t>, 7> kPairs = {{{0x301C, 0xFF5E},
                                                                    {0x2212, 0xFF0D},
                                                                    {0x2016, 0x2225},
                                                                    {0x2014, 0x2015},
                                                                    {0x00A2, 0xFFE0},
                                                                    {0x00A3, 0xFFE1},
                                                                    {0x00AC, 0xFFE2}}};
  for (const auto& [from, to] : kPairs) {
    if (code_point == from) return to;
  }
  return code_point;
}

base::Result<Cp932Encoder> Cp932Encoder::open() {
  Converter converter = open_converter(Encoding::cp932);
  UErrorCode status = U_ZERO_ERROR;
  if (converter) {
    ::ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    ::ucnv_setFallback(converter.get(), 0);
  }
  if (!converter || U_FAILURE(status) != 0) {
    return base::Error{
        base::ErrorCode::internal, "table: ICU has no converter for CP932", "install ICU's full data", {}};
  }
  return Cp932Encoder(converter.release());
}

Cp932Encoder::Cp932Encoder(Cp932Encoder&& other) noexcept : converter_(other.converter_) {
  other.converter_ = nullptr;
}

Cp932Encoder::~Cp932Encoder() {
  if (converter_ != nullptr) ::ucnv_close(static_cast<UConverter*>(converter_));
}

bool Cp932Encoder::append(std::string& out, std::string_view text) {
  if (base::is_ascii(text)) {
    out += text;
    return true;
  }
  std::u16string units;
  while (!text.empty()) {
    const base::Decoded next = base::decode_utf8(text);
    text.remove_prefix(next.length);
    const char32_t mapped = as_windows_maps(next.code_point);
    if (mapped > 0xFFFF) return false;  // CP932 has nothing beyond the first plane
    units += static_cast<char16_t>(mapped);
  }
  std::string bytes(units.size() * 2 + 8, '\0');
  UErrorCode status = U_ZERO_ERROR;
  auto* converter = static_cast<UConverter*>(converter_);
  ::ucnv_reset(converter);
  const std::int32_t size =
      ::ucnv_fromUChars(converter, bytes.data(), static_cast<std::int32_t>(bytes.size()), units.data(),
                        static_cast<std::int32_t>(units.size()), &status);
  if (U_FAILURE(status) != 0) return false;
  out.append(bytes, 0, static_cast<std::size_t>(size));
  return true;
}

}  // namespace hinomi::parse::sheet
