#include "govern/testing/office.h"

#include <algorithm>

#include "govern/assignment.h"
#include "govern/hooks.h"
#include "govern/organisation.h"
#include "record/fields.h"
#include "record/json.h"
#include "record/tables.h"
#include "work/job.h"
#include "work/notes.h"

namespace hinomi::govern {
namespace {

enum class PumpState : std::uint8_t { runs, stopped };
constexpr std::string_view kPumpStates[] = {"runs", "stopped"};
constexpr std::span<const std::string_view> choices_of(PumpState /*any*/) {
  return kPumpStates;
}
struct Pump {
  std::string name;
  PumpState state = PumpState::runs;
};

Bundles bundles() {
  Bundles all;
  all["member"] = {"assignment.read", "notice.read",      "notice.mark_read",
                   "person.read",     "approval.request", "approval.read"};
  all["operator"] = {"pump.read", "pump.create", "pump.change", "pump.stop", "pump.start", "job.read"};
  all["chief"] = {"pump.read", "approval.decide", "organisation.read"};
  all["administrator"] = {
      "organisation.read",       "organisation.delete", "assignment.create", "assignment.read",
      "assignment.delete",       "assignment.change",   "person.change",     "job.read",
      "assignment.put_in_force", "job.cancel",          "post.read",         "person.delete"};
  all["rescuer"] = {"break_glass.use", "break_glass.read"};
  all["reviewer"] = {"break_glass.review", "break_glass.read"};
  all["auditor"] = {"break_glass.read", "vault.read"};
  all["keeper"] = {"site.read", "site.change"};
  return all;
}

}  // namespace

base::Result<void> OfficeAudit::append(store::sql::Connection& /*connection*/,
                                       const record::AuditEntry& entry) {
  const std::lock_guard lock(mutex_);
  lines_.push_back({entry.action, entry.who->name, entry.done, entry.details});
  return {};
}

std::vector<OfficeAudit::Line> OfficeAudit::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::size_t OfficeAudit::count(std::string_view action) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(), [&](const Line& line) { return line.action == action; }));
}

schema::Entity pump_entity() {
  return {.name = "pump",
          .path = "pumps",
          .title = "name",
          .fields = schema::fields_of<Pump>({
              schema::text<&Pump::name>("name").required().listed(),
              schema::choice<&Pump::state>("state").server_owned().listed(),
          }),
          .actions = {{.name = "stop",
                       .needs_reason = true,
                       .four_eyes = true,
                       .act_first_within = std::chrono::minutes(60)},
                      {.name = "start"}},
          .state_field = "state",
          .transitions = {{"runs", "stopped", "stop"}, {"stopped", "runs", "start"}}};
}

Office::Office(store::sql::Database& database, OfficeClock& clock, bool first)
    : registry_({organisation_entity(), site_entity(), person_entity(), post_entity(), holding_entity(),
                 assignment_entity(), role_setting_entity(), work::notice_entity(), work::schedule_entity(),
                 work::job_entity(), work::approval_entity(), work::approval_step_entity(),
                 work::break_glass_entity(), pump_entity()}),
      clock_(clock),
      random_(first ? 0 : 1ULL << 40) {
  record::Engine::Parts parts;
  parts.database = &database;
  parts.registry = &registry_;
  parts.clock = &clock_;
  parts.audit = &audit_;
  // Ids that never repeat.
  parts.random = [this](std::span<std::uint8_t> into) {
    std::uint64_t next = ++random_;
    for (auto byte = into.rbegin(); byte != into.rend(); ++byte, next >>= 8)
      *byte = static_cast<std::uint8_t>(next);
  };
  engine_ = std::make_unique<record::Engine>(std::move(parts));
  grants_ = std::make_unique<GrantBook>(*engine_, clock_, bundles());
  people_ = std::make_unique<PeopleBook>(*grants_);
  notices_ = std::make_unique<work::NoticeBoard>(*engine_, *people_);
  approvals_ = std::make_unique<work::Approvals>(*engine_, *people_, *notices_);
  break_glass_ = std::make_unique<work::BreakGlass>(
      *engine_, *people_, *notices_, [this](std::string_view role) { return grants_->is_role(role); });
  jobs_ = std::make_unique<work::JobBook>(
      *engine_, [this](store::sql::Connection&) -> base::Result<base::TimeNs> { return clock_.now(); });
  add_hooks(*engine_);
  add_notices(*engine_, *notices_, *people_);
  notices_->add_actions();
  approvals_->add_to_engine();
  break_glass_->add_to_engine();
  jobs_->add_to_engine();
  if (!first) return;
  EXPECT_TRUE(engine_->migrate());
  EXPECT_TRUE(engine_->in_write([&](store::sql::Connection& connection) {
    std::string sql = record::create_table(registry_.get("pump"));
    // As migrations are for this database.
    if (connection.dialect() == store::sql::Dialect::postgres)
      for (std::size_t at = sql.find("BLOB"); at != std::string::npos; at = sql.find("BLOB"))
        sql.replace(at, 4, "bytea");
    return connection.run_script(sql);
  }));
  EXPECT_TRUE(make("organisation", R"({"name":"水道局"})"));
}

