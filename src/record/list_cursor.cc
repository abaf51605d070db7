// Cursors: where a page of a list ended, as text.
#include <charconv>
#include <limits>

#include "record/json.h"
#include "record/list_query.h"
#include "record/tables.h"

namespace hinomi::record {
namespace {

using schema::Entity;
using schema::Field;
using schema::Kind;
using schema::Value;

std::optional<std::int64_t> whole(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

constexpr std::string_view kHex = "0123456789abcdef";

std::string hex_of(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += kHex[static_cast<unsigned char>(c) >> 4U];
    hex += kHex[static_cast<unsigned char>(c) & 0x0FU];
  }
  return hex;
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::size_t high = kHex.find(hex[i]);
    const std::size_t low = kHex.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4U | low);
  }
  return bytes;
}

// The kind of what rows are in order of.
Kind order_kind(const Entity& entity, const ListQuery& query) noexcept {
  return query.sort ? entity.fields[*query.sort].kind : Kind::time;
}

}  // namespace

// "<direction><sort or ->:<id>:<hex of the key as text>"
std::string cursor_text(const Entity& entity, const ListQuery& query, const Record& last) {
  std::string key;
  if (!query.sort) {
    key = std::to_string(last.updated_at.since_epoch_ns);
  } else {
    const Field& field = entity.fields[*query.sort];
    const Value& value = last.values[*query.sort];
    if (has_sort_column(field)) {
      key = schema::is_empty(value) ? "" : sort_key(std::get<std::string>(value));
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      key = std::to_string(*number);
    } else {
      key = text_of(field, value);
    }
    key = (schema::is_empty(value) ? "-" : "+") + key;
  }
  return std::string(query.descending ? "d" : "a") + (query.sort ? std::to_string(*query.sort) : "-") + "." +
         last.id.text() + "." + hex_of(key);
}

base::Result<Cursor> read_cursor(const Entity& entity, const ListQuery& query) {
  const base::Error bad{base::ErrorCode::invalid_input, "'after' is no cursor of this list", "", {}};
  std::string_view text = query.after;
  const std::string head =
      std::string(query.descending ? "d" : "a") + (query.sort ? std::to_string(*query.sort) : "-") + ".";
  constexpr std::size_t kIdText = 36;
  if (!text.starts_with(head) || text.size() < head.size() + kIdText + 1) return bad;
  text.remove_prefix(head.size());
  const auto id = base::RecordId::parse(text.substr(0, kIdText));
  const auto key = bytes_of_hex(text.substr(kIdText + 1));
  if (!id || text[kIdText] != '.' || !key) return bad;
  Cursor cursor{{}, *id};
  if (!query.sort) {
    const auto number = whole(*key);
    if (!number) return bad;
    cursor.key = *number;
    return cursor;
  }
  if (key->empty()) return bad;
  const Field& field = entity.fields[*query.sort];
  const std::string value = key->substr(1);
  const bool has_none = key->front() == '-';
  switch (order_kind(entity, query)) {
    case Kind::integer:
    case Kind::time: {
      const auto number = has_none ? std::optional(-std::numeric_limits<std::int64_t>::max()) : whole(value);
      if (!number) return bad;
      cursor.key = *number;
      return cursor;
    }
    case Kind::boolean:
      cursor.key = has_none ? -std::numeric_limits<std::int64_t>::max() : std::int64_t{value == "true"};
      return cursor;
    case Kind::real: {
      constexpr double kNone = -1e308;
      cursor.key = kNone;
      if (!has_none && !read_text(field, value, cursor.key)) return bad;
      return cursor;
    }
    default:
      cursor.key = value;
      return cursor;
  }
}

}  // namespace hinomi::record
