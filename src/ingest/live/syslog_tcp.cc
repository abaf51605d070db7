#include "ingest/live/syslog_tcp.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "ingest/live/syslog_connection.h"
#include "process/live_state.h"

namespace hinomi::ingest::live {
namespace {

using base::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Instant = SyslogConnection::Instant;

constexpr std::uint64_t kListenerMark = 0;
constexpr std::uint64_t kWakeMark = 1;
constexpr std::uint64_t kFirstConnection = 2;
constexpr int kReadsInARow = 4;  // of one connection, before the others have their turn
constexpr int kAcceptsInARow = 64;
constexpr std::size_t kOwnBytes =
    16 * 1024;  // a connection may always hold as much, whatever the others hold
constexpr milliseconds kRetry{50};
constexpr std::size_t kDrainBytes = 32
                                    << 20;  // of one connection; no receive buffer of the kernel holds more

// What answers from the writing thread; outlives the input, should an answer come late.
struct Answers {
  struct Answer {
    std::uint64_t connection = 0;
    Admission admission{};
  };
  explicit Answers(process::Wakeup to_wake) : wakeup(std::move(to_wake)) {}

  void add(Answer answer) {
    {
      const std::lock_guard lock(mutex);
      waiting.push_back(answer);
    }
    wakeup.wake();
  }
  std::vector<Answer> take() {
    const std::lock_guard lock(mutex);
    return std::exchange(waiting, {});
  }

  process::Wakeup wakeup;
  Counters counters;
  std::mutex mutex;  // guards waiting
  std::vector<Answer> waiting;
};

class SyslogTcp final : public Input {
 public:
  SyslogTcp(const SourceInfo& source, Intake& intake, const os::Clock& clock, const SyslogTcpOptions& options)
      : source_(source), intake_(intake), clock_(clock), options_(options) {}
  ~SyslogTcp() override { stop(); }

  Result<void> start() override;
  void begin_stop() override;
  void stop() override;
  const SourceInfo& source() const noexcept override { return source_; }
  InputStatistics statistics() const override;

 private:
  struct Slot {
    SyslogConnection connection;
    bool watched = true;                // by the waiter
    std::optional<Instant> retry_at{};  // the intake had no room
    std::size_t memory = 0;             // counted in memory_
    std::size_t drained = 0;
  };
  using Slots = std::unordered_map<std::uint64_t, Slot>;

  // Made by open(), before anything asks for it.
  [[nodiscard]] os::Waiter& waiter() {
    HINOMI_CHECK(waiter_.has_value());
    return *waiter_;
  }
  Result<void> open();
  void run();
  void turn();
  [[nodiscard]] int patience() const;
  void accept_waiting();
  void admit(os::Accepted accepted);
  bool make_room();
  void read(std::uint64_t id, Slot& slot);
  void push(std::uint64_t id, Slot& slot);
  void answer(const Answers::Answer& answer);
  void settle_state();
  void watch(std::uint64_t id, Slot& slot, bool wanted);
  void account(Slot& slot);
  void tick(Instant now);
  void close(Slots::iterator slot);
  void close_done();
  void drain();

  const SourceInfo& source_;
  Intake& intake_;
  const os::Clock& clock_;
  SyslogTcpOptions options_;
  std::string listening_at_;
  os::Descriptor listener_;
  std::optional<os::Waiter> waiter_;
  std::shared_ptr<Answers> answers_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;

