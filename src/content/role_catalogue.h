// The roles of one catalogue, read from content/roles and checked as a whole; read-only after load().
// It is not an authority on access: permissions are names here.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "content/permission_table.h"
#include "content/role.h"

namespace hinomi::content {

// Every name a role may refer to. What is not listed is refused.
struct Known {
  Names entities{};
  Names actions{};
  Names screens{};
  Names measures{};
  Names procedures{};
  Names permissions{};  // PermissionTable::names()
  Names scenarios{};    // of built roles
};

struct RoleCategory {
  char letter = 'A';
  Bilingual names;
};

class RoleCatalogue {
 public:
  static constexpr std::size_t kMaxRoles = 500;
  static constexpr std::size_t kMaxLinks = 100;        // in 'feeds' and in 'fed_by'
  static constexpr std::size_t kMaxMeasures = 20;      // of a role
  static constexpr std::size_t kMaxPermissions = 200;  // of a role
  static constexpr std::size_t kMaxUses = 200;         // of each kind
  static constexpr std::size_t kMaxSkills = 12;

  // `content_folder` holds roles/categories.yaml, roles/<letter>/<code>.yaml and the catalogue that
  // categories.yaml names, catalogues/<key>.yaml. The first fault ends it: invalid_input with
  // "path:line:column: what" and the place, limit_exceeded, not_found, io.
  [[nodiscard]] static base::Result<RoleCatalogue> load(const std::string& content_folder,
                                                        const Known& known);

  [[nodiscard]] const std::string& key() const noexcept { return key_; }  // "isog-j-2018"
  [[nodiscard]] const Bilingual& names() const noexcept { return names_; }
  [[nodiscard]] const Bilingual& source() const noexcept { return source_; }
  [[nodiscard]] const std::string& edition() const noexcept { return edition_; }
  [[nodiscard]] const std::vector<RoleCategory>& categories() const noexcept { return categories_; }
  // By code: A-2 before A-10.
  [[nodiscard]] const std::vector<Role>& roles() const noexcept { return roles_; }
  [[nodiscard]] const Role* find(Code code) const noexcept;
  [[nodiscard]] const RoleCategory* category(char letter) const noexcept;

 private:
  [[nodiscard]] base::Result<void> read_categories(const std::string& path);
  // The codes that the catalogue lists, in its order.
  [[nodiscard]] base::Result<std::vector<Code>> read_list(const std::string& path);
  [[nodiscard]] base::Result<void> check_links(const std::string& folder) const;
  [[nodiscard]] base::Result<void> check_measure_keys(const std::string& folder) const;

  std::string key_;
  Bilingual names_;
  Bilingual source_;
  std::string edition_;
  std::vector<RoleCategory> categories_;
  std::vector<Role> roles_;
};

}  // namespace hinomi::content
