// Backups of a server that is written to all the while: records, a vault, attachments, events; time-stamped
// outside by a real authority. Each is restored on its own, and what comes out is compared with what the
// server went on to hold.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "audit/check.h"
#include "audit/tables.h"
#include "backup/log_state.h"
#include "backup/parts.h"
#include "backup/restore.h"
#include "cli/process.h"
#include "connect/testing/outside_server.h"
#include "fault/record_writers.h"
#include "fault/server_process.h"
#include "load/http_sender.h"
#include "os/testing/scratch_folder.h"
#include "store/alerts/reader.h"
#include "store/sql/database.h"
#include "trust/merkle.h"
#include "trust/testing/local_authority.h"

namespace hinomi {
namespace {

using store::sql::Connection;
namespace fs = std::filesystem;

constexpr int kBackups = 3;

std::string text_in(const std::string& json, const std::string& name) {
  const std::string mark = "\"" + name + "\":";
  std::size_t at = json.find(mark);
  if (at == std::string::npos) return {};
  at += mark.size();
  const bool text = json[at] == '"';
  if (text) ++at;
  return json.substr(at, json.find_first_of(text ? "\"" : ",}", at) - at);
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

// What a database of records holds.
struct Contents {
  std::vector<std::string> changes;  // in order
  std::vector<std::string> leaves;   // of organisation 1
  std::vector<backup::LogState> logs;
  std::size_t people = 0;
};

void read_contents(const std::string& data, Contents& contents) {
  auto database = store::sql::open_sqlite({.path = data + "/records.db"});
  ASSERT_TRUE(database) << database.error().message;
  const auto read = store::sql::in_transaction(
      **database, Connection::Kind::read, [&](Connection& connection) -> base::Result<void> {
        const auto each = [&](std::string_view sql, const auto& take) {
          auto statement = connection.prepare(sql);
          ASSERT_TRUE(statement) << statement.error().message;
          for (auto more = (*statement)->step();; more = (*statement)->step()) {
            ASSERT_TRUE(more) << more.error().message;
            if (!*more) return;
            take(**statement);
          }
        };
        each("SELECT seq, entity, version, action, request_key, diff FROM record_change ORDER BY seq",
             [&](const store::sql::Statement& row) {
               contents.changes.push_back(std::to_string(row.integer(0)) + " " + std::string(row.text(1)) +
                                          " " + std::to_string(row.integer(2)) + " " +
                                          std::string(row.text(3)) + " " + std::string(row.text(4)) + " " +
                                          std::string(row.text(5)));
             });
        each("SELECT leaf FROM audit_leaf WHERE organisation=1 ORDER BY idx",
             [&](const store::sql::Statement& row) { contents.leaves.emplace_back(row.text(0)); });
        each("SELECT count(*) FROM r_person", [&](const store::sql::Statement& row) {
          contents.people = static_cast<std::size_t>(row.integer(0));
        });
        auto logs = backup::log_states(connection);
        if (!logs) return logs.error();
        contents.logs = std::move(*logs);
        return {};
      });
  ASSERT_TRUE(read) << read.error().message;
}

template <typename T>
bool is_prefix(const std::vector<T>& first, const std::vector<T>& all) {
  return first.size() <= all.size() && std::equal(first.begin(), first.end(), all.begin());
}

const backup::LogState* log_of(const std::vector<backup::LogState>& logs, std::uint32_t organisation) {
  for (const backup::LogState& log : logs)
    if (log.organisation == static_cast<base::OrganisationId>(organisation)) return &log;
  return nullptr;
}

trust::Hash root_of(const std::vector<std::string>& leaves, std::size_t size) {
  trust::Frontier frontier;
  for (std::size_t i = 0; i < size; ++i) EXPECT_TRUE(frontier.append(trust::leaf_hash(leaves[i]), {}));
  return frontier.root();
}

struct Taken {
  std::string file;
  std::string keys;
  std::string restored;
  std::uint64_t acknowledged_before = 0;  // writes of records
  int deeds_before = 0;                   // acknowledged changes of the vault
  int deeds_after = 0;
};

class BackupServer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!trust::LocalAuthority::is_there()) GTEST_SKIP() << "SKIPPED: the openssl program is not there";
    authority_ = std::make_unique<trust::LocalAuthority>();
    outside_ = std::make_unique<connect::OutsideServer>([this](const std::string& request) {
      return connect::OutsideServer::ok(authority_->answer(request.substr(request.find("\r\n\r\n") + 4)));
    });
    roots_ = folder_.write("roots.pem", authority_->root_pem());
    server_ = std::make_unique<fault::ServerProcess>(settings("data", false));
    ASSERT_TRUE(server_->start()) << server_->problem();
    token_ = fault::first_start(*server_, {"person.read", "person.create", "person.change"});
    ASSERT_FALSE(token_.empty());
    // What was written so far is signed at the end, and stamped after the next start.
    ASSERT_EQ(server_->stop(), 0);
    server_ = std::make_unique<fault::ServerProcess>(settings("data", true));
    ASSERT_TRUE(server_->start()) << server_->problem();
    ASSERT_TRUE(cli::wait_until([this] {
      cookie_ = server_->cookie();
      return !cookie_.empty();
    }));
  }

