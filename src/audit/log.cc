#include "audit/log.h"

#include <utility>

#include "audit/tables.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "record/rows.h"
#include "trust/merkle.h"

namespace hinomi::audit {
namespace {

using store::sql::Connection;

trust::ActorKind kind_of(const access::Principal* who) {
  using Kind = access::PrincipalKind;
  if (who == nullptr) return trust::ActorKind::nobody;
  switch (who->kind) {
    case Kind::staff:
      return trust::ActorKind::staff;
    case Kind::employee:
      return trust::ActorKind::employee;
    case Kind::guest:
      return trust::ActorKind::guest;
    case Kind::service:
      return trust::ActorKind::service;
    case Kind::agent:
      return trust::ActorKind::agent;
    case Kind::system:
      return trust::ActorKind::system;
  }
  return trust::ActorKind::nobody;
}

// {"via":"web","changes":{…}}; what is too long is told by its hash, so that the entry is made in any case.
std::string details_of(const record::AuditEntry& entry) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object().key("via").string(entry.via);
  if (!entry.details.empty()) {
    json.key("changes");
    if (entry.details.size() > trust::kMaxDetailsBytes - 1024) {
      json.begin_object().key("bytes").unsigned_integer(entry.details.size());
      const trust::Hash hash = trust::sha256(entry.details);
      json.key("sha256").string(trust::to_hex(trust::view_of(hash))).end_object();
    } else if (base::is_utf8(entry.details)) {
      json.raw(entry.details);
    } else {
      json.string(entry.details.substr(0, trust::kMaxDetailsBytes / 8));
    }
  }
  json.end_object();
  return text;
}

// A column takes no NUL; no name of ours has one.
std::string column_of(std::string text) {
  std::erase(text, '\0');
  return text;
}

base::Result<trust::Frontier> frontier_of(const Tree& tree) {
  if (tree.frontier.empty() && tree.size == 0) return trust::Frontier();
  auto frontier = trust::Frontier::from_bytes(tree.frontier);
  if (frontier && frontier->size() == tree.size) return frontier;
  return base::Error{base::ErrorCode::io,
                     "append to the audit log of organisation " +
                         std::to_string(static_cast<std::uint32_t>(tree.organisation)) +
                         ": its stored frontier is damaged",
                     "run hinomi audit check, and restore the database from a backup",
                     {}};
}

}  // namespace

trust::AuditEntry leaf_entry(const record::AuditEntry& entry) {
  trust::AuditEntry leaf;
  leaf.time = entry.at;
  leaf.labels = entry.labels;
  leaf.labels.organisation = entry.organisation;
  leaf.labels.vault = entry.vault;
  leaf.actor_kind = kind_of(entry.who);
  if (entry.who != nullptr) {
    if (!entry.who->id.is_nil()) leaf.actor_id = entry.who->id.text();
    leaf.actor_name = entry.who->name;
    leaf.session = entry.who->session;
  }
  leaf.peer = entry.peer;
  leaf.action = entry.action;
  leaf.entity = entry.entity;
  if (entry.record) leaf.object = entry.record->text();
  leaf.version = entry.version > 0 ? static_cast<std::uint64_t>(entry.version) : 0;
  leaf.outcome = entry.done ? trust::AuditOutcome::done : trust::AuditOutcome::refused;
  leaf.reason = entry.reason;
  return trust::fitted(std::move(leaf));
}

void set_columns(const trust::AuditEntry& leaf, LeafRow& row) {
  row.entity = column_of(leaf.entity);
  row.record = column_of(leaf.object);
  row.actor = column_of(leaf.actor_id);
}

base::Result<void> Log::append(Connection& connection, const record::AuditEntry& entry) {
  if (entry.vault != parts_.vault)
    return base::Error{base::ErrorCode::usage,
                       "append to the audit log: the entry belongs into another vault's log",
                       "",
                       {}};
  // Whoever holds the name appends alone; what is read behind it is what the one before committed.
  const std::string number = std::to_string(static_cast<std::uint32_t>(entry.organisation));
  if (auto locked = connection.lock_name("audit:" + number); !locked) return locked;
  auto tree = tree_of(connection, entry.organisation);
  if (!tree) return tree.error();
  auto frontier = frontier_of(*tree);
  if (!frontier) return frontier.error();

  LeafRow row;
  row.index = frontier->size();
  trust::AuditEntry leaf = leaf_entry(entry);
  leaf.index = row.index;
  row.details = trust::AuditDetails{{}, details_of(entry)};
  parts_.random(row.details->salt);
  leaf.details = trust::details_hash(*row.details);
  auto bytes = trust::leaf_bytes(leaf);
  if (!bytes) return bytes.error();
  row.leaf = std::move(*bytes);
  set_columns(leaf, row);

  auto appended = frontier->append(trust::leaf_hash(row.leaf),
                                   [&](trust::NodeId id, const trust::Hash& hash) -> base::Result<void> {
                                     return put_node(connection, entry.organisation, id, hash);
                                   });
  if (!appended) return appended;
  if (auto kept = insert_leaf(connection, entry.organisation, row); !kept) return kept;
  tree->size = frontier->size();
  tree->frontier = frontier->bytes();
  if (auto kept = put_tree(connection, *tree); !kept) return kept;
  ++appended_;
  return {};
}

base::Result<void> Log::append(Connection& connection, const Refusal& refusal) {
  record::AuditEntry entry = refusal.as_entry();
  const schema::Entity* const entity =
      parts_.registry == nullptr ? nullptr : parts_.registry->find(refusal.entity);
  if (entity != nullptr && entry.record) {
    const auto found = record::load(connection, *entity, *entry.record, false);
    if (!found) return found.error();
    if (refusal.must_exist && (!*found || (*found)->deleted_at)) return {};
    if (*found) {
      entry.labels = (*found)->labels;
      entry.organisation = entry.labels.organisation;
      // In the log of a vault's own database; here nobody must learn of it.
      if (entry.labels.vault != parts_.vault) return {};
    }
  } else if (refusal.must_exist) {
    return {};
  }
  return append(connection, entry);
}

}  // namespace hinomi::audit
