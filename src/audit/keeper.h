// Keeps the audit log believable while the server runs: writes down refusals, signs checkpoints each minute
// with new entries and each 1,000 entries, copies them out of the database, and hands one an hour over to be
// anchored. Not for appending (log.h) and not for talking to the authority (anchor.h).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "audit/keys.h"
#include "audit/log.h"
#include "audit/tables.h"
#include "base/result.h"
#include "base/time.h"
#include "os/clock.h"
#include "store/sql/database.h"
#include "trust/timestamp.h"

namespace hinomi::audit {

inline constexpr std::chrono::seconds kCheckpointEach{60};
inline constexpr std::uint64_t kCheckpointEntries = 1000;
inline constexpr std::chrono::seconds kAnchorEach{3600};

struct KeeperStatus {
  std::uint64_t size = 0;  // entries of all logs
  std::optional<base::TimeNs> last_checkpoint;
  std::optional<base::TimeNs> last_anchor;  // the time that was stamped
  std::string authority;                    // its address; empty: none is configured
  std::string authority_problem;            // why the last try failed; empty: it did not
  std::string problem;                      // what makes the log not believable; empty: nothing
};

class Keeper {
 public:
  struct Parts {
    store::sql::Database* database = nullptr;
    Log* log = nullptr;
    const Keys* keys = nullptr;
    const os::Clock* clock = nullptr;
    std::string folder;   // "DIR/audit": checkpoints/ and anchors/ are made below
    std::string outside;  // a further folder for copies of checkpoints; empty: none
    std::string authority;
    std::shared_ptr<const trust::TimestampTrust> trust;  // judges its answers; null: there is none
    std::function<void(const std::string&)> say;
  };
  // Makes the folders and compares the database with the copies of its checkpoints: what does not fit is a
  // problem that is logged and shown, not an error, since a restored backup must come up.
  [[nodiscard]] static base::Result<std::unique_ptr<Keeper>> open(Parts parts);
  // Ends the thread, writes the refusals that wait and signs what is not signed yet.
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Does what is due by the clock, now and then; on a thread of its own from run_in_background() on.
  void step();
  void run_in_background();

  // A checkpoint of all entries of one log, now.
  [[nodiscard]] base::Result<std::optional<CheckpointRow>> sign(base::OrganisationId organisation);
  [[nodiscard]] KeeperStatus status() const;

 private:
  using Moment = std::chrono::steady_clock::time_point;
  explicit Keeper(Parts parts) : parts_(std::move(parts)) {}

  void run();
  void write_refusals(std::vector<Refusal> refusals);
  void sign_all();
  void copy_out(base::OrganisationId organisation, const std::string& folder);
  void compare_with_copies(const std::string& folder);
  [[nodiscard]] bool hand_over();  // false: there is nothing new to anchor
  void take_in();
  [[nodiscard]] base::Result<bool> take_in(const std::string& name, base::OrganisationId organisation,
                                           std::uint64_t size);
  void refresh();
  void wrong(const std::string& problem);
  [[nodiscard]] std::string checkpoint_folder() const { return parts_.folder + "/checkpoints"; }
  [[nodiscard]] std::string anchor_folder() const { return parts_.folder + "/anchors"; }

  Parts parts_;
  std::mutex work_;  // one step or sign() at a time; of the four below
  std::optional<Moment> checked_;
  std::optional<Moment> handed_over_;
  std::optional<Moment> refreshed_;
  std::uint64_t appended_then_ = 0;

  mutable std::mutex mutex_;  // of the two below
  KeeperStatus status_;
  bool stopping_ = false;
  std::condition_variable stop_called_;
  std::thread thread_;
};

}  // namespace hinomi::audit
