#include "api/identity.h"

#include <utility>

namespace hinomi::api {
namespace {

constexpr std::chrono::milliseconds kStale{200};  // of a person's name and language
constexpr std::size_t kMaxPeople = 4096;

std::string text_of(const schema::Entity& entity, const record::Record& record, std::string_view field) {
  const auto* const text = std::get_if<std::string>(&record.values[entity.index_of(field)]);
  return text == nullptr ? std::string() : *text;
}

base::Error no_grants() {
  return {base::ErrorCode::unavailable, "what somebody may do cannot be said now", "", {}};
}

}  // namespace

base::Result<std::optional<Identity::Person>> Identity::person(const base::RecordId& id) {
  const auto now = accounts_.clock().steady();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = people_.find(id); found != people_.end() && now - found->second.at < kStale)
      return std::optional(found->second.person);
  }
  const access::Principal system = access::system_principal();
  record::Context context;
  context.who = &system;
  const schema::Entity& entity = engine_.registry().get("person");
  const auto record = engine_.get(context, entity, id);
  if (!record) {
    if (record.refusal().kind == record::Refusal::Kind::not_found) return std::optional<Person>();
    return record.refusal().error;
  }
  Person person{text_of(entity, *record, "name"), text_of(entity, *record, "language"), record->labels.realm};
  const std::lock_guard lock(mutex_);
  if (people_.size() >= kMaxPeople) people_.clear();
  people_.insert_or_assign(id, Kept{person, now});
  return std::optional(std::move(person));
}

base::Result<std::optional<Known>> Identity::of_session(account::Session session) {
  Known known;
  access::Principal& who = known.who;
  who.kind = access::PrincipalKind::staff;
  who.id = session.person;
  who.session = session.id.text();
  who.proved_at = session.proved;
  if (session.person == account::local_operator()) {
    who.name = "local operator";
    who.grants = std::make_shared<const access::Grants>();
  } else {
    auto found = person(session.person);
    if (!found) return found.error();
    if (!*found) return std::optional<Known>();
    who.name = std::move((*found)->name);
    who.realm = (*found)->realm;
    known.language = std::move((*found)->language);
    who.grants = grants_of_(session.person);
    if (who.grants == nullptr) return no_grants();
  }
  known.session = std::move(session);
  return std::optional(std::move(known));
}

base::Result<std::optional<Known>> Identity::of_token(account::Token token) {
  Known known;
  access::Principal& who = known.who;
  who.id = token.owner;
  who.session = "token " + token.id.text();
  who.is_human = false;
  who.kind = access::PrincipalKind::service;
  who.name = token.name;
  if (token.owner_kind == account::OwnerKind::person) {
    auto found = person(token.owner);
    if (!found) return found.error();
    if (!*found) return std::optional<Known>();
    who.name = (*found)->name + " (" + token.name + ")";
    who.realm = (*found)->realm;
  }
  const auto owned = grants_of_(token.owner);
  if (owned == nullptr) return no_grants();
  access::Reach everywhere;
  everywhere.everywhere = true;
  access::Grants scoped;
  for (const std::string& scope : token.scopes.names()) scoped.add(scope, everywhere);
  who.grants = std::make_shared<const access::Grants>(access::Grants::common(*owned, scoped));
  known.token = std::move(token);
  return std::optional(std::move(known));
}

base::Result<std::optional<Known>> Identity::find(const http::Request& request) {
  if (request.has("authorization")) {
    const auto text = bearer_token(request);
    if (!text) return std::optional<Known>();
    auto token = accounts_.find_token(*text);
    if (!token) return token.error();
    if (!*token) return std::optional<Known>();
    return of_token(std::move(**token));
  }
  const auto text = session_token(request);
  if (!text) return std::optional<Known>();
  auto session = accounts_.find_session(*text);
  if (!session) return session.error();
  if (!*session) return std::optional<Known>();
  return of_session(std::move(**session));
}

}  // namespace hinomi::api
