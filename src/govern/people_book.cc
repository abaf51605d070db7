#include "govern/people_book.h"

#include <algorithm>

namespace hinomi::govern {
namespace {

using store::sql::Connection;
using store::sql::Statement;

constexpr std::size_t kMaxRows = 1'000;

// Of a holding h: valid on a day that is bound twice, and of somebody who is there then, bound once more.
constexpr std::string_view kHeldToday =
    "h.deleted_at IS NULL AND (h.f_valid_from IS NULL OR h.f_valid_from<=?) AND (h.f_valid_until IS NULL OR "
    "h.f_valid_until>=?) AND h.f_person IN (SELECT p.id FROM r_person p WHERE p.deleted_at IS NULL AND "
    "(p.f_leaves_on IS NULL OR p.f_leaves_on>=?))";

void bind_day(Statement& statement, std::string_view day) {
  statement.bind(day).bind(day).bind(day);
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
  auto statement = connection.prepare(
      "SELECT f_name FROM r_person WHERE id=? AND deleted_at IS NULL AND (f_leaves_on IS NULL OR "
      "f_leaves_on>=?)");
  if (!statement) return statement.error();
  const std::string day = grants_.today();
  (*statement)->bind(person.as_bytes()).bind(std::string_view(day));
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<std::string> name;
  if (*found) name = std::string((*statement)->text(0));
  (*statement)->reset();
  return name;
}

base::Result<std::vector<work::Holder>> PeopleBook::holders_of(Connection& connection,
                                                               const base::RecordId& post) {
  auto statement =
      connection.prepare("SELECT h.f_person, COALESCE(h.f_acting, 0) FROM r_holding h WHERE h.f_post=? AND " +
                         std::string(kHeldToday));
  if (!statement) return statement.error();
  const std::string day = grants_.today();
  (*statement)->bind(post.as_bytes());
  bind_day(**statement, day);
  std::vector<work::Holder> holders;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return holders;
    const auto id = base::RecordId::from_bytes((*statement)->blob(0));
    if (id && holders.size() < kMaxRows) holders.push_back({*id, (*statement)->integer(1) != 0});
  }
}

base::Result<std::vector<base::RecordId>> PeopleBook::posts_of(Connection& connection,
                                                               const base::RecordId& person) {
  auto statement = connection.prepare(
      "SELECT h.f_post FROM r_holding h WHERE h.f_person=? AND COALESCE(h.f_acting, 0)=0 AND " +
      std::string(kHeldToday));
  if (!statement) return statement.error();
  const std::string day = grants_.today();
  (*statement)->bind(person.as_bytes());
  bind_day(**statement, day);
  return ids_of(**statement);
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
