// Has files of a followed folder parsed, one after the other on a thread of its own, and delivers their
// records; each batch takes along how far it is. Not for deciding which files (follow.h), nor for parsing
// (worker).
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ingest/live/follow_cursor.h"
#include "ingest/live/input.h"
#include "os/clock.h"
#include "worker/parser_client.h"

namespace hinomi::ingest::live {

class FileParser {
 public:
  struct Job {
    os::FileIdentity identity;
    std::string path;
    os::Descriptor descriptor;
    std::uint64_t size = 0;  // when it was handed over
    FollowCursor cursor;     // events up to `done` were delivered before
  };
  struct Done {
    os::FileIdentity identity;
    std::uint64_t size = 0;
    FollowCursor cursor;
    worker::Verdict verdict;
  };

  // `woken` is called from the thread when something is done. All outlive this object.
  FileParser(worker::ParserClient& client, const SourceInfo& source, Intake& intake, const os::Clock& clock,
             Counters& counters, std::chrono::milliseconds retry, std::function<void()> woken);
  ~FileParser() { stop(); }
  FileParser(const FileParser&) = delete;
  FileParser& operator=(const FileParser&) = delete;

  void add(Job job);
  [[nodiscard]] std::vector<Done> take_done();
  // The intake has no room just now.
  [[nodiscard]] bool waiting() const noexcept { return waiting_; }
  // Ends the file under way; what is not delivered is read again after a start.
  void begin_stop();
  void stop();

 private:
  struct Batch;
  void run();
  [[nodiscard]] Done parse(const Job& job);
  // False: stopped before it was taken.
  [[nodiscard]] bool deliver(const Job& job, Batch& batch, FollowCursor& cursor);
  [[nodiscard]] bool pause();

  worker::ParserClient& client_;
  const SourceInfo& source_;
  Intake& intake_;
  const os::Clock& clock_;
  Counters& counters_;
  const std::chrono::milliseconds retry_;
  const std::function<void()> woken_;

  std::atomic<bool> waiting_{false};
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::vector<Done> done_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hinomi::ingest::live
