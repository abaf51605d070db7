#include "worker/parser_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "os/clock.h"
#include "os/sandbox.h"

namespace hinomi::worker {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr milliseconds kStopInterval{100};
constexpr int kOutOfMemoryExit = 4;  // zygote.cc

struct Pair {
  os::Descriptor here;
  os::Descriptor there;
};

std::optional<Pair> make_pair(int type) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0) return std::nullopt;
  return Pair{os::Descriptor(ends[0]), os::Descriptor(ends[1])};
}

// One file on its way: reads the two sockets until both have said all.
class Conversation {
 public:
  Conversation(os::Descriptor output, os::Descriptor status, const ParseLimits& limits,
               const ParserClient::OnRecord& on_record, const os::StopCheck& stop)
      : output_(std::move(output)),
        status_(std::move(status)),
        decoder_(limits),
        on_record_(on_record),
        stop_(stop) {
    buffer_.resize(kReadBytes);
  }

  Verdict run(milliseconds start_patience, milliseconds patience) {
    std::chrono::nanoseconds left = start_patience;
    while (!over_) {
      std::array<pollfd, 2> waiting{};
      waiting[0] = {.fd = output_.get(), .events = POLLIN, .revents = 0};  // -1 once it is closed
      waiting[1] = {.fd = status_.get(), .events = POLLIN, .revents = 0};
      const auto begin = clock_.steady();
      ::poll(waiting.data(), waiting.size(), timeout_of(left));
      const bool was_started = started_;
      left -= clock_.steady() - begin;
      if (left.count() <= 0) {
        give_up(started_ ? Outcome::timed_out : Outcome::unavailable,
                started_ ? "the worker took too long" : "no parser process answers");
        break;
      }
      if (stop_ && stop_()) {
        give_up(Outcome::stopped, "it was told to stop");
        break;
      }
      // What the worker wrote comes first: its end is told only after that.
      if (waiting[0].revents != 0) read_output();
      if (!over_ && waiting[1].revents != 0) read_status();
      if (started_ && !was_started) left = patience;
    }
    return std::move(verdict_);
  }

 private:
  [[nodiscard]] int timeout_of(std::chrono::nanoseconds left) const {
    const milliseconds longest = stop_ ? kStopInterval : milliseconds(3'600'000);
    return static_cast<int>(std::min(std::chrono::ceil<milliseconds>(left), longest).count());
  }

  void give_up(Outcome outcome, std::string reason) {
    verdict_.outcome = outcome;
    verdict_.reason = std::move(reason);
    over_ = true;  // closing the status socket has the worker killed
  }

  void read_output() {
    const ssize_t got = ::recv(output_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) {
      output_.reset();
      if (ended_) conclude(*ended_);
      return;
    }
    const auto fed = decoder_.feed({buffer_.data(), static_cast<std::size_t>(got)},
                                   [this](const Message& message) { return take(message); });
    if (!fed) return give_up(Outcome::untrustworthy, fed.error().message);
    if (decoder_.stopped()) give_up(Outcome::stopped, "the reader had enough");
  }

  bool take(const Message& message) {
    switch (message.kind) {
      case MessageKind::hello:
        verdict_.level = message.level;
        break;
      case MessageKind::input:
        type_ = message.type;
        entry_ = message.text;
        break;
      case MessageKind::record:
        ++verdict_.records;
        return on_record_({.kind = message.record_kind,
                           .type = type_,
                           .entry = entry_,
                           .number = message.number,
                           .text = message.text});
      case MessageKind::problem:
        ++verdict_.lost;
        note(message.reason);
        break;
      case MessageKind::input_ends:
        ++verdict_.inputs;
        verdict_.lost += std::min<std::uint64_t>(message.number, UINT64_MAX - verdict_.lost);
        if (!was_read(message.state)) {
          ++verdict_.inputs_not_read;
          note(std::string(message.text) + (message.text.empty() ? "" : ": ") +
               (message.reason.empty() ? std::string(ingest::name_of(message.state))
                                       : std::string(message.reason)));
        }
        break;
      case MessageKind::end:
        verdict_.lost = std::max(verdict_.lost, message.problems);
        break;
    }
    return true;
  }

  static bool was_read(ingest::InputState state) {
    return state == ingest::InputState::read || state == ingest::InputState::opened ||
           state == ingest::InputState::skipped_empty;
  }

  void note(std::string_view reason) {
    if (first_problem_.empty()) first_problem_ = reason;
  }

  void read_status() {
    std::array<char, kMaxStatusBytes> bytes{};
    const ssize_t got = ::recv(status_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) return give_up(Outcome::unavailable, "the process that parsers are started from ended");
    const auto status = decode_status({bytes.data(), static_cast<std::size_t>(got)});
    if (!status)
      return give_up(Outcome::unavailable, "the process that parsers are started from speaks nonsense");
    switch (status->kind) {
      case StatusKind::started:
        started_ = true;
        return;
      case StatusKind::busy:
        return give_up(Outcome::refused_busy, "as many files as are allowed are being parsed");
      case StatusKind::refused:
        return give_up(Outcome::unavailable, "the request was refused");
      case StatusKind::failed:
        return give_up(Outcome::unavailable, "no worker could be started");
      case StatusKind::ended:
        ended_ = *status;
        if (!output_.valid()) conclude(*status);
        return;
    }
  }

