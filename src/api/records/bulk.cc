#include "api/records/bulk.h"

#include <algorithm>
#include <charconv>

#include "api/records/answer.h"
#include "api/records/service.h"
#include "base/json_writer.h"
#include "record/fields.h"
#include "record/json.h"

namespace hinomi::api::records {
namespace {

using parse::json::Kind;
using schema::Entity;

constexpr std::size_t kMaxRefusedShown = 50;
constexpr std::size_t kRightsEvery = 50;  // records, after which rights are read anew

record::Refusal invalid(std::vector<record::Fault> faults) {
  return {record::Refusal::Kind::invalid, std::move(faults), {}};
}

void write_rights(base::JsonWriter& json, const access::Grants& rights) {
  json.begin_object();
  for (const auto& [permission, reach] : rights.all()) {
    json.key(permission).begin_object().key("everywhere").boolean(reach.everywhere);
    json.key("places").begin_array();
    for (const access::Place& place : reach.places) {
      json.begin_array().integer(static_cast<std::int64_t>(place.organisation));
      if (place.site) json.integer(static_cast<std::int64_t>(*place.site));
      json.end_array();
    }
    json.end_array().end_object();
  }
  json.end_object();
}

access::Reach read_reach(const parse::json::Value& from) {
  access::Reach reach;
  for (auto key = from.first(); !(key == from.last());) {
    const auto value = key.next();
    if (key.string() == "everywhere") reach.everywhere = value.boolean();
    if (key.string() == "places" && value.kind() == Kind::array)
      for (auto at = value.first(); !(at == value.last()); at = at.next()) {
        const auto organisation = at.first();
        if (at.kind() != Kind::array || organisation.kind() != Kind::integer) continue;
        access::Place place{static_cast<base::OrganisationId>(organisation.integer()), std::nullopt};
        if (!(organisation.next() == at.last()))
          place.site = static_cast<base::SiteId>(organisation.next().integer());
        reach.add(place);
      }
    key = value.next();
  }
  return reach;
}

// The arguments of a job, read back.
struct BulkJob {
  const Entity* entity = nullptr;
  BulkOrder order;
  std::optional<record::Draft> draft;
  bool stepped_up = false;
  std::optional<access::Grants> rights;
};

base::Result<BulkJob> read_job(record::Engine& engine, std::string_view arguments) {
  const base::Error broken{base::ErrorCode::invalid_input, "bulk: the arguments are none", "", {}};
  parse::json::Reader reader(parse::json::Limits{.document_bytes = work::kMaxJobArguments, .depth = 20});
  const auto document = reader.read(arguments);
  if (!document || document->kind() != Kind::object) return broken;
  BulkJob job;
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    if (key.string() == "entity" && value.kind() == Kind::string)
      job.entity = engine.registry().find(value.string());
    if (key.string() == "stepped_up") job.stepped_up = value.boolean();
    if (key.string() == "rights" && value.kind() == Kind::object) {
      job.rights.emplace();
      for (auto name = value.first(); !(name == value.last()); name = name.next().next())
        job.rights->add(name.string(), read_reach(name.next()));
    }
    if (key.string() == "order" && value.kind() == Kind::object) {
      std::string text;
      parse::json::append_json(text, value);
      auto order = read_bulk(text, kMaxBulkJob);
      if (!order) return broken;
      job.order = std::move(*order);
    }
    key = value.next();
  }
  if (job.entity == nullptr || job.order.ids.empty()) return broken;
  if (job.order.set) {
    auto read = record::read_draft(*job.entity, *job.order.set, false);
    if (!read || !read->faults.empty()) return broken;
    job.draft = std::move(read->draft);
  }
  return job;
}

// How far a job is: "next done refused".
struct Place {
  std::size_t next = 0;
  std::uint64_t done = 0;
  std::uint64_t refused = 0;

