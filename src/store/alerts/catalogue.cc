#include "store/alerts/catalogue.h"

#include <algorithm>
#include <span>

namespace hinomi::store::alerts {
namespace {

constexpr std::array<std::string_view, kLevels> kLevelNames{"informational", "low", "medium", "high",
                                                            "critical"};
constexpr std::array<std::string_view, kStatuses> kStatusNames{"new"};
constexpr std::array<std::string_view, kRealms> kRealmNames{"real", "demo", "exercise", "replay"};
constexpr std::array<std::string_view, kOrderKeys> kOrderNames{
    "opened", "level", "first_seen", "last_seen", "last_received", "count", "entity"};

constexpr std::uint64_t kSampledFront = 50;
constexpr std::uint64_t kSampledDoublings = kMaxSamples - kSampledFront;

template <typename Enum>
std::optional<Enum> parse(std::span<const std::string_view> names, std::string_view name) noexcept {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view name_of(Level level) noexcept {
  return kLevelNames[static_cast<std::size_t>(level)];
}
std::string_view name_of(Status status) noexcept {
  return kStatusNames[static_cast<std::size_t>(status)];
}
std::string_view name_of(base::Realm realm) noexcept {
  return kRealmNames[static_cast<std::size_t>(realm)];
}
std::optional<Level> parse_level(std::string_view name) noexcept {
  return parse<Level>(kLevelNames, name);
}
std::optional<Status> parse_status(std::string_view name) noexcept {
  return parse<Status>(kStatusNames, name);
}
std::optional<base::Realm> parse_realm(std::string_view name) noexcept {
  return parse<base::Realm>(kRealmNames, name);
}
std::optional<OrderKey> parse_order_key(std::string_view name) noexcept {
  return parse<OrderKey>(kOrderNames, name);
}

bool is_sampled(std::uint64_t ordinal) noexcept {
  if (ordinal <= kSampledFront) return ordinal > 0;
  for (std::uint64_t i = 1; i <= kSampledDoublings; ++i) {
    if (ordinal == kSampledFront << i) return true;
  }
  return false;
}

}  // namespace hinomi::store::alerts
