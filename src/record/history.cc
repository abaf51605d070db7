#include "record/history.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "parse/json/reader.h"
#include "record/json.h"

namespace hinomi::record {
namespace {

using parse::json::Kind;
using schema::Entity;
using schema::Field;
using store::sql::Connection;
using store::sql::Statement;

base::Error broken() {
  return {base::ErrorCode::invalid_input, "a change in the history cannot be read", "", {}};
}

// Members of every record that a change may touch: how they are written and set. Fields come on top.
struct Common {
  std::string_view name;
  void (*write)(base::JsonWriter& json, const Record& record);
  bool (*set)(Record& record, const parse::json::Value& value);
};

void write_texts(base::JsonWriter& json, const schema::Texts& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

template <typename T, T base::Labels::* member>
void write_label(base::JsonWriter& json, const Record& record) {
  json.integer(static_cast<std::int64_t>(record.labels.*member));
}

template <typename T, T base::Labels::* member>
bool set_label(Record& record, const parse::json::Value& value) {
  if (value.kind() != Kind::integer || value.integer() < 0 || value.integer() > 0xFFFF'FFFF) return false;
  record.labels.*member = static_cast<T>(value.integer());
  return true;
}

bool set_tags(Record& record, const parse::json::Value& value) {
  if (value.kind() != Kind::array) return false;
  record.tags.clear();
  for (auto at = value.first(); !(at == value.last()); at = at.next()) record.tags.emplace_back(at.string());
  return true;
}

bool set_custom(Record& record, const parse::json::Value& value) {
  record.custom.clear();
  parse::json::append_json(record.custom, value);
  return value.kind() == Kind::object;
}

bool set_tlp(Record& record, const parse::json::Value& value) {
  const auto tlp = value.kind() == Kind::string ? parse_tlp(value.string()) : std::nullopt;
  if (tlp) record.tlp = *tlp;
  return tlp.has_value();
}

bool set_deleted(Record& record, const parse::json::Value& value) {
  record.deleted_at.reset();
  if (value.kind() == Kind::null) return true;
  if (value.kind() != Kind::string) return false;
  record.deleted_at = base::parse_rfc3339(value.string());
  return record.deleted_at.has_value();
}

constexpr Common kCommon[] = {
    {"tags", [](base::JsonWriter& json, const Record& record) { write_texts(json, record.tags); }, set_tags},
    {"custom", [](base::JsonWriter& json, const Record& record) { json.raw(record.custom); }, set_custom},
    {"tlp", [](base::JsonWriter& json, const Record& record) { json.string(name_of(record.tlp)); }, set_tlp},
    {"site", write_label<base::SiteId, &base::Labels::site>, set_label<base::SiteId, &base::Labels::site>},
    {"zone", write_label<base::Zone, &base::Labels::zone>, set_label<base::Zone, &base::Labels::zone>},
    {"data_class", write_label<base::DataClass, &base::Labels::data_class>,
     set_label<base::DataClass, &base::Labels::data_class>},
    {"deleted_at",
     [](base::JsonWriter& json, const Record& record) {
       if (record.deleted_at) {
         json.string(base::format_rfc3339(*record.deleted_at));
       } else {
         json.null();
       }
     },
     set_deleted},
};

std::string written(const std::function<void(base::JsonWriter&)>& write) {
  std::string text;
  base::JsonWriter json(text);
  write(json);
  return text;
}

void add_difference(base::JsonWriter& diff, std::string_view name, const std::string& before,
                    const std::string& after) {
  if (before == after) return;
  diff.key(name).begin_array().raw(before).raw(after).end_array();
}

// Calls `visit(name, before, after)` for every member; false: stopped or unreadable.
bool each_difference(std::string_view diff,
                     const std::function<bool(std::string_view, const parse::json::Value&,
                                              const parse::json::Value&)>& visit) {
  parse::json::Reader reader;
  const auto document = reader.read(diff);
  if (!document || document->kind() != Kind::object) return false;
  for (auto key = document->first(); !(key == document->last());) {
    const auto pair = key.next();
    const std::string_view name = key.string();
    key = pair.next();
    if (pair.kind() != Kind::array || pair.first() == pair.last()) return false;
    const auto before = pair.first();
    const auto after = before.next();
    if (after == pair.last() || !(after.next() == pair.last())) return false;
    if (!visit(name, before, after)) return false;
  }
  return true;
}

bool set_member(const Entity& entity, std::string_view name, const parse::json::Value& value,
                Record& record) {
  for (const Common& common : kCommon)
    if (common.name == name) return common.set(record, value);
  const Field* const field = entity.find(name);
  // A field that this program does not know any more tells nothing about those it does.
  if (field == nullptr) return true;
  return read_value(*field, value, record.values[entity.index_of(name)]);
}

}  // namespace

std::string diff_of(const Entity& entity, const Record* before, const Record& after) {
  std::string text;
  base::JsonWriter diff(text);
  diff.begin_object();
  Record empty;
  empty.values.resize(entity.fields.size());
  const Record& old = before == nullptr ? empty : *before;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const Field& field = entity.fields[i];
    if (old.values[i] == after.values[i]) continue;
    const auto one = [&](const Record& record) {
      return written([&](base::JsonWriter& json) { write_value(json, field, record.values[i]); });
    };
    add_difference(diff, field.name, one(old), one(after));
  }
  for (const Common& common : kCommon) {
    const auto one = [&](const Record& record) {
      return written([&](base::JsonWriter& json) { common.write(json, record); });
    };
    add_difference(diff, common.name, one(old), one(after));
  }
  diff.end_object();
  return text;
}

base::Result<void> apply_diff(const Entity& entity, std::string_view diff, bool reverse, Record& record) {
  const bool applied =
      each_difference(diff, [&](std::string_view name, const auto& before, const auto& after) {
        return set_member(entity, name, reverse ? before : after, record);
      });
  if (!applied) return broken();
  return {};
}

base::Result<bool> still_stands(const Entity& entity, std::string_view diff, const Record& record) {
  bool stands = true;
  const bool read =
      each_difference(diff, [&](std::string_view name, const auto& /*before*/, const auto& after) {
        Record then = record;
        if (!set_member(entity, name, after, then)) return false;
        // Custom values are compared as text of our own writing.
        stands = stands && then.values == record.values && then.tags == record.tags &&
                 then.tlp == record.tlp && then.labels == record.labels && then.custom == record.custom &&
                 then.deleted_at == record.deleted_at;
        return true;
      });
  if (!read) return broken();
  return stands;
}

std::string diff_without(std::string_view diff, const std::vector<std::string_view>& members) {
  if (members.empty()) return std::string(diff);
  std::string text;
  base::JsonWriter json(text);
  json.begin_object();
  const bool read = each_difference(diff, [&](std::string_view name, const auto& before, const auto& after) {
    if (std::find(members.begin(), members.end(), name) != members.end()) return true;
    std::string old;
    parse::json::append_json(old, before);
    std::string now;
    parse::json::append_json(now, after);
    json.key(name).begin_array().raw(old).raw(now).end_array();
    return true;
  });
  json.end_object();
  return read ? text : "{}";
}

std::string_view change_columns() noexcept {
  return "seq, at, entity, record_id, version, kind, action, actor_kind, actor, actor_name, via, peer, "
         "reason, "
         "request_key, organisation, site, vault, realm, owner, undoes, diff";
}

Change read_change(const Statement& row) {
  const auto text = [&](int column) { return std::string(row.text(column)); };
  const auto id = [&](int column) { return base::RecordId::from_bytes(row.blob(column)); };
  Change change;
  change.seq = row.integer(0);
  change.at = {row.integer(1)};
  change.entity = text(2);
  change.record = id(3).value_or(base::RecordId{});
  change.version = row.integer(4);
  change.kind = text(5);
  change.action = text(6);
  change.actor_kind = text(7);
  change.actor = id(8).value_or(base::RecordId{});
  change.actor_name = text(9);
  change.via = text(10);
  change.peer = text(11);
  change.reason = text(12);
  change.request_key = text(13);
  change.organisation = static_cast<base::OrganisationId>(row.integer(14));
  change.site = static_cast<base::SiteId>(row.integer(15));
  change.vault = static_cast<base::VaultId>(row.integer(16));
  change.realm = static_cast<base::Realm>(row.integer(17));
  change.owner = id(18);
  if (!row.is_null(19)) change.undoes = row.integer(19);
  change.diff = text(20);
  return change;
}

base::Result<void> insert_change(Connection& connection, const Change& change) {
  auto statement = connection.prepare("INSERT INTO record_change (" + std::string(change_columns()) +
                                      ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!statement) return statement.error();
  Statement& row = **statement;
  const auto text = [&](const std::string& value) { row.bind(std::string_view(value)); };
  row.bind(change.seq).bind(change.at.since_epoch_ns);
  text(change.entity);
  row.bind(change.record.as_bytes()).bind(change.version);
  text(change.kind);
  text(change.action);
  text(change.actor_kind);
  row.bind(change.actor.as_bytes());
  text(change.actor_name);
  text(change.via);
  text(change.peer);
  text(change.reason);
  if (change.request_key.empty()) {
    row.bind(std::nullopt);
  } else {
    text(change.request_key);
  }
  row.bind(static_cast<std::int64_t>(change.organisation)).bind(static_cast<std::int64_t>(change.site));
  row.bind(static_cast<std::int64_t>(change.vault));
  row.bind(static_cast<std::int64_t>(change.realm));
  if (change.owner) {
    row.bind(change.owner->as_bytes());
  } else {
    row.bind(std::nullopt);
  }
  row.bind(change.undoes);
  text(change.diff);
  const auto ran = row.run();
  if (!ran) return ran.error();
  return {};
}

void write_change(base::JsonWriter& json, const Change& change) {
  json.begin_object();
  json.key("seq").integer(change.seq);
  json.key("at").string(base::format_rfc3339(change.at));
  json.key("entity").string(change.entity);
  json.key("record").string(change.record.text());
  json.key("version").integer(change.version);
  json.key("kind").string(change.kind);
  json.key("action").string(change.action);
  json.key("actor").begin_object();
  json.key("kind").string(change.actor_kind);
  json.key("id");
  if (change.actor.is_nil()) {
    json.null();
  } else {
    json.string(change.actor.text());
  }
  json.key("name").string(change.actor_name);
  json.end_object();
  json.key("via").string(change.via);
  json.key("peer").string(change.peer);
  json.key("reason").string(change.reason);
  json.key("realm").string(name_of(change.realm));
  if (change.undoes) json.key("undoes").integer(*change.undoes);
  json.key("changes").raw(change.diff);
  json.end_object();
}

}  // namespace hinomi::record
