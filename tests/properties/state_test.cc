// Whoever does what in whatever order: states go only where the declaration says, and what is refused changes
// nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "govern/people_book.h"
#include "properties/world.h"
#include "record/fields.h"
#include "record/history.h"
#include "record/json.h"
#include "work/approvals.h"
#include "work/break_glass.h"
#include "work/job_runner.h"
#include "work/people.h"

namespace hinomi::properties {
namespace {

using record::Record;
using record::Refusal;
using schema::Entity;
using store::sql::Connection;

constexpr int kSteps = 1200;

class StateTest : public PropertyTest {};
INSTANTIATE_TEST_SUITE_P(Both, StateTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

struct Thing {
  const Entity* entity;
  base::RecordId id;
};

// What there is of a record, to be compared.
struct Trace {
  std::int64_t version = 0;
  std::size_t changes = 0;
  std::string json;
  friend bool operator==(const Trace&, const Trace&) = default;
};

class Company {
 public:
  explicit Company(store::sql::Database& database) : world_(database, World::Wiring::whole, 3) {
    (void)world_.id("organisation", R"({"name":"水道局"})");
    // All roles; the same; none but that of a member.
    for (int i = 0; i < 3; ++i) {
      const base::RecordId person =
          world_.id("person", R"({"organisation":1,"name":"人 )" + std::to_string(i) + "\"}");
      people_.push_back(person);
      if (i == 2) continue;
      for (const std::string& role : world_.roles())
        (void)world_.id("assignment", R"({"organisation":1,"whole_group":true,"role":")" + role +
                                          R"(","person":")" + person.text() + "\"}");
    }
    make_runner();
  }

  void step() {
    switch (world_.chance().below(14)) {
      case 0:
        return ask_for_approval();
      case 1:
        return open_emergency();
      case 2:
        return order_job();
      case 3:
        return sweep();
      case 4:
        world_.clock().advance(std::chrono::minutes(world_.chance().between(1, 600)));
        return;
      case 5:
      case 6:
        return sweep();
      case 7:
        if (world_.chance().one_in(10)) world_.clock().advance(std::chrono::hours(24 * 8));
        return;
      default:
        return do_something();
    }
  }

  // Every change of a state that any history tells of.
  void expect_declared() {
    for (const Thing& thing : things_) {
      const auto history = world_.engine().history(world_.as_program(), *thing.entity, thing.id, 0, 500);
      ASSERT_TRUE(history) << text_of(history.refusal());
      for (const record::Change& change : *history) expect_declared(*thing.entity, change);
    }
    constexpr std::size_t kEnough = 6;
    std::size_t ways = 0;
    for (const auto& [entity, all] : ways_) ways += all.size();
    EXPECT_GE(ways, kEnough) << "hardly anything moved";
  }

  void say() const {
    for (const auto& [entity, ways] : ways_)
      std::printf("properties: %s went %zu of its %zu declared ways; %d deeds refused, %d done\n",
                  std::string(entity->name).c_str(), ways.size(), entity->transitions.size(), refused_,
                  done_);
  }

 private:
  void make_runner() {
    people_book_ = std::make_unique<govern::PeopleBook>(world_.grants());
    work::JobRunner::Parts parts;
    parts.book = world_.work().jobs;
    parts.people = people_book_.get();
    parts.server = "trial";
    work::JobKind kind;
    kind.run = [this](work::JobContext& context) -> base::Result<std::string> {
      context.progress(1, 2);
      constexpr base::ErrorCode kEnds[] = {base::ErrorCode::io, base::ErrorCode::invalid_input};
      if (world_.chance().one_in(2)) return base::Error{world_.chance().of(kEnds), "it did not work", "", {}};
      return std::string(R"({"n":1})");
    };
    parts.kinds["trial"] = kind;
    runner_ = std::make_unique<work::JobRunner>(std::move(parts));
  }

  access::Principal somebody() {
    access::Principal who;
    EXPECT_TRUE(world_.engine().in_read([&](Connection& connection) -> base::Result<void> {
      auto found = work::principal_now(*people_book_, connection, world_.chance().of(people_));
      if (!found) return found.error();
      who = std::move(*found);
      return {};
    }));
    if (!world_.chance().one_in(5)) who.proved_at = world_.clock().now();
    who.is_human = !world_.chance().one_in(10);
    return who;
  }