  [[nodiscard]] fault::ServerSettings settings(const std::string& name, bool stamped) {
    fault::ServerSettings settings;
    settings.program = HINOMI_PROGRAM;
    settings.data = folder_ / name;
    settings.port = fault::free_port();
    settings.rules = {std::string(HINOMI_SOURCE_DIR) + "/tests/fault/rules"};
    if (stamped)
      settings.more = {"--timestamp-authority", outside_->url(), "--timestamp-certificates", roots_,
                       "--timestamp-internal"};
    return settings;
  }
  [[nodiscard]] std::string data() const { return folder_ / "data"; }

  load::HttpAnswer ask(const fault::ServerProcess& server, const std::string& method,
                       const std::string& target, const std::string& body = {},
                       const std::string& type = "application/json") const {
    load::HttpSender http("127.0.0.1", server.settings().port);
    load::HttpHeaders headers{{"Cookie", cookie_},
                              {"Origin", "http://127.0.0.1:" + std::to_string(server.settings().port)},
                              {"X-Hinomi-Name", "note.txt"}};
    if (!body.empty()) headers.emplace_back("Content-Type", type);
    return http.request(method, target, headers, body);
  }
  // `killed_at`: a named point of the program (os/fault_point.h); empty: it runs to its end.
  cli::Outcome hinomi(std::vector<std::string> words, const std::string& killed_at = {}) {
    const os::ScratchFolder outputs;
    words.insert(words.begin(), HINOMI_PROGRAM);
    std::vector<std::string> environment{"LC_ALL=C"};
    if (!killed_at.empty()) environment.push_back("HINOMI_FAULT_POINT=" + killed_at);
    return cli::Process(outputs.path(), words, environment).wait();
  }

