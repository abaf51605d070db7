#include "record/rows.h"

#include "base/json_writer.h"
#include "parse/json/reader.h"
#include "record/tables.h"

namespace hinomi::record {
namespace {

using schema::Entity;
using schema::Field;
using schema::Kind;
using schema::Value;
using store::sql::Connection;
using store::sql::Statement;

constexpr std::string_view kCommonColumns =
    "id, version, number, organisation, site, zone, operated_by, vault, data_class, realm, tlp, created_at, "
    "created_by, updated_at, updated_by, deleted_at, tags, custom";
constexpr int kCommonCount = 18;

template <typename T>
T label(const Statement& row, int column) {
  return static_cast<T>(row.integer(column));
}

template <typename T>
std::int64_t number(T value) {
  return static_cast<std::int64_t>(value);
}

// All columns but the id, in the order of columns_of().
void bind_record(Statement& statement, const Entity& entity, const Record& record) {
  statement.bind(record.version);
  if (record.number.empty()) {
    statement.bind(std::nullopt);
  } else {
    statement.bind(std::string_view(record.number));
  }
  const base::Labels& labels = record.labels;
  for (const std::int64_t value :
       {number(labels.organisation), number(labels.site), number(labels.zone), number(labels.operated_by),
        number(labels.vault), number(labels.data_class), number(labels.realm), number(record.tlp),
        record.created_at.since_epoch_ns})
    statement.bind(value);
  statement.bind(record.created_by.as_bytes());
  statement.bind(record.updated_at.since_epoch_ns);
  statement.bind(record.updated_by.as_bytes());
  if (record.deleted_at) {
    statement.bind(record.deleted_at->since_epoch_ns);
  } else {
    statement.bind(std::nullopt);
  }
  statement.bind(std::string_view(texts_column(record.tags)));
  statement.bind(std::string_view(record.custom));
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    bind_value(statement, record.values[i]);
    if (!has_sort_column(entity.fields[i])) continue;
    const auto* const text = std::get_if<std::string>(&record.values[i]);
    statement.bind(std::string_view(text == nullptr ? std::string() : sort_key(*text)));
  }
}

// "version=?, number=?, …", and how many.
std::string assignments_of(const Entity& entity) {
  std::string sql;
  std::string_view common = kCommonColumns.substr(kCommonColumns.find(' ') + 1);
  while (!common.empty()) {
    const std::size_t end = std::min(common.find(", "), common.size());
    sql += (sql.empty() ? "" : ", ") + std::string(common.substr(0, end)) + "=?";
    common.remove_prefix(std::min(end + 2, common.size()));
  }
  for (const Field& field : entity.fields) {
    sql += ", " + column_of(field) + "=?";
    if (has_sort_column(field)) sql += ", " + sort_column_of(field) + "=?";
  }
  return sql;
}

}  // namespace

Value read_column(const Field& field, const Statement& row, int column) {
  if (row.is_null(column)) return {};
  switch (field.kind) {
    case Kind::integer:
    case Kind::time:
      return row.integer(column);
    case Kind::boolean:
      return row.integer(column) != 0;
    case Kind::real:
      return row.real(column);
    case Kind::reference: {
      const auto id = base::RecordId::from_bytes(row.blob(column));
      return id ? Value(*id) : Value();
    }
    case Kind::texts:
      return texts_of_column(row.text(column));
    case Kind::text:
    case Kind::prose:
    case Kind::date:
    case Kind::choice:
      return std::string(row.text(column));
  }
  return {};
}

std::string columns_of(const Entity& entity) {
  std::string sql(kCommonColumns);
  for (const Field& field : entity.fields) sql += ", " + column_of(field);
  return sql;
}

