// The history of records: one entry a change, with what was and what is, so that any record can be shown as
// it was. Not the audit log, which proves that nothing was changed afterwards (module trust).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/record_id.h"
#include "base/result.h"
#include "base/time.h"
#include "record/record.h"
#include "store/sql/database.h"

namespace hinomi::record {

struct Change {
  std::int64_t seq = 0;  // order of all changes of this database, without gaps
  base::TimeNs at{};
  std::string entity;
  base::RecordId record{};
  std::int64_t version = 0;  // that it led to
  std::string kind;          // "create", "change", "delete", "restore"
  std::string action;        // the action, or the kind again
  std::string actor_kind;
  base::RecordId actor{};
  std::string actor_name;
  std::string via;
  std::string peer;
  std::string reason;
  std::string request_key;
  base::OrganisationId organisation{};
  base::SiteId site{};
  base::VaultId vault{};
  base::Realm realm = base::Realm::real;
  std::optional<base::RecordId> owner;  // for them alone
  std::optional<std::int64_t> undoes;
  // JSON object: member → [before, after]; a new record's `before` is null.
  std::string diff;
};

// What differs, as Change::diff; "{}" when nothing does.
[[nodiscard]] std::string diff_of(const schema::Entity& entity, const Record* before, const Record& after);
// The record as it was before a change (`reverse`), or as it became. invalid_input for a diff that is none.
[[nodiscard]] base::Result<void> apply_diff(const schema::Entity& entity, std::string_view diff, bool reverse,
                                            Record& record);
// Whether the record still holds what the change set.
[[nodiscard]] base::Result<bool> still_stands(const schema::Entity& entity, std::string_view diff,
                                              const Record& record);
// A diff without members that the reader may not see.
[[nodiscard]] std::string diff_without(std::string_view diff, const std::vector<std::string_view>& members);

[[nodiscard]] base::Result<void> insert_change(store::sql::Connection& connection, const Change& change);
// "seq, at, …", and one of those rows.
[[nodiscard]] std::string_view change_columns() noexcept;
[[nodiscard]] Change read_change(const store::sql::Statement& row);

void write_change(base::JsonWriter& json, const Change& change);

}  // namespace hinomi::record