  // Of the thread alone.
  Slots slots_;
  std::unordered_map<std::string, std::size_t> per_peer_;
  std::vector<char> scratch_;
  std::uint64_t next_id_ = kFirstConnection;
  std::size_t memory_ = 0;
  std::size_t lag_ = 0;
  bool accepting_ = true;
  std::size_t retrying_ = 0;  // connections with a retry_at
  Instant next_tick_{};
};

Result<void> SyslogTcp::open() {
  auto wakeup = process::Wakeup::create();
  if (!wakeup) return wakeup.error();
  answers_ = std::make_shared<Answers>(std::move(*wakeup));
  auto listener = os::listen_tcp(options_.listen);
  if (!listener) return listener.error();
  auto address = os::local_address(listener->get());
  if (!address) return address.error();
  auto waiter = os::Waiter::create();
  if (!waiter) return waiter.error();
  if (auto added = waiter->add(listener->get(), kListenerMark); !added) return added;
  if (auto added = waiter->add(answers_->wakeup.descriptor(), kWakeMark); !added) return added;
  listening_at_ = address->text();
  listener_ = std::move(*listener);
  waiter_ = std::move(*waiter);
  return {};
}

Result<void> SyslogTcp::start() {
  if (Result<void> opened = open(); !opened) {
    if (answers_) answers_->counters.set_state(InputState::failed, opened.error().message);
    return opened;
  }
  scratch_.resize(SyslogConnection::kChunk);
  answers_->counters.set_state(InputState::running);
  thread_ = std::thread([this] { run(); });
  return {};
}

void SyslogTcp::begin_stop() {
  stopping_ = true;
  if (answers_) answers_->wakeup.wake();
}

void SyslogTcp::stop() {
  begin_stop();
  if (!thread_.joinable()) return;
  thread_.join();
  answers_->counters.set_state(InputState::stopped);
}

InputStatistics SyslogTcp::statistics() const {
  InputStatistics statistics;
  statistics.name = source_.name;
  statistics.kind = source_.kind;
  statistics.address = listening_at_.empty() ? source_.address : listening_at_;
  statistics.realm = source_.labels.realm;
  if (answers_) answers_->counters.fill(statistics);
  return statistics;
}

void SyslogTcp::run() {
  next_tick_ = clock_.steady();
  while (!stopping_) turn();
  drain();
}

int SyslogTcp::patience() const {
  Instant until = next_tick_;
  if (retrying_ > 0) {
    for (const auto& [id, slot] : slots_) {
      if (slot.retry_at) until = std::min(until, *slot.retry_at);
    }
  }
  const auto left = std::chrono::ceil<milliseconds>(until - clock_.steady());
  return static_cast<int>(std::clamp(left, milliseconds{0}, milliseconds{1000}).count());
}

void SyslogTcp::turn() {
  for (const std::uint64_t mark : waiter().wait(patience())) {
    if (mark == kListenerMark) {
      accept_waiting();
    } else if (mark == kWakeMark) {
      answers_->wakeup.drain();
    } else if (const auto slot = slots_.find(mark); slot != slots_.end()) {
      read(mark, slot->second);
    }
  }
  for (const Answers::Answer& each : answers_->take()) answer(each);
  const Instant now = clock_.steady();
  if (retrying_ > 0) {
    for (auto& [id, slot] : slots_) {
      if (!slot.retry_at || *slot.retry_at > now) continue;
      slot.retry_at.reset();
      --retrying_;
      push(id, slot);
    }
  }
  close_done();
  if (now >= next_tick_) tick(now);
  answers_->counters.lag_bytes = lag_;
}

void SyslogTcp::close_done() {
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    const auto next = std::next(slot);
    if (slot->second.connection.done()) close(slot);
    slot = next;
  }
}

void SyslogTcp::accept_waiting() {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    os::Accepted accepted = os::accept_tcp(listener_.get());
    if (accepted.outcome == os::AcceptOutcome::none_waiting) return;
    if (accepted.outcome == os::AcceptOutcome::out_of_descriptors) {
      // Waiting connections would wake us without end; the tick looks again.
      waiter().remove(listener_.get());
      accepting_ = false;
      answers_->counters.set_state(InputState::degraded, "no more files can be opened: raise LimitNOFILE");
      return;
    }
    if (accepted.outcome == os::AcceptOutcome::accepted) admit(std::move(accepted));
  }
}

