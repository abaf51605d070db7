// What people may do, from the roles they are assigned to: directly or by the post they hold, today. The
// bundles of roles are content; those that are no role of a catalogue stand here. Not the decision itself
// (access).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "content/bundle_table.h"
#include "content/role_catalogue.h"
#include "os/clock.h"
#include "record/engine.h"

namespace hinomi::govern {

// Role code → permissions.
using Bundles = std::map<std::string, std::vector<std::string>, std::less<>>;
// Those of the catalogue, and those that are no role of it: "administrator", "auditor", and "member", which
// everybody with an account has where they belong.
[[nodiscard]] Bundles bundles_of(const content::RoleCatalogue& catalogue, const content::BundleTable& others);

// Answers for one program; safe from any thread. A change of who does what is seen within kStale, on every
// server of one database.
class GrantBook {
 public:
  static constexpr std::chrono::milliseconds kStale{500};

  GrantBook(record::Engine& engine, const os::Clock& clock, Bundles bundles)
      : engine_(engine), clock_(clock), bundles_(std::move(bundles)) {}

  // Empty grants for somebody who is not there, has left, or is assigned to nothing.
  [[nodiscard]] base::Result<std::shared_ptr<const access::Grants>> grants_of(const base::RecordId& person);
  // As of this moment and this transaction; nothing is kept.
  [[nodiscard]] base::Result<std::shared_ptr<const access::Grants>> grants_in(
      store::sql::Connection& connection, const base::RecordId& person) const;
  // The roles whose bundles have the permission.
  [[nodiscard]] std::vector<std::string> roles_with(std::string_view permission) const;
  [[nodiscard]] bool is_role(std::string_view role) const { return bundles_.contains(role); }
  [[nodiscard]] const os::Clock& clock() const noexcept { return clock_; }

 private:
  struct Kept {
    std::shared_ptr<const access::Grants> grants;
    std::chrono::steady_clock::time_point at;
  };
  [[nodiscard]] base::Result<std::shared_ptr<const access::Grants>> compute(const base::RecordId& person);
  // What an open emergency access adds: reading, and no vault.
  [[nodiscard]] base::Result<void> add_emergency(store::sql::Connection& connection,
                                                 const base::RecordId& person, access::Grants& grants) const;

  record::Engine& engine_;
  const os::Clock& clock_;
  const Bundles bundles_;
  std::mutex mutex_;  // of kept_
  std::map<base::RecordId, Kept> kept_;
};

}  // namespace hinomi::govern