  void ask_for_approval() {
    Chance& chance = world_.chance();
    access::Principal who = somebody();
    const base::RecordId company = world_.id("organisation", R"({"name":"子会社"})");
    const std::string arguments =
        chance.one_in(2) ? R"({"reason":"x"})" : R"({"approvers":[{"rule":"anyone"},{"rule":"anyone"}]})";
    const auto asked = world_.engine().remove(
        World::as(who, "要らない"), world_.registry().get("organisation"), company, std::nullopt, arguments);
    if (!asked && asked.refusal().kind == Refusal::Kind::needs_approval)
      things_.push_back({&world_.registry().get("approval"), asked.refusal().approval});
    companies_.push_back(company);
  }

  void open_emergency() {
    access::Principal who = somebody();
    work::EmergencyOrder order;
    order.why = "火事";
    order.ticket = "INC-1";
    order.organisation = base::OrganisationId{1};
    order.time = std::chrono::minutes(world_.chance().between(0, 61));
    const auto opened = world_.work().break_glass->open(World::as(who), order);
    if (opened) things_.push_back({&world_.registry().get("break_glass"), opened->id});
  }

  void order_job() {
    work::JobOrder order;
    order.title = "trial";
    order.kind = "trial";
    order.organisation = base::OrganisationId{1};
    EXPECT_TRUE(world_.engine().in_write([&](Connection& connection) -> base::Result<void> {
      const auto made = world_.work().jobs->enqueue(connection, world_.as_program(), order);
      if (!made) return made.refusal().error;
      things_.push_back({&world_.registry().get("job"), made->id});
      return {};
    }));
  }

  void sweep() {
    switch (world_.chance().below(4)) {
      case 0:
        EXPECT_TRUE(world_.work().approvals->expire_due());
        return;
      case 1:
        EXPECT_TRUE(world_.work().break_glass->look());
        return;
      case 2:
        EXPECT_TRUE(runner_->look());
        return;
      default:
        EXPECT_TRUE(runner_->run_one());
    }
  }

  Trace trace(const Thing& thing) {
    Trace trace;
    const auto got = world_.engine().get(world_.as_program(), *thing.entity, thing.id);
    if (!got) return trace;
    trace.version = got->version;
    trace.json = record::to_json(*thing.entity, *got);
    const auto history = world_.engine().history(world_.as_program(), *thing.entity, thing.id, 0, 500);
    EXPECT_TRUE(history);
    if (history) trace.changes = history->size();
    return trace;
  }

  // Deeds that are declared, some that are not, and the other ways to write.
  record::Outcome<Record> deed(const Thing& thing, const access::Principal& who) {
    Chance& chance = world_.chance();
    constexpr std::string_view kReasons[] = {"", "理由", "because", "because"};
    const record::Context context = World::as(who, chance.of(kReasons));
    std::optional<std::int64_t> version;
    if (chance.one_in(6)) version = chance.between(0, 4);
    record::Engine& engine = world_.engine();
    if (chance.one_in(8)) {
      record::Draft draft;
      const schema::Field& state = *thing.entity->find(thing.entity->state_field);
      record::set_field(*thing.entity, draft, state.name, std::string(chance.of(state.choices)));
      return engine.change(context, *thing.entity, thing.id, draft, version);
    }
    if (chance.one_in(50)) return engine.remove(context, *thing.entity, thing.id, version);
    if (chance.one_in(12)) return engine.restore(context, *thing.entity, thing.id);
    if (chance.one_in(20)) return engine.undo(context, chance.between(1, *engine.last_change()));
    std::vector<std::string> actions{"end", "void", "expired", "create", "fly", ""};
    for (const schema::Action& action : thing.entity->actions)
      for (int i = 0; i < 8; ++i) actions.emplace_back(action.name);
    constexpr std::string_view kArguments[] = {R"({"decision":"approve","verdict":"justified"})",
                                               R"({"decision":"approve","verdict":"justified"})",
                                               R"({"decision":"approve","verdict":"not_justified"})",
                                               "{}",
                                               R"({"decision":"approve"})",
                                               R"({"decision":"approve"})",
                                               R"({"decision":"reject","comment":"否"})",
                                               R"({"decision":"send_back","comment":"直せ"})",
                                               R"({"decision":"burn"})",
                                               R"({"verdict":"justified"})",
                                               R"({"verdict":"so_so"})",
                                               "[]"};
    return engine.act(context, *thing.entity, thing.id, chance.of(actions), chance.of(kArguments), version);
  }

