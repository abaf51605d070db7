#include "work/custom_fields.h"

#include <algorithm>
#include <tuple>

#include "record/custom.h"
#include "record/rows.h"
#include "record/tables.h"
#include "record/validate.h"

namespace hinomi::work {
namespace {

using parse::json::Kind;
using record::CustomValue;
using record::Fault;
using record::Refusal;
using store::sql::Connection;

constexpr std::string_view kEntity = "custom_field";

CustomDefinition definition_of(const schema::Entity& entity, const record::Record& record) {
  return {record.id, record.labels.organisation, schema::object_of<CustomField>(entity, record.values)};
}

// Those of an entity, of one organisation or (an entity of all organisations) of all.
base::Result<std::vector<CustomDefinition>> load_definitions(Connection& connection,
                                                             const schema::Registry& registry,
                                                             const schema::Entity& about,
                                                             base::OrganisationId organisation) {
  const schema::Entity& entity = registry.get(kEntity);
  const std::string column = record::column_of(entity.fields[entity.index_of("about_entity")]);
  auto statement =
      connection.prepare("SELECT " + record::columns_of(entity) + " FROM " + record::table_of(entity) +
                         " WHERE deleted_at IS NULL AND " + column + "=?" +
                         (about.for_all_organisations ? "" : " AND organisation=?") + " ORDER BY id");
  if (!statement) return statement.error();
  (*statement)->bind(about.name);
  if (!about.for_all_organisations) (*statement)->bind(static_cast<std::int64_t>(organisation));
  std::vector<CustomDefinition> definitions;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return definitions;
    definitions.push_back(definition_of(entity, record::read_row(entity, **statement)));
  }
}

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\n") == std::string_view::npos;
}

std::optional<Fault> check_one(const CustomField& field, const CustomValue& value) {
  const auto fault = [&](std::string_view code, std::string_view detail) {
    return Fault{"custom." + field.name, std::string(code), std::string(detail)};
  };
  switch (field.kind) {
    case CustomKind::integer:
      if (value.kind != Kind::integer) return fault("wrong_type", "no integer");
      return std::nullopt;
    case CustomKind::boolean:
      if (value.kind != Kind::boolean) return fault("wrong_type", "no boolean");
      return std::nullopt;
    case CustomKind::text:
    case CustomKind::date:
    case CustomKind::choice:
      break;
  }
  if (value.kind != Kind::string) return fault("wrong_type", "no text");
  if (code_points(value.text) > kMaxCustomTextLength) return fault("too_long", "longer than 2000 characters");
  if (field.kind == CustomKind::date && !record::is_date(value.text))
    return fault("not_a_date", "no day of the form 2026-11-25");
  if (field.kind == CustomKind::choice &&
      std::find(field.options.begin(), field.options.end(), value.text) == field.options.end())
    return fault("not_a_choice", "none of the options");
  return std::nullopt;
}

const CustomValue* find(const std::vector<CustomValue>& values, std::string_view name) noexcept {
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const CustomValue& one) { return one.name == name; });
  return found == values.end() ? nullptr : &*found;
}

std::vector<CustomValue> values_of(const std::string* custom) {
  if (custom == nullptr) return {};
  auto read = record::read_custom(*custom);
  return read ? std::move(*read) : std::vector<CustomValue>();
}

Refusal refused(Refusal::Kind kind, std::vector<Fault> faults) {
  return {kind, std::move(faults), {}};
}

// The hook of every entity that may have custom fields.
std::optional<Refusal> check_record(record::WriteCall& call) {
  const bool changed = call.before == nullptr || call.before->custom != call.after.custom;
  if (!changed || call.after.deleted_at) return std::nullopt;
  auto definitions = base::Result<std::vector<CustomDefinition>>(std::vector<CustomDefinition>());
  const auto load = [&](Connection& connection) -> base::Result<void> {
    definitions =
        load_definitions(connection, call.engine.registry(), call.entity, call.after.labels.organisation);
    return definitions ? base::Result<void>() : definitions.error();
  };
  // Definitions stand outside of vaults.
  record::Engine* const outside = call.engine.outside();
  const auto loaded = outside == nullptr ? load(call.connection) : outside->in_read(load);
  if (!loaded) return Refusal{Refusal::Kind::failed, {}, loaded.error()};
  const bool by_program = call.context.who->kind == access::PrincipalKind::system;
  auto faults = check_custom(*definitions, call.before == nullptr ? nullptr : &call.before->custom,
                             call.after.custom, !by_program);
  if (faults.empty()) return std::nullopt;
  return refused(Refusal::Kind::invalid, std::move(faults));
}

