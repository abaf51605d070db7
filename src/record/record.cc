#include "record/record.h"

#include <algorithm>
#include <iterator>

namespace hinomi::record {
namespace {

constexpr std::string_view kTlpNames[] = {"none", "clear", "green", "amber", "amber+strict", "red"};

}  // namespace

std::string_view name_of(Tlp tlp) noexcept {
  return kTlpNames[static_cast<std::size_t>(tlp)];
}

std::optional<Tlp> parse_tlp(std::string_view name) noexcept {
  const auto found = std::find(std::begin(kTlpNames), std::end(kTlpNames), name);
  if (found == std::end(kTlpNames)) return std::nullopt;
  return static_cast<Tlp>(found - std::begin(kTlpNames));
}

}  // namespace hinomi::record
