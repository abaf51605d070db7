#include "os/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "os/testing/scratch_folder.h"

namespace hinomi::os {
namespace {

TEST(File, reads_at_any_position) {
  const ScratchFolder root;
  const auto file = File::open(root.write("f", "0123456789"));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->info().size, 10u);
  std::array<char, 4> into{};
  EXPECT_EQ(file->read_at(3, into).value(), 4u);
  EXPECT_EQ(std::string_view(into.data(), 4), "3456");
  EXPECT_EQ(file->read_at(8, into).value(), 2u);
  EXPECT_EQ(file->read_at(10, into).value(), 0u);
  EXPECT_EQ(file->read_at(1'000'000, into).value(), 0u);
}

TEST(File, a_file_that_shrinks_while_open_just_ends) {
  const ScratchFolder root;
  const std::string path = root.write("f", std::string(100'000, 'x'));
  const auto file = File::open(path);
  ASSERT_TRUE(file);
  ASSERT_EQ(::truncate(path.c_str(), 10), 0);
  std::string into(100'000, '\0');
  EXPECT_EQ(file->read_at(0, into).value(), 10u);
  EXPECT_EQ(file->read_at(50'000, into).value(), 0u);
}

TEST(File, says_what_cannot_be_opened_and_why) {
  const ScratchFolder root;
  EXPECT_EQ(File::open(root / "absent").error().code, base::ErrorCode::not_found);
  EXPECT_NE(File::open(root / "absent").error().message.find("absent"), std::string::npos);
  EXPECT_EQ(File::open(root.path()).error().code, base::ErrorCode::unsupported);
  std::filesystem::create_symlink("loop", root / "loop");
  EXPECT_EQ(File::open(root / "loop").error().code, base::ErrorCode::io);
}

TEST(File, a_fifo_is_a_stream) {
  const ScratchFolder root;
  const std::string path = root / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    const Descriptor out(::open(path.c_str(), O_WRONLY));
    EXPECT_EQ(::write(out.get(), "abc", 3), 3);
  });
  const auto file = File::open(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->info().kind, FileKind::stream);
  std::string read;
  std::array<char, 2> into{};
  for (std::size_t got = 1; got > 0;) {
    got = file->read(into).value();
    read.append(into.data(), got);
  }
  writer.join();
  EXPECT_EQ(read, "abc");
}

TEST(File, stops_reading_when_asked) {
  const ScratchFolder root;
  const auto file = File::open(root.write("f", "abc"));
  std::array<char, 8> into{};
  EXPECT_EQ(file->read(into, [] { return true; }).value(), 0u);
  EXPECT_EQ(file->read(into, [] { return false; }).value(), 3u);
}

TEST(File, reads_whole_files_up_to_a_limit) {
  const ScratchFolder root;
  const std::string path = root.write("f", std::string(200'000, 'x'));
  EXPECT_EQ(read_file(path, 200'000)->size(), 200'000u);
  EXPECT_EQ(read_file(path, 199'999).error().code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(read_file(root.write("empty", "")).value(), "");
  EXPECT_EQ(read_file(root.path()).error().code, base::ErrorCode::unsupported);
}

TEST(File, reads_files_that_claim_to_be_empty) {  // as those of /proc do
  EXPECT_FALSE(read_file("/proc/self/status").value().empty());
}

TEST(File, maps_what_was_written) {
  const ScratchFolder root;
  auto file = MappedFile::open(root.write("f", "hello"));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->text(), "hello");
  const MappedFile moved = std::move(*file);
  EXPECT_EQ(moved.bytes().size(), 5u);
  EXPECT_TRUE(file->bytes().empty());
  EXPECT_TRUE(MappedFile::open(root.write("empty", ""))->bytes().empty());
  EXPECT_FALSE(MappedFile::open(root.path()));
}

TEST(File, replaces_a_file_as_a_whole) {
  const ScratchFolder root;
  const std::string path = root.write("f", "old");
  const auto old = MappedFile::open(path);
  ASSERT_TRUE(replace_file(path, "brand new"));
  EXPECT_EQ(read_file(path).value(), "brand new");
  EXPECT_EQ(old->text(), "old");  // who has it open keeps what they had
  ASSERT_TRUE(replace_file(root / "fresh", ""));
  EXPECT_EQ(read_file(root / "fresh").value(), "");
}

TEST(File, one_that_holds_the_lock_of_a_folder_keeps_others_waiting) {
  using std::chrono::milliseconds;
  const ScratchFolder root;
  auto held = lock_folder_of(root / "absent", milliseconds(0));
  ASSERT_TRUE(held);
  const auto refused = lock_folder_of(root / "other", milliseconds(5));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::unavailable);
  std::thread other([&] { EXPECT_TRUE(lock_folder_of(root / "other", std::chrono::minutes(1))); });
  held->reset();
  other.join();
  EXPECT_EQ(lock_folder_of(root / "absent/f", milliseconds(0)).error().code, base::ErrorCode::not_found);
}

TEST(File, a_failed_replacement_leaves_nothing_behind) {
  const ScratchFolder root;
  std::filesystem::create_directory(root / "d");
  root.write("d/inside", "");
  EXPECT_FALSE(replace_file(root / "d", "x"));  // a folder that is not empty cannot be renamed over
  EXPECT_FALSE(replace_file(root / "absent/f", "x"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(root.path()), {}), 1);
}

TEST(File, descriptors_close_with_their_owner) {
  Descriptor first(::open("/dev/null", O_RDONLY));
  const int number = first.get();
  Descriptor second = std::move(first);
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(second.get(), number);
  second.reset();
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace hinomi::os
