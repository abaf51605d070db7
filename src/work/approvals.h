// Four eyes: an action that is declared so opens an approval in place of taking effect, and takes effect with
// the last approval, with the rights that the requester has then. Who asked never decides, whoever they act
// for; programs neither ask nor decide. Any change of the record makes the approval void. Not for who
// somebody is (people.h).
//
// The body of the action may name a route: "approvers": [{"person": id}, {"post": id}, {"rule": "superior"},
// {"rule": "anyone"}], each with "deputy": false where nobody may act for them; up to kMaxSteps, in order.
// Without one: anyone who holds approval.decide there. Whoever is named must hold it too. "act_first": true
// does it at once, where the declaration allows that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/engine.h"
#include "work/approval.h"
#include "work/notice_board.h"
#include "work/people.h"

namespace hinomi::work {

inline constexpr std::size_t kMaxSteps = 10;
inline constexpr std::size_t kMaxOpenApprovals = 200;  // of one requester
inline constexpr std::size_t kMaxLevels = 10;          // posts above one another
inline constexpr std::size_t kMaxExpired = 100;        // of one sweep

class Approvals {
 public:
  Approvals(record::Engine& engine, People& people, NoticeBoard& notices)
      : engine_(engine), people_(people), notices_(notices) {}

  // Once, before the first call: the gate, the actions of approvals, and that changes make them void.
  void add_to_engine();

  // A Sweep: those whose time is over.
  [[nodiscard]] base::Result<void> expire_due();

  // The steps of an approval that the caller may read, in order.
  [[nodiscard]] record::Outcome<std::vector<record::Record>> steps_of(const record::Context& context,
                                                                      const base::RecordId& approval);

 private:
  using Connection = store::sql::Connection;
  using MaybeRefusal = std::optional<record::Refusal>;
  // What the body of an action asks for, read.
  struct Asked;

  [[nodiscard]] record::Outcome<record::GateAnswer> ask(record::ActionCall& call);
  [[nodiscard]] record::Outcome<Asked> read_request(record::ActionCall& call);
  [[nodiscard]] record::Outcome<record::Record> open(record::ActionCall& call, const Asked& asked);
  [[nodiscard]] base::Result<std::optional<base::RecordId>> earlier(record::ActionCall& call,
                                                                    const Asked& asked);
  [[nodiscard]] MaybeRefusal decide(record::ActionCall& call);
  [[nodiscard]] MaybeRefusal check_binding(record::ActionCall& call, const schema::Entity& entity,
                                           const record::Record& target);
  [[nodiscard]] MaybeRefusal check_decider(record::ActionCall& call, const schema::Entity& entity,
                                           const record::Record& target);
  // What follows when nobody is left to approve.
  [[nodiscard]] MaybeRefusal take_effect(record::ActionCall& call, const schema::Entity& entity);
  [[nodiscard]] MaybeRefusal resubmit(record::ActionCall& call);
  [[nodiscard]] MaybeRefusal withdraw(record::ActionCall& call);
  [[nodiscard]] MaybeRefusal make_void(record::WriteCall& call);
  void after_refusal(const record::Context& context, const base::RecordId& id,
                     const record::Refusal& refusal);
  // In state and words; tells the requester.
  [[nodiscard]] base::Result<void> close(Connection& connection, const record::Context& context,
                                         const base::RecordId& id, std::string_view state,
                                         std::string_view outcome);

  [[nodiscard]] base::Result<std::vector<record::Record>> load_steps(Connection& connection,
                                                                     const base::RecordId& approval);
  // Who may decide a step today; for "anyone", those who are told.
  [[nodiscard]] base::Result<std::vector<Holder>> approvers_of(Connection& connection,
                                                               const record::Record& approval,
                                                               const record::Record& step);
  [[nodiscard]] base::Result<std::vector<Holder>> superiors_of(Connection& connection,
                                                               const base::RecordId& requester);
  [[nodiscard]] base::Result<void> tell_approvers(Connection& connection, const record::Context& context,
                                                  const record::Record& approval, const record::Record& step);
  [[nodiscard]] base::Result<base::OrganisationId> place_of(record::ActionCall& call);
  [[nodiscard]] base::Result<std::string> decision_number(Connection& connection,
                                                          const record::Record& approval);

  record::Engine& engine_;
  People& people_;
  NoticeBoard& notices_;
  const access::Principal program_ = access::system_principal();
};

}  // namespace hinomi::work