  // A vault, whose members are changed all the while, and a person with an attachment.
  void make_vault() {
    const auto person = ask(*server_, "POST", "/api/v1/people", R"({"name":"Ito","organisation":1})");
    ASSERT_EQ(person.status, 201) << person.body;
    person_ = text_in(person.body, "id");
    // Only who has this role makes vaults.
    const auto session = ask(*server_, "GET", "/api/v1/session");
    const auto assigned =
        ask(*server_, "POST", "/api/v1/assignments",
            R"({"role":"H-2","person":")" + text_in(session.body, "id") + R"(","organisation":1})");
    ASSERT_EQ(assigned.status, 201) << assigned.body;
    load::HttpAnswer made;
    ASSERT_TRUE(cli::wait_until([&] {  // grants are read again within a second
      made = ask(*server_, "POST", "/api/v1/vaults",
                 R"({"title":"Affair","purpose":"test","custodians":[")" + person_ + R"("]})");
      return made.status != 403;
    }));
    ASSERT_EQ(made.status, 201) << made.body;
    vault_ = "/api/v1/vaults/" + text_in(made.body, "id");
    const auto attached = ask(*server_, "POST", "/api/v1/people/" + person_ + "/attachments",
                              "bytes of an attachment", "application/octet-stream");
    ASSERT_EQ(attached.status, 201) << attached.body;
    attachment_ = text_in(attached.body, "id");
  }
  void change_vault() {
    while (!stop_) {
      const std::string number = std::to_string(deeds_ + 1);
      const auto changed =
          ask(*server_, "POST", vault_ + "/members",
              R"({"person":")" + person_ + R"(","custodian":)" + (deeds_ % 2 == 0 ? "false" : "true") +
                  R"(,"reason":"deed )" + number + ".\"}");
      EXPECT_EQ(changed.status, 204) << changed.body;
      if (changed.status != 204) return;
      ++deeds_;
    }
  }
  void send_events() {
    load::HttpSender http("127.0.0.1", server_->settings().port);
    const std::string bearer = "Bearer " + server_->ingest_token();
    while (!stop_) {
      const auto sent = http.request("POST", "/api/v1/events?source=default", {{"Authorization", bearer}},
                                     R"({"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,)"
                                     R"("ProviderName":"Microsoft-Windows-Sysmon","Computer":"PC-1",)"
                                     R"("Image":"C:\\a.exe","CommandLine":"x --hinomi-load-match y"})"
                                     "\n");
      EXPECT_EQ(sent.status, 200) << sent.body;
      if (sent.status != 200) return;
    }
  }

  [[nodiscard]] bool is_stamped() const {
    auto database = store::sql::open_sqlite({.path = data() + "/records.db"});
    if (!database) return false;
    bool stamped = false;
    (void)store::sql::in_transaction(
        **database, Connection::Kind::read, [&](Connection& connection) -> base::Result<void> {
          const auto found = audit::last_anchor(connection, base::OrganisationId{1});
          stamped = found && *found;
          return {};
        });
    return stamped;
  }

  void take(int number, fault::RecordWriters& writers, std::vector<Taken>& all) {
    Taken one;
    one.file = folder_ / ("b" + std::to_string(number));
    one.keys = folder_ / ("k" + std::to_string(number));
    one.restored = folder_ / ("r" + std::to_string(number));
    one.acknowledged_before = writers.acknowledged();
    one.deeds_before = deeds_;
    const cli::Outcome made = hinomi({"backup", "--data", data(), "--to", one.file, "--keys-to", one.keys});
    one.deeds_after = deeds_ + 1;  // one may be on its way
    ASSERT_EQ(made.code, 0) << made.err;
    const std::uint64_t then = writers.acknowledged();
    ASSERT_TRUE(cli::wait_until([&] { return writers.acknowledged() >= then + 20; }));
    all.push_back(std::move(one));
  }

  // Journal and findings are what the server's were at some moment of the backup.
  void expect_prefixes_of_events(const Taken& one) const {
    std::uintmax_t bytes = 0;
    for (const char* part : {"journal", "findings"})
      for (const auto& file : fs::directory_iterator(one.restored + "/" + part)) {
        const auto cut = os::read_file(file.path().string());
        const auto all = os::read_file(data() + "/" + part + "/" + file.path().filename().string());
        ASSERT_TRUE(cut && all) << file.path();
        EXPECT_TRUE(all->starts_with(*cut)) << file.path();
        bytes += cut->size();
      }
    EXPECT_GT(bytes, 10'000U);
    auto alerts = store::alerts::Reader::open(one.restored + "/alerts.db");
    ASSERT_TRUE(alerts);
    const auto progress = alerts->progress();
    ASSERT_TRUE(progress) << progress.error().message;
    EXPECT_GT(progress->alerts, 0);
  }

  void judge(const Taken& one, const Contents& all) {
    const cli::Outcome restored =
        hinomi({"restore", "--from", one.file, "--keys", one.keys, "--data", one.restored});
    ASSERT_EQ(restored.code, 0) << restored.err;
    EXPECT_EQ(restored.out.find("The keys are not there"), std::string::npos);
    const auto manifest =
        backup::check_archive(one.file, backup::Content::data,
                              {{"records", 99}, {"audit", 99}, {"accounts", 99}, {"vaults", 99}}, 1ULL << 40);
    ASSERT_TRUE(manifest) << manifest.error().message;
    expect_prefixes_of_events(one);
    Contents cut;
    read_contents(one.restored, cut);
    EXPECT_TRUE(is_prefix(cut.changes, all.changes));
    EXPECT_TRUE(is_prefix(cut.leaves, all.leaves));
    EXPECT_GE(cut.changes.size(), one.acknowledged_before) << "what was acknowledged before is in it";
    // Records and audit log agree: as many entries about changes as there are changes.
    std::size_t entries = 0;
    for (const std::string& leaf : cut.leaves)
      entries += leaf.find("\"action\":\"person.c") != std::string::npos;
    std::size_t changes = 0;
    for (const std::string& change : cut.changes) changes += change.find(" person ") != std::string::npos;
    EXPECT_EQ(entries, changes);
    // The root of the cut, by its leaves, by the manifest, and by what the server went on to hold.
    EXPECT_EQ(manifest->logs, cut.logs);
    const backup::LogState* const log = log_of(manifest->logs, 1);
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->size, cut.leaves.size());
    EXPECT_EQ(log->root, root_of(all.leaves, log->size));
    // And the one that was stamped outside.
    ASSERT_TRUE(log->anchor);
    EXPECT_EQ(log->anchor->root, root_of(cut.leaves, log->anchor->size));
    const cli::Outcome audited = hinomi({"audit", "check", "--data", one.restored, "--authorities", roots_});
    EXPECT_EQ(audited.code, 0) << audited.out << audited.err;
    EXPECT_EQ(audited.out.find("time-stamps 0"), std::string::npos) << audited.out;
    std::printf("cut: %zu of %zu changes, %zu of %zu entries, stamped %llu\n", cut.changes.size(),
                all.changes.size(), cut.leaves.size(), all.leaves.size(),
                static_cast<unsigned long long>(log->anchor->size));
  }

  void start_restored(const Taken& one) {
    fault::ServerSettings settings = this->settings(fs::path(one.restored).filename(), false);
    fault::ServerProcess server(settings);
    ASSERT_TRUE(server.start()) << server.problem();
    ASSERT_TRUE(cli::wait_until([&] {
      cookie_ = server.cookie();
      return !cookie_.empty();
    }));
    EXPECT_TRUE(server.wait_for_caught_up(std::chrono::seconds(60)));
    const auto status = server.get("/api/v1/status");
    ASSERT_TRUE(status);
    const auto file = ask(server, "GET", "/api/v1/attachments/" + attachment_ + "/content");
    EXPECT_EQ(file.status, 200);
    EXPECT_EQ(file.body, "bytes of an attachment");
    // The log of the vault: the deeds up to some moment of the backup, each once.
    std::string log;
    for (std::string before = "0";;) {
      const auto page = ask(server, "GET", vault_ + "/log?before=" + before);
      ASSERT_EQ(page.status, 200) << page.body;
      const std::size_t last = page.body.rfind("\"seq\":");
      if (last == std::string::npos) break;
      before = text_in(page.body.substr(last), "seq");
      log += page.body;
    }
    int deeds = 0;
    for (int i = 1; i <= one.deeds_after; ++i) {
      const std::size_t found = count_of(log, "deed " + std::to_string(i) + ".\"");
      if (i <= one.deeds_before) {
        EXPECT_EQ(found, 1U) << i;
      }
      if (found == 0) break;
      ++deeds;
    }
    EXPECT_EQ(count_of(log, "\"deed "), static_cast<std::size_t>(deeds)) << "none behind a gap";
    const auto made = ask(server, "POST", "/api/v1/people", R"({"name":"After","organisation":1})");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(server.stop(), 0);
    const cli::Outcome audited = hinomi({"audit", "check", "--data", one.restored});
    EXPECT_EQ(audited.code, 0) << audited.out;
    std::printf("restored server: %d deeds of the vault (%d before, %d after the backup)\n", deeds,
                one.deeds_before, one.deeds_after);
  }

  os::ScratchFolder folder_;
  std::unique_ptr<trust::LocalAuthority> authority_;
  std::unique_ptr<connect::OutsideServer> outside_;
  std::string roots_;
  std::unique_ptr<fault::ServerProcess> server_;
  std::string token_;
  std::string cookie_;
  std::string person_;
  std::string vault_;
  std::string attachment_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> deeds_ = 0;
};

