// What stands on the records of a server, put together: who is told, who approves, emergency access, jobs and
// their schedules. Not for what a job does (its kind).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/records/service.h"
#include "base/result.h"
#include "govern/grants.h"
#include "govern/people_book.h"
#include "record/engine.h"
#include "work/calendar/calendar_yaml.h"
#include "work/scheduler.h"

namespace hinomi::app {

class WorkKeeper {
 public:
  struct Setup {
    record::Engine* engine = nullptr;
    govern::GrantBook* grants = nullptr;
    const os::Clock* clock = nullptr;
    std::string content_folder;
    std::function<void(const std::string&)> log;
  };
  // Adds to the engine what its records need; before it is used by anybody.
  [[nodiscard]] static base::Result<std::unique_ptr<WorkKeeper>> open(Setup setup);
  ~WorkKeeper();
  WorkKeeper(const WorkKeeper&) = delete;
  WorkKeeper& operator=(const WorkKeeper&) = delete;

  [[nodiscard]] api::records::WorkParts parts();
  // Jobs run from here on, on threads of its own, until this ends.
  void start();

 private:
  WorkKeeper(Setup setup, work::calendar::CalendarSet calendars);
  [[nodiscard]] base::Result<void> provide_schedules();

  const Setup setup_;
  const work::calendar::CalendarSet calendars_;
  govern::PeopleBook people_;
  work::NoticeBoard notices_;
  work::Approvals approvals_;
  work::BreakGlass break_glass_;
  work::JobBook book_;
  const work::JobKinds kinds_;
  work::Scheduler scheduler_;
  std::unique_ptr<work::JobRunner> runner_;
};

}  // namespace hinomi::app
