// Jobs as they are asked for, shown, cancelled and tried again; for the API and for what asks for long work.
// Not for running them (job_runner.h).
#pragma once

#include <optional>
#include <string>

#include "record/engine.h"
#include "work/job_store.h"

namespace hinomi::work {

struct JobOrder {
  std::string kind;
  std::string title;
  std::string arguments = "{}";  // JSON object, up to kMaxJobArguments
  base::OrganisationId organisation{};
  base::SiteId site{};
  std::optional<base::RecordId> asked_by;  // a person; none: the program
  std::optional<base::RecordId> schedule;
  schedule::RetryPolicy retry{};
};

class JobBook {
 public:
  JobBook(record::Engine& engine, StoreTime time) : engine_(engine), time_(std::move(time)) {}

  // Once, before the first call: cancel and restart, and what is read along with a job.
  void add_to_engine();

  // In the transaction of what asks for it, so that both stand or neither.
  [[nodiscard]] record::Outcome<record::Record> enqueue(store::sql::Connection& connection,
                                                        const record::Context& context,
                                                        const JobOrder& order);
  // The record after a step of its job: state, attempts, times, error; with the progress when it is over.
  [[nodiscard]] record::Outcome<record::Record> show(store::sql::Connection& connection,
                                                     const record::Context& context, const base::RecordId& id,
                                                     const schedule::Job& job, std::string_view action,
                                                     std::string_view result = {});

  [[nodiscard]] const StoreTime& time() const noexcept { return time_; }
  [[nodiscard]] record::Engine& engine() noexcept { return engine_; }

 private:
  [[nodiscard]] base::Result<void> complete(store::sql::Connection& connection,
                                            std::vector<record::Record>& records) const;
  [[nodiscard]] std::optional<record::Refusal> cancel(record::ActionCall& call);
  [[nodiscard]] std::optional<record::Refusal> restart(record::ActionCall& call);

  record::Engine& engine_;
  StoreTime time_;
};

}  // namespace hinomi::work
