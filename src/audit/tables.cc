#include "audit/tables.h"

#include <algorithm>

namespace hinomi::audit {
namespace {

using base::OrganisationId;
using store::sql::Connection;
using store::sql::Statement;

constexpr std::string_view kFirst = R"(
CREATE TABLE audit_instance (one BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE audit_key (place BIGINT NOT NULL PRIMARY KEY, public_key BLOB NOT NULL, since BIGINT NOT NULL);
CREATE TABLE wrapped_key (
  place BIGINT NOT NULL PRIMARY KEY,
  id BLOB NOT NULL,
  context TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE TABLE audit_tree (
  organisation BIGINT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  frontier BLOB NOT NULL
);
CREATE TABLE audit_leaf (
  organisation BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  leaf TEXT NOT NULL,
  entity TEXT NOT NULL,
  record TEXT NOT NULL,
  actor TEXT NOT NULL,
  salt BLOB,
  details BLOB,
  PRIMARY KEY (organisation, idx)
);
CREATE INDEX audit_leaf_record ON audit_leaf (organisation, record, idx);
CREATE INDEX audit_leaf_actor ON audit_leaf (organisation, actor, idx);
CREATE INDEX audit_leaf_entity ON audit_leaf (organisation, entity, idx);
CREATE TABLE audit_node (
  organisation BIGINT NOT NULL,
  level BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (organisation, level, idx)
);
CREATE TABLE audit_checkpoint (
  organisation BIGINT NOT NULL,
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (organisation, size)
);
CREATE TABLE audit_anchor (
  organisation BIGINT NOT NULL,
  size BIGINT NOT NULL,
  response BLOB NOT NULL,
  at BIGINT NOT NULL,
  authority TEXT NOT NULL,
  PRIMARY KEY (organisation, size)
);
)";

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::int64_t number_of(OrganisationId organisation) {
  return static_cast<std::int64_t>(organisation);
}

std::int64_t number_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

base::Result<void> run(Statement& statement) {
  const auto ran = statement.run();
  if (!ran) return ran.error();
  return {};
}

// Reads every row by `read`.
template <typename Row, typename Read>
base::Result<std::vector<Row>> rows_of(Statement& statement, Read read) {
  std::vector<Row> rows;
  for (;;) {
    const auto found = statement.step();
    if (!found) return found.error();
    if (!*found) return rows;
    rows.push_back(read(statement));
  }
}

template <typename Row>
base::Result<std::optional<Row>> only(base::Result<std::vector<Row>> rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(rows->front()));
}

CheckpointRow read_checkpoint(const Statement& row) {
  return {static_cast<std::uint64_t>(row.integer(0)), std::string(row.text(1)), {row.integer(2)}};
}

AnchorRow read_anchor(const Statement& row) {
  return {static_cast<std::uint64_t>(row.integer(0)),
          text_of(row.blob(1)),
          {row.integer(2)},
          std::string(row.text(3))};
}

LeafRow read_leaf(const Statement& row) {
  LeafRow leaf;
  leaf.index = static_cast<std::uint64_t>(row.integer(0));
  leaf.leaf = row.text(1);
  leaf.entity = row.text(2);
  leaf.record = row.text(3);
  leaf.actor = row.text(4);
  if (row.is_null(5) || row.is_null(6)) return leaf;
  // A salt of another length is shown as one that cannot be right.
  leaf.details = trust::AuditDetails{trust::hash_of_bytes(text_of(row.blob(5))).value_or(trust::Hash{}),
                                     text_of(row.blob(6))};
  return leaf;
}

}  // namespace

store::sql::Migrations migrations() {
  return {.name = "audit", .steps = {kFirst}};
}

base::Result<std::vector<Tree>> trees(Connection& connection) {
  auto statement =
      connection.prepare("SELECT organisation, size, frontier FROM audit_tree ORDER BY organisation");
  if (!statement) return statement.error();
  return rows_of<Tree>(**statement, [](const Statement& row) {
    return Tree{static_cast<OrganisationId>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1)),
                text_of(row.blob(2))};
  });
}

