#include "process/errand.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::process {
namespace {

os::Program program(std::string path, std::vector<std::string> arguments) {
  os::Program program;
  program.path = std::move(path);
  program.arguments = std::move(arguments);
  return program;
}

class ErrandTest : public ::testing::Test {
 protected:
  // A program that ends with the exit code it reads from the pipe, and not before.
  ErrandTest() {
    EXPECT_EQ(::mkfifo(pipe_.c_str(), 0600), 0);
    pipe_end_ = os::Descriptor(::open(pipe_.c_str(), O_RDWR | O_CLOEXEC));
  }
  Errand errand(std::chrono::milliseconds patience = std::chrono::hours(1)) {
    return {
        [this] {
          ++started_;
          return os::Subprocess::start(program("/bin/sh", {"-c", "read code < \"$0\"; exit $code", pipe_}));
        },
        [this](const base::Result<void>& result) {
          results_.push_back(result ? "good" : result.error().message);
        },
        patience};
  }
  void end_with(std::string_view code) const {
    EXPECT_EQ(::write(pipe_end_.get(), code.data(), code.size()), static_cast<ssize_t>(code.size()));
  }
  bool wait_for_results(Errand& errand, std::size_t count) {
    for (int i = 0; i < 10'000 && results_.size() < count; ++i) {
      errand.poll();
      ::poll(nullptr, 0, 1);
    }
    return results_.size() == count;
  }

  os::ScratchFolder folder_;
  std::string pipe_ = folder_ / "pipe";
  os::Descriptor pipe_end_;
  int started_ = 0;
  std::vector<std::string> results_;
};

TEST_F(ErrandTest, nobody_waits_for_it_and_wishes_meanwhile_are_one_more_run) {
  Errand errand = this->errand();
  for (int i = 0; i < 3; ++i) {
    errand.request();
    errand.poll();
  }
  EXPECT_TRUE(errand.running());
  EXPECT_EQ(started_, 1);
  EXPECT_TRUE(results_.empty());
  end_with("0\n");
  EXPECT_TRUE(wait_for_results(errand, 1));
  EXPECT_EQ(started_, 2);
  EXPECT_TRUE(errand.running());
  end_with("3\n");
  EXPECT_TRUE(wait_for_results(errand, 2));
  EXPECT_FALSE(errand.running());
  EXPECT_EQ(results_, (std::vector<std::string>{"good", "it ended: exit code 3"}));
}

TEST_F(ErrandTest, one_that_takes_too_long_is_ended) {
  Errand errand = this->errand(std::chrono::milliseconds(0));
  errand.request();
  EXPECT_TRUE(wait_for_results(errand, 1));
  EXPECT_EQ(results_[0], "it took too long and was ended");
  EXPECT_FALSE(errand.running());
}

TEST_F(ErrandTest, one_that_cannot_be_started_says_so) {
  Errand errand([] { return os::Subprocess::start(program("/nothing/here", {})); },
                [this](const base::Result<void>& result) {
                  results_.push_back(result ? "good" : result.error().message);
                },
                std::chrono::hours(1));
  errand.request();
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_NE(results_[0], "good");
}

}  // namespace
}  // namespace hinomi::process
