#include "work/job.h"

namespace hinomi::work {
namespace {

using namespace schema;  // the words of declarations

constexpr std::string_view kStates[] = {"queued", "running", "done", "failed", "cancelled"};
constexpr std::string_view kMissed[] = {"skip", "once", "all"};
constexpr std::uint32_t kName = 40;
constexpr std::uint32_t kWhen = 512;
constexpr std::uint32_t kZone = 64;
constexpr std::uint32_t kServer = 200;

}  // namespace

std::string_view name_of(schedule::JobState state) noexcept {
  return kStates[static_cast<std::size_t>(state)];
}

std::optional<schedule::JobState> parse_state(std::string_view name) noexcept {
  for (std::size_t i = 0; i < std::size(kStates); ++i)
    if (kStates[i] == name) return static_cast<schedule::JobState>(i);
  return std::nullopt;
}

std::span<const std::string_view> choices_of(JobState /*state*/) {
  return kStates;
}
std::span<const std::string_view> choices_of(MissedRuns /*missed*/) {
  return kMissed;
}

Entity job_entity() {
  return {.name = "job",
          .path = "jobs",
          .title = "title",
          .fields = fields_of<JobRecord>({
              text<&JobRecord::title>("title").server_owned().searchable().listed(),
              text<&JobRecord::kind>("kind").server_owned().at_most(kName).listed(),
              choice<&JobRecord::state>("state").server_owned().listed(),
              reference<&JobRecord::asked_by>("asked_by", "person").server_owned().listed(),
              reference<&JobRecord::schedule>("schedule", "schedule").server_owned().filterable(),
              integer<&JobRecord::attempts>("attempts").server_owned(),
              flag<&JobRecord::cancel_requested>("cancel_requested").server_owned(),
              time<&JobRecord::started_at>("started_at").server_owned().listed(),
              time<&JobRecord::ended_at>("ended_at").server_owned().listed(),
              prose<&JobRecord::error>("error").server_owned(),
              prose<&JobRecord::result>("result").server_owned(),
              integer<&JobRecord::done>("done").server_owned(),
              integer<&JobRecord::total>("total").server_owned(),
              real<&JobRecord::per_second>("per_second").server_owned(),
              integer<&JobRecord::remaining_seconds>("remaining_seconds").server_owned(),
              text<&JobRecord::runs_on>("runs_on").server_owned().at_most(kServer),
              prose<&JobRecord::log>("log").server_owned(),
          }),
          .actions = {{.name = "cancel"}, {.name = "restart", .permission = "job.cancel"}},
          .state_field = "state",
          // What the runner does is no action of somebody.
          .transitions = {{"queued", "cancelled", "cancel"},
                          {"running", "running", "cancel"},
                          {"failed", "queued", "restart"},
                          {"cancelled", "queued", "restart"},
                          {"queued", "running", "begin", true},
                          {"running", "done", "end", true},
                          {"running", "failed", "end", true},
                          {"running", "cancelled", "end", true},
                          {"running", "queued", "end", true},
                          {"running", "queued", "lose", true},
                          {"running", "failed", "lose", true},
                          {"running", "cancelled", "lose", true}},
          .may_be_sealed = false};
}

Entity schedule_entity() {
  return {.name = "schedule",
          .path = "schedules",
          .title = "title",
          .fields = fields_of<ScheduleRecord>({
              text<&ScheduleRecord::title>("title").required().searchable().listed(),
              text<&ScheduleRecord::kind>("kind").required().at_most(kName).listed(),
              prose<&ScheduleRecord::arguments>("arguments"),
              text<&ScheduleRecord::when>("when").required().at_most(kWhen).listed(),
              text<&ScheduleRecord::time_zone>("time_zone").at_most(kZone),
              text<&ScheduleRecord::calendar>("calendar").at_most(kZone),
              choice<&ScheduleRecord::missed>("missed"),
              flag<&ScheduleRecord::enabled>("enabled").listed(),
              reference<&ScheduleRecord::run_as>("run_as", "person").server_owned().filterable(),
              time<&ScheduleRecord::next_at>("next_at").server_owned().listed(),
              time<&ScheduleRecord::last_at>("last_at").server_owned().listed(),
              time<&ScheduleRecord::handled_until>("handled_until").server_owned(),
              prose<&ScheduleRecord::error>("error").server_owned(),
          }),
          .actions = {{.name = "run_now", .permission = "schedule.change"}},
          .may_be_sealed = false};
}

}  // namespace hinomi::work
