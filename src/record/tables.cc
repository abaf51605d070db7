#include "record/tables.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/normal_form.h"

namespace hinomi::record {
namespace {

using schema::Entity;
using schema::Field;
using schema::Kind;

// Columns that every record has, in the order of kCommonColumns in rows.cc.
constexpr std::string_view kCommon =
    "  id BLOB NOT NULL PRIMARY KEY,\n"
    "  version BIGINT NOT NULL,\n"
    "  number TEXT,\n"
    "  organisation BIGINT NOT NULL,\n"
    "  site BIGINT NOT NULL,\n"
    "  zone BIGINT NOT NULL,\n"
    "  operated_by BIGINT NOT NULL,\n"
    "  vault BIGINT NOT NULL,\n"
    "  data_class BIGINT NOT NULL,\n"
    "  realm BIGINT NOT NULL,\n"
    "  tlp BIGINT NOT NULL,\n"
    "  created_at BIGINT NOT NULL,\n"
    "  created_by BLOB NOT NULL,\n"
    "  updated_at BIGINT NOT NULL,\n"
    "  updated_by BLOB NOT NULL,\n"
    "  deleted_at BIGINT,\n"
    "  tags TEXT NOT NULL,\n"
    "  custom TEXT NOT NULL";

std::string_view type_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::integer:
    case Kind::boolean:
    case Kind::time:
      return "BIGINT";
    case Kind::real:
      return "DOUBLE PRECISION";
    case Kind::reference:
      return "BLOB";
    case Kind::text:
    case Kind::prose:
    case Kind::date:
    case Kind::choice:
    case Kind::texts:
      return "TEXT";
  }
  return "TEXT";
}

std::string index_name(const Entity& entity, std::string_view what) {
  return "i_" + std::string(entity.name) + "_" + std::string(what);
}

std::string field_columns(const Field& field) {
  std::string sql = column_of(field) + " " + std::string(type_of(field.kind));
  if (has_sort_column(field)) sql += ",\n  " + sort_column_of(field) + " TEXT NOT NULL DEFAULT ''";
  return sql;
}

constexpr std::uint32_t kIndexedLimit = 320;  // code points: PostgreSQL takes 2,700 bytes in an entry
// What every list asks of a row: in the index, so that counting, skipping and facets touch no row.
constexpr std::string_view kScope = "deleted_at, realm, vault, organisation, site";

std::string at_index(const Entity& entity) {
  return "CREATE INDEX " + index_name(entity, "at") + " ON " + table_of(entity) + " (updated_at, id, " +
         std::string(kScope) + ");\n";
}

std::string filter_index(const Entity& entity, const Field& field) {
  // The column itself where it is short: facets group by it.
  const bool is_short = field.kind != Kind::texts && field.kind != Kind::prose && field.kind != Kind::real &&
                        field.kind != Kind::reference && field.limit <= kIndexedLimit;
  return "CREATE INDEX " + index_name(entity, field.name) + " ON " + table_of(entity) + " ((" +
         sort_expression(field) + "), id, " + (is_short ? column_of(field) + ", " : "") +
         std::string(kScope) + ");\n";
}

std::string field_indexes(const Entity& entity, const Field& field) {
  std::string sql;
  if (field.may_filter) sql += filter_index(entity, field);
  if (field.unique_value)
    sql += "CREATE UNIQUE INDEX " + index_name(entity, "one_" + std::string(field.name)) + " ON " +
           table_of(entity) + " (organisation, " + column_of(field) + ") WHERE deleted_at IS NULL;\n";
  return sql;
}

std::string field_line(const Entity& entity, const Field& field) {
  std::string line = std::string(entity.name) + "." + std::string(field.name) + " " +
                     std::string(schema::name_of(field.kind));
  if (field.may_filter) line += " filter";
  if (field.unique_value) line += " unique";
  return line;
}

