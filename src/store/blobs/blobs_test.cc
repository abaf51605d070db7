// The contract of blob stores, on every backend.
#include "store/blobs/blobs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "os/testing/scratch_folder.h"

namespace hinomi::store::blobs {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

class Blobs : public ::testing::Test {
 protected:
  void SetUp() override { reopen(1 << 20); }
  void reopen(std::uint64_t max_bytes, std::uint64_t least_free = 0) {
    auto opened = open_folder({.folder = path(),
                               .max_bytes = max_bytes,
                               .least_free_bytes = least_free,
                               .clock = &clock_,
                               .random = os::system_random});
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  [[nodiscard]] std::string path() const { return folder_ / "blobs"; }
  StoredBlob keep(std::string_view bytes) {
    auto writer = store_->begin();
    EXPECT_TRUE(writer);
    EXPECT_TRUE((*writer)->write(bytes));
    auto stored = (*writer)->finish();
    EXPECT_TRUE(stored) << (stored ? "" : stored.error().message);
    return stored ? *stored : StoredBlob{};
  }
  std::string content(const BlobId& id) {
    auto reader = store_->open(id);
    if (!reader) return "error " + reader.error().message;
    std::string bytes((*reader)->size(), '\0');
    const auto read = (*reader)->read_at(0, bytes);
    EXPECT_TRUE(read && *read == bytes.size());
    return bytes;
  }
  [[nodiscard]] std::string file_of(const BlobId& id) const {
    const std::string text = id.text();
    return path() + "/" + text.substr(0, 2) + "/" + text.substr(2, 2) + "/" + text;
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path()))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
  void overwrite(const BlobId& id, std::string_view bytes) const {
    std::ofstream(file_of(id), std::ios::binary | std::ios::trunc) << bytes;
  }
  base::Result<SweepReport> sweep(bool referenced, std::chrono::seconds grace) {
    return store_->sweep([&](const BlobId&) -> base::Result<bool> { return referenced; }, grace);
  }

