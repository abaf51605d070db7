#include "ingest/live/syslog_udp.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "process/live_state.h"

namespace hinomi::ingest::live {
namespace {

using base::Result;
using std::chrono::milliseconds;

constexpr std::uint64_t kSocketMark = 0;
constexpr std::uint64_t kWakeMark = 1;
constexpr int kBatchesInARow = 16;  // then what came is handed over
constexpr int kPatienceMs = 1000;   // the kernel's losses are asked for at least so often

// What answers from the writing thread; outlives the input, should an answer come late.
struct Answers {
  Counters counters;
  std::atomic<bool> full{false};  // the last answer said so
  std::mutex mutex;               // guards under_way
  std::condition_variable settled;
  std::uint64_t under_way = 0;

  void begin() {
    const std::lock_guard lock(mutex);
    ++under_way;
  }
  void end(const Receipt& receipt, std::uint64_t events, std::uint64_t bytes, base::TimeNs now) {
    counters.count(receipt, bytes, now);
    const bool taken = receipt.admission == Admission::stored || receipt.admission == Admission::duplicate;
    if (!taken) counters.refused += events;
    full = !taken;
    const std::lock_guard lock(mutex);
    --under_way;
    settled.notify_all();
  }
};

class SyslogUdp final : public Input {
 public:
  SyslogUdp(const SourceInfo& source, Intake& intake, const os::Clock& clock, const SyslogUdpOptions& options)
      : source_(source), intake_(intake), clock_(clock), options_(options) {}
  ~SyslogUdp() override { stop(); }

  Result<void> start() override;
  void begin_stop() override;
  void stop() override;
  const SourceInfo& source() const noexcept override { return source_; }
  InputStatistics statistics() const override;

 private:
  // Made by open(), before anything asks for it.
  [[nodiscard]] os::Waiter& waiter() {
    HINOMI_CHECK(waiter_.has_value());
    return *waiter_;
  }
  [[nodiscard]] os::DatagramSocket& socket() {
    HINOMI_CHECK(socket_.has_value());
    return *socket_;
  }
  Result<void> open();
  void run();
  // False: nothing was there.
  bool receive();
  void hand_over();
  void drain();

  const SourceInfo& source_;
  Intake& intake_;
  const os::Clock& clock_;
  SyslogUdpOptions options_;
  std::string listening_at_;
  std::optional<os::DatagramSocket> socket_;
  std::optional<os::Waiter> waiter_;
  std::optional<process::Wakeup> wakeup_;
  std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  std::atomic<bool> stopping_{false};
  std::thread thread_;

  // Of the thread alone: what came, by sender, in order of each sender.
  std::unordered_map<std::string, Delivery> by_peer_;
};

Result<void> SyslogUdp::open() {
  auto wakeup = process::Wakeup::create();
  if (!wakeup) return wakeup.error();
  auto socket = os::DatagramSocket::open(options_.listen, options_.socket);
  if (!socket) return socket.error();
  auto address = os::local_address(socket->descriptor());
  if (!address) return address.error();
  auto waiter = os::Waiter::create();
  if (!waiter) return waiter.error();
  if (auto added = waiter->add(socket->descriptor(), kSocketMark); !added) return added;
  if (auto added = waiter->add(wakeup->descriptor(), kWakeMark); !added) return added;
  listening_at_ = address->text();
  answers_->counters.receive_buffer = static_cast<std::uint64_t>(socket->receive_buffer());
  wakeup_ = std::move(*wakeup);
  socket_ = std::move(*socket);
  waiter_ = std::move(*waiter);
  return {};
}

Result<void> SyslogUdp::start() {
  if (Result<void> opened = open(); !opened) {
    answers_->counters.set_state(InputState::failed, opened.error().message);
    return opened;
  }
  answers_->counters.set_state(InputState::running);
  thread_ = std::thread([this] { run(); });
  return {};
}

void SyslogUdp::begin_stop() {
  stopping_ = true;
  if (wakeup_) wakeup_->wake();
}

void SyslogUdp::stop() {
  begin_stop();
  if (!thread_.joinable()) return;
  thread_.join();
  if (answers_->counters.state() != InputState::failed) answers_->counters.set_state(InputState::stopped);
}

InputStatistics SyslogUdp::statistics() const {
  InputStatistics statistics;
  statistics.name = source_.name;
  statistics.kind = source_.kind;
  statistics.address = listening_at_.empty() ? source_.address : listening_at_;
  statistics.realm = source_.labels.realm;
  answers_->counters.fill(statistics);
  return statistics;
}

void SyslogUdp::run() {
  while (!stopping_ && answers_->counters.state() != InputState::failed) {
    [[maybe_unused]] const auto marks = waiter().wait(kPatienceMs);
    for (int i = 0; i < kBatchesInARow && receive(); ++i) {
    }
    hand_over();
    answers_->counters.dropped = socket().lost();
    const InputState wanted = answers_->full ? InputState::waiting : InputState::running;
    const InputState state = answers_->counters.state();
    if (state != wanted && state != InputState::failed) answers_->counters.set_state(wanted);
  }
  drain();
}

bool SyslogUdp::receive() {
  const auto batch = socket().receive();
  if (!batch) {
    answers_->counters.set_state(InputState::failed, batch.error().message);
    return false;
  }
  for (const os::DatagramSocket::Datagram& datagram : *batch) {
    if (datagram.cut) ++answers_->counters.cut;
    std::string_view text = datagram.bytes;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == '\0'))
      text.remove_suffix(1);
    if (text.empty()) continue;  // no message
    Delivery& delivery = by_peer_[datagram.peer.text()];
    delivery.events.push_back(
        {static_cast<std::uint32_t>(delivery.bytes.size()), static_cast<std::uint32_t>(text.size())});
    delivery.bytes += text;
  }
  return !batch->empty();
}

void SyslogUdp::hand_over() {
  for (auto& [peer, delivery] : by_peer_) {
    delivery.source = &source_;
    delivery.framing = Framing::syslog;
    delivery.peer = peer;
    delivery.listener = listening_at_;
    const std::uint64_t events = delivery.events.size();
    const std::uint64_t bytes = delivery.bytes.size();
    answers_->begin();
    intake_.offer(std::move(delivery),
                  [answers = answers_, events, bytes, &clock = clock_](const Receipt& receipt) {
                    answers->end(receipt, events, bytes, clock.now());
                  });
  }
  by_peer_.clear();
}

// What the kernel holds was sent before we stopped.
void SyslogUdp::drain() {
  const auto deadline = clock_.steady() + options_.drain;
  while (clock_.steady() < deadline && receive()) hand_over();
  hand_over();
  answers_->counters.dropped = socket().lost();
  std::unique_lock lock(answers_->mutex);
  answers_->settled.wait_for(lock, options_.drain, [this] { return answers_->under_way == 0; });
  lock.unlock();
  socket_.reset();
}

}  // namespace

std::unique_ptr<Input> make_syslog_udp(const SourceInfo& source, Intake& intake, const os::Clock& clock,
                                       const SyslogUdpOptions& options) {
  return std::make_unique<SyslogUdp>(source, intake, clock, options);
}

}  // namespace hinomi::ingest::live
