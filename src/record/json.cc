#include "record/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "base/time.h"

namespace hinomi::record {
namespace {

using parse::json::Kind;
using schema::Field;
using schema::Value;

constexpr std::string_view kZones[] = {"it", "ot", "cloud"};
constexpr std::string_view kRealms[] = {"real", "demo", "exercise", "replay"};
constexpr std::string_view kDataClasses[] = {"ordinary", "personal", "confidential", "sealed"};

template <typename T, std::size_t count>
std::optional<T> named(const std::string_view (&names)[count], std::string_view name) noexcept {
  const auto found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<T>(found - std::begin(names));
}

std::optional<std::uint32_t> read_key(const parse::json::Value& from) noexcept {
  constexpr std::int64_t kMost = 0xFFFF'FFFF;
  if (from.kind() != Kind::integer || from.integer() < 0 || from.integer() > kMost) return std::nullopt;
  return static_cast<std::uint32_t>(from.integer());
}

std::optional<schema::Texts> read_strings(const parse::json::Value& from) {
  if (from.kind() != Kind::array) return std::nullopt;
  schema::Texts texts;
  for (auto at = from.first(); !(at == from.last()); at = at.next()) {
    if (at.kind() != Kind::string || texts.size() > schema::kTextsLimit * 2) return std::nullopt;
    texts.emplace_back(at.string());
  }
  return texts;
}

template <typename T>
bool keep(std::optional<T>& into, std::optional<T> value) {
  into = std::move(value);
  return into.has_value();
}

// A member that every record has. nullopt: none of them.
std::optional<bool> read_common(std::string_view name, const parse::json::Value& value, bool is_new,
                                Draft& draft) {
  const bool text = value.kind() == Kind::string;
  if (name == "tags") return keep(draft.tags, read_strings(value));
  if (name == "tlp") return text && keep(draft.tlp, parse_tlp(value.string()));
  if (name == "zone") return text && keep(draft.zone, named<base::Zone>(kZones, value.string()));
  if (name == "data_class")
    return text && keep(draft.data_class, named<base::DataClass>(kDataClasses, value.string()));
  if (name == "site") {
    const auto key = read_key(value);
    if (key) draft.site = base::SiteId{*key};
    return key.has_value();
  }
  if (name == "custom") {
    if (value.kind() != Kind::object) return false;
    std::string custom;
    parse::json::append_json(custom, value);
    draft.custom = std::move(custom);
    return true;
  }
  if (!is_new) return std::nullopt;
  if (name == "id") return text && keep(draft.id, base::RecordId::parse(value.string()));
  if (name == "organisation") {
    const auto key = read_key(value);
    if (key) draft.organisation = base::OrganisationId{*key};
    return key.has_value();
  }
  return std::nullopt;
}

void write_labels(base::JsonWriter& json, const Record& record) {
  const base::Labels& labels = record.labels;
  json.key("organisation").unsigned_integer(static_cast<std::uint32_t>(labels.organisation));
  json.key("site").unsigned_integer(static_cast<std::uint32_t>(labels.site));
  json.key("zone").string(name_of(labels.zone));
  json.key("vault").unsigned_integer(static_cast<std::uint32_t>(labels.vault));
  json.key("data_class").string(name_of(labels.data_class));
  json.key("realm").string(name_of(labels.realm));
  json.key("tlp").string(name_of(record.tlp));
}

// What reads back as the same number, down to the sign of nothing.
void write_real(base::JsonWriter& json, double value) {
  if (!std::isfinite(value)) {
    json.null();
    return;
  }
  const std::string text = fmt::format("{}", value);
  json.raw(text == "-0" ? "-0.0" : text);
}

void write_id(base::JsonWriter& json, const base::RecordId& id) {
  if (id.is_nil()) {
    json.null();
  } else {
    json.string(id.text());
  }
}

}  // namespace

std::string_view name_of(base::Zone zone) noexcept {
  return kZones[static_cast<std::size_t>(zone)];
}
std::string_view name_of(base::Realm realm) noexcept {
  return kRealms[static_cast<std::size_t>(realm)];
}
std::string_view name_of(base::DataClass data_class) noexcept {
  return kDataClasses[static_cast<std::size_t>(data_class)];
}
std::optional<base::Realm> parse_realm(std::string_view name) noexcept {
  return named<base::Realm>(kRealms, name);
}

void write_value(base::JsonWriter& json, const Field& field, const Value& value) {
  if (schema::is_empty(value)) {
    if (field.kind == schema::Kind::texts) {
      json.begin_array().end_array();
    } else {
      json.null();
    }
    return;
  }
  switch (field.kind) {
    case schema::Kind::boolean:
      json.boolean(std::get<bool>(value));
      return;
    case schema::Kind::integer:
      json.integer(std::get<std::int64_t>(value));
      return;
    case schema::Kind::real:
      write_real(json, std::get<double>(value));
      return;
    case schema::Kind::texts:
      json.begin_array();
      for (const std::string& text : std::get<schema::Texts>(value)) json.string(text);
      json.end_array();
      return;
    default:
      json.string(text_of(field, value));
  }
}

void write_record(base::JsonWriter& json, const schema::Entity& entity, const Record& record) {
  json.begin_object();
  json.key("id").string(record.id.text());
  json.key("entity").string(entity.name);
  json.key("version").integer(record.version);
  if (!entity.prefix.empty()) json.key("number").string(record.number);
  if (!entity.for_all_organisations) write_labels(json, record);
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    json.key(entity.fields[i].name);
    write_value(json, entity.fields[i], record.values[i]);
  }
  json.key("tags").begin_array();
  for (const std::string& tag : record.tags) json.string(tag);
  json.end_array();
  json.key("custom").raw(record.custom);
  json.key("created_at").string(base::format_rfc3339(record.created_at));
  json.key("created_by");
  write_id(json, record.created_by);
  json.key("updated_at").string(base::format_rfc3339(record.updated_at));
  json.key("updated_by");
  write_id(json, record.updated_by);
  if (record.deleted_at) json.key("deleted_at").string(base::format_rfc3339(*record.deleted_at));
  if (!record.withheld.empty()) {
    json.key("withheld").begin_array();
    for (const std::size_t index : record.withheld) json.string(entity.fields[index].name);
    json.end_array();
  }
  json.end_object();
}

