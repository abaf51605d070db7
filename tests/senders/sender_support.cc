#include "senders/sender_support.h"

#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "ingest/live/testing/network.h"
#include "os/disk.h"
#include "store/journal/reader.h"

namespace hinomi::senders {
namespace {

constexpr store::journal::Position kEverything{0xFFFF'FFFF, 0};
constexpr int kControlFraming = 3;

}  // namespace

ServerTest::ServerTest() {
  settings_.program = HINOMI_PROGRAM;
  settings_.data = root_ / "data";
  settings_.rules = {std::string(HINOMI_SOURCE_DIR) + "/content/rules"};
}

void ServerTest::start(const std::vector<std::string>& more, const std::vector<std::string>& environment) {
  settings_.port = fault::free_port();
  settings_.more = more;
  settings_.environment = environment;
  server_ = std::make_unique<fault::ServerProcess>(settings_);
  ASSERT_TRUE(server_->start()) << server_->problem() << "\n" << content_of(server_->log_path());
}

void ServerTest::stop() {
  EXPECT_EQ(server_->stop(), 0) << content_of(server_->log_path());
}

std::optional<double> ServerTest::figure(const std::string& source, const std::string& name) {
  const auto status = server_->get("/api/v1/status");
  return status ? fault::number_in(*status, name, "\"name\":\"" + source + "\"") : std::nullopt;
}

std::optional<double> ServerTest::journal_sequence() {
  const auto status = server_->get("/api/v1/status");
  return status ? fault::number_in(*status, "journal_sequence") : std::nullopt;
}

bool ServerTest::wait_for(const std::function<bool()>& holds, int seconds) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

std::vector<ServerTest::Stored> ServerTest::journal() const {
  const os::PosixDisk disk;
  store::journal::Reader reader(disk, settings_.data + "/journal");
  std::vector<Stored> all;
  for (;;) {
    auto batch = reader.next(kEverything);
    if (!batch) {
      ADD_FAILURE() << batch.error().message;
      return all;
    }
    if (*batch == nullptr) break;
    const store::journal::BatchHead& head = (*batch)->head;
    if (head.framing == kControlFraming) continue;
    for (const store::journal::Record& record : (*batch)->records)
      all.push_back({std::string(head.source), std::to_string(head.framing), std::string(record.raw)});
  }
  EXPECT_EQ(reader.damage_count(), 0U);
  return all;
}

void ServerTest::expect_each_once(const std::string& source, const std::string& prefix, int count) const {
  const std::vector<Stored> all = journal();
  std::vector<std::string_view> texts;
  for (const Stored& event : all) {
    if (event.source == source) texts.push_back(event.text);
  }
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(count));
  const std::map<int, int> numbers = numbers_in(texts, prefix);
  EXPECT_EQ(numbers.size(), static_cast<std::size_t>(count));
  for (const auto& [number, times] : numbers) {
    EXPECT_TRUE(number >= 1 && number <= count) << number;
    EXPECT_EQ(times, 1) << prefix << "-" << number;
  }
}

std::string ServerTest::write_lines(const std::string& prefix, int count) const {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text +=
        "sshd[7]: Failed password for root from 192.0.2.1: " + prefix + "-" + std::to_string(i) + "-end\n";
  return root_.write(prefix + ".txt", text);
}

int run(std::vector<std::string> words) {
  return ingest::live::testing::Program(std::move(words)).wait();
}

std::string program(const std::string& name) {
  return ingest::live::testing::find_program(name);
}

std::map<int, int> numbers_in(const std::vector<std::string_view>& texts, const std::string& prefix) {
  std::map<int, int> numbers;
  const std::string mark = prefix + "-";
  for (const std::string_view text : texts) {
    const std::size_t at = text.find(mark);
    int number = -1;
    if (at != std::string_view::npos) {
      const auto read = std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), number);
      if (!std::string_view(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr))
               .starts_with("-end"))
        number = -1;
    }
    ++numbers[number];
  }
  return numbers;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace hinomi::senders
