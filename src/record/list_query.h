// What a list asks for, and its SQL. Values are only ever bound; names come from declarations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/decision.h"
#include "base/result.h"
#include "record/record.h"
#include "store/sql/database.h"

namespace hinomi::record {

inline constexpr std::size_t kMaxPage = 500;
inline constexpr std::size_t kMaxConditions = 20;
inline constexpr std::size_t kMaxValues = 100;  // of one condition
inline constexpr std::int64_t kMaxOffset = 1'000'000;
inline constexpr std::int64_t kCountLimit = 1'000'000;  // more are "at least so many"

enum class Operator : std::uint8_t {
  is,      // any of the values
  is_not,  // none of the values
  less,    // <, <=, >, >= one value
  at_most,
  greater,
  at_least,
  has,    // texts: holds it, whatever case, width or kana
  empty,  // no values: has none
  not_empty,
};

struct Condition {
  std::size_t field = 0;  // index in the entity's fields
  Operator op = Operator::is;
  std::vector<schema::Value> values;
};

// On a custom field, by its text ("true", "5"): is, is_not, has (whatever case of ASCII), empty, not_empty.
struct CustomCondition {
  std::string name;
  Operator op = Operator::is;
  std::vector<std::string> values;
};

struct ListQuery {
  std::vector<Condition> conditions;    // all of them
  std::vector<CustomCondition> custom;  // all of them
  std::string text;                     // full-text search; empty: none
  std::vector<std::string> tags;        // all of them
  std::vector<base::RecordId> ids;      // any of them; empty: no matter
  std::optional<base::OrganisationId> organisation;
  std::optional<base::SiteId> site;
  std::optional<base::Realm> realm = base::Realm::real;  // nullopt: all
  std::optional<base::TimeNs> changed_since;
  bool deleted = false;  // only deleted ones, in place of the others; needs <entity>.delete
  // By a field, nullopt: by the time of the last change; then by id.
  std::optional<std::size_t> sort;
  bool descending = false;
  std::size_t limit = 50;
  std::int64_t offset = 0;
  std::string after;  // cursor of an earlier page; in place of the offset
  bool wants_total = true;
};

struct Page {
  std::vector<Record> records;
  std::string next;         // cursor; empty: no more
  std::int64_t total = -1;  // -1: not asked for
  bool total_is_exact = true;
};

struct FacetValue {
  schema::Value value;
  std::int64_t count = 0;
};

// Parameters of a request: "name=佐藤", "state=open,closed", "due.lt=2026-12-01T00:00:00Z", "name.has=…",
// "name.empty=true", "q=…", "tag=…", "sort=-due", "limit=", "offset=", "after=", "deleted=true",
// "organisation=", "site=", "realm=any", "custom.cost_centre=", "custom.cost_centre.has=". Faults name what
// is unknown or wrong.
struct Parameter {
  std::string name;
  std::string value;
};
struct ReadQuery {
  ListQuery query;
  std::vector<Fault> faults;
};
[[nodiscard]] ReadQuery read_query(const schema::Entity& entity, const std::vector<Parameter>& parameters);

// The comparisons that lists know of a field, as they stand behind the point: "" (is one of), "not", "has" …
// Empty: lists are not filtered by it.
[[nodiscard]] std::vector<std::string_view> comparisons_of(const schema::Field& field);
// Whether lists may be in the order of a field.
[[nodiscard]] bool may_sort(const schema::Field& field) noexcept;
// "a,b" → both; a backslash keeps the character behind it.
[[nodiscard]] std::vector<std::string> parts_of_list(std::string_view text);

// A condition of SQL with its values in order.
struct Where {
  std::string sql;
  std::vector<schema::Value> values;
};
[[nodiscard]] Where where_of(const schema::Entity& entity, const ListQuery& query,
                             const access::RowFilter& filter, store::sql::Dialect dialect);
// The values of the cursor; invalid_input for one of another query.
struct Cursor {
  schema::Value key;
  base::RecordId id{};
};
[[nodiscard]] std::string cursor_text(const schema::Entity& entity, const ListQuery& query,
                                      const Record& last);
[[nodiscard]] base::Result<Cursor> read_cursor(const schema::Entity& entity, const ListQuery& query);
// What rows are in order of.
[[nodiscard]] std::string order_expression(const schema::Entity& entity, const ListQuery& query);

}  // namespace hinomi::record
