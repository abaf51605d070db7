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
static_assert(std::is_sorted(kFrequencies.begin(), kFrequencies.end(),
                             [](const GramFrequency& a, const GramFrequency& b) { return a.gram < b.gram; }));

}  // namespace

std::uint32_t gram_cost(std::uint32_t gram) noexcept {
  const auto found = std::lower_bound(kFrequencies.begin(), kFrequencies.end(), gram,
                                      [](const GramFrequency& f, std::uint32_t g) { return f.gram < g; });
  return found != kFrequencies.end() && found->gram == gram ? found->log2_per_million : 0;
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
