#include "govern/leavers.h"

#include "base/json_writer.h"
#include "record/fields.h"

namespace hinomi::govern {
namespace {

using store::sql::Connection;

constexpr std::size_t kPeopleAtOnce = 100;

struct Leaver {
  base::RecordId id{};
  std::string last_day;
};

// Of those who left before the day, the next ones behind `after`, in order of their ids.
base::Result<std::vector<Leaver>> next_leavers(Connection& connection, const base::RecordId& after,
                                               std::string_view day) {
  auto statement = connection.prepare(
      "SELECT id, f_leaves_on FROM r_person WHERE f_leaves_on<? AND deleted_at IS NULL AND id>? ORDER BY id "
      "LIMIT ?");
  if (!statement) return statement.error();
  (*statement)->bind(day).bind(after.as_bytes()).bind(static_cast<std::int64_t>(kPeopleAtOnce));
  std::vector<Leaver> leavers;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return leavers;
    if (const auto id = base::RecordId::from_bytes((*statement)->blob(0)))
      leavers.push_back({*id, std::string((*statement)->text(1))});
  }
}

base::Result<std::int64_t> count_leavers(Connection& connection, std::string_view day) {
  auto statement =
      connection.prepare("SELECT COUNT(*) FROM r_person WHERE f_leaves_on<? AND deleted_at IS NULL");
  if (!statement) return statement.error();
  (*statement)->bind(day);
  const auto found = (*statement)->step();
  if (!found) return found.error();
  const std::int64_t count = (*statement)->integer(0);
  (*statement)->reset();
  return count;
}

// What began and did not end by the last day.
base::Result<std::vector<base::RecordId>> open_of(Connection& connection, std::string_view table,
                                                  const Leaver& leaver) {
  auto statement = connection.prepare(
      "SELECT id FROM " + std::string(table) +
      " WHERE f_person=? AND deleted_at IS NULL AND (f_valid_until IS NULL OR f_valid_until>?) AND "
      "(f_valid_from IS NULL OR f_valid_from<=?)");
  if (!statement) return statement.error();
  (*statement)->bind(leaver.id.as_bytes());
  (*statement)->bind(std::string_view(leaver.last_day)).bind(std::string_view(leaver.last_day));
  std::vector<base::RecordId> ids;
  for (;;) {
    const auto found = (*statement)->step();
    if (!found) return found.error();
    if (!*found) return ids;
    if (const auto id = base::RecordId::from_bytes((*statement)->blob(0))) ids.push_back(*id);
  }
}

base::Result<std::int64_t> end_all(record::Engine& engine, Connection& connection,
                                   const record::Context& context, const Leaver& leaver) {
  std::int64_t ended = 0;
  for (const std::string_view name : {"assignment", "holding"}) {
    const schema::Entity& entity = engine.registry().get(name);
    const auto open = open_of(connection, "r_" + std::string(name), leaver);
    if (!open) return open.error();
    for (const base::RecordId& id : *open) {
      record::Draft draft;
      record::set_field(entity, draft, "valid_until", leaver.last_day);
      const auto changed = engine.change_within(connection, context, entity, id, draft, "leave");
      if (!changed && changed.refusal().kind == record::Refusal::Kind::failed) return changed.refusal().error;
      // A record that cannot be changed (its organisation is gone) is left as it is.
      if (changed) ++ended;
    }
  }
  return ended;
}

base::Result<std::string> run(work::JobContext& job) {
  record::Engine& engine = job.engine();
  const std::string day = base::format_rfc3339(engine.clock().now(), 0).substr(0, 10);
  const auto who = job.who();
  if (!who) return who.error();
  const record::Context context = job.context(*who);
  base::RecordId after = base::RecordId::parse(job.resume()).value_or(base::RecordId{});
  std::uint64_t people = job.resume_done();
  std::int64_t total = 0;
  std::int64_t ended = 0;
  while (!job.is_cancelled()) {
    std::vector<Leaver> leavers;
    const auto read = engine.in_read([&](Connection& connection) -> base::Result<void> {
      const auto counted = count_leavers(connection, day);
      if (!counted) return counted.error();
      total = *counted;
      auto found = next_leavers(connection, after, day);
      if (!found) return found.error();
      leavers = std::move(*found);
      return {};
    });
    if (!read) return read.error();
    if (leavers.empty()) break;
    people += leavers.size();
    after = leavers.back().id;
    job.progress(people, static_cast<std::uint64_t>(total));
    job.set_resume(after.text());
    std::int64_t now_ended = 0;
    const auto written = job.write([&](Connection& connection) -> base::Result<void> {
      now_ended = 0;
      for (const Leaver& leaver : leavers) {
        const auto done = end_all(engine, connection, context, leaver);
        if (!done) return done.error();
        now_ended += *done;
      }
      return {};
    });
    if (!written) return written.error();
    ended += now_ended;
  }
  std::string result;
  base::JsonWriter json(result);
  json.begin_object().key("people").unsigned_integer(people).key("ended").integer(ended).end_object();
  return result;
}

}  // namespace

work::JobKind end_leavers_kind() {
  work::JobKind kind;
  kind.run = run;
  kind.as_program = true;
  kind.on_schedule = true;
  return kind;
}

}  // namespace hinomi::govern
