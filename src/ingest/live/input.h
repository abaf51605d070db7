// What every input is to the server: something that is started, stopped, and can be asked how it goes.
// Not for the inputs' own work; each has a header of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/live/intake.h"

namespace hinomi::ingest::live {

enum class InputState : std::uint8_t {
  stopped,  // not started yet, or ended
  running,
  waiting,       // the intake takes nothing just now: the queue or the disk is full
  degraded,      // works, but not for everything; `error` says what is left out
  needs_parser,  // files that only the parser process can read wait for it
  failed,        // does not work; `error` says why
};

// "running", …: a stable word for machine output.
[[nodiscard]] std::string_view name_of(InputState state) noexcept;

// One followed file, now.
struct FileStatistics {
  std::string path;        // hostile; empty: of a file that could not be opened, named in `problem`
  std::string_view state;  // "text", "parsed", "undecided", "ignored", "unreadable": a stable word
  std::uint64_t size = 0;  // bytes
  std::uint64_t lag = 0;   // of them, not read or not durable yet
  std::string problem;     // hostile; empty: none
};
inline constexpr std::size_t kMaxFilesShown = 50;

// Since the start of the process; 64-bit counters that only grow, except where they say "now".
struct InputStatistics {
  std::string name;
  std::string kind;
  std::string address;
  base::Realm realm = base::Realm::real;
  InputState state = InputState::stopped;
  std::string error;                        // of now; may hold hostile text (paths)
  base::TimeNs last_event{};                // when the last one became durable; 0 = none yet
  std::uint64_t events = 0;                 // durable
  std::uint64_t bytes = 0;                  // of those
  std::uint64_t duplicates = 0;             // events that were durable already
  std::uint64_t dropped = 0;                // lost before they were read: datagrams the kernel threw away
  std::uint64_t refused = 0;                // read, but lost: not taken by the intake, or not whole
  std::uint64_t cut = 0;                    // stored without their end, because too long
  std::uint64_t framing_errors = 0;         // connections closed for what they sent
  std::uint64_t connections = 0;            // now
  std::uint64_t connections_refused = 0;    // beyond a limit
  std::uint64_t lag_bytes = 0;              // now: there to be read, or read and not durable yet
  std::uint64_t files = 0;                  // now: followed
  std::vector<FileStatistics> shown_files;  // of these kMaxFilesShown at most: problems first, then by lag
  std::uint64_t receive_buffer = 0;         // bytes the kernel gave a datagram socket
};

// The counters behind InputStatistics. Safe from any thread.
class Counters {
 public:
  std::atomic<std::uint64_t> events{0}, bytes{0}, duplicates{0}, dropped{0}, refused{0}, cut{0},
      framing_errors{0};
  std::atomic<std::uint64_t> connections{0}, connections_refused{0}, lag_bytes{0}, files{0},
      receive_buffer{0};
  std::atomic<std::int64_t> last_event_ns{0};

  // A delivery that was answered: counts what is durable now.
  void count(const Receipt& receipt, std::uint64_t delivered_bytes, base::TimeNs now) noexcept;

  void set_state(InputState state, std::string error = {});
  [[nodiscard]] InputState state() const;
  // Of all files; keeps those that are shown.
  void show_files(std::vector<FileStatistics> all);
  void fill(InputStatistics& statistics) const;

 private:
  mutable std::mutex mutex_;  // guards what follows
  InputState state_ = InputState::stopped;
  std::string error_;
  std::vector<FileStatistics> shown_files_;
};

class Input {
 public:
  Input() = default;
  virtual ~Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // Opens what it needs and starts its thread. An error leaves it stopped, in state failed. Once only.
  [[nodiscard]] virtual base::Result<void> start() = 0;
  // Takes nothing new any more; returns at once.
  virtual void begin_stop() = 0;
  // Waits until what had arrived is delivered, or the time for it is over. Without start() it does nothing.
  virtual void stop() = 0;

  [[nodiscard]] virtual const SourceInfo& source() const noexcept = 0;
  [[nodiscard]] virtual InputStatistics statistics() const = 0;
};

}  // namespace hinomi::ingest::live
