// What the attacks are made on: two real servers on one PostgreSQL database, two organisations, people with
// accounts and roles, and somebody to attack as. Started once for all tests. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "attack/wire.h"
#include "fault/server_process.h"
#include "os/testing/scratch_folder.h"
#include "store/sql/database.h"

namespace hinomi::attack {

inline constexpr std::string_view kPassword = "Sakura-no-ki-1867";
inline constexpr auto kWithinASecond = std::chrono::milliseconds(1000);

// What a browser, or an attacker with one, keeps.
struct Browser {
  std::string login;
  std::string person;  // id
  std::string cookie;  // "hinomi_session=…"
  std::string bearer;  // a token instead
  std::string from = "127.0.0.1";
};

class World {
 public:
  // Skips all tests where there is no PostgreSQL.
  [[nodiscard]] static World& get();
  [[nodiscard]] static std::string why_missing();
  // Starts everything; false after a failure was added.
  bool start();
  void stop();

  // ---- requests, to server 0 or 1
  [[nodiscard]] std::uint16_t port(int node) const { return servers_[index(node)]->settings().port; }
  [[nodiscard]] std::string host(int node) const { return "127.0.0.1:" + std::to_string(port(node)); }
  // As a page of ours sends it: with Origin for a change, as JSON. `more`: further fields ("A: b\r\n").
  Answer send(int node, Browser& browser, std::string_view method, std::string_view target,
              std::string_view body = {}, std::string_view more = {});
  // Exactly these fields beside Host and Content-Length.
  Answer raw(int node, std::string_view method, std::string_view target, std::string_view fields,
             std::string_view body = {}, const std::string& from = "127.0.0.1");
  [[nodiscard]] std::string text(int node, std::string_view method, std::string_view target,
                                 std::string_view fields, std::string_view body) const;
  // An open stream of this browser, past its greeting.
  std::unique_ptr<Wire> stream(int node, Browser& browser, std::string_view target);
  Answer sign_in(int node, Browser& browser, std::string_view password = kPassword);
  bool is_signed_in(int node, Browser& browser);

  // ---- people. By the administrator of the whole group.
  Browser person(const std::string& login, int organisation, const std::vector<std::string>& roles = {},
                 bool with_account = true);
  std::string assign(const std::string& person, const std::string& role, int organisation,
                     std::string_view more = {});
  // A record, as the administrator; its id.
  std::string make(std::string_view path, const std::string& body);
  [[nodiscard]] std::string version(Browser& as, std::string_view path, const std::string& id);
  Browser& admin() { return admin_; }

  // ---- what is there, and what was written down
  // A digest of everything that an attack might change: all records, accounts, factors, tokens, invitations,
  // and open sessions.
  [[nodiscard]] std::string state();
  [[nodiscard]] std::vector<std::string> rows(const std::string& sql);
  void execute(const std::string& sql);
  // How much was written down so far; see logged_since().
  struct Mark {
    std::map<int, long> leaves;  // by organisation
    std::array<std::size_t, 2> log{};
  };
  [[nodiscard]] Mark mark();
  // Whether an entry of the audit log, or a line of a server's log, behind the mark holds all of these.
  [[nodiscard]] bool logged_since(const Mark& mark, const std::vector<std::string>& all);
  [[nodiscard]] std::string log_of(int node) const;
  [[nodiscard]] pid_t front(int node) const { return servers_[index(node)]->pid_of("front"); }
  [[nodiscard]] const std::string& setup_secret() const { return setup_secret_; }
  [[nodiscard]] static std::string setup_body(const std::string& login, const std::string& secret);
  // What became of the attacks on the first start, before it was done.
  struct FirstStart {
    int without_secret = 0;  // statuses
    int with_wrong_secret = 0;
    bool had_no_effect = false;
    bool was_logged = false;
    int made_at_once = 0;  // of two with the right one
  };
  [[nodiscard]] const FirstStart& first_start() const { return first_start_; }
  [[nodiscard]] const std::string& data(int node) const { return servers_[index(node)]->settings().data; }

 private:
  [[nodiscard]] static std::size_t index(int node) { return static_cast<std::size_t>(node); }
  bool start_first();
  bool set_up();
  bool start_second();

  std::unique_ptr<os::ScratchFolder> root_;
  std::string database_name_;
  std::unique_ptr<store::sql::Database> database_;
  std::array<std::unique_ptr<fault::ServerProcess>, 2> servers_;
  std::string setup_secret_;
  FirstStart first_start_;
  Browser admin_;
};

// An attack: the state of the world when it began, and what was logged by then. Every test that attacks ends
// with refused().
class Attack {
 public:
  explicit Attack(World& world) : world_(world), state_(world.state()), mark_(world.mark()) {}
  // The world is as it was, and something with all of these was written down about it.
  void had_no_effect() const { EXPECT_EQ(world_.state(), state_) << "the attack had an effect"; }
  void was_logged(const std::vector<std::string>& all) const {
    std::string text;
    for (const std::string& one : all) text += one + " ";
    EXPECT_TRUE(world_.logged_since(mark_, all)) << "nothing was written down with: " << text;
  }
  void refused(const std::vector<std::string>& logged) const {
    had_no_effect();
    was_logged(logged);
  }

 private:
  World& world_;
  const std::string state_;
  const World::Mark mark_;
};

class AttackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = World::why_missing(); !missing.empty()) GTEST_SKIP() << missing;
  }
  World& world_ = World::get();
};

// The text behind "name":" in JSON; empty where there is none.
[[nodiscard]] std::string text_in(const std::string& json, const std::string& name);
// An address of the loopback network that nobody has used yet, of a network of its own.
[[nodiscard]] std::string new_address();
// Asks until it holds; false when `patience` is over.
template <typename Condition>
[[nodiscard]] bool wait_until(Condition condition, std::chrono::milliseconds patience) {
  const auto end = Wire::Clock::now() + patience;
  while (!condition()) {
    if (Wire::Clock::now() > end) return false;
    ::usleep(10'000);
  }
  return true;
}

}  // namespace hinomi::attack
