// Values of PostgreSQL's binary format: exact for every type of the common SQL, and for what sums, counts and
// comparisons give. Not for types that the common SQL does not have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::store::sql::postgres {

// Object ids of built-in types; they are part of PostgreSQL's interface and never change.
using TypeId = std::uint32_t;
inline constexpr TypeId kUnknown = 0;
inline constexpr TypeId kBool = 16;
inline constexpr TypeId kBytea = 17;
inline constexpr TypeId kName = 19;
inline constexpr TypeId kInt8 = 20;
inline constexpr TypeId kInt2 = 21;
inline constexpr TypeId kInt4 = 23;
inline constexpr TypeId kText = 25;
inline constexpr TypeId kOid = 26;
inline constexpr TypeId kFloat4 = 700;
inline constexpr TypeId kFloat8 = 701;
inline constexpr TypeId kChars = 1042;
inline constexpr TypeId kVarchar = 1043;
inline constexpr TypeId kNumeric = 1700;

[[nodiscard]] std::string encoded(std::int64_t value);
[[nodiscard]] std::string encoded(double value);

struct Cell {
  TypeId type = kUnknown;
  std::string_view bytes;
};
// nullopt for another type, or a number that does not fit.
[[nodiscard]] std::optional<std::int64_t> integer_of(const Cell& cell) noexcept;
[[nodiscard]] std::optional<double> real_of(const Cell& cell) noexcept;
[[nodiscard]] std::optional<std::string_view> text_of(const Cell& cell) noexcept;
[[nodiscard]] std::optional<std::string_view> blob_of(const Cell& cell) noexcept;

}  // namespace hinomi::store::sql::postgres
