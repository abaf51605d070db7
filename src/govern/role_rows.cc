#include "govern/role_rows.h"

#include <algorithm>

#include "access/decision.h"
#include "record/rows.h"
#include "work/calendar/time_zone.h"

namespace hinomi::govern {
namespace {

using schema::Value;
using store::sql::Connection;
using store::sql::Statement;

// A text of SQL with its values in order.
struct Sql {
  std::string text;
  std::vector<Value> values;

  Sql& add(std::string_view more) {
    text += more;
    return *this;
  }
  template <typename T>
  Sql& bind_value(T&& value) {
    values.emplace_back(std::forward<T>(value));
    return *this;
  }
  Sql& bind(const Value& value) { return bind_value(value); }
  Sql& bind(const std::string& value) { return bind_value(value); }
  Sql& bind(base::OrganisationId key) { return bind_value(static_cast<std::int64_t>(key)); }
  Sql& bind(base::Realm realm) { return bind_value(static_cast<std::int64_t>(realm)); }
  Sql& add(const access::RowFilter& filter) {
    text += filter.sql;
    for (const std::int64_t value : filter.values) values.emplace_back(value);
    return *this;
  }
  // In force at some day of the window.
  Sql& within(const Window& window, std::string_view from, std::string_view until) {
    if (window.first.empty()) return *this;
    add(" AND (").add(from).add(" IS NULL OR ").add(from).add("<=?)").bind(window.last);
    return add(" AND (").add(until).add(" IS NULL OR ").add(until).add(">=?)").bind(window.first);
  }
};

// Hands every row to `take`; limit_exceeded beyond `most`.
template <typename Take>
base::Result<void> each_row(Connection& connection, Sql sql, std::size_t most, const Take& take) {
  sql.add(" LIMIT " + std::to_string(most + 1));
  auto statement = connection.prepare(sql.text);
  if (!statement) return statement.error();
  for (const Value& value : sql.values) record::bind_value(**statement, value);
  for (std::size_t count = 0;; ++count) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return {};
    if (count == most) {
      (*statement)->reset();
      return base::Error{base::ErrorCode::limit_exceeded, "too many rows for one board", "", {}};
    }
    take(**statement);
  }
}

base::RecordId id_at(const Statement& row, int column) {
  const auto id = base::RecordId::from_bytes(row.blob(column));
  return id ? *id : base::RecordId{};
}
std::optional<std::string> text_at(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(std::string(row.text(column)));
}
std::optional<std::int64_t> integer_at(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}
base::OrganisationId organisation_at(const Statement& row, int column) {
  return static_cast<base::OrganisationId>(row.integer(column));
}
base::SiteId site_at(const Statement& row, int column) {
  return static_cast<base::SiteId>(row.integer(column));
}

// name, joined_on, leaves_on, deleted_at from `column` on.
Presence presence_at(const Statement& row, int column) {
  Presence person;
  person.exists = !row.is_null(column) && row.is_null(column + 3);
  person.joined_on = text_at(row, column + 1);
  person.leaves_on = text_at(row, column + 2);
  return person;
}

constexpr std::string_view kAssignmentColumns =
    "SELECT a.id, a.f_role, a.f_person, a.f_post, a.f_sourcing, a.f_deputy, a.f_whole_group, a.organisation, "
    "a.site, a.f_valid_from, a.f_valid_until, p.f_name, p.f_joined_on, p.f_leaves_on, p.deleted_at, "
    "q.f_name, q.deleted_at FROM (SELECT * FROM r_assignment WHERE deleted_at IS NULL AND vault=0 AND "
    "realm=?";
constexpr std::string_view kAssignmentJoins =
    ") a LEFT JOIN r_person p ON p.id=a.f_person AND p.vault=0 LEFT JOIN r_post q ON q.id=a.f_post AND "
    "q.vault=0 ORDER BY a.f_role, "
    "a.f_deputy, a.f_valid_from, a.id";

AssignmentRow assignment_at(const Statement& row) {
  AssignmentRow found;
  found.role = row.text(1);
  Holder& holder = found.holder;
  holder.assignment = id_at(row, 0);
  holder.is_post = !row.is_null(3);
  holder.id = id_at(row, holder.is_post ? 3 : 2);
  holder.sourcing = row.text(4) == "outsourced" ? Sourcing::outsourced : Sourcing::inhouse;
  holder.deputy = row.integer(5) != 0;
  holder.whole_group = row.integer(6) != 0;
  holder.organisation = organisation_at(row, 7);
  holder.site = site_at(row, 8);
  holder.from = text_at(row, 9);
  holder.until = text_at(row, 10);
  holder.title = row.text(holder.is_post ? 15 : 11);
  found.person = presence_at(row, 11);
  found.post_exists = !row.is_null(15) && row.is_null(16);
  return found;
}

constexpr std::string_view kHoldingColumns =
    "SELECT h.id, h.f_post, h.f_person, h.f_acting, h.f_valid_from, h.f_valid_until, h.organisation, h.site, "
    "p.f_name, p.f_joined_on, p.f_leaves_on, p.deleted_at FROM r_holding h JOIN r_person p ON "
    "p.id=h.f_person WHERE h.deleted_at IS NULL AND h.vault=0 AND p.vault=0 AND h.realm=?";

HoldingRow holding_at(const Statement& row) {
  HoldingRow found;
  found.id = id_at(row, 0);
  found.post = id_at(row, 1);
  found.holder.person = id_at(row, 2);
  found.holder.name = row.text(8);
  found.holder.acting = row.integer(3) != 0;
  found.holder.from = text_at(row, 4);
  found.holder.until = text_at(row, 5);
  found.organisation = organisation_at(row, 6);
  found.site = site_at(row, 7);
  found.person = presence_at(row, 8);
  return found;
}

// True for a row of a query on r_holding h and r_person p that is in force on the two days bound.
constexpr std::string_view kHeldOn =
    "(SELECT COUNT(*) FROM r_holding h JOIN r_person p ON p.id=h.f_person WHERE h.f_post=q.id AND h.vault=0 "
    "AND p.vault=0 AND "
    "h.deleted_at IS NULL AND p.deleted_at IS NULL AND (h.f_valid_from IS NULL OR h.f_valid_from<=?) AND "
    "(h.f_valid_until IS NULL OR h.f_valid_until>=?) AND (p.f_joined_on IS NULL OR p.f_joined_on<=?) AND "
    "(p.f_leaves_on IS NULL OR p.f_leaves_on>=?) AND h.f_acting=?)";

void held_on(Sql& sql, const std::string& day, bool acting) {
  sql.add(kHeldOn);
  for (int i = 0; i < 4; ++i) sql.bind(day);
  sql.bind(Value(acting));
}

}  // namespace

