#include "api/vault_routes.h"

#include <charconv>
#include <limits>
#include <utility>

#include "api/json_body.h"
#include "api/problem.h"
#include "api/records/answer.h"
#include "base/json_writer.h"
#include "record/json.h"

namespace hinomi::api {
namespace {

using http::Method;
using http::Response;
using record::Refusal;
using records::Asked;
using Kind = Refusal::Kind;

constexpr std::string_view kRoot = "/api/v1/";
constexpr std::string_view kOneVault = "/api/v1/vaults/{vault}";
constexpr std::size_t kMaxReason = 2000;  // bytes

// The vault in the path; one that cannot be (0) is like one that is not.
base::VaultId vault_of(const http::Request& request) {
  std::uint32_t number = 0;
  if (request.params.empty()) return {};
  const std::string& text = request.params[0];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return base::VaultId{number};
}

Response refused(const Refusal& refusal) {
  if (refusal.kind == Kind::failed && refusal.error.code == base::ErrorCode::not_found)
    return records::simple_problem(421, "elsewhere", "The vault is on another server");
  return records::refusal_answer(refusal);
}

Response refused(Kind kind) {
  return records::refusal_answer(Refusal{kind, {}, {}});
}

Response done(const std::optional<Refusal>& refusal) {
  if (refusal) return refused(*refusal);
  Response response;
  response.status = 204;
  return response;
}

std::string_view name_of(vault::State state) noexcept {
  return state == vault::State::open ? "open" : "closed";
}

void write_summary(base::JsonWriter& json, const vault::Summary& summary) {
  json.begin_object().key("id").unsigned_integer(static_cast<std::uint32_t>(summary.id));
  json.key("created_at").string(base::format_rfc3339(summary.created_at));
  json.key("state").string(name_of(summary.state)).key("is_here").boolean(summary.about.has_value());
  json.key("custodian").boolean(summary.custodian);
  json.key("members").unsigned_integer(summary.members);
  json.key("title").string(summary.about ? summary.about->title : "");
  json.key("purpose").string(summary.about ? summary.about->purpose : "").end_object();
}

// The body as JSON, or the answer that says what is wrong with it.
struct Read {
  std::optional<JsonBody> body;
  Response refusal;
};
Read read_body(const Asked& asked) {
  if (!records::is_json(asked.request))
    return {std::nullopt, problem(Problem::wrong_media_type, "send application/json")};
  auto body = JsonBody::read(asked.request.body);
  if (!body) return {std::nullopt, problem(Problem::malformed, body.error().message)};
  return {std::move(*body), {}};
}

// A reason in the body, or in the field of the head.
std::string reason_of(const Asked& asked, JsonBody& body) {
  auto reason = body.text("reason");
  if (!reason) return records::reason_of(asked.request);
  if (reason->size() > kMaxReason) body.add_fault("reason", "too_long", "");
  return std::move(*reason);
}

std::optional<Response> faults_in(JsonBody& body) {
  auto faults = body.take_faults();
  if (faults.empty()) return std::nullopt;
  return records::refusal_answer(Refusal{Kind::invalid, std::move(faults), {}});
}

std::optional<base::RecordId> id_in(JsonBody& body, std::string_view name) {
  const std::string text = body.needed(name);
  auto id = base::RecordId::parse(text);
  if (!text.empty() && !id) body.add_fault(name, "wrong_type", "no id");
  return id;
}

}  // namespace

VaultRoutes::VaultRoutes(vault::Vaults& vaults, record::Engine& outside, FindCaller find_caller,
                         GrantsOf grants_of, const os::Clock& clock)
    : vaults_(vaults),
      outside_(outside),
      find_caller_(std::move(find_caller)),
      grants_of_(std::move(grants_of)),
      feed_([this](const http::Request& request, const Caller& caller) { return listen(request, caller); },
            clock) {}

void VaultRoutes::attach(http::Server& server) {
  server_ = &server;
  feed_.attach(server);
  server.after(kTickPause, [this] { tick(); });
}

void VaultRoutes::tick() {
  server_->after(kTickPause, [this] { tick(); });
  (void)workers_.ask([this] { vaults_.tick(); });
}

void VaultRoutes::add(std::vector<Route>& routes, Method method, std::string pattern,
                      std::uint64_t body_limit, Answer answer) {
  patterns_.push_back(std::move(pattern));
  Route route;
  route.method = method;
  route.pattern = patterns_.back();
  route.permission = Permission::record;
  route.body_limit = body_limit;
  route.handler = [this, answer = std::move(answer)](Call& call, const http::Responder& respond) {
    auto request = std::make_shared<http::Request>(std::move(call.request));
    const bool taken = workers_.ask([this, request, respond, answer, shown = call.caller] {
      const auto caller = find_caller_(*request, shown);
      if (!caller) {
        respond(records::simple_problem(503, "busy", "The server is busy"));
      } else if (!*caller) {
        respond(problem(Problem::not_signed_in, "no session or token, or one that has ended"));
      } else {
        respond(answer(Asked{**caller, *request}));
      }
    });
    if (!taken) respond(problem(Problem::busy, "too many questions wait for an answer"));
  };
  routes.push_back(std::move(route));
}

void VaultRoutes::add_inside(std::vector<Route>& routes, Method method, std::string pattern,
                             std::uint64_t body_limit, InVault answer) {
  add(routes, method, std::move(pattern), body_limit,
      [this, answer = std::move(answer)](const Asked& asked) { return inside(asked, answer); });
  routes.back().words.is_copy = true;
}

// Who is a member, and of what, comes before everything else.
Response VaultRoutes::inside(const Asked& asked, const InVault& answer) {
  const base::VaultId id = vault_of(asked.request);
  auto entered = vaults_.enter(asked.who, id);
  if (!entered) return refused(entered.refusal());
  http::Request request = asked.request;
  request.params.erase(request.params.begin());
  records::RecordService service(entered->vault->engine(), grants_of_);
  Response response = answer(service, Asked{entered->who, request});
  for (http::Field& field : response.fields)
    if (field.name == "Location" && field.value.starts_with(kRoot))
      field.value.insert(kRoot.size(), "vaults/" + asked.request.params[0] + "/");
  return response;
}

void VaultRoutes::mirror(std::vector<Route>& routes, Method method, std::string_view pattern,
                         std::uint64_t body_limit, const schema::Entity& entity, OneEntity operation) {
  if (!entity.may_be_sealed) return;
  add_inside(routes, method, std::string(kOneVault) + "/" + std::string(pattern.substr(kRoot.size())),
             body_limit, [&entity, operation](records::RecordService& service, const Asked& asked) {
               return (service.*operation)(asked, entity);
             });
}

std::vector<Route> VaultRoutes::routes() {
  constexpr std::uint64_t kBody = 64 * 1024;
  std::vector<Route> routes;
  using OneVault = Response (VaultRoutes::*)(const Asked&);
  const auto on = [&](Method method, const std::string& pattern, OneVault operation) {
    add(routes, method, pattern, method == Method::get ? 0 : kBody,
        [this, operation](const Asked& asked) { return (this->*operation)(asked); });
  };
  const std::string one(kOneVault);
  on(Method::get, "/api/v1/vaults", &VaultRoutes::list);
  on(Method::post, "/api/v1/vaults", &VaultRoutes::create);
  on(Method::get, one, &VaultRoutes::get);
  on(Method::get, one + "/members", &VaultRoutes::members);
  on(Method::post, one + "/members", &VaultRoutes::put_member);
  on(Method::remove, one + "/members/{person}", &VaultRoutes::remove_member);
  on(Method::post, one + "/leave", &VaultRoutes::leave);
  on(Method::get, one + "/log", &VaultRoutes::log);
  for (const vault::State state : {vault::State::open, vault::State::closed})
    add(routes, Method::post, one + (state == vault::State::open ? "/open" : "/close"), kBody,
        [this, state](const Asked& asked) { return set_state(asked, state); });
  using records::RecordService;
  add_inside(routes, Method::get, one + "/search", 0,
             [](RecordService& service, const Asked& asked) { return service.search(asked); });
  add_inside(routes, Method::get, one + "/titles", 0,
             [](RecordService& service, const Asked& asked) { return service.titles(asked); });
  add_inside(routes, Method::post, one + "/changes/{seq}/undo", records::kMaxRecordBody,
             [](RecordService& service, const Asked& asked) { return service.undo(asked); });
  patterns_.push_back(one + "/changes/stream");
  routes.push_back({Method::get,
                    patterns_.back(),
                    Permission::record,
                    0,
                    [this](Call& call, const http::Responder& respond) { feed_.open(call, respond); },
                    {}});
  routes.back().words.is_copy = true;
  for (const schema::Entity& entity : outside_.registry().all())
    if (!entity.attached && entity.may_be_sealed) {
      add(routes, Method::post, std::string(kRoot) + std::string(entity.path) + "/{id}/seal", kBody,
          [this, &entity](const Asked& asked) { return seal(asked, entity); });
      routes.back().words = {.summary = "Move the record into a vault: it is gone from everywhere else",
                             .answer = "Sealed",
                             .body = "SealBody"};
    }
  return routes;
}

base::Result<Listening> VaultRoutes::listen(const http::Request& request, const Caller& caller) {
  auto who = find_caller_(request, caller);
  if (!who) return who.error();
  if (!*who)
    return Listening{std::nullopt,
                     problem(Problem::not_signed_in, "no session or token, or one that has ended")};
  auto entered = vaults_.enter(**who, vault_of(request));
  // A database that cannot be asked for a moment sends nobody away; its words reach nobody meanwhile either.
  if (!entered && entered.refusal().kind == Kind::failed &&
      entered.refusal().error.code == base::ErrorCode::unavailable)
    return entered.refusal().error;
  if (!entered) return Listening{std::nullopt, refused(entered.refusal())};
  record::Engine* const engine = &entered->vault->engine();
  return Listening{Listener{std::move(entered->who), engine, std::move(entered->vault)}, {}};
}

Response VaultRoutes::list(const Asked& asked) {
  const auto mine = vaults_.list(records::context_of(asked));
  if (!mine) return refused(mine.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const vault::Summary& summary : *mine) write_summary(json, summary);
  json.end_array().end_object();
  return records::json_answer(std::move(body));
}

Response VaultRoutes::create(const Asked& asked) {
  if (!access::holds_anywhere(asked.who, "vault.create")) return refused(Kind::forbidden);
  Read read = read_body(asked);
  if (!read.body) return std::move(read.refusal);
  vault::Vaults::Order order;
  order.about.title = read.body->needed("title");
  order.about.purpose = read.body->text("purpose").value_or("");
  for (const std::string& text : read.body->texts("custodians")) {
    const auto id = base::RecordId::parse(text);
    if (!id) read.body->add_fault("custodians", "wrong_type", "no id");
    if (id) order.custodians.push_back(*id);
  }
  const std::string reason = reason_of(asked, *read.body);
  if (auto refusal = faults_in(*read.body)) return std::move(*refusal);
  record::Context context = records::context_of(asked);
  context.reason = reason;
  const auto made = vaults_.create(context, order);
  if (!made) return refused(made.refusal());
  const auto summary = vaults_.summary(context, *made);
  if (!summary) return refused(summary.refusal());
  std::string body;
  base::JsonWriter json(body);
  write_summary(json, *summary);
  Response response = records::json_answer(std::move(body), 201);
  response.with("Location", "/api/v1/vaults/" + std::to_string(static_cast<std::uint32_t>(*made)));
  return response;
}

Response VaultRoutes::get(const Asked& asked) {
  const auto summary = vaults_.summary(records::context_of(asked), vault_of(asked.request));
  if (!summary) return refused(summary.refusal());
  std::string body;
  base::JsonWriter json(body);
  write_summary(json, *summary);
  return records::json_answer(std::move(body));
}

Response VaultRoutes::members(const Asked& asked) {
  const auto members = vaults_.members(records::context_of(asked), vault_of(asked.request));
  if (!members) return refused(members.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const vault::Member& member : *members) {
    json.begin_object().key("person").string(member.person.text());
    json.key("custodian").boolean(member.custodian).end_object();
  }
  json.end_array().end_object();
  return records::json_answer(std::move(body));
}

Response VaultRoutes::put_member(const Asked& asked) {
  const base::VaultId id = vault_of(asked.request);
  if (const auto member = vaults_.summary(records::context_of(asked), id); !member)
    return refused(member.refusal());
  Read read = read_body(asked);
  if (!read.body) return std::move(read.refusal);
  const auto person = id_in(*read.body, "person");
  const bool custodian = read.body->flag("custodian");
  const std::string reason = reason_of(asked, *read.body);
  if (auto refusal = faults_in(*read.body)) return std::move(*refusal);
  record::Context context = records::context_of(asked);
  context.reason = reason;
  return done(vaults_.put_member(context, id, {*person, custodian}));
}

Response VaultRoutes::remove_member(const Asked& asked) {
  const auto person = base::RecordId::parse(asked.request.params[1]);
  const std::string reason = records::reason_of(asked.request);
  record::Context context = records::context_of(asked);
  context.reason = reason;
  return done(vaults_.remove_member(context, vault_of(asked.request), person.value_or(base::RecordId{})));
}

Response VaultRoutes::leave(const Asked& asked) {
  const std::string reason = records::reason_of(asked.request);
  record::Context context = records::context_of(asked);
  context.reason = reason;
  return done(vaults_.leave(context, vault_of(asked.request)));
}

Response VaultRoutes::set_state(const Asked& asked, vault::State state) {
  const base::VaultId id = vault_of(asked.request);
  if (const auto member = vaults_.summary(records::context_of(asked), id); !member)
    return refused(member.refusal());
  std::string reason = records::reason_of(asked.request);
  if (!asked.request.body.empty()) {
    Read read = read_body(asked);
    if (!read.body) return std::move(read.refusal);
    reason = reason_of(asked, *read.body);
    if (auto refusal = faults_in(*read.body)) return std::move(*refusal);
  }
  record::Context context = records::context_of(asked);
  context.reason = reason;
  return done(vaults_.set_state(context, id, state));
}

Response VaultRoutes::log(const Asked& asked) {
  const base::VaultId id = vault_of(asked.request);
  const record::Context context = records::context_of(asked);
  if (const auto member = vaults_.summary(context, id); !member) return refused(member.refusal());
  auto parameters = records::parameters_of(asked.request);
  if (!parameters) return problem(Problem::malformed, "parameters");
  schema::Field whole;
  whole.kind = schema::Kind::integer;
  schema::Value before = std::int64_t{0};
  if (const auto text = records::take(*parameters, "before"))
    if (!record::read_text(whole, *text, before) || std::get<std::int64_t>(before) < 0)
      return records::refusal_answer(Refusal{Kind::invalid, {{"before", "wrong_type", "no number"}}, {}});
  constexpr std::size_t kEntries = 200;
  const auto entries = vaults_.log(context, id, std::get<std::int64_t>(before), kEntries);
  if (!entries) return refused(entries.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const vault::Entry& entry : *entries) {
    json.begin_object().key("seq").integer(entry.seq).key("at").string(base::format_rfc3339(entry.at));
    json.key("actor").string(entry.actor.text()).key("actor_name").string(entry.actor_name);
    json.key("deed").string(entry.deed).key("about");
    if (entry.about) {
      json.string(entry.about->text());
    } else {
      json.null();
    }
    json.key("reason").string(entry.reason).end_object();
  }
  json.end_array().end_object();
  return records::json_answer(std::move(body));
}

Response VaultRoutes::seal(const Asked& asked, const schema::Entity& entity) {
  record::Context context = records::context_of(asked);
  const auto id = base::RecordId::parse(asked.request.params[0]);
  // Whether there is such a record, before anything of the body is looked at.
  if (!id) return refused(Kind::not_found);
  if (const auto seen = outside_.get(context, entity, *id); !seen) return refused(seen.refusal());
  Read read = read_body(asked);
  if (!read.body) return std::move(read.refusal);
  const auto number = read.body->number("vault");
  if (!number) read.body->add_fault("vault", "needed", "");
  const std::string reason = reason_of(asked, *read.body);
  if (auto refusal = faults_in(*read.body)) return std::move(*refusal);
  context.reason = reason;
  const bool possible = *number > 0 && *number <= std::numeric_limits<std::uint32_t>::max();
  const base::VaultId vault{possible ? static_cast<std::uint32_t>(*number) : 0};
  const auto sealed = vaults_.seal(context, entity, *id, vault);
  if (!sealed) return refused(sealed.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("vault").integer(*number).key("records").unsigned_integer(sealed->records);
  json.key("wiped").boolean(sealed->wiped).end_object();
  return records::json_answer(std::move(body));
}

}  // namespace hinomi::api
