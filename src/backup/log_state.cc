#include "backup/log_state.h"

#include "audit/tables.h"
#include "trust/checkpoint.h"
#include "trust/merkle.h"
#include "trust/note.h"

namespace hinomi::backup {
namespace {

using store::sql::Connection;

base::Result<SignedTree> tree_in(const audit::CheckpointRow& row) {
  const auto note = trust::parse_note(row.note);
  if (!note) return note.error();
  const auto checkpoint = trust::parse_checkpoint_text(note->text);
  if (!checkpoint) return checkpoint.error();
  return SignedTree{checkpoint->size, checkpoint->root};
}

base::Result<LogState> state_of(Connection& connection, const audit::Tree& tree) {
  LogState state{.organisation = tree.organisation, .size = tree.size, .root = trust::empty_root()};
  if (tree.size > 0) {
    const auto frontier = trust::Frontier::from_bytes(tree.frontier);
    if (!frontier) return frontier.error();
    state.root = frontier->root();
  }
  const auto last = audit::last_checkpoint(connection, tree.organisation);
  if (!last) return last.error();
  if (*last) {
    const auto found = tree_in(**last);
    if (!found) return found.error();
    state.checkpoint = *found;
  }
  const auto anchor = audit::last_anchor(connection, tree.organisation);
  if (!anchor) return anchor.error();
  if (!*anchor) return state;
  const auto rows = audit::checkpoints(connection, tree.organisation, (*anchor)->size, 1);
  if (!rows) return rows.error();
  if (rows->empty() || rows->front().size != (*anchor)->size)
    return base::Error{base::ErrorCode::invalid_input,
                       "the audit log has a time-stamp of a checkpoint that is not there",
                       "hinomi audit check says more",
                       {}};
  const auto found = tree_in(rows->front());
  if (!found) return found.error();
  state.anchor = *found;
  return state;
}

}  // namespace

base::Result<std::vector<LogState>> log_states(Connection& connection) {
  const auto trees = audit::trees(connection);
  if (!trees) return trees.error();
  std::vector<LogState> states;
  for (const audit::Tree& tree : *trees) {
    auto state = state_of(connection, tree);
    if (!state) return state.error();
    states.push_back(std::move(*state));
  }
  return states;
}

base::Result<std::map<std::string, std::int64_t>> schemas_of(Connection& connection) {
  auto statement = connection.prepare("SELECT name, version FROM schema_version");
  if (!statement) return statement.error();
  std::map<std::string, std::int64_t> schemas;
  for (;;) {
    const auto more = (*statement)->step();
    if (!more) return more.error();
    if (!*more) return schemas;
    schemas.emplace(std::string((*statement)->text(0)), (*statement)->integer(1));
  }
}

}  // namespace hinomi::backup
