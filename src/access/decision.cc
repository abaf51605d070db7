#include "access/decision.h"

#include <algorithm>

namespace hinomi::access {
namespace {

bool is_member(const Principal& principal, base::VaultId vault) noexcept {
  return vault == base::VaultId{} ||
         std::find(principal.vaults.begin(), principal.vaults.end(), vault) != principal.vaults.end();
}

bool allows(const Principal& principal, std::string_view permission, const ObjectView& object) {
  if (!is_member(principal, object.labels.vault)) return false;
  if (principal.kind == PrincipalKind::system) return true;
  if (object.owner && *object.owner != principal.id) return false;
  if (principal.grants == nullptr) return false;
  const Reach* const reach = principal.grants->find(permission);
  if (reach == nullptr) return false;
  if (object.itself && !permission.ends_with(".read")) return reach->holds(*object.itself, {});
  return object.of_all_organisations || reach->holds(object.labels.organisation, object.labels.site);
}

}  // namespace

bool has_stepped_up(const Principal& principal, base::TimeNs now) noexcept {
  if (principal.kind == PrincipalKind::system) return true;
  return principal.proved_at && principal.proved_at->since_epoch_ns <= now.since_epoch_ns &&
         now.since_epoch_ns - principal.proved_at->since_epoch_ns <= kStepUpNs;
}

Decision decide(const Principal& principal, std::string_view permission, std::string_view read_permission,
                const ObjectView& object) {
  if (!allows(principal, read_permission, object)) return Decision::hidden;
  return allows(principal, permission, object) ? Decision::allowed : Decision::refused;
}

bool holds_anywhere(const Principal& principal, std::string_view permission) {
  if (principal.kind == PrincipalKind::system) return true;
  return principal.grants != nullptr && principal.grants->find(permission) != nullptr;
}

RowFilter RowFilter::of(const Principal& principal, std::string_view permission, bool of_all_organisations) {
  const Reach* const reach = principal.grants == nullptr ? nullptr : principal.grants->find(permission);
  const bool is_system = principal.kind == PrincipalKind::system;
  if (!is_system && (reach == nullptr || reach->is_empty())) return {"1=0", {}};
  RowFilter filter;
  filter.sql = "(vault=0";
  for (const base::VaultId vault : principal.vaults) {
    filter.sql += " OR vault=?";
    filter.values.push_back(static_cast<std::int64_t>(vault));
  }
  filter.sql += ")";
  if (is_system || reach->everywhere || of_all_organisations) return filter;
  std::string places;
  for (const Place& place : reach->places) {
    if (!places.empty()) places += " OR ";
    filter.values.push_back(static_cast<std::int64_t>(place.organisation));
    if (place.site) {
      places += "(organisation=? AND site=?)";
      filter.values.push_back(static_cast<std::int64_t>(*place.site));
    } else {
      places += "organisation=?";
    }
  }
  filter.sql += " AND (" + places + ")";
  return filter;
}

}  // namespace hinomi::access
