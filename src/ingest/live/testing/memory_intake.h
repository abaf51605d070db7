// An Intake that keeps what it is given in memory, in the order of storing, and can lose its newest part as a
// power cut does. For tests of inputs only: it stands for the journal's order and answers, not for its files.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "ingest/live/intake.h"

namespace hinomi::ingest::live::testing {

class MemoryIntake final : public Intake {
 public:
  void offer(Delivery delivery, Done done) override {
    Receipt receipt;
    {
      std::unique_lock lock(mutex_);
      if (held_ && waiting_.size() < room_) {
        waiting_.emplace_back(std::move(delivery), std::move(done));
        changed_.notify_all();
        return;
      }
      receipt = held_ ? Receipt{.admission = Admission::queue_full} : store(std::move(delivery));
    }
    done(receipt);
    changed_.notify_all();
  }

  Receipt deliver(Delivery delivery, bool wait_for_room) override {
    std::unique_lock lock(mutex_);
    if (held_ && !wait_for_room) return {.admission = Admission::queue_full};
    changed_.wait(lock, [this] { return !held_; });
    const Receipt receipt = store(std::move(delivery));
    changed_.notify_all();
    return receipt;
  }

  std::string resume(SourceId source, std::string_view key) override {
    const std::lock_guard lock(mutex_);
    for (auto delivery = stored_.rbegin(); delivery != stored_.rend(); ++delivery) {
      if (delivery->source->id == source && delivery->resume_key == key) return delivery->resume_value;
    }
    return {};
  }

  // While held nothing becomes durable: `room` offers wait, others find the queue full.
  void hold(std::size_t room) {
    const std::lock_guard lock(mutex_);
    held_ = true;
    room_ = room;
  }
  // What waits becomes durable, and everything from now on.
  void release() {
    std::vector<std::pair<Delivery, Done>> waiting;
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
      waiting.swap(waiting_);
    }
    changed_.notify_all();
    for (auto& [delivery, done] : waiting) offer(std::move(delivery), std::move(done));
  }
  // The next `count` deliveries are answered so and not stored.
  void refuse(std::size_t count, Admission admission) {
    const std::lock_guard lock(mutex_);
    refusals_ = count;
    refusal_ = admission;
  }
  // As after a power cut: only the first `deliveries` were written.
  void lose_after(std::size_t deliveries) {
    const std::lock_guard lock(mutex_);
    if (stored_.size() > deliveries) stored_.resize(deliveries);
    event_count_ = 0;
    for (const Delivery& delivery : stored_) event_count_ += delivery.events.size();
  }

  // Until so many events are stored (true), or ten seconds have passed (false).
  bool wait_for_events(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return event_count_ >= count; });
  }
  bool wait_for_waiting(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return waiting_.size() >= count; });
  }

  [[nodiscard]] std::vector<std::string> events() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> events;
    for (const Delivery& delivery : stored_) {
      for (const EventSpan& span : delivery.events) events.emplace_back(delivery.text_of(span));
    }
    return events;
  }
  [[nodiscard]] std::vector<Delivery> deliveries() const {
    const std::lock_guard lock(mutex_);
    return stored_;
  }
  [[nodiscard]] std::size_t event_count() const {
    const std::lock_guard lock(mutex_);
    return event_count_;
  }

 private:
  static constexpr std::chrono::seconds kPatience{10};

  Receipt store(Delivery delivery) {
    if (refusals_ > 0) {
      --refusals_;
      return {.admission = refusal_};
    }
    check(delivery);
    if (!delivery.token.empty()) {
      for (const Delivery& earlier : stored_) {
        if (earlier.source == delivery.source && earlier.token == delivery.token) {
          return {.admission = Admission::duplicate, .count = delivery.events.size()};
        }
      }
    }
    const std::size_t count = delivery.events.size();
    event_count_ += count;
    stored_.push_back(std::move(delivery));
    return {.admission = Admission::stored, .count = count};
  }

  // What the journal would call invalid breaks the test.
  static void check(const Delivery& delivery) {
    HINOMI_CHECK(delivery.source != nullptr && !delivery.events.empty());
    HINOMI_CHECK(delivery.bytes.size() <= kMaxDeliveryBytes && delivery.events.size() <= kMaxDeliveryEvents);
    HINOMI_CHECK(delivery.resume_key.size() <= kMaxResumeKeyBytes);
    HINOMI_CHECK(delivery.resume_value.size() <= kMaxResumeValueBytes);
    HINOMI_CHECK(delivery.token.size() <= kMaxTokenBytes && delivery.peer.size() <= kMaxPeerBytes);
    for (const EventSpan& span : delivery.events) {
      HINOMI_CHECK(span.size <= kMaxEventBytes);
      HINOMI_CHECK(std::uint64_t{span.begin} + span.size <= delivery.bytes.size());
    }
  }

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  std::vector<Delivery> stored_;
  std::vector<std::pair<Delivery, Done>> waiting_;
  std::size_t event_count_ = 0;
  std::size_t room_ = 0;
  std::size_t refusals_ = 0;
  Admission refusal_ = Admission::failed;
  bool held_ = false;
};

}  // namespace hinomi::ingest::live::testing