  const Entity* a_kind() {
    std::vector<const Entity*> kinds;
    for (const Thing& one : things_)
      if (std::find(kinds.begin(), kinds.end(), one.entity) == kinds.end()) kinds.push_back(one.entity);
    return world_.chance().of(kinds);
  }

  void do_something() {
    if (things_.empty()) return;
    if (world_.chance().one_in(15) && !companies_.empty()) {
      // What an approval is about changes under it.
      record::Draft draft;
      draft.tags = schema::Texts{std::to_string(world_.chance().below(1000))};
      (void)world_.engine().change(world_.as_program(), world_.registry().get("organisation"),
                                   world_.chance().of(companies_), draft, std::nullopt);
      return;
    }
    // Of a kind by chance, and mostly what is not over yet.
    const Entity* const kind = a_kind();
    std::vector<Thing> all;
    for (const Thing& one : things_)
      if (one.entity == kind) all.push_back(one);
    constexpr std::size_t kLately = 3;
    const std::size_t from = world_.chance().one_in(6) ? all.size() : std::min(all.size(), kLately);
    const Thing thing = all[all.size() - 1 - world_.chance().below(from)];
    const Trace before = trace(thing);
    const std::int64_t changes = *world_.engine().last_change();
    const auto done = deed(thing, somebody());
    if (done) {
      ++done_;
      return;
    }
    ++refused_;
    const Refusal& refusal = done.refusal();
    EXPECT_NE(refusal.kind, Refusal::Kind::failed) << text_of(refusal);
    // An approval that cannot be any more is closed, though the decision on it is refused.
    const bool closes = refusal.kind == Refusal::Kind::conflict && !refusal.faults.empty() &&
                        (refusal.faults.front().code == "void" || refusal.faults.front().code == "expired");
    if (closes) return;
    EXPECT_EQ(trace(thing), before) << thing.entity->name << " " << text_of(refusal);
    EXPECT_EQ(*world_.engine().last_change(), changes) << thing.entity->name << " " << text_of(refusal);
  }

  void expect_declared(const Entity& entity, const record::Change& change) {
    Record before;
    Record after;
    before.values = after.values = entity.defaults();
    const std::size_t state = entity.index_of(entity.state_field);
    before.values[state] = after.values[state] = std::string("?");
    ASSERT_TRUE(record::apply_diff(entity, change.diff, true, before));
    ASSERT_TRUE(record::apply_diff(entity, change.diff, false, after));
    if (after.values[state] == schema::Value(std::string("?"))) return;  // it stayed
    const std::string to = std::get<std::string>(after.values[state]);
    const auto* const text = std::get_if<std::string>(&before.values[state]);
    const std::string from = text == nullptr ? std::string() : *text;
    if (from.empty() && to == entity.fields[state].choices.front()) return;
    bool declared = false;
    for (const schema::Transition& edge : entity.transitions) {
      if (edge.from != from || edge.to != to || edge.action != change.action) continue;
      declared = true;
      ways_[&entity].insert(from + ">" + to + ":" + change.action);
    }
    EXPECT_TRUE(declared) << entity.name << " went from '" << from << "' to '" << to << "' by "
                          << change.action;
  }

  World world_;
  std::vector<base::RecordId> people_;
  std::vector<base::RecordId> companies_;
  std::vector<Thing> things_;
  std::unique_ptr<govern::PeopleBook> people_book_;
  std::unique_ptr<work::JobRunner> runner_;
  std::map<const Entity*, std::set<std::string>> ways_;
  int refused_ = 0;
  int done_ = 0;
};

TEST_P(StateTest, states_go_only_where_the_declaration_says) {
  HINOMI_SAY_SEED();
  Company company(*database_);
  for (int i = 0; i < kSteps && !HasFailure(); ++i) company.step();
  company.expect_declared();
  company.say();
}

}  // namespace
}  // namespace hinomi::properties