  os::ScratchFolder folder_;
  os::ManualClock clock_{base::TimeNs{1'795'593'600'000'000'000}};
  std::unique_ptr<BlobStore> store_;
};

TEST_F(Blobs, what_was_given_comes_back_under_its_hash) {
  const StoredBlob abc = keep("abc");
  EXPECT_EQ(abc.id.text(), kAbc);
  EXPECT_EQ(abc.size, 3U);
  EXPECT_FALSE(abc.was_there);
  EXPECT_EQ(content(abc.id), "abc");
  EXPECT_EQ(content(keep("").id), "");
  std::string large(300'000, 'x');
  large[299'999] = 'y';
  auto writer = store_->begin();
  ASSERT_TRUE(writer);
  for (std::size_t at = 0; at < large.size(); at += 7001)
    ASSERT_TRUE((*writer)->write(std::string_view(large).substr(at, 7001)));
  const auto stored = (*writer)->finish();
  ASSERT_TRUE(stored);
  EXPECT_EQ(content(stored->id), large);
  EXPECT_FALSE((*writer)->finish()) << "a second time";
}

TEST_F(Blobs, the_same_content_is_kept_once) {
  keep("abc");
  EXPECT_TRUE(keep("abc").was_there);
  EXPECT_EQ(files(), 1U);
}

TEST_F(Blobs, files_lie_in_folders_of_two_levels_for_their_owner_alone) {
  const StoredBlob abc = keep("abc");
  struct stat status{};
  ASSERT_EQ(::stat(file_of(abc.id).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
}

TEST_F(Blobs, what_is_not_finished_leaves_nothing) {
  {
    auto writer = store_->begin();
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write("half"));
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(Blobs, a_longer_one_than_allowed_is_refused_and_leaves_nothing) {
  reopen(10);
  {
    auto writer = store_->begin();
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write("0123456789"));
    const auto more = (*writer)->write("x");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, base::ErrorCode::limit_exceeded);
    EXPECT_FALSE((*writer)->finish());
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(Blobs, a_disk_with_too_little_room_takes_no_new_ones) {
  const StoredBlob abc = keep("abc");
  reopen(10, UINT64_MAX);
  const auto writer = store_->begin();
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(content(abc.id), "abc");
}

TEST_F(Blobs, damaged_and_swapped_bytes_are_never_handed_out) {
  const StoredBlob abc = keep("abc");
  const StoredBlob def = keep("def");
  overwrite(abc.id, "abd");
  auto damaged = store_->open(abc.id);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, base::ErrorCode::invalid_input);
  fs::copy_file(file_of(def.id), file_of(abc.id), fs::copy_options::overwrite_existing);
  EXPECT_FALSE(store_->open(abc.id));
  overwrite(abc.id, "");
  EXPECT_FALSE(store_->open(abc.id));
  // The same content once more heals it.
  EXPECT_TRUE(keep("abc").was_there);
  EXPECT_EQ(content(abc.id), "abc");
}

TEST_F(Blobs, what_is_not_there_is_not_found) {
  const auto missing = store_->open(*BlobId::parse(kAbc));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, base::ErrorCode::not_found);
}

TEST_F(Blobs, a_sweep_removes_what_nothing_refers_to_after_the_grace) {
  const StoredBlob abc = keep("abc");
  clock_.advance(std::chrono::hours(3));
  auto report = sweep(false, std::chrono::hours(4));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->removed, 0U);
  EXPECT_EQ(report->blobs, 1U);
  EXPECT_EQ(sweep(true, std::chrono::hours(2))->removed, 0U);
  EXPECT_EQ(content(abc.id), "abc");
  report = sweep(false, std::chrono::hours(2));
  EXPECT_EQ(report->removed, 1U);
  EXPECT_EQ(report->bytes, 3U);
  EXPECT_FALSE(store_->open(abc.id));
}

TEST_F(Blobs, a_sweep_leaves_the_youngest_hour_whatever_it_is_told) {
  keep("abc");
  clock_.advance(std::chrono::minutes(59));
  EXPECT_EQ(sweep(false, std::chrono::seconds(0))->removed, 0U);
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(sweep(false, std::chrono::seconds(0))->removed, 1U);
}

TEST_F(Blobs, content_that_is_stored_again_while_a_sweep_looks_stays) {
  const StoredBlob abc = keep("abc");
  clock_.advance(std::chrono::hours(3));
  const auto report = store_->sweep(
      [&](const BlobId&) -> base::Result<bool> {
        keep("abc");  // as an upload would just now
        return false;
      },
      std::chrono::hours(2));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->removed, 0U);
  EXPECT_EQ(content(abc.id), "abc");
}

TEST_F(Blobs, a_sweep_that_cannot_ask_removes_nothing) {
  const StoredBlob abc = keep("abc");
  clock_.advance(std::chrono::hours(3));
  EXPECT_FALSE(store_->sweep(
      [](const BlobId&) -> base::Result<bool> {
        return base::Error{base::ErrorCode::unavailable, "the database is away", "", {}};
      },
      std::chrono::hours(2)));
  EXPECT_EQ(content(abc.id), "abc");
}

TEST_F(Blobs, leftovers_of_a_crash_are_swept_and_foreign_files_are_not) {
  std::ofstream(path() + "/new/left") << "half";
  std::ofstream(path() + "/README") << "mine";
  const timespec old[] = {{1, 0}, {1, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (path() + "/new/left").c_str(), old, 0), 0);
  const auto report = sweep(false, std::chrono::hours(2));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->leftovers, 1U);
  EXPECT_TRUE(fs::exists(path() + "/README"));
}

TEST_F(Blobs, many_threads_store_the_same_and_different_content) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        keep("same");
        keep("of " + std::to_string(t));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(files(), 5U);
}

TEST(BlobId, texts_that_are_no_hash_are_refused) {
  EXPECT_TRUE(BlobId::parse(kAbc));
  for (const std::string& text : {std::string(), std::string(64, 'g'), std::string(64, 'A'),
                                  std::string(63, 'a'), std::string(65, 'a'), "../" + std::string(61, 'a')})
    EXPECT_FALSE(BlobId::parse(text)) << text;
}

}  // namespace
}  // namespace hinomi::store::blobs
