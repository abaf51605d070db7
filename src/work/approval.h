// An approval and its steps as records: what somebody wants to do, bound to its exact arguments, and who said
// what to it. What asks for one and what a decision does stands in approvals.h.
#pragma once

#include <optional>
#include <string>

#include "schema/entity.h"
#include "trust/hash.h"

namespace hinomi::work {

enum class ApprovalState : std::uint8_t {
  open,
  approved,
  rejected,
  sent_back,  // the requester may submit it again as it is, or withdraw it
  expired,
  is_void,      // what it was about has changed, or cannot be done any more
  acted_first,  // done already, to be approved by expires_at
};
[[nodiscard]] std::span<const std::string_view> choices_of(ApprovalState state);

struct Approval {
  std::string title;  // "organisation.delete ORG-1"; never the title of the record, which not all may read
  std::string about_entity;
  std::string about;  // id
  std::string deed;   // the action, or "delete"
  std::int64_t about_version = 0;
  std::optional<std::string> arguments;  // canonical JSON
  std::optional<std::string> reason;
  base::RecordId requested_by{};
  ApprovalState state = ApprovalState::open;
  base::TimeNs expires_at{};
  std::string nonce;  // hex
  std::string hash;   // hex; binding_of()
  std::optional<base::TimeNs> decided_at;
  std::optional<std::string> decision_number;  // "D-2026-000001", of what was approved or rejected
  std::optional<std::string> outcome;          // why it is void; English
};
[[nodiscard]] schema::Entity approval_entity();

enum class ApproverRule : std::uint8_t {
  anyone,    // who holds approval.decide there
  person,    // this one
  post,      // who holds it that day
  superior,  // who holds the post above a post of the requester; where it is vacant, the next above
};
[[nodiscard]] std::span<const std::string_view> choices_of(ApproverRule rule);
enum class StepDecision : std::uint8_t { pending, approved, rejected, sent_back };
[[nodiscard]] std::span<const std::string_view> choices_of(StepDecision decision);

struct ApprovalStep {
  std::string title;  // "1"
  base::RecordId approval{};
  std::int64_t position = 1;
  ApproverRule rule = ApproverRule::anyone;
  std::optional<base::RecordId> person;
  std::optional<base::RecordId> post;
  bool deputy_allowed = true;  // who acts for a holder who is away
  StepDecision decision = StepDecision::pending;
  std::optional<base::RecordId> decided_by;
  bool as_deputy = false;
  std::optional<base::TimeNs> decided_at;
  std::optional<std::string> comment;
};
[[nodiscard]] schema::Entity approval_step_entity();

// What an approval is given to, and nothing else: SHA-256 over the canonical text of all of it.
struct Binding {
  std::string_view entity;
  std::string_view deed;
  std::string_view target;     // id
  std::int64_t version = 0;    // of the target
  std::string_view arguments;  // canonical JSON
  base::TimeNs expires_at{};
  std::string_view nonce;
  base::RecordId requested_by{};
};
[[nodiscard]] trust::Hash hash_of(const Binding& binding);

// A JSON object with its members in order of their names and without blanks; members named in `without` (of
// the outermost object) are left out. nullopt: no JSON object, or names that stand twice.
[[nodiscard]] std::optional<std::string> canonical_json(std::string_view text,
                                                        std::initializer_list<std::string_view> without);

}  // namespace hinomi::work