record::Outcome<record::Record> Office::make(std::string_view entity, const std::string& body) {
  const schema::Entity& declared = registry_.get(entity);
  auto read = record::read_draft(declared, body, true);
  EXPECT_TRUE(read && read->faults.empty()) << body;
  return engine_->create(as(system_), declared, std::move(read->draft));
}

base::RecordId Office::id(std::string_view entity, const std::string& body) {
  const auto made = make(entity, body);
  EXPECT_TRUE(made) << entity << body;
  return made ? made->id : base::RecordId{};
}

base::RecordId Office::person(const std::string& name) {
  return id("person", R"({"organisation":1,"name":")" + name + "\"}");
}

void Office::assign(const base::RecordId& person, const std::string& role) {
  EXPECT_TRUE(
      make("assignment", R"({"organisation":1,"role":")" + role + R"(","person":")" + person.text() + "\"}"));
}

void Office::hold(const base::RecordId& person, const base::RecordId& post, bool acting,
                  const std::string& until) {
  std::string body = R"({"organisation":1,"person":")" + person.text() + R"(","post":")" + post.text() + "\"";
  if (acting) body += R"(,"acting":true)";
  if (!until.empty()) body += R"(,"valid_until":")" + until + "\"";
  EXPECT_TRUE(make("holding", body + "}"));
}

access::Principal Office::sign_in(const base::RecordId& person) {
  access::Principal who;
  EXPECT_TRUE(engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    auto found = work::principal_now(*people_, connection, person);
    if (!found) return found.error();
    who = std::move(*found);
    return {};
  }));
  who.proved_at = clock_.now();
  return who;
}

record::Context Office::as(const access::Principal& who, std::string_view reason) {
  record::Context context;
  context.who = &who;
  context.reason = reason;
  return context;
}

record::Outcome<record::Record> Office::act(const access::Principal& who, std::string_view entity,
                                            const base::RecordId& id, std::string_view action,
                                            const std::string& arguments) {
  return engine_->act(as(who), registry_.get(entity), id, action, arguments, std::nullopt);
}

record::Record Office::get(std::string_view entity, const base::RecordId& id) {
  auto found = engine_->get(as(system_), registry_.get(entity), id);
  EXPECT_TRUE(found);
  return found ? std::move(*found) : record::Record{};
}

std::string Office::text(std::string_view entity, const base::RecordId& id, std::string_view field) {
  const record::Record found = get(entity, id);
  return found.version == 0 ? std::string() : record::text_field(registry_.get(entity), found, field);
}

std::vector<std::string> Office::notices_of(const access::Principal& who) {
  const auto inbox = notices_->inbox_of(as(who));
  EXPECT_TRUE(inbox);
  std::vector<std::string> kinds;
  if (!inbox) return kinds;
  for (const record::Record& notice : inbox->notices)
    kinds.push_back(record::text_field(registry_.get("notice"), notice, "kind"));
  return kinds;
}

}  // namespace hinomi::govern
