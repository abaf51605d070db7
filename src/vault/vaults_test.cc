#include "vault/vaults.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "os/directory.h"
#include "os/testing/scratch_folder.h"
#include "record/json.h"
#include "record/rows.h"
#include "record/tables.h"
#include "store/sqlite/scrub.h"

namespace hinomi::vault {
namespace {

using base::VaultId;
using record::Context;
using record::Draft;
using Kind = record::Refusal::Kind;

struct Person {
  std::string name;
};
struct CaseFile {
  std::string title;
  std::optional<std::string> story;
  std::optional<base::RecordId> suspect;
  std::optional<base::RecordId> earlier;
};
struct Remark {
  std::string about_entity;
  std::string about;
  std::string text;
};
struct Bell {  // what the program told somebody: may not be sealed
  std::string about_entity;
  std::string about;
  std::string text;
};
struct Page {  // lives beside its case file only
  base::RecordId file{};
  std::string text;
};
struct Link {
  std::string from_entity;
  std::string from_record;
  std::string to_entity;
  std::string to_record;
};

schema::Registry make_registry() {
  return schema::Registry(
      {{.name = "person",
        .path = "people",
        .title = "name",
        .fields = schema::fields_of<Person>({schema::text<&Person::name>("name").required().searchable()}),
        .may_be_sealed = false},
       {.name = "case_file",
        .path = "case_files",
        .title = "title",
        .prefix = "CF",
        .fields = schema::fields_of<CaseFile>({
            schema::text<&CaseFile::title>("title").required().searchable().listed(),
            schema::prose<&CaseFile::story>("story").searchable(),
            schema::reference<&CaseFile::suspect>("suspect", "person").filterable(),
            schema::reference<&CaseFile::earlier>("earlier", "case_file").filterable(),
        })},
       {.name = "remark",
        .path = "remarks",
        .title = "text",
        .fields = schema::fields_of<Remark>({
            schema::text<&Remark::about_entity>("about_entity").server_owned().filterable(),
            schema::text<&Remark::about>("about").server_owned().filterable(),
            schema::text<&Remark::text>("text").required(),
        }),
        .attached = true},
       {.name = "bell",
        .path = "bells",
        .title = "text",
        .fields = schema::fields_of<Bell>({
            schema::text<&Bell::about_entity>("about_entity").server_owned().filterable(),
            schema::text<&Bell::about>("about").server_owned().filterable(),
            schema::text<&Bell::text>("text").required(),
        }),
        .may_be_sealed = false},
       {.name = "page",
        .path = "pages",
        .title = "text",
        .fields = schema::fields_of<Page>({
            schema::reference<&Page::file>("file", "case_file").required().server_owned(),
            schema::text<&Page::text>("text").required(),
        }),
        .attached = true},
       {.name = "link",
        .path = "links",
        .title = "from_record",
        .fields = schema::fields_of<Link>({
            schema::text<&Link::from_entity>("from_entity").server_owned().filterable(),
            schema::text<&Link::from_record>("from_record").server_owned().filterable(),
            schema::text<&Link::to_entity>("to_entity").server_owned().filterable(),
            schema::text<&Link::to_record>("to_record").server_owned().filterable(),
        }),
        .attached = true}});
}

// Counts how often a database is asked, in place of a clock.
class Counting final : public store::sql::Database {
 public:
  explicit Counting(store::sql::Database& inner) : inner_(inner) {}
  [[nodiscard]] store::sql::Dialect dialect() const noexcept override { return inner_.dialect(); }
  [[nodiscard]] base::Result<Lease> lease(store::sql::Connection::Kind kind) override {
    ++leases;
    return inner_.lease(kind);
  }
  [[nodiscard]] base::Result<void> back_up(const std::string& path) override { return inner_.back_up(path); }
  [[nodiscard]] base::Result<void> restore(const std::string& path) override { return inner_.restore(path); }
  [[nodiscard]] base::Result<store::sqlite::ScrubReport> scrub(
      const std::function<bool(std::uint64_t, std::uint64_t)>& /*go_on*/) override {
    return base::Error{};
  }
  [[nodiscard]] base::Result<void> purge() override { return inner_.purge(); }
  std::atomic<int> leases{0};

 protected:
  void give_back(store::sql::Connection* /*connection*/) noexcept override {}