std::string today_in(std::string_view zone, base::TimeNs now) {
  const auto known = work::calendar::TimeZone::of(zone);
  return work::calendar::format_day((known ? *known : work::calendar::TimeZone()).local_day(now));
}

base::Result<Days> days_of(Connection& connection, base::TimeNs now) {
  auto statement =
      connection.prepare("SELECT f_key, f_time_zone FROM r_organisation WHERE deleted_at IS NULL");
  if (!statement) return statement.error();
  Days days;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return days;
    days[(*statement)->integer(0)] = today_in((*statement)->text(1), now);
  }
}

Standing standing_of(const std::optional<std::string>& from, const std::optional<std::string>& until,
                     const std::string& day) {
  if (until && *until < day) return Standing::ended;
  return from && *from > day ? Standing::future : Standing::current;
}

Standing standing_of(const Presence& person, const std::string& day) {
  if (!person.exists || (person.leaves_on && *person.leaves_on < day)) return Standing::left;
  return person.joined_on && *person.joined_on > day ? Standing::future : Standing::current;
}

bool may(const access::Principal& who, std::string_view permission, base::OrganisationId organisation,
         base::SiteId site) {
  access::ObjectView view;
  view.labels.organisation = organisation;
  view.labels.site = site;
  return access::decide(who, permission, permission, view) == access::Decision::allowed;
}

