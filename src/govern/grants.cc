#include "govern/grants.h"

#include <algorithm>
#include <map>

#include "base/time.h"
#include "govern/role_rows.h"

namespace hinomi::govern {
namespace {

using store::sql::Connection;
using store::sql::Statement;

constexpr std::size_t kMaxKept = 10'000;

// Where one assignment holds.
struct Held {
  std::string role;
  access::Reach reach;
};

access::Reach reach_of(std::int64_t organisation, std::int64_t site, bool whole_group) {
  access::Reach reach;
  reach.everywhere = whole_group;
  if (!whole_group)
    reach.add(access::Place{static_cast<base::OrganisationId>(organisation),
                            site == 0 ? std::nullopt : std::optional(static_cast<base::SiteId>(site))});
  return reach;
}

// Whether a period, open where a column is NULL, holds the day.
bool holds(const Statement& row, int from, const std::string& day) {
  return (row.is_null(from) || row.text(from) <= day) && (row.is_null(from + 1) || row.text(from + 1) >= day);
}

// Directly, and by each post that the person holds or held.
constexpr std::string_view kAssignments =
    "SELECT a.f_role, a.organisation, a.site, a.f_whole_group, a.f_valid_from, a.f_valid_until, CAST(NULL AS "
    "TEXT), "
    "CAST(NULL AS TEXT) FROM r_assignment a WHERE a.deleted_at IS NULL AND COALESCE(a.f_in_force, 1)=1 AND "
    "a.f_person=? UNION ALL "
    "SELECT a.f_role, a.organisation, a.site, a.f_whole_group, a.f_valid_from, a.f_valid_until, "
    "h.f_valid_from, "
    "h.f_valid_until FROM r_assignment a JOIN r_holding h ON h.f_post=a.f_post AND h.deleted_at IS NULL "
    "WHERE "
    "a.deleted_at IS NULL AND COALESCE(a.f_in_force, 1)=1 AND h.f_person=?";

base::Result<std::vector<Held>> assignments_of(Connection& connection, const base::RecordId& person,
                                               const Days& days) {
  constexpr int kPeriod = 4;
  constexpr int kPeriodOfPost = 6;
  auto statement = connection.prepare(kAssignments);
  if (!statement) return statement.error();
  (*statement)->bind(person.as_bytes()).bind(person.as_bytes());
  std::vector<Held> held;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return held;
    const Statement& row = **statement;
    const auto day = days.find(row.integer(1));
    // What an organisation that is gone gave is gone with it.
    if (day == days.end() || !holds(row, kPeriod, day->second) || !holds(row, kPeriodOfPost, day->second))
      continue;
    held.push_back({std::string(row.text(0)), reach_of(row.integer(1), row.integer(2), row.integer(3) != 0)});
  }
}

// The organisation that a person who is there today belongs to.
base::Result<std::optional<std::int64_t>> home_of(Connection& connection, const base::RecordId& person,
                                                  const Days& days) {
  auto statement =
      connection.prepare("SELECT organisation, f_leaves_on FROM r_person WHERE id=? AND deleted_at IS NULL");
  if (!statement) return statement.error();
  (*statement)->bind(person.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<std::int64_t> home;
  if (*found) {
    const auto day = days.find((*statement)->integer(0));
    const bool is_there =
        day != days.end() && ((*statement)->is_null(1) || (*statement)->text(1) >= day->second);
    if (is_there) home = (*statement)->integer(0);
  }
  (*statement)->reset();
  return home;
}

}  // namespace

Bundles bundles_of(const content::RoleCatalogue& catalogue, const content::BundleTable& others) {
  Bundles bundles;
  for (const content::Bundle& bundle : others.bundles()) bundles[bundle.key] = bundle.permissions;
  for (const content::Role& role : catalogue.roles()) bundles[role.code.to_string()] = role.permissions;
  return bundles;
}

base::Result<std::shared_ptr<const access::Grants>> GrantBook::grants_of(const base::RecordId& person) {
  const auto now = clock_.steady();
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(person);
    if (found != kept_.end() && now - found->second.at < kStale) return found->second.grants;
  }
  auto grants = compute(person);
  if (!grants) return grants;
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= kMaxKept) kept_.clear();
  kept_[person] = {*grants, now};
  return grants;
}

std::vector<std::string> GrantBook::roles_with(std::string_view permission) const {
  std::vector<std::string> roles;
  for (const auto& [role, permissions] : bundles_)
    if (std::find(permissions.begin(), permissions.end(), permission) != permissions.end())
      roles.push_back(role);
  return roles;
}

base::Result<std::shared_ptr<const access::Grants>> GrantBook::compute(const base::RecordId& person) {
  std::shared_ptr<const access::Grants> grants;
  const auto read = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    auto found = grants_in(connection, person);
    if (!found) return found.error();
    grants = std::move(*found);
    return {};
  });
  if (!read) return read.error();
  return grants;
}

base::Result<std::shared_ptr<const access::Grants>> GrantBook::grants_in(Connection& connection,
                                                                         const base::RecordId& person) const {
  auto grants = std::make_shared<access::Grants>();
  const auto days = days_of(connection, clock_.now());
  if (!days) return days.error();
  const auto home = home_of(connection, person, *days);
  if (!home) return home.error();
  if (!*home) return std::shared_ptr<const access::Grants>(std::move(grants));
  auto held = assignments_of(connection, person, *days);
  if (!held) return held.error();
  held->push_back({std::string(content::kMemberBundle), reach_of(**home, 0, false)});
  // Who works for an organisation belongs to it as well.
  for (std::size_t i = 0, end = held->size(); i < end; ++i)
    held->push_back({std::string(content::kMemberBundle), (*held)[i].reach});
  for (const Held& one : *held) {
    const auto bundle = bundles_.find(one.role);
    if (bundle == bundles_.end()) continue;
    for (const std::string& permission : bundle->second) grants->add(permission, one.reach);
  }
  if (auto added = add_emergency(connection, person, *grants); !added) return added.error();
  return std::shared_ptr<const access::Grants>(std::move(grants));
}

base::Result<void> GrantBook::add_emergency(Connection& connection, const base::RecordId& person,
                                            access::Grants& grants) const {
  auto statement = connection.prepare(
      "SELECT id, organisation, f_role FROM r_break_glass WHERE f_person=? AND f_state='open' AND "
      "f_starts_at<=? AND f_ends_at>? AND deleted_at IS NULL");
  if (!statement) return statement.error();
  const std::int64_t now = clock_.now().since_epoch_ns;
  (*statement)->bind(person.as_bytes()).bind(now).bind(now);
  const auto found = (*statement)->step();
  if (!found) return found.error();
  if (!*found) return {};
  const auto id = base::RecordId::from_bytes((*statement)->blob(0));
  const std::int64_t organisation = (*statement)->integer(1);
  const std::string role((*statement)->text(2));
  (*statement)->reset();
  const access::Reach reach = reach_of(organisation, 0, false);
  for (const auto& [name, permissions] : bundles_) {
    if (!role.empty() && name != role) continue;
    for (const std::string& permission : permissions)
      if (permission.ends_with(".read") && !permission.starts_with("vault.")) grants.add(permission, reach);
  }
  grants.set_emergency({id.value_or(base::RecordId{}), static_cast<base::OrganisationId>(organisation)});
  return {};
}

}  // namespace hinomi::govern