std::map<std::string, std::string> lines_by_name(std::string_view text) {
  std::map<std::string, std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty()) lines.emplace(line.substr(0, line.find(' ')), line);
  }
  return lines;
}

base::Error by_hand(const std::string& what) {
  return {base::ErrorCode::unsupported, what, "write this step of src/record/migrations by hand", {}};
}

}  // namespace

std::string table_of(const Entity& entity) {
  return "r_" + std::string(entity.name);
}

std::string column_of(const Field& field) {
  return "f_" + std::string(field.name);
}

bool has_sort_column(const Field& field) noexcept {
  return field.kind == Kind::text && field.may_filter;
}

std::string sort_column_of(const Field& field) {
  return "s_" + std::string(field.name);
}

std::string sort_expression(const Field& field) {
  if (has_sort_column(field)) return sort_column_of(field);
  switch (field.kind) {
    case Kind::integer:
    case Kind::boolean:
    case Kind::time:
      return "COALESCE(" + column_of(field) + ", -9223372036854775807)";
    case Kind::real:
      return "COALESCE(" + column_of(field) + ", -1e308)";
    case Kind::reference:
      return column_of(field);
    default:
      return "COALESCE(" + column_of(field) + ", '')";
  }
}

std::string create_table(const Entity& entity) {
  std::string sql = "CREATE TABLE " + table_of(entity) + " (\n" + std::string(kCommon);
  for (const Field& field : entity.fields) sql += ",\n  " + field_columns(field);
  sql += "\n);\n";
  sql += at_index(entity);
  if (!entity.prefix.empty())
    sql += "CREATE UNIQUE INDEX " + index_name(entity, "number") + " ON " + table_of(entity) +
           " (organisation, number);\n";
  for (const Field& field : entity.fields) sql += field_indexes(entity, field);
  return sql;
}

std::string snapshot_of(const schema::Registry& registry) {
  std::string text;
  for (const Entity& entity : registry.all()) {
    text += std::string(entity.name) + (entity.prefix.empty() ? "\n" : " numbered\n");
    for (const Field& field : entity.fields) text += field_line(entity, field) + "\n";
  }
  return text;
}

base::Result<std::string> step_between(std::string_view before, const schema::Registry& now) {
  std::map<std::string, std::string> left = lines_by_name(before);
  std::string sql;
  for (const Entity& entity : now.all()) {
    const bool is_new = left.erase(std::string(entity.name)) == 0;
    if (is_new) sql += create_table(entity);
    for (const Field& field : entity.fields) {
      const auto old = left.find(std::string(entity.name) + "." + std::string(field.name));
      if (is_new) continue;
      if (old == left.end()) {
        if (field.needed) return by_hand("the new field " + field_line(entity, field) + " needs a value");
        sql += "ALTER TABLE " + table_of(entity) + " ADD COLUMN " + column_of(field) + " " +
               std::string(type_of(field.kind)) + ";\n";
        if (has_sort_column(field))
          sql += "ALTER TABLE " + table_of(entity) + " ADD COLUMN " + sort_column_of(field) +
                 " TEXT NOT NULL DEFAULT '';\n";
        sql += field_indexes(entity, field);
        continue;
      }
      if (old->second != field_line(entity, field))
        return by_hand("'" + old->second + "' became '" + field_line(entity, field) + "'");
      left.erase(old);
    }
  }
  if (!left.empty()) return by_hand("'" + left.begin()->second + "' is gone");
  return sql;
}

std::string sort_key(std::string_view text) {
  constexpr std::size_t kCodePoints = 100;
  const std::string folded = base::sort_form(text);
  std::size_t at = 0;
  for (std::size_t count = 0; at < folded.size() && count < kCodePoints; ++count) {
    ++at;
    while (at < folded.size() && (static_cast<unsigned char>(folded[at]) & 0xC0) == 0x80) ++at;
  }
  return folded.substr(0, at);
}

}  // namespace hinomi::record