 private:
  store::sql::Database& inner_;
};

// Writes down in a table of the same database what it hears.
class Ears final : public record::AuditLog {
 public:
  [[nodiscard]] base::Result<void> append(store::sql::Connection& connection,
                                          const record::AuditEntry& entry) override {
    auto statement = connection.prepare("INSERT INTO heard (text) VALUES (?)");
    if (!statement) return statement.error();
    const std::string text = entry.action + "|" + std::string(access::name_of(entry.who->kind)) + "|" +
                             entry.who->name + "|" + (entry.record ? entry.record->text() : "") + "|" +
                             std::string(entry.reason) + "|" + entry.details;
    (*statement)->bind(std::string_view(text));
    const auto ran = (*statement)->run();
    if (!ran) return ran.error();
    return {};
  }
  bool refuse(const record::AuditEntry& /*entry*/, bool /*must_exist*/) override { return true; }
};

class VaultsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto kek = trust::KeyEncryptionKey::make(os::system_random);
    ASSERT_TRUE(kek);
    kek_.emplace(std::move(*kek));
    // The table of people is that of the program, of which this test needs the name.
    for (const schema::Entity& entity : registry_.all())
      if (entity.name != "person") tables_ += record::create_table(entity);
    tables_ += "CREATE TABLE heard (text TEXT NOT NULL);\n";
    open();
    for (const char* name : {"nakamura", "ito", "suspect", "administrator", "auditor"}) {
      people_[name] = make(system_context(), "person", {{"name", std::string(name)}});
      auto grants = std::make_shared<access::Grants>();
      access::Reach everywhere;
      everywhere.everywhere = true;
      for (const schema::Entity& entity : registry_.all())
        for (const std::string& permission : schema::permissions_of(entity))
          grants->add(permission, everywhere);
      for (const char* permission : {"vault.create", "vault.open", "vault.close", "vault.seal"})
        grants->add(permission, everywhere);
      access::Principal one;
      one.kind = access::PrincipalKind::staff;
      one.id = people_[name];
      one.name = name;
      one.grants = grants;
      one.proved_at = clock_.now();
      principals_[name] = std::move(one);
    }
  }

  void open() {
    auto opened = store::sql::open_sqlite({.path = folder_ / "records.db"});
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    counting_ = std::make_unique<Counting>(*database_);
    record::Engine::Parts parts;
    parts.database = database_.get();
    parts.registry = &registry_;
    parts.clock = &clock_;
    parts.random = os::system_random;
    parts.audit = &ears_;
    engine_.emplace(std::move(parts));
    ASSERT_TRUE(engine_->migrate());
    const auto made = store::sql::migrate(*database_, {.name = "test", .steps = {tables_}});
    ASSERT_TRUE(made) << made.error().message;
    open_vaults({&*kek_});
  }
  void open_vaults(std::vector<const trust::KeyEncryptionKey*> keys) {
    vaults_.reset();
    Vaults::Parts parts;
    parts.database = counting_.get();
    parts.outside = &*engine_;
    parts.folder = folder_ / "vaults";
    parts.clock = &clock_;
    parts.random = os::system_random;
    parts.keys = std::move(keys);
    parts.audit = &ears_;
    parts.make_audit = [](VaultId) { return std::make_unique<Ears>(); };
    parts.migrations = {{.name = "test", .steps = {tables_}}};
    parts.forget = [](store::sql::Connection& connection, const base::RecordId& id) -> base::Result<void> {
      auto statement = connection.prepare("DELETE FROM heard WHERE text LIKE ?");
      if (!statement) return statement.error();
      (*statement)->bind(std::string_view("%" + id.text() + "%"));
      const auto ran = (*statement)->run();
      if (!ran) return ran.error();
      return {};
    };
    parts.log = [this](const std::string& line) { log_ += line + "\n"; };
    auto vaults = Vaults::open(std::move(parts));
    ASSERT_TRUE(vaults) << vaults.error().message;
    vaults_ = std::move(*vaults);
  }

  Context system_context() const {
    Context context;
    context.who = &system_;
    return context;
  }
  Context as(const std::string& name, std::string_view reason = "a reason") const {
    Context context;
    context.who = &principals_.at(name);
    context.reason = reason;
    return context;
  }