  // Both have ended.
  void conclude(const Status& ended) {
    over_ = true;
    verdict_.cpu_ms = ended.cpu_ms;
    verdict_.signal = ended.signal;
    if (ended.out_of_time) return give_up(Outcome::timed_out, "the worker lived too long");
    if (ended.signal == SIGKILL)
      return give_up(Outcome::timed_out, "the worker used up its processor time, or was killed");
    if (ended.signal != 0)
      return give_up(Outcome::died, std::string("the worker was ended by signal ") +
                                        std::to_string(ended.signal) + " (" + ::strsignal(ended.signal) +
                                        ')');
    if (ended.exit_code == os::kSandboxRefusedExit)
      return give_up(Outcome::unavailable, "this system refuses what the sandbox cannot do without");
    if (ended.exit_code == kOutOfMemoryExit)
      return give_up(Outcome::died, "the worker needed more memory than it may have");
    if (ended.exit_code != 0)
      return give_up(Outcome::died, "the worker ended with exit code " + std::to_string(ended.exit_code));
    if (!decoder_.finish() || !decoder_.ended())
      return give_up(Outcome::untrustworthy, "the worker ended well without saying all");
    const bool whole = verdict_.lost == 0 && verdict_.inputs_not_read == 0;
    verdict_.outcome = whole ? Outcome::complete : Outcome::partial;
    verdict_.reason = first_problem_;
    if (!whole && first_problem_.empty()) verdict_.reason = "records were left out because of a limit";
  }

  os::Descriptor output_;
  os::Descriptor status_;
  OutputDecoder decoder_;
  const ParserClient::OnRecord& on_record_;
  const os::StopCheck& stop_;
  os::SystemClock clock_;
  std::string buffer_;
  Verdict verdict_;
  std::string first_problem_;
  std::string entry_;
  ingest::InputType type_ = ingest::InputType::unknown;
  std::optional<Status> ended_;
  bool started_ = false;
  bool over_ = false;
};

Verdict verdict_of(Outcome outcome, std::string reason) {
  Verdict verdict;
  verdict.outcome = outcome;
  verdict.reason = std::move(reason);
  return verdict;
}

}  // namespace

std::string_view name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::complete:
      return "complete";
    case Outcome::partial:
      return "partial";
    case Outcome::died:
      return "died";
    case Outcome::timed_out:
      return "timed_out";
    case Outcome::untrustworthy:
      return "untrustworthy";
    case Outcome::stopped:
      return "stopped";
    case Outcome::refused_busy:
      return "refused_busy";
    case Outcome::unavailable:
      return "unavailable";
    case Outcome::unreadable:
      return "unreadable";
  }
  return "";
}

// One of the places for files that are being parsed: taken before a file is copied, since copies are memory.
class ParserClient::Slot {
 public:
  explicit Slot(ParserClient& client) : client_(client) {
    taken_ = client_.at_once_.fetch_add(1) < client_.options_.max_at_once;
  }
  ~Slot() { client_.at_once_.fetch_sub(1); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  [[nodiscard]] bool taken() const noexcept { return taken_; }

 private:
  ParserClient& client_;
  bool taken_ = false;
};

ParserClient::ParserClient(os::Descriptor control, ClientOptions options)
    : control_(std::move(control)), options_(options) {}

Verdict ParserClient::parse(const std::string& path, const Request& request, const OnRecord& on_record,
                            const os::StopCheck& stop) {
  const auto file = os::File::open(path);
  if (!file) return verdict_of(Outcome::unreadable, file.error().message);
  return parse(*file, request, on_record, stop);
}

Verdict ParserClient::parse(const os::File& file, const Request& request, const OnRecord& on_record,
                            const os::StopCheck& stop) {
  const Slot slot(*this);
  if (!slot.taken())
    return verdict_of(Outcome::refused_busy, "as many files as are allowed are being parsed");
  const auto input = SealedInput::of_file(file, options_.max_input_bytes);
  if (!input) return verdict_of(Outcome::unreadable, input.error().message);
  return parse_in_slot(*input, request, on_record, stop);
}

Verdict ParserClient::parse(const SealedInput& input, const Request& request, const OnRecord& on_record,
                            const os::StopCheck& stop) {
  const Slot slot(*this);
  if (!slot.taken())
    return verdict_of(Outcome::refused_busy, "as many files as are allowed are being parsed");
  return parse_in_slot(input, request, on_record, stop);
}

Verdict ParserClient::parse_in_slot(const SealedInput& input, const Request& request,
                                    const OnRecord& on_record, const os::StopCheck& stop) {
  auto output = make_pair(SOCK_STREAM);
  auto status = make_pair(SOCK_SEQPACKET);
  if (!output || !status) return verdict_of(Outcome::unavailable, "no sockets for a parser worker");
  ::shutdown(output->here.get(), SHUT_WR);
  if (!send_request(request, input.descriptor(), output->there.get(), status->there.get()))
    return verdict_of(Outcome::unavailable, "no parser process takes requests");
  output->there.reset();  // so that the stream ends with the worker
  status->there.reset();
  const std::uint64_t cpu =
      request.limits.cpu_seconds != 0 ? request.limits.cpu_seconds : cpu_seconds_for(input.size());
  const milliseconds patience = options_.patience.count() > 0
                                    ? options_.patience
                                    : milliseconds(std::min<std::uint64_t>(cpu, 100'000) * 2000 + 20'000);
  return Conversation(std::move(output->here), std::move(status->here), request.limits, on_record, stop)
      .run(options_.start_patience, patience);
}

bool ParserClient::send_request(const Request& request, int input, int output, int status) const {
  std::string bytes = encode(request);
  iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
  const std::array<int, kRequestDescriptors> descriptors{input, output, status};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> room{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(control_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(bytes.size());
}

}  // namespace hinomi::worker
