#include "content/role_reader.h"

#include <algorithm>
#include <utility>

#include "content/reader.h"

namespace hinomi::content {
namespace {

using parse::yaml::Node;

void check_identity(Reader& reader, Code code, const std::string& catalogue) {
  const Node& root = reader.root();
  const auto expect = [&reader, &root](std::string_view key, const std::string& wanted) {
    const Node& node = reader.at(root, key);
    if (reader.line(node, kMaxWordBytes) != wanted) {
      reader.fault(node.where, "'" + std::string(key) + "' must be " + wanted + " in this place");
    }
  };
  expect("catalogue", catalogue);
  expect("code", code.to_string());
  expect("category", std::string(1, code.letter));
}

RoleWork read_work(Reader& reader, const Node& node) {
  reader.keys(node, {"in", "does", "out", "reader"});
  return {.in = reader.both(reader.at(node, "in"), kMaxTextBytes),
          .does = reader.both(reader.at(node, "does"), kMaxTextBytes),
          .out = reader.both(reader.at(node, "out"), kMaxTextBytes),
          .reader = reader.both(reader.at(node, "reader"), kMaxTextBytes)};
}

std::vector<std::string> read_names(Reader& reader, const Node& node, std::size_t least, std::size_t most,
                                    const Names& known, std::string_view kind) {
  std::vector<std::string> names = reader.lines(node, least, most);
  for (std::size_t i = 0; reader.ok() && i < names.size(); ++i) {
    if (!known.contains(names[i])) {
      reader.fault(node.items[i].where, "there is no " + std::string(kind) + " of this name");
    }
  }
  return names;
}

RoleUses read_uses(Reader& reader, const Node& node, const Known& known) {
  reader.keys(node, {"entities", "actions", "screens", "measures", "procedures"});
  const auto take = [&](std::string_view key, const Names& names, std::string_view kind) {
    return read_names(reader, reader.at(node, key), 0, RoleCatalogue::kMaxUses, names, kind);
  };
  return {.entities = take("entities", known.entities, "entity"),
          .actions = take("actions", known.actions, "action"),
          .screens = take("screens", known.screens, "screen"),
          .measures = take("measures", known.measures, "measure"),
          .procedures = take("procedures", known.procedures, "procedure")};
}

RoleMeasure read_measure(Reader& reader, const Node& node) {
  reader.keys(node, {"key", "names", "definition", "unit", "good"});
  RoleMeasure measure{.key = reader.word(reader.at(node, "key")),
                      .names = reader.both(reader.at(node, "names"), kMaxNameBytes),
                      .definition = reader.both(reader.at(node, "definition"), kMaxTextBytes)};
  measure.unit = static_cast<MeasureUnit>(reader.choice(
      reader.at(node, "unit"), {"count", "percent", "duration", "per_hundred", "per_thousand", "points"}));
  measure.good = static_cast<GoodDirection>(reader.choice(reader.at(node, "good"), {"up", "down"}));
  return measure;
}

void read_state(Reader& reader, Role& role, const Known& known) {
  const Node& state = reader.at(reader.root(), "state");
  role.state = static_cast<RoleState>(reader.choice(state, {"planned", "partial", "built"}));
  const Node* scenario = reader.root().find("scenario");
  if ((scenario != nullptr) != (role.state == RoleState::built)) {
    return reader.fault(state.where, "a built role names its 'scenario', and only a built one does");
  }
  if (scenario == nullptr) return;
  role.scenario = reader.line(*scenario, kMaxNameBytes);
  if (!known.scenarios.contains(role.scenario)) {
    reader.fault(scenario->where, "there is no scenario of this name");
  }
}

}  // namespace

base::Result<Role> read_role(const std::string& path, Code code, const std::string& catalogue,
                             const Known& known) {
  auto opened = Reader::open(path);
  if (!opened) return opened.error();
  Reader& reader = *opened;
  const Node& root = reader.root();
  reader.keys(root,
              {"catalogue", "code", "category", "state", "names", "aim", "work", "uses", "measures",
               "permissions", "default_sourcing", "feeds", "fed_by", "skills"},
              {"scenario"});
  check_identity(reader, code, catalogue);
  Role role;
  role.code = code;
  role.names = reader.both(reader.at(root, "names"), kMaxNameBytes);
  role.aim = reader.both(reader.at(root, "aim"), kMaxTextBytes);
  role.work = read_work(reader, reader.at(root, "work"));
  role.uses = read_uses(reader, reader.at(root, "uses"), known);
  read_state(reader, role, known);
  for (const Node& node : reader.items(reader.at(root, "measures"), 1, RoleCatalogue::kMaxMeasures)) {
    role.measures.push_back(read_measure(reader, node));
  }
  role.permissions = read_names(reader, reader.at(root, "permissions"), 1, RoleCatalogue::kMaxPermissions,
                                known.permissions, "permission");
  role.default_sourcing =
      static_cast<Sourcing>(reader.choice(reader.at(root, "default_sourcing"), {"I", "II", "III", "IV"}));
  role.feeds = reader.codes(reader.at(root, "feeds"), RoleCatalogue::kMaxLinks);
  role.fed_by = reader.codes(reader.at(root, "fed_by"), RoleCatalogue::kMaxLinks);
  std::sort(role.feeds.begin(), role.feeds.end());
  std::sort(role.fed_by.begin(), role.fed_by.end());
  for (const Node& node : reader.items(reader.at(root, "skills"), 1, RoleCatalogue::kMaxSkills)) {
    role.skills.push_back(reader.both(node, kMaxNameBytes));
  }
  if (!reader.ok()) return reader.error();
  return role;
}

}  // namespace hinomi::content
