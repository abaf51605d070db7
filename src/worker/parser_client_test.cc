#include "worker/parser_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <functional>

#include "os/sandbox.h"
#include "os/sanitized.h"
#include "os/testing/scratch_folder.h"
#include "process/live_state.h"
#include "worker/testing/sample_files.h"
#include "worker/zygote.h"

namespace hinomi::worker {
namespace {

using parse::archive::compressed;
using parse::archive::write_archive;
using std::chrono::milliseconds;

// A child process that runs `work` and is killed with this object.
class Child {
 public:
  explicit Child(const std::function<void()>& work) : pid_(::fork()) {
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      work();
      ::_exit(0);
    }
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_;
};

struct Ends {
  Ends() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    client = os::Descriptor(ends[0]);
    zygote = os::Descriptor(ends[1]);
  }
  os::Descriptor client;
  os::Descriptor zygote;
};

ZygoteOptions zygote_options() {
  ZygoteOptions options;
  if (os::kSanitized) options.sandbox_parts = 0;
  return options;
}

// A real zygote in a process of its own, and its client here.
class Service {
 public:
  explicit Service(const ZygoteOptions& options = zygote_options(), const ClientOptions& client_options = {})
      : options_(options), state_(process::SharedState::create()) {
    client_ = std::make_unique<ParserClient>(os::Descriptor(::dup(ends_.client.get())), client_options);
    start();
  }
  void start() {
    zygote_ = std::make_unique<Child>([this] {
      ends_.client.reset();
      client_.reset();
      const auto ended = run_zygote(os::Descriptor(::dup(ends_.zygote.get())), &*state_, options_);
      if (!ended) std::fprintf(stderr, "zygote: %s\n", ended.error().message.c_str());
    });
  }
  void kill_zygote() { zygote_->kill(); }
  [[nodiscard]] process::LiveState& state() const { return **state_; }
  ParserClient& client() { return *client_; }

  struct Parsed {
    Verdict verdict;
    std::vector<std::string> records;
    std::vector<std::string> entries;
  };
  Parsed parse(std::string_view bytes, const Request& request = {}) {
    Parsed parsed;
    auto input = SealedInput::of_bytes(bytes);
    EXPECT_TRUE(input);
    parsed.verdict = client_->parse(*input, request, [&](const ParsedRecord& record) {
      parsed.records.emplace_back(record.text);
      parsed.entries.emplace_back(record.entry);
      return true;
    });
    return parsed;
  }

