#include "ingest/live/committer.h"

#include <algorithm>
#include <future>

#include "os/fault_point.h"

namespace hinomi::ingest::live {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kDiskInterval = std::chrono::milliseconds(500);
constexpr auto kRemovalInterval = std::chrono::seconds(5);
constexpr auto kRoomPoll = std::chrono::milliseconds(50);
constexpr std::size_t kSyncFigures = 1024;
constexpr std::size_t kDeliveryOverhead = 512;  // what waiting costs beside the bytes, about

bool is_valid(const Delivery& delivery) {
  if (delivery.source == nullptr || delivery.events.empty() || delivery.events.size() > kMaxDeliveryEvents ||
      delivery.bytes.size() > kMaxDeliveryBytes || delivery.token.size() > kMaxTokenBytes ||
      delivery.peer.size() > kMaxPeerBytes || delivery.listener.size() > kMaxPeerBytes ||
      delivery.resume_key.size() > kMaxResumeKeyBytes || delivery.resume_value.size() > kMaxResumeValueBytes)
    return false;
  return std::all_of(delivery.events.begin(), delivery.events.end(), [&](const EventSpan& event) {
    return event.size <= kMaxEventBytes && std::uint64_t{event.begin} + event.size <= delivery.bytes.size();
  });
}

std::size_t cost_of(const Delivery& delivery) {
  return delivery.bytes.size() + delivery.events.size() * sizeof(EventSpan) + kDeliveryOverhead;
}

}  // namespace

Committer::Committer(Parts parts, store::journal::Writer writer, const CommitterOptions& options)
    : parts_(std::move(parts)), options_(options), writer_(std::move(writer)) {
  watch_disk();
  publish();
  thread_ = std::thread([this] { run(); });
}

Committer::~Committer() {
  stop();
}

void Committer::stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_filled_.notify_all();
  queue_emptied_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Admission Committer::enqueue(Delivery& delivery, Done& done) {
  if (!is_valid(delivery)) return Admission::invalid;
  // What the server says to itself is small, and must not wait for room.
  const bool own = delivery.framing == Framing::control;
  if (disk_state_ == DiskState::refusing && !own) return Admission::disk_full;
  const std::size_t bytes = cost_of(delivery);
  const std::lock_guard lock(queue_mutex_);
  if (stopping_) return Admission::shutting_down;
  std::size_t& of_source = queued_by_source_[delivery.source->id];
  const bool fits = queued_bytes_ + bytes <= options_.queue_bytes || queued_bytes_ == 0;
  const bool fair = of_source + bytes <= options_.queue_bytes / options_.source_share || of_source == 0;
  if (!own && !(fits && fair)) return Admission::queue_full;
  queued_bytes_ += bytes;
  of_source += bytes;
  queue_.push_back({std::move(delivery), std::move(done), bytes});
  queue_filled_.notify_one();
  return Admission::stored;
}

void Committer::count_refused(const Delivery& delivery) {
  if (delivery.source == nullptr) return;
  const std::lock_guard lock(figures_mutex_);
  counters_[delivery.source->id].refused += delivery.events.size();
}

void Committer::offer(Delivery delivery, Done done) {
  const Admission admission = enqueue(delivery, done);
  if (admission == Admission::stored) return;
  count_refused(delivery);
  done({.admission = admission, .first = {}, .last = {}, .count = 0});
}

Receipt Committer::deliver(Delivery delivery, bool wait_for_room) {
  std::promise<Receipt> promise;
  std::future<Receipt> receipt = promise.get_future();
  Done done = [&promise](const Receipt& given) { promise.set_value(given); };
  for (;;) {
    const Admission admission = enqueue(delivery, done);
    if (admission == Admission::stored) return receipt.get();
    const bool may_pass = admission == Admission::queue_full || admission == Admission::disk_full;
    if (!wait_for_room || !may_pass) {
      count_refused(delivery);
      return {.admission = admission, .first = {}, .last = {}, .count = 0};
    }
    std::unique_lock lock(queue_mutex_);
    queue_emptied_.wait_for(lock, kRoomPoll);
  }
}

std::string Committer::resume(SourceId source, std::string_view key) {
  const std::lock_guard lock(writer_mutex_);
  return writer_.resume(static_cast<std::uint32_t>(source), key);
}

