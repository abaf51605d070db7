// The API server with records and accounts in a database, people in it, and a browser for each: for tests of
// signing in and of who may do what. For tests only.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "account/accounts.h"
#include "api/testing/api_fixture.h"
#include "credential/totp.h"
#include "govern/assignment.h"
#include "govern/hooks.h"
#include "govern/organisation.h"
#include "os/random.h"
#include "record/json.h"
#include "store/sqlite/scrub.h"
#include "work/notes.h"

namespace hinomi::api {

// The system's clock, and as much further as a test says; safe from any thread.
class ShiftedClock final : public os::Clock {
 public:
  [[nodiscard]] base::TimeNs now() const override { return {real_.now().since_epoch_ns + shift_}; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return real_.steady() + std::chrono::nanoseconds(shift_.load());
  }
  void pass(std::chrono::nanoseconds time) { shift_ += time.count(); }

 private:
  os::SystemClock real_;
  std::atomic<std::int64_t> shift_{0};
};

// Counts how often a connection was asked for.
class CountedDatabase final : public store::sql::Database {
 public:
  explicit CountedDatabase(std::unique_ptr<store::sql::Database> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] store::sql::Dialect dialect() const noexcept override { return inner_->dialect(); }
  [[nodiscard]] base::Result<Lease> lease(store::sql::Connection::Kind kind) override {
    ++leases;
    return inner_->lease(kind);
  }
  [[nodiscard]] base::Result<void> back_up(const std::string& path) override { return inner_->back_up(path); }
  [[nodiscard]] base::Result<void> restore(const std::string& path) override { return inner_->restore(path); }
  [[nodiscard]] base::Result<store::sqlite::ScrubReport> scrub(
      const std::function<bool(std::uint64_t, std::uint64_t)>& go_on) override {
    return inner_->scrub(go_on);
  }
  std::atomic<std::uint64_t> leases{0};

 protected:
  void give_back(store::sql::Connection* /*connection*/) noexcept override {}  // leases are of the inner one

 private:
  std::unique_ptr<store::sql::Database> inner_;
};

inline constexpr std::string_view kGoodPassword = "Sakura-no-ki-1867";

class SignInFixture : public ApiFixture {
 protected:
  // What a browser keeps.
  struct Browser {
    std::string cookie;  // "hinomi_session=…"
    [[nodiscard]] std::string field() const { return cookie.empty() ? "" : "Cookie: " + cookie + "\r\n"; }
  };

  void SetUp() override {
    ApiFixture::SetUp();
    auto opened = store::sql::open_sqlite({.path = folder_ / "records.db"});
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::make_unique<CountedDatabase>(std::move(*opened));
    record::Engine::Parts parts;
    parts.database = database_.get();
    parts.registry = &registry_;
    parts.clock = &shifted_;
    parts.random = os::system_random;
    engine_.emplace(std::move(parts));
    ASSERT_TRUE(engine_->migrate());
    govern::add_hooks(*engine_);
    ASSERT_TRUE(account::Accounts::migrate(*database_));
    auto key = trust::KeyEncryptionKey::make(os::system_random);
    ASSERT_TRUE(key);
    auto box = account::open_secret_box(*database_, *key, shifted_, os::system_random);
    ASSERT_TRUE(box) << box.error().message;
    box_ = std::move(*box);
    accounts_ = open_node();
    other_node_ = open_node();
  }

  std::unique_ptr<account::Accounts> open_node() {
    auto opened = account::Accounts::open({.database = database_.get(),
                                           .audit = nullptr,
                                           .clock = &shifted_,
                                           .random = os::system_random,
                                           .box = box_.get(),
                                           .cost = {.memory_kib = 64, .passes = 1, .lanes = 1},
                                           .is_locked = {}});
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }

  void add_services(Services& services) override {
    services.records = &*engine_;
    services.accounts = accounts_.get();
    services.grants_of = [this](const base::RecordId& person) -> std::shared_ptr<const access::Grants> {
      const std::lock_guard lock(mutex_);
      const auto found = grants_.find(person);
      return found == grants_.end() ? std::make_shared<const access::Grants>() : found->second;
    };
    services.setup.languages = {"ja", "en"};
    services.setup.zones = {"Asia/Tokyo", "UTC"};
    services.setup.calendars = {{"jp", "日本", "Japan"}};
  }

