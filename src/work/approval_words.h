// What the parts of approvals (approvals.cc, approvals_decide.cc) say alike. Not for use outside them.
#pragma once

#include <string>
#include <string_view>

#include "access/principal.h"
#include "record/record.h"

namespace hinomi::work {

[[nodiscard]] inline record::Refusal refused(std::string_view field, std::string_view code,
                                             std::string_view detail) {
  return {record::Refusal::Kind::invalid, {{std::string(field), std::string(code), std::string(detail)}}, {}};
}
[[nodiscard]] inline record::Refusal failed(base::Error error) {
  return {record::Refusal::Kind::failed, {}, std::move(error)};
}
[[nodiscard]] inline base::Error error_of(const record::Refusal& refusal) {
  if (refusal.kind == record::Refusal::Kind::failed) return refusal.error;
  std::string what = "approval: a record was refused";
  for (const record::Fault& fault : refusal.faults) what += ", " + fault.field + ": " + fault.code;
  return {base::ErrorCode::internal, what, "", {}};
}

// Somebody who can be asked for reasons: no token, no program.
[[nodiscard]] inline bool is_person(const access::Principal& who) noexcept {
  return who.is_human && !who.id.is_nil() &&
         (who.kind == access::PrincipalKind::staff || who.kind == access::PrincipalKind::employee);
}

[[nodiscard]] inline bool is_undecided(std::string_view state) noexcept {
  return state == "open" || state == "sent_back" || state == "acted_first";
}

}  // namespace hinomi::work
