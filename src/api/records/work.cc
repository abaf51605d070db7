// The inbox, the steps of approvals, emergency access.
#include <algorithm>

#include "api/records/answer.h"
#include "api/records/service.h"
#include "base/json_writer.h"
#include "record/json.h"

namespace hinomi::api::records {
namespace {

using parse::json::Kind;

void write_items(base::JsonWriter& json, const schema::Entity& entity,
                 const std::vector<record::Record>& records) {
  json.key("items").begin_array();
  for (const record::Record& record : records) record::write_record(json, entity, record);
  json.end_array();
}

struct ReadEmergency {
  work::EmergencyOrder order;
  bool well_formed = false;
};

ReadEmergency read_emergency(const std::string& body) {
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxRecordBody, .depth = 4});
  const auto document = reader.read(body);
  ReadEmergency read;
  if (!document || document->kind() != Kind::object) return read;
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    const std::string_view name = key.string();
    key = value.next();
    if (name == "reason" && value.kind() == Kind::string) {
      read.order.why = value.string();
    } else if (name == "ticket" && value.kind() == Kind::string) {
      read.order.ticket = value.string();
    } else if (name == "role" && value.kind() == Kind::string) {
      read.order.role = value.string();
    } else if (name == "organisation" && value.kind() == Kind::integer && value.integer() > 0 &&
               value.integer() <= 0xFFFF'FFFF) {
      read.order.organisation = static_cast<base::OrganisationId>(value.integer());
    } else if (name == "minutes" && value.kind() == Kind::integer) {
      read.order.time = std::chrono::minutes(std::clamp<std::int64_t>(value.integer(), -1, 1'000));
    } else {
      return read;
    }
  }
  read.well_formed = true;
  return read;
}

}  // namespace

http::Response RecordService::inbox(const Asked& asked) {
  const auto inbox = work_.notices->inbox_of(context_of(asked));
  if (!inbox) return refusal_answer(inbox.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  write_items(json, engine_.registry().get("notice"), inbox->notices);
  json.key("unread").integer(inbox->unread);
  json.key("unread_is_exact").boolean(inbox->unread < work::kMaxUnread).end_object();
  return json_answer(std::move(body));
}

http::Response RecordService::inbox_count(const Asked& asked) {
  const auto unread = work_.notices->unread_of(asked.who.id);
  if (!unread) return refusal_answer({record::Refusal::Kind::failed, {}, unread.error()});
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("unread").integer(*unread);
  json.key("unread_is_exact").boolean(*unread < work::kMaxUnread).end_object();
  return json_answer(std::move(body));
}

http::Response RecordService::read_inbox(const Asked& asked) {
  const auto marked = work_.notices->mark_all_read(context_of(asked));
  if (!marked) return refusal_answer(marked.refusal());
  const auto unread = work_.notices->unread_of(asked.who.id);
  if (!unread) return refusal_answer({record::Refusal::Kind::failed, {}, unread.error()});
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("marked").integer(*marked).key("unread").integer(*unread).end_object();
  return json_answer(std::move(body));
}

http::Response RecordService::approval_steps(const Asked& asked) {
  const auto id =
      asked.request.params.empty() ? std::nullopt : base::RecordId::parse(asked.request.params[0]);
  if (!id) return not_found();
  const auto steps = work_.approvals->steps_of(context_of(asked), *id);
  if (!steps) return refusal_answer(steps.refusal());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  write_items(json, engine_.registry().get("approval_step"), *steps);
  json.end_object();
  return json_answer(std::move(body));
}

http::Response RecordService::open_emergency(const Asked& asked) {
  if (!is_json(asked.request))
    return simple_problem(415, "wrong_media_type", "Not in this form", "send application/json");
  const ReadEmergency read = read_emergency(asked.request.body);
  if (!read.well_formed) return simple_problem(400, "malformed", "The request is malformed");
  const auto opened = work_.break_glass->open(context_of(asked), read.order);
  if (!opened) return refusal_answer(opened.refusal());
  http::Response response = record_answer(engine_.registry().get("break_glass"), *opened, 201);
  response.with("Location", "/api/v1/break_glass/" + opened->id.text());
  return response;
}

}  // namespace hinomi::api::records
