#include "ingest/live/follow.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <set>
#include <thread>

#include "ingest/live/follow_cursor.h"
#include "ingest/live/testing/memory_intake.h"
#include "ingest/live/testing/network.h"
#include "os/sanitized.h"
#include "os/testing/scratch_folder.h"
#include "process/live_state.h"
#include "worker/testing/sample_files.h"
#include "worker/zygote.h"

namespace hinomi::ingest::live {
namespace {

using std::chrono::milliseconds;
using testing::eventually;
using Texts = std::vector<std::string>;

// Short times, so that tests wait for what happens and not for clocks.
FollowOptions quick() {
  FollowOptions options;
  options.scan_interval = milliseconds(20);
  options.settle = milliseconds(60);
  options.keep_gone = milliseconds(150);
  options.retry = milliseconds(5);
  return options;
}

class FollowTest : public ::testing::Test {
 protected:
  void follow(const std::string& name, const FollowOptions& options = quick()) {
    input_.reset();
    source_.id = SourceId{7};
    source_.name = "follow";
    source_.kind = "follow";
    source_.address = root_ / name;
    input_ = make_follow(source_, intake_, clock_, options);
    ASSERT_TRUE(input_->start());
  }
  void append(const std::string& name, std::string_view bytes) const {
    std::ofstream(root_ / name, std::ios::binary | std::ios::app) << bytes;
  }
  void rename(const std::string& from, const std::string& to) const {
    ASSERT_EQ(::rename((root_ / from).c_str(), (root_ / to).c_str()), 0);
  }
  // Exactly these, in this order, and nothing after them while the input looks at everything several times.
  void expect(const Texts& texts) {
    EXPECT_TRUE(intake_.wait_for_events(texts.size()));
    settle();
    EXPECT_EQ(intake_.events(), texts);
  }
  void expect_any_order(const Texts& texts) {
    EXPECT_TRUE(intake_.wait_for_events(texts.size()));
    settle();
    const Texts got = intake_.events();
    EXPECT_EQ(std::multiset<std::string>(got.begin(), got.end()),
              std::multiset<std::string>(texts.begin(), texts.end()));
  }
  // A file that is written now is read after everything that was there before.
  void settle() {
    if (!input_) return;
    EXPECT_TRUE(eventually([&] { return input_->statistics().lag_bytes == 0; }));
    ::poll(nullptr, 0, 80);
  }
  InputStatistics statistics() const { return input_->statistics(); }

  const os::ScratchFolder root_;
  testing::MemoryIntake intake_;
  os::SystemClock clock_;
  SourceInfo source_;
  std::unique_ptr<Input> input_;
};

TEST_F(FollowTest, reads_what_is_there_and_what_is_added) {
  append("a.log", "one\ntwo\n");
  follow("a.log");
  expect({"one", "two"});
  append("a.log", "three\n");
  expect({"one", "two", "three"});
  const InputStatistics now = statistics();
  EXPECT_EQ(now.events, 3U);
  EXPECT_EQ(now.files, 1U);
  EXPECT_EQ(now.lag_bytes, 0U);
  EXPECT_EQ(now.state, InputState::running) << now.error;
  EXPECT_EQ(intake_.deliveries().front().peer, root_ / "a.log");
}

TEST_F(FollowTest, an_unfinished_line_waits_for_its_end) {
  append("a.log", "whole\r\nhal");
  follow("a.log");
  EXPECT_TRUE(intake_.wait_for_events(1));
  append("a.log", "f");
  EXPECT_TRUE(eventually([&] { return statistics().lag_bytes == 4; }));
  EXPECT_EQ(intake_.events(), Texts{"whole"});
  append("a.log", "\n");
  expect({"whole", "half"});
}

TEST_F(FollowTest, a_file_that_appears_later_is_read) {
  follow("later.log");
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::running; }));
  append("later.log", "one\n");
  expect({"one"});
}