base::Result<Tree> tree_of(Connection& connection, OrganisationId organisation) {
  auto statement = connection.prepare("SELECT size, frontier FROM audit_tree WHERE organisation=?");
  if (!statement) return statement.error();
  (*statement)->bind(number_of(organisation));
  const auto found = (*statement)->step();
  if (!found) return found.error();
  Tree tree{organisation, 0, {}};
  if (*found) {
    tree.size = static_cast<std::uint64_t>((*statement)->integer(0));
    tree.frontier = text_of((*statement)->blob(1));
  }
  (*statement)->reset();
  return tree;
}

base::Result<void> put_tree(Connection& connection, const Tree& tree) {
  auto statement = connection.prepare(
      "INSERT INTO audit_tree (organisation, size, frontier) VALUES (?,?,?) ON CONFLICT (organisation) DO "
      "UPDATE SET size=excluded.size, frontier=excluded.frontier");
  if (!statement) return statement.error();
  (*statement)->bind(number_of(tree.organisation)).bind(number_of(tree.size)).bind(bytes_of(tree.frontier));
  return run(**statement);
}

base::Result<void> insert_leaf(Connection& connection, OrganisationId organisation, const LeafRow& row) {
  auto statement = connection.prepare(
      "INSERT INTO audit_leaf (organisation, idx, leaf, entity, record, actor, salt, details) VALUES "
      "(?,?,?,?,?,?,?,?)");
  if (!statement) return statement.error();
  Statement& into = **statement;
  into.bind(number_of(organisation)).bind(number_of(row.index)).bind(std::string_view(row.leaf));
  into.bind(std::string_view(row.entity))
      .bind(std::string_view(row.record))
      .bind(std::string_view(row.actor));
  if (row.details) {
    into.bind(std::as_bytes(std::span(row.details->salt))).bind(bytes_of(row.details->text));
  } else {
    into.bind(std::nullopt).bind(std::nullopt);
  }
  return run(into);
}

base::Result<void> erase_details(Connection& connection, const std::string& record) {
  auto statement = connection.prepare("UPDATE audit_leaf SET salt=NULL, details=NULL WHERE record=?");
  if (!statement) return statement.error();
  (*statement)->bind(std::string_view(record));
  return run(**statement);
}

base::Result<std::vector<LeafRow>> leaves(Connection& connection, const LeafQuery& query) {
  std::string sql =
      "SELECT idx, leaf, entity, record, actor, salt, details FROM audit_leaf WHERE organisation=? AND "
      "idx>=?";
  if (query.before) sql += " AND idx<?";
  if (!query.entity.empty()) sql += " AND entity=?";
  if (!query.record.empty()) sql += " AND record=?";
  if (!query.actor.empty()) sql += " AND actor=?";
  sql += query.newest_first ? " ORDER BY idx DESC LIMIT ?" : " ORDER BY idx LIMIT ?";
  auto statement = connection.prepare(sql);
  if (!statement) return statement.error();
  Statement& from = **statement;
  from.bind(number_of(query.organisation)).bind(number_of(query.from));
  if (query.before) from.bind(number_of(*query.before));
  for (const std::string* text : {&query.entity, &query.record, &query.actor})
    if (!text->empty()) from.bind(std::string_view(*text));
  from.bind(number_of(std::uint64_t{query.limit}));
  return rows_of<LeafRow>(from, read_leaf);
}

base::Result<void> put_node(Connection& connection, OrganisationId organisation, trust::NodeId id,
                            const trust::Hash& hash) {
  auto statement =
      connection.prepare("INSERT INTO audit_node (organisation, level, idx, hash) VALUES (?,?,?,?)");
  if (!statement) return statement.error();
  (*statement)->bind(number_of(organisation)).bind(std::int64_t{id.level}).bind(number_of(id.index));
  (*statement)->bind(std::as_bytes(std::span(hash)));
  return run(**statement);
}

