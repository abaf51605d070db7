#include "app/described_api.h"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <filesystem>
#include <system_error>

#include "account/accounts.h"
#include "account/secret_box.h"
#include "api/audit_log/service.h"
#include "api/openapi.h"
#include "api/server.h"
#include "govern/grants.h"
#include "govern/people_book.h"
#include "os/clock.h"
#include "os/random.h"
#include "store/blobs/blobs.h"
#include "store/sql/database.h"
#include "vault/vaults.h"
#include "work/approvals.h"
#include "work/break_glass.h"
#include "work/job_book.h"
#include "work/notice_board.h"

namespace hinomi::app {
namespace {

// Takes nothing: no request ever comes.
class NoIntake final : public ingest::live::Intake {
 public:
  void offer(ingest::live::Delivery /*delivery*/, Done done) override { done({}); }
  ingest::live::Receipt deliver(ingest::live::Delivery /*delivery*/, bool /*wait_for_room*/) override {
    return {};
  }
  std::string resume(ingest::live::SourceId /*source*/, std::string_view /*key*/) override { return {}; }
};

base::Error nothing() {
  return {base::ErrorCode::unavailable, "this server only describes itself", "", {}};
}

// Keeps no secret: there is none.
class NoSecrets final : public account::SecretBox {
 public:
  base::Result<std::string> seal(const Place& /*place*/, std::string_view plain) const override {
    return std::string(plain);
  }
  base::Result<credential::Secret> open(const Place& /*place*/, std::string_view sealed) const override {
    return credential::Secret(credential::Bytes(sealed.begin(), sealed.end()));
  }
};

// An empty folder that is gone with this: accounts want a database, be it an empty one.
class PassingFolder {
 public:
  PassingFolder() : path_((std::filesystem::temp_directory_path() / "hinomi-describe-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~PassingFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  PassingFolder(const PassingFolder&) = delete;
  PassingFolder& operator=(const PassingFolder&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace

base::Result<std::string> described_api(const schema::Registry& registry) {
  const os::SystemClock clock;
  NoIntake intake;
  const PassingFolder folder;
  const NoSecrets box;
  auto database = store::sql::open_sqlite({.path = folder.path() + "/describe.db"});
  if (!database) return database.error();
  if (auto migrated = account::Accounts::migrate(**database); !migrated) return migrated.error();
  account::Accounts::Parts own;
  own.database = database->get();
  own.clock = &clock;
  own.random = os::system_random;
  own.box = &box;
  const auto accounts = account::Accounts::open(std::move(own));
  if (!accounts) return accounts.error();
  record::Engine::Parts parts;
  parts.database = database->get();
  parts.registry = &registry;
  parts.clock = &clock;
  parts.random = os::system_random;
  record::Engine engine(std::move(parts));
  api::Services services;
  services.intake = &intake;
  services.clock = &clock;
  services.random = [](std::span<std::byte> /*into*/) { return false; };
  services.status = [](api::Status& /*status*/) {};
  services.open_alerts = [] { return base::Result<store::alerts::Reader>(nothing()); };
  services.read_event = [](std::uint64_t, std::uint32_t) {
    return base::Result<std::optional<api::RawEvent>>(nothing());
  };
  services.read_finding = [](std::uint64_t) { return base::Result<std::optional<std::string>>(nothing()); };
  services.records = &engine;
  auto blobs = store::blobs::open_folder(
      {.folder = folder.path() + "/blobs", .clock = &clock, .random = os::system_random});
  if (!blobs) return blobs.error();
  services.record_files.blobs = blobs->get();
  services.find_caller = [](const api::http::Request&, const api::Caller&) {
    return base::Result<std::optional<access::Principal>>(nothing());
  };
  auto vaults = vault::Vaults::open({.database = database->get(),
                                     .outside = &engine,
                                     .folder = folder.path() + "/vaults",
                                     .clock = &clock,
                                     .random = os::system_random});
  if (!vaults) return vaults.error();
  services.vaults = vaults->get();
  services.grants_of = [](const base::RecordId&) { return nullptr; };
  // Never looked into: no request comes.
  const content::RoleCatalogue roles;
  const content::ServiceCatalogue catalogue;
  const content::PermissionTable permissions;
  services.roles = {.roles = &roles, .services = &catalogue, .permissions = &permissions};
  services.accounts = accounts->get();
  govern::GrantBook grants(engine, clock, {});
  govern::PeopleBook people(grants);
  work::NoticeBoard notices(engine, people);
  work::Approvals approvals(engine, people, notices);
  work::BreakGlass break_glass(engine, people, notices, [](std::string_view) { return false; });
  work::JobBook jobs(engine, work::store_time(clock));
  services.work = {.notices = &notices, .approvals = &approvals, .break_glass = &break_glass, .jobs = &jobs};
  api::audit_log::AuditService audit({.database = database->get(),
                                      .engine = &engine,
                                      .log = nullptr,
                                      .keys = nullptr,
                                      .exports = folder.path() + "/exports",
                                      .certificates = {},
                                      .say = [](const std::string&) {}});
  services.audit = &audit;
  services.log = [](std::string_view) {};
  api::Options options;
  options.assets = {};
  const auto server = api::Server::create(std::move(options), std::move(services));
  if (!server) return server.error();
  if (const auto faults = api::faults_of(registry, (*server)->routes()); !faults.empty())
    return base::Error{base::ErrorCode::invalid_input, faults.front(), "", {}};
  return api::indented((*server)->openapi());
}

}  // namespace hinomi::app
