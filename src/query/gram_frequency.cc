#include "query/gram_frequency.h"

#include <algorithm>
#include <array>

namespace hinomi::query {
namespace {

struct GramFrequency {
  std::uint32_t gram;
  std::uint8_t log2_per_million;
};

constexpr auto kFrequencies = std::to_array<GramFrequency>({
#include "query/gram_frequency.inc"
});
// By a hash of the gram, since a lookup stands in the innermost loop of building gates. Grams that share a
// place have the cost of the more frequent one.
constexpr int kPlaceBits = 16;
constexpr std::uint32_t place_of(std::uint32_t gram) noexcept {
  return (gram * 0x9E3779B1U) >> (32 - kPlaceBits);
}

constexpr auto kCosts = [] {
  std::array<std::uint8_t, 1U << kPlaceBits> costs{};
  for (const GramFrequency& f : kFrequencies) {
    costs[place_of(f.gram)] = std::max(costs[place_of(f.gram)], f.log2_per_million);
  }
  return costs;
}();

}  // namespace

std::uint32_t gram_cost(std::uint32_t gram) noexcept {
  return kCosts[place_of(gram)];
}

double literal_cost(std::string_view literal) noexcept {
  constexpr double kShortest = 20;  // log2 of one in one
  if (literal.size() < 4) return kShortest - 3.0 * static_cast<double>(literal.size());
  std::uint32_t best = ~0U;
  for (std::size_t at = 0; at + 4 <= literal.size(); ++at) {
    std::uint32_t gram = 0;
    __builtin_memcpy(&gram, literal.data() + at, 4);
    best = std::min(best, gram_cost(gram));
  }
  // Among equally rare ones the longer literal is the rarer.
  return static_cast<double>(best) - 0.05 * static_cast<double>(std::min<std::size_t>(literal.size(), 40));
}

}  // namespace hinomi::query
