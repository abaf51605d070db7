// The rows that the role board is made of, read with few statements. A part of this module.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "govern/role_board.h"

namespace hinomi::govern {

// The days between which rows must be in force to be read; empty: no matter.
struct Window {
  std::string first;
  std::string last;
};

// Whether and how long a person is there.
struct Presence {
  bool exists = false;
  std::optional<std::string> joined_on;
  std::optional<std::string> leaves_on;
};

struct AssignmentRow {
  std::string role;
  Holder holder;  // without standing and held_by
  Presence person;
  bool post_exists = false;
};

struct HoldingRow {
  base::RecordId id{};
  base::RecordId post{};
  PostHolder holder;
  Presence person;
  base::OrganisationId organisation{};
  base::SiteId site{};
};

// What of the assignments is wanted.
struct RowsWanted {
  const access::Principal& who;
  std::optional<base::OrganisationId> organisation;
  std::optional<std::string> role;
  Window window;
};

using Holdings = std::multimap<base::RecordId, HoldingRow>;  // by post

// Those that the caller may read assignments of, by key, with the day that holds there.
[[nodiscard]] base::Result<std::vector<BoardOrganisation>> read_organisations(
    store::sql::Connection& connection, const access::Principal& who, base::TimeNs now);
// What may be read, and what is for the whole group wherever it was made.
[[nodiscard]] base::Result<std::vector<AssignmentRow>> read_assignments(store::sql::Connection& connection,
                                                                        const RowsWanted& wanted);
// Of all posts that any assignment names.
[[nodiscard]] base::Result<Holdings> read_holdings(store::sql::Connection& connection,
                                                   const RowsWanted& wanted);
[[nodiscard]] base::Result<std::vector<SettingOf>> read_settings(store::sql::Connection& connection,
                                                                 const RowsWanted& wanted);
// Posts that nobody, or only somebody acting, holds on `day`.
[[nodiscard]] base::Result<std::vector<OwnerlessPost>> read_empty_posts(store::sql::Connection& connection,
                                                                        const RowsWanted& wanted,
                                                                        const std::string& day,
                                                                        const std::string& today);

struct Activity {
  std::string entity;
  base::RecordId actor{};
  base::OrganisationId organisation{};
  base::SiteId site{};
  base::TimeNs at{};
};
[[nodiscard]] base::Result<std::vector<Activity>> read_activity(store::sql::Connection& connection,
                                                                base::Realm realm, std::int64_t changes);

// What one person is assigned to, by name or by a post they ever held; with their holdings.
struct PersonRows {
  std::string day;  // today where they belong
  std::vector<AssignmentRow> assignments;
  std::vector<HoldingRow> holdings;
};
[[nodiscard]] base::Result<PersonRows> read_person(store::sql::Connection& connection,
                                                   const access::Principal& who, const base::RecordId& person,
                                                   base::TimeNs now);

// "2026-11-25": the day that it is in a zone (IANA); an unknown one counts as UTC.
[[nodiscard]] std::string today_in(std::string_view zone, base::TimeNs now);
// The day that it is in each organisation that is there, by its key: whatever has a period begins and ends
// with the day of the place where it stands.
using Days = std::map<std::int64_t, std::string>;
[[nodiscard]] base::Result<Days> days_of(store::sql::Connection& connection, base::TimeNs now);

[[nodiscard]] Standing standing_of(const Presence& person, const std::string& day);
[[nodiscard]] Standing standing_of(const std::optional<std::string>& from,
                                   const std::optional<std::string>& until, const std::string& day);
// Whether `who` holds the permission at this place.
[[nodiscard]] bool may(const access::Principal& who, std::string_view permission,
                       base::OrganisationId organisation, base::SiteId site);

}  // namespace hinomi::govern