  [[nodiscard]] std::string text() const {
    return std::to_string(next) + " " + std::to_string(done) + " " + std::to_string(refused);
  }
  static Place of(std::string_view token) {
    Place place;
    std::uint64_t next = 0;
    const char* at = token.data();
    const char* const end = at + token.size();
    for (std::uint64_t* into : {&next, &place.done, &place.refused}) {
      at = std::from_chars(at, end, *into).ptr;
      if (at != end) ++at;
    }
    place.next = static_cast<std::size_t>(next);
    return place;
  }
};

base::Result<access::Principal> rights_now(work::JobContext& context, const BulkJob& job) {
  auto who = context.who(job.stepped_up);
  if (who && job.rights && who->grants != nullptr)
    who->grants = std::make_shared<const access::Grants>(access::Grants::common(*who->grants, *job.rights));
  return who;
}

base::Result<std::string> run_bulk(work::JobContext& context) {
  record::Engine& engine = context.engine();
  const auto job = read_job(engine, context.arguments());
  if (!job) return job.error();
  Place place = Place::of(context.resume());
  auto who = rights_now(context, *job);
  if (!who) return who.error();
  std::string refused;
  base::JsonWriter list(refused);
  list.begin_array();
  const std::size_t count = job->order.ids.size();
  for (std::size_t since = 0; place.next < count && !context.is_cancelled(); ++since) {
    if (since == kRightsEvery) {
      since = 0;
      who = rights_now(context, *job);
      if (!who) return who.error();
    }
    const base::RecordId& id = job->order.ids[place.next];
    const std::string key = "job " + context.id().text() + " " + id.text();
    record::Context one = context.context(*who);
    one.reason = job->order.reason;
    one.request_key = key;
    const auto outcome = do_one(engine, one, *job->entity, job->order, job->draft, id);
    if (outcome) {
      ++place.done;
    } else {
      // Not of this record: tried again from here.
      if (outcome.refusal().kind == record::Refusal::Kind::failed) return outcome.refusal().error;
      if (place.refused++ < kMaxRefusedShown) write_refused(list, id, outcome.refusal());
    }
    ++place.next;
    context.progress(place.next, count);
    context.set_resume(place.text());
  }
  list.end_array();
  std::string result;
  base::JsonWriter json(result);
  json.begin_object().key("count").unsigned_integer(count).key("done").unsigned_integer(place.done);
  json.key("refused_count").unsigned_integer(place.refused).key("refused").raw(refused).end_object();
  return result;
}

}  // namespace

std::optional<BulkOrder> read_bulk(std::string_view body, std::size_t limit) {
  parse::json::Reader reader(parse::json::Limits{.document_bytes = work::kMaxJobArguments, .depth = 16});
  const auto document = reader.read(body);
  if (!document || document->kind() != Kind::object) return std::nullopt;
  BulkOrder order;
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    const std::string_view name = key.string();
    key = value.next();
    if (name == "ids" && value.kind() == Kind::array) {
      for (auto at = value.first(); !(at == value.last()); at = at.next()) {
        const auto id = at.kind() == Kind::string ? base::RecordId::parse(at.string()) : std::nullopt;
        if (!id || order.ids.size() >= limit) return std::nullopt;
        order.ids.push_back(*id);
      }
    } else if (name == "query" && value.kind() == Kind::string) {
      order.query = value.string();
      order.by_query = true;
    } else if (name == "set" && value.kind() == Kind::object) {
      order.set.emplace();
      parse::json::append_json(*order.set, value);
    } else if (name == "action" && value.kind() == Kind::string) {
      order.action = value.string();
    } else if (name == "delete" && value.kind() == Kind::boolean) {
      order.remove = value.boolean();
    } else if (name == "preview" && value.kind() == Kind::boolean) {
      order.preview = value.boolean();
    } else if (name == "reason" && value.kind() == Kind::string) {
      order.reason = value.string();
    } else {
      return std::nullopt;
    }
  }
  const int deeds = (order.set ? 1 : 0) + (order.action ? 1 : 0) + (order.remove ? 1 : 0);
  if (deeds != 1 || order.by_query == !order.ids.empty()) return std::nullopt;
  return order;
}

void write_refused(base::JsonWriter& json, const base::RecordId& id, const record::Refusal& refusal) {
  json.begin_object().key("id").string(id.text()).key("code").string(code_of(refusal));
  json.key("faults").begin_array();
  for (const record::Fault& fault : refusal.faults)
    json.begin_object().key("field").string(fault.field).key("code").string(fault.code).end_object();
  json.end_array().end_object();
}

record::Outcome<record::Record> do_one(record::Engine& engine, const record::Context& context,
                                       const Entity& entity, const BulkOrder& order,
                                       const std::optional<record::Draft>& draft, const base::RecordId& id) {
  if (draft) return engine.change(context, entity, id, *draft, std::nullopt);
  if (order.remove) return engine.remove(context, entity, id, std::nullopt);
  return engine.act(context, entity, id, order.action.value_or(""), "{}", std::nullopt);
}

std::string bulk_arguments(const Entity& entity, const BulkOrder& order, bool stepped_up,
                           const access::Grants* rights) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object().key("entity").string(entity.name).key("stepped_up").boolean(stepped_up);
  if (rights != nullptr) {
    json.key("rights");
    write_rights(json, *rights);
  }
  json.key("order").begin_object().key("ids").begin_array();
  for (const base::RecordId& id : order.ids) json.string(id.text());
  json.end_array();
  if (order.set) json.key("set").raw(*order.set);
  if (order.action) json.key("action").string(*order.action);
  if (order.remove) json.key("delete").boolean(true);
  json.key("reason").string(order.reason).end_object().end_object();
  return text;
}

work::JobKind bulk_kind() {
  work::JobKind kind;
  kind.run = run_bulk;
  return kind;
}

