#include "api/audit_log/service.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "access/decision.h"
#include "api/audit_log/details.h"
#include "api/records/answer.h"
#include "audit/exporter.h"
#include "audit/tables.h"
#include "base/json_writer.h"
#include "os/file.h"
#include "parse/json/reader.h"
#include "trust/checkpoint.h"
#include "trust/merkle.h"

namespace hinomi::api::audit_log {
namespace {

using base::OrganisationId;
using records::Asked;
using records::json_answer;
using records::simple_problem;
using store::sql::Connection;

// In the whole organisation: a log is one tree, and no part of it is for one site.
bool holds(const access::Principal& who, std::string_view permission, OrganisationId organisation) {
  if (who.kind == access::PrincipalKind::system) return true;
  const access::Reach* const reach = who.grants == nullptr ? nullptr : who.grants->find(permission);
  if (reach == nullptr) return false;
  return reach->everywhere ||
         std::any_of(reach->places.begin(), reach->places.end(), [&](const access::Place& place) {
           return place.organisation == organisation && !place.site && organisation != OrganisationId{};
         });
}

// The one organisation that they can mean, or the first.
OrganisationId usual_organisation(const access::Principal& who, std::string_view permission) {
  const access::Reach* const reach = who.grants == nullptr ? nullptr : who.grants->find(permission);
  if (reach == nullptr || reach->places.empty()) return OrganisationId{1};
  return reach->places.front().organisation;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

http::Response wrong_parameter(std::string_view name) {
  return simple_problem(400, "unknown_value", "A value is not understood",
                        "the parameter '" + std::string(name) + "'");
}

http::Response failed(const base::Error& error) {
  if (error.code == base::ErrorCode::unavailable) {
    http::Response response = simple_problem(503, "busy", "The server is busy");
    return std::move(response.with("Retry-After", "1"));
  }
  return simple_problem(500, "failed", "The server failed");
}

// Parameters of a request, each to be taken once.
class Parameters {
 public:
  explicit Parameters(const http::Request& request) {
    auto read = records::parameters_of(request);
    malformed_ = !read;
    if (read) all_ = std::move(*read);
  }
  template <typename Number>
  std::optional<Number> number(std::string_view name) {
    const auto text = records::take(all_, name);
    if (!text) return std::nullopt;
    const auto number = number_of<Number>(*text);
    if (!number) wrong_ = name;
    return number;
  }
  std::string text(std::string_view name) { return records::take(all_, name).value_or(""); }
  // What is wrong, after everything was taken.
  std::optional<http::Response> fault() const {
    if (malformed_) return simple_problem(400, "malformed", "The request is malformed");
    if (!wrong_.empty()) return wrong_parameter(wrong_);
    if (!all_.empty()) return wrong_parameter(all_.front().name);
    return std::nullopt;
  }

 private:
  std::vector<record::Parameter> all_;
  bool malformed_ = false;
  std::string wrong_;
};

void write_entry(base::JsonWriter& json, const audit::LeafRow& row, DetailsView& view) {
  json.begin_object().key("index").unsigned_integer(row.index);
  const auto leaf = trust::parse_leaf(row.leaf);
  // A leaf that somebody made unreadable is text, and hinomi audit check says which it is.
  json.key("readable").boolean(leaf.has_value()).key("leaf");
  if (leaf) {
    json.raw(row.leaf);
  } else {
    json.string(row.leaf);
  }
  const auto shown = view.shown(row);
  const bool had = leaf && leaf->details;
  json.key("details_state").string(shown ? "shown" : !had ? "none" : row.details ? "withheld" : "erased");
  json.key("details");
  if (shown) {
    json.raw(*shown);
  } else {
    json.null();
  }
  json.end_object();
}

std::string_view name_of(Exports::State state) {
  switch (state) {
    case Exports::State::waiting:
      return "waiting";
    case Exports::State::running:
      return "running";
    case Exports::State::ready:
      return "ready";
    case Exports::State::failed:
      return "failed";
  }
  return "failed";
}

http::Response state_answer(const base::RecordId& id, const Exports::Known& known, int status) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("id").string(id.text()).key("state").string(name_of(known.state));
  json.key("bytes").unsigned_integer(known.bytes);
  json.key("problem");
  if (known.problem.empty()) {
    json.null();
  } else {
    json.string(known.problem);
  }
  json.key("file");
  if (known.state == Exports::State::ready) {
    json.string("/api/v1/audit/exports/" + id.text() + "/file");
  } else {
    json.null();
  }
  json.end_object();
  return json_answer(std::move(body), status);
}

// {"organisation":1}; nullopt: something else.
std::optional<OrganisationId> organisation_of(const std::string& body) {
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxExportBody, .depth = 4});
  const auto document = reader.read(body);
  if (!document || document->kind() != parse::json::Kind::object) return std::nullopt;
  std::optional<OrganisationId> organisation;
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    const bool integer =
        value.kind() == parse::json::Kind::integer || value.kind() == parse::json::Kind::unsigned_integer;
    if (key.string() != "organisation" || organisation || !integer || value.unsigned_integer() > 0xFFFF'FFFF)
      return std::nullopt;
    organisation = static_cast<OrganisationId>(static_cast<std::uint32_t>(value.unsigned_integer()));
    key = value.next();
  }
  return organisation;
}

}  // namespace

