#include "worker/sealed_input.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::worker {
namespace {

std::string content_of(const SealedInput& input) {
  std::string text(input.size() + 10, '\0');
  const ssize_t got = ::pread(input.descriptor(), text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

TEST(SealedInput, holds_the_file_as_it_was) {
  const os::ScratchFolder folder;
  const std::string bytes = std::string(3 << 20, 'a') + "end";
  const auto input = SealedInput::of_file(folder.write("f", bytes));
  ASSERT_TRUE(input) << input.error().message;
  EXPECT_EQ(input->size(), bytes.size());
  EXPECT_EQ(content_of(*input), bytes);
}

TEST(SealedInput, cannot_be_changed_by_anybody) {
  const auto input = SealedInput::of_bytes("hello");
  ASSERT_TRUE(input);
  const int fd = input->descriptor();
  EXPECT_EQ(::pwrite(fd, "x", 1, 0), -1);
  EXPECT_EQ(::ftruncate(fd, 0), -1);
  EXPECT_EQ(::ftruncate(fd, 100), -1);
  EXPECT_EQ(::mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
  EXPECT_EQ(::fcntl(fd, F_ADD_SEALS, 0), -1);
  EXPECT_EQ(content_of(*input), "hello");
}

TEST(SealedInput, refuses_what_is_too_large_or_no_file) {
  const os::ScratchFolder folder;
  const std::string path = folder.write("f", "12345");
  EXPECT_TRUE(SealedInput::of_file(path, 5));
  const auto refused = SealedInput::of_file(path, 4);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(SealedInput::of_file(folder.path()));
  EXPECT_FALSE(SealedInput::of_file(folder / "missing"));
  EXPECT_FALSE(SealedInput::of_file("/dev/zero", 100));
}

TEST(SealedInput, is_told_from_other_descriptors) {
  const auto sealed = SealedInput::of_bytes("hello");
  ASSERT_TRUE(sealed);
  const os::Descriptor copy(::dup(sealed->descriptor()));
  EXPECT_TRUE(is_sealed_input(copy, 5));
  EXPECT_FALSE(is_sealed_input(copy, 4));
  const os::Descriptor open_memory(::memfd_create("m", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_FALSE(is_sealed_input(open_memory, 5));
  ASSERT_EQ(::fcntl(open_memory.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK), 0);
  EXPECT_FALSE(is_sealed_input(open_memory, 5));
  const os::ScratchFolder folder;
  const os::Descriptor file(::open(folder.write("f", "x").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(is_sealed_input(file, 5));
  EXPECT_FALSE(is_sealed_input(os::Descriptor(), 5));
}

}  // namespace
}  // namespace hinomi::worker
