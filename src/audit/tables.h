// The tables of the audit log, and their rows as values. Not for what stands in a leaf (trust/audit_leaf.h)
// nor for who may read it (api).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/labels.h"
#include "base/result.h"
#include "base/time.h"
#include "store/sql/database.h"
#include "trust/audit_leaf.h"
#include "trust/hash.h"
#include "trust/merkle.h"

namespace hinomi::audit {

[[nodiscard]] store::sql::Migrations migrations();

// What the row of a tree says of itself.
struct Tree {
  base::OrganisationId organisation{};
  std::uint64_t size = 0;
  std::string frontier;  // trust::Frontier::bytes()
};
[[nodiscard]] base::Result<std::vector<Tree>> trees(store::sql::Connection& connection);
// Empty and of size 0 where the organisation has none yet.
[[nodiscard]] base::Result<Tree> tree_of(store::sql::Connection& connection,
                                         base::OrganisationId organisation);
[[nodiscard]] base::Result<void> put_tree(store::sql::Connection& connection, const Tree& tree);

struct LeafRow {
  std::uint64_t index = 0;
  std::string leaf;
  // What entries are looked for by; they stand in the leaf too.
  std::string entity;
  std::string record;
  std::string actor;
  std::optional<trust::AuditDetails> details;  // nullopt: none, or erased
};
[[nodiscard]] base::Result<void> insert_leaf(store::sql::Connection& connection,
                                             base::OrganisationId organisation, const LeafRow& row);

// Forgets what the entries about a record say beyond their leaves, in every tree; the trees stay as they are.
[[nodiscard]] base::Result<void> erase_details(store::sql::Connection& connection, const std::string& record);

// Which entries of one log; empty texts mean any.
struct LeafQuery {
  base::OrganisationId organisation{};
  std::uint64_t from = 0;
  std::size_t limit = 0;
  bool newest_first = false;
  std::optional<std::uint64_t> before{};  // indexes below this one
  std::string entity{};
  std::string record{};
  std::string actor{};
};
[[nodiscard]] base::Result<std::vector<LeafRow>> leaves(store::sql::Connection& connection,
                                                        const LeafQuery& query);

[[nodiscard]] base::Result<void> put_node(store::sql::Connection& connection,
                                          base::OrganisationId organisation, trust::NodeId id,
                                          const trust::Hash& hash);
// Reads stored hashes while the connection lives.
[[nodiscard]] trust::NodeReader node_reader(store::sql::Connection& connection,
                                            base::OrganisationId organisation);

struct CheckpointRow {
  std::uint64_t size = 0;
  std::string note;
  base::TimeNs at{};
};
// In order of size, from `from_size` on.
[[nodiscard]] base::Result<std::vector<CheckpointRow>> checkpoints(store::sql::Connection& connection,
                                                                   base::OrganisationId organisation,
                                                                   std::uint64_t from_size,
                                                                   std::size_t limit);
[[nodiscard]] base::Result<std::optional<CheckpointRow>> last_checkpoint(store::sql::Connection& connection,
                                                                         base::OrganisationId organisation);
// False: there was one of this size already.
[[nodiscard]] base::Result<bool> insert_checkpoint(store::sql::Connection& connection,
                                                   base::OrganisationId organisation,
                                                   const CheckpointRow& row);

struct AnchorRow {
  std::uint64_t size = 0;  // of the checkpoint that is stamped
  std::string response;
  base::TimeNs at{};  // the time that is stamped
  std::string authority;
};
[[nodiscard]] base::Result<std::vector<AnchorRow>> anchors(store::sql::Connection& connection,
                                                           base::OrganisationId organisation,
                                                           std::uint64_t from_size, std::size_t limit);
[[nodiscard]] base::Result<std::optional<AnchorRow>> last_anchor(store::sql::Connection& connection,
                                                                 base::OrganisationId organisation);
[[nodiscard]] base::Result<void> insert_anchor(store::sql::Connection& connection,
                                               base::OrganisationId organisation, const AnchorRow& row);

}  // namespace hinomi::audit