AuditService::AuditService(Parts parts) : parts_(std::move(parts)), exports_(parts_.exports, parts_.say) {}

http::Response AuditService::list(const Asked& asked) {
  Parameters parameters(asked.request);
  audit::LeafQuery query;
  query.organisation = static_cast<OrganisationId>(
      parameters.number<std::uint32_t>("organisation")
          .value_or(static_cast<std::uint32_t>(usual_organisation(asked.who, "audit.read"))));
  const auto after = parameters.number<std::uint32_t>("after");
  query.before = parameters.number<std::uint32_t>("before");
  query.limit = std::clamp<std::size_t>(parameters.number<std::uint32_t>("limit").value_or(kUsualEntries), 1,
                                        kMaxEntries);
  query.entity = parameters.text("entity");
  query.record = parameters.text("record");
  query.actor = parameters.text("actor");
  if (const auto fault = parameters.fault()) return *fault;
  query.newest_first = !after;
  query.from = after ? std::uint64_t{*after} + 1 : 0;
  if (!holds(asked.who, "audit.read", query.organisation)) {
    parts_.engine->audit_refusal(records::context_of(asked), "audit.read", nullptr, std::nullopt,
                                 query.organisation);
    return simple_problem(403, "forbidden", "You may not do this");
  }
  std::vector<audit::LeafRow> rows;
  std::uint64_t size = 0;
  const auto read = parts_.engine->in_read([&](Connection& connection) -> base::Result<void> {
    const auto tree = audit::tree_of(connection, query.organisation);
    if (!tree) return tree.error();
    size = tree->size;
    auto found = audit::leaves(connection, query);
    if (!found) return found.error();
    rows = std::move(*found);
    return {};
  });
  if (!read) return failed(read.error());
  DetailsView view(*parts_.engine, asked.who);
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("organisation").integer(static_cast<std::int64_t>(query.organisation));
  json.key("size").unsigned_integer(size).key("entries").begin_array();
  for (const audit::LeafRow& row : rows) write_entry(json, row, view);
  json.end_array().key("next");
  if (rows.size() < query.limit) {
    json.null();
  } else {
    json.unsigned_integer(rows.back().index);
  }
  json.end_object();
  return json_answer(std::move(body));
}

http::Response AuditService::tree(const Asked& asked) {
  Parameters parameters(asked.request);
  const auto organisation = static_cast<OrganisationId>(
      parameters.number<std::uint32_t>("organisation")
          .value_or(static_cast<std::uint32_t>(usual_organisation(asked.who, "audit.read"))));
  if (const auto fault = parameters.fault()) return *fault;
  if (!holds(asked.who, "audit.read", organisation)) {
    parts_.engine->audit_refusal(records::context_of(asked), "audit.read", nullptr, std::nullopt,
                                 organisation);
    return simple_problem(403, "forbidden", "You may not do this");
  }
  audit::Tree tree;
  std::optional<audit::CheckpointRow> checkpoint;
  std::optional<audit::AnchorRow> anchor;
  const auto read = parts_.engine->in_read([&](Connection& connection) -> base::Result<void> {
    auto found = audit::tree_of(connection, organisation);
    if (!found) return found.error();
    tree = std::move(*found);
    auto last = audit::last_checkpoint(connection, organisation);
    if (!last) return last.error();
    checkpoint = std::move(*last);
    auto stamped = audit::last_anchor(connection, organisation);
    if (!stamped) return stamped.error();
    anchor = std::move(*stamped);
    return {};
  });
  if (!read) return failed(read.error());
  const auto frontier = trust::Frontier::from_bytes(tree.frontier);
  const trust::Hash root = frontier ? frontier->root() : trust::empty_root();
  const auto keys = parts_.keys->verifiers(organisation);
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("organisation").integer(static_cast<std::int64_t>(organisation));
  json.key("name").string(parts_.keys->log_name(organisation));
  json.key("keys").begin_array();
  for (const trust::VerifierKey& key : keys) json.string(key.text());
  json.end_array().key("size").unsigned_integer(tree.size);
  json.key("root").string(trust::to_base64(trust::view_of(root)));
  json.key("checkpoint");
  if (checkpoint) {
    json.begin_object().key("size").unsigned_integer(checkpoint->size);
    json.key("at").string(base::format_rfc3339(checkpoint->at));
    json.key("note").string(checkpoint->note).end_object();
  } else {
    json.null();
  }
  json.key("anchor");
  if (anchor) {
    json.begin_object().key("size").unsigned_integer(anchor->size);
    json.key("at").string(base::format_rfc3339(anchor->at));
    json.key("authority").string(anchor->authority).end_object();
  } else {
    json.null();
  }
  json.end_object();
  return json_answer(std::move(body));
}

