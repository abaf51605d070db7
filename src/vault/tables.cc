#include "vault/tables.h"

#include <algorithm>
#include <limits>

namespace hinomi::vault {
namespace {

using store::sql::Connection;
using store::sql::Statement;

constexpr std::string_view kMain =
    "CREATE TABLE vault (\n"
    "  id BIGINT NOT NULL PRIMARY KEY,\n"
    "  created_at BIGINT NOT NULL,\n"
    "  state BIGINT NOT NULL,\n"
    "  version BIGINT NOT NULL,\n"
    "  key_id BLOB NOT NULL,\n"
    "  wrapped_key BLOB NOT NULL,\n"
    "  page_key BLOB NOT NULL,\n"
    "  members BLOB NOT NULL\n"
    ");\n";

constexpr std::string_view kFile =
    "CREATE TABLE vault_about (\n"
    "  id BIGINT NOT NULL PRIMARY KEY,\n"
    "  title TEXT NOT NULL,\n"
    "  purpose TEXT NOT NULL\n"
    ");\n"
    "CREATE TABLE vault_member (\n"
    "  person BLOB NOT NULL PRIMARY KEY,\n"
    "  custodian BIGINT NOT NULL\n"
    ");\n"
    "CREATE TABLE vault_log (\n"
    "  seq BIGINT NOT NULL PRIMARY KEY,\n"
    "  at BIGINT NOT NULL,\n"
    "  actor BLOB NOT NULL,\n"
    "  actor_name TEXT NOT NULL,\n"
    "  deed TEXT NOT NULL,\n"
    "  about BLOB,\n"
    "  reason TEXT NOT NULL\n"
    ");\n";

constexpr std::size_t kMaxEntries = 500;

std::int64_t number(base::VaultId id) noexcept {
  return static_cast<std::int64_t>(id);
}

std::span<const std::byte> blob(std::string_view bytes) {
  return std::as_bytes(std::span(bytes.data(), bytes.size()));
}

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

base::Result<void> run(Statement& statement) {
  const auto ran = statement.run();
  if (!ran) return ran.error();
  return {};
}

}  // namespace

store::sql::Migrations main_migrations() {
  return {.name = "vaults", .steps = {kMain}};
}

store::sql::Migrations file_migrations() {
  return {.name = "vault", .steps = {kFile}};
}

base::Result<std::vector<RowVersion>> row_versions(Connection& connection) {
  auto statement = connection.prepare("SELECT id, version FROM vault ORDER BY id");
  if (!statement) return statement.error();
  std::vector<RowVersion> rows;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return rows;
    rows.push_back({static_cast<base::VaultId>((*statement)->integer(0)), (*statement)->integer(1)});
  }
}

base::Result<std::optional<Row>> load_row(Connection& connection, base::VaultId id) {
  auto statement = connection.prepare(
      "SELECT created_at, state, version, key_id, wrapped_key, page_key, members FROM vault WHERE id=?");
  if (!statement) return statement.error();
  Statement& read = **statement;
  read.bind(number(id));
  const auto found = read.step();
  if (!found) return found.error();
  std::optional<Row> row;
  if (*found) {
    row.emplace();
    row->id = id;
    row->created_at = {read.integer(0)};
    row->state = read.integer(1) == 0 ? State::open : State::closed;
    row->version = read.integer(2);
    const auto key = read.blob(3);
    for (std::size_t i = 0; i < std::min(key.size(), row->key.id.size()); ++i)
      row->key.id[i] = std::to_integer<std::uint8_t>(key[i]);
    row->key.context = "vault:" + std::to_string(number(id));
    row->key.sealed = text(read.blob(4));
    row->page_key = text(read.blob(5));
    row->members = text(read.blob(6));
  }
  read.reset();
  return row;
}

base::Result<void> insert_row(Connection& connection, const Row& row) {
  auto statement = connection.prepare(
      "INSERT INTO vault (id, created_at, state, version, key_id, wrapped_key, page_key, members) VALUES "
      "(?,?,?,?,?,?,?,?)");
  if (!statement) return statement.error();
  (*statement)->bind(number(row.id)).bind(row.created_at.since_epoch_ns);
  (*statement)->bind(static_cast<std::int64_t>(row.state)).bind(row.version);
  (*statement)->bind(std::as_bytes(std::span(row.key.id))).bind(blob(row.key.sealed));
  (*statement)->bind(blob(row.page_key)).bind(blob(row.members));
  return run(**statement);
}

