#include "ingest/live/committer.h"

#include <filesystem>
#include <latch>
#include <set>

#include "store/journal/reader.h"

#include <gtest/gtest.h>

namespace hinomi::ingest::live {
namespace {

// A disk whose file system is as full, and whose sync fails, as the test says.
class MoodyDisk final : public os::Disk {
 public:
  std::atomic<double> used_percent{10};
  std::atomic<int> failing_syncs{0};

  base::Result<std::unique_ptr<os::DiskFile>> create(const std::string& path) override {
    return wrap(real_.create(path));
  }
  base::Result<std::unique_ptr<os::DiskFile>> open_to_write(const std::string& path) override {
    return wrap(real_.open_to_write(path));
  }
  base::Result<std::unique_ptr<os::DiskFile>> open_to_read(const std::string& path) const override {
    return real_.open_to_read(path);
  }
  base::Result<std::vector<std::string>> list(const std::string& folder) const override {
    return real_.list(folder);
  }
  base::Result<void> remove(const std::string& path) override { return real_.remove(path); }
  base::Result<void> sync_folder(const std::string& folder) override { return real_.sync_folder(folder); }
  base::Result<void> replace(const std::string& path, std::string_view bytes) override {
    return real_.replace(path, bytes);
  }
  base::Result<os::DiskSpace> space(const std::string&) const override {
    return os::DiskSpace{.total_bytes = 1000,
                         .free_bytes = static_cast<std::uint64_t>(1000 - used_percent * 10)};
  }

 private:
  class MoodyFile final : public os::DiskFile {
   public:
    MoodyFile(std::unique_ptr<os::DiskFile> file, MoodyDisk& disk) : file_(std::move(file)), disk_(disk) {}
    base::Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
      return file_->write_at(offset, bytes);
    }
    base::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
      return file_->read_at(offset, into);
    }
    base::Result<void> sync() override {
      if (disk_.failing_syncs.fetch_sub(1) > 0)
        return base::Error{base::ErrorCode::io, "sync failed", {}, {}};
      return file_->sync();
    }
    base::Result<std::uint64_t> size() const override { return file_->size(); }
    base::Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }

   private:
    std::unique_ptr<os::DiskFile> file_;
    MoodyDisk& disk_;
  };

  base::Result<std::unique_ptr<os::DiskFile>> wrap(base::Result<std::unique_ptr<os::DiskFile>> file) {
    if (!file) return file;
    return std::unique_ptr<os::DiskFile>(std::make_unique<MoodyFile>(std::move(*file), *this));
  }
  os::PosixDisk real_;
};

class CommitterTest : public testing::Test {
 protected:
  CommitterTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    source_.id = SourceId{3};
    source_.name = "source";
    other_.id = SourceId{4};
    other_.name = "other";
  }

  std::unique_ptr<Committer> open(const CommitterOptions& options = {}) {
    auto writer = store::journal::Writer::open(disk_, clock_, folder_, {});
    EXPECT_TRUE(writer);
    return std::make_unique<Committer>(
        Committer::Parts{
            .disk = &disk_, .clock = &clock_, .folder = folder_, .state = &*state_, .wake_pipeline = nullptr},
        std::move(*writer), options);
  }

  Delivery delivery(const std::vector<std::string>& events, std::string token = {},
                    const SourceInfo* source = nullptr) const {
    Delivery delivery;
    delivery.source = source != nullptr ? source : &source_;
    delivery.token = std::move(token);
    for (const std::string& event : events) {
      delivery.events.push_back(
          {static_cast<std::uint32_t>(delivery.bytes.size()), static_cast<std::uint32_t>(event.size())});
      delivery.bytes += event;
    }
    return delivery;
  }

  std::multiset<std::string> stored() const {
    store::journal::Reader reader(disk_, folder_);
    std::multiset<std::string> texts;
    for (;;) {
      auto batch = reader.next(store::journal::Position::unpack(state_->journal_end));
      EXPECT_TRUE(batch);
      if (!batch || *batch == nullptr) return texts;
      for (const auto& record : (*batch)->records) texts.emplace(record.raw);
    }
  }

  const std::string folder_ = std::string(HINOMI_TEST_SCRATCH) + "/committer_test";
  MoodyDisk disk_;
  os::SystemClock clock_;
  process::SharedState state_ = std::move(*process::SharedState::create());
  SourceInfo source_;
  SourceInfo other_;
};

TEST_F(CommitterTest, what_is_acknowledged_is_in_the_journal) {
  auto committer = open();
  const Receipt receipt = committer->deliver(delivery({"one", "two"}), false);
  EXPECT_EQ(receipt.admission, Admission::stored);
  EXPECT_EQ(receipt.count, 2U);
  EXPECT_EQ(receipt.last.parts().sequence, receipt.first.parts().sequence + 1);
  EXPECT_EQ(stored(), (std::multiset<std::string>{"one", "two"}));
  EXPECT_EQ(committer->counters(SourceId{3}).events, 2U);
}

