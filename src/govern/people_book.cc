#include "govern/people_book.h"

#include <algorithm>
#include <string>

#include "govern/role_rows.h"

namespace hinomi::govern {
namespace {

using store::sql::Connection;
using store::sql::Statement;

constexpr std::size_t kMaxRows = 1'000;

// Who holds what, with both periods: the first five columns of a row.
constexpr std::string_view kHeld =
    "SELECT h.organisation, h.f_valid_from, h.f_valid_until, p.organisation, p.f_leaves_on, h.f_person, "
    "h.f_post, COALESCE(h.f_acting, 0) FROM r_holding h JOIN r_person p ON p.id=h.f_person WHERE "
    "h.deleted_at "
    "IS NULL AND p.deleted_at IS NULL AND ";

// Whether the end, in the column, has not passed on the day of an organisation; never where that is gone.
bool not_over(const Statement& row, int column, const Days& days, std::int64_t organisation) {
  const auto day = days.find(organisation);
  return day != days.end() && (row.is_null(column) || row.text(column) >= day->second);
}

// A row of kHeld: the holding is valid today where it stands, and its person is there today where they
// belong.
bool holds_today(const Statement& row, const Days& days) {
  const auto day = days.find(row.integer(0));
  if (day == days.end() || (!row.is_null(1) && row.text(1) > day->second)) return false;
  return not_over(row, 2, days, row.integer(0)) && not_over(row, 4, days, row.integer(3));
}

base::Result<std::vector<base::RecordId>> ids_of(Statement& statement) {
  std::vector<base::RecordId> ids;
  for (;;) {
    const auto found = statement.step();
    if (!found) return found.error();
    if (!*found) return ids;
    if (const auto id = base::RecordId::from_bytes(statement.blob(0)); id && ids.size() < kMaxRows)
      ids.push_back(*id);
  }
}

}  // namespace

base::Result<std::optional<std::string>> PeopleBook::name_of(Connection& connection,
                                                             const base::RecordId& person) {
  const auto days = days_of(connection, grants_.clock().now());
  if (!days) return days.error();
  auto statement = connection.prepare(
      "SELECT f_name, organisation, f_leaves_on FROM r_person WHERE id=? AND deleted_at IS NULL");
  if (!statement) return statement.error();
  (*statement)->bind(person.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<std::string> name;
  if (*found && not_over(**statement, 2, *days, (*statement)->integer(1)))
    name = std::string((*statement)->text(0));
  (*statement)->reset();
  return name;
}

base::Result<std::vector<work::Holder>> PeopleBook::holders_of(Connection& connection,
                                                               const base::RecordId& post) {
  const auto days = days_of(connection, grants_.clock().now());
  if (!days) return days.error();
  auto statement = connection.prepare(std::string(kHeld) + "h.f_post=?");
  if (!statement) return statement.error();
  (*statement)->bind(post.as_bytes());
  std::vector<work::Holder> holders;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return holders;
    if (!holds_today(**statement, *days)) continue;
    const auto id = base::RecordId::from_bytes((*statement)->blob(5));
    if (id && holders.size() < kMaxRows) holders.push_back({*id, (*statement)->integer(7) != 0});
  }
}

base::Result<std::vector<base::RecordId>> PeopleBook::posts_of(Connection& connection,
                                                               const base::RecordId& person) {
  const auto days = days_of(connection, grants_.clock().now());
  if (!days) return days.error();
  auto statement = connection.prepare(std::string(kHeld) + "h.f_person=? AND COALESCE(h.f_acting, 0)=0");
  if (!statement) return statement.error();
  (*statement)->bind(person.as_bytes());
  std::vector<base::RecordId> posts;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return posts;
    if (!holds_today(**statement, *days)) continue;
    const auto id = base::RecordId::from_bytes((*statement)->blob(6));
    if (id && posts.size() < kMaxRows) posts.push_back(*id);
  }
}

base::Result<std::optional<base::RecordId>> PeopleBook::superior_of(Connection& connection,
                                                                    const base::RecordId& post) {
  auto statement = connection.prepare("SELECT f_superior FROM r_post WHERE id=? AND deleted_at IS NULL");
  if (!statement) return statement.error();
  (*statement)->bind(post.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<base::RecordId> above;
  if (*found) above = base::RecordId::from_bytes((*statement)->blob(0));
  (*statement)->reset();
  return above;
}

// Everybody with an assignment to a role of the permission, then judged one by one: an assignment may be for
// a site, another organisation or another day.
base::Result<std::vector<base::RecordId>> PeopleBook::who_may(Connection& connection,
                                                              std::string_view permission,
                                                              base::OrganisationId organisation) {
  const std::vector<std::string> roles = grants_.roles_with(permission);
  if (roles.empty()) return std::vector<base::RecordId>();
  std::string places = "?";
  for (std::size_t i = 1; i < roles.size(); ++i) places += ",?";
  const std::string of_role = "a.deleted_at IS NULL AND a.f_role IN (" + places +
                              ") AND (a.organisation=? OR COALESCE(a.f_whole_group, 0)=1)";
  auto statement = connection.prepare(
      "SELECT a.f_person FROM r_assignment a WHERE a.f_person IS NOT NULL AND " + of_role +
      " UNION SELECT h.f_person FROM r_assignment a, r_holding h WHERE h.f_post=a.f_post AND h.deleted_at IS "
      "NULL AND " +
      of_role);
  if (!statement) return statement.error();
  for (int half = 0; half < 2; ++half) {
    for (const std::string& role : roles) (*statement)->bind(std::string_view(role));
    (*statement)->bind(static_cast<std::int64_t>(organisation));
  }
  const auto candidates = ids_of(**statement);
  if (!candidates) return candidates.error();
  std::vector<base::RecordId> people;
  for (const base::RecordId& candidate : *candidates) {
    const auto grants = grants_.grants_in(connection, candidate);
    if (!grants) return grants.error();
    const access::Reach* const reach = (*grants)->find(permission);
    if (reach != nullptr && reach->holds(organisation, {})) people.push_back(candidate);
    if (people.size() >= work::kMaxAsked) break;
  }
  return people;
}

}  // namespace hinomi::govern
