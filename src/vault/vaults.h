// Sealed compartments: records that nobody sees but the members of their vault, neither administrators nor
// the program itself; there is no way in for emergencies. Each vault is a database of its own, sealed under
// its own key, with its own history, words for search and log. The main database holds of it a number, when
// it was made, whether it is closed, and sealed bytes. Not for permissions within a vault: members need those
// as anywhere else.
//
// Whoever is no member is answered by every function as if there were no such vault, after the same work.
// Safe from any thread; every call blocks on databases.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "access/principal.h"
#include "os/clock.h"
#include "os/random.h"
#include "record/engine.h"
#include "store/sql/database.h"
#include "trust/keys.h"
#include "vault/membership.h"
#include "vault/tables.h"

namespace hinomi::vault {

inline constexpr std::size_t kMaxVaults = 10'000;
inline constexpr std::size_t kMaxTitle = 200;     // bytes
inline constexpr std::size_t kMaxPurpose = 4000;  // bytes
inline constexpr std::size_t kMaxFirstCustodians = 20;
inline constexpr std::size_t kMaxSealedAlong = 2000;  // comments and relations of one record
inline constexpr std::chrono::minutes kIdle{10};      // afterwards the file is closed and its key wiped
// How long a change on another server of the same database may go unseen.
inline constexpr std::chrono::milliseconds kStale{500};

// A vault whose file is open. Kept by who uses it; the file closes with the last one.
class OpenVault {
 public:
  [[nodiscard]] base::VaultId id() const noexcept { return id_; }
  [[nodiscard]] record::Engine& engine() noexcept { return *engine_; }

 private:
  friend class Vaults;
  base::VaultId id_{};
  std::unique_ptr<store::sql::Database> database_;
  std::unique_ptr<record::AuditLog> audit_;
  std::optional<record::Engine> engine_;
  std::chrono::steady_clock::time_point used_at_{};  // guarded by Vaults::files_mutex_
};

// What a member got into, and who they are inside: themselves, with this vault and no other.
struct Entered {
  std::shared_ptr<OpenVault> vault;
  access::Principal who;
};

struct Summary {
  base::VaultId id{};
  base::TimeNs created_at{};
  State state = State::open;
  bool custodian = false;  // the caller is one
  std::size_t members = 0;
  std::optional<About> about;  // nullopt: the file is on another server, or cannot be opened
};

class Vaults {
 public:
  struct Parts {
    store::sql::Database* database = nullptr;  // the main one
    record::Engine* outside = nullptr;         // over it
    std::string folder = {};                   // of the files; made when missing
    const os::Clock* clock = nullptr;
    os::RandomBytes random = {};
    // The key-encryption keys at hand; the first wraps new keys. None: no vault opens.
    std::vector<const trust::KeyEncryptionKey*> keys = {};
    record::AuditLog* audit = nullptr;  // of the main database: hears that, never who or what
    // What the engine of every vault needs beside its tables: actions, hooks, gates.
    std::function<void(record::Engine&)> prepare = {};
    std::function<std::unique_ptr<record::AuditLog>(base::VaultId)> make_audit = {};
    std::vector<store::sql::Migrations> migrations = {};  // of further tables in every vault's file
    // Erases what else the main database holds of a record that was sealed (details of the audit log).
    std::function<base::Result<void>(store::sql::Connection&, const base::RecordId&)> forget = {};
    std::function<void(const std::string&)> log = {};  // English, one line
  };
  // Vaults whose key cannot be unwrapped stay closed, and the log says which key is missing; no error.
  [[nodiscard]] static base::Result<std::unique_ptr<Vaults>> open(Parts parts);

  // Of a person, from the main database alone: no file is opened.
  [[nodiscard]] base::Result<std::vector<base::VaultId>> vaults_of(const base::RecordId& person);
  // How many there are that stay closed for want of their key.
  [[nodiscard]] std::size_t locked();

  // Needs vault.create, a fresh proof of who they are, and further custodians than the caller.
  struct Order {
    About about;
    std::vector<base::RecordId> custodians;
  };
  [[nodiscard]] record::Outcome<base::VaultId> create(const record::Context& context, const Order& order);
  // conflict: the vault is closed. failed with not_found: the file is on another server.
  [[nodiscard]] record::Outcome<Entered> enter(const access::Principal& who, base::VaultId id);

