#include "schema/entity.h"

#include <algorithm>
#include <set>

namespace hinomi::schema {
namespace {

bool is_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 40 || name.front() < 'a' || name.front() > 'z') return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// Columns and members that every record has.
constexpr std::string_view kReserved[] = {
    "id",         "version",    "number",     "organisation", "site",       "zone",       "operated_by",
    "vault",      "data_class", "realm",      "tlp",          "created_at", "created_by", "tags",
    "updated_at", "updated_by", "deleted_at", "custom",       "withheld",   "reason",     "q",
    "sort",       "limit",      "after",      "offset",       "deleted",    "entity",     "tag"};

std::string fault_of_field(const Entity& entity, const Field& field) {
  const std::string where = std::string(entity.name) + "." + std::string(field.name);
  if (!is_name(field.name)) return where + ": no name";
  if (std::find(std::begin(kReserved), std::end(kReserved), field.name) != std::end(kReserved))
    return where + ": every record has this already";
  if (field.get == nullptr || field.set == nullptr) return where + ": leads to no member";
  if (field.kind == Kind::choice && field.choices.empty()) return where + ": a choice of nothing";
  if (field.kind == Kind::reference && field.target.empty()) return where + ": a reference to nothing";
  return {};
}

std::string fault_of_states(const Entity& entity) {
  if (entity.state_field.empty())
    return entity.transitions.empty() ? "" : "transitions without a state field";
  const Field* const state = entity.find(entity.state_field);
  if (state == nullptr || state->kind != Kind::choice) return "the state field is no choice";
  if (!state->by_server) return "the state field is not the server's own";
  const auto is_state = [&](std::string_view name) {
    return std::find(state->choices.begin(), state->choices.end(), name) != state->choices.end();
  };
  for (const Transition& edge : entity.transitions) {
    if (!(edge.from.empty() ? edge.by_program : is_state(edge.from)) || !is_state(edge.to))
      return "a transition between unknown states";
    if (edge.by_program ? !is_name(edge.action) : entity.find_action(edge.action) == nullptr)
      return "a transition by an unknown action";
  }
  return {};
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::text:
      return "text";
    case Kind::prose:
      return "prose";
    case Kind::integer:
      return "integer";
    case Kind::real:
      return "real";
    case Kind::boolean:
      return "boolean";
    case Kind::time:
      return "time";
    case Kind::date:
      return "date";
    case Kind::choice:
      return "choice";
    case Kind::reference:
      return "reference";
    case Kind::texts:
      return "texts";
  }
  return "";
}

const Field* Entity::find(std::string_view field) const noexcept {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& one) { return one.name == field; });
  return found == fields.end() ? nullptr : &*found;
}

std::size_t Entity::index_of(std::string_view field) const {
  const Field* const found = find(field);
  HINOMI_CHECK(found != nullptr);
  return static_cast<std::size_t>(found - fields.data());
}

std::vector<Value> Entity::defaults() const {
  std::vector<Value> values;
  values.reserve(fields.size());
  for (const Field& field : fields) values.push_back(field.initial());
  return values;
}

const Action* Entity::find_action(std::string_view action) const noexcept {
  const auto found =
      std::find_if(actions.begin(), actions.end(), [&](const Action& one) { return one.name == action; });
  return found == actions.end() ? nullptr : &*found;
}

const Action* Entity::find_deed(std::string_view deed) const noexcept {
  return deed == deletion.name ? &deletion : find_action(deed);
}

bool Entity::has_four_eyes() const noexcept {
  return deletion.four_eyes ||
         std::any_of(actions.begin(), actions.end(), [](const Action& one) { return one.four_eyes; });
}

std::string permission_for(const Entity& entity, const Action& action) {
  if (!action.permission.empty()) return std::string(action.permission);
  return std::string(entity.name) + "." + std::string(action.name);
}

std::string fault_of(const Entity& entity) {
  if (!is_name(entity.name) || !is_name(entity.path)) return "the entity has no name or no path";
  std::set<std::string_view> names;
  for (const Field& field : entity.fields) {
    if (auto fault = fault_of_field(entity, field); !fault.empty()) return fault;
    if (!names.insert(field.name).second) return std::string(entity.name) + ": two fields of one name";
  }
  const Field* const title = entity.find(entity.title);
  if (title == nullptr || title->kind != Kind::text)
    return std::string(entity.name) + ": the title is no text";
  if (!entity.itself.empty()) {
    const Field* const key = entity.find(entity.itself);
    if (key == nullptr || key->kind != Kind::integer || !entity.for_all_organisations)
      return std::string(entity.name) + ": what it is itself is no integer, or it belongs to an organisation";
  }
  if (!entity.owner.empty()) {
    const Field* const owner = entity.find(entity.owner);
    if (owner == nullptr || owner->kind != Kind::reference)
      return std::string(entity.name) + ": the owner is no reference";
  }
  std::set<std::string_view> deeds{"read", "create", "change", "delete"};
  for (const Action& action : entity.actions) {
    if (!is_name(action.name)) return std::string(entity.name) + ": an action without a name";
    if (!deeds.insert(action.name).second) return std::string(entity.name) + ": two actions of one name";
    if (action.four_eyes && action.approval_within <= std::chrono::minutes(0))
      return std::string(entity.name) + ": an approval that has no time";
  }
  if (auto fault = fault_of_states(entity); !fault.empty()) return std::string(entity.name) + ": " + fault;
  return {};
}

std::vector<std::string> permissions_of(const Entity& entity) {
  std::vector<std::string> permissions;
  for (const std::string_view verb : {"read", "create", "change", "delete"})
    permissions.push_back(std::string(entity.name) + "." + std::string(verb));
  const auto add = [&](std::string needed) {
    if (!needed.empty() && std::find(permissions.begin(), permissions.end(), needed) == permissions.end())
      permissions.push_back(std::move(needed));
  };
  for (const Action& action : entity.actions) add(permission_for(entity, action));
  for (const Field& field : entity.fields) add(std::string(field.permission));
  return permissions;
}

Registry::Registry(std::vector<Entity> entities) : entities_(std::move(entities)) {
  std::set<std::string_view> names;
  std::set<std::string_view> paths;
  for (const Entity& entity : entities_) {
    const std::string fault = fault_of(entity);
    HINOMI_CHECK(fault.empty());
    HINOMI_CHECK(names.insert(entity.name).second && paths.insert(entity.path).second);
  }
  for (const Entity& entity : entities_)
    for (const Field& field : entity.fields)
      HINOMI_CHECK(field.kind != Kind::reference || names.contains(field.target));
}

const Entity* Registry::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(entities_.begin(), entities_.end(), [&](const Entity& one) { return one.name == name; });
  return found == entities_.end() ? nullptr : &*found;
}

const Entity* Registry::find_path(std::string_view path) const noexcept {
  const auto found =
      std::find_if(entities_.begin(), entities_.end(), [&](const Entity& one) { return one.path == path; });
  return found == entities_.end() ? nullptr : &*found;
}

const Entity& Registry::get(std::string_view name) const {
  const Entity* const found = find(name);
  HINOMI_CHECK(found != nullptr);
  return *found;
}

}  // namespace hinomi::schema