  using Values = std::vector<std::pair<std::string, schema::Value>>;
  Draft draft_of(const schema::Entity& entity, const Values& values) const {
    Draft draft;
    draft.organisation = base::OrganisationId{1};
    for (const auto& [name, value] : values) draft.values.emplace_back(entity.index_of(name), value);
    return draft;
  }
  base::RecordId make(const Context& context, std::string_view name, const Values& values) {
    const schema::Entity& entity = registry_.get(name);
    base::RecordId id;
    const auto done = engine_->in_write([&](store::sql::Connection& connection) -> base::Result<void> {
      auto made = engine_->create_within(connection, context, entity, draft_of(entity, values));
      if (!made) return made.refusal().error;
      id = made->id;
      return {};
    });
    EXPECT_TRUE(done);
    return id;
  }
  VaultId make_vault(const std::string& title = "KUROFUNE affair") {
    auto made = vaults_->create(as("nakamura"), {{title, "planted-purpose"}, {people_["ito"]}});
    EXPECT_TRUE(made) << made.refusal().error.message;
    return made ? *made : VaultId{};
  }
  std::string fault(const record::Refusal& refusal) {
    return refusal.faults.empty() ? "" : refusal.faults[0].field + ":" + refusal.faults[0].code;
  }
  template <typename T>
  static std::string kind_of(const record::Outcome<T>& outcome) {
    return outcome ? "done" : kind_of(std::optional(outcome.refusal()));
  }
  static std::string kind_of(const std::optional<record::Refusal>& refusal) {
    if (!refusal) return "done";
    switch (refusal->kind) {
      case Kind::not_found:
        return "not_found";
      case Kind::forbidden:
        return "forbidden";
      case Kind::needs_step_up:
        return "needs_step_up";
      case Kind::needs_reason:
        return "needs_reason";
      case Kind::conflict:
        return "conflict";
      case Kind::invalid:
        return "invalid";
      default:
        return "failed: " + refusal->error.message;
    }
  }

  // The files of a folder that hold the text, in UTF-8 or as two bytes a character.
  static std::vector<std::string> files_with(const std::string& folder, const std::string& text) {
    std::string wide;
    for (const char c : text) wide += std::string{c, '\0'};
    std::vector<std::string> found;
    std::size_t looked = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      ++looked;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      if (bytes.find(text) != std::string::npos || bytes.find(wide) != std::string::npos)
        found.push_back(entry.path().filename());
    }
    EXPECT_GT(looked, 1U);
    return found;
  }
  static std::string bytes_of(const base::RecordId& id) {
    const auto bytes = id.as_bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  os::ScratchFolder folder_;
  os::ManualClock clock_{base::TimeNs{1'795'593'600'000'000'000}};
  schema::Registry registry_ = make_registry();
  std::string tables_;
  Ears ears_;
  access::Principal system_ = access::system_principal();
  std::optional<trust::KeyEncryptionKey> kek_;
  std::unique_ptr<store::sql::Database> database_;
  std::unique_ptr<Counting> counting_;
  std::optional<record::Engine> engine_;
  std::unique_ptr<Vaults> vaults_;
  std::map<std::string, base::RecordId> people_;
  std::map<std::string, access::Principal> principals_;
  std::string log_;
};

TEST_F(VaultsTest, members_work_inside_and_nobody_else_gets_in_with_all_permissions_everywhere) {
  const VaultId id = make_vault();
  const schema::Entity& files = registry_.get("case_file");
  auto inside = vaults_->enter(principals_["ito"], id);
  ASSERT_TRUE(inside) << kind_of(inside);
  Context context = as("ito");
  context.who = &inside->who;
  auto made = inside->vault->engine().create(
      context, files,
      draft_of(files, {{"title", std::string("copied drawings")}, {"suspect", people_["suspect"]}}));
  ASSERT_TRUE(made) << fault(made.refusal());
  EXPECT_EQ(made->labels.vault, id);
  EXPECT_EQ(made->number, "CF-V1-2026-000001");
  EXPECT_EQ(inside->vault->engine().search(context, "drawings", 10)->size(), 1U);
  for (const char* name : {"suspect", "administrator", "auditor"}) {
    EXPECT_EQ(kind_of(vaults_->enter(principals_[name], id)), "not_found");
    EXPECT_EQ(kind_of(vaults_->summary(as(name), id)), "not_found");
    EXPECT_EQ(kind_of(vaults_->members(as(name), id)), "not_found");
    EXPECT_EQ(kind_of(vaults_->log(as(name), id, 0, 10)), "not_found");
    EXPECT_EQ(kind_of(vaults_->put_member(as(name), id, {people_[name], true})), "not_found");
    EXPECT_EQ(kind_of(vaults_->remove_member(as(name), id, people_["ito"])), "not_found");
    EXPECT_EQ(kind_of(vaults_->leave(as(name), id)), "not_found");
    EXPECT_EQ(kind_of(vaults_->set_state(as(name), id, State::closed)), "not_found");
    EXPECT_TRUE(vaults_->list(as(name))->empty());
    EXPECT_TRUE(engine_->search(as(name), "drawings", 10)->empty());
    EXPECT_EQ(kind_of(engine_->get(as(name), files, made->id)), "not_found");
    // Even with the engine of the vault in their hands.
    EXPECT_EQ(kind_of(inside->vault->engine().get(as(name), files, made->id)), "not_found");
  }
  EXPECT_EQ(kind_of(vaults_->enter(system_, id)), "not_found");
}

