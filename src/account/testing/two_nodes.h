// One database with two `Accounts` on it, as two servers have them, and one person who can sign in. For tests
// only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "account/accounts.h"
#include "credential/testing/counted_random.h"
#include "os/random.h"
#include "store/sql/testing/fresh_database.h"

namespace hinomi::account::testing {

// Keeps what it is told; nothing is undone when a transaction is.
class KeptAudit final : public record::AuditLog {
 public:
  struct Entry {
    std::string action;
    std::optional<base::RecordId> person;
    std::string who;
    bool done = true;
    std::string text;  // everything in it that is text
  };
  base::Result<void> append(store::sql::Connection& /*connection*/,
                            const record::AuditEntry& entry) override {
    entries.push_back({entry.action, entry.record, entry.who->name, entry.done,
                       entry.action + entry.who->name + entry.who->session + std::string(entry.peer) +
                           std::string(entry.reason) + entry.details});
    return {};
  }
  bool refuse(const record::AuditEntry& entry, bool must_exist) override {
    if (!takes_refusals) return false;
    EXPECT_FALSE(must_exist);
    refused.push_back({entry.action, entry.record, entry.who->name, entry.done, std::string(entry.peer)});
    return true;
  }
  [[nodiscard]] std::size_t count(std::string_view action, bool done = true) const {
    std::size_t found = 0;
    for (const Entry& entry : entries)
      if (entry.action == action && entry.done == done) ++found;
    return found;
  }
  std::vector<Entry> entries;
  bool takes_refusals = false;
  std::vector<Entry> refused;
};

inline constexpr std::string_view kPassword = "Sakura-no-ki-1867";
inline constexpr credential::PasswordCost kCheap{.memory_kib = 64, .passes = 1, .lanes = 1};

class TwoNodes {
 public:
  explicit TwoNodes(store::sql::Dialect dialect)
      : database_(dialect), other_database_(database_.open_again()), key_(make_key()) {
    migrate();
    box_ = open_box(*database_);
    other_box_ = open_box(*other_database_);
    one = open(*database_, *box_);
    two = open(*other_database_, *other_box_);
  }

  [[nodiscard]] record::Context by_system() const {
    record::Context context;
    context.who = &system_;
    context.via = "system";
    return context;
  }
  // "hanako" with kPassword.
  base::RecordId hanako(bool must_enrol = false) { return person("hanako", must_enrol); }
  base::RecordId person(const std::string& login, bool must_enrol = false) {
    std::array<std::uint8_t, 10> random{};
    os::system_random(random);
    const auto id = base::RecordId::make(clock.now(), random);
    const auto hash = one->new_password(kPassword, {});
    HINOMI_CHECK(hash.has_value());
    const auto made = one->create(
        by_system(), {.person = id, .login = login, .password_hash = *hash, .must_enrol = must_enrol});
    HINOMI_CHECK(made.has_value());
    return id;
  }
  SignIn sign_in(std::string_view login = "hanako", std::string_view password = kPassword,
                 std::string_view peer = "192.0.2.1:40000") {
    const auto result = one->sign_in(login, password, {.peer = peer, .agent = "Firefox"});
    if (!result) ADD_FAILURE() << result.error().message;
    return result ? *result : SignIn{};
  }
  // A whole session of hanako's.
  NewSession session() {
    SignIn result = sign_in();
    HINOMI_CHECK(result.session.has_value() && !result.session->session.half);
    return std::move(*result.session);
  }
  static bool finds(Accounts& node, std::string_view token) {
    const auto found = node.find_session(token);
    EXPECT_TRUE(found);
    return found && found->has_value();
  }
  void pass(std::chrono::nanoseconds time) { clock.advance(time); }
  [[nodiscard]] store::sql::Database& database() { return *database_; }

  os::ManualClock clock{base::TimeNs{1'795'593'600'000'000'000}};  // 2026-11-25T08:00:00Z
  KeptAudit audit;
  base::RecordId locked{};  // may not sign in
  std::unique_ptr<Accounts> one;
  std::unique_ptr<Accounts> two;
  From from{.peer = "192.0.2.1:40000", .agent = "Firefox"};

 private:
  static trust::KeyEncryptionKey make_key() {
    auto key = trust::KeyEncryptionKey::make(os::system_random);
    HINOMI_CHECK(key.has_value());
    return std::move(*key);
  }
  void migrate() {
    const auto migrated = Accounts::migrate(*database_);
    HINOMI_CHECK(migrated.has_value());
  }
  std::unique_ptr<SecretBox> open_box(store::sql::Database& database) {
    auto box = open_secret_box(database, key_, clock, os::system_random);
    HINOMI_CHECK(box.has_value());
    return std::move(*box);
  }
  std::unique_ptr<Accounts> open(store::sql::Database& database, const SecretBox& box) {
    auto accounts = Accounts::open({.database = &database,
                                    .audit = &audit,
                                    .clock = &clock,
                                    .random = os::system_random,
                                    .box = &box,
                                    .cost = kCheap,
                                    .is_locked = [this](store::sql::Connection&, const base::RecordId& who,
                                                        base::TimeNs) { return locked == who; }});
    HINOMI_CHECK(accounts.has_value());
    return std::move(*accounts);
  }

  store::sql::FreshDatabase database_;
  std::unique_ptr<store::sql::Database> other_database_;
  trust::KeyEncryptionKey key_;
  access::Principal system_ = access::system_principal();
  std::unique_ptr<SecretBox> box_;
  std::unique_ptr<SecretBox> other_box_;
};

// Both databases, and what every test of them needs.
class OnBoth : public ::testing::TestWithParam<store::sql::Dialect> {
 protected:
  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    nodes_ = std::make_unique<TwoNodes>(GetParam());
  }
  TwoNodes& nodes() { return *nodes_; }
  std::unique_ptr<TwoNodes> nodes_;
};

}  // namespace hinomi::account::testing
