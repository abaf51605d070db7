#include "app/api_caller.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::app {
namespace {

TEST(TokenFile, is_taken_only_when_nobody_else_can_read_it) {
  const os::ScratchFolder folder;
  const std::string path = folder.write("token", "hnm_abc\n");
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const auto token = read_token_file(path);
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(*token, "hnm_abc");
  for (const mode_t mode : {0640, 0604, 0660, 0644}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto refused = read_token_file(path);
    ASSERT_FALSE(refused) << mode;
    EXPECT_EQ(refused.error().code, base::ErrorCode::forbidden);
  }
}

TEST(TokenFile, holds_one_token_and_nothing_else) {
  const os::ScratchFolder folder;
  for (const std::string& text : {std::string(), std::string("\n"), std::string("a b"), std::string("a\nb"),
                                  std::string("a;b"), std::string("トークン"), std::string(2000, 'x')}) {
    const std::string path = folder.write("token", text);
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    EXPECT_FALSE(read_token_file(path)) << text;
  }
  EXPECT_FALSE(read_token_file(folder / "none"));
  EXPECT_FALSE(read_token_file(folder.path()));
}

TEST(PercentEncoded, leaves_nothing_that_means_something_in_an_address) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a b&c=d\r\n佐"), "a%20b%26c%3Dd%0D%0A%E4%BD%90");
}

}  // namespace
}  // namespace hinomi::app
