#include "api/records/roles.h"

#include <charconv>

#include "access/decision.h"
#include "api/records/answer.h"
#include "record/json.h"
#include "record/validate.h"

namespace hinomi::api::records {
namespace {

record::Refusal invalid(std::string_view field, std::string_view code, std::string_view detail) {
  return {record::Refusal::Kind::invalid, {{std::string(field), std::string(code), std::string(detail)}}, {}};
}

bool may_ask(const Asked& asked) {
  return access::holds_anywhere(asked.who, "role.read");
}

http::Response may_not() {
  return refusal_answer({record::Refusal::Kind::forbidden, {}, {}});
}

// The parameters of a question, read strictly.
struct Parameters {
  std::optional<std::string> catalogue;
  std::optional<base::OrganisationId> organisation;
  std::optional<std::string> day;
  std::optional<http::Response> refusal;
};

std::optional<base::OrganisationId> read_key(std::string_view text) {
  std::uint32_t key = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key);
  if (error != std::errc{} || end != text.data() + text.size() || key == 0) return std::nullopt;
  return static_cast<base::OrganisationId>(key);
}

Parameters read_parameters(const Asked& asked) {
  Parameters read;
  auto sent = parameters_of(asked.request);
  if (!sent) {
    read.refusal = simple_problem(400, "malformed", "The request is malformed");
    return read;
  }
  read.catalogue = take(*sent, "catalogue");
  read.day = take(*sent, "on");
  if (const auto organisation = take(*sent, "organisation")) {
    read.organisation = read_key(*organisation);
    if (!read.organisation)
      read.refusal = refusal_answer(invalid("organisation", "wrong_type", "the key of an organisation"));
  }
  if (read.day && !record::is_date(*read.day))
    read.refusal = refusal_answer(invalid("on", "not_a_date", "a day: 2027-04-01"));
  if (!sent->empty())
    read.refusal = refusal_answer(invalid(sent->front().name, "unknown_field", "no such parameter"));
  return read;
}

template <typename Write>
http::Response written(const Write& write) {
  std::string body;
  base::JsonWriter json(body);
  write(json);
  return json_answer(std::move(body));
}

std::optional<content::Code> code_of(const Asked& asked) {
  return asked.request.params.empty() ? std::nullopt : content::Code::parse(asked.request.params[0]);
}

enum class View : std::uint8_t { roles, services };

// By which catalogue; nullopt: there is no such one.
std::optional<View> view_of(const Parameters& parameters, const RoleContent& content) {
  if (!parameters.catalogue || *parameters.catalogue == content.roles->key()) return View::roles;
  if (*parameters.catalogue == content.services->key()) return View::services;
  return std::nullopt;
}

http::Response no_such_catalogue() {
  return refusal_answer(invalid("catalogue", "not_a_choice", "no such catalogue"));
}

}  // namespace

http::Response RoleService::board(const Asked& asked) {
  if (!may_ask(asked)) return may_not();
  Parameters parameters = read_parameters(asked);
  if (parameters.refusal) return std::move(*parameters.refusal);
  const auto view = view_of(parameters, content_);
  if (!view) return no_such_catalogue();
  const auto board = board_.board({asked.who, parameters.organisation, parameters.day});
  if (!board) return refusal_answer(board.refusal());
  return written([&](base::JsonWriter& json) {
    (*view == View::roles ? write_board : write_service_board)(json, content_, *board);
  });
}

http::Response RoleService::role(const Asked& asked) {
  if (!may_ask(asked)) return may_not();
  Parameters parameters = read_parameters(asked);
  if (parameters.refusal) return std::move(*parameters.refusal);
  const auto view = view_of(parameters, content_);
  if (!view) return no_such_catalogue();
  const auto code = code_of(asked);
  if (!code) return not_found();
  const govern::BoardQuestion question{asked.who, parameters.organisation, parameters.day};
  if (*view == View::roles) {
    const auto page = board_.role(question, *code);
    if (!page) return refusal_answer(page.refusal());
    return written([&](base::JsonWriter& json) { write_role_page(json, content_, *page); });
  }
  for (const content::Service& service : content_.services->services()) {
    if (service.code != *code) continue;
    const auto board = board_.board(question);
    if (!board) return refusal_answer(board.refusal());
    return written([&](base::JsonWriter& json) { write_service_page(json, content_, *board, service); });
  }
  return not_found();
}