TEST_F(BackupServer, backups_beside_writes_are_cuts_that_restore_and_start) {
  make_vault();
  if (HasFailure()) return;
  ASSERT_TRUE(cli::wait_until([this] { return is_stamped(); }));
  std::vector<Taken> taken;
  {
    fault::RecordWriters writers({.port = server_->settings().port,
                                  .token = token_,
                                  .ledger = folder_ / "ledger",
                                  .writers = 4,
                                  .writes = 0,
                                  .seed = 7});
    std::thread vault([this] { change_vault(); });
    std::thread events([this] { send_events(); });
    EXPECT_TRUE(cli::wait_until([&] { return writers.acknowledged() >= 300 && deeds_ >= 5; }));
    for (int i = 0; i < kBackups && !HasFailure(); ++i) take(i, writers, taken);
    stop_ = true;
    vault.join();
    events.join();
    writers.stop();
    writers.wait();
    EXPECT_EQ(writers.problem(), "");
  }
  ASSERT_EQ(taken.size(), static_cast<std::size_t>(kBackups));
  ASSERT_EQ(server_->stop(), 0);
  Contents all;
  read_contents(data(), all);
  for (const Taken& one : taken) judge(one, all);
  if (HasFailure()) return;
  for (const Taken& one : taken) start_restored(one);
}