 private:
  Ends ends_;
  ZygoteOptions options_;
  base::Result<process::SharedState> state_;
  std::unique_ptr<ParserClient> client_;
  std::unique_ptr<Child> zygote_;
};

constexpr std::uint32_t kIndispensable = process::kSandboxRlimits | process::kSandboxSeccomp;

TEST(ParserClient, an_event_log_is_parsed_in_a_sandbox) {
  Service service;
  const auto parsed = service.parse(event_log(1000), {.kind = ParserKind::evtx, .limits = {}});
  EXPECT_EQ(parsed.verdict.outcome, Outcome::complete) << parsed.verdict.reason;
  EXPECT_EQ(parsed.records.size(), 1000U);
  EXPECT_NE(parsed.records.back().find("\"Number\":\"1000\""), std::string::npos);
  if (!os::kSanitized) {
    EXPECT_EQ(parsed.verdict.level & kIndispensable, kIndispensable);
    EXPECT_EQ(parsed.verdict.level, service.state().sandbox);
  }
}

TEST(ParserClient, every_kind_of_archive_is_parsed_in_a_sandbox) {
  Service service;
  const std::string log = event_log(2);
  for (const char* format : {"zip", "ustar", "pax", "7zip"}) {
    const auto parsed =
        service.parse(write_archive({.format = format}, {{.name = "\xE6\x97\xA5.txt", .content = "a\nb\n"},
                                                         {.name = "l.evtx", .content = log}}));
    EXPECT_EQ(parsed.verdict.outcome, Outcome::complete) << format << ": " << parsed.verdict.reason;
    EXPECT_EQ(parsed.records.size(), 4U) << format;
    ASSERT_FALSE(parsed.entries.empty());
    EXPECT_EQ(parsed.entries.back(), "!l.evtx");
  }
  for (const char* filter : {"gzip", "zstd", "xz", "bzip2"}) {
    const auto parsed = service.parse(compressed(filter, "{\"a\":1}\n", 1000));
    EXPECT_EQ(parsed.verdict.outcome, Outcome::complete) << filter << ": " << parsed.verdict.reason;
    EXPECT_EQ(parsed.records.size(), 1000U);
  }
}

TEST(ParserClient, attacking_archives_do_no_harm) {
  Service service;
  const auto slip =
      service.parse(write_archive({}, {{.name = "../../../../tmp/hinomi-slip", .content = "x\n"}}));
  EXPECT_EQ(slip.verdict.outcome, Outcome::complete);
  EXPECT_EQ(slip.entries, std::vector<std::string>{"!../../../../tmp/hinomi-slip"});
  EXPECT_NE(::access("/tmp/hinomi-slip", F_OK), 0);
  const auto links = service.parse(tar_with_links());
  EXPECT_EQ(links.records, std::vector<std::string>{"only line"});
  const auto zeros = service.parse(bomb(3));
  EXPECT_EQ(zeros.verdict.outcome, Outcome::partial);
  EXPECT_GT(zeros.verdict.inputs_not_read, 0U);
  EXPECT_FALSE(zeros.verdict.reason.empty());
  EXPECT_EQ(service.parse("still here\n").verdict.outcome, Outcome::complete);
}

TEST(ParserClient, damage_leaves_what_was_read_before_it) {
  Service service;
  std::string log = event_log(2000);
  log.resize(log.size() - 100'000);
  const auto parsed = service.parse(log);
  EXPECT_EQ(parsed.verdict.outcome, Outcome::partial);
  EXPECT_GT(parsed.records.size(), 500U);
  EXPECT_FALSE(parsed.verdict.reason.empty());
  const auto unknown = service.parse(std::string("\x00\x01\x02\x03", 4));
  EXPECT_EQ(unknown.verdict.outcome, Outcome::partial);
  EXPECT_EQ(unknown.verdict.inputs_not_read, 1U);
}

TEST(ParserClient, reads_files_by_path_and_says_why_it_cannot) {
  Service service;
  const os::ScratchFolder folder;
  std::size_t records = 0;
  const auto count = [&](const ParsedRecord&) { return ++records > 0; };
  EXPECT_EQ(service.client().parse(folder.write("f", "a\nb\n"), {}, count).outcome, Outcome::complete);
  EXPECT_EQ(records, 2U);
  EXPECT_EQ(service.client().parse(folder / "missing", {}, count).outcome, Outcome::unreadable);
}

TEST(ParserClient, a_worker_without_memory_dies_alone) {
  if (os::kSanitized) GTEST_SKIP() << "memory is not limited under a sanitizer";
  Service service;
  Request request;
  request.limits.memory_bytes = 8 << 20;
  request.limits.max_record_bytes = 64 << 20;
  const auto parsed = service.parse("[\n\"" + std::string(32 << 20, 'x') + "\"\n]\n", request);
  EXPECT_EQ(parsed.verdict.outcome, Outcome::died) << parsed.verdict.reason;
  EXPECT_EQ(service.parse("a\n").verdict.outcome, Outcome::complete);
  EXPECT_EQ(service.state().workers_died, 1U);
}

TEST(ParserClient, a_stopped_file_frees_its_place) {
  ZygoteOptions options = zygote_options();
  options.max_workers = 1;
  Service service(options);
  std::string many;
  for (int i = 0; i < 400'000; ++i) many += "a line of some length that fills the socket\n";
  const auto input = SealedInput::of_bytes(many);
  std::size_t seen = 0;
  const Verdict stopped =
      service.client().parse(*input, {}, [&](const ParsedRecord&) { return ++seen < 10; });
  EXPECT_EQ(stopped.outcome, Outcome::stopped);
  EXPECT_EQ(seen, 10U);
  EXPECT_FALSE(stopped.file_is_done());
  // The zygote kills the worker as soon as it sees that nobody listens.
  Outcome outcome = Outcome::refused_busy;
  for (int i = 0; i < 10'000 && outcome == Outcome::refused_busy; ++i)
    outcome = service.parse("a\n").verdict.outcome;
  EXPECT_EQ(outcome, Outcome::complete);
}

TEST(ParserClient, can_be_told_to_stop_while_it_waits) {
  Service service;
  const auto input = SealedInput::of_bytes("a\nb\n");
  std::size_t asked = 0;
  const Verdict verdict = service.client().parse(
      *input, {}, [](const ParsedRecord&) { return true; }, [&] { return ++asked > 0; });
  EXPECT_EQ(verdict.outcome, Outcome::stopped);
  EXPECT_EQ(asked, 1U);
}

TEST(ParserClient, more_files_than_allowed_are_refused_at_both_ends) {
  ZygoteOptions options = zygote_options();
  options.max_workers = 1;
  {
    Service service(options, {.max_at_once = 8});
    Outcome inner = Outcome::complete;
    const auto lines = SealedInput::of_bytes("a\nb\n");
    // While the first file's record is handed on, its worker may have ended: only one that cannot end counts.
    std::string many;
    for (int i = 0; i < 200'000; ++i) many += "fills the socket so that the worker waits\n";
    const auto large = SealedInput::of_bytes(many);
    const Verdict outer = service.client().parse(*large, {}, [&](const ParsedRecord&) {
      inner = service.client().parse(*lines, {}, [](const ParsedRecord&) { return true; }).outcome;
      return false;
    });
    EXPECT_EQ(outer.outcome, Outcome::stopped);
    EXPECT_EQ(inner, Outcome::refused_busy);
  }
  {
    Service service(zygote_options(), {.max_at_once = 1});
    Outcome inner = Outcome::complete;
    const auto lines = SealedInput::of_bytes("a\n");
    const Verdict outer = service.client().parse(*lines, {}, [&](const ParsedRecord&) {
      inner = service.client().parse(*lines, {}, [](const ParsedRecord&) { return true; }).outcome;
      return true;
    });
    EXPECT_EQ(outer.outcome, Outcome::complete);
    EXPECT_EQ(inner, Outcome::refused_busy);
  }
}

TEST(ParserClient, the_death_of_the_zygote_is_noticed_and_the_next_serves_the_same_client) {
  Service service;
  std::string many;
  for (int i = 0; i < 400'000; ++i) many += "a line of some length that fills the socket\n";
  const auto input = SealedInput::of_bytes(many);
  bool killed = false;
  std::size_t seen = 0;
  const Verdict verdict = service.client().parse(*input, {}, [&](const ParsedRecord&) {
    if (!killed) service.kill_zygote();
    killed = true;
    ++seen;
    return true;
  });
  EXPECT_EQ(verdict.outcome, Outcome::unavailable) << verdict.reason;
  EXPECT_FALSE(verdict.file_is_done());
  EXPECT_EQ(verdict.records, seen);
  service.start();
  EXPECT_EQ(service.parse("a\n").verdict.outcome, Outcome::complete);
}

TEST(ParserClient, round_trips_are_quick) {
  Service service;
  std::vector<std::int64_t> measured;
  for (int i = 0; i < 200; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(service.parse("one line\n").verdict.outcome, Outcome::complete);
    measured.push_back(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::sort(measured.begin(), measured.end());
  std::printf("round trip of a small file: p50 %.2f ms, p95 %.2f ms; level %u\n",
              static_cast<double>(measured[100]) / 1000, static_cast<double>(measured[190]) / 1000,
              service.state().sandbox.load());
  const std::string log = event_log(20'000);
  const auto begin = std::chrono::steady_clock::now();
  const auto parsed = service.parse(log);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_EQ(parsed.verdict.outcome, Outcome::complete);
  std::printf("event log of %.1f MiB, %zu records: %lld ms\n", static_cast<double>(log.size()) / (1 << 20),
              parsed.records.size(), static_cast<long long>(took));
  EXPECT_LT(measured[100], 500'000);  // only a hang is caught here
}

TEST(Zygote, weaker_systems_are_visible) {
  if (os::kSanitized) GTEST_SKIP() << "there is no sandbox under a sanitizer";
  ZygoteOptions options;
  options.sandbox_parts = kIndispensable;
  Service service(options);
  const auto parsed = service.parse(write_archive({.format = "7zip"}, {{.name = "x", .content = "a\n"}}));
  EXPECT_EQ(parsed.verdict.outcome, Outcome::complete) << parsed.verdict.reason;
  EXPECT_EQ(parsed.verdict.level, kIndispensable);
  EXPECT_EQ(service.state().sandbox, kIndispensable);
}

TEST(Zygote, a_worker_that_lives_too_long_is_killed) {
  ZygoteOptions options = zygote_options();
  options.longest_life = std::chrono::seconds(1);
  Service service(options);
  std::string many;
  for (int i = 0; i < 400'000; ++i) many += "a line of some length that fills the socket\n";
  const auto input = SealedInput::of_bytes(many);
  const Verdict verdict = service.client().parse(*input, {}, [&](const ParsedRecord&) {
    while (service.state().workers_died == 0) ::sched_yield();  // a reader that is far too slow
    return true;
  });
  EXPECT_EQ(verdict.outcome, Outcome::timed_out) << verdict.reason;
  EXPECT_GT(verdict.records, 0U);
}

// ---- requests that no client would send

Status answer_to(std::string_view bytes, int input) {
  Ends ends;
  const Child zygote([&] { (void)run_zygote(std::move(ends.zygote), nullptr, zygote_options()); });
  std::array<int, 2> status{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status.data()), 0);
  const os::Descriptor here(status[0]);
  os::Descriptor there(status[1]);
  std::string content(bytes);
  iovec part{.iov_base = content.data(), .iov_len = content.size()};
  const std::array<int, 3> given{input, there.get(), there.get()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof given)> room{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof given);
  std::memcpy(CMSG_DATA(header), given.data(), sizeof given);
  EXPECT_GT(::sendmsg(ends.client.get(), &message, 0), 0);
  there.reset();
  std::array<char, kMaxStatusBytes> answer{};
  const ssize_t got = ::recv(here.get(), answer.data(), answer.size(), 0);
  return decode_status({answer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))})
      .value_or(Status{});
}

TEST(Zygote, refuses_inputs_that_can_change_and_requests_that_are_none) {
  const auto sealed = SealedInput::of_bytes("a\n");
  ASSERT_TRUE(sealed);
  const os::ScratchFolder folder;
  const os::Descriptor file(::open(folder.write("f", "a\n").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(answer_to(encode(Request{}), file.get()).kind, StatusKind::refused);
  EXPECT_EQ(answer_to("nonsense", sealed->descriptor()).kind, StatusKind::refused);
  EXPECT_EQ(answer_to(std::string(1000, 'x'), sealed->descriptor()).kind, StatusKind::refused);
}

// ---- workers that were taken over

// Stands in for zygote and worker: takes one request and does `what` with its output and status sockets.
Verdict against(const std::function<void(int output, int status)>& what,
                milliseconds patience = milliseconds(20'000), const ParseLimits& limits = {},
                milliseconds start_patience = milliseconds(20'000)) {
  Ends ends;
  const Child impostor([&] {
    ends.client.reset();
    std::array<char, kMaxRequestBytes> bytes{};
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 3)> room{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    if (::recvmsg(ends.zygote.get(), &message, 0) <= 0) return;
    std::array<int, 3> given{};
    std::memcpy(given.data(), CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof given);
    ::signal(SIGPIPE, SIG_IGN);
    what(given[1], given[2]);
  });
  ParserClient client(
      std::move(ends.client),
      {.max_at_once = 1, .max_input_bytes = 1 << 20, .start_patience = start_patience, .patience = patience});
  ends.zygote.reset();
  const auto input = SealedInput::of_bytes("x\n");
  return client.parse(*input, {.kind = ParserKind::any, .limits = limits},
                      [](const ParsedRecord&) { return true; });
}

void say(int status, const Status& what) {
  const std::string bytes = encode(what);
  [[maybe_unused]] const ssize_t sent = ::send(status, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}
bool put(int output, std::string_view bytes) {
  return ::send(output, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}
std::string greeting() {
  std::string bytes;
  encode(Message{}, bytes);
  Message input;
  input.kind = MessageKind::input;
  encode(input, bytes);
  return bytes;
}
std::string a_record(std::size_t size) {
  const std::string text(size, 'x');
  Message record;
  record.kind = MessageKind::record;
  record.text = text;
  std::string bytes;
  encode(record, bytes);
  return bytes;
}

TEST(HostileWorker, lying_lengths_are_noticed) {
  const Verdict verdict = against([](int output, int status) {
    say(status, {.kind = StatusKind::started});
    put(output, greeting() + std::string("\xff\xff\xff\x7f\x03", 5));
    while (put(output, std::string(65536, 'x'))) {
    }
  });
  EXPECT_EQ(verdict.outcome, Outcome::untrustworthy) << verdict.reason;
}

TEST(HostileWorker, a_flood_is_cut_off) {
  ParseLimits limits;
  limits.max_output_bytes = 10 << 20;
  const Verdict verdict = against(
      [](int output, int status) {
        say(status, {.kind = StatusKind::started});
        put(output, greeting());
        const std::string record = a_record(10'000);
        while (put(output, record)) {
        }
      },
      milliseconds(20'000), limits);
  EXPECT_EQ(verdict.outcome, Outcome::untrustworthy) << verdict.reason;
  EXPECT_LE(verdict.records, (10U << 20) / 10'000);
}

TEST(HostileWorker, descriptors_it_sends_are_not_taken) {
  const auto open_descriptors = [] {
    int count = 0;
    for (int fd = 0; fd < 256; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
  };
  const int before = open_descriptors();
  const Verdict verdict = against([](int output, int status) {
    say(status, {.kind = StatusKind::started});
    std::string bytes = greeting();
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int one = 0;
    std::memcpy(CMSG_DATA(header), &one, sizeof one);
    ::sendmsg(output, &message, MSG_NOSIGNAL);
    ::sendmsg(status, &message, MSG_NOSIGNAL);
  });
  EXPECT_NE(verdict.outcome, Outcome::complete);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(HostileWorker, an_end_without_the_last_word_is_not_trusted) {
  const Verdict verdict = against([](int output, int status) {
    say(status, {.kind = StatusKind::started});
    put(output, greeting() + a_record(10));
    say(status, {.kind = StatusKind::ended});
    ::close(output);
  });
  EXPECT_EQ(verdict.outcome, Outcome::untrustworthy);
  EXPECT_EQ(verdict.records, 1U);
}

TEST(HostileWorker, a_crash_keeps_what_was_read) {
  const Verdict verdict = against([](int output, int status) {
    say(status, {.kind = StatusKind::started});
    put(output, greeting() + a_record(10) + a_record(10).substr(0, 8));
    ::close(output);
    say(status, {.kind = StatusKind::ended, .exit_code = 0, .signal = SIGSEGV});
  });
  EXPECT_EQ(verdict.outcome, Outcome::died);
  EXPECT_EQ(verdict.signal, SIGSEGV);
  EXPECT_EQ(verdict.records, 1U);
}

TEST(HostileWorker, silence_ends_by_the_clock) {
  const Verdict silent = against(
      [](int output, int status) {
        say(status, {.kind = StatusKind::started});
        put(output, greeting());
        ::pause();
      },
      milliseconds(50));
  EXPECT_EQ(silent.outcome, Outcome::timed_out);
  // One that sends a byte now and then does not get more time by that.
  const Verdict dripping = against(
      [](int output, int status) {
        say(status, {.kind = StatusKind::started});
        put(output, greeting());
        const std::string record = a_record(60'000);
        for (const char byte : record) {
          ::poll(nullptr, 0, 5);
          if (!put(output, {&byte, 1})) return;
        }
      },
      milliseconds(200));
  EXPECT_EQ(dripping.outcome, Outcome::timed_out);
  const Verdict deaf = against([](int, int) { ::pause(); }, milliseconds(20'000), {}, milliseconds(50));
  EXPECT_EQ(deaf.outcome, Outcome::unavailable);
}

TEST(HostileWorker, nonsense_from_the_zygote_is_no_verdict) {
  const Verdict verdict = against([](int, int status) { put(status, "nonsense"); });
  EXPECT_EQ(verdict.outcome, Outcome::unavailable);
  const Verdict gone = against([](int, int) {});
  EXPECT_EQ(gone.outcome, Outcome::unavailable);
}

}  // namespace
}  // namespace hinomi::worker
