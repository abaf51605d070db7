// A second catalogue over the same work: services that map to the roles of a RoleCatalogue, so that a user
// can see one through the other. Not a list of roles; services have no permissions of their own.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "content/bilingual.h"
#include "content/code.h"
#include "content/role_catalogue.h"

namespace hinomi::content {

struct Service {
  Code code;
  Bilingual names;
  bool verified = false;    // the English name was compared with the published list
  std::vector<Code> roles;  // that do this work; empty when no role does
  std::vector<Code> near;   // roles whose work touches a service that no role does
  [[nodiscard]] bool has_role() const noexcept { return !roles.empty(); }
};

class ServiceCatalogue {
 public:
  static constexpr std::size_t kMaxServices = 500;

  // `path` is catalogues/<key>.yaml; every role it names must be one of `roles`.
  [[nodiscard]] static base::Result<ServiceCatalogue> load(const std::string& path,
                                                           const RoleCatalogue& roles);

  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] const Bilingual& names() const noexcept { return names_; }
  [[nodiscard]] const Bilingual& source() const noexcept { return source_; }
  [[nodiscard]] const std::string& edition() const noexcept { return edition_; }
  [[nodiscard]] const std::vector<RoleCategory>& categories() const noexcept { return categories_; }
  // By code.
  [[nodiscard]] const std::vector<Service>& services() const noexcept { return services_; }
  // The services that a role takes part in, by code.
  [[nodiscard]] std::vector<const Service*> services_of(Code role) const;

 private:
  std::string key_;
  Bilingual names_;
  Bilingual source_;
  std::string edition_;
  std::vector<RoleCategory> categories_;
  std::vector<Service> services_;
};

}  // namespace hinomi::content