http::Response AuditService::begin_export(const Asked& asked) {
  if (!records::is_json(asked.request))
    return simple_problem(415, "wrong_media_type", "Not in this form", "send application/json");
  const auto organisation = organisation_of(asked.request.body);
  if (!organisation)
    return simple_problem(400, "malformed", "The request is malformed", R"(send {"organisation":NUMBER})");
  const record::Context context = records::context_of(asked);
  if (!holds(asked.who, "audit.read", *organisation) || !holds(asked.who, "audit.export", *organisation)) {
    parts_.engine->audit_refusal(context, "audit.export", nullptr, std::nullopt, *organisation);
    return simple_problem(403, "forbidden", "You may not do this");
  }
  const base::RecordId id = parts_.engine->new_id();
  record::AuditEntry entry;
  entry.organisation = *organisation;
  entry.at = parts_.engine->clock().now();
  entry.who = &asked.who;
  entry.via = context.via;
  entry.peer = context.peer;
  entry.action = "audit.export";
  entry.entity = "audit";
  entry.record = id;
  const std::string reason = records::reason_of(asked.request);
  entry.reason = reason;
  const auto written =
      parts_.engine->in_write([&](Connection& connection) { return parts_.log->append(connection, entry); });
  if (!written) return failed(written.error());
  const bool taken = exports_.begin(
      id, asked.who.id, [this, who = asked.who, organisation = *organisation](const std::string& folder) {
        DetailsView view(*parts_.engine, who);
        const auto made =
            audit::export_log(*parts_.database, *parts_.keys,
                              {.organisation = organisation,
                               .made = parts_.engine->clock().now(),
                               .folder = folder,
                               .certificates = parts_.certificates,
                               .show_details = [&](const audit::LeafRow& row) { return view.whole(row); }});
        return made ? base::Result<void>() : base::Result<void>(made.error());
      });
  if (!taken) {
    http::Response response = simple_problem(429, "queue_full", "Too many exports wait");
    return std::move(response.with("Retry-After", "60"));
  }
  return state_answer(id, {}, 202);
}

http::Response AuditService::export_state(const Asked& asked) {
  const auto id = base::RecordId::parse(asked.request.params[0]);
  const auto known = id ? exports_.find(*id, asked.who.id) : std::nullopt;
  if (!known) return records::not_found();
  return state_answer(*id, *known, 200);
}

http::Response AuditService::download(const Asked& asked) {
  const auto id = base::RecordId::parse(asked.request.params[0]);
  const auto known = id ? exports_.find(*id, asked.who.id) : std::nullopt;
  if (!known || known->state != Exports::State::ready) return records::not_found();
  auto bytes = os::read_file(exports_.file_of(*id, asked.who.id), kMaxDownloadBytes);
  if (!bytes && bytes.error().code == base::ErrorCode::limit_exceeded)
    return simple_problem(413, "too_long", "It is too large for this way",
                          "take it with hinomi audit export on the server");
  if (!bytes) return records::not_found();
  http::Response response;
  response.body = std::move(*bytes);
  response.with("Content-Type", "application/x-tar");
  response.with("Content-Disposition", "attachment; filename=\"audit-" + id->text() + ".tar\"");
  return response;
}

}  // namespace hinomi::api::audit_log
