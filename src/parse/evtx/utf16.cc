#include "parse/evtx/utf16.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hinomi::parse::evtx {
namespace {

// Copies the ASCII run at the front, 8 units a step; returns how many units it took.
std::size_t copy_ascii(const std::byte* in, std::size_t units, char* out) noexcept {
  std::size_t done = 0;
#if defined(__SSE2__)
  const __m128i above_ascii = _mm_set1_epi16(static_cast<short>(0xFF80));
  for (; units - done >= 8; done += 8) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + 2 * done));
    const __m128i rest = _mm_and_si128(block, above_ascii);
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(rest, _mm_setzero_si128())) != 0xFFFF) break;
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out + done), _mm_packus_epi16(block, block));
  }
#endif
  for (; units - done >= 4; done += 4) {
    std::uint64_t word = load<std::uint64_t>(in + 2 * done);
    if ((word & 0xFF80'FF80'FF80'FF80ULL) != 0) break;
    word = (word | (word >> 8)) & 0x0000'FFFF'0000'FFFFULL;
    const auto packed = static_cast<std::uint32_t>(word | (word >> 16));
    std::memcpy(out + done, &packed, 4);
  }
  for (; done < units; ++done) {
    const auto unit = load<std::uint16_t>(in + 2 * done);
    if (unit >= 0x80) break;
    out[done] = static_cast<char>(unit);
  }
  return done;
}

char* put(char* out, char32_t c) noexcept {
  const auto byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  if (c < 0x800) {
    *out++ = byte(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    *out++ = byte(0xE0 | (c >> 12));
    *out++ = byte(0x80 | ((c >> 6) & 0x3F));
  } else {
    *out++ = byte(0xF0 | (c >> 18));
    *out++ = byte(0x80 | ((c >> 12) & 0x3F));
    *out++ = byte(0x80 | ((c >> 6) & 0x3F));
  }
  *out++ = byte(0x80 | (c & 0x3F));
  return out;
}

}  // namespace

std::size_t decode_utf16(Bytes utf16le, char* out) noexcept {
  const std::byte* in = utf16le.data();
  const std::size_t units = utf16le.size() / 2;
  const char* start = out;
  std::size_t at = 0;
  while (at < units) {
    const std::size_t ascii = copy_ascii(in + 2 * at, units - at, out);
    at += ascii;
    out += ascii;
    while (at < units) {
      char32_t c = load<std::uint16_t>(in + 2 * at);
      if (c < 0x80) break;
      ++at;
      if (c >= 0xD800 && c < 0xE000) {
        const char32_t low = at < units ? load<std::uint16_t>(in + 2 * at) : char32_t{0};
        const bool pair = c < 0xDC00 && low >= 0xDC00 && low < 0xE000;
        c = pair ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00) : char32_t{0xFFFD};
        at += pair ? 1 : 0;
      }
      out = put(out, c);
    }
  }
  return static_cast<std::size_t>(out - start);
}

void append_utf16(std::string& out, Bytes utf16le) {
  const std::size_t before = out.size();
  const std::size_t units = utf16le.size() / 2;
  out.resize(before + units);
  const std::size_t ascii = copy_ascii(utf16le.data(), units, out.data() + before);
  if (ascii == units) return;
  const Bytes rest = utf16le.subspan(2 * ascii);
  out.resize(before + ascii + utf8_bound(rest.size()));
  out.resize(before + ascii + decode_utf16(rest, out.data() + before + ascii));
}

}  // namespace hinomi::parse::evtx