TEST_F(FollowTest, a_renamed_file_is_read_to_its_end_before_the_one_that_took_its_name) {
  append("a.log", "one\n");
  follow("a.log");
  EXPECT_TRUE(intake_.wait_for_events(1));
  intake_.hold(0);
  std::ofstream writer(root_ / "a.log", std::ios::app);
  writer << "two\n" << std::flush;
  rename("a.log", "a.log.1");
  append("a.log", "four\n");
  // The writer has not noticed yet.
  writer << "three\n" << std::flush;
  intake_.release();
  expect({"one", "two", "three", "four"});
}

TEST_F(FollowTest, rotation_within_the_pattern_reads_nothing_twice) {
  append("a.log", "one\n");
  follow("a.log*");
  EXPECT_TRUE(intake_.wait_for_events(1));
  for (int i = 2; i < 6; ++i) {
    if (i > 3) rename("a.log.1", "a.log." + std::to_string(i));
    rename("a.log", "a.log.1");
    append("a.log", std::to_string(i) + "\n");
    EXPECT_TRUE(intake_.wait_for_events(static_cast<std::size_t>(i)));
  }
  expect({"one", "2", "3", "4", "5"});
}

TEST_F(FollowTest, rotation_while_the_server_is_down_loses_nothing) {
  append("a.log", "one\n");
  follow("a.log");
  EXPECT_TRUE(intake_.wait_for_events(1));
  input_->stop();
  append("a.log", "two\n");
  rename("a.log", "a.log.1");
  append("a.log", "three\n");
  append("other.log", "never\n");
  follow("a.log");
  expect_any_order({"one", "two", "three"});
}

TEST_F(FollowTest, a_truncated_file_is_read_anew) {
  append("a.log", "one is a long line\n");
  follow("a.log");
  EXPECT_TRUE(intake_.wait_for_events(1));
  ASSERT_EQ(::truncate((root_ / "a.log").c_str(), 0), 0);
  append("a.log", "two\n");
  expect({"one is a long line", "two"});
}

TEST_F(FollowTest, a_file_that_was_truncated_and_outgrew_its_old_size_is_read_anew) {
  append("a.log", "one\n");
  follow("a.log");
  EXPECT_TRUE(intake_.wait_for_events(1));
  input_->stop();
  std::ofstream(root_ / "a.log") << "a longer first line\n";
  follow("a.log");
  expect({"one", "a longer first line"});
}

TEST_F(FollowTest, a_hole_that_a_truncation_left_is_no_event) {
  std::ofstream writer(root_ / "a.log");
  writer << "one\n" << std::flush;
  follow("a.log");
  EXPECT_TRUE(intake_.wait_for_events(1));
  ASSERT_EQ(::truncate((root_ / "a.log").c_str(), 0), 0);
  // So that the truncation is seen as one.
  EXPECT_TRUE(eventually([&] { return statistics().lag_bytes == 0; }));
  writer << "two\n" << std::flush;  // at its old place
  expect({"one", "two"});
}

TEST_F(FollowTest, a_deleted_file_is_read_to_its_end_and_let_go) {
  append("a.log", "one\n");
  follow("a.log");
  EXPECT_TRUE(intake_.wait_for_events(1));
  std::ofstream writer(root_ / "a.log", std::ios::app);
  ASSERT_EQ(::unlink((root_ / "a.log").c_str()), 0);
  writer << "two\nthe last has no end" << std::flush;
  EXPECT_TRUE(intake_.wait_for_events(3));
  EXPECT_TRUE(eventually([&] { return statistics().files == 0; }));
  append("a.log", "again\n");
  expect({"one", "two", "the last has no end", "again"});
}

TEST_F(FollowTest, lines_over_the_limit_are_cut_and_counted) {
  append("a.log", "one\n" + std::string(3 * kMaxEventBytes, 'x') + "\n" + "three\n");
  follow("a.log");
  expect({"one", std::string(kMaxEventBytes, 'x'), "three"});
  EXPECT_EQ(statistics().cut, 1U);
}