TEST_F(VaultsTest, programs_and_guests_get_in_nowhere_even_under_the_id_of_a_member) {
  const VaultId id = make_vault();
  for (const auto kind : {access::PrincipalKind::agent, access::PrincipalKind::service,
                          access::PrincipalKind::guest, access::PrincipalKind::system}) {
    access::Principal one = principals_["ito"];
    one.kind = kind;
    EXPECT_EQ(kind_of(vaults_->enter(one, id)), "not_found");
    Context context = as("ito");
    context.who = &one;
    EXPECT_NE(kind_of(vaults_->create(context, {{"x", ""}, {people_["nakamura"]}})), "done");
  }
}

TEST_F(VaultsTest, a_vault_that_does_not_exist_and_one_of_others_take_the_same_work) {
  const VaultId id = make_vault();
  vaults_->tick();
  const auto work = [&](VaultId asked) {
    clock_.advance(kStale * 2);  // each looks anew
    const int leases = counting_->leases;
    const std::size_t files = vaults_->files_opened();
    EXPECT_EQ(kind_of(vaults_->enter(principals_["administrator"], asked)), "not_found");
    EXPECT_EQ(kind_of(vaults_->members(as("administrator"), asked)), "not_found");
    EXPECT_EQ(kind_of(vaults_->set_state(as("administrator"), asked, State::closed)), "not_found");
    return std::pair(counting_->leases - leases, vaults_->files_opened() - files);
  };
  const auto others = work(id);
  EXPECT_EQ(others, work(VaultId{4711}));
  EXPECT_EQ(others.second, 0U);
  EXPECT_EQ(others.first, 1);
}

TEST_F(VaultsTest, making_one_needs_the_permission_a_fresh_proof_and_somebody_else) {
  const Vaults::Order order{{"t", ""}, {people_["ito"]}};
  principals_["auditor"].grants = std::make_shared<access::Grants>();
  EXPECT_EQ(kind_of(vaults_->create(as("auditor"), order)), "forbidden");
  EXPECT_EQ(kind_of(vaults_->create(as("nakamura"), {{"t", ""}, {}})), "invalid");
  EXPECT_EQ(kind_of(vaults_->create(as("nakamura"), {{"t", ""}, {people_["nakamura"]}})), "invalid");
  EXPECT_EQ(kind_of(vaults_->create(as("nakamura"), {{"t", ""}, {people_["ito"], people_["ito"]}})),
            "invalid");
  EXPECT_EQ(kind_of(vaults_->create(as("nakamura"), {{"t", ""}, {engine_->new_id()}})), "invalid");
  EXPECT_EQ(kind_of(vaults_->create(as("nakamura"), {{"", ""}, {people_["ito"]}})), "invalid");
  EXPECT_EQ(kind_of(vaults_->create(as("nakamura"), {{"a\nb", ""}, {people_["ito"]}})), "invalid");
  clock_.advance(std::chrono::minutes(11));
  EXPECT_EQ(kind_of(vaults_->create(as("nakamura"), order)), "needs_step_up");
}

