// Emergency access: somebody who holds break_glass.use reads more than their roles let them, for at most an
// hour, and everybody who has to know of it knows at once. It gives reading alone and opens no vault; what it
// gives is put together by govern/grants.h, and every read under it is written down by the engine. Whoever
// used it and is not reviewed by another person in time is locked (is_locked). Not for approving anything.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "record/engine.h"
#include "work/notice_board.h"
#include "work/people.h"

namespace hinomi::work {

inline constexpr std::chrono::minutes kMaxEmergency{60};
inline constexpr std::chrono::hours kReviewTime{72};

enum class EmergencyState : std::uint8_t { open, ended, reviewed };
[[nodiscard]] std::span<const std::string_view> choices_of(EmergencyState state);
enum class Verdict : std::uint8_t { justified, not_justified };
[[nodiscard]] std::span<const std::string_view> choices_of(Verdict verdict);

struct EmergencyAccess {
  std::string title;  // "INC-2026-000123 佐藤 花子"
  base::RecordId person{};
  std::string why;
  std::string ticket;
  std::optional<std::string> role;  // whose reading it adds; none: all reading of the organisation
  base::TimeNs starts_at{};
  base::TimeNs ends_at{};
  EmergencyState state = EmergencyState::open;
  base::TimeNs review_due{};
  std::optional<base::RecordId> reviewed_by;
  std::optional<base::TimeNs> reviewed_at;
  std::optional<Verdict> verdict;
  std::optional<std::string> remark;  // of the review
  bool lock_told = false;             // those who review know that the account is locked
};
[[nodiscard]] schema::Entity break_glass_entity();

struct EmergencyOrder {
  std::string why;
  std::string ticket;
  base::OrganisationId organisation{};
  std::optional<std::string> role;
  std::chrono::minutes time = kMaxEmergency;
};

class BreakGlass {
 public:
  // `is_role`: whether there is a bundle of this name.
  BreakGlass(record::Engine& engine, People& people, NoticeBoard& notices,
             std::function<bool(std::string_view)> is_role)
      : engine_(engine), people_(people), notices_(notices), is_role_(std::move(is_role)) {}

  // Once, before the first call: end and review.
  void add_to_engine();

  // Needs break_glass.use in the organisation, a fresh proof of who the caller is, and a person.
  [[nodiscard]] record::Outcome<record::Record> open(const record::Context& context,
                                                     const EmergencyOrder& order);
  // A Sweep: those that have ended, and those whose review is overdue.
  [[nodiscard]] base::Result<void> look();

 private:
  [[nodiscard]] std::optional<record::Refusal> check(store::sql::Connection& connection,
                                                     const record::Context& context,
                                                     const EmergencyOrder& order);
  [[nodiscard]] std::optional<record::Refusal> end(record::ActionCall& call);
  [[nodiscard]] std::optional<record::Refusal> review(record::ActionCall& call);
  [[nodiscard]] base::Result<void> tell(store::sql::Connection& connection, const record::Context& context,
                                        const record::Record& record, std::string_view excerpt);

  record::Engine& engine_;
  People& people_;
  NoticeBoard& notices_;
  const std::function<bool(std::string_view)> is_role_;
  const access::Principal program_ = access::system_principal();
};

// Whether the person used emergency access that nobody has reviewed in time: they cannot sign in until
// somebody has.
[[nodiscard]] base::Result<bool> is_locked(store::sql::Connection& connection, const base::RecordId& person,
                                           base::TimeNs now);

}  // namespace hinomi::work
