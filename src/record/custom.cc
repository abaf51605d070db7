#include "record/custom.h"

#include <algorithm>

#include "base/json_writer.h"
#include "record/validate.h"

namespace hinomi::record {
namespace {

using parse::json::Kind;

base::Error malformed(std::string_view what) {
  return {base::ErrorCode::invalid_input, "custom: " + std::string(what), "", {}};
}

bool is_scalar(Kind kind) noexcept {
  return kind != Kind::array && kind != Kind::object;
}

}  // namespace

bool is_custom_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > kMaxCustomName || name.front() < 'a' || name.front() > 'z') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

base::Result<std::vector<CustomValue>> read_custom(std::string_view json) {
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxCustomBytes, .depth = 4});
  const auto document = reader.read(json);
  if (!document) return document.error();
  if (document->kind() != Kind::object) return malformed("no object");
  std::vector<CustomValue> values;
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    CustomValue one{std::string(key.string()), value.kind(), {}};
    key = value.next();
    if (!is_custom_name(one.name)) return malformed("a member without a proper name");
    if (!is_scalar(one.kind)) return malformed("a list or an object in '" + one.name + "'");
    if (one.kind == Kind::string) {
      one.text = value.string();
      if (!is_prose(one.text)) return malformed("control characters in '" + one.name + "'");
    } else {
      parse::json::append_json(one.text, value);
    }
    const bool again = std::any_of(values.begin(), values.end(),
                                   [&](const CustomValue& other) { return other.name == one.name; });
    if (again) return malformed("'" + one.name + "' stands twice");
    if (values.size() >= kMaxCustomMembers) return malformed("too many members");
    values.push_back(std::move(one));
  }
  return values;
}

std::string write_custom(const std::vector<CustomValue>& values) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object();
  for (const CustomValue& value : values) {
    json.key(value.name);
    if (value.kind == Kind::string) {
      json.string(value.text);
    } else {
      json.raw(value.text);
    }
  }
  json.end_object();
  return text;
}

std::string merge_custom(std::string_view stored, std::string_view changes) {
  auto kept = read_custom(stored);
  auto changed = read_custom(changes);
  if (!changed) return std::string(stored);
  std::vector<CustomValue> merged;
  if (kept) merged = std::move(*kept);
  for (CustomValue& change : *changed) {
    const auto same = std::find_if(merged.begin(), merged.end(),
                                   [&](const CustomValue& one) { return one.name == change.name; });
    if (change.kind == Kind::null) {
      if (same != merged.end()) merged.erase(same);
    } else if (same != merged.end()) {
      *same = std::move(change);
    } else {
      merged.push_back(std::move(change));
    }
  }
  return write_custom(merged);
}

CustomSql custom_text(std::string_view name, store::sql::Dialect dialect) {
  if (dialect == store::sql::Dialect::postgres)
    return {"(CAST(custom AS jsonb) ->> CAST(? AS TEXT))", {std::string(name)}};
  // SQLite gives booleans as 1 and 0.
  const std::string path = "$." + std::string(name);
  return {
      "(CASE json_type(custom,?) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE "
      "CAST(json_extract(custom,?) AS TEXT) END)",
      {path, path}};
}

}  // namespace hinomi::record
