#include "normalise/field_map.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <unordered_map>

#include "base/check.h"
#include "normalise/quick_hash.h"

namespace hinomi::normalise {
namespace {

constexpr std::string_view kText = "#text";  // the text of an element that also has attributes

std::vector<std::string_view> keys_of(std::string_view path) {
  std::vector<std::string_view> keys;
  while (true) {
    const std::size_t dot = path.find('.');
    keys.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return keys;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

// Builds the automaton: a trie of all paths first, then its states as sets of trie nodes, because below a
// transparent container both the full path and the bare name hold.
class FieldMapBuilder {
 public:
  FieldMapBuilder(const FieldRules& rules, const event::FieldTable& fields) : rules_(rules), fields_(fields) {
    nodes_.emplace_back();
  }

  base::Result<FieldMap> build() {
    if (auto added = add_paths(); !added) return added.error();
    FieldMap map;
    map.places_.clear();
    map.tables_.clear();
    state_of({0});
    state_of({});  // kNowhere
    for (std::size_t next = 0; next < sets_.size(); ++next) {
      if (sets_.size() > FieldMap::kMaxStates) {
        return base::Error{
            .code = base::ErrorCode::limit_exceeded,
            .message = "field mapping: more than " + std::to_string(FieldMap::kMaxStates) + " states",
            .remedy = "use fewer transparent containers",
            .where = {}};
      }
      add_state(map, sets_[next]);
    }
    return map;
  }

 private:
  using Set = std::vector<std::uint32_t>;  // sorted node numbers
  struct Node {
    std::map<std::string, std::uint32_t, std::less<>> children;
    std::uint32_t any = 0;  // child for every key; 0 = none
    FieldMap::Place place;
    std::string new_name;
  };

  base::Result<void> add_paths() {
    for (std::uint32_t id = 0; id < fields_.size(); ++id) {
      const event::FieldId field{id};
      // A field name is a path as well; one with too many parts can only be met as one key.
      const std::string_view name = fields_.name(field);
      const bool plain =
          static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) >= FieldMap::kMaxPathKeys;
      add_field(nodes_[plain ? named_child(0, name) : walk(name, false)].place, field);
    }
    for (const auto& path : rules_.transparent) nodes_[walk(path)].place.transparent = true;
    for (const auto& path : rules_.named_values) nodes_[walk(path)].place.named_values = true;
    for (const auto& path : rules_.embedded) nodes_[walk(path)].place.embedded = true;
    for (std::size_t rank = 0; rank < rules_.time.size() && rank < FieldMap::kNoTime; ++rank) {
      auto& place = nodes_[walk(rules_.time[rank])].place;
      place.time_rank = std::min(place.time_rank, static_cast<std::uint8_t>(rank));
    }
    for (const auto& [path, name] : rules_.rename) {
      Node& node = nodes_[walk(path)];
      if (!node.new_name.empty() && node.new_name != name) {
        return base::Error{.code = base::ErrorCode::invalid_input,
                           .message = "field mapping: the path " + path + " is renamed to both " +
                                      node.new_name + " and " + name,
                           .remedy = "keep one of them",
                           .where = {}};
      }
      node.new_name = name;
      if (const auto field = fields_.find(name); field != event::kUnlistedField) add_field(node.place, field);
    }
    return {};
  }

  static void add_field(FieldMap::Place& place, event::FieldId field) {
    if (std::find(place.fields.begin(), place.fields.end(), field) == place.fields.end()) {
      place.fields.push_back(field);
    }
  }

  std::uint32_t any_child(std::uint32_t from) {
    if (nodes_[from].any == 0) {
      nodes_[from].any = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
    }
    return nodes_[from].any;
  }

  std::uint32_t named_child(std::uint32_t from, std::string_view key) {
    const auto found = nodes_[from].children.find(key);
    if (found != nodes_[from].children.end()) return found->second;
    const auto made = static_cast<std::uint32_t>(nodes_.size());
    nodes_[from].children.emplace(std::string(key), made);
    nodes_.emplace_back();
    return made;
  }

  // `wildcards`: whether "*" stands for every key; in the name of a field it does not.
  std::uint32_t walk(std::string_view path, bool wildcards = true) {
    std::uint32_t at = 0;
    for (const std::string_view key : keys_of(path)) {
      at = wildcards && key == "*" ? any_child(at) : named_child(at, key);
    }
    return at;
  }

  FieldMap::State state_of(Set set) {
    const bool transparent = std::any_of(
        set.begin(), set.end(), [this](std::uint32_t node) { return nodes_[node].place.transparent; });
    if (transparent) set.push_back(0);
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    const auto [found, made] =
        states_.try_emplace(set, FieldMap::State{static_cast<std::uint32_t>(sets_.size())});
    if (made) sets_.push_back(std::move(set));
    return found->second;
  }

  void add_state(FieldMap& map, const Set set) {
    FieldMap::Place place;
    std::map<std::string_view, Set> edges;
    Set otherwise;
    for (const std::uint32_t number : set) {
      const Node& node = nodes_[number];
      if (node.any != 0) otherwise.push_back(node.any);
      for (const auto& [key, to] : node.children) edges[key].push_back(to);
      if (number == 0) continue;  // a container is not a value of the root
      for (const auto field : node.place.fields) {
        add_field(place, field);
        place.wants_text |=
            std::ranges::find(rules_.plain_only, fields_.name(field)) == rules_.plain_only.end();
      }
      place.time_rank = std::min(place.time_rank, node.place.time_rank);
      place.transparent |= node.place.transparent;
      place.named_values |= node.place.named_values;
      place.embedded |= node.place.embedded;
      if (place.name.empty() && !node.new_name.empty()) place.name = keep(map, node.new_name);
    }
    FieldMap::Table table;
    table.first = static_cast<std::uint32_t>(map.edges_.size());
    const std::size_t entries = std::bit_ceil(edges.size() * 2 + 1);
    table.mask = static_cast<std::uint32_t>(entries - 1);
    map.edges_.resize(map.edges_.size() + entries);
    if (!otherwise.empty()) table.otherwise = state_of(otherwise);
    for (auto& [key, to] : edges) {
      to.insert(to.end(), otherwise.begin(), otherwise.end());
      put(map, table, key, state_of(std::move(to)));
    }
    map.places_.push_back(std::move(place));
    map.tables_.push_back(table);
  }

  void put(FieldMap& map, const FieldMap::Table& table, std::string_view key, FieldMap::State to) {
    const std::uint32_t hash = quick_hash(key);
    std::uint32_t slot = hash & table.mask;
    while (map.edges_[table.first + slot].to != FieldMap::kNowhere) slot = (slot + 1) & table.mask;
    map.edges_[table.first + slot] = {hash, to, keep(map, key)};
  }

  // One copy of every name, owned by the map.
  std::string_view keep(FieldMap& map, std::string_view name) {
    const auto found = kept_.find(name);
    if (found != kept_.end()) return found->second;
    const std::string_view kept = *map.names_.emplace_back(std::make_unique<std::string>(name));
    kept_.emplace(kept, kept);
    return kept;
  }

  const FieldRules& rules_;
  const event::FieldTable& fields_;
  std::vector<Node> nodes_;  // the trie; 0 is its root
  std::map<Set, FieldMap::State> states_;
  std::vector<Set> sets_;  // by state
  std::unordered_map<std::string_view, std::string_view> kept_;
};

FieldMap::FieldMap() : places_(2), tables_(2), edges_(1) {}

base::Result<FieldMap> FieldMap::build(const FieldRules& rules, const event::FieldTable& fields) {
  return FieldMapBuilder(rules, fields).build();
}

FieldMap::State FieldMap::find(const Table& table, std::string_view key) const noexcept {
  // Only names of the content are ever in a table, so a hostile key cannot lengthen a probe.
  const std::uint32_t hash = quick_hash(key);
  for (std::uint32_t slot = hash & table.mask;; slot = (slot + 1) & table.mask) {
    const Edge& edge = edges_[table.first + slot];
    if (edge.to == kNowhere) return kNowhere;  // at least half of the entries are empty
    if (edge.hash == hash && edge.key == key) return edge.to;
  }
}

FieldMap::State FieldMap::step(State from, std::string_view key) const noexcept {
  if (from == kNowhere) return kNowhere;
  const Table& table = tables_[index(from)];
  if (const State found = find(table, key); found != kNowhere) return found;
  if (key == kText) return from;
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return table.otherwise;
  State at = from;
  for (std::size_t parts = 0; parts < kMaxPathKeys && at != kNowhere; ++parts) {
    const std::size_t end = key.find('.');
    const Table& here = tables_[index(at)];
    const State found = find(here, key.substr(0, end));
    at = found != kNowhere ? found : here.otherwise;
    if (end == std::string_view::npos) return at;
    key.remove_prefix(end + 1);
  }
  return kNowhere;
}

FieldMap::Target FieldMap::resolve(std::span<const std::string_view> keys) const {
  Target target;
  State at = kRoot;
  for (const std::string_view key : keys) {
    at = step(at, key);
    if (key == kText) continue;
    if (place(at).transparent) {
      target.name.clear();
      continue;
    }
    if (!target.name.empty()) target.name += '.';
    target.name += key;
  }
  target.state = at;
  target.fields = place(at).fields;
  target.time_rank = place(at).time_rank;
  if (!place(at).name.empty()) target.name = place(at).name;
  return target;
}

FieldMap::Target FieldMap::resolve(std::string_view dotted_path) const {
  return resolve(keys_of(dotted_path));
}

}  // namespace hinomi::normalise