TEST_F(VaultsTest, a_removed_custodian_is_out_at_once_and_the_last_one_stays) {
  const VaultId id = make_vault();
  EXPECT_EQ(kind_of(vaults_->remove_member(as("nakamura", ""), id, people_["ito"])), "needs_reason");
  ASSERT_TRUE(vaults_->enter(principals_["ito"], id));
  EXPECT_EQ(kind_of(vaults_->remove_member(as("nakamura"), id, people_["ito"])), "done");
  EXPECT_EQ(kind_of(vaults_->enter(principals_["ito"], id)), "not_found");
  EXPECT_TRUE(vaults_->vaults_of(people_["ito"])->empty());
  EXPECT_EQ(kind_of(vaults_->remove_member(as("nakamura"), id, people_["nakamura"])), "conflict");
  EXPECT_EQ(kind_of(vaults_->leave(as("nakamura"), id)), "conflict");
  EXPECT_EQ(kind_of(vaults_->put_member(as("nakamura"), id, {people_["nakamura"], false})), "conflict");
  EXPECT_EQ(kind_of(vaults_->put_member(as("nakamura"), id, {people_["auditor"], false})), "done");
  EXPECT_EQ(kind_of(vaults_->put_member(as("auditor"), id, {people_["ito"], true})), "forbidden");
  EXPECT_EQ(kind_of(vaults_->put_member(as("nakamura"), id, {people_["auditor"], true})), "done");
  EXPECT_EQ(kind_of(vaults_->leave(as("nakamura"), id)), "done");
  EXPECT_EQ(kind_of(vaults_->enter(principals_["nakamura"], id)), "not_found");
  const auto log = vaults_->log(as("auditor"), id, 0, 100);
  ASSERT_TRUE(log);
  std::string deeds;
  for (const Entry& entry : *log) deeds += entry.deed + " ";
  EXPECT_EQ(deeds, "leave add_member add_member remove_member create ");
}

TEST_F(VaultsTest, an_older_row_put_back_into_the_main_database_lets_nobody_back_in) {
  const VaultId id = make_vault();
  std::optional<Row> before;
  const auto read = engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    auto row = load_row(connection, id);
    if (!row) return row.error();
    before = *row;
    return {};
  });
  ASSERT_TRUE(read && before);
  ASSERT_EQ(kind_of(vaults_->remove_member(as("nakamura"), id, people_["ito"])), "done");
  before->version = 3;
  ASSERT_TRUE(
      engine_->in_write([&](store::sql::Connection& connection) { return update_row(connection, *before); }));
  clock_.advance(kStale);
  EXPECT_EQ(vaults_->vaults_of(people_["ito"])->size(), 1U);
  EXPECT_EQ(kind_of(vaults_->enter(principals_["ito"], id)), "not_found");
  EXPECT_EQ(kind_of(vaults_->put_member(as("ito"), id, {people_["auditor"], true})), "not_found");
  EXPECT_EQ(kind_of(vaults_->log(as("ito"), id, 0, 10)), "not_found");
  EXPECT_EQ(kind_of(vaults_->members(as("ito"), id)), "not_found");
  EXPECT_TRUE(vaults_->list(as("ito"))->empty());
}

TEST_F(VaultsTest, a_closed_vault_lets_nobody_at_its_records_until_a_custodian_opens_it) {
  const VaultId id = make_vault();
  ASSERT_TRUE(vaults_->enter(principals_["ito"], id));
  ASSERT_EQ(kind_of(vaults_->set_state(as("nakamura"), id, State::closed)), "done");
  EXPECT_EQ(kind_of(vaults_->enter(principals_["ito"], id)), "conflict");
  EXPECT_EQ(kind_of(vaults_->enter(principals_["administrator"], id)), "not_found");
  EXPECT_EQ(vaults_->files_open(), 0U);
  const auto mine = vaults_->list(as("ito"));
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->front().state, State::closed);
  EXPECT_EQ(mine->front().about->title, "KUROFUNE affair");
  EXPECT_EQ(kind_of(vaults_->set_state(as("nakamura"), id, State::closed)), "conflict");
  ASSERT_EQ(kind_of(vaults_->set_state(as("ito"), id, State::open)), "done");
  EXPECT_EQ(kind_of(vaults_->enter(principals_["ito"], id)), "done");
}

TEST_F(VaultsTest, a_file_that_nobody_uses_is_closed_and_opens_again) {
  const VaultId id = make_vault();
  ASSERT_TRUE(vaults_->enter(principals_["ito"], id));
  EXPECT_EQ(vaults_->files_open(), 1U);
  clock_.advance(kIdle - std::chrono::seconds(1));
  vaults_->tick();
  EXPECT_EQ(vaults_->files_open(), 1U);
  clock_.advance(std::chrono::seconds(2));
  vaults_->tick();
  EXPECT_EQ(vaults_->files_open(), 0U);
  EXPECT_TRUE(vaults_->enter(principals_["ito"], id));
}

