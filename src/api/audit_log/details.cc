#include "api/audit_log/details.h"

#include "access/decision.h"
#include "base/json_writer.h"
#include "parse/json/reader.h"
#include "record/history.h"
#include "record/rows.h"
#include "trust/audit_leaf.h"

namespace hinomi::api::audit_log {
namespace {

constexpr std::size_t kMaxKnown = 10'000;

// {"via":…,"changes":{…}} without the members of `hidden`; nullopt: it is no such text.
std::optional<std::string> without(const std::string& text, const std::vector<std::string_view>& hidden) {
  parse::json::Reader reader;
  const auto document = reader.read(text);
  if (!document || document->kind() != parse::json::Kind::object) return std::nullopt;
  if (hidden.empty()) return text;
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    std::string raw;
    parse::json::append_json(raw, value);
    const std::string name(key.string());
    key = value.next();
    json.key(name).raw(name == "changes" ? record::diff_without(raw, hidden) : raw);
  }
  json.end_object();
  return out;
}

}  // namespace

DetailsView::Sight DetailsView::look(const std::string& name, const std::string& record) {
  const schema::Entity* const entity = engine_.registry().find(name);
  // What is no declared record (a session, the log itself) has no content of a record in its details.
  if (entity == nullptr) return {true, {}};
  const auto id = base::RecordId::parse(record);
  if (!id) return {};
  Sight sight;
  const auto read = engine_.in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    const auto found = record::load(connection, *entity, *id, false);
    if (!found) return found.error();
    if (!*found) return {};
    const access::ObjectView view = record::view_of(*entity, **found);
    const std::string verb = record::permission_of(*entity, (*found)->deleted_at ? "delete" : "read");
    sight.readable =
        access::decide(who_, verb, record::permission_of(*entity, "read"), view) == access::Decision::allowed;
    const access::ObjectView place{(*found)->labels, false, std::nullopt};
    for (const schema::Field& field : entity->fields)
      if (!field.permission.empty() &&
          access::decide(who_, field.permission, field.permission, place) != access::Decision::allowed)
        sight.hidden.push_back(field.name);
    return {};
  });
  if (!read) return {};
  return sight;
}

const DetailsView::Sight& DetailsView::sight_of(const std::string& entity, const std::string& record) {
  if (known_.size() >= kMaxKnown) known_.clear();
  const auto key = std::pair(entity, record);
  const auto found = known_.find(key);
  return found != known_.end() ? found->second : known_.emplace(key, look(entity, record)).first->second;
}

std::optional<std::string> DetailsView::shown(const audit::LeafRow& row) {
  if (!row.details) return std::nullopt;
  const Sight& sight = sight_of(row.entity, row.record);
  if (!sight.readable) return std::nullopt;
  return without(row.details->text, sight.hidden);
}

bool DetailsView::whole(const audit::LeafRow& row) {
  const Sight& sight = sight_of(row.entity, row.record);
  return sight.readable && sight.hidden.empty();
}

}  // namespace hinomi::api::audit_log
