// The first start: organisations, sites and the first administrator in one go; and what to do next.
#include <algorithm>
#include <utility>

#include "api/json_body.h"
#include "api/problem.h"
#include "api/records/answer.h"
#include "api/records/service.h"
#include "api/sign_in_routes.h"
#include "base/json_writer.h"

namespace hinomi::api {
namespace {

using http::Response;
using record::Draft;
using record::Outcome;
using record::Record;
using record::Refusal;
using Kind = record::Refusal::Kind;
using store::sql::Connection;

constexpr std::size_t kMaxOrganisations = 50;
constexpr std::size_t kMaxSites = 50;

struct WishedSite {
  std::string place;  // "organisations.0.sites.1."
  std::string name;
  std::string name_en;
};
struct WishedOrganisation {
  std::string place;
  std::string name;
  std::string name_en;
  std::string short_name;
  std::string zone;
  std::string calendar;
  std::vector<WishedSite> sites;
};
struct Wish {
  std::string secret;
  std::string language;
  std::vector<WishedOrganisation> organisations;
  std::string name;
  std::string name_kana;
  std::string email;
  std::string login;
  std::string password;
  bool demo = false;
};

WishedOrganisation read_organisation(JsonBody& body, std::size_t index, const SetupChoices& choices) {
  WishedOrganisation one;
  one.place = "organisations." + std::to_string(index) + ".";
  one.name = body.needed("name");
  one.name_en = body.text("name_en").value_or("");
  one.short_name = body.text("short").value_or("");
  one.zone = body.needed("zone");
  one.calendar = body.needed("calendar");
  if (!one.zone.empty() &&
      std::find(choices.zones.begin(), choices.zones.end(), one.zone) == choices.zones.end())
    body.add_fault("zone", "not_a_choice", "no zone of this name");
  const auto is_it = [&](const SetupChoices::Named& calendar) { return calendar.key == one.calendar; };
  if (!one.calendar.empty() && std::none_of(choices.calendars.begin(), choices.calendars.end(), is_it))
    body.add_fault("calendar", "not_a_choice", "no calendar of this key");
  std::vector<JsonBody> sites = body.objects("sites", kMaxSites);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    WishedSite site;
    site.place = one.place + "sites." + std::to_string(i) + ".";
    site.name = sites[i].needed("name");
    site.name_en = sites[i].text("name_en").value_or("");
    body.add_faults(sites[i].take_faults());
    one.sites.push_back(std::move(site));
  }
  return one;
}

Wish read_wish(JsonBody& body, const SetupChoices& choices) {
  Wish wish;
  wish.secret = body.needed("secret");
  wish.language = body.needed("language");
  const auto& languages = choices.languages;
  if (!wish.language.empty() &&
      std::find(languages.begin(), languages.end(), wish.language) == languages.end())
    body.add_fault("language", "not_a_choice", "no language of this name");
  wish.demo = body.flag("demo");
  std::vector<JsonBody> organisations = body.objects("organisations", kMaxOrganisations);
  if (organisations.empty()) body.add_fault("organisations", "needed", "at least one");
  for (std::size_t i = 0; i < organisations.size(); ++i) {
    wish.organisations.push_back(read_organisation(organisations[i], i, choices));
    body.add_faults(organisations[i].take_faults());
  }
  const auto person = body.object("administrator");
  if (!person) {
    body.add_fault("administrator", "needed", "who looks after the server");
    return wish;
  }
  auto administrator = JsonBody::read(*person);
  if (!administrator) return wish;
  wish.name = administrator->needed("name");
  wish.name_kana = administrator->text("name_kana").value_or("");
  wish.email = administrator->text("email").value_or("");
  wish.login = administrator->needed("login");
  wish.password = administrator->needed("password");
  std::vector<record::Fault> faults = administrator->take_faults();
  for (record::Fault& fault : faults) fault.field.insert(0, "administrator.");
  body.add_faults(std::move(faults));
  return wish;
}

void put(Draft& draft, const schema::Entity& entity, std::string_view field, const std::string& text) {
  if (!text.empty()) draft.values.emplace_back(entity.index_of(field), text);
}

Refusal at(std::string_view place, Refusal refusal) {
  for (record::Fault& fault : refusal.faults) fault.field.insert(0, place);
  return refusal;
}

// Makes the records; the person who becomes the administrator.
class Founding {
 public:
  Founding(record::Engine& engine, Connection& connection, const record::Context& context)
      : engine_(engine), connection_(connection), context_(context) {}