base::Result<void> update_row(Connection& connection, const Row& row) {
  auto statement =
      connection.prepare("UPDATE vault SET state=?, version=?, members=? WHERE id=? AND version=?");
  if (!statement) return statement.error();
  (*statement)->bind(static_cast<std::int64_t>(row.state)).bind(row.version).bind(blob(row.members));
  (*statement)->bind(number(row.id)).bind(row.version - 1);
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  if (*ran != 1) return base::Error{base::ErrorCode::conflict, "the vault was changed meanwhile", "", {}};
  return {};
}

base::Result<void> insert_about(Connection& connection, const About& about) {
  auto statement = connection.prepare("INSERT INTO vault_about (id, title, purpose) VALUES (1,?,?)");
  if (!statement) return statement.error();
  (*statement)->bind(std::string_view(about.title)).bind(std::string_view(about.purpose));
  return run(**statement);
}

base::Result<About> load_about(Connection& connection) {
  auto statement = connection.prepare("SELECT title, purpose FROM vault_about WHERE id=1");
  if (!statement) return statement.error();
  const auto found = (*statement)->step();
  if (!found) return found.error();
  About about;
  if (*found) about = {std::string((*statement)->text(0)), std::string((*statement)->text(1))};
  (*statement)->reset();
  return about;
}

base::Result<std::optional<Member>> file_member(Connection& connection, const base::RecordId& person) {
  auto statement = connection.prepare("SELECT custodian FROM vault_member WHERE person=?");
  if (!statement) return statement.error();
  (*statement)->bind(person.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<Member> member;
  if (*found) member = Member{person, (*statement)->integer(0) != 0};
  (*statement)->reset();
  return member;
}

base::Result<void> put_file_member(Connection& connection, const Member& member) {
  auto statement = connection.prepare(
      "INSERT INTO vault_member (person, custodian) VALUES (?,?) ON CONFLICT (person) DO UPDATE SET "
      "custodian=excluded.custodian");
  if (!statement) return statement.error();
  (*statement)->bind(member.person.as_bytes()).bind(std::int64_t{member.custodian ? 1 : 0});
  return run(**statement);
}

base::Result<void> remove_file_member(Connection& connection, const base::RecordId& person) {
  auto statement = connection.prepare("DELETE FROM vault_member WHERE person=?");
  if (!statement) return statement.error();
  (*statement)->bind(person.as_bytes());
  return run(**statement);
}

base::Result<void> append_entry(Connection& connection, const Entry& entry) {
  auto statement = connection.prepare(
      "INSERT INTO vault_log (seq, at, actor, actor_name, deed, about, reason) SELECT COALESCE(MAX(seq), 0) "
      "+ "
      "1, CAST(? AS BIGINT), CAST(? AS BLOB), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BLOB), "
      "CAST(? AS TEXT) FROM vault_log");
  if (!statement) return statement.error();
  (*statement)->bind(entry.at.since_epoch_ns).bind(entry.actor.as_bytes());
  (*statement)->bind(std::string_view(entry.actor_name)).bind(std::string_view(entry.deed));
  if (entry.about) {
    (*statement)->bind(entry.about->as_bytes());
  } else {
    (*statement)->bind(std::nullopt);
  }
  (*statement)->bind(std::string_view(entry.reason));
  return run(**statement);
}

base::Result<std::vector<Entry>> entries(Connection& connection, std::int64_t before, std::size_t limit) {
  auto statement = connection.prepare(
      "SELECT seq, at, actor, actor_name, deed, about, reason FROM vault_log WHERE seq<? ORDER BY seq DESC "
      "LIMIT ?");
  if (!statement) return statement.error();
  (*statement)->bind(before > 0 ? before : std::numeric_limits<std::int64_t>::max());
  (*statement)->bind(static_cast<std::int64_t>(std::min(limit, kMaxEntries)));
  std::vector<Entry> read;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return read;
    Entry entry;
    entry.seq = (*statement)->integer(0);
    entry.at = {(*statement)->integer(1)};
    entry.actor = base::RecordId::from_bytes((*statement)->blob(2)).value_or(base::RecordId{});
    entry.actor_name = (*statement)->text(3);
    entry.deed = (*statement)->text(4);
    if (!(*statement)->is_null(5)) entry.about = base::RecordId::from_bytes((*statement)->blob(5));
    entry.reason = (*statement)->text(6);
    read.push_back(std::move(entry));
  }
}

}  // namespace hinomi::vault
