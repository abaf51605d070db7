#include "credential/client_data.h"

#include <optional>
#include <utility>

#include "credential/json_members.h"
#include "parse/json/reader.h"

namespace hinomi::credential {
namespace {

constexpr std::size_t kMaxDepth = 8;

base::Error malformed(const char* why) {
  return {base::ErrorCode::invalid_input, std::string("client data: ") + why, "", {}};
}

// Whether "crossOrigin" is true or "topOrigin" is there; nullopt when one of them is not what it should be.
std::optional<bool> is_cross_origin(const JsonMembers& members) {
  const JsonMembers::Member cross = members.find("crossOrigin");
  const JsonMembers::Member top = members.find("topOrigin");
  if (cross.found == JsonMembers::Found::twice || top.found == JsonMembers::Found::twice) return std::nullopt;
  if (cross.value && cross.value->kind() != parse::json::Kind::boolean) return std::nullopt;
  return (cross.value && cross.value->boolean()) || top.found == JsonMembers::Found::once;
}

}  // namespace

base::Result<ClientData> read_client_data(std::string_view json) {
  if (json.size() > kMaxClientDataBytes) return malformed("it is too long");
  parse::json::Reader reader({.document_bytes = kMaxClientDataBytes, .depth = kMaxDepth});
  const auto document = reader.read(json);
  if (!document) return document.error();
  const auto members = JsonMembers::of(*document);
  if (!members) return malformed("it is no object");
  const auto type = members->string("type");
  const auto challenge = members->string("challenge");
  const auto origin = members->string("origin");
  if (!type || !challenge || !origin)
    return malformed("type, challenge or origin is missing, no text, or there twice");
  auto challenge_bytes = parse_base64url(*challenge, kMaxChallengeBytes);
  if (!challenge_bytes) return malformed("the challenge is no base64url");
  const auto cross_origin = is_cross_origin(*members);
  if (!cross_origin) return malformed("crossOrigin or topOrigin is there twice or of the wrong kind");
  return ClientData{std::string(*type), *std::move(challenge_bytes), std::string(*origin), *cross_origin};
}

}  // namespace hinomi::credential