std::vector<Fault> faults_of(const record::WriteCall& call, const CustomField& field) {
  std::vector<Fault> faults;
  const schema::Entity* const about = call.engine.registry().find(field.about_entity);
  if (about == nullptr || !may_have_custom_fields(*about))
    faults.push_back({"about_entity", "not_a_choice", "no entity that may have custom fields"});
  if (!record::is_custom_name(field.name))
    faults.push_back({"name", "wrong_type", "not a to z, digits and _ with a letter in front"});
  if (field.kind == CustomKind::choice && field.options.empty())
    faults.push_back({"options", "needed", "a choice needs options"});
  if (call.before == nullptr) return faults;
  const CustomField old = schema::object_of<CustomField>(call.entity, call.before->values);
  if (old.about_entity != field.about_entity)
    faults.push_back({"about_entity", "written_once", "values stand under it"});
  if (old.name != field.name) faults.push_back({"name", "written_once", "values stand under it"});
  return faults;
}

// The hook of definitions.
std::optional<Refusal> check_definition(record::WriteCall& call) {
  if (call.after.deleted_at) return std::nullopt;
  const CustomField field = schema::object_of<CustomField>(call.entity, call.after.values);
  auto faults = faults_of(call, field);
  if (!faults.empty()) return refused(Refusal::Kind::invalid, std::move(faults));
  const schema::Entity& about = call.engine.registry().get(field.about_entity);
  if (auto locked = call.connection.lock_name("custom_field"); !locked)
    return Refusal{Refusal::Kind::failed, {}, locked.error()};
  const auto others =
      load_definitions(call.connection, call.engine.registry(), about, call.after.labels.organisation);
  if (!others) return Refusal{Refusal::Kind::failed, {}, others.error()};
  const auto own = std::count_if(others->begin(), others->end(),
                                 [&](const CustomDefinition& one) { return one.id == call.after.id; });
  if (others->size() - static_cast<std::size_t>(own) >= kMaxCustomFields)
    return refused(Refusal::Kind::conflict, {{"name", "too_long", "too many custom fields"}});
  const bool taken = std::any_of(others->begin(), others->end(), [&](const CustomDefinition& one) {
    return one.id != call.after.id && one.field.name == field.name;
  });
  if (taken) return refused(Refusal::Kind::conflict, {{"name", "not_unique", "there is one of this name"}});
  return std::nullopt;
}

}  // namespace

bool may_have_custom_fields(const schema::Entity& entity) noexcept {
  return !entity.attached && entity.owner.empty() && entity.name != kEntity;
}

std::vector<Fault> check_custom(std::span<const CustomDefinition> definitions, const std::string* before,
                                const std::string& after, bool wants_needed) {
  const std::vector<CustomValue> old = values_of(before);
  const std::vector<CustomValue> now = values_of(&after);
  std::vector<Fault> faults;
  for (const CustomValue& value : now) {
    const CustomValue* const same = find(old, value.name);
    if (same != nullptr && same->kind == value.kind && same->text == value.text) continue;
    const auto definition =
        std::find_if(definitions.begin(), definitions.end(),
                     [&](const CustomDefinition& one) { return one.field.name == value.name; });
    if (definition == definitions.end()) {
      faults.push_back({"custom." + value.name, "unknown_field", "no custom field of this name"});
    } else if (auto wrong = check_one(definition->field, value)) {
      faults.push_back(std::move(*wrong));
    }
  }
  for (const CustomDefinition& definition : definitions) {
    if (!wants_needed || !definition.field.needed) continue;
    const CustomValue* const value = find(now, definition.field.name);
    if (value == nullptr || (value->kind == Kind::string && is_blank(value->text)))
      faults.push_back({"custom." + definition.field.name, "needed", "it needs a value"});
  }
  return faults;
}

void add_custom_field_hooks(record::Engine& engine) {
  for (const schema::Entity& entity : engine.registry().all())
    if (may_have_custom_fields(entity)) engine.add_hook(entity.name, check_record);
  if (engine.registry().find(kEntity) != nullptr) engine.add_hook(kEntity, check_definition);
}

record::Outcome<std::vector<CustomDefinition>> visible_definitions(record::Engine& engine,
                                                                   const record::Context& context,
                                                                   std::string_view entity) {
  std::vector<CustomDefinition> definitions;
  const schema::Entity* const declared = engine.registry().find(kEntity);
  if (declared == nullptr) return definitions;
  if (!access::holds_anywhere(*context.who, record::permission_of(*declared, "read"))) return definitions;
  record::ListQuery query;
  if (!entity.empty())
    query.conditions = {{declared->index_of("about_entity"), record::Operator::is, {std::string(entity)}}};
  query.realm = std::nullopt;
  query.limit = record::kMaxPage;
  query.wants_total = false;
  for (;;) {
    const auto page = engine.list(context, *declared, query);
    if (!page) return page.refusal();
    for (const record::Record& record : page->records)
      definitions.push_back(definition_of(*declared, record));
    if (page->next.empty()) break;
    query.after = page->next;
  }
  std::sort(definitions.begin(), definitions.end(), [](const CustomDefinition& a, const CustomDefinition& b) {
    return std::tie(a.field.about_entity, a.organisation, a.field.name) <
           std::tie(b.field.about_entity, b.organisation, b.field.name);
  });
  return definitions;
}

}  // namespace hinomi::work