trust::NodeReader node_reader(Connection& connection, OrganisationId organisation) {
  return [&connection, organisation](trust::NodeId id) -> base::Result<trust::Hash> {
    auto statement =
        connection.prepare("SELECT hash FROM audit_node WHERE organisation=? AND level=? AND idx=?");
    if (!statement) return statement.error();
    (*statement)->bind(number_of(organisation)).bind(std::int64_t{id.level}).bind(number_of(id.index));
    const auto found = (*statement)->step();
    if (!found) return found.error();
    const auto hash = *found ? trust::hash_of_bytes(text_of((*statement)->blob(0))) : std::nullopt;
    if (*found) (*statement)->reset();
    if (!hash)
      return base::Error{base::ErrorCode::not_found,
                         "read the hash of level " + std::to_string(id.level) + ", index " +
                             std::to_string(id.index) + " of the audit log: it is not there",
                         "hinomi audit check says what is missing",
                         {}};
    return *hash;
  };
}

base::Result<std::vector<CheckpointRow>> checkpoints(Connection& connection, OrganisationId organisation,
                                                     std::uint64_t from_size, std::size_t limit) {
  auto statement = connection.prepare(
      "SELECT size, note, at FROM audit_checkpoint WHERE organisation=? AND size>=? ORDER BY size LIMIT ?");
  if (!statement) return statement.error();
  (*statement)
      ->bind(number_of(organisation))
      .bind(number_of(from_size))
      .bind(number_of(std::uint64_t{limit}));
  return rows_of<CheckpointRow>(**statement, read_checkpoint);
}

base::Result<std::optional<CheckpointRow>> last_checkpoint(Connection& connection,
                                                           OrganisationId organisation) {
  auto statement = connection.prepare(
      "SELECT size, note, at FROM audit_checkpoint WHERE organisation=? ORDER BY size DESC LIMIT 1");
  if (!statement) return statement.error();
  (*statement)->bind(number_of(organisation));
  return only(rows_of<CheckpointRow>(**statement, read_checkpoint));
}

base::Result<bool> insert_checkpoint(Connection& connection, OrganisationId organisation,
                                     const CheckpointRow& row) {
  auto statement = connection.prepare(
      "INSERT INTO audit_checkpoint (organisation, size, note, at) VALUES (?,?,?,?) ON CONFLICT "
      "(organisation, size) DO NOTHING");
  if (!statement) return statement.error();
  (*statement)->bind(number_of(organisation)).bind(number_of(row.size)).bind(std::string_view(row.note));
  (*statement)->bind(row.at.since_epoch_ns);
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return *ran == 1;
}

base::Result<std::vector<AnchorRow>> anchors(Connection& connection, OrganisationId organisation,
                                             std::uint64_t from_size, std::size_t limit) {
  auto statement = connection.prepare(
      "SELECT size, response, at, authority FROM audit_anchor WHERE organisation=? AND size>=? ORDER BY size "
      "LIMIT ?");
  if (!statement) return statement.error();
  (*statement)
      ->bind(number_of(organisation))
      .bind(number_of(from_size))
      .bind(number_of(std::uint64_t{limit}));
  return rows_of<AnchorRow>(**statement, read_anchor);
}

base::Result<std::optional<AnchorRow>> last_anchor(Connection& connection, OrganisationId organisation) {
  auto statement = connection.prepare(
      "SELECT size, response, at, authority FROM audit_anchor WHERE organisation=? ORDER BY size DESC LIMIT "
      "1");
  if (!statement) return statement.error();
  (*statement)->bind(number_of(organisation));
  return only(rows_of<AnchorRow>(**statement, read_anchor));
}

base::Result<void> insert_anchor(Connection& connection, OrganisationId organisation, const AnchorRow& row) {
  auto statement = connection.prepare(
      "INSERT INTO audit_anchor (organisation, size, response, at, authority) VALUES (?,?,?,?,?) ON CONFLICT "
      "(organisation, size) DO NOTHING");
  if (!statement) return statement.error();
  (*statement)->bind(number_of(organisation)).bind(number_of(row.size)).bind(bytes_of(row.response));
  (*statement)->bind(row.at.since_epoch_ns).bind(std::string_view(row.authority));
  return run(**statement);
}

}  // namespace hinomi::audit
