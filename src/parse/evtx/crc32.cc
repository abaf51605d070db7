#include "parse/evtx/crc32.h"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hinomi::parse::evtx {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB8'8320;  // reflected

// Slicing by 8: table[k][b] is the checksum of the byte b followed by k zero bytes.
constexpr auto make_tables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
constexpr auto kTables = make_tables();

std::uint32_t update(std::uint32_t crc, const std::byte* at, std::size_t count) noexcept {
  for (; count >= 8; count -= 8, at += 8) {
    const std::uint64_t word = load<std::uint64_t>(at) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][(word >> (8 * k)) & 0xFF];
  }
  for (; count > 0; --count, ++at) crc = (crc >> 8) ^ kTables[0][(crc ^ load<std::uint8_t>(at)) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
// Folds 64 bytes a step, then 16, then reduces by Barrett. Method and constants: Gopal, Ozturk and others,
// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel 2009, for the reflected polynomial.
// `count` is at least 64 and a multiple of 16.
__attribute__((target("pclmul,sse4.1"))) __m128i fold(__m128i state, __m128i keys, __m128i next) noexcept {
  const __m128i low = _mm_clmulepi64_si128(state, keys, 0x00);
  const __m128i high = _mm_clmulepi64_si128(state, keys, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

__attribute__((target("pclmul,sse4.1"))) std::uint32_t update_clmul(std::uint32_t crc, const std::byte* at,
                                                                    std::size_t count) noexcept {
  const __m128i by_64 = _mm_set_epi64x(0x1'C6E4'1596, 0x1'5444'2BD4);
  const __m128i by_16 = _mm_set_epi64x(0x0'CCAA'009E, 0x1'7519'97D0);
  const __m128i to_64_bits = _mm_set_epi64x(0, 0x1'63CD'6124);
  const __m128i barrett = _mm_set_epi64x(0x1'F701'1641, 0x1'DB71'0641);
  const __m128i low_32 = _mm_setr_epi32(-1, 0, -1, 0);
  const auto next = [&at] {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    at += 16;
    return block;
  };
  __m128i a = _mm_xor_si128(next(), _mm_cvtsi32_si128(static_cast<int>(crc)));
  __m128i b = next();
  __m128i c = next();
  __m128i d = next();
  for (count -= 64; count >= 64; count -= 64) {
    a = fold(a, by_64, next());
    b = fold(b, by_64, next());
    c = fold(c, by_64, next());
    d = fold(d, by_64, next());
  }
  a = fold(a, by_16, b);
  a = fold(a, by_16, c);
  a = fold(a, by_16, d);
  for (; count >= 16; count -= 16) a = fold(a, by_16, next());

  a = _mm_xor_si128(_mm_clmulepi64_si128(a, by_16, 0x10), _mm_srli_si128(a, 8));
  a = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(a, low_32), to_64_bits, 0x00), _mm_srli_si128(a, 4));
  __m128i t = _mm_clmulepi64_si128(_mm_and_si128(a, low_32), barrett, 0x10);
  t = _mm_clmulepi64_si128(_mm_and_si128(t, low_32), barrett, 0x00);
  return static_cast<std::uint32_t>(_mm_extract_epi32(_mm_xor_si128(a, t), 1));
}
#endif

}  // namespace

std::uint32_t crc32_portable(Bytes bytes, std::uint32_t previous) noexcept {
  return ~update(~previous, bytes.data(), bytes.size());
}

std::uint32_t crc32(Bytes bytes, std::uint32_t previous) noexcept {
#if defined(__x86_64__)
  static const bool has_clmul =
      __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
  if (has_clmul && bytes.size() >= 64) {
    const std::size_t folded = bytes.size() & ~std::size_t{15};
    const std::uint32_t crc = update_clmul(~previous, bytes.data(), folded);
    return ~update(crc, bytes.data() + folded, bytes.size() - folded);
  }
#endif
  return crc32_portable(bytes, previous);
}

}  // namespace hinomi::parse::evtx
