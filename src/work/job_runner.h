// Runs jobs: takes waiting ones under a lease, calls the function of their kind on a thread of its own, says
// how far they are, and writes what became of them. Several servers on one database share the work: a job
// runs on one at a time, and goes on from its resume token on another when its server is gone. Not for what
// jobs do.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "record/engine.h"
#include "work/job_book.h"
#include "work/notice_board.h"
#include "work/people.h"

namespace hinomi::work {

inline constexpr std::size_t kMaxResumeToken = 32UL * 1024;  // bytes, UTF-8
inline constexpr std::size_t kMaxJobResult = 16UL * 1024;

struct RunningJob;

// What a job function has. Calls are cheap except where said; on the thread of the job.
class JobContext {
 public:
  JobContext(RunningJob& running, record::Engine& engine, People& people)
      : running_(running), engine_(engine), people_(people) {}

  [[nodiscard]] const base::RecordId& id() const noexcept;
  [[nodiscard]] std::string_view arguments() const noexcept;
  // Where an earlier attempt said that it stood; empty: from the beginning.
  [[nodiscard]] const std::string& resume() const noexcept;
  // How much was done when that token was set.
  [[nodiscard]] std::uint64_t resume_done() const noexcept;
  void progress(std::uint64_t done, std::uint64_t total);
  // What is done so far need not be done again. Stored within a second; with write(), at once.
  void set_resume(std::string token);
  void log(std::string_view line);  // English, safe to show
  // Somebody wants it to stop, the server is shut down, or the lease is lost: return soon, whatever the
  // value.
  [[nodiscard]] bool is_cancelled() const noexcept;

  // Who asked, with what they may do now: read anew by every call (a query). `stepped_up`: they had proved
  // who they are when they asked.
  [[nodiscard]] base::Result<access::Principal> who(bool stepped_up = false);
  // For calls of the engine in the name of `who`: their transactions end when the lease is lost.
  [[nodiscard]] record::Context context(const access::Principal& who) const;
  // A transaction of the job itself, with the progress and the token that were set before it.
  [[nodiscard]] base::Result<void> write(
      const std::function<base::Result<void>(store::sql::Connection&)>& work);
  [[nodiscard]] record::Engine& engine() noexcept { return engine_; }

 private:
  RunningJob& running_;
  record::Engine& engine_;
  People& people_;
};

// The result (JSON), or why it failed; unavailable and io are tried again, the rest is final.
using JobFunction = std::function<base::Result<std::string>(JobContext&)>;

struct JobKind {
  JobFunction run;
  schedule::RetryPolicy retry{};
  bool as_program = false;   // has all rights, whoever asked
  bool on_schedule = false;  // people may have it done by a schedule
};
using JobKinds = std::map<std::string, JobKind, std::less<>>;

// Short work that is to be looked for again and again: what has expired.
using Sweep = std::function<base::Result<void>()>;

class JobRunner {
 public:
  static constexpr std::chrono::milliseconds kBeat{250};  // progress, cancel, leases
  static constexpr std::chrono::seconds kLook{1};         // schedules and lost leases
  static constexpr std::chrono::seconds kSweep{10};
  static constexpr std::chrono::milliseconds kIdle{500};  // until waiting jobs are looked for again

  struct Parts {
    JobBook* book = nullptr;
    People* people = nullptr;
    NoticeBoard* notices = nullptr;
    JobKinds kinds;
    std::string server;  // unlike that of every other runner
    std::size_t threads = 2;
    std::vector<Sweep> sweeps;  // schedules too (scheduler.h), each kLook
    std::vector<Sweep> slow_sweeps;
    // Of what could not be written or looked for; English.
    std::function<void(const std::string&)> say;
  };
  explicit JobRunner(Parts parts);
  ~JobRunner();
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  // Threads of its own from here to stop(). stop() releases what runs, for another server to go on with.
  void start();
  void stop();
  // A job may be waiting.
  void wake();

  // The parts of what the threads do; for tests, and before start() only.
  [[nodiscard]] base::Result<bool> run_one();  // false: none was waiting
  void beat();
  [[nodiscard]] base::Result<void> look();  // lost leases, then the sweeps

 private:
  [[nodiscard]] base::Result<std::unique_ptr<RunningJob>> claim();
  void run(RunningJob& running);
  [[nodiscard]] base::Result<void> end(RunningJob& running, const base::Result<std::string>& outcome);
  [[nodiscard]] base::Result<void> report(RunningJob& running);
  [[nodiscard]] base::Result<void> expire_lost();
  [[nodiscard]] base::Result<void> tell(store::sql::Connection& connection, const record::Context& context,
                                        const record::Record& job);
  void say(const std::string& text) const;
  void work_on();
  void keep();

  Parts parts_;
  record::Engine& engine_;
  std::vector<std::string> kinds_;
  const access::Principal program_ = access::system_principal();
  std::mutex mutex_;  // of running_, stopping_
  std::condition_variable woken_;
  std::vector<RunningJob*> running_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace hinomi::work
