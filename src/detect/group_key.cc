#include "detect/group_key.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace hinomi::detect {

bool append_group_key(std::string& key, std::span<const std::uint32_t> indexes,
                      std::span<const CapturedValue> captures) {
  for (const std::uint32_t index : indexes) {
    if (index >= captures.size() || !captures[index].present) return false;
    const std::size_t start = key.size();
    base::append_folded(key, captures[index].text);
    // The length comes last, so that a key is read backwards without doubt; modulo 2^32 is as unambiguous,
    // since the lengths must add up to the size of the key.
    const auto length = static_cast<std::uint32_t>(key.size() - start);
    for (int shift = 0; shift < 32; shift += 8) key += static_cast<char>((length >> shift) & 0xFFU);
  }
  return true;
}

std::optional<double> decimal_number(std::string_view text) noexcept {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace hinomi::detect
