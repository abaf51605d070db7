#include "govern/grants.h"

#include <algorithm>
#include <set>

#include "base/time.h"

namespace hinomi::govern {
namespace {

using store::sql::Connection;

constexpr std::size_t kMaxKept = 10'000;

constexpr std::string_view kAdministrator[] = {
    "account.manage",      "organisation.read",   "organisation.create", "organisation.change",
    "organisation.delete", "site.read",           "site.create",         "site.change",
    "site.delete",         "person.read",         "person.create",       "person.change",
    "person.delete",       "person.read_private", "post.read",           "post.create",
    "post.change",         "post.delete",         "holding.read",        "holding.create",
    "holding.change",      "holding.delete",      "assignment.read",     "assignment.create",
    "assignment.change",   "assignment.delete",   "role_setting.read",   "custom_field.read",
    "custom_field.create", "custom_field.change", "custom_field.delete", "settings.read",
    "settings.change",     "session.end",         "token.manage",        "job.read",
    "job.cancel",          "role.read",           "source.read",         "comment.create",
    "schedule.read",       "schedule.create",     "schedule.change",     "schedule.delete",
    "approval.read",       "approval.request",    "break_glass.read",    "assignment.put_in_force",
};
constexpr std::string_view kAuditor[] = {
    "audit.read",   "organisation.read", "site.read",         "person.read", "post.read",
    "holding.read", "assignment.read",   "role_setting.read", "role.read",   "break_glass.read",
    "job.read",     "schedule.read",     "approval.read",
};
constexpr std::string_view kMember[] = {
    "organisation.read", "site.read",         "post.read",         "holding.read",     "assignment.read",
    "role_setting.read", "role.read",         "custom_field.read", "saved_view.read",  "saved_view.create",
    "saved_view.change", "saved_view.delete", "notice.read",       "notice.mark_read",
};

template <std::size_t count>
std::vector<std::string> list(const std::string_view (&names)[count]) {
  return {std::begin(names), std::end(names)};
}

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

constexpr std::string_view kAssignments =
    "SELECT a.f_role, a.organisation, a.site, a.f_whole_group FROM r_assignment a WHERE a.deleted_at IS NULL "
    "AND COALESCE(a.f_in_force, 1)=1 AND (a.f_valid_from IS NULL OR a.f_valid_from<=?) AND (a.f_valid_until "
    "IS NULL OR a.f_valid_until>=?) "
    "AND (a.f_person=? OR a.f_post IN (SELECT h.f_post FROM r_holding h WHERE h.f_person=? AND h.deleted_at "
    "IS "
    "NULL AND (h.f_valid_from IS NULL OR h.f_valid_from<=?) AND (h.f_valid_until IS NULL OR "
    "h.f_valid_until>=?)))";

base::Result<std::vector<Held>> assignments_of(Connection& connection, const base::RecordId& person,
                                               const std::string& day) {
  auto statement = connection.prepare(kAssignments);
  if (!statement) return statement.error();
  (*statement)->bind(std::string_view(day)).bind(std::string_view(day));
  (*statement)->bind(person.as_bytes()).bind(person.as_bytes());
  (*statement)->bind(std::string_view(day)).bind(std::string_view(day));
  std::vector<Held> held;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return held;
    held.push_back(
        {std::string((*statement)->text(0)),
         reach_of((*statement)->integer(1), (*statement)->integer(2), (*statement)->integer(3) != 0)});
  }
}

// The organisation that a person who is there today belongs to.
base::Result<std::optional<std::int64_t>> home_of(Connection& connection, const base::RecordId& person,
                                                  const std::string& day) {
  auto statement = connection.prepare(
      "SELECT organisation FROM r_person WHERE id=? AND deleted_at IS NULL AND (f_leaves_on IS NULL OR "
      "f_leaves_on>=?)");
  if (!statement) return statement.error();
  (*statement)->bind(person.as_bytes()).bind(std::string_view(day));
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<std::int64_t> home;
  if (*found) home = (*statement)->integer(0);
  (*statement)->reset();
  return home;
}

}  // namespace

Bundles bundles_of(const content::RoleCatalogue& catalogue) {
  Bundles bundles;
  for (const content::Role& role : catalogue.roles()) bundles[role.code.to_string()] = role.permissions;
  bundles["administrator"] = list(kAdministrator);
  bundles["auditor"] = list(kAuditor);
  bundles["member"] = list(kMember);
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

// "2026-11-25": today in UTC; the day ends everywhere a few hours earlier or later than this.
std::string GrantBook::today() const {
  return base::format_rfc3339(clock_.now(), 0).substr(0, 10);
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
  const std::string day = today();
  const auto home = home_of(connection, person, day);
  if (!home) return home.error();
  if (!*home) return std::shared_ptr<const access::Grants>(std::move(grants));
  auto held = assignments_of(connection, person, day);
  if (!held) return held.error();
  held->push_back({"member", reach_of(**home, 0, false)});
  // Who works for an organisation belongs to it as well.
  for (std::size_t i = 0, end = held->size(); i < end; ++i) held->push_back({"member", (*held)[i].reach});
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
