// GET /api/v1/session: who somebody is, what they may do and where.
#include <algorithm>
#include <set>
#include <utility>

#include "access/decision.h"
#include "api/records/answer.h"
#include "api/sign_in_routes.h"
#include "base/json_writer.h"

namespace hinomi::api {
namespace {

using record::Record;

constexpr std::size_t kMaxListed = 500;

std::string text_of(const schema::Entity& entity, const Record& record, std::string_view field) {
  const auto* const text = std::get_if<std::string>(&record.values[entity.index_of(field)]);
  return text == nullptr ? std::string() : *text;
}
std::int64_t key_of(const schema::Entity& entity, const Record& record) {
  const auto* const key = std::get_if<std::int64_t>(&record.values[entity.index_of("key")]);
  return key == nullptr ? 0 : *key;
}

// Where they may anything at all.
access::Reach reach_of(const access::Grants& grants) {
  access::Reach all;
  for (const auto& [permission, reach] : grants.all()) all.add(reach);
  return all;
}

bool touches(const access::Reach& reach, std::int64_t organisation) {
  if (reach.everywhere) return true;
  return std::any_of(reach.places.begin(), reach.places.end(), [&](const access::Place& place) {
    return static_cast<std::int64_t>(place.organisation) == organisation;
  });
}

std::vector<Record> all_of(record::Engine& engine, const schema::Entity& entity, base::Realm realm) {
  const access::Principal system = access::system_principal();
  record::Context by;
  by.who = &system;
  record::ListQuery query;
  query.realm = realm;
  query.limit = kMaxListed;
  query.wants_total = false;
  const auto page = engine.list(by, entity, query);
  return page ? page->records : std::vector<Record>();
}

void write_name(base::JsonWriter& json, const schema::Entity& entity, const Record& record) {
  const std::string name = text_of(entity, record, "name");
  const std::string name_en = text_of(entity, record, "name_en");
  json.key("name").begin_object().key("ja").string(name);
  json.key("en").string(name_en.empty() ? name : name_en).end_object();
}

void write_places(base::JsonWriter& json, record::Engine& engine, const Known& known,
                  const access::Reach& reach) {
  const schema::Entity& organisations = engine.registry().get("organisation");
  json.key("organisations").begin_array();
  for (const Record& record : all_of(engine, organisations, known.who.realm)) {
    const std::int64_t key = key_of(organisations, record);
    if (!touches(reach, key)) continue;
    json.begin_object().key("key").integer(key);
    write_name(json, organisations, record);
    const std::string brief = text_of(organisations, record, "short_name");
    json.key("short").string(brief.empty() ? text_of(organisations, record, "name") : brief).end_object();
  }
  json.end_array();
  const schema::Entity& sites = engine.registry().get("site");
  json.key("sites").begin_array();
  for (const Record& record : all_of(engine, sites, known.who.realm)) {
    const std::int64_t key = key_of(sites, record);
    if (!reach.holds(record.labels.organisation, static_cast<base::SiteId>(key))) continue;
    json.begin_object().key("key").integer(key);
    json.key("organisation").integer(static_cast<std::int64_t>(record.labels.organisation));
    write_name(json, sites, record);
    json.end_object();
  }
  json.end_array();
}

void write_permissions(base::JsonWriter& json, const access::Grants& grants) {
  json.key("permissions").begin_object();
  for (const auto& [permission, reach] : grants.all()) {
    std::set<std::int64_t> keys;
    for (const access::Place& place : reach.places)
      keys.insert(static_cast<std::int64_t>(place.organisation));
    json.key(permission).begin_object().key("everywhere").boolean(reach.everywhere);
    json.key("organisations").begin_array();
    for (const std::int64_t key : keys) json.integer(key);
    json.end_array().end_object();
  }
  json.end_object();
}

std::int64_t unread_of(record::Engine& engine, const Known& known) {
  const schema::Entity* const notice = engine.registry().find("notice");
  if (notice == nullptr) return 0;
  record::Context by;
  by.who = &known.who;
  record::ListQuery query;
  query.realm = std::nullopt;
  query.limit = 1;
  query.conditions.push_back({notice->index_of("read_at"), record::Operator::empty, {}});
  query.conditions.push_back({notice->index_of("recipient"), record::Operator::is, {known.who.id}});
  const auto page = engine.list(by, *notice, query);
  return page ? std::max<std::int64_t>(page->total, 0) : 0;
}

void write_methods(base::JsonWriter& json, const Known& known) {
  using credential::Method;
  constexpr std::pair<Method, std::string_view> kNames[] = {
      {Method::password, "password"},        {Method::totp, "totp"},     {Method::passkey, "passkey"},
      {Method::passkey_verified, "passkey"}, {Method::ticket, "ticket"}, {Method::recovery, "recovery_code"}};
  json.key("methods").begin_array();
  if (known.token) json.string("token");
  if (known.session)
    for (const auto& [method, name] : kNames)
      if (known.session->methods.has(method)) json.string(name);
  json.end_array();
}

}  // namespace

http::Response who_json(const Known& known, record::Engine& engine, base::TimeNs now) {
  const access::Principal& who = known.who;
  const access::Grants none;
  const access::Grants& grants = who.grants == nullptr ? none : *who.grants;
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("principal").begin_object();
  json.key("kind").string(access::name_of(who.kind)).key("id").string(who.id.text());
  json.key("name").string(who.name).end_object();
  // The name at the top too, where it stood before there were accounts.
  json.key("name").string(who.name).key("language");
  if (known.language.empty())
    json.null();
  else
    json.string(known.language);
  json.key("setup_needed").boolean(known.is_local_operator()).key("proved_at");
  if (who.proved_at)
    json.string(base::format_rfc3339(*who.proved_at));
  else
    json.null();
  json.key("step_up_fresh").boolean(access::has_stepped_up(who, now));
  write_methods(json, known);
  write_places(json, engine, known, reach_of(grants));
  write_permissions(json, grants);
  json.key("vaults").begin_array().end_array().key("unread").integer(unread_of(engine, known));
  json.end_object();
  return records::json_answer(std::move(body));
}

}  // namespace hinomi::api