void Committer::run() {
  for (;;) {
    std::vector<Waiting> round;
    {
      std::unique_lock lock(queue_mutex_);
      queue_filled_.wait_for(lock, kDiskInterval, [&] { return stopping_ || !queue_.empty(); });
      if (stopping_ && queue_.empty()) return;
      std::size_t bytes = 0;
      while (!queue_.empty() && (round.empty() || bytes + queue_.front().bytes <= options_.round_bytes)) {
        bytes += queue_.front().bytes;
        round.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    if (!round.empty()) write(std::move(round));
    watch_disk();
    remove_old();
  }
}

base::Result<store::journal::Added> Committer::add(const Delivery& delivery) {
  std::vector<std::string_view> records;
  records.reserve(delivery.events.size());
  for (const EventSpan& event : delivery.events) records.push_back(delivery.text_of(event));
  store::journal::NewBatch batch{.head = {}, .records = records};
  const SourceInfo& source = *delivery.source;
  batch.head.source_id = static_cast<std::uint32_t>(source.id);
  batch.head.labels = source.labels;
  batch.head.framing = static_cast<std::uint8_t>(delivery.framing);
  batch.head.encoding = static_cast<std::uint8_t>(source.encoding);
  batch.head.first_source_sequence = delivery.first_source_sequence;
  batch.head.source = source.name;
  batch.head.peer = delivery.peer;
  batch.head.listener = delivery.listener;
  batch.head.token = delivery.token;
  batch.head.resume_key = delivery.resume_key;
  batch.head.resume_value = delivery.resume_value;
  return writer_.add(batch);
}

void Committer::write(std::vector<Waiting> round) {
  std::vector<base::Result<store::journal::Added>> added;
  added.reserve(round.size());
  std::string error;
  store::journal::Position end;
  {
    const std::lock_guard lock(writer_mutex_);
    for (const Waiting& waiting : round) added.push_back(add(waiting.delivery));
    const auto before = Steady::now();
    const auto committed = writer_.commit();
    note_sync(Steady::now() - before);
    if (!committed) error = committed.error().message;
    end = writer_.end();
    publish();
  }
  if (!error.empty()) {
    const std::lock_guard lock(figures_mutex_);
    ++failed_commits_;
    last_error_ = error;
    parts_.log("the journal could not be written: " + error);
  }
  os::fault_point("front.before_ack");
  for (std::size_t i = 0; i < round.size(); ++i) {
    Receipt receipt;
    if (!added[i]) {
      receipt.admission = Admission::invalid;
    } else if (added[i]->duplicate && error.empty()) {
      receipt = {Admission::duplicate, added[i]->first, added[i]->last, added[i]->count};
    } else if (!added[i]->duplicate && (error.empty() || added[i]->position < end)) {
      receipt = {Admission::stored, added[i]->first, added[i]->last, added[i]->count};
    }
    count(round[i], receipt);
    round[i].done(receipt);
  }
  {
    const std::lock_guard lock(queue_mutex_);
    for (const Waiting& waiting : round) {
      queued_bytes_ -= waiting.bytes;
      queued_by_source_[waiting.delivery.source->id] -= waiting.bytes;
    }
  }
  queue_emptied_.notify_all();
}

void Committer::count(const Waiting& waiting, const Receipt& receipt) {
  const std::lock_guard lock(figures_mutex_);
  SourceCounters& counters = counters_[waiting.delivery.source->id];
  switch (receipt.admission) {
    case Admission::stored:
      counters.events += waiting.delivery.events.size();
      counters.bytes += waiting.delivery.bytes.size();
      counters.last_event = parts_.clock->now();
      break;
    case Admission::duplicate:
      counters.duplicates += waiting.delivery.events.size();
      break;
    default:
      counters.refused += waiting.delivery.events.size();
  }
}

void Committer::publish() {
  if (parts_.state == nullptr) return;
  parts_.state->journal_sequence = writer_.next_sequence();
  parts_.state->journal_end = writer_.end().packed();
  if (parts_.wake_pipeline != nullptr) parts_.wake_pipeline->wake();
}

void Committer::watch_disk() {
  const auto now = Steady::now();
  if (now < next_disk_look_) return;
  next_disk_look_ = now + kDiskInterval;
  const auto space = parts_.disk->space(parts_.folder);
  if (!space) return;
  const double used = space->used_percent();
  DiskState state = disk_state_;
  const double refuse_at = state == DiskState::refusing
                               ? options_.refuse_percent - options_.hysteresis_percent
                               : options_.refuse_percent;
  const DiskState next = used >= refuse_at               ? DiskState::refusing
                         : used >= options_.warn_percent ? DiskState::warn
                                                         : DiskState::ok;
  {
    const std::lock_guard lock(figures_mutex_);
    space_ = *space;
  }
  if (next != state) {
    constexpr std::array<std::string_view, 3> kWords{"ok", "filling up", "refusing events"};
    parts_.log("disk of the journal: " + std::string(kWords[static_cast<std::size_t>(next)]));
  }
  disk_state_ = next;
}

void Committer::remove_old() {
  const auto now = Steady::now();
  if (parts_.state == nullptr || now < next_removal_) return;
  next_removal_ = now + kRemovalInterval;
  const auto judged = store::journal::Position::unpack(parts_.state->pipeline_needs);
  const std::lock_guard lock(writer_mutex_);
  const auto removed = writer_.remove_old(
      {.from = judged, .at_most_ns = options_.keep_ns, .at_most_bytes = options_.keep_bytes});
  if (!removed) parts_.log("old segments of the journal could not be removed: " + removed.error().message);
}

void Committer::note_sync(Steady::duration taken) {
  const std::lock_guard lock(figures_mutex_);
  sync_ms_.push_back(std::chrono::duration<double, std::milli>(taken).count());
  if (sync_ms_.size() > kSyncFigures) sync_ms_.pop_front();
}

CommitterStatus Committer::status() {
  CommitterStatus status;
  {
    const std::lock_guard lock(writer_mutex_);
    status.journal = writer_.status();
    status.next_sequence = writer_.next_sequence();
  }
  status.disk = disk_state_;
  {
    const std::lock_guard lock(queue_mutex_);
    status.queued_bytes = queued_bytes_;
  }
  const std::lock_guard lock(figures_mutex_);
  status.space = space_;
  status.failed_commits = failed_commits_;
  status.last_error = last_error_;
  std::vector<double> sorted(sync_ms_.begin(), sync_ms_.end());
  std::sort(sorted.begin(), sorted.end());
  if (!sorted.empty()) {
    status.sync_ms_p50 = sorted[sorted.size() / 2];
    status.sync_ms_p99 = sorted[sorted.size() * 99 / 100];
  }
  return status;
}

SourceCounters Committer::counters(SourceId source) {
  const std::lock_guard lock(figures_mutex_);
  return counters_[source];
}

}  // namespace hinomi::ingest::live