void SyslogTcp::admit(os::Accepted accepted) {
  Counters& counters = answers_->counters;
  const auto peer = per_peer_.find(accepted.peer.host());
  const bool peer_full = peer != per_peer_.end() && peer->second >= options_.max_per_peer;
  if (peer_full || (slots_.size() >= options_.max_connections && !make_room())) {
    ++counters.connections_refused;
    return;
  }
  os::watch_peer(accepted.descriptor.get());
  const std::uint64_t id = next_id_++;
  if (!waiter().add(accepted.descriptor.get(), id)) {
    ++counters.connections_refused;
    return;
  }
  SyslogConnection connection(std::move(accepted.descriptor), accepted.peer, options_.trailer,
                              options_.max_message, clock_.steady());
  ++per_peer_[connection.host()];
  slots_.emplace(id, Slot{.connection = std::move(connection)});
  counters.connections = slots_.size();
}

bool SyslogTcp::make_room() {
  const Instant latest = clock_.steady() - options_.idle_evictable;
  auto quietest = slots_.end();
  for (auto slot = slots_.begin(); slot != slots_.end(); ++slot) {
    const SyslogConnection& connection = slot->second.connection;
    if (connection.buffered() > 0 || connection.on_its_way() || connection.last_heard() > latest) continue;
    if (quietest == slots_.end() || connection.last_heard() < quietest->second.connection.last_heard()) {
      quietest = slot;
    }
  }
  if (quietest == slots_.end()) return false;
  close(quietest);
  return true;
}

void SyslogTcp::read(std::uint64_t id, Slot& slot) {
  for (int i = 0; i < kReadsInARow; ++i) {
    const bool allowed = slot.connection.has_room() &&
                         (memory_ < options_.buffer_bytes || slot.connection.buffered() < kOwnBytes);
    if (!allowed) {
      watch(id, slot, false);
      break;
    }
    const auto heard = slot.connection.read(scratch_, clock_.steady());
    account(slot);
    if (heard == SyslogConnection::Heard::bytes) continue;
    if (heard == SyslogConnection::Heard::end) watch(id, slot, false);
    break;
  }
  push(id, slot);
}

void SyslogTcp::push(std::uint64_t id, Slot& slot) {
  if (slot.retry_at) return;
  std::optional<Delivery> delivery = slot.connection.take_delivery();
  const SyslogConnection::Faults faults = slot.connection.take_faults();
  Counters& counters = answers_->counters;
  counters.cut += faults.cut;
  counters.refused += faults.lost;
  if (faults.framing) ++counters.framing_errors;
  if (slot.connection.finished()) watch(id, slot, false);
  account(slot);
  if (!delivery) return;
  delivery->source = &source_;
  delivery->listener = listening_at_;
  const std::uint64_t bytes = delivery->bytes.size();
  intake_.offer(std::move(*delivery),
                [answers = answers_, id, bytes, &clock = clock_](const Receipt& receipt) {
                  answers->counters.count(receipt, bytes, clock.now());
                  answers->add({id, receipt.admission});
                });
}

void SyslogTcp::answer(const Answers::Answer& answer) {
  const auto found = slots_.find(answer.connection);
  if (found == slots_.end()) return;
  Slot& slot = found->second;
  switch (answer.admission) {
    case Admission::stored:
    case Admission::duplicate:
      break;
    case Admission::queue_full:
    case Admission::disk_full:
    case Admission::failed:
      ++retrying_;
      slot.connection.retry();
      slot.retry_at = clock_.steady() + kRetry;
      settle_state();
      return;
    case Admission::invalid:
    case Admission::shutting_down:
      answers_->counters.refused += slot.connection.messages();
      break;
  }
  settle_state();
  slot.connection.settle();
  account(slot);
  const bool read_on = !slot.connection.finished() && slot.connection.has_room();
  if (read_on) watch(answer.connection, slot, true);
  push(answer.connection, slot);
}

void SyslogTcp::settle_state() {
  const InputState wanted = retrying_ > 0 ? InputState::waiting : InputState::running;
  if (accepting_ && answers_->counters.state() != wanted) answers_->counters.set_state(wanted);
}

