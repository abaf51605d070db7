#include "work/job_store.h"

#include <algorithm>

#include "base/json_writer.h"
#include "parse/json/reader.h"
#include "work/job.h"

namespace hinomi::work {
namespace {

using schedule::Job;
using std::chrono::nanoseconds;
using store::sql::Connection;
using store::sql::Statement;

constexpr std::string_view kColumns =
    "state, not_before, lease_server, lease_until, claims, attempts, cancel_requested, max_attempts, "
    "first_delay, longest_delay, lease_time, created, started, finished, done, total, rate_sum, rate_weight, "
    "measured, measured_done, resume, resume_done, error, log";

std::string log_text(const schedule::JobLog& log) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object().key("dropped").unsigned_integer(log.dropped).key("lines").begin_array();
  for (const schedule::LogLine& line : log.lines)
    json.begin_array().integer(line.time.since_epoch_ns).string(line.text).end_array();
  json.end_array().end_object();
  return text;
}

bool read_log(std::string_view text, schedule::JobLog& log) {
  parse::json::Reader reader(parse::json::Limits{.document_bytes = 1U << 20, .depth = 8});
  const auto document = reader.read(text);
  if (!document || document->kind() != parse::json::Kind::object) return false;
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    if (key.string() == "dropped" && value.kind() == parse::json::Kind::integer)
      log.dropped = static_cast<std::uint64_t>(value.integer());
    if (key.string() == "lines" && value.kind() == parse::json::Kind::array) {
      for (auto line = value.first(); !(line == value.last()); line = line.next()) {
        if (line.kind() != parse::json::Kind::array || log.lines.size() >= schedule::kMaxLogLines)
          return false;
        const auto time = line.first();
        const auto words = time.next();
        if (time.kind() != parse::json::Kind::integer || words.kind() != parse::json::Kind::string)
          return false;
        log.lines.push_back({{time.integer()}, std::string(words.string())});
      }
    }
    key = value.next();
  }
  return true;
}

std::int64_t number(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value);
}

void bind_job(Statement& statement, const Job& job) {
  const bool held = job.lease.has_value();
  statement.bind(name_of(job.state)).bind(job.not_before.since_epoch_ns);
  statement.bind(held ? std::string_view(job.lease->server) : std::string_view());
  statement.bind(held ? job.lease->until.since_epoch_ns : std::int64_t{0}).bind(number(job.claims));
  statement.bind(std::int64_t{job.attempts}).bind(std::int64_t{job.cancel_requested ? 1 : 0});
  statement.bind(std::int64_t{job.retry.attempts}).bind(std::int64_t{job.retry.first_delay.count()});
  statement.bind(std::int64_t{job.retry.longest_delay.count()}).bind(std::int64_t{job.retry.lease.count()});
  statement.bind(job.created.since_epoch_ns).bind(job.started.since_epoch_ns);
  statement.bind(job.finished.since_epoch_ns);
  statement.bind(number(job.progress.done)).bind(number(job.progress.total));
  statement.bind(job.progress.rate_sum).bind(job.progress.rate_weight);
  statement.bind(job.progress.measured.since_epoch_ns).bind(number(job.progress.measured_done));
  statement.bind(std::string_view(job.resume)).bind(number(job.resume_done));
  statement.bind(std::string_view(job.error)).bind(std::string_view(log_text(job.log)));
}

base::Result<Job> read_job(const Statement& row) {
  const base::Error broken{
      base::ErrorCode::invalid_input, "job: what is stored is no job", "restore the store", {}};
  Job job;
  const auto state = parse_state(row.text(0));
  if (!state) return broken;
  job.state = *state;
  job.not_before = {row.integer(1)};
  job.claims = static_cast<std::uint64_t>(row.integer(4));
  if (job.state == schedule::JobState::running)
    job.lease = schedule::Lease{std::string(row.text(2)), job.claims, {row.integer(3)}};
  job.attempts = static_cast<int>(row.integer(5));
  job.cancel_requested = row.integer(6) != 0;
  job.retry.attempts = static_cast<int>(row.integer(7));
  job.retry.first_delay = nanoseconds(row.integer(8));
  job.retry.longest_delay = nanoseconds(row.integer(9));
  job.retry.lease = nanoseconds(row.integer(10));
  job.created = {row.integer(11)};
  job.started = {row.integer(12)};
  job.finished = {row.integer(13)};
  job.progress.done = static_cast<std::uint64_t>(row.integer(14));
  job.progress.total = static_cast<std::uint64_t>(row.integer(15));
  job.progress.rate_sum = row.real(16);
  job.progress.rate_weight = row.real(17);
  job.progress.measured = {row.integer(18)};
  job.progress.measured_done = static_cast<std::uint64_t>(row.integer(19));
  job.resume = row.text(20);
  job.resume_done = static_cast<std::uint64_t>(row.integer(21));
  job.error = row.text(22);
  if (!read_log(row.text(23), job.log)) return broken;
  if (auto fits = schedule::check(job); !fits) return fits.error();
  return job;
}