http::Response RecordService::ask_for_bulk_job(const Asked& asked, const Entity& entity,
                                               const BulkOrder& order) {
  const bool person =
      asked.who.kind == access::PrincipalKind::staff || asked.who.kind == access::PrincipalKind::employee;
  if (work_.jobs == nullptr || !person)
    return refusal_answer(invalid({{"ids", "too_long", "more than 1000 records at once"}}));
  const record::Context context = context_of(asked);
  work::JobOrder job;
  job.kind = kBulkKind;
  const std::string deed = order.set ? "change" : order.remove ? "delete" : *order.action;
  job.title = record::permission_of(entity, deed) + " (" + std::to_string(order.ids.size()) + ")";
  const bool proved = access::has_stepped_up(asked.who, engine_.clock().now());
  job.arguments =
      bulk_arguments(entity, order, proved, asked.who.is_human ? nullptr : asked.who.grants.get());
  job.asked_by = asked.who.id;
  job.retry = bulk_kind().retry;
  // The job stands where its first record does.
  for (std::size_t i = 0; i < order.ids.size() && i < kMaxBulk; ++i) {
    const auto first = engine_.get(context, entity, order.ids[i]);
    if (!first) continue;
    job.organisation = first->labels.organisation;
    if (entity.name == "organisation")
      job.organisation = static_cast<base::OrganisationId>(record::integer_field(entity, *first, "key"));
    break;
  }
  std::optional<record::Record> made;
  std::optional<record::Refusal> refusal;
  const auto done = engine_.in_write([&](store::sql::Connection& connection) -> base::Result<void> {
    refusal.reset();
    auto asked_for = work_.jobs->enqueue(connection, context, job);
    if (!asked_for) {
      refusal = asked_for.refusal();
      return base::Error{base::ErrorCode::usage, "refused", "", {}};
    }
    made = std::move(*asked_for);
    return {};
  });
  if (refusal) return refusal_answer(*refusal);
  if (!done) return refusal_answer({record::Refusal::Kind::failed, {}, done.error()});
  work_.wake_jobs();
  const Entity& jobs = engine_.registry().get("job");
  http::Response response = record_answer(jobs, *made, 202);
  response.with("Location", "/api/v1/jobs/" + made->id.text());
  return response;
}

http::Response RecordService::bulk(const Asked& asked, const Entity& entity) {
  if (!is_json(asked.request))
    return simple_problem(415, "wrong_media_type", "Not in this form", "send application/json");
  auto order = read_bulk(asked.request.body, kMaxBulkJob);
  if (!order) return simple_problem(400, "malformed", "The request is malformed", "no bulk order");
  record::Context context = context_of(asked);
  const std::string key(context.request_key);
  context.request_key = {};
  context.reason = order->reason;
  if (order->by_query) {
    http::Request query;
    query.query = order->query;
    const auto parameters = parameters_of(query);
    if (!parameters) return simple_problem(400, "malformed", "The request is malformed");
    record::ReadQuery read = query_of(asked, entity, *parameters);
    if (!read.faults.empty()) return refusal_answer(invalid(std::move(read.faults)));
    read.query.limit = record::kMaxPage;
    read.query.wants_total = true;
    for (;;) {
      const auto page = engine_.list(context, entity, read.query);
      if (!page) return refusal_answer(page.refusal());
      if (page->total > static_cast<std::int64_t>(kMaxBulkJob))
        return refusal_answer(invalid({{"query", "too_long", "more than 50000 records"}}));
      read.query.wants_total = false;
      for (const record::Record& record : page->records) order->ids.push_back(record.id);
      if (page->next.empty()) break;
      read.query.after = page->next;
    }
  }
  std::optional<record::Draft> draft;
  if (order->set) {
    auto read = record::read_draft(entity, *order->set, false);
    if (!read) return simple_problem(400, "malformed", "The request is malformed");
    if (!read->faults.empty()) return refusal_answer(invalid(std::move(read->faults)));
    draft = std::move(read->draft);
  }
  const schema::Action* const deed =
      order->set ? nullptr : entity.find_deed(order->remove ? "delete" : *order->action);
  if (deed != nullptr && deed->four_eyes && order->ids.size() > 1)
    return refusal_answer(invalid({{"ids", "not_allowed", "each of these is approved by itself"}}));
  if (order->ids.size() > kMaxBulk && !order->preview) return ask_for_bulk_job(asked, entity, *order);
  std::size_t done = 0;
  std::size_t tried = 0;
  std::string refused;
  base::JsonWriter list(refused);
  list.begin_array();
  for (const base::RecordId& id : order->ids) {
    // A preview of a job tries the first ones.
    if (tried++ == kMaxBulk) break;
    const std::string one_key = key.empty() ? std::string() : key.substr(0, 80) + " " + id.text();
    record::Context one = context;
    one.request_key = one_key;
    one.preview = order->preview;
    const auto outcome = do_one(engine_, one, entity, *order, draft, id);
    if (outcome) {
      ++done;
    } else {
      write_refused(list, id, outcome.refusal());
    }
  }
  list.end_array();
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("count").unsigned_integer(order->ids.size()).key("done").unsigned_integer(done);
  json.key("tried").unsigned_integer(std::min(order->ids.size(), kMaxBulk));
  json.key("preview").boolean(order->preview).key("refused").raw(refused).end_object();
  return json_answer(std::move(body));
}

}  // namespace hinomi::api::records