TEST_F(FollowTest, utf_16_with_a_mark_becomes_utf_8) {
  using namespace std::string_view_literals;
  append("le.log", "\xFF\xFE\x42\x30\n\0\x44\x30\r\0\n\0"sv);
  append("be.log", "\xFE\xFF\x30\x46\0\n"sv);
  append("mark.log", "\xEF\xBB\xBF\xE3\x81\x88\n");
  follow("*.log");
  expect_any_order({"あ", "い", "う", "え"});
  append("le.log", "\x4A\x30\n\0"sv);
  expect_any_order({"あ", "い", "う", "え", "お"});
}

TEST_F(FollowTest, nothing_is_read_or_lost_while_the_intake_is_full) {
  intake_.hold(0);
  append("a.log", "one\n");
  follow("a.log");
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::waiting; }));
  append("a.log", "two\n");
  EXPECT_EQ(intake_.event_count(), 0U);
  intake_.release();
  expect({"one", "two"});
  EXPECT_EQ(statistics().refused, 0U);
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::running; }));
}

TEST_F(FollowTest, a_journal_that_fails_costs_nothing) {
  intake_.refuse(3, Admission::failed);
  append("a.log", "one\n");
  follow("a.log");
  expect({"one"});
}

TEST_F(FollowTest, a_folder_with_a_thousand_files_is_followed_as_a_whole) {
  Texts wanted;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = std::to_string(i % 10) + "/" + std::to_string(i) + ".log";
    root_.write("many/" + name, name + " first\n");
    wanted.push_back(name + " first");
  }
  FollowOptions options = quick();
  options.max_files = 1000;
  follow("many", options);
  expect_any_order(wanted);
  for (int i = 0; i < 1000; ++i) {
    const std::string name = std::to_string(i % 10) + "/" + std::to_string(i) + ".log";
    append("many/" + name, name + " second\n");
    wanted.push_back(name + " second");
  }
  expect_any_order(wanted);
  EXPECT_EQ(statistics().files, 1000U);
  root_.write("many/one-too-many.log", "left out\n");
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::degraded; }));
  EXPECT_NE(statistics().error.find("1 files are not followed"), std::string::npos) << statistics().error;
}

TEST_F(FollowTest, a_file_without_permission_is_named_and_the_others_are_read) {
  append("a.log", "one\n");
  append("secret.log", "two\n");
  ASSERT_EQ(::chmod((root_ / "secret.log").c_str(), 0), 0);
  ASSERT_EQ(::chmod(root_.path().c_str(), 0755), 0);
  // Root may read everything: the input's threads get what their maker has, another user.
  std::thread maker([&] {
    if (::geteuid() == 0) {
      ASSERT_EQ(::syscall(SYS_setresuid, -1, 65534, -1), 0);
    }
    follow("*.log");
  });
  maker.join();
  if (intake_.wait_for_events(1)) {
    EXPECT_TRUE(eventually([&] { return statistics().state == InputState::degraded; }));
    EXPECT_NE(statistics().error.find(root_ / "secret.log"), std::string::npos) << statistics().error;
  }
  EXPECT_EQ(intake_.events(), Texts{"one"});
  ASSERT_EQ(::chmod((root_ / "secret.log").c_str(), 0644), 0);
  expect_any_order({"one", "two"});
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::running; }));
}

TEST_F(FollowTest, says_of_each_file_how_it_goes_those_with_problems_first) {
  append("a.log", "one\n");
  append("b.log", std::string("\x7f"
                              "ELF\0\0\0\0\0\0",
                              10));
  append("c.log", "two\nhal");
  follow("*.log");
  EXPECT_TRUE(intake_.wait_for_events(2));
  const auto shown = [&] {
    std::string text;
    for (const FileStatistics& file : statistics().shown_files)
      text += file.path.substr(file.path.size() - 5) + " " + std::string(file.state) + " " +
              std::to_string(file.size) + " " + std::to_string(file.lag) +
              (file.problem.empty() ? "\n" : " !\n");
    return text;
  };
  const std::string wanted = "b.log ignored 10 0 !\nc.log text 7 3\na.log text 4 0\n";
  EXPECT_TRUE(eventually([&] { return shown() == wanted; })) << shown();
}