TEST_F(CommitterTest, many_senders_at_once_are_all_stored_once) {
  auto committer = open();
  constexpr int kThreads = 8;
  constexpr int kEach = 200;
  std::vector<std::thread> threads;
  std::atomic<int> acknowledged{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string name = std::to_string(t) + "-" + std::to_string(i);
        // Every third is sent again, as a sender does that missed the answer.
        for (int again = 0; again < (i % 3 == 0 ? 2 : 1); ++again) {
          const Receipt receipt = committer->deliver(delivery({name}, "token-" + name), true);
          if (receipt.admission == Admission::stored) ++acknowledged;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(acknowledged, kThreads * kEach);
  committer->stop();
  const std::multiset<std::string> texts = stored();
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(kThreads * kEach));
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), texts.size());
}

TEST_F(CommitterTest, a_failed_sync_acknowledges_nothing_and_the_next_one_may_succeed) {
  auto committer = open();
  ASSERT_EQ(committer->deliver(delivery({"before"}), false).admission, Admission::stored);
  disk_.failing_syncs = 1;
  EXPECT_EQ(committer->deliver(delivery({"lost"}, "t"), false).admission, Admission::failed);
  const Receipt again = committer->deliver(delivery({"lost"}, "t"), false);
  EXPECT_EQ(again.admission, Admission::stored);
  EXPECT_EQ(again.first.parts().sequence, 2U);
  EXPECT_EQ(stored(), (std::multiset<std::string>{"before", "lost"}));
  EXPECT_EQ(committer->status().failed_commits, 1U);
  EXPECT_EQ(committer->status().last_error, "sync failed");
}

TEST_F(CommitterTest, a_full_disk_is_refused_before_it_is_full) {
  disk_.used_percent = 93;
  auto committer = open();
  EXPECT_EQ(committer->status().disk, DiskState::refusing);
  EXPECT_EQ(committer->deliver(delivery({"one"}), false).admission, Admission::disk_full);
  // 91.5 % is within the hysteresis: still refused; below it, taken again without anybody's help.
  disk_.used_percent = 80;
  EXPECT_EQ(committer->deliver(delivery({"two"}), true).admission, Admission::stored);
  EXPECT_EQ(stored(), (std::multiset<std::string>{"two"}));
  EXPECT_EQ(committer->counters(SourceId{3}).refused, 1U);
}

TEST_F(CommitterTest, one_source_cannot_take_the_whole_queue) {
  auto committer = open({.queue_bytes = 40'000, .source_share = 4});
  std::latch all(1);
  std::latch held(1);
  // The writing thread is held in a callback, so that what is offered waits.
  committer->offer(delivery({"first"}), [&](const Receipt&) {
    held.count_down();
    all.wait();
  });
  held.wait();
  int refused = 0;
  int taken = 0;
  for (int i = 0; i < 20; ++i) {
    committer->offer(delivery({std::string(3000, 'x')}), [&](const Receipt& receipt) {
      if (receipt.admission == Admission::queue_full) ++refused;
      if (receipt.admission == Admission::stored) ++taken;
    });
  }
  EXPECT_GT(refused, 10);
  bool other_taken = false;
  committer->offer(delivery({"small"}, {}, &other_),
                   [&](const Receipt& receipt) { other_taken = receipt.admission == Admission::stored; });
  all.count_down();
  committer->stop();
  EXPECT_EQ(refused + taken, 20);
  EXPECT_TRUE(other_taken);
}

TEST_F(CommitterTest, stopping_writes_what_waits_and_takes_nothing_more) {
  auto committer = open();
  std::atomic<int> stored_count{0};
  for (int i = 0; i < 100; ++i) {
    committer->offer(delivery({"e" + std::to_string(i)}), [&](const Receipt& receipt) {
      if (receipt.admission == Admission::stored) ++stored_count;
    });
  }
  committer->stop();
  EXPECT_EQ(stored_count, 100);
  EXPECT_EQ(stored().size(), 100U);
  EXPECT_EQ(committer->deliver(delivery({"late"}), true).admission, Admission::shutting_down);
}

TEST_F(CommitterTest, refuses_what_exceeds_a_limit) {
  auto committer = open();
  EXPECT_EQ(committer->deliver(delivery({}), false).admission, Admission::invalid);
  EXPECT_EQ(committer->deliver(delivery({std::string(kMaxEventBytes + 1, 'x')}), false).admission,
            Admission::invalid);
  EXPECT_EQ(committer->deliver(delivery({"x"}, std::string(kMaxTokenBytes + 1, 't')), false).admission,
            Admission::invalid);
  Delivery outside = delivery({"x"});
  outside.events[0].begin = 1;
  EXPECT_EQ(committer->deliver(std::move(outside), false).admission, Admission::invalid);
}

TEST_F(CommitterTest, resume_values_are_those_of_what_is_durable) {
  {
    auto committer = open();
    Delivery one = delivery({"one"});
    one.resume_key = "file";
    one.resume_value = "offset 3";
    ASSERT_EQ(committer->deliver(std::move(one), false).admission, Admission::stored);
    EXPECT_EQ(committer->resume(SourceId{3}, "file"), "offset 3");
  }
  EXPECT_EQ(open()->resume(SourceId{3}, "file"), "offset 3");
}

}  // namespace
}  // namespace hinomi::ingest::live
