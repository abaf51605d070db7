// Bundles of permissions that are no role of a catalogue, such as that of the administrator:
// content/bundles.yaml. Not for those of roles (role_catalogue.h), nor for who has them (govern).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/bilingual.h"
#include "content/permission_table.h"

namespace hinomi::content {

// Those that the program gives by itself; a file without them is refused.
inline constexpr std::string_view kAdministratorBundle = "administrator";
inline constexpr std::string_view kMemberBundle = "member";

struct Bundle {
  std::string key;  // "auditor"
  Bilingual names;
  Bilingual aim;
  std::vector<std::string> permissions;
};

class BundleTable {
 public:
  static constexpr std::size_t kMaxBundles = 50;
  static constexpr std::size_t kMaxPermissions = 500;  // of a bundle

  // Errors name path, line and column; a permission that `known` does not have is one.
  [[nodiscard]] static base::Result<BundleTable> load(const std::string& path, const Names& known);

  // In the order of the file.
  [[nodiscard]] const std::vector<Bundle>& bundles() const noexcept { return bundles_; }
  [[nodiscard]] const Bundle* find(std::string_view key) const noexcept;

 private:
  std::vector<Bundle> bundles_;
};

}  // namespace hinomi::content
