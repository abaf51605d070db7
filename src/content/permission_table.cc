#include "content/permission_table.h"

#include <algorithm>
#include <utility>

#include "content/reader.h"

namespace hinomi::content {
namespace {

using parse::yaml::Node;

void read_permissions(Reader& reader, const Node& node, const std::string& area, std::size_t index,
                      std::vector<Permission>& out) {
  if (!reader.ok()) return;
  if (!node.is_mapping() || node.members.empty() || node.members.size() > PermissionTable::kMaxVerbs) {
    reader.fault(node.where, "expected 1 to " + std::to_string(PermissionTable::kMaxVerbs) + " permissions");
    return;
  }
  for (const auto& member : node.members) {
    const std::string_view name = member.key;
    if (!name.starts_with(area + ".") || !is_word(name.substr(area.size() + 1))) {
      return reader.fault(member.where, "the name of a permission here is '" + area + ".' and a verb");
    }
    out.push_back({.name = member.key, .label = reader.both(member.value, kMaxNameBytes), .area = index});
  }
}

}  // namespace

base::Result<PermissionTable> PermissionTable::load(const std::string& path) {
  auto opened = Reader::open(path, kMaxTableBytes);
  if (!opened) return opened.error();
  Reader& reader = *opened;
  reader.keys(reader.root(), {"areas"});
  PermissionTable table;
  for (const Node& item : reader.items(reader.at(reader.root(), "areas"), 1, kMaxAreas)) {
    reader.keys(item, {"area", "belongs_to", "names", "permissions"});
    if (!reader.ok()) return reader.error();
    PermissionArea area{.key = reader.word(reader.at(item, "area")),
                        .belongs_to = reader.line(reader.at(item, "belongs_to"), kMaxWordBytes),
                        .names = reader.both(reader.at(item, "names"), kMaxNameBytes)};
    const bool is_letter =
        area.belongs_to.size() == 1 && area.belongs_to[0] >= 'A' && area.belongs_to[0] <= 'Z';
    if (!is_letter && area.belongs_to != "platform") {
      reader.fault(reader.at(item, "belongs_to").where, "expected the letter of a category, or 'platform'");
    }
    const auto same = [&area](const PermissionArea& other) { return other.key == area.key; };
    if (std::any_of(table.areas_.begin(), table.areas_.end(), same)) {
      reader.fault(item.where, "the area '" + area.key + "' stands twice");
    }
    read_permissions(reader, reader.at(item, "permissions"), area.key, table.areas_.size(),
                     table.permissions_);
    table.areas_.push_back(std::move(area));
    if (!reader.ok()) return reader.error();
  }
  if (!reader.ok()) return reader.error();
  return table;
}

const Permission* PermissionTable::find(std::string_view name) const noexcept {
  const auto found = std::find_if(permissions_.begin(), permissions_.end(),
                                  [name](const Permission& permission) { return permission.name == name; });
  return found == permissions_.end() ? nullptr : &*found;
}

Names PermissionTable::names() const {
  Names names;
  for (const Permission& permission : permissions_) names.insert(permission.name);
  return names;
}

}  // namespace hinomi::content