std::string locking(const Connection& connection, std::string_view how) {
  return connection.dialect() == store::sql::Dialect::postgres ? " FOR UPDATE" + std::string(how) : "";
}

}  // namespace

StoreTime store_time(const os::Clock& clock) {
  return [&clock](Connection& connection) -> base::Result<base::TimeNs> {
    if (connection.dialect() == store::sql::Dialect::sqlite) return clock.now();
    auto statement =
        connection.prepare("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)");
    if (!statement) return statement.error();
    const auto found = (*statement)->step();
    if (!found) return found.error();
    const base::TimeNs now{(*statement)->integer(0) * 1000};
    (*statement)->reset();
    return now;
  };
}

base::Result<void> insert_job(Connection& connection, const base::RecordId& id, std::string_view kind,
                              std::string_view arguments, const Job& job) {
  if (arguments.size() > kMaxJobArguments)
    return base::Error{base::ErrorCode::limit_exceeded, "job: arguments of more than 4 MiB", "", {}};
  std::string places = "?,?,?";
  for (auto left = std::count(kColumns.begin(), kColumns.end(), ',') + 1; left > 0; --left) places += ",?";
  auto statement = connection.prepare("INSERT INTO job_progress (record_id, kind, arguments, " +
                                      std::string(kColumns) + ") VALUES (" + places + ")");
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes()).bind(kind).bind(arguments);
  bind_job(**statement, job);
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return {};
}

base::Result<std::optional<Job>> load_job(Connection& connection, const base::RecordId& id, bool for_update) {
  auto statement =
      connection.prepare("SELECT " + std::string(kColumns) + " FROM job_progress WHERE record_id=?" +
                         (for_update ? locking(connection, "") : ""));
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  if (!*found) return std::optional<Job>();
  auto job = read_job(**statement);
  (*statement)->reset();
  if (!job) return job.error();
  return std::optional(std::move(*job));
}

base::Result<void> save_job(Connection& connection, const base::RecordId& id, const Job& job) {
  std::string sets;
  for (const char c : kColumns) {
    if (c == ',') sets += "=?";
    sets += c;
  }
  auto statement = connection.prepare("UPDATE job_progress SET " + sets + "=? WHERE record_id=?");
  if (!statement) return statement.error();
  bind_job(**statement, job);
  (*statement)->bind(id.as_bytes());
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return {};
}

base::Result<std::optional<Waiting>> next_waiting(Connection& connection,
                                                  const std::vector<std::string>& kinds, base::TimeNs now) {
  if (kinds.empty()) return std::optional<Waiting>();
  std::string places = "?";
  for (std::size_t i = 1; i < kinds.size(); ++i) places += ",?";
  auto statement = connection.prepare(
      "SELECT record_id, kind, arguments FROM job_progress WHERE state='queued' AND not_before<=? AND kind "
      "IN "
      "(" +
      places + ") ORDER BY not_before, record_id LIMIT 1" + locking(connection, " SKIP LOCKED"));
  if (!statement) return statement.error();
  (*statement)->bind(now.since_epoch_ns);
  for (const std::string& kind : kinds) (*statement)->bind(std::string_view(kind));
  const auto found = (*statement)->step();
  if (!found) return found.error();
  std::optional<Waiting> waiting;
  if (*found) {
    const auto id = base::RecordId::from_bytes((*statement)->blob(0));
    if (id) waiting = Waiting{*id, std::string((*statement)->text(1)), std::string((*statement)->text(2))};
    (*statement)->reset();
  }
  return waiting;
}

base::Result<std::vector<base::RecordId>> lost_jobs(Connection& connection, base::TimeNs now,
                                                    std::size_t limit) {
  auto statement = connection.prepare(
      "SELECT record_id FROM job_progress WHERE state='running' AND lease_until<=? LIMIT ?");
  if (!statement) return statement.error();
  (*statement)->bind(now.since_epoch_ns).bind(static_cast<std::int64_t>(limit));
  std::vector<base::RecordId> lost;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return lost;
    if (const auto id = base::RecordId::from_bytes((*statement)->blob(0))) lost.push_back(*id);
  }
}

base::Result<Standing> standing_of(Connection& connection, const base::RecordId& id, std::uint64_t token) {
  auto statement =
      connection.prepare("SELECT state, claims, cancel_requested FROM job_progress WHERE record_id=?");
  if (!statement) return statement.error();
  (*statement)->bind(id.as_bytes());
  const auto found = (*statement)->step();
  if (!found) return found.error();
  Standing standing;
  if (*found) {
    standing.held = (*statement)->text(0) == "running" && (*statement)->integer(1) == number(token);
    standing.cancel = (*statement)->integer(2) != 0;
    (*statement)->reset();
  }
  return standing;
}

}  // namespace hinomi::work