TEST(InputCounters, show_a_bounded_number_of_files) {
  std::vector<FileStatistics> files(5000);
  for (std::size_t i = 0; i < files.size(); ++i) files[i].lag = i;
  files[10].problem = "of this one";
  Counters counters;
  counters.show_files(files);
  InputStatistics statistics;
  counters.fill(statistics);
  ASSERT_EQ(statistics.shown_files.size(), kMaxFilesShown);
  EXPECT_EQ(statistics.shown_files[0].problem, "of this one");
  EXPECT_EQ(statistics.shown_files[1].lag, 4999U);
}

TEST_F(FollowTest, event_logs_wait_in_sight_when_there_is_no_parser) {
  append("a.evtx", std::string("ElfFile\0", 8) + std::string(5000, '\0'));
  append("noise.bin", std::string("\x01\x02\x03\0\x05", 5));
  append("a.log", "one\n");
  append("a.log.1.gz", std::string("\x1F\x8B\x08\0\0\0\0\0\0\3", 10) + std::string(50, 'x'));
  follow("*");
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::needs_parser; }));
  EXPECT_TRUE(intake_.wait_for_events(1));
  EXPECT_EQ(intake_.events(), Texts{"one"});
  EXPECT_EQ(statistics().lag_bytes, 5008U);
}

// Every write may be the last one that reached the disk: what the journal has lost is read again, the rest
// not.
TEST_F(FollowTest, a_journal_that_lost_its_end_gets_it_again_and_nothing_twice) {
  Texts wanted;
  for (int i = 0; i < 40; ++i) {
    wanted.push_back("line " + std::to_string(i));
    append("a.log", wanted.back() + "\n");
    if (i % 4 != 3) continue;
    follow("a.log");
    EXPECT_TRUE(intake_.wait_for_events(wanted.size()));
    input_->stop();
    if (const std::size_t stored = intake_.deliveries().size(); stored > 1) intake_.lose_after(stored - 1);
  }
  follow("a.log");
  expect(wanted);
}

// With a real zygote, forked before this test has threads.
class FollowParsedTest : public FollowTest {
 protected:
  FollowParsedTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    zygote_end_ = os::Descriptor(ends[1]);
    client_ = std::make_unique<worker::ParserClient>(os::Descriptor(ends[0]));
    options_.parser = client_.get();
  }
  ~FollowParsedTest() override {
    input_.reset();
    if (zygote_ <= 0) return;
    ::kill(zygote_, SIGKILL);
    ::waitpid(zygote_, nullptr, 0);
  }
  void start_zygote() {
    zygote_ = ::fork();
    if (zygote_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    client_.reset();
    worker::ZygoteOptions options;
    if (os::kSanitized) options.sandbox_parts = 0;
    (void)worker::run_zygote(std::move(zygote_end_), &state_, options);
    ::_exit(0);
  }
  // The member Number of every document.
  Texts numbers() {
    Texts found;
    for (const Delivery& delivery : intake_.deliveries()) {
      EXPECT_EQ(delivery.framing, Framing::document);
      EXPECT_FALSE(delivery.token.empty());
      for (const EventSpan& span : delivery.events) {
        const std::string_view text = delivery.text_of(span);
        const std::size_t at = text.find("\"Number\":\"");
        if (at == std::string_view::npos) continue;
        found.emplace_back(text.substr(at + 10, text.find('"', at + 10) - at - 10));
      }
    }
    return found;
  }
  static Texts counted(std::size_t count) {
    Texts texts;
    for (std::size_t i = 1; i <= count; ++i) texts.push_back(std::to_string(i));
    return texts;
  }

  process::SharedState state_ = std::move(*process::SharedState::create());
  os::Descriptor zygote_end_;
  std::unique_ptr<worker::ParserClient> client_;
  FollowOptions options_ = quick();
  pid_t zygote_ = -1;
};