TEST_F(VaultsTest, what_is_inside_may_refer_to_what_is_outside_and_never_the_other_way_round) {
  const VaultId id = make_vault();
  const schema::Entity& files = registry_.get("case_file");
  const base::RecordId outer = make(system_context(), "case_file", {{"title", std::string("outer")}});
  auto inside = vaults_->enter(principals_["ito"], id);
  ASSERT_TRUE(inside);
  Context context = as("ito");
  context.who = &inside->who;
  auto inner = inside->vault->engine().create(
      context, files, draft_of(files, {{"title", std::string("inner")}, {"earlier", outer}}));
  ASSERT_TRUE(inner) << fault(inner.refusal());
  const auto refused = engine_->create(
      as("ito"), files, draft_of(files, {{"title", std::string("x")}, {"earlier", inner->id}}));
  EXPECT_EQ(fault(refused.refusal()), "earlier:no_such_record");
  const auto nothing = engine_->create(
      as("ito"), files, draft_of(files, {{"title", std::string("x")}, {"earlier", engine_->new_id()}}));
  EXPECT_EQ(fault(nothing.refusal()), fault(refused.refusal()));
  // With the caller's rights outside, whatever they may inside.
  access::Principal narrow = inside->who;
  auto grants = std::make_shared<access::Grants>();
  access::Reach reach;
  reach.everywhere = true;
  grants->add("case_file.create", reach);
  narrow.grants = grants;
  context.who = &narrow;
  const auto blind = inside->vault->engine().create(
      context, files, draft_of(files, {{"title", std::string("y")}, {"suspect", people_["suspect"]}}));
  EXPECT_EQ(fault(blind.refusal()), "suspect:no_such_record");
}

// Plants texts in everything that a vault holds and everything a record had before it was sealed, and looks
// for them in every file.
TEST_F(VaultsTest, no_file_and_no_backup_holds_a_word_of_a_vault) {
  const std::string planted = "KUROFUNE";
  // Among others, which come and go around it.
  const schema::Entity& files = registry_.get("case_file");
  std::vector<base::RecordId> many;
  for (int i = 0; i < 300; ++i)
    many.push_back(make(system_context(), "case_file",
                        {{"title", "ordinary file " + std::to_string(i)},
                         {"story", std::string(200, static_cast<char>('a' + i % 26))}}));
  const base::RecordId file = make(system_context(), "case_file", {{"title", planted + " before"}});
  for (int i = 0; i < 20; ++i) {
    Draft draft;
    draft.values.emplace_back(files.index_of("story"), planted + " version " + std::to_string(i));
    ASSERT_TRUE(engine_->change(as("nakamura", planted + " reason"), files, file, draft, std::nullopt));
    draft.values[0].second = "unremarkable " + std::to_string(i);
    ASSERT_TRUE(engine_->change(as("ito", "tidied"), files, many[static_cast<std::size_t>(i) * 7], draft,
                                std::nullopt));
  }
  const Values about{{"about_entity", std::string("case_file")}, {"about", file.text()}};
  Values remark = about;
  remark.emplace_back("text", planted + " remark");
  (void)make(system_context(), "remark", remark);
  Values bell = about;
  bell.emplace_back("text", planted + " bell");
  const base::RecordId rung = make(system_context(), "bell", bell);
  const base::RecordId link = make(system_context(), "link",
                                   {{"from_entity", std::string("case_file")},
                                    {"from_record", many[0].text()},
                                    {"to_entity", std::string("case_file")},
                                    {"to_record", file.text()}});
  ASSERT_FALSE(files_with(folder_.path(), planted).empty());  // the test can find it
  ASSERT_TRUE(database_->back_up(folder_ / "before.db"));
  ASSERT_FALSE(files_with(folder_.path(), planted).empty());
  ::unlink((folder_ / "before.db").c_str());

  const VaultId id = make_vault(planted + " affair");
  const auto sealed = vaults_->seal(as("nakamura", planted + " why"), files, file, id);
  ASSERT_TRUE(sealed) << kind_of(sealed) << fault(sealed.refusal());
  EXPECT_EQ(sealed->records, 3U);
  EXPECT_TRUE(sealed->wiped) << log_;

  EXPECT_EQ(kind_of(engine_->get(as("nakamura"), files, file)), "not_found");
  EXPECT_EQ(kind_of(engine_->get(as("nakamura"), registry_.get("bell"), rung)), "not_found");
  EXPECT_TRUE(engine_->search(as("nakamura"), planted, 10)->empty());
  const auto inside = vaults_->enter(principals_["ito"], id);
  ASSERT_TRUE(inside);
  Context context = as("ito");
  context.who = &inside->who;
  record::Engine& engine = inside->vault->engine();
  const auto moved = engine.get(context, files, file);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->version, 22);
  EXPECT_EQ(moved->labels.vault, id);
  EXPECT_EQ(engine.history(context, files, file, 0, 100)->size(), 22U);
  EXPECT_EQ(engine.search(context, planted, 10)->size(), 1U);
  EXPECT_TRUE(engine.get(context, registry_.get("link"), link));
  const auto as_of = engine.get(context, files, file, moved->created_at);
  EXPECT_TRUE(as_of);

  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(engine.create(context, files,
                              draft_of(files, {{"title", planted + " inside " + std::to_string(i)}})));
  ASSERT_EQ(kind_of(vaults_->put_member(as("ito", planted + " joins"), id, {people_["auditor"], false})),
            "done");
  ASSERT_TRUE(database_->back_up(folder_ / "backup.db"));
  for (const std::string& text : {planted, std::string("kurofune"), std::string("planted-purpose"),
                                  file.text(), bytes_of(file), bytes_of(link)})
    EXPECT_EQ(files_with(folder_.path(), text), std::vector<std::string>()) << text;
  // The main database names no member beside what it knew of the person before.
  vaults_.reset();
  std::string heard;
  ASSERT_TRUE(engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    auto statement = connection.prepare("SELECT text FROM heard WHERE text LIKE 'vault%'");
    if (!statement) return statement.error();
    while (*(*statement)->step()) heard += std::string((*statement)->text(0)) + "\n";
    return {};
  }));
  EXPECT_EQ(heard, "vault.create|system|hinomi|||{}\nvault.seal|system|hinomi|||{}\n");
}

