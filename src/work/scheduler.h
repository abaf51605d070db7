// Asks for jobs when their schedules say so: one server at a time looks at a schedule, so that each run is
// asked for once. Times, zones, free days and missed runs are those of work/schedule. Not for running jobs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "record/engine.h"
#include "work/calendar/calendar_yaml.h"
#include "work/job_book.h"
#include "work/job_runner.h"
#include "work/schedule/schedule.h"

namespace hinomi::work {

class Scheduler {
 public:
  static constexpr std::size_t kMaxAtOnce = 50;  // schedules that one look takes on

  // What outlives it: the book, the kinds and the calendars.
  Scheduler(JobBook& book, const JobKinds& kinds, const calendar::CalendarSet& calendars)
      : engine_(book.engine()), book_(book), kinds_(kinds), calendars_(calendars) {}

  // Once, before the first call: what must hold with a schedule, and run_now.
  void add_to_engine();

  // Jobs for what is due; a Sweep. Where the last run of a schedule is still on its way, the next is given
  // up.
  [[nodiscard]] base::Result<void> look();

  // The schedule of the program for this kind in the organisation, made when there is none that anybody made.
  [[nodiscard]] base::Result<void> provide(base::OrganisationId organisation, std::string_view kind,
                                           std::string_view title, std::string_view when,
                                           std::string_view zone);

 private:
  struct Read;
  [[nodiscard]] base::Result<Read> read(const schema::Entity& entity, const record::Record& record) const;
  [[nodiscard]] std::optional<record::Refusal> check(record::WriteCall& call);
  [[nodiscard]] std::optional<record::Refusal> run_now(record::ActionCall& call);
  [[nodiscard]] base::Result<bool> look_at(store::sql::Connection& connection, const base::RecordId& id);
  [[nodiscard]] base::Result<void> ask(store::sql::Connection& connection, const record::Context& context,
                                       const record::Record& schedule);
  [[nodiscard]] base::Result<bool> is_on_its_way(store::sql::Connection& connection,
                                                 const base::RecordId& schedule);

  record::Engine& engine_;
  JobBook& book_;
  const JobKinds& kinds_;
  const calendar::CalendarSet& calendars_;
};

}  // namespace hinomi::work
