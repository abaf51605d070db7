#include "properties/seed.h"

#include <cstdio>
#include <cstdlib>

namespace hinomi::properties {

std::uint64_t seed() {
  static const std::uint64_t chosen = [] {
    const char* const given = std::getenv("HINOMI_PROPERTY_SEED");
    const std::uint64_t number =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    std::printf("properties: HINOMI_PROPERTY_SEED=%llu\n", static_cast<unsigned long long>(number));
    return number;
  }();
  return chosen;
}

}  // namespace hinomi::properties
