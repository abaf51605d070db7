// The labels that every event, finding and record carries (ARCHITECTURE.md, labels): whose it is, where it
// came from, how closed it is, and whether it is real. Small ids; the names behind them live in the record
// store.
#pragma once

#include <cstdint>

namespace hinomi::base {

enum class Zone : std::uint8_t { it, ot, cloud };
enum class Realm : std::uint8_t { real, demo, exercise, replay };
enum class OrganisationId : std::uint32_t {};
enum class SiteId : std::uint32_t {};
enum class OperatorId : std::uint32_t {};
enum class VaultId : std::uint32_t {};
enum class DataClass : std::uint8_t { ordinary, personal, confidential, sealed };

struct Labels {
  OrganisationId organisation{};
  SiteId site{};
  OperatorId operated_by{};
  VaultId vault{};
  Zone zone = Zone::it;
  DataClass data_class = DataClass::ordinary;
  Realm realm = Realm::real;
  friend bool operator==(const Labels&, const Labels&) = default;
};

}  // namespace hinomi::base
