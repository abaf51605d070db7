// The API and the user interface as one HTTP server: what people and senders of events reach. Everything
// behind it is given. Not for starting processes or reading configuration (app/).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "account/accounts.h"
#include "api/access.h"
#include "api/alert_json.h"
#include "api/assets.h"
#include "api/http/server.h"
#include "api/record_routes.h"
#include "api/router.h"
#include "api/status.h"
#include "base/result.h"
#include "ingest/live/intake.h"
#include "os/clock.h"
#include "process/live_state.h"
#include "store/alerts/reader.h"
#include "vault/vaults.h"

namespace hinomi::api {

struct Options {
  std::vector<http::Listener> listeners;
  std::vector<std::string> names;  // under which it is reached, beside the loopback names: "soc.example.jp"
  std::string data_folder;         // holds `sessions` and `ticket`
  std::vector<HttpSource> sources;
  std::span<const Asset> assets = embedded_assets();
  http::Limits limits;
};

// What the first start offers.
struct SetupChoices {
  struct Named {
    std::string key;
    std::string ja;
    std::string en;
  };
  std::vector<std::string> languages;
  std::vector<Named> calendars;    // of content/calendars
  std::vector<std::string> zones;  // IANA
};

// What the server stands on. Everything that is pointed to outlives it.
struct Services {
  ingest::live::Intake* intake = nullptr;
  const os::Clock* clock = nullptr;
  RandomBytes random;
  StatusSource status;
  const process::Wakeup* alerts_changed = nullptr;  // called by the pipeline after a commit; null: none
  // The three below are called on one thread of the server's own. nullopt: it is not there (any more).
  std::function<base::Result<store::alerts::Reader>()> open_alerts;
  std::function<base::Result<std::optional<RawEvent>>(std::uint64_t batch, std::uint32_t index)> read_event;
  std::function<base::Result<std::optional<std::string>>(std::uint64_t position)> read_finding;
  // Records: null: this server has none. The functions are called on worker threads.
  record::Engine* records = nullptr;
  audit_log::AuditService* audit = nullptr;  // with the records; null: its routes are not there
  FindCaller find_caller;
  records::RecordService::GrantsOf grants_of;
  records::FileParts record_files;
  records::WorkParts work;  // what stands on records; without it, nothing is answered about it
  // The roles that records are about; without them nothing is answered about roles.
  std::optional<records::RoleContent> roles;
  // Sealed vaults; needs records. Null: this server has none.
  vault::Vaults* vaults = nullptr;
  // Accounts; needs records. Null: whoever holds a ticket signs in, and `find_caller` says who that is. With
  // them, the server finds callers by itself.
  account::Accounts* accounts = nullptr;
  SetupChoices setup;
  std::function<base::Result<void>()> add_demo;    // empty: there is no demonstration to add
  std::function<void(std::string_view line)> log;  // English, one line, safe text; from any thread
};

class Server {
 public:
  // Listens from here on. Errors: an address in use, one that others reach without TLS, unusable files.
  [[nodiscard]] static base::Result<std::unique_ptr<Server>> create(Options options, Services services);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void run();   // until stop(); the calling thread is the io thread
  void stop();  // from any thread
  [[nodiscard]] const std::vector<std::uint16_t>& ports() const noexcept;
  [[nodiscard]] const std::vector<Route>& routes() const noexcept;
  [[nodiscard]] const std::string& openapi() const noexcept;  // what it says of itself (openapi.h)

 private:
  class Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::api