TEST_F(BackupServer, every_file_of_a_data_folder_is_in_the_table) {
  make_vault();
  ASSERT_EQ(server_->stop(), 0);
  ASSERT_TRUE(server_->start());
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(data())) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().string().substr(data().size() + 1);
    const bool below_remade =
        std::any_of(backup::kParts.begin(), backup::kParts.end(), [&](const backup::Part& part) {
          return part.fate == backup::Fate::remade && name.starts_with(std::string(part.path) + "/");
        });
    EXPECT_TRUE(below_remade || backup::part_of(name) != nullptr) << name;
    ++files;
  }
  EXPECT_GE(files, 15U);
  ASSERT_EQ(server_->stop(), 0);
}

TEST_F(BackupServer, without_keys_nothing_secret_is_in_it_and_the_restored_server_says_what_is_missing) {
  const std::string file = folder_ / "b";
  const cli::Outcome made = hinomi({"backup", "--data", data(), "--to", file, "--without-events"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_NE(made.out.find("The keys are NOT in it"), std::string::npos) << made.out;
  EXPECT_EQ(hinomi({"backup", "--data", data(), "--to", file}).code, 1) << "it is there already";
  const std::string restored = folder_ / "r";
  const cli::Outcome done = hinomi({"restore", "--from", file, "--data", restored});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.out.find("The keys are not there yet"), std::string::npos) << done.out;
  for (const char* name : {"keys", "key", "ingest-token", "journal", "findings", "alerts.db", "sessions"})
    EXPECT_FALSE(fs::exists(restored + "/" + name)) << name;
  fault::ServerProcess keyless(settings("r", false));
  EXPECT_FALSE(keyless.start(std::chrono::seconds(30)));
  EXPECT_FALSE(fs::exists(restored + "/keys/audit-signing.pem")) << "a key is never made instead";
  for (const char* name : {"keys", "key", "ingest-token"})
    fs::copy(data() + "/" + name, restored + "/" + name,
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  fault::ServerProcess again(settings("r", false));
  EXPECT_TRUE(again.start()) << again.problem();
  EXPECT_EQ(again.stop(), 0);
  ASSERT_EQ(server_->stop(), 0);
}

TEST_F(BackupServer, keys_of_another_server_are_refused) {
  ASSERT_EQ(server_->stop(), 0);
  fault::ServerProcess other(settings("other", false));
  ASSERT_TRUE(other.start()) << other.problem();
  ASSERT_EQ(other.stop(), 0);
  ASSERT_EQ(hinomi({"backup", "--data", data(), "--to", folder_ / "b"}).code, 0);
  ASSERT_EQ(
      hinomi({"backup", "--data", folder_ / "other", "--to", folder_ / "b2", "--keys-to", folder_ / "k2"})
          .code,
      0);
  const cli::Outcome refused =
      hinomi({"restore", "--from", folder_ / "b", "--keys", folder_ / "k2", "--data", folder_ / "r"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("is another key"), std::string::npos) << refused.err;
  EXPECT_TRUE(fs::is_empty(folder_ / "r"));
  const cli::Outcome swapped = hinomi({"restore", "--from", folder_ / "k2", "--data", folder_ / "r"});
  EXPECT_EQ(swapped.code, 1);
  EXPECT_NE(swapped.err.find("archive of keys"), std::string::npos) << swapped.err;
}

TEST_F(BackupServer, killed_anywhere_a_backup_is_not_there_and_a_restore_is_no_data_folder) {
  ASSERT_EQ(server_->stop(), 0);
  for (const char* point : {"backup.file_added", "backup.file_added:3", "backup.file_added:6"}) {
    EXPECT_EQ(hinomi({"backup", "--data", data(), "--to", folder_ / "b"}, point).signal, SIGKILL) << point;
    EXPECT_FALSE(fs::exists(folder_ / "b")) << point;
  }
  ASSERT_EQ(hinomi({"backup", "--data", data(), "--to", folder_ / "b", "--keys-to", folder_ / "k"}).code, 0);
  const std::vector<std::string> restore{"restore",     "--from", folder_ / "b", "--keys",
                                         folder_ / "k", "--data", folder_ / "r"};
  for (const char* point : {"restore.file_written", "restore.file_written:4", "restore.checked",
                            "restore.moved", "restore.moved:3", "restore.moved:6"}) {
    EXPECT_EQ(hinomi(restore, point).signal, SIGKILL) << point;
    fault::ServerProcess server(settings("r", false));
    EXPECT_FALSE(server.start(std::chrono::seconds(30))) << point;
    EXPECT_EQ(hinomi(restore).code, 1) << "nothing is restored over it";
    fs::remove_all(folder_ / "r");
  }
  ASSERT_EQ(hinomi(restore).code, 0);
  fault::ServerProcess server(settings("r", false));
  EXPECT_TRUE(server.start()) << server.problem();
  EXPECT_EQ(server.stop(), 0);
}

TEST_F(BackupServer, a_restore_that_was_broken_off_is_no_data_folder) {
  ASSERT_EQ(server_->stop(), 0);
  fs::create_directory(data() + "/" + std::string(backup::kRestoring));
  fault::ServerProcess server(settings("data", false));
  EXPECT_FALSE(server.start(std::chrono::seconds(30)));
}

}  // namespace
}  // namespace hinomi
