// The table job_progress: a schedule::Job for each record of entity job, with what changes while it runs.
// Not for the record itself.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/record_id.h"
#include "base/result.h"
#include "os/clock.h"
#include "store/sql/database.h"
#include "work/schedule/job.h"

namespace hinomi::work {

inline constexpr std::size_t kMaxJobArguments = 4U << 20;  // bytes

// The time that leases are measured in: of the server of a PostgreSQL database, so that the clocks of several
// programs need not agree; of this machine for a SQLite file.
using StoreTime = std::function<base::Result<base::TimeNs>(store::sql::Connection&)>;
[[nodiscard]] StoreTime store_time(const os::Clock& clock);

[[nodiscard]] base::Result<void> insert_job(store::sql::Connection& connection, const base::RecordId& id,
                                            std::string_view kind, std::string_view arguments,
                                            const schedule::Job& job);
// Locks the row where the database locks rows. nullopt: there is none.
[[nodiscard]] base::Result<std::optional<schedule::Job>> load_job(store::sql::Connection& connection,
                                                                  const base::RecordId& id, bool for_update);
[[nodiscard]] base::Result<void> save_job(store::sql::Connection& connection, const base::RecordId& id,
                                          const schedule::Job& job);

struct Waiting {
  base::RecordId id{};
  std::string kind;
  std::string arguments;
};
// The job of one of these kinds that has waited longest, locked; others that claim pass over it.
[[nodiscard]] base::Result<std::optional<Waiting>> next_waiting(store::sql::Connection& connection,
                                                                const std::vector<std::string>& kinds,
                                                                base::TimeNs now);
// Those that run and whose lease is over, at most `limit`.
[[nodiscard]] base::Result<std::vector<base::RecordId>> lost_jobs(store::sql::Connection& connection,
                                                                  base::TimeNs now, std::size_t limit);
// Whether the lease is still held and whether somebody wants the job to stop; one read.
struct Standing {
  bool held = false;
  bool cancel = false;
};
[[nodiscard]] base::Result<Standing> standing_of(store::sql::Connection& connection, const base::RecordId& id,
                                                 std::uint64_t token);

}  // namespace hinomi::work
