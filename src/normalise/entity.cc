#include "normalise/entity.h"

#include <algorithm>

#include "base/text.h"
#include "normalise/mapping_yaml.h"
#include "os/file.h"

namespace hinomi::normalise {

base::Result<EntityRules> EntityRules::read(std::string_view text, event::FieldTable& fields) {
  auto documents = parse::yaml::read(text);
  if (!documents) return documents.error();
  EntityRules rules;
  for (const parse::yaml::Node& document : *documents) {
    if (!document.is_mapping()) return mapping_fault(document, "expected a mapping");
    for (const auto& [key, where, value] : document.members) {
      if (key == "ignored") {
        if (auto taken = take_texts(value, rules.ignored_); !taken) return taken.error();
        continue;
      }
      if (key != "entities" || !value.is_sequence())
        return mapping_fault(value, "'" + key + "' is not 'ignored' or a list 'entities'");
      for (const parse::yaml::Node& item : value.items) {
        Group group;
        std::vector<std::string> names;
        for (const auto& member : item.members) {
          base::Result<void> taken = mapping_fault(member.value, "unknown key '" + member.key + "'");
          if (member.key == "for") taken = take_log_source(member.value, group.only);
          if (member.key == "fields") taken = take_texts(member.value, names);
          if (!taken) return taken.error();
        }
        if (names.empty()) return mapping_fault(item, "a group of entities needs a list 'fields'");
        for (std::string& name : names) {
          if (fields.find(name) == event::kUnlistedField) rules.new_fields_.push_back(name);
          const event::FieldId field = fields.intern(name);
          group.candidates.push_back({field, std::move(name)});
        }
        rules.groups_.push_back(std::move(group));
      }
    }
  }
  for (std::string& value : rules.ignored_) value = base::folded(value);
  return rules;
}

base::Result<EntityRules> EntityRules::load(const std::string& mappings_folder, event::FieldTable& fields) {
  const std::string path = mappings_folder + "/entities.yaml";
  const auto text = os::read_file(path);
  if (!text) return text.error();
  auto rules = read(*text, fields);
  if (rules) return rules;
  base::Error error = rules.error();
  error.message = path + ": " + error.message;
  return error;
}

std::optional<Entity> EntityFinder::find(const event::Event& event) {
  for (const std::uint32_t index : groups_of(event.route)) {
    for (const EntityRules::Candidate& candidate : rules_.groups_[index].candidates) {
      for (const event::Slot& slot : event.slots) {
        if (slot.field == candidate.field && names_somebody(slot.value.text))
          return Entity{candidate.name, slot.value.text};
      }
    }
  }
  return std::nullopt;
}

const std::vector<std::uint32_t>& EntityFinder::groups_of(event::RouteId route) {
  const auto index = static_cast<std::size_t>(route);
  if (index >= groups_by_route_.size()) groups_by_route_.resize(index + 1);
  auto& groups = groups_by_route_[index];
  if (groups) return *groups;
  groups.emplace();
  const std::vector<event::LogSource> sources = sources_.sources(route);
  for (std::uint32_t i = 0; i < rules_.groups_.size(); ++i) {
    const event::LogSource& only = rules_.groups_[i].only;
    const bool applies = only.empty() || std::ranges::any_of(sources, [&](const event::LogSource& source) {
                           return event::satisfies(source, only);
                         });
    if (applies) groups->push_back(i);
  }
  return *groups;
}

bool EntityFinder::names_somebody(std::string_view value) {
  const std::size_t front = value.find_first_not_of(" \t\r\n");
  if (front == std::string_view::npos) return false;
  // The text of an object, where a rule asks for that.
  if (value[front] == '{' || value[front] == '[') return false;
  folded_.clear();
  base::append_folded(folded_, value);
  return std::ranges::find(rules_.ignored_, folded_) == rules_.ignored_.end();
}

}  // namespace hinomi::normalise
