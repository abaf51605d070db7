// Every permission there is, with its words in both languages: content/permissions.yaml. It does not decide
// who may do what (access/); it only says which names exist, so that a role cannot refer to one that does
// not.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/bilingual.h"

namespace hinomi::content {

using Names = std::set<std::string, std::less<>>;

struct Permission {
  std::string name;  // "alert.judge": area, '.', verb
  Bilingual label;
  std::size_t area = 0;  // in PermissionTable::areas()
};

// What the permissions are about: an entity or a part of the program.
struct PermissionArea {
  std::string key;         // "alert"
  std::string belongs_to;  // the letter of a category of roles, or "platform"
  Bilingual names;
};

class PermissionTable {
 public:
  static constexpr std::size_t kMaxAreas = 300;
  static constexpr std::size_t kMaxVerbs = 40;  // of an area

  // The file permissions.yaml; errors name path, line and column.
  [[nodiscard]] static base::Result<PermissionTable> load(const std::string& path);

  // In the order of the file.
  [[nodiscard]] const std::vector<PermissionArea>& areas() const noexcept { return areas_; }
  [[nodiscard]] const std::vector<Permission>& permissions() const noexcept { return permissions_; }
  [[nodiscard]] const Permission* find(std::string_view name) const noexcept;
  [[nodiscard]] Names names() const;

 private:
  std::vector<PermissionArea> areas_;
  std::vector<Permission> permissions_;
};

}  // namespace hinomi::content