  // Puts a person into an organisation, which is made when it is missing.
  base::RecordId person(const std::string& login, std::int64_t organisation = 1,
                        std::vector<std::string_view> permissions = {}, bool must_enrol = false) {
    while (organisations_ < organisation) {
      ++organisations_;
      (void)record("organisation", R"({"name":"会社 )" + std::to_string(organisations_) + "\"}");
    }
    const base::RecordId id = record(
        "person", R"({"name":"人 )" + login + R"(","organisation":)" + std::to_string(organisation) + "}");
    const auto hash = accounts_->new_password(kGoodPassword, {});
    EXPECT_TRUE(hash);
    const auto made = accounts_->create(
        by_system(), {.person = id, .login = login, .password_hash = *hash, .must_enrol = must_enrol});
    EXPECT_TRUE(made);
    permit(id, organisation, std::move(permissions));
    return id;
  }
  void permit(const base::RecordId& person, std::int64_t organisation,
              const std::vector<std::string_view>& permissions) {
    access::Reach reach;
    reach.add(access::Place{static_cast<base::OrganisationId>(organisation), std::nullopt});
    auto grants = std::make_shared<access::Grants>();
    for (const std::string_view permission : permissions) grants->add(permission, reach);
    const std::lock_guard lock(mutex_);
    grants_[person] = std::move(grants);
  }
  base::RecordId record(std::string_view entity, const std::string& body) {
    const schema::Entity& declared = registry_.get(entity);
    auto read = record::read_draft(declared, body, true);
    EXPECT_TRUE(read && read->faults.empty()) << body;
    auto made = engine_->create(by_system(), declared, std::move(read->draft));
    EXPECT_TRUE(made) << body;
    return made ? made->id : base::RecordId{};
  }
  [[nodiscard]] record::Context by_system() const {
    record::Context context;
    context.who = &system_;
    return context;
  }

  // A request of a browser, as a page of ours sends it; the browser keeps the cookie that comes back.
  http::RawResponse send(Browser& browser, std::string_view method, std::string_view target,
                         std::string_view body = {}, std::string_view more = {}) {
    std::string fields = browser.field() + std::string(more);
    if (method != "GET") fields += "Origin: " + origin() + "\r\n";
    if (!body.empty()) fields += "Content-Type: application/json\r\n";
    http::RawResponse response = ask(request(method, target, fields, body));
    if (const std::string set = response.field("Set-Cookie"); !set.empty())
      browser.cookie = set.substr(0, set.find(';'));
    return response;
  }
  http::RawResponse log_in(Browser& browser, std::string_view login,
                           std::string_view password = kGoodPassword) {
    return send(browser, "POST", "/api/v1/session",
                R"({"name":")" + std::string(login) + R"(","password":")" + std::string(password) + "\"}");
  }
  Browser signed_in(std::string_view login) {
    Browser browser;
    const http::RawResponse response = log_in(browser, login);
    EXPECT_EQ(response.status, 204) << response.body;
    return browser;
  }
  int who(Browser& browser) { return send(browser, "GET", "/api/v1/session").status; }
  // The text of a member of an answer, wherever it stands.
  static std::string member(const std::string& body, std::string_view name) {
    const std::string mark = "\"" + std::string(name) + "\":\"";
    const std::size_t at = body.find(mark);
    if (at == std::string::npos) return {};
    const std::size_t from = at + mark.size();
    return body.substr(from, body.find('"', from) - from);
  }

  ShiftedClock shifted_;
  schema::Registry registry_{{govern::organisation_entity(), govern::site_entity(), govern::person_entity(),
                              govern::post_entity(), govern::holding_entity(), govern::assignment_entity(),
                              work::notice_entity()}};
  std::unique_ptr<CountedDatabase> database_;
  std::optional<record::Engine> engine_;
  std::unique_ptr<account::SecretBox> box_;
  std::unique_ptr<account::Accounts> accounts_;
  std::unique_ptr<account::Accounts> other_node_;
  std::int64_t organisations_ = 0;
  access::Principal system_ = access::system_principal();
  std::mutex mutex_;  // of grants_
  std::map<base::RecordId, std::shared_ptr<const access::Grants>> grants_;
};

}  // namespace hinomi::api
