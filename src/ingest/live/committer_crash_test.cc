// Senders on threads of their own, over a disk that fails, dies and loses power: what they were told holds.
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "ingest/live/committer.h"
#include "os/testing/simulated_disk.h"
#include "store/journal/reader.h"

#include <gtest/gtest.h>

namespace hinomi::ingest::live {
namespace {

using Stored = std::map<std::string, event::EventId>;

constexpr int kSenders = 4;
constexpr int kDeliveries = 12;
constexpr int kTries = 3;
constexpr std::uint64_t kSeeds = 80;

Delivery delivery_of(const SourceInfo& source, const std::string& text) {
  Delivery delivery;
  delivery.source = &source;
  delivery.token = text;
  delivery.bytes = text + text;  // two events that are equal
  const auto size = static_cast<std::uint32_t>(text.size());
  delivery.events = {{0, size}, {size, size}};
  return delivery;
}

struct Told {
  std::mutex mutex;  // guards stored
  Stored stored;     // the id of the first event of each delivery that was acknowledged
  std::atomic<int> failed{0};
  std::atomic<int> others{0};
};

// The disk is the committer's alone until this returns: it is not safe from two threads.
void live(os::SimulatedDisk& disk, const os::Clock& clock, Told& told) {
  auto writer = store::journal::Writer::open(disk, clock, "j", {.segment_bytes = 1500});
  if (!writer) return;  // died while being opened: nobody was told anything
  auto state = process::SharedState::create();
  ASSERT_TRUE(state);
  Committer committer(
      {.disk = &disk, .clock = &clock, .folder = "j", .state = &**state, .wake_pipeline = nullptr},
      std::move(*writer), {});
  std::vector<SourceInfo> sources(kSenders);
  std::vector<std::thread> threads;
  for (std::uint32_t s = 0; s < kSenders; ++s) {
    sources[s].id = SourceId{s + 1};
    sources[s].name = "source" + std::to_string(s);
    threads.emplace_back([&, s] {
      for (int i = 0; i < kDeliveries; ++i) {
        const std::string text = std::to_string(s) + "/" + std::to_string(i);
        for (int tries = 0; tries < kTries; ++tries) {
          const Receipt receipt = committer.deliver(delivery_of(sources[s], text), false);
          if (receipt.admission == Admission::stored || receipt.admission == Admission::duplicate) {
            const std::lock_guard lock(told.mutex);
            told.stored.emplace(text, receipt.first);
            break;
          }
          ++(receipt.admission == Admission::failed ? told.failed : told.others);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  committer.stop();
}

// Every delivery that can be read, with the id of its first event; each must be whole and there once.
Stored stored_in(const os::SimulatedDisk& disk, store::journal::Position end) {
  store::journal::Reader reader(disk, "j");
  Stored stored;
  for (;;) {
    auto batch = reader.next(end);
    EXPECT_TRUE(batch);
    if (!batch || *batch == nullptr) break;
    EXPECT_EQ((*batch)->records.size(), 2U);
    const bool first = stored.emplace(std::string((*batch)->records[0].raw), (*batch)->records[0].id).second;
    EXPECT_TRUE(first) << "stored twice: " << (*batch)->records[0].raw;
  }
  EXPECT_EQ(reader.damage_count(), 0U);
  return stored;
}

void check(os::SimulatedDisk& disk, const os::Clock& clock, const Told& told, std::uint64_t seed) {
  disk.faults = {};
  auto writer = store::journal::Writer::open(disk, clock, "j", {.segment_bytes = 1500});
  ASSERT_TRUE(writer) << writer.error().message;
  const Stored stored = stored_in(disk, writer->end());
  for (const auto& [text, id] : told.stored) {
    const auto found = stored.find(text);
    ASSERT_TRUE(found != stored.end()) << "acknowledged and lost: " << text << ", seed " << seed;
    EXPECT_EQ(found->second, id) << text << ", seed " << seed;
  }
}

TEST(CommitterCrash, what_was_acknowledged_outlives_a_disk_that_fails_dies_and_loses_power) {
  std::size_t acknowledged = 0;
  int failed = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    os::SimulatedDisk disk(seed);
    os::SystemClock clock;
    if (seed % 4 != 0) disk.faults = {.sync_fails = 9, .folder_sync_fails = 12, .write_fails = 12};
    if (seed % 3 != 0) disk.die_after(5 + seed * 7 % 90);
    Told told;
    live(disk, clock, told);
    EXPECT_EQ(told.others, 0) << "seed " << seed;
    if (seed % 5 == 0)
      disk.restart();
    else
      disk.crash();
    check(disk, clock, told, seed);
    acknowledged += told.stored.size();
    failed += told.failed;
  }
  EXPECT_GT(acknowledged, 500U);
  EXPECT_GT(failed, 500);
}

TEST(CommitterCrash, a_disk_without_room_fails_deliveries_until_there_is_room_again) {
  os::SimulatedDisk disk(3);
  os::SystemClock clock;
  // Beyond the watermark's sight: it looks every half second only.
  disk.faults.capacity_bytes = 4000;
  Told told;
  live(disk, clock, told);
  EXPECT_GT(told.stored.size(), 2U);
  EXPECT_GT(told.failed + told.others, 10);
  check(disk, clock, told, 3);
  const std::size_t before = told.stored.size();
  live(disk, clock, told);
  EXPECT_EQ(told.stored.size(), static_cast<std::size_t>(kSenders * kDeliveries));
  EXPECT_GT(told.stored.size(), before);
  check(disk, clock, told, 3);
}

}  // namespace
}  // namespace hinomi::ingest::live