base::Result<std::vector<BoardOrganisation>> read_organisations(Connection& connection,
                                                                const access::Principal& who,
                                                                base::TimeNs now) {
  const bool all = who.kind == access::PrincipalKind::system;
  const access::Reach* const reach = who.grants == nullptr ? nullptr : who.grants->find("assignment.read");
  std::vector<BoardOrganisation> found;
  if (!all && reach == nullptr) return found;
  Sql sql;
  sql.add(
      "SELECT id, f_key, f_name, f_name_en, f_kind, f_time_zone FROM r_organisation WHERE deleted_at IS "
      "NULL AND f_key IS NOT NULL ORDER BY f_key");
  auto read = each_row(connection, std::move(sql), RoleBoard::kMaxOrganisations, [&](const Statement& row) {
    const base::OrganisationId key = organisation_at(row, 1);
    const bool readable = all || reach->everywhere ||
                          std::any_of(reach->places.begin(), reach->places.end(),
                                      [&](const access::Place& place) { return place.organisation == key; });
    if (!readable) return;
    found.push_back({.id = id_at(row, 0),
                     .key = key,
                     .name = std::string(row.text(2)),
                     .name_en = std::string(row.text(3)),
                     .is_supplier = row.text(4) == "supplier",
                     .day = today_in(row.text(5), now)});
  });
  if (!read) return read.error();
  return found;
}

base::Result<std::vector<AssignmentRow>> read_assignments(Connection& connection, const RowsWanted& wanted) {
  Sql sql;
  sql.add(kAssignmentColumns).bind(wanted.who.realm).add(" AND (f_whole_group=1 OR (");
  sql.add(access::RowFilter::of(wanted.who, "assignment.read", false));
  if (wanted.organisation) sql.add(" AND organisation=?").bind(*wanted.organisation);
  sql.add("))");
  if (wanted.role) sql.add(" AND f_role=?").bind(*wanted.role);
  sql.within(wanted.window, "f_valid_from", "f_valid_until").add(kAssignmentJoins);
  std::vector<AssignmentRow> rows;
  auto read = each_row(connection, std::move(sql), RoleBoard::kMaxRows,
                       [&](const Statement& row) { rows.push_back(assignment_at(row)); });
  if (!read) return read.error();
  return rows;
}

base::Result<Holdings> read_holdings(Connection& connection, const RowsWanted& wanted) {
  Sql sql;
  sql.add(kHoldingColumns).bind(wanted.who.realm);
  sql.add(
      " AND h.f_post IN (SELECT f_post FROM r_assignment WHERE f_post IS NOT NULL AND deleted_at IS NULL");
  if (wanted.role) sql.add(" AND f_role=?").bind(*wanted.role);
  sql.add(")").within(wanted.window, "h.f_valid_from", "h.f_valid_until");
  sql.add(" ORDER BY h.f_post, h.f_acting, h.f_valid_from, h.id");
  Holdings holdings;
  auto read = each_row(connection, std::move(sql), RoleBoard::kMaxRows, [&](const Statement& row) {
    HoldingRow one = holding_at(row);
    holdings.emplace(one.post, std::move(one));
  });
  if (!read) return read.error();
  return holdings;
}

base::Result<std::vector<SettingOf>> read_settings(Connection& connection, const RowsWanted& wanted) {
  Sql sql;
  sql.add(
      "SELECT id, version, organisation, f_role, f_maturity_as_is, f_maturity_to_be, f_area, f_not_needed, "
      "f_remark FROM r_role_setting WHERE deleted_at IS NULL AND realm=?");
  sql.bind(wanted.who.realm).add(" AND ");
  sql.add(access::RowFilter::of(wanted.who, "role_setting.read", false));
  if (wanted.organisation) sql.add(" AND organisation=?").bind(*wanted.organisation);
  if (wanted.role) sql.add(" AND f_role=?").bind(*wanted.role);
  sql.add(" ORDER BY organisation, f_role");
  std::vector<SettingOf> settings;
  // What nobody reads of a board of all roles stays where it is.
  const bool with_remark = wanted.role.has_value();
  auto read = each_row(connection, std::move(sql), RoleBoard::kMaxRows, [&](const Statement& row) {
    SettingOf one;
    one.id = id_at(row, 0);
    one.version = row.integer(1);
    one.organisation = organisation_at(row, 2);
    one.setting.role = row.text(3);
    one.setting.maturity_as_is = integer_at(row, 4);
    one.setting.maturity_to_be = integer_at(row, 5);
    one.setting.area = text_at(row, 6);
    one.setting.not_needed = row.integer(7) != 0;
    if (with_remark) one.setting.remark = text_at(row, 8);
    settings.push_back(std::move(one));
  });
  if (!read) return read.error();
  return settings;
}

