#include "event/field_table.h"

#include "base/check.h"

namespace hinomi::event {

FieldId FieldTable::intern(std::string_view name) {
  if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
  const FieldId id{static_cast<std::uint32_t>(names_.size())};
  names_.emplace_back(name);
  ids_.emplace(names_.back(), id);
  return id;
}

FieldId FieldTable::find(std::string_view name) const noexcept {
  const auto found = ids_.find(name);
  return found == ids_.end() ? kUnlistedField : found->second;
}

std::string_view FieldTable::name(FieldId id) const {
  HINOMI_CHECK(index_of(id) < names_.size());
  return names_[index_of(id)];
}

}  // namespace hinomi::event
