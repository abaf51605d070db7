#include "govern/assignment.h"

namespace hinomi::govern {
namespace {

using namespace schema;  // the words of declarations

constexpr std::string_view kSourcings[] = {"inhouse", "outsourced"};
constexpr std::uint32_t kRoleCode = 40;
constexpr std::int64_t kHighestLevel = 5;
constexpr std::chrono::hours kApprovalTime{7 * 24};

}  // namespace

std::span<const std::string_view> choices_of(Sourcing /*sourcing*/) {
  return kSourcings;
}

Entity assignment_entity() {
  return {.name = "assignment",
          .path = "assignments",
          .title = "title",
          .fields = fields_of<Assignment>({
              text<&Assignment::title>("title").server_owned().searchable().listed(),
              text<&Assignment::role>("role").required().at_most(kRoleCode).searchable().listed(),
              reference<&Assignment::person>("person", "person").listed(),
              reference<&Assignment::post>("post", "post").listed(),
              choice<&Assignment::sourcing>("sourcing").listed(),
              flag<&Assignment::deputy>("deputy").listed(),
              flag<&Assignment::whole_group>("whole_group").filterable(),
              date<&Assignment::valid_from>("valid_from").listed(),
              date<&Assignment::valid_until>("valid_until").listed(),
              flag<&Assignment::in_force>("in_force").server_owned().listed(),
          }),
          .actions = {{.name = "put_in_force", .four_eyes = true, .approval_within = kApprovalTime}},
          .may_be_sealed = false};
}

Entity role_setting_entity() {
  return {.name = "role_setting",
          .path = "role_settings",
          .title = "role",
          .fields = fields_of<RoleSetting>({
              text<&RoleSetting::role>("role").required().unique().at_most(kRoleCode).listed(),
              integer<&RoleSetting::maturity_as_is>("maturity_as_is").between(1, kHighestLevel).listed(),
              integer<&RoleSetting::maturity_to_be>("maturity_to_be").between(1, kHighestLevel).listed(),
              text<&RoleSetting::area>("area").at_most(4).filterable(),
              flag<&RoleSetting::not_needed>("not_needed").filterable(),
              prose<&RoleSetting::remark>("remark"),
          }),
          .may_be_sealed = false};
}

}  // namespace hinomi::govern
