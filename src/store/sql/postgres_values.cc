#include "store/sql/postgres_values.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <concepts>
#include <system_error>

namespace hinomi::store::sql::postgres {
namespace {

template <std::unsigned_integral T>
std::string big_endian(T value) {
  std::string bytes(sizeof(T), '\0');
  for (std::size_t i = sizeof(T); i-- > 0; value = static_cast<T>(value >> 8)) {
    bytes[i] = static_cast<char>(value & 0xFF);
  }
  return bytes;
}

// Of exactly as many bytes as T has.
template <std::unsigned_integral T>
T big_endian_at(std::string_view bytes) noexcept {
  T value = 0;
  for (const char byte : bytes) value = static_cast<T>((value << 8) | static_cast<unsigned char>(byte));
  return value;
}

template <std::unsigned_integral T>
std::optional<T> from_big_endian(std::string_view bytes) noexcept {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  return big_endian_at<T>(bytes);
}

template <typename Signed, std::unsigned_integral T>
std::optional<std::int64_t> widened(std::string_view bytes) noexcept {
  const auto value = from_big_endian<T>(bytes);
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(static_cast<Signed>(*value));
}

// A numeric: digits of base 10,000, the first of them worth 10,000^weight.
struct Numeric {
  std::string_view digits;  // two bytes each
  std::int16_t weight = 0;
  bool negative = false;

  [[nodiscard]] int count() const noexcept { return static_cast<int>(digits.size() / 2); }
  [[nodiscard]] unsigned digit(int i) const noexcept {
    return big_endian_at<std::uint16_t>(digits.substr(static_cast<std::size_t>(i) * 2, 2));
  }
};

constexpr std::size_t kNumericHead = 8;
constexpr std::uint16_t kPositive = 0x0000;
constexpr std::uint16_t kNegative = 0x4000;
constexpr unsigned kBase = 10'000;

std::optional<Numeric> numeric_of(std::string_view bytes) noexcept {
  if (bytes.size() < kNumericHead) return std::nullopt;
  const auto count = big_endian_at<std::uint16_t>(bytes.substr(0, 2));
  const auto weight = big_endian_at<std::uint16_t>(bytes.substr(2, 2));
  const auto sign = big_endian_at<std::uint16_t>(bytes.substr(4, 2));
  if (sign != kPositive && sign != kNegative) return std::nullopt;  // NaN and infinities
  if (bytes.size() != kNumericHead + std::size_t{count} * 2) return std::nullopt;
  return Numeric{bytes.substr(kNumericHead), static_cast<std::int16_t>(weight), sign == kNegative};
}

std::optional<std::int64_t> integer_of(const Numeric& number) noexcept {
  std::int64_t value = 0;  // below zero while it grows: there is one more on that side
  const int digits = number.count();
  for (int i = 0; i <= number.weight; ++i) {
    const auto digit = static_cast<std::int64_t>(i < digits ? number.digit(i) : 0);
    if (__builtin_mul_overflow(value, std::int64_t{kBase}, &value)) return std::nullopt;
    if (__builtin_sub_overflow(value, digit, &value)) return std::nullopt;
  }
  for (int i = number.weight < 0 ? 0 : number.weight + 1; i < digits; ++i) {
    if (number.digit(i) != 0) return std::nullopt;  // a fraction
  }
  if (number.negative) return value;
  std::int64_t positive = 0;
  if (__builtin_sub_overflow(std::int64_t{0}, value, &positive)) return std::nullopt;
  return positive;
}

std::optional<double> real_of(const Numeric& number) {
  std::string text = number.negative ? "-0" : "0";
  for (int i = 0; i < number.count(); ++i) {
    const std::string digit = std::to_string(number.digit(i));
    text.append(4 - std::min<std::size_t>(digit.size(), 4), '0').append(digit);
  }
  text += 'e';
  text += std::to_string(4 * (number.weight - number.count() + 1));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

std::string encoded(std::int64_t value) {
  return big_endian(static_cast<std::uint64_t>(value));
}

std::string encoded(double value) {
  return big_endian(std::bit_cast<std::uint64_t>(value));
}

std::optional<std::int64_t> integer_of(const Cell& cell) noexcept {
  switch (cell.type) {
    case kInt8:
      return widened<std::int64_t, std::uint64_t>(cell.bytes);
    case kInt4:
      return widened<std::int32_t, std::uint32_t>(cell.bytes);
    case kInt2:
      return widened<std::int16_t, std::uint16_t>(cell.bytes);
    case kOid:
      return widened<std::uint32_t, std::uint32_t>(cell.bytes);
    case kBool:
      return widened<std::uint8_t, std::uint8_t>(cell.bytes);
    case kNumeric:
      if (const auto number = numeric_of(cell.bytes)) return integer_of(*number);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<double> real_of(const Cell& cell) noexcept {
  if (cell.type == kFloat8) {
    if (const auto bits = from_big_endian<std::uint64_t>(cell.bytes)) return std::bit_cast<double>(*bits);
    return std::nullopt;
  }
  if (cell.type == kFloat4) {
    if (const auto bits = from_big_endian<std::uint32_t>(cell.bytes)) {
      return static_cast<double>(std::bit_cast<float>(*bits));
    }
    return std::nullopt;
  }
  if (cell.type == kNumeric) {
    const auto number = numeric_of(cell.bytes);
    return number ? real_of(*number) : std::nullopt;
  }
  if (const auto whole = integer_of(cell)) return static_cast<double>(*whole);
  return std::nullopt;
}

std::optional<std::string_view> text_of(const Cell& cell) noexcept {
  const TypeId type = cell.type;
  if (type == kText || type == kVarchar || type == kChars || type == kName) return cell.bytes;
  return std::nullopt;
}

std::optional<std::string_view> blob_of(const Cell& cell) noexcept {
  if (cell.type == kBytea) return cell.bytes;
  return std::nullopt;
}

}  // namespace hinomi::store::sql::postgres
