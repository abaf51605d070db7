// What the HTTP API says about roles: the board, one role, its setting, the roles of a person, and the dry
// run of changes of personnel. For callers who hold role.read anywhere; what they see of records is decided
// with each record. Blocking, like RecordService.
#pragma once

#include "api/http/message.h"
#include "api/records/role_json.h"
#include "api/records/service.h"
#include "govern/role_board.h"

namespace hinomi::api::records {

class RoleService {
 public:
  RoleService(record::Engine& engine, const RoleContent& content)
      : engine_(engine), content_(content), board_(engine, *content.roles) {}

  // ?catalogue=&organisation=&on=
  [[nodiscard]] http::Response board(const Asked& asked);  // GET /roles
  [[nodiscard]] http::Response role(const Asked& asked);   // GET /roles/{code}
  // The role_setting of the organisation that the body names, made where there is none. Members that are not
  // sent stay as they are; If-Match is checked where it is sent.
  [[nodiscard]] http::Response set(const Asked& asked);        // PUT /roles/{code}/setting
  [[nodiscard]] http::Response of_person(const Asked& asked);  // GET /people/{id}/roles
  [[nodiscard]] http::Response ownerless(const Asked& asked);  // GET /assignments/ownerless?on=&organisation=

 private:
  // The record of this role in this organisation.
  struct Found {
    std::optional<base::RecordId> id;
    std::optional<base::Error> error;
  };
  [[nodiscard]] Found find_setting(base::OrganisationId organisation, const std::string& code);

  record::Engine& engine_;
  const RoleContent content_;
  govern::RoleBoard board_;
};

}  // namespace hinomi::api::records
