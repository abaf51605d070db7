#include "audit/checkpoints.h"

#include <string>
#include <utility>

#include "trust/checkpoint.h"
#include "trust/merkle.h"
#include "trust/merkle_verify.h"

namespace hinomi::audit {
namespace {

using store::sql::Connection;

base::Error tampered(base::OrganisationId organisation, const std::string& why) {
  return {base::ErrorCode::forbidden,
          "sign a checkpoint of the audit log of organisation " +
              std::to_string(static_cast<std::uint32_t>(organisation)) + ": " + why,
          "somebody changed the database past this program, or it is an older state of it: run hinomi audit "
          "check",
          {}};
}

// Whether the tree of now continues the one that was signed last.
base::Result<void> check_continues(Connection& connection, const Keys& keys, const CheckpointRow& last,
                                   const trust::Frontier& now, base::OrganisationId organisation) {
  const auto opened = trust::open_checkpoint(last.note, keys.verifiers(organisation));
  if (!opened || opened->size != last.size)
    return tampered(organisation, "the last checkpoint is none that this server signed");
  if (opened->size > now.size()) return tampered(organisation, "there are fewer entries than were signed");
  const auto proof =
      trust::consistency_proof(opened->size, now.size(), node_reader(connection, organisation));
  if (!proof && proof.error().code == base::ErrorCode::not_found)
    return tampered(organisation, proof.error().message);
  if (!proof) return proof.error();
  const trust::Hash root = now.root();
  const trust::ConsistencyClaim claim{opened->size, now.size(), trust::view_of(opened->root),
                                      trust::view_of(root)};
  if (auto verified = trust::verify_consistency(claim, trust::views_of(*proof)); !verified)
    return tampered(organisation, "the tree does not continue the last checkpoint");
  return {};
}

}  // namespace

base::Result<std::optional<CheckpointRow>> sign_checkpoint(store::sql::Database& database, const Keys& keys,
                                                           base::OrganisationId organisation,
                                                           base::TimeNs now) {
  std::optional<CheckpointRow> made;
  const auto key = keys.signing_key(organisation);
  if (!key) return key.error();
  auto done = store::sql::in_transaction(
      database, Connection::Kind::write, [&](Connection& connection) -> base::Result<void> {
        made.reset();
        const std::string number = std::to_string(static_cast<std::uint32_t>(organisation));
        if (auto locked = connection.lock_name("audit:" + number); !locked) return locked;
        const auto tree = tree_of(connection, organisation);
        if (!tree) return tree.error();
        auto last = last_checkpoint(connection, organisation);
        if (!last) return last.error();
        if (tree->size == 0 && !*last) return {};
        const auto frontier = trust::Frontier::from_bytes(tree->frontier);
        if (!frontier || frontier->size() != tree->size)
          return tampered(organisation, "the stored frontier is damaged");
        if (*last)
          if (auto fits = check_continues(connection, keys, **last, *frontier, organisation); !fits)
            return fits;
        if (*last && (*last)->size == tree->size) {
          made = std::move(**last);
          return {};
        }
        auto note = trust::make_checkpoint(tree->size, frontier->root(), now, *key);
        if (!note) return note.error();
        made = CheckpointRow{tree->size, std::move(*note), now};
        const auto kept = insert_checkpoint(connection, organisation, *made);
        if (!kept) return kept.error();
        return {};
      });
  if (!done) return done.error();
  return made;
}

}  // namespace hinomi::audit
