// The names of the event fields that rules and mappings refer to, as dense ids. Filled while rules load,
// read-only while events flow. Field names are case-sensitive, as in the logs.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hinomi::event {

enum class FieldId : std::uint32_t {};

// A field of an event that no rule refers to; it takes part only in searches over all values.
inline constexpr FieldId kUnlistedField{0xFFFF'FFFF};

[[nodiscard]] constexpr std::uint32_t index_of(FieldId id) noexcept {
  return static_cast<std::uint32_t>(id);
}

class FieldTable {
 public:
  FieldTable() = default;
  FieldTable(const FieldTable&) = delete;
  FieldTable& operator=(const FieldTable&) = delete;

  FieldId intern(std::string_view name);
  // kUnlistedField when no rule or mapping refers to `name`.
  [[nodiscard]] FieldId find(std::string_view name) const noexcept;
  [[nodiscard]] std::string_view name(FieldId id) const;
  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

 private:
  std::deque<std::string> names_;  // stable addresses: the map's keys point here
  std::unordered_map<std::string_view, FieldId> ids_;
};

}  // namespace hinomi::event