TEST_F(VaultsTest, the_main_database_does_not_say_who_belongs_to_what) {
  const VaultId id = make_vault();
  ASSERT_EQ(kind_of(vaults_->put_member(as("ito"), id, {people_["auditor"], false})), "done");
  std::string row;
  ASSERT_TRUE(engine_->in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    auto loaded = load_row(connection, id);
    if (!loaded) return loaded.error();
    row = (*loaded)->members + (*loaded)->page_key + (*loaded)->key.sealed;
    return {};
  }));
  for (const auto& [name, person] : people_) EXPECT_EQ(row.find(bytes_of(person)), std::string::npos) << name;
}

TEST_F(VaultsTest, what_others_refer_to_is_not_sealed_and_they_are_named_to_whoever_asks) {
  const VaultId id = make_vault();
  const schema::Entity& files = registry_.get("case_file");
  const base::RecordId file = make(system_context(), "case_file", {{"title", std::string("first")}});
  (void)make(system_context(), "case_file", {{"title", std::string("second")}, {"earlier", file}});
  const auto refused = vaults_->seal(as("nakamura"), files, file, id);
  EXPECT_EQ(kind_of(refused), "conflict");
  EXPECT_EQ(fault(refused.refusal()), "case_file.earlier:refers");
  EXPECT_TRUE(engine_->get(as("nakamura"), files, file));
  auto inside = vaults_->enter(principals_["ito"], id);
  Context context = as("ito");
  context.who = &inside->who;
  EXPECT_EQ(kind_of(inside->vault->engine().get(context, files, file)), "not_found");
}

TEST_F(VaultsTest, what_lives_beside_a_record_goes_with_it) {
  const VaultId id = make_vault();
  const schema::Entity& files = registry_.get("case_file");
  const schema::Entity& pages = registry_.get("page");
  const base::RecordId file = make(system_context(), "case_file", {{"title", std::string("first")}});
  const base::RecordId other = make(system_context(), "case_file", {{"title", std::string("second")}});
  const base::RecordId page = make(system_context(), "page", {{"file", file}, {"text", std::string("one")}});
  const base::RecordId stays =
      make(system_context(), "page", {{"file", other}, {"text", std::string("two")}});
  const auto sealed = vaults_->seal(as("nakamura"), files, file, id);
  ASSERT_TRUE(sealed) << kind_of(sealed) << fault(sealed.refusal());
  EXPECT_EQ(sealed->records, 2U);
  EXPECT_EQ(kind_of(engine_->get(as("nakamura"), pages, page)), "not_found");
  EXPECT_TRUE(engine_->get(as("nakamura"), pages, stays));
  auto inside = vaults_->enter(principals_["ito"], id);
  Context context = as("ito");
  context.who = &inside->who;
  EXPECT_TRUE(inside->vault->engine().get(context, pages, page));
  EXPECT_EQ(kind_of(inside->vault->engine().get(context, pages, stays)), "not_found");
}