std::string to_json(const schema::Entity& entity, const Record& record) {
  std::string text;
  base::JsonWriter json(text);
  write_record(json, entity, record);
  return text;
}

bool read_value(const Field& field, const parse::json::Value& from, Value& into) {
  if (from.kind() == Kind::null) {
    into = Value();
    return true;
  }
  switch (field.kind) {
    case schema::Kind::boolean:
      if (from.kind() != Kind::boolean) return false;
      into = from.boolean();
      return true;
    case schema::Kind::integer:
      if (from.kind() != Kind::integer) return false;
      into = from.integer();
      return true;
    case schema::Kind::real:
      if (from.kind() == Kind::integer) {
        into = static_cast<double>(from.integer());
        return true;
      }
      if (from.kind() == Kind::unsigned_integer) {
        into = static_cast<double>(from.unsigned_integer());
        return true;
      }
      if (from.kind() != Kind::real) return false;
      into = from.real();
      return true;
    case schema::Kind::texts: {
      auto texts = read_strings(from);
      if (!texts) return false;
      into = std::move(*texts);
      return true;
    }
    default:
      return from.kind() == Kind::string && read_text(field, from.string(), into);
  }
}

bool read_text(const Field& field, std::string_view from, Value& into) {
  const auto whole = [&](auto number) {
    const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), number);
    if (error != std::errc{} || end != from.data() + from.size()) return false;
    into = number;
    return true;
  };
  switch (field.kind) {
    case schema::Kind::boolean:
      into = from == "true";
      return from == "true" || from == "false";
    case schema::Kind::integer:
      return whole(std::int64_t{});
    case schema::Kind::real:
      return whole(double{});
    case schema::Kind::time: {
      const auto time = base::parse_rfc3339(from);
      if (time) into = time->since_epoch_ns;
      return time.has_value();
    }
    case schema::Kind::reference: {
      const auto id = base::RecordId::parse(from);
      if (id) into = *id;
      return id.has_value();
    }
    case schema::Kind::texts: {
      schema::Texts texts;
      while (!from.empty() && texts.size() <= schema::kTextsLimit) {
        const std::size_t end = std::min(from.find(';'), from.size());
        std::string_view one = from.substr(0, end);
        while (one.starts_with(' ')) one.remove_prefix(1);
        if (!one.empty()) texts.emplace_back(one);
        from.remove_prefix(std::min(end + 1, from.size()));
      }
      into = std::move(texts);
      return true;
    }
    default:
      into = std::string(from);
      return true;
  }
}

std::string text_of(const Field& field, const Value& value) {
  if (schema::is_empty(value)) return {};
  switch (field.kind) {
    case schema::Kind::boolean:
      return std::get<bool>(value) ? "true" : "false";
    case schema::Kind::integer:
      return std::to_string(std::get<std::int64_t>(value));
    case schema::Kind::real:
      return fmt::format("{}", std::get<double>(value));
    case schema::Kind::time:
      return base::format_rfc3339({std::get<std::int64_t>(value)});
    case schema::Kind::reference:
      return std::get<base::RecordId>(value).text();
    case schema::Kind::texts: {
      std::string all;
      for (const std::string& text : std::get<schema::Texts>(value)) all += (all.empty() ? "" : "; ") + text;
      return all;
    }
    default:
      return std::get<std::string>(value);
  }
}

base::Result<ReadDraft> read_draft(const schema::Entity& entity, std::string_view body, bool is_new) {
  constexpr std::size_t kMaxBody = 1U << 20;
  constexpr std::size_t kMaxDepth = 16;
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxBody, .depth = kMaxDepth});
  const auto document = reader.read(body);
  if (!document) return document.error();
  if (document->kind() != Kind::object)
    return base::Error{base::ErrorCode::invalid_input, "the body is no JSON object", "", {}};
  ReadDraft read;
  std::vector<bool> seen(entity.fields.size());
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    const std::string_view name = key.string();
    key = value.next();
    if (const auto common = read_common(name, value, is_new, read.draft)) {
      if (!*common) read.faults.push_back({std::string(name), "wrong_type", "another type or value"});
      continue;
    }
    const Field* const field = entity.find(name);
    if (field == nullptr) {
      read.faults.push_back(
          {std::string(name.substr(0, 100)), "unknown_field", "no such field, or not for you to set"});
      continue;
    }
    const std::size_t index = entity.index_of(name);
    Value into;
    if (seen[index] || !read_value(*field, value, into)) {
      read.faults.push_back(
          {std::string(name), "wrong_type",
           seen[index] ? "it stands twice" : "no " + std::string(schema::name_of(field->kind))});
      continue;
    }
    seen[index] = true;
    read.draft.values.emplace_back(index, std::move(into));
  }
  return read;
}

}  // namespace hinomi::record
