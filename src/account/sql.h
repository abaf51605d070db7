// Statements of this module in one line each: values of our own types are bound in order. Not for use outside
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/record_id.h"
#include "base/result.h"
#include "base/time.h"
#include "credential/bytes.h"
#include "store/sql/database.h"

namespace hinomi::account {

struct Blob {
  std::string_view bytes;
};
inline Blob blob_of(credential::ByteSpan bytes) noexcept {
  return {{reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
}

inline void bind_one(store::sql::Statement& s, std::int64_t value) {
  s.bind(value);
}
inline void bind_one(store::sql::Statement& s, bool value) {
  s.bind(std::int64_t{value ? 1 : 0});
}
inline void bind_one(store::sql::Statement& s, std::string_view value) {
  s.bind(value);
}
inline void bind_one(store::sql::Statement& s, const std::string& value) {
  s.bind(std::string_view(value));
}
inline void bind_one(store::sql::Statement& s, const Blob& value) {
  s.bind(std::as_bytes(std::span(value.bytes.data(), value.bytes.size())));
}
inline void bind_one(store::sql::Statement& s, const credential::Digest& value) {
  s.bind(std::as_bytes(std::span(value)));
}
inline void bind_one(store::sql::Statement& s, const base::RecordId& value) {
  s.bind(value.as_bytes());
}
inline void bind_one(store::sql::Statement& s, base::TimeNs value) {
  s.bind(value.since_epoch_ns);
}
inline void bind_one(store::sql::Statement& s, std::nullopt_t value) {
  s.bind(value);
}
template <typename T>
void bind_one(store::sql::Statement& s, const std::optional<T>& value) {
  if (value)
    bind_one(s, *value);
  else
    s.bind(std::nullopt);
}

// The statement, bound and not stepped yet.
template <typename... Values>
[[nodiscard]] base::Result<store::sql::Statement*> bound(store::sql::Connection& connection,
                                                         std::string_view sql, const Values&... values) {
  auto statement = connection.prepare(sql);
  if (statement) (bind_one(**statement, values), ...);
  return statement;
}
// How many rows it changed.
template <typename... Values>
[[nodiscard]] base::Result<std::int64_t> execute(store::sql::Connection& connection, std::string_view sql,
                                                 const Values&... values) {
  auto statement = bound(connection, sql, values...);
  if (!statement) return statement.error();
  return (*statement)->run();
}
// The first column of the first row; 0 where there is none.
template <typename... Values>
[[nodiscard]] base::Result<std::int64_t> count(store::sql::Connection& connection, std::string_view sql,
                                               const Values&... values) {
  auto statement = bound(connection, sql, values...);
  if (!statement) return statement.error();
  const auto row = (*statement)->step();
  if (!row) return row.error();
  const std::int64_t found = *row ? (*statement)->integer(0) : 0;
  (*statement)->reset();
  return found;
}

// Columns of the current row.
[[nodiscard]] inline std::string blob_text(const store::sql::Statement& row, int column) {
  const auto bytes = row.blob(column);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline credential::Bytes blob_bytes(const store::sql::Statement& row, int column) {
  const auto bytes = row.blob(column);
  const auto* const first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return {first, first + bytes.size()};
}
[[nodiscard]] inline credential::Digest digest(const store::sql::Statement& row, int column) {
  credential::Digest out{};
  const auto bytes = row.blob(column);
  if (bytes.size() == out.size())
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(bytes[i]);
  return out;
}
[[nodiscard]] inline base::RecordId record_id(const store::sql::Statement& row, int column) {
  return base::RecordId::from_bytes(row.blob(column)).value_or(base::RecordId{});
}
[[nodiscard]] inline std::optional<base::RecordId> maybe_id(const store::sql::Statement& row, int column) {
  return base::RecordId::from_bytes(row.blob(column));
}
[[nodiscard]] inline base::TimeNs time(const store::sql::Statement& row, int column) {
  return {row.integer(column)};
}
[[nodiscard]] inline std::optional<base::TimeNs> maybe_time(const store::sql::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return base::TimeNs{row.integer(column)};
}

}  // namespace hinomi::account
