// Long work as records: a job, and the schedule that asks for one again and again. What changes every second
// (how far it is, who holds it) stands beside the record in the table job_progress (job_store.h) and is put
// in when it is read; the record and its history hold what became of it. Not for running (job_runner.h).
#pragma once

#include <optional>
#include <string>

#include "schema/entity.h"
#include "work/schedule/job.h"

namespace hinomi::work {

[[nodiscard]] std::string_view name_of(schedule::JobState state) noexcept;
[[nodiscard]] std::optional<schedule::JobState> parse_state(std::string_view name) noexcept;

enum class JobState : std::uint8_t { queued, running, done, failed, cancelled };
[[nodiscard]] std::span<const std::string_view> choices_of(JobState state);

struct JobRecord {
  std::string title;
  std::string kind;  // of those that the program registers: "bulk"
  JobState state = JobState::queued;
  std::optional<base::RecordId> asked_by;  // whose rights it has; none: the program's
  std::optional<base::RecordId> schedule;
  std::int64_t attempts = 0;
  bool cancel_requested = false;
  std::optional<base::TimeNs> started_at;  // of the last attempt
  std::optional<base::TimeNs> ended_at;
  std::optional<std::string> error;   // of the last attempt
  std::optional<std::string> result;  // JSON
  // Beside the record while it is not over.
  std::int64_t done = 0;
  std::int64_t total = 0;  // 0: not known
  std::optional<double> per_second;
  std::optional<std::int64_t> remaining_seconds;
  std::optional<std::string> runs_on;  // the server that has it
  std::optional<std::string> log;      // its last lines
};
[[nodiscard]] schema::Entity job_entity();

enum class MissedRuns : std::uint8_t { skip, once, all };
[[nodiscard]] std::span<const std::string_view> choices_of(MissedRuns missed);

struct ScheduleRecord {
  std::string title;
  std::string kind;                      // of the job
  std::optional<std::string> arguments;  // JSON object
  std::string when;                      // work/schedule/schedule_text.h
  std::string time_zone = "UTC";
  std::optional<std::string> calendar;
  MissedRuns missed = MissedRuns::once;
  bool enabled = true;
  std::optional<base::RecordId> run_as;  // who set it last; none: the program
  std::optional<base::TimeNs> next_at;
  std::optional<base::TimeNs> last_at;
  std::optional<base::TimeNs> handled_until;
  std::optional<std::string> error;
};
[[nodiscard]] schema::Entity schedule_entity();

}  // namespace hinomi::work
