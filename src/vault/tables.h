// The rows of vaults: in the main database, which names nothing of what is inside, and in a vault's own file.
// Not for who may do what (vaults.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/labels.h"
#include "base/record_id.h"
#include "base/result.h"
#include "base/time.h"
#include "store/sql/database.h"
#include "trust/keys.h"
#include "vault/membership.h"

namespace hinomi::vault {

enum class State : std::uint8_t { open, closed };

// Of the main database.
struct Row {
  base::VaultId id{};
  base::TimeNs created_at{};
  State state = State::open;
  std::int64_t version = 1;  // one more with every change of the row
  trust::WrappedKey key;     // of context "vault:<id>"
  std::string page_key;      // of the file, sealed with it
  std::string members;       // the same: Membership::bytes()
};
[[nodiscard]] store::sql::Migrations main_migrations();
// Ids with the versions of their rows.
struct RowVersion {
  base::VaultId id{};
  std::int64_t version = 0;
};
[[nodiscard]] base::Result<std::vector<RowVersion>> row_versions(store::sql::Connection& connection);
// nullopt: none.
[[nodiscard]] base::Result<std::optional<Row>> load_row(store::sql::Connection& connection, base::VaultId id);
[[nodiscard]] base::Result<void> insert_row(store::sql::Connection& connection, const Row& row);
// State and members, where the version is the one before. conflict: it is not.
[[nodiscard]] base::Result<void> update_row(store::sql::Connection& connection, const Row& row);

// Of a vault's own file.
struct About {
  std::string title;
  std::string purpose;
};
struct Entry {
  std::int64_t seq = 0;
  base::TimeNs at{};
  base::RecordId actor{};
  std::string actor_name;
  std::string deed;  // "create", "add_member", "remove_member", "leave", "close", "open", "seal"
  std::optional<base::RecordId> about;  // a person or record
  std::string reason;
};
[[nodiscard]] store::sql::Migrations file_migrations();
[[nodiscard]] base::Result<void> insert_about(store::sql::Connection& connection, const About& about);
[[nodiscard]] base::Result<About> load_about(store::sql::Connection& connection);
// What the file itself says of a person; nullopt: no member.
[[nodiscard]] base::Result<std::optional<Member>> file_member(store::sql::Connection& connection,
                                                              const base::RecordId& person);
[[nodiscard]] base::Result<void> put_file_member(store::sql::Connection& connection, const Member& member);
[[nodiscard]] base::Result<void> remove_file_member(store::sql::Connection& connection,
                                                    const base::RecordId& person);
// `entry.seq` is given here.
[[nodiscard]] base::Result<void> append_entry(store::sql::Connection& connection, const Entry& entry);
// Newest first; before `seq` (0: from the newest on).
[[nodiscard]] base::Result<std::vector<Entry>> entries(store::sql::Connection& connection,
                                                       std::int64_t before, std::size_t limit);

}  // namespace hinomi::vault