void SyslogTcp::watch(std::uint64_t id, Slot& slot, bool wanted) {
  if (slot.watched == wanted) return;
  slot.watched = wanted;
  if (!wanted) {
    waiter().remove(slot.connection.descriptor());
  } else if (!waiter().add(slot.connection.descriptor(), id)) {
    slot.watched = false;
    slot.connection.finish(true);
  }
}

void SyslogTcp::account(Slot& slot) {
  const std::size_t now = slot.connection.memory();
  memory_ += now - slot.memory;
  slot.memory = now;
}

// What needs no hurry: quiet connections, memory that others want, connections that waited for descriptors.
void SyslogTcp::tick(Instant now) {
  next_tick_ = now + seconds{1};
  lag_ = 0;
  if (!accepting_ && waiter().add(listener_.get(), kListenerMark)) {
    accepting_ = true;
    settle_state();
  }
  const bool short_of_memory = memory_ >= options_.buffer_bytes;
  auto largest = slots_.end();
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    const auto next = std::next(slot);
    SyslogConnection& connection = slot->second.connection;
    lag_ += connection.buffered();
    const bool resting = !connection.on_its_way() && !slot->second.retry_at;
    if (resting && connection.finished()) push(slot->first, slot->second);
    if (resting && !connection.finished() && !slot->second.watched && !short_of_memory) {
      watch(slot->first, slot->second, true);
    }
    if (resting && connection.buffered() == 0 && now - connection.last_heard() > options_.idle) {
      close(slot);
    } else if (resting && connection.buffered() > kOwnBytes &&
               (largest == slots_.end() || connection.buffered() > largest->second.connection.buffered())) {
      largest = slot;
    }
    slot = next;
  }
  // Everybody waits for memory that unfinished messages hold: the largest of them gives way.
  if (short_of_memory && largest != slots_.end() &&
      now - largest->second.connection.unfinished_since() > options_.unfinished) {
    ++answers_->counters.framing_errors;
    ++answers_->counters.refused;
    close(largest);
  }
}

void SyslogTcp::close(Slots::iterator slot) {
  SyslogConnection& connection = slot->second.connection;
  watch(slot->first, slot->second, false);
  memory_ -= slot->second.memory;
  if (slot->second.retry_at) --retrying_;
  const auto peer = per_peer_.find(connection.host());
  if (peer != per_peer_.end() && --peer->second == 0) per_peer_.erase(peer);
  slots_.erase(slot);
  answers_->counters.connections = slots_.size();
}

// Everything the kernel took before we stopped was taken in our name: it is read and delivered.
void SyslogTcp::drain() {
  const Instant deadline = clock_.steady() + options_.drain;
  accept_waiting();
  if (accepting_) waiter().remove(listener_.get());
  accepting_ = true;
  listener_.reset();
  while (!slots_.empty() && clock_.steady() < deadline) {
    for (auto& [id, slot] : slots_) {
      SyslogConnection& connection = slot.connection;
      while (!connection.finished() && connection.has_room()) {
        const std::size_t before = connection.buffered();
        const auto heard = connection.read(scratch_, clock_.steady());
        slot.drained += connection.buffered() - before;
        const bool enough = heard == SyslogConnection::Heard::nothing || slot.drained > kDrainBytes;
        if (enough) connection.finish(false);
      }
      watch(id, slot, false);
      account(slot);
      push(id, slot);
    }
    close_done();
    if (!slots_.empty()) turn();
  }
  for (const auto& [id, slot] : slots_) {
    answers_->counters.refused += std::max<std::uint64_t>(slot.connection.messages(), 1);
  }
  slots_.clear();
  answers_->counters.connections = 0;
  answers_->counters.lag_bytes = 0;
}

}  // namespace

std::unique_ptr<Input> make_syslog_tcp(const SourceInfo& source, Intake& intake, const os::Clock& clock,
                                       const SyslogTcpOptions& options) {
  return std::make_unique<SyslogTcp>(source, intake, clock, options);
}

}  // namespace hinomi::ingest::live