Record read_row(const Entity& entity, const Statement& row, int column) {
  Record record;
  record.id = base::RecordId::from_bytes(row.blob(column)).value_or(base::RecordId{});
  record.version = row.integer(column + 1);
  record.number = std::string(row.text(column + 2));
  record.labels.organisation = label<base::OrganisationId>(row, column + 3);
  record.labels.site = label<base::SiteId>(row, column + 4);
  record.labels.zone = label<base::Zone>(row, column + 5);
  record.labels.operated_by = label<base::OperatorId>(row, column + 6);
  record.labels.vault = label<base::VaultId>(row, column + 7);
  record.labels.data_class = label<base::DataClass>(row, column + 8);
  record.labels.realm = label<base::Realm>(row, column + 9);
  record.tlp = label<Tlp>(row, column + 10);
  record.created_at = {row.integer(column + 11)};
  record.created_by = base::RecordId::from_bytes(row.blob(column + 12)).value_or(base::RecordId{});
  record.updated_at = {row.integer(column + 13)};
  record.updated_by = base::RecordId::from_bytes(row.blob(column + 14)).value_or(base::RecordId{});
  if (!row.is_null(column + 15)) record.deleted_at = base::TimeNs{row.integer(column + 15)};
  record.tags = texts_of_column(row.text(column + 16));
  record.custom = std::string(row.text(column + 17));
  record.values.reserve(entity.fields.size());
  int at = column + kCommonCount;
  for (const Field& field : entity.fields) record.values.push_back(read_column(field, row, at++));
  return record;
}

base::Result<std::optional<Record>> load(Connection& connection, const Entity& entity,
                                         const base::RecordId& id, bool for_update) {
  const bool locks = for_update && connection.dialect() == store::sql::Dialect::postgres;
  auto statement = connection.prepare("SELECT " + columns_of(entity) + " FROM " + table_of(entity) +
                                      " WHERE id=?" + (locks ? " FOR UPDATE" : ""));
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<Record> record;
  if (*found) record = read_row(entity, **statement);
  (*statement)->reset();
  return record;
}

base::Result<void> insert(Connection& connection, const Entity& entity, const Record& record) {
  std::string sql = "INSERT INTO " + table_of(entity) + " (" + std::string(kCommonColumns);
  std::string places = "?";
  for (int i = 1; i < kCommonCount; ++i) places += ",?";
  for (const Field& field : entity.fields) {
    sql += ", " + column_of(field);
    places += ",?";
    if (!has_sort_column(field)) continue;
    sql += ", " + sort_column_of(field);
    places += ",?";
  }
  auto statement = connection.prepare(sql + ") VALUES (" + places + ")");
  if (!statement) return statement.error();
  (*statement)->bind(record.id.as_bytes());
  bind_record(**statement, entity, record);
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return {};
}

base::Result<void> update(Connection& connection, const Entity& entity, const Record& record) {
  auto statement = connection.prepare("UPDATE " + table_of(entity) + " SET " + assignments_of(entity) +
                                      " WHERE id=? AND version=?");
  if (!statement) return statement.error();
  bind_record(**statement, entity, record);
  (*statement)->bind(record.id.as_bytes());
  (*statement)->bind(record.version - 1);
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  if (*ran != 1)
    return base::Error{base::ErrorCode::not_found, "the row to change is not there in its version", "", {}};
  return {};
}

void bind_value(Statement& statement, const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    statement.bind(static_cast<std::int64_t>(*flag));
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    statement.bind(*integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    statement.bind(*real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    statement.bind(std::string_view(*text));
  } else if (const auto* id = std::get_if<base::RecordId>(&value)) {
    statement.bind(id->as_bytes());
  } else if (const auto* texts = std::get_if<schema::Texts>(&value)) {
    statement.bind(std::string_view(texts_column(*texts)));
  } else {
    statement.bind(std::nullopt);
  }
}

std::string texts_column(const schema::Texts& texts) {
  std::string column;
  base::JsonWriter json(column);
  json.begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
  return column;
}

schema::Texts texts_of_column(std::string_view column) {
  schema::Texts texts;
  if (column.empty() || column == "[]") return texts;
  parse::json::Reader reader;
  const auto array = reader.read(column);
  if (!array || array->kind() != parse::json::Kind::array) return texts;
  for (auto at = array->first(); !(at == array->last()); at = at.next())
    if (at.kind() == parse::json::Kind::string) texts.emplace_back(at.string());
  return texts;
}

base::Result<std::int64_t> next_number(Connection& connection, std::string_view sequence) {
  auto statement = connection.prepare(
      "INSERT INTO sequence (name, last) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last=sequence.last+1 "
      "RETURNING last");
  if (!statement) return statement.error();
  (*statement)->bind(sequence);
  const auto stepped = (*statement)->step();
  if (!stepped) return stepped.error();
  const std::int64_t number = (*statement)->integer(0);
  (*statement)->reset();
  return number;
}

}  // namespace hinomi::record