  // For members, whether the vault is open or closed.
  [[nodiscard]] record::Outcome<std::vector<Summary>> list(const record::Context& context);
  [[nodiscard]] record::Outcome<Summary> summary(const record::Context& context, base::VaultId id);
  [[nodiscard]] record::Outcome<std::vector<Member>> members(const record::Context& context,
                                                             base::VaultId id);
  [[nodiscard]] record::Outcome<std::vector<Entry>> log(const record::Context& context, base::VaultId id,
                                                        std::int64_t before, std::size_t limit);
  // For custodians, with a reason. A member that is there already becomes, or is no longer, a custodian.
  [[nodiscard]] std::optional<record::Refusal> put_member(const record::Context& context, base::VaultId id,
                                                          const Member& member);
  [[nodiscard]] std::optional<record::Refusal> remove_member(const record::Context& context, base::VaultId id,
                                                             const base::RecordId& person);
  // For every member but the last custodian.
  [[nodiscard]] std::optional<record::Refusal> leave(const record::Context& context, base::VaultId id);
  // For custodians with vault.close (vault.open, and a fresh proof), with a reason.
  [[nodiscard]] std::optional<record::Refusal> set_state(const record::Context& context, base::VaultId id,
                                                         State state);

  // Moves a record with its history, comments and relations into a vault of the caller, and erases it where
  // it was. Needs <entity>.seal or vault.seal there, a reason and a fresh proof. conflict: it has
  // attachments, or other records refer to it; the faults say which.
  struct Sealed {
    std::size_t records = 0;  // that moved
    bool wiped = false;       // the file of the main database holds no more of it
  };
  [[nodiscard]] record::Outcome<Sealed> seal(const record::Context& context, const schema::Entity& entity,
                                             const base::RecordId& id, base::VaultId vault);

  // Now and then: closes files that nobody uses, and wipes what could not be wiped at once.
  void tick();
  // For tests and status: files opened so far, and open now.
  [[nodiscard]] std::size_t files_opened() const noexcept { return files_opened_; }
  [[nodiscard]] std::size_t files_open();

 private:
  // A vault as the main database has it.
  struct Known {
    Row row;
    bool unlocked = false;
    trust::KeyRing ring;
    Membership members;
  };
  struct File {
    std::shared_ptr<OpenVault> kept;  // null: idle
    std::weak_ptr<OpenVault> used;
  };
  struct Catch;

  explicit Vaults(Parts parts) : parts_(std::move(parts)) {}
  [[nodiscard]] base::Result<void> refresh(bool now);
  [[nodiscard]] base::Result<std::shared_ptr<const Known>> read_known(store::sql::Connection& connection,
                                                                      base::VaultId id);
  [[nodiscard]] record::Outcome<std::shared_ptr<const Known>> known_to(const access::Principal& who,
                                                                       base::VaultId id);
  [[nodiscard]] record::Outcome<std::shared_ptr<const Known>> for_custodian(const record::Context& context,
                                                                            base::VaultId id);
  [[nodiscard]] base::Result<std::shared_ptr<OpenVault>> file_of(const Known& known);
  [[nodiscard]] base::Result<std::shared_ptr<OpenVault>> open_file(const Known& known, bool make);
  [[nodiscard]] std::string path_of(base::VaultId id) const;
  [[nodiscard]] base::Result<void> store(const Known& known, State state, const Membership& members);
  [[nodiscard]] base::Result<void> write_to_file(
      const Known& known, const record::Context& context, std::string_view deed, const base::RecordId* about,
      const std::function<base::Result<void>(store::sql::Connection&)>& work);
  [[nodiscard]] base::Result<void> note(store::sql::Connection& connection, OpenVault& vault,
                                        const record::Context& context, std::string_view deed,
                                        const base::RecordId* about);
  [[nodiscard]] static base::Result<bool> is_in_file(OpenVault& vault, const access::Principal& who);
  [[nodiscard]] record::Outcome<Summary> summary_of(const access::Principal& who, const Known& known);
  [[nodiscard]] bool is_person(const record::Context& context, const base::RecordId& id);
  [[nodiscard]] record::Outcome<std::shared_ptr<const Known>> make(const record::Context& context,
                                                                   const Order& order);
  [[nodiscard]] base::Result<void> tell_outside(store::sql::Connection& connection,
                                                base::OrganisationId organisation, std::string action);
  [[nodiscard]] std::optional<record::Refusal> move(store::sql::Connection& outside,
                                                    const record::Context& context,
                                                    const schema::Entity& entity, const base::RecordId& id,
                                                    OpenVault& into, Sealed& sealed);
  [[nodiscard]] bool wipe();
  void say(const std::string& line) const {
    if (parts_.log) parts_.log(line);
  }

  const Parts parts_;
  std::mutex mutex_;  // of the next three
  std::map<base::VaultId, std::shared_ptr<const Known>> known_;
  std::map<base::RecordId, std::vector<base::VaultId>> by_person_;
  std::optional<std::chrono::steady_clock::time_point> looked_at_;
  std::mutex change_mutex_;  // one change of a vault or its members at a time
  std::mutex files_mutex_;   // of files_
  std::map<base::VaultId, File> files_;
  std::atomic<std::size_t> files_opened_{0};
  std::atomic<bool> wipe_due_{false};
};

}  // namespace hinomi::vault
