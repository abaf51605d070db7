#include "backup/manifest.h"

#include <limits>

#include "base/json_writer.h"
#include "parse/json/reader.h"

namespace hinomi::backup {
namespace {

using parse::json::Kind;
using parse::json::Value;

constexpr std::string_view kFormat = "hinomi-backup";

std::string hex_of(const trust::Hash& hash) {
  return trust::to_hex(trust::view_of(hash));
}

base::Error wrong(const std::string& what) {
  return {base::ErrorCode::invalid_input, "the manifest of the backup: " + what, "", {}};
}

void write_tree(base::JsonWriter& json, std::string_view name, const std::optional<SignedTree>& tree) {
  json.key(name);
  if (!tree) {
    json.null();
    return;
  }
  json.begin_object().key("size").unsigned_integer(tree->size).key("root").string(hex_of(tree->root));
  json.end_object();
}

std::optional<std::uint64_t> number(const Value& value) {
  if (value.kind() == Kind::unsigned_integer) return value.unsigned_integer();
  if (value.kind() == Kind::integer && value.integer() >= 0)
    return static_cast<std::uint64_t>(value.integer());
  return std::nullopt;
}

std::optional<std::string> text(const Value& value) {
  if (value.kind() != Kind::string) return std::nullopt;
  return std::string(value.string());
}

// Calls take(name, value) for each member; false at once when it returns false.
template <typename Take>
bool members(const Value& object, Take take) {
  if (object.kind() != Kind::object) return false;
  for (Value at = object.first(); at != object.last();) {
    const std::string_view name = at.string();
    const Value value = at.next();
    if (!take(name, value)) return false;
    at = value.next();
  }
  return true;
}

template <typename Take>
bool elements(const Value& array, Take take) {
  if (array.kind() != Kind::array) return false;
  for (Value at = array.first(); at != array.last(); at = at.next())
    if (!take(at)) return false;
  return true;
}

bool read_hash(const Value& value, trust::Hash& into) {
  const auto found = value.kind() == Kind::string ? trust::hash_of_hex(value.string()) : std::nullopt;
  if (found) into = *found;
  return found.has_value();
}

bool read_number(const Value& value, std::uint64_t& into) {
  const auto found = number(value);
  if (found) into = *found;
  return found.has_value();
}

bool read_tree(const Value& value, std::optional<SignedTree>& into) {
  if (value.kind() == Kind::null) return true;
  SignedTree tree;
  const bool good = members(value, [&](std::string_view name, const Value& one) {
    if (name == "size") return read_number(one, tree.size);
    return name == "root" && read_hash(one, tree.root);
  });
  into = tree;
  return good;
}

bool read_log(const Value& value, LogState& log) {
  return members(value, [&](std::string_view name, const Value& one) {
    if (name == "organisation") {
      const auto found = number(one);
      if (!found || *found > std::numeric_limits<std::uint32_t>::max()) return false;
      log.organisation = static_cast<base::OrganisationId>(static_cast<std::uint32_t>(*found));
      return true;
    }
    if (name == "size") return read_number(one, log.size);
    if (name == "root") return read_hash(one, log.root);
    if (name == "checkpoint") return read_tree(one, log.checkpoint);
    return name == "anchor" && read_tree(one, log.anchor);
  });
}

bool read_file(const Value& value, Manifest& manifest) {
  std::string path;
  Manifest::File file;
  const bool good = members(value, [&](std::string_view name, const Value& one) {
    if (name == "size") return read_number(one, file.size);
    if (name == "sha256") return read_hash(one, file.hash);
    if (name != "path") return false;
    path = text(one).value_or("");
    return true;
  });
  return good && !path.empty() && manifest.files.emplace(path, file).second;
}

bool read_member(std::string_view name, const Value& value, Manifest& manifest) {
  if (name == "format" || name == "version" || name == "features") return true;  // were looked at
  if (name == "content") {
    const std::string kind = text(value).value_or("");
    manifest.content = kind == "secrets" ? Content::secrets : Content::data;
    return kind == "secrets" || kind == "data";
  }
  if (name == "program") {
    manifest.program = text(value).value_or("");
    return true;
  }
  if (name == "made_at") {
    const auto at = base::parse_rfc3339(text(value).value_or(""));
    if (at) manifest.made_at = *at;
    return at.has_value();
  }
  if (name == "events") {
    manifest.events = value.boolean();
    return value.kind() == Kind::boolean;
  }
  if (name == "schemas")
    return members(value, [&](std::string_view schema, const Value& one) {
      const auto version = number(one);
      if (!version || *version > 1'000'000) return false;
      return manifest.schemas.emplace(schema, static_cast<std::int64_t>(*version)).second;
    });
  if (name == "logs")
    return elements(value, [&](const Value& one) { return read_log(one, manifest.logs.emplace_back()); });
  if (name == "missing")
    return elements(value, [&](const Value& one) {
      manifest.missing.push_back(text(one).value_or(""));
      return one.kind() == Kind::string;
    });
  if (name == "files") return elements(value, [&](const Value& one) { return read_file(one, manifest); });
  return false;
}

// Before anything else, since the rest of a newer version may look otherwise.
base::Result<void> check_version(const Value& document) {
  std::string format;
  std::optional<std::uint64_t> version;
  bool plain = false;
  const bool read = members(document, [&](std::string_view name, const Value& value) {
    if (name == "format") format = text(value).value_or("");
    if (name == "version") version = number(value);
    if (name == "features") plain = value.kind() == Kind::array && value.first() == value.last();
    return true;
  });
  if (!read || format != kFormat || !version) return wrong("it is not one of Hinomi");
  if (*version > static_cast<std::uint64_t>(kFormatVersion) || !plain)
    return base::Error{base::ErrorCode::unsupported,
                       "the backup was made by a newer version of Hinomi",
                       "install that version, or a newer one, and restore with it",
                       {}};
  return {};
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  std::string out;
  base::JsonWriter json(out, 1);
  json.begin_object().key("format").string(kFormat).key("version").integer(kFormatVersion);
  json.key("features").begin_array().end_array();
  json.key("content").string(manifest.content == Content::data ? "data" : "secrets");
  json.key("program").string(manifest.program);
  json.key("made_at").string(base::format_rfc3339(manifest.made_at));
  json.key("events").boolean(manifest.events);
  json.key("schemas").begin_object();
  for (const auto& [name, version] : manifest.schemas) json.key(name).integer(version);
  json.end_object().key("logs").begin_array();
  for (const LogState& log : manifest.logs) {
    json.begin_object().key("organisation").unsigned_integer(static_cast<std::uint32_t>(log.organisation));
    json.key("size").unsigned_integer(log.size).key("root").string(hex_of(log.root));
    write_tree(json, "checkpoint", log.checkpoint);
    write_tree(json, "anchor", log.anchor);
    json.end_object();
  }
  json.end_array().key("missing").begin_array();
  for (const std::string& one : manifest.missing) json.string(one);
  json.end_array().key("files").begin_array();
  for (const auto& [path, file] : manifest.files) {
    json.begin_object().key("path").string(path).key("size").unsigned_integer(file.size);
    json.key("sha256").string(hex_of(file.hash)).end_object();
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

std::string hash_line(std::string_view json) {
  return hex_of(trust::sha256(json)) + "  " + std::string(kManifestName) + "\n";
}

base::Result<Manifest> parse_manifest(std::string_view text) {
  parse::json::Reader reader({.document_bytes = kMaxManifestBytes, .depth = 8});
  const auto document = reader.read(text);
  if (!document) return wrong(document.error().message);
  if (auto good = check_version(*document); !good) return good.error();
  Manifest manifest;
  const bool read = members(*document, [&](std::string_view name, const Value& value) {
    return read_member(name, value, manifest);
  });
  if (!read) return wrong("a member is missing, unknown or of another form");
  return manifest;
}

}  // namespace hinomi::backup