TEST_F(VaultsTest, sealing_needs_the_permission_a_reason_a_fresh_proof_and_a_vault_of_ones_own) {
  const VaultId id = make_vault();
  const schema::Entity& files = registry_.get("case_file");
  const base::RecordId file = make(system_context(), "case_file", {{"title", std::string("first")}});
  EXPECT_EQ(kind_of(vaults_->seal(as("nakamura", ""), files, file, id)), "needs_reason");
  const auto others = vaults_->seal(as("administrator"), files, file, id);
  const auto none = vaults_->seal(as("administrator"), files, file, VaultId{99});
  EXPECT_EQ(fault(others.refusal()), "vault:no_such_record");
  EXPECT_EQ(fault(none.refusal()), fault(others.refusal()));
  EXPECT_EQ(kind_of(vaults_->seal(as("nakamura"), registry_.get("person"), people_["suspect"], id)),
            "conflict");
  auto grants = std::make_shared<access::Grants>();
  access::Reach everywhere;
  everywhere.everywhere = true;
  grants->add("case_file.read", everywhere);
  principals_["ito"].grants = grants;
  EXPECT_EQ(kind_of(vaults_->seal(as("ito"), files, file, id)), "forbidden");
  clock_.advance(std::chrono::minutes(11));
  EXPECT_EQ(kind_of(vaults_->seal(as("nakamura"), files, file, id)), "needs_step_up");
  EXPECT_TRUE(engine_->get(as("nakamura"), files, file));
}

TEST_F(VaultsTest, without_its_key_a_vault_stays_closed_says_so_and_everything_else_works) {
  const VaultId id = make_vault();
  auto other = trust::KeyEncryptionKey::make(os::system_random);
  ASSERT_TRUE(other);
  for (const std::vector<const trust::KeyEncryptionKey*>& keys :
       {std::vector<const trust::KeyEncryptionKey*>{&*other},
        std::vector<const trust::KeyEncryptionKey*>{}}) {
    log_.clear();
    open_vaults(keys);
    EXPECT_NE(log_.find("vault 1 stays closed"), std::string::npos) << log_;
    EXPECT_NE(log_.find("put that key file back"), std::string::npos) << log_;
    EXPECT_EQ(vaults_->locked(), 1U);
    EXPECT_EQ(kind_of(vaults_->enter(principals_["ito"], id)), "not_found");
    EXPECT_TRUE(vaults_->list(as("ito"))->empty());
    EXPECT_TRUE(engine_->get(as("ito"), registry_.get("person"), people_["suspect"]));
  }
  EXPECT_EQ(vaults_->create(as("ito"), {{"t", ""}, {people_["nakamura"]}}).refusal().error.code,
            base::ErrorCode::unavailable);
  // An older key beside the one that wraps now still opens what it wrapped.
  open_vaults({&*other, &*kek_});
  EXPECT_TRUE(vaults_->enter(principals_["ito"], id));
}

TEST_F(VaultsTest, a_vault_whose_file_is_elsewhere_is_not_made_anew) {
  const VaultId id = make_vault();
  vaults_.reset();
  const std::string path = folder_ / "vaults/1.db";
  ASSERT_EQ(::rename(path.c_str(), (path + ".away").c_str()), 0);
  open_vaults({&*kek_});
  const auto entered = vaults_->enter(principals_["ito"], id);
  ASSERT_FALSE(entered);
  EXPECT_EQ(entered.refusal().error.code, base::ErrorCode::not_found);
  EXPECT_EQ(kind_of(vaults_->enter(principals_["administrator"], id)), "not_found");
  EXPECT_FALSE(vaults_->list(as("ito"))->front().about);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(VaultsTest, a_vault_made_before_is_there_after_a_restart) {
  const VaultId id = make_vault();
  vaults_.reset();
  open_vaults({&*kek_});
  const auto summary = vaults_->summary(as("ito"), id);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->about->title, "KUROFUNE affair");
  EXPECT_EQ(summary->members, 2U);
  EXPECT_TRUE(summary->custodian);
}

}  // namespace
}  // namespace hinomi::vault
