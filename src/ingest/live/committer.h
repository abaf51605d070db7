// The intake of the server: gathers deliveries of all inputs, makes them durable together with one sync, and
// only then says so. One thread writes; everything that waits is bounded. Not for reading the journal back.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "ingest/live/intake.h"
#include "os/clock.h"
#include "os/disk.h"
#include "process/live_state.h"
#include "store/journal/writer.h"

namespace hinomi::ingest::live {

struct CommitterOptions {
  std::size_t queue_bytes = 64u << 20;           // of all deliveries that wait
  std::size_t source_share = 4;                  // one source takes at most this part of it, or one delivery
  std::size_t round_bytes = 16u << 20;           // written with one sync
  double warn_percent = 85;                      // of the file system in use
  double refuse_percent = 92;                    // nothing is taken from here on …
  double hysteresis_percent = 1;                 // … until so much less is in use
  std::int64_t keep_ns = 0;                      // of what was judged: older segments go …
  std::uint64_t keep_bytes = ~std::uint64_t{0};  // … and the oldest beyond this size; see Writer::Keep
};

enum class DiskState : std::uint8_t { ok, warn, refusing };

struct SourceCounters {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t refused = 0;  // events that were not taken
  base::TimeNs last_event{};  // 0: none yet
};

struct CommitterStatus {
  store::journal::WriterStatus journal;
  std::uint64_t next_sequence = 0;
  DiskState disk = DiskState::ok;
  os::DiskSpace space;
  double sync_ms_p50 = 0;  // of the last 1,024 commits
  double sync_ms_p99 = 0;
  std::uint64_t failed_commits = 0;
  std::string last_error;
  std::size_t queued_bytes = 0;
};

class Committer final : public Intake {
 public:
  // `writer` is the committer's alone from here on. Publishes LiveState::journal_end and wakes the pipeline.
  struct Parts {
    os::Disk* disk = nullptr;
    const os::Clock* clock = nullptr;
    std::string folder;  // of the journal: whose file system is watched
    process::LiveState* state = nullptr;
    const process::Wakeup* wake_pipeline = nullptr;  // may be null
    std::function<void(const std::string&)> log = [](const std::string&) {};
  };
  Committer(Parts parts, store::journal::Writer writer, const CommitterOptions& options);
  ~Committer() override;

  void offer(Delivery delivery, Done done) override;
  [[nodiscard]] Receipt deliver(Delivery delivery, bool wait_for_room) override;
  [[nodiscard]] std::string resume(SourceId source, std::string_view key) override;

  // Takes nothing more, writes what waits, ends the thread.
  void stop();

  [[nodiscard]] CommitterStatus status();
  [[nodiscard]] SourceCounters counters(SourceId source);

 private:
  struct Waiting {
    Delivery delivery;
    Done done;
    std::size_t bytes = 0;
  };

  // Takes both when it is `stored` (for now: will be written); else leaves them alone and says why not.
  [[nodiscard]] Admission enqueue(Delivery& delivery, Done& done);
  void count_refused(const Delivery& delivery);
  void run();
  void write(std::vector<Waiting> round);
  [[nodiscard]] base::Result<store::journal::Added> add(const Delivery& delivery);
  void count(const Waiting& waiting, const Receipt& receipt);
  void publish();
  void watch_disk();
  void remove_old();
  void note_sync(std::chrono::steady_clock::duration taken);

  Parts parts_;
  CommitterOptions options_;

  std::mutex queue_mutex_;  // guards the queue and its sums
  std::condition_variable queue_filled_;
  std::condition_variable queue_emptied_;
  std::deque<Waiting> queue_;
  std::size_t queued_bytes_ = 0;
  std::map<SourceId, std::size_t> queued_by_source_;
  bool stopping_ = false;

  std::mutex writer_mutex_;  // guards writer_; held for the whole of a round
  store::journal::Writer writer_;

  std::mutex figures_mutex_;  // guards everything below but the atomics
  std::map<SourceId, SourceCounters> counters_;
  std::deque<double> sync_ms_;
  std::uint64_t failed_commits_ = 0;
  std::string last_error_;
  os::DiskSpace space_;
  std::atomic<DiskState> disk_state_{DiskState::ok};
  std::chrono::steady_clock::time_point next_disk_look_{};
  std::chrono::steady_clock::time_point next_removal_{};

  std::thread thread_;
};

}  // namespace hinomi::ingest::live