RoleService::Found RoleService::find_setting(base::OrganisationId organisation, const std::string& code) {
  Found found;
  const auto read = engine_.in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    found.id.reset();
    auto statement = connection.prepare(
        "SELECT id FROM r_role_setting WHERE organisation=? AND f_role=? AND deleted_at IS NULL");
    if (!statement) return statement.error();
    (*statement)->bind(static_cast<std::int64_t>(organisation)).bind(std::string_view(code));
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (*row) found.id = base::RecordId::from_bytes((*statement)->blob(0));
    (*statement)->reset();
    return {};
  });
  if (!read) found.error = read.error();
  return found;
}

http::Response RoleService::set(const Asked& asked) {
  if (!may_ask(asked)) return may_not();
  const auto code = code_of(asked);
  if (!code || content_.roles->find(*code) == nullptr) return not_found();
  if (!is_json(asked.request))
    return simple_problem(415, "wrong_media_type", "Not in this form", "send application/json");
  const Match match = if_match(asked.request);
  if (match.malformed)
    return simple_problem(428, "needs_precondition", "Say which version you know", "If-Match is no ETag");
  const schema::Entity& entity = engine_.registry().get("role_setting");
  auto read = record::read_draft(entity, asked.request.body, true);
  if (!read) return simple_problem(400, "malformed", "The request is malformed", read.error().message);
  if (!read->faults.empty())
    return refusal_answer({record::Refusal::Kind::invalid, std::move(read->faults), {}});
  record::Draft draft = std::move(read->draft);
  if (!draft.organisation) return refusal_answer(invalid("organisation", "needed", "of which organisation"));
  const base::OrganisationId organisation = *draft.organisation;
  // Alike whether there is one or not: what may not be read is not there.
  access::ObjectView place;
  place.labels.organisation = organisation;
  place.labels.site = draft.site.value_or(base::SiteId{});
  if (access::decide(asked.who, "role_setting.read", "role_setting.read", place) != access::Decision::allowed)
    return not_found();
  const std::size_t role = entity.index_of("role");
  for (const auto& [field, value] : draft.values)
    if (field == role) return refusal_answer(invalid("role", "unknown_field", "the path says which role"));
  record::Context context = context_of(asked);
  const std::string reason = reason_of(asked.request);
  context.reason = reason;
  // Once more where somebody else made it in between.
  for (int attempt = 0;; ++attempt) {
    const Found found = find_setting(organisation, code->to_string());
    if (found.error) return refusal_answer({record::Refusal::Kind::failed, {}, *found.error});
    if (found.id) {
      draft.id.reset();
      draft.organisation.reset();
      const auto changed = engine_.change(context, entity, *found.id, draft, match.version);
      return changed ? record_answer(entity, *changed) : refusal_answer(changed.refusal());
    }
    if (match.version) return refusal_answer({record::Refusal::Kind::stale, {}, {}});
    record::Draft fresh = draft;
    fresh.values.emplace_back(role, code->to_string());
    const auto made = engine_.create(context, entity, std::move(fresh));
    if (made) return record_answer(entity, *made, 201);
    if (made.refusal().kind != record::Refusal::Kind::conflict || attempt > 0)
      return refusal_answer(made.refusal());
  }
}

http::Response RoleService::of_person(const Asked& asked) {
  if (!may_ask(asked)) return may_not();
  Parameters parameters = read_parameters(asked);
  if (parameters.refusal) return std::move(*parameters.refusal);
  for (const auto& [name, sent] : {std::pair{"catalogue", parameters.catalogue.has_value()},
                                   {"organisation", parameters.organisation.has_value()},
                                   {"on", parameters.day.has_value()}})
    if (sent) return refusal_answer(invalid(name, "unknown_field", "no such parameter"));
  const auto id =
      asked.request.params.empty() ? std::nullopt : base::RecordId::parse(asked.request.params[0]);
  if (!id) return not_found();
  const auto held = board_.of_person(asked.who, *id);
  if (!held) return refusal_answer(held.refusal());
  return written([&](base::JsonWriter& json) { write_held(json, content_, *held); });
}

http::Response RoleService::ownerless(const Asked& asked) {
  if (!may_ask(asked)) return may_not();
  Parameters parameters = read_parameters(asked);
  if (parameters.refusal) return std::move(*parameters.refusal);
  if (parameters.catalogue) return refusal_answer(invalid("catalogue", "unknown_field", "no such parameter"));
  const auto found = board_.ownerless({asked.who, parameters.organisation, parameters.day});
  if (!found) return refusal_answer(found.refusal());
  return written([&](base::JsonWriter& json) { write_ownerless(json, *found); });
}

}  // namespace hinomi::api::records
