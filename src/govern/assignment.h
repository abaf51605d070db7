// Who does which role, where and when; and how far a role has come in an organisation. What a role is stands
// in content (content/role_catalogue.h); what it permits follows from here (grants.h).
#pragma once

#include <optional>
#include <string>

#include "schema/entity.h"

namespace hinomi::govern {

enum class Sourcing : std::uint8_t { inhouse, outsourced };
[[nodiscard]] std::span<const std::string_view> choices_of(Sourcing sourcing);

// Exactly one of person and post. Its labels say the organisation and, if it is for one only, the site.
struct Assignment {
  std::string title;  // "B-1 佐藤 花子", kept by the server
  std::string role;   // code of the catalogue: "B-1"; "administrator" and "auditor" beside them
  std::optional<base::RecordId> person;
  std::optional<base::RecordId> post;
  Sourcing sourcing = Sourcing::inhouse;
  bool deputy = false;
  bool whole_group = false;  // for every organisation
  std::optional<std::string> valid_from;
  std::optional<std::string> valid_until;  // the last day
  // False until a second person has approved it; of the roles of kFourEyesRoles alone.
  bool in_force = true;
};
[[nodiscard]] schema::Entity assignment_entity();

// Roles over everybody else's accounts, or over what is known of what they did: nobody gives them alone.
inline constexpr std::string_view kFourEyesRoles[] = {"administrator", "auditor"};

// Levels 1 to 5 of the self-assessment; their words stand in content/roles/maturity.yaml.
struct RoleSetting {
  std::string role;
  std::optional<std::int64_t> maturity_as_is;
  std::optional<std::int64_t> maturity_to_be;
  std::optional<std::string> area;  // "I" to "IV"
  bool not_needed = false;          // decided to be done by nobody
  std::optional<std::string> remark;
};
[[nodiscard]] schema::Entity role_setting_entity();

}  // namespace hinomi::govern