  Outcome<base::RecordId> found(const Wish& wish) {
    std::optional<base::OrganisationId> first;
    for (const WishedOrganisation& one : wish.organisations) {
      const auto key = organisation(one);
      if (!key) return key.refusal();
      if (!first) first = *key;
    }
    const schema::Entity& people = engine_.registry().get("person");
    Draft draft;
    draft.organisation = first;
    put(draft, people, "name", wish.name);
    put(draft, people, "name_kana", wish.name_kana);
    put(draft, people, "email", wish.email);
    put(draft, people, "language", wish.language);
    const auto person = engine_.create_within(connection_, context_, people, std::move(draft));
    if (!person) return at("administrator.", person.refusal());
    const schema::Entity& assignments = engine_.registry().get("assignment");
    Draft role;
    role.organisation = first;
    put(role, assignments, "role", "administrator");
    role.values.emplace_back(assignments.index_of("person"), person->id);
    role.values.emplace_back(assignments.index_of("whole_group"), true);
    const auto assigned = engine_.create_within(connection_, context_, assignments, std::move(role));
    if (!assigned) return assigned.refusal();
    return person->id;
  }

 private:
  Outcome<base::OrganisationId> organisation(const WishedOrganisation& wish) {
    const schema::Entity& entity = engine_.registry().get("organisation");
    Draft draft;
    put(draft, entity, "name", wish.name);
    put(draft, entity, "name_en", wish.name_en);
    put(draft, entity, "short_name", wish.short_name);
    put(draft, entity, "time_zone", wish.zone);
    put(draft, entity, "calendar", wish.calendar);
    const auto made = engine_.create_within(connection_, context_, entity, std::move(draft));
    if (!made) return at(wish.place, made.refusal());
    const auto* const key = std::get_if<std::int64_t>(&made->values[entity.index_of("key")]);
    if (key == nullptr)
      return base::Error{base::ErrorCode::internal, "a new organisation has no key", "", {}};
    const auto id = static_cast<base::OrganisationId>(*key);
    const schema::Entity& sites = engine_.registry().get("site");
    for (const WishedSite& site : wish.sites) {
      Draft one;
      one.organisation = id;
      put(one, sites, "name", site.name);
      put(one, sites, "name_en", site.name_en);
      put(one, sites, "time_zone", wish.zone);
      const auto stands = engine_.create_within(connection_, context_, sites, std::move(one));
      if (!stands) return at(site.place, stands.refusal());
    }
    return id;
  }

  record::Engine& engine_;
  Connection& connection_;
  const record::Context& context_;
};

}  // namespace

Response SignInRoutes::setup_state(Asked& /*asked*/) {
  const auto state = parts_.accounts->setup_state();
  if (!state) return failed(state.error());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("needed").boolean(state->needed).key("languages").begin_array();
  const SetupChoices none;
  const SetupChoices& choices = state->needed ? *parts_.choices : none;
  for (const std::string& language : choices.languages) json.string(language);
  json.end_array().key("calendars").begin_array();
  for (const SetupChoices::Named& calendar : choices.calendars) {
    json.begin_object().key("key").string(calendar.key).key("name").begin_object();
    json.key("ja").string(calendar.ja).key("en").string(calendar.en).end_object().end_object();
  }
  json.end_array().key("zones").begin_array();
  for (const std::string& zone : choices.zones) json.string(zone);
  json.end_array().end_object();
  return records::json_answer(std::move(body));
}

