// The map from paths in a record (keys of a JSON document, elements of a Windows event) to field names and
// ids, as a deterministic automaton that is stepped key by key. Not for choosing between fields (see
// fallbacks in normaliser.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/field_table.h"
#include "event/log_source.h"

namespace hinomi::normalise {

// `target` is given the values of the first of `sources` that the event has, when it has no `target` of its
// own.
struct Fallback {
  std::string target;
  std::vector<std::string> sources;
  event::LogSource only;  // empty: for every event
};

// What content/mappings/fields.yaml says. Paths are keys joined by '.'; the key "*" stands for any one key.
struct FieldRules {
  std::vector<std::string> transparent;  // containers whose members are fields in their own right
  std::vector<std::pair<std::string, std::string>> rename;  // path -> field name
  std::vector<std::string> named_values;                    // arrays of {name, value} objects
  std::vector<std::string> embedded;  // strings that hold a JSON or XML document of their own
  std::vector<std::string> time;      // paths of the event's time, best first
  std::vector<Fallback> fallbacks;    // in order of precedence
  // Not in the file: fields of which only plain values are wanted. An object or array of objects of this name
  // has no text made of it for them.
  std::vector<std::string> plain_only;
};

// `text` is the YAML of fields.yaml; an error names line and column.
[[nodiscard]] base::Result<FieldRules> read_field_rules(std::string_view text);

class FieldMap {
 public:
  enum class State : std::uint32_t {};
  static constexpr State kRoot{0};
  static constexpr State kNowhere{1};           // nothing at or below this point is known
  static constexpr std::uint8_t kNoTime = 255;  // TimeRank of a path that holds no time
  static constexpr std::size_t kMaxStates = 200'000;
  static constexpr std::size_t kMaxPathKeys = 32;  // keys in one path of the rules or of a field name

  // What a value found in a state is.
  struct Place {
    std::vector<event::FieldId> fields;  // every field that it is a value of
    std::string_view name;               // its new name, when a rename holds; else empty
    std::uint8_t time_rank = kNoTime;    // 0 = the best source of the event's time
    bool wants_text = false;             // of an object or array of objects, its JSON text
    bool transparent = false;            // members are named without the path to here
    bool named_values = false;
    bool embedded = false;
  };

  FieldMap();  // knows nothing
  // Refused when the rules are contradictory or make more than kMaxStates states.
  [[nodiscard]] static base::Result<FieldMap> build(const FieldRules& rules, const event::FieldTable& fields);

  // Where `key` leads from `from`; a key that contains dots may also be read as several keys.
  [[nodiscard]] State step(State from, std::string_view key) const noexcept;
  [[nodiscard]] const Place& place(State state) const noexcept { return places_[index(state)]; }

  // A whole path at once, for records whose shape is known beforehand (EVTX templates). `name` is the field's
  // name: that of a rename, or the path below the innermost transparent container.
  struct Target {
    State state = kNowhere;
    std::span<const event::FieldId> fields;  // lives as long as the map
    std::string name;
    std::uint8_t time_rank = kNoTime;
  };
  [[nodiscard]] Target resolve(std::span<const std::string_view> keys) const;
  [[nodiscard]] Target resolve(std::string_view dotted_path) const;

  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }

 private:
  struct Edge {
    std::uint32_t hash = 0;
    State to = kNowhere;  // kNowhere = empty entry
    std::string_view key;
  };
  struct Table {
    std::uint32_t first = 0;     // in edges_
    std::uint32_t mask = 0;      // entries - 1, a power of two less one
    State otherwise = kNowhere;  // where any other key leads
  };
  friend class FieldMapBuilder;

  static std::size_t index(State state) noexcept { return static_cast<std::size_t>(state); }
  [[nodiscard]] State find(const Table& table, std::string_view key) const noexcept;

  std::vector<Place> places_;
  std::vector<Table> tables_;
  std::vector<Edge> edges_;
  std::vector<std::unique_ptr<std::string>> names_;  // owns what keys and new names point to
};

}  // namespace hinomi::normalise