base::Result<std::vector<OwnerlessPost>> read_empty_posts(Connection& connection, const RowsWanted& wanted,
                                                          const std::string& day, const std::string& today) {
  Sql sql;
  sql.add("SELECT q.id, q.f_name, q.organisation, q.site, ");
  held_on(sql, today, false);
  sql.add(", ");
  held_on(sql, day, true);
  sql.add(" FROM (SELECT * FROM r_post WHERE deleted_at IS NULL AND realm=?").bind(wanted.who.realm);
  sql.add(" AND ").add(access::RowFilter::of(wanted.who, "post.read", false));
  if (wanted.organisation) sql.add(" AND organisation=?").bind(*wanted.organisation);
  sql.add(") q WHERE ");
  held_on(sql, day, false);
  sql.add("=0 ORDER BY q.organisation, q.f_name, q.id");
  std::vector<OwnerlessPost> posts;
  auto read = each_row(connection, std::move(sql), RoleBoard::kMaxRows, [&](const Statement& row) {
    if (!may(wanted.who, "holding.read", organisation_at(row, 2), site_at(row, 3))) return;
    posts.push_back({.post = id_at(row, 0),
                     .title = std::string(row.text(1)),
                     .organisation = organisation_at(row, 2),
                     .acting_only = row.integer(5) > 0,
                     .held_today = row.integer(4) > 0,
                     .roles = {}});
  });
  if (!read) return read.error();
  return posts;
}

base::Result<std::vector<Activity>> read_activity(Connection& connection, base::Realm realm,
                                                  std::int64_t changes) {
  Sql sql;
  sql.add(
      "SELECT entity, actor, organisation, site, MAX(at) FROM record_change WHERE seq>(SELECT "
      "COALESCE(MAX(seq), 0) FROM record_change)-? AND owner IS NULL AND vault=0 AND realm=? GROUP BY "
      "entity, actor, "
      "organisation, site ORDER BY 5 DESC");
  sql.bind(Value(changes)).bind(realm);
  std::vector<Activity> found;
  auto read =
      each_row(connection, std::move(sql), static_cast<std::size_t>(changes), [&](const Statement& row) {
        found.push_back({.entity = std::string(row.text(0)),
                         .actor = id_at(row, 1),
                         .organisation = organisation_at(row, 2),
                         .site = site_at(row, 3),
                         .at = base::TimeNs{row.integer(4)}});
      });
  if (!read) return read.error();
  return found;
}

base::Result<PersonRows> read_person(Connection& connection, const access::Principal& who,
                                     const base::RecordId& person, base::TimeNs now) {
  PersonRows rows;
  Sql home;
  home.add(
      "SELECT o.f_time_zone FROM r_person p LEFT JOIN r_organisation o ON COALESCE(o.f_key, "
      "-9223372036854775807)=p.organisation AND o.deleted_at IS NULL WHERE p.id=?");
  home.bind(Value(person));
  auto read = each_row(connection, std::move(home), 1,
                       [&](const Statement& row) { rows.day = today_in(row.text(0), now); });
  if (!read) return read.error();
  if (rows.day.empty()) return rows;
  const bool self = who.id == person;
  Sql assigned;
  assigned.add(kAssignmentColumns).bind(who.realm).add(" AND (f_person=? OR f_post IN (SELECT f_post FROM ");
  assigned.bind(Value(person)).add("r_holding WHERE f_person=? AND deleted_at IS NULL))").bind(Value(person));
  if (!self) assigned.add(" AND ").add(access::RowFilter::of(who, "assignment.read", false));
  assigned.within({rows.day, rows.day}, "f_valid_from", "f_valid_until").add(kAssignmentJoins);
  read = each_row(connection, std::move(assigned), RoleBoard::kMaxPersonRows,
                  [&](const Statement& row) { rows.assignments.push_back(assignment_at(row)); });
  if (!read) return read.error();
  Sql held;
  held.add(kHoldingColumns).bind(who.realm).add(" AND h.f_person=?").bind(Value(person));
  held.within({rows.day, rows.day}, "h.f_valid_from", "h.f_valid_until").add(" ORDER BY h.f_acting, h.id");
  read = each_row(connection, std::move(held), RoleBoard::kMaxPersonRows, [&](const Statement& row) {
    HoldingRow one = holding_at(row);
    if (self || may(who, "holding.read", one.organisation, one.site)) rows.holdings.push_back(std::move(one));
  });
  if (!read) return read.error();
  return rows;
}

}  // namespace hinomi::govern