TEST_F(FollowParsedTest, event_logs_become_documents_once_also_when_the_journal_lost_its_end) {
  start_zygote();
  root_.write("logs/a.evtx", worker::event_log(2500));
  follow("logs", options_);
  EXPECT_TRUE(intake_.wait_for_events(2500));
  EXPECT_TRUE(eventually([&] { return statistics().lag_bytes == 0; }));
  EXPECT_EQ(numbers(), counted(2500));
  EXPECT_EQ(statistics().state, InputState::running) << statistics().error;
  for (const std::size_t kept : {2U, 1U, 3U}) {
    input_->stop();
    intake_.lose_after(kept);
    follow("logs", options_);
    EXPECT_TRUE(intake_.wait_for_events(2500));
    EXPECT_TRUE(eventually([&] { return statistics().lag_bytes == 0; }));
    EXPECT_EQ(numbers(), counted(2500));
  }
}

TEST_F(FollowParsedTest, archives_are_opened_and_damage_is_told) {
  start_zygote();
  const std::string log = worker::event_log(300);
  root_.write("logs/a.zip", parse::archive::write_archive({}, {{.name = "x/a.evtx", .content = log}}));
  follow("logs", options_);
  EXPECT_TRUE(intake_.wait_for_events(300));
  EXPECT_TRUE(eventually([&] { return statistics().lag_bytes == 0; }));
  EXPECT_EQ(numbers(), counted(300));
  root_.write("logs/cut.evtx", log.substr(0, log.size() - 30'000));
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::degraded; }));
  EXPECT_NE(statistics().error.find("cut.evtx"), std::string::npos) << statistics().error;
  EXPECT_GT(intake_.event_count(), 300U);
}

TEST_F(FollowParsedTest, json_over_several_lines_becomes_documents_and_one_a_line_stays_lines) {
  start_zygote();
  root_.write("logs/a.json", "[\n {\"Number\":\"1\"},\n {\n\"Number\":\"2\"}\n]\n");
  follow("logs", options_);
  EXPECT_TRUE(intake_.wait_for_events(2));
  EXPECT_EQ(numbers(), counted(2));
  root_.write("logs/b.json", "{\"Number\":\"3\"}\n");
  EXPECT_TRUE(intake_.wait_for_events(3));
  EXPECT_EQ(intake_.deliveries().back().framing, Framing::line);
  EXPECT_EQ(intake_.event_count(), 3U);
}

TEST_F(FollowParsedTest, without_a_zygote_files_wait_and_lines_go_on) {
  // Nobody answers yet.
  worker::ClientOptions patience;
  patience.start_patience = milliseconds(50);
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  client_ = std::make_unique<worker::ParserClient>(os::Descriptor(ends[0]), patience);
  zygote_end_ = os::Descriptor(ends[1]);
  options_.parser = client_.get();
  root_.write("logs/a.evtx", worker::event_log(10));
  root_.write("logs/a.log", "one\n");
  follow("logs", options_);
  EXPECT_TRUE(intake_.wait_for_events(1));
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::degraded; }));
  EXPECT_NE(statistics().error.find("unavailable"), std::string::npos) << statistics().error;
  start_zygote();
  EXPECT_TRUE(intake_.wait_for_events(11));
  EXPECT_TRUE(eventually([&] { return statistics().state == InputState::running; }));
  EXPECT_EQ(intake_.event_count(), 11U);
}

TEST(FollowCursor, is_read_back_as_it_was_and_nothing_else_is_one) {
  const FollowCursor cursor{.kind = FollowCursor::Kind::parsed,
                            .done = ~std::uint64_t{0},
                            .within_line = true,
                            .complete = true,
                            .size = 17,
                            .front_bytes = 1024,
                            .front = {.low = 1, .high = ~std::uint64_t{0}}};
  EXPECT_EQ(FollowCursor::parse(cursor.text()), cursor);
  EXPECT_LE(cursor.text().size(), kMaxResumeValueBytes);
  EXPECT_LE(cursor_key({~std::uint64_t{0}, ~std::uint64_t{0}}).size(), kMaxResumeKeyBytes);
  for (const char* wrong : {"", "1", "2 0 0 0 0 0 0 0", "1 2 0 0 0 0 0 0", "1 0 0 4 0 0 0 0",
                            "1 0 0 0 0 1025 0 0", "1 0 -1 0 0 0 0 0", "1 0 0 0 0 0 0 0 0", "1 0 0 0 0 0 g 0"})
    EXPECT_FALSE(FollowCursor::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace hinomi::ingest::live
