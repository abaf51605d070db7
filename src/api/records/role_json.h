// Roles, services and who carries them as JSON (docs/en/roles.md, the board). A part of roles.cc.
#pragma once

#include "base/json_writer.h"
#include "content/permission_table.h"
#include "content/service_catalogue.h"
#include "govern/role_board.h"

namespace hinomi::api::records {

// What an answer about roles stands on; everything outlives it.
struct RoleContent {
  const content::RoleCatalogue* roles = nullptr;
  const content::ServiceCatalogue* services = nullptr;
  const content::PermissionTable* permissions = nullptr;
};

void write_both(base::JsonWriter& json, const content::Bilingual& text);
void write_code(base::JsonWriter& json, content::Code code);

// A whole board: of roles, or of the services of the second catalogue through them.
void write_board(base::JsonWriter& json, const RoleContent& content, const govern::Board& board);
void write_service_board(base::JsonWriter& json, const RoleContent& content, const govern::Board& board);
// One of them, with everything there is to say.
void write_role_page(base::JsonWriter& json, const RoleContent& content, const govern::Board& board);
void write_service_page(base::JsonWriter& json, const RoleContent& content, const govern::Board& board,
                        const content::Service& service);

void write_held(base::JsonWriter& json, const RoleContent& content,
                const std::vector<govern::HeldRole>& held);
void write_ownerless(base::JsonWriter& json, const govern::Ownerless& ownerless);

}  // namespace hinomi::api::records