Response SignInRoutes::setup(Asked& asked) {
  const auto state = parts_.accounts->setup_state();
  if (!state) return failed(state.error());
  if (!state->needed) return records::not_found();
  if (!records::is_json(asked.request)) return problem(Problem::wrong_media_type, "send application/json");
  auto body = JsonBody::read(asked.request.body);
  if (!body) return problem(Problem::malformed, body.error().message);
  const account::From where = from(asked.request);
  // The secret first: nobody else learns what is wrong with the rest, or makes the server work.
  const auto good = parts_.accounts->check_setup_secret(body->text("secret").value_or(""), where);
  if (!good) return failed(good.error());
  if (*good == account::Proof::throttled) return problem(Problem::too_many, "too many tries; wait a moment");
  if (*good == account::Proof::wrong)
    return problem(Problem::forbidden, "the secret is not the one that the server printed at its start");
  const Wish wish = read_wish(*body, *parts_.choices);
  if (wish.demo && !parts_.add_demo)
    body->add_fault("demo", "not_allowed", "this server has no demonstration");
  if (auto faults = body->take_faults(); !faults.empty())
    return refused({Kind::invalid, std::move(faults), {}});
  std::vector<std::string_view> words{wish.login, wish.name, wish.name_kana, wish.email};
  for (const WishedOrganisation& one : wish.organisations) words.push_back(one.name);
  const auto hash = parts_.accounts->new_password(wish.password, words);
  if (!hash) return refused(at("administrator.", hash.refusal()));

  const access::Principal system = access::system_principal();
  record::Context by;
  by.who = &system;
  by.via = "web";
  by.peer = asked.request.peer;
  by.reason = "first start";
  std::optional<Refusal> refusal;
  base::RecordId administrator{};
  const auto done = parts_.engine->in_write([&](Connection& connection) -> base::Result<void> {
    refusal.reset();
    const auto end_with = [&](const Refusal& why) -> base::Result<void> {
      refusal = why;
      if (why.kind == Kind::failed) return why.error;
      return base::Error{base::ErrorCode::usage, "refused", "", {}};
    };
    const auto person = Founding(*parts_.engine, connection, by).found(wish);
    if (!person) return end_with(person.refusal());
    administrator = *person;
    const auto account = parts_.accounts->create_within(
        connection, by, {.person = administrator, .login = wish.login, .password_hash = *hash});
    if (!account) return end_with(at("administrator.", account.refusal()));
    const auto finished = parts_.accounts->finish_setup_within(connection, by, wish.secret, administrator);
    if (!finished) return end_with(finished.refusal());
    return {};
  });
  if (!done) return refusal ? refused(*refusal) : failed(done.error());
  if (parts_.log) parts_.log("api: the first administrator was made, from " + asked.request.peer);
  if (wish.demo) {
    // The server is set up and the secret is used: whoever did it is let in, also without the demo.
    if (const auto added = parts_.add_demo(); !added && parts_.log)
      parts_.log("api: the demo company could not be added: " + added.error().message);
  }
  return answer(asked.request, parts_.accounts->begin_after_setup(administrator, where));
}

Response SignInRoutes::checklist(Asked& asked) {
  const record::Context by = context(asked);
  const auto count = [&](std::string_view name) -> std::int64_t {
    const schema::Entity* const entity = parts_.engine->registry().find(name);
    if (entity == nullptr) return 0;
    record::ListQuery query;
    query.realm = asked.who().realm;
    query.limit = 1;
    const auto page = parts_.engine->list(by, *entity, query);
    return page ? std::max<std::int64_t>(page->total, 0) : 0;
  };
  const auto account = parts_.accounts->find(asked.who().id);
  if (!account) return failed(account.error());
  const bool has_factor = *account && ((*account)->has_totp || (*account)->passkeys > 0);
  struct Item {
    std::string_view key;
    bool done;
    std::string_view screen;
  };
  const Item items[] = {
      {"organisation", count("organisation") > 0, "organisations"},
      {"sites", count("site") > 0, "sites"},
      {"second_factor", has_factor, "account"},
      {"recovery_codes", *account && (*account)->recovery_left > 0, "account"},
      {"people", count("person") > 1, "people"},
      {"roles", count("assignment") > 1, "roles"},
  };
  std::string body;
  base::JsonWriter json(body);
  json.begin_array();
  for (const Item& item : items)
    json.begin_object()
        .key("key")
        .string(item.key)
        .key("done")
        .boolean(item.done)
        .key("screen")
        .string(item.screen)
        .end_object();
  json.end_array();
  return records::json_answer(std::move(body));
}

}  // namespace hinomi::api
