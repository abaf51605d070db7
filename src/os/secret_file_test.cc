#include "os/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "os/file.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::os {
namespace {

base::Result<std::string> read(const std::string& path, SecretFileKind kind = SecretFileKind::own) {
  std::array<char, 8> into{};
  const auto size = read_secret_file(path, kind, into);
  if (!size) return size.error();
  return std::string(into.data(), *size);
}

TEST(SecretFile, is_made_for_its_owner_alone_and_read_back) {
  const ScratchFolder root;
  ASSERT_TRUE(write_new_secret_file(root / "key", "12345678").has_value());
  struct stat status{};
  ASSERT_EQ(::stat((root / "key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(read(root / "key").value(), "12345678");
}

TEST(SecretFile, is_never_written_over) {
  const ScratchFolder root;
  ASSERT_TRUE(write_new_secret_file(root / "key", "old").has_value());
  EXPECT_FALSE(write_new_secret_file(root / "key", "new").has_value());
  EXPECT_EQ(read(root / "key").value(), "old");
}

TEST(SecretFile, is_refused_when_others_could_read_it) {
  const ScratchFolder root;
  const std::string path = root.write("key", "secret");
  for (const mode_t mode : {0644U, 0660U, 0604U, 0601U, 0620U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_EQ(read(path).error().code, base::ErrorCode::forbidden) << mode;
    EXPECT_EQ(read(path, SecretFileKind::credential).error().code, base::ErrorCode::forbidden) << mode;
  }
  ASSERT_EQ(::chmod(path.c_str(), 0440), 0);
  EXPECT_FALSE(read(path).has_value());
  EXPECT_TRUE(read(path, SecretFileKind::credential).has_value());
}

TEST(SecretFile, is_no_link_no_folder_no_pipe_and_not_too_long) {
  const ScratchFolder root;
  const std::string path = root.write("key", "123456789");
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(read(path).error().code, base::ErrorCode::limit_exceeded);
  ASSERT_EQ(::symlink(path.c_str(), (root / "link").c_str()), 0);
  EXPECT_FALSE(read(root / "link").has_value());
  ASSERT_EQ(::mkfifo((root / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read(root / "pipe").error().code, base::ErrorCode::forbidden);
  EXPECT_FALSE(read(root.path()).has_value());
  EXPECT_EQ(read(root / "absent").error().code, base::ErrorCode::not_found);
}

}  // namespace
}  // namespace hinomi::os
