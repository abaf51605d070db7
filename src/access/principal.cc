#include "access/principal.h"

#include <algorithm>

namespace hinomi::access {

std::string_view name_of(PrincipalKind kind) noexcept {
  switch (kind) {
    case PrincipalKind::staff:
      return "staff";
    case PrincipalKind::employee:
      return "employee";
    case PrincipalKind::guest:
      return "guest";
    case PrincipalKind::service:
      return "service";
    case PrincipalKind::agent:
      return "agent";
    case PrincipalKind::system:
      return "system";
  }
  return "";
}

void Reach::add(const Place& place) {
  const auto at = std::lower_bound(places.begin(), places.end(), place);
  if (at == places.end() || *at != place) places.insert(at, place);
}

void Reach::add(const Reach& other) {
  everywhere = everywhere || other.everywhere;
  for (const Place& place : other.places) add(place);
}

bool Reach::holds(base::OrganisationId organisation, base::SiteId site) const noexcept {
  return everywhere || std::any_of(places.begin(), places.end(), [&](const Place& place) {
           return place.organisation == organisation && (!place.site || *place.site == site);
         });
}

void Grants::add(std::string_view permission, const Reach& reach) {
  if (reach.is_empty()) return;
  const auto found = reaches_.find(permission);
  if (found == reaches_.end()) {
    reaches_.emplace(std::string(permission), reach);
  } else {
    found->second.add(reach);
  }
}

const Reach* Grants::find(std::string_view permission) const noexcept {
  const auto found = reaches_.find(permission);
  return found == reaches_.end() ? nullptr : &found->second;
}

namespace {

// A place of both: the narrower of two that overlap.
Reach common_reach(const Reach& a, const Reach& b) {
  if (a.everywhere) return b;
  if (b.everywhere) return a;
  Reach both;
  for (const Place& one : a.places)
    for (const Place& other : b.places) {
      if (one.organisation != other.organisation) continue;
      if (!one.site || one.site == other.site)
        both.add(other);
      else if (!other.site)
        both.add(one);
    }
  return both;
}

}  // namespace

Grants Grants::common(const Grants& a, const Grants& b) {
  Grants both;
  for (const auto& [permission, reach] : a.reaches_)
    if (const Reach* const other = b.find(permission)) both.add(permission, common_reach(reach, *other));
  both.emergency_ = a.emergency_ ? a.emergency_ : b.emergency_;
  return both;
}

Principal narrowed(Principal principal, std::string_view permission, std::string_view by) {
  if (principal.grants == nullptr) return principal;
  auto grants = std::make_shared<Grants>();
  for (const auto& [name, reach] : principal.grants->all())
    if (name != permission) grants->add(name, reach);
  const Reach* const held = principal.grants->find(permission);
  const Reach* const other = principal.grants->find(by);
  if (held != nullptr && other != nullptr) grants->add(permission, common_reach(*held, *other));
  principal.grants = std::move(grants);
  return principal;
}

Principal system_principal() {
  Principal system;
  system.kind = PrincipalKind::system;
  system.name = "hinomi";
  system.is_human = false;
  return system;
}

}  // namespace hinomi::access
