#include "store/journal/writer.h"

#include <filesystem>
#include <fstream>

#include "os/clock.h"
#include "os/file.h"
#include "store/journal/crc32c.h"
#include "store/journal/reader.h"

#include <gtest/gtest.h>

namespace hinomi::store::journal {
namespace {

constexpr Position kAll{0xFFFF'FFFF, 0};

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  Writer open(WriterOptions options = {}) {
    auto writer = Writer::open(disk_, clock_, folder_, options);
    EXPECT_TRUE(writer) << writer.error().message;
    return std::move(*writer);
  }

  static Added add(Writer& writer, const std::vector<std::string>& texts, std::string_view token = {},
                   std::string_view resume = {}) {
    const std::vector<std::string_view> records(texts.begin(), texts.end());
    NewBatch batch{.head = {}, .records = records};
    batch.head.source_id = 7;
    batch.head.source = "source";
    batch.head.peer = "192.0.2.1:514";
    batch.head.token = token;
    if (!resume.empty()) {
      batch.head.resume_key = "key";
      batch.head.resume_value = resume;
    }
    auto added = writer.add(batch);
    EXPECT_TRUE(added) << added.error().message;
    return *added;
  }

  // Raw text of all records up to a limit.
  std::vector<std::string> read(Position limit = kAll, Position from = {}) {
    Reader reader(disk_, folder_);
    reader.seek(from);
    std::vector<std::string> texts;
    for (;;) {
      auto batch = reader.next(limit);
      EXPECT_TRUE(batch) << batch.error().message;
      if (!batch || *batch == nullptr) break;
      for (const Record& record : (*batch)->records) texts.emplace_back(record.raw);
    }
    damages_ = reader.damage_count();
    return texts;
  }

  std::string path(std::uint32_t segment) const { return folder_ + "/" + segment_name(segment); }
  void overwrite(std::uint32_t segment, std::size_t offset, char value) const {
    std::fstream file(path(segment), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(value);
  }

  const std::string folder_ = std::string(HINOMI_TEST_SCRATCH) + "/journal_test";
  os::PosixDisk disk_;
  os::ManualClock clock_{{1'776'092'400'000'000'000}};
  std::uint64_t damages_ = 0;
};

TEST_F(JournalTest, what_was_committed_is_read_back_in_order) {
  Writer writer = open();
  const Added first = add(writer, {"one", "two\nlines", std::string("nul\0byte", 8)});
  EXPECT_EQ(first.count, 3U);
  EXPECT_EQ(first.first.parts().sequence, 1U);
  EXPECT_EQ(first.last.parts().sequence, 3U);
  ASSERT_TRUE(writer.commit());
  EXPECT_EQ(read(writer.end()), (std::vector<std::string>{"one", "two\nlines", std::string("nul\0byte", 8)}));
  Reader reader(disk_, folder_);
  auto batch = reader.read_at(first.position);
  ASSERT_TRUE(batch);
  EXPECT_EQ((*batch)->head.peer, "192.0.2.1:514");
  EXPECT_EQ((*batch)->records[1].id.parts().sequence, 2U);
}

TEST_F(JournalTest, what_was_not_committed_is_not_there) {
  Writer writer = open();
  add(writer, {"one"});
  ASSERT_TRUE(writer.commit());
  add(writer, {"two"});
  EXPECT_EQ(read(), (std::vector<std::string>{"one"}));
}

TEST_F(JournalTest, a_reader_stops_at_its_limit_and_goes_on_later) {
  Writer writer = open();
  add(writer, {"one"});
  ASSERT_TRUE(writer.commit());
  const Position first_end = writer.end();
  add(writer, {"two"});
  ASSERT_TRUE(writer.commit());
  EXPECT_EQ(read(first_end), (std::vector<std::string>{"one"}));
  EXPECT_EQ(read(writer.end(), first_end), (std::vector<std::string>{"two"}));
}

TEST_F(JournalTest, goes_on_after_it_was_opened_again) {
  {
    Writer writer = open();
    add(writer, {"one", "two"}, "token", "42");
    ASSERT_TRUE(writer.commit());
  }
  Writer writer = open();
  EXPECT_EQ(writer.next_sequence(), 3U);
  EXPECT_EQ(writer.resume(7, "key"), "42");
  EXPECT_EQ(writer.resume(8, "key"), "");
  const Added again = add(writer, {"one", "two"}, "token");
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.first.parts().sequence, 1U);
  EXPECT_EQ(again.last.parts().sequence, 2U);
  EXPECT_FALSE(add(writer, {"three"}, "token2").duplicate);
  ASSERT_TRUE(writer.commit());
  EXPECT_EQ(read(), (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(writer.status().segments, 1U);
}

TEST_F(JournalTest, knows_when_its_oldest_batch_was_received_also_after_it_was_opened_again) {
  const base::TimeNs first = clock_.now();
  const auto oldest = [&] { return open().status().oldest_received; };
  {
    Writer writer = open();
    EXPECT_EQ(writer.status().oldest_received, base::TimeNs{});
    add(writer, {"one"});
    ASSERT_TRUE(writer.commit());
    clock_.advance(std::chrono::hours(1));
    add(writer, {"two"});
    ASSERT_TRUE(writer.commit());
    EXPECT_EQ(writer.status().oldest_received, first);
  }
  EXPECT_EQ(oldest(), first);
  {
    Writer writer = open({.segment_bytes = 100});  // seals the segment
    clock_.advance(std::chrono::hours(1));
    add(writer, {"three"});
    ASSERT_TRUE(writer.commit());
    ASSERT_EQ(writer.status().segments, 2U);
    EXPECT_EQ(writer.status().oldest_received, first);
  }
  EXPECT_EQ(oldest(), first);
  // A segment that says nothing: the oldest that can be read counts.
  for (std::size_t offset = 0; offset < kSegmentHeaderBytes; ++offset) overwrite(1, offset, 'x');
  EXPECT_EQ(oldest(), (base::TimeNs{first.since_epoch_ns + 2 * 3'600'000'000'000}));
}

TEST_F(JournalTest, a_token_counts_within_a_commit_and_for_24_hours) {
  Writer writer = open();
  EXPECT_FALSE(add(writer, {"one"}, "t").duplicate);
  EXPECT_TRUE(add(writer, {"one"}, "t").duplicate);
  ASSERT_TRUE(writer.commit());
  clock_.advance(std::chrono::hours(25));
  ASSERT_TRUE(writer.commit());
  EXPECT_FALSE(add(writer, {"one"}, "t").duplicate);
}

TEST_F(JournalTest, segments_are_sealed_and_remember_for_all_before_them) {
  {
    Writer writer = open({.segment_bytes = 1000});
    for (int i = 0; i < 50; ++i) {
      add(writer, {"record " + std::to_string(i), std::string(100, 'x')}, "t" + std::to_string(i),
          std::to_string(i));
      ASSERT_TRUE(writer.commit());
    }
    EXPECT_GT(writer.status().segments, 10U);
  }
  Writer writer = open({.segment_bytes = 1000});
  EXPECT_EQ(writer.resume(7, "key"), "49");
  EXPECT_EQ(writer.next_sequence(), 101U);
  EXPECT_TRUE(add(writer, {"record 0", std::string(100, 'x')}, "t0").duplicate);
  EXPECT_EQ(read(writer.end()).size(), 100U);
  EXPECT_EQ(damages_, 0U);
}

TEST_F(JournalTest, positions_do_not_depend_on_when_it_was_committed) {
  std::vector<Position> together;
  {
    Writer writer = open({.segment_bytes = 1000});
    for (int i = 0; i < 30; ++i) together.push_back(add(writer, {std::string(90, 'y')}).position);
    ASSERT_TRUE(writer.commit());
    EXPECT_EQ(read(writer.end()).size(), 30U);
  }
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  Writer writer = open({.segment_bytes = 1000});
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(add(writer, {std::string(90, 'y')}).position, together[static_cast<std::size_t>(i)]) << i;
    ASSERT_TRUE(writer.commit());
  }
}

TEST_F(JournalTest, a_torn_tail_is_dropped_whole) {
  Position good;
  {
    Writer writer = open();
    add(writer, {"one"});
    ASSERT_TRUE(writer.commit());
    good = writer.end();
    add(writer, {"two", "three"});
    ASSERT_TRUE(writer.commit());
  }
  const std::string whole = *os::read_file(path(1));
  for (std::size_t size = whole.size() - 1; size > good.offset; --size) {
    std::filesystem::remove(path(2));
    std::ofstream(path(1), std::ios::binary) << whole.substr(0, size);
    Writer writer = open();
    EXPECT_EQ(writer.end(), good) << size;
    EXPECT_EQ(writer.next_sequence(), 2U);
    EXPECT_EQ(writer.status().recovered, size - good.offset);
    add(writer, {"two", "three"});
    ASSERT_TRUE(writer.commit());
    EXPECT_EQ(writer.end().segment, 2U) << "what was torn is not written over";
    EXPECT_EQ(read(), (std::vector<std::string>{"one", "two", "three"}));
    EXPECT_EQ(damages_, 0U);
  }
}

TEST_F(JournalTest, a_flipped_bit_costs_the_batch_it_hits) {
  std::vector<Position> places;
  {
    Writer writer = open();
    for (const char* text : {"one", "two", "three"}) places.push_back(add(writer, {text}).position);
    ASSERT_TRUE(writer.commit());
    add(writer, {"four"});
    ASSERT_TRUE(writer.commit());
  }
  for (std::uint32_t at = places[1].offset; at < places[2].offset; ++at) {
    std::ifstream file(path(1), std::ios::binary);
    file.seekg(at);
    const char before = static_cast<char>(file.get());
    overwrite(1, at, static_cast<char>(before ^ 0x10));
    EXPECT_EQ(read(), (std::vector<std::string>{"one", "three", "four"})) << at;
    EXPECT_EQ(damages_, 1U) << at;
    {
      Writer writer = open();
      EXPECT_EQ(writer.next_sequence(), 5U) << at;
    }
    overwrite(1, at, before);
  }
  EXPECT_EQ(read().size(), 4U);
}

TEST_F(JournalTest, text_that_looks_like_a_batch_is_no_batch) {
  std::string forged;
  BatchHead head;
  head.first_sequence = 2;
  const std::vector<std::string_view> lie{"forged"};
  ASSERT_TRUE(append_batch(forged, 0, head, {}, lie));
  {
    Writer writer = open();
    add(writer, {"one"});
    ASSERT_TRUE(writer.commit());
    add(writer, {"x" + forged + std::string(200, 'y')});
    ASSERT_TRUE(writer.commit());
  }
  std::filesystem::resize_file(path(1), std::filesystem::file_size(path(1)) - 20);
  open();
  EXPECT_EQ(read(), (std::vector<std::string>{"one"}));
}

TEST_F(JournalTest, a_log_is_cut_where_it_is_told) {
  const WriterOptions options{.kind = LogKind::findings, .segment_bytes = 1000, .remember_tokens = false};
  std::vector<Position> ends;
  {
    Writer writer = open(options);
    for (int i = 0; i < 40; ++i) {
      add(writer, {"finding " + std::to_string(i), std::string(50, 'f')});
      ASSERT_TRUE(writer.commit());
      ends.push_back(writer.end());
    }
  }
  for (const std::size_t keep : {39, 30, 29, 12, 11, 10, 0}) {
    WriterOptions cut = options;
    cut.truncate_to = ends[keep];
    Writer writer = open(cut);
    EXPECT_EQ(read(writer.end()).size(), (keep + 1) * 2) << keep;
    EXPECT_EQ(writer.next_sequence(), (keep + 1) * 2 + 1);
  }
  WriterOptions all = options;
  all.truncate_to = Position{};
  Writer writer = open(all);
  EXPECT_TRUE(read().empty());
  EXPECT_EQ(writer.next_sequence(), 1U);
}

TEST_F(JournalTest, removes_what_is_old_and_keeps_what_it_remembers) {
  {
    Writer writer = open({.segment_bytes = 1000});
    for (int i = 0; i < 20; ++i) {
      add(writer, {std::string(300, 'r')}, "t" + std::to_string(i), std::to_string(i));
      ASSERT_TRUE(writer.commit());
    }
    const Position end = writer.end();
    clock_.advance(std::chrono::hours(2));
    EXPECT_EQ(*writer.remove_old({.from = {}, .at_most_ns = 0}), 0U);
    EXPECT_EQ(*writer.remove_old({.from = end, .at_most_ns = 3LL * 3600 * 1'000'000'000}), 0U);
    EXPECT_GT(*writer.remove_old({.from = {5, 0}, .at_most_ns = 0}), 3U);
    EXPECT_EQ(writer.status().oldest_segment, 5U);
    EXPECT_GT(*writer.remove_old({.from = end, .at_most_ns = 1LL << 62, .at_most_bytes = 2500}), 0U);
    EXPECT_LE(writer.status().bytes, 2500U);
  }
  Writer writer = open({.segment_bytes = 1000});
  EXPECT_EQ(writer.resume(7, "key"), "19");
  EXPECT_EQ(writer.next_sequence(), 21U);
  EXPECT_FALSE(read(writer.end()).empty());
}

TEST_F(JournalTest, a_removal_that_was_interrupted_is_completed) {
  {
    Writer writer = open({.segment_bytes = 500});
    for (int i = 0; i < 10; ++i) {
      add(writer, {std::string(300, 'r')});
      ASSERT_TRUE(writer.commit());
    }
  }
  Footer note;
  note.end = 3;
  std::string bytes;
  append_footer(bytes, 0, note);
  ASSERT_TRUE(disk_.replace(folder_ + "/removed", bytes));
  Writer writer = open({.segment_bytes = 500});
  EXPECT_EQ(writer.status().oldest_segment, 4U);
  EXPECT_FALSE(std::filesystem::exists(path(3)));
}

TEST_F(JournalTest, refuses_a_newer_format_and_a_log_of_another_kind) {
  {
    Writer writer = open();
    add(writer, {"one"});
    ASSERT_TRUE(writer.commit());
  }
  EXPECT_FALSE(Writer::open(disk_, clock_, folder_, {.kind = LogKind::findings}));
  std::string bytes = *os::read_file(path(1));
  bytes[8] = 2;
  const std::uint32_t crc = crc32c(std::string_view(bytes).substr(0, kHeaderCopyBytes - 4));
  for (std::size_t i = 0; i < 4; ++i) bytes[kHeaderCopyBytes - 4 + i] = static_cast<char>(crc >> (8 * i));
  std::copy_n(bytes.data(), kHeaderCopyBytes, bytes.data() + kHeaderCopyBytes);
  std::ofstream(path(1), std::ios::binary) << bytes;
  const auto newer = Writer::open(disk_, clock_, folder_, {});
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, base::ErrorCode::unsupported);
}

TEST_F(JournalTest, ids_stay_unique_when_the_clock_goes_back) {
  Writer writer = open();
  const Added first = add(writer, {"one"});
  clock_.set({1'000'000'000});
  const Added second = add(writer, {"two"});
  EXPECT_NE(first.first, second.first);
  EXPECT_EQ(second.first.parts().sequence, 2U);
  clock_.set({-5});
  EXPECT_EQ(add(writer, {"three"}).first.parts().received_ms, 0U);
  ASSERT_TRUE(writer.commit());
}

TEST_F(JournalTest, limits_are_errors_and_change_nothing) {
  Writer writer = open();
  const std::string large(kMaxRecordBytes + 1, 'l');
  const std::vector<std::string_view> records{large};
  EXPECT_FALSE(writer.add({.head = {}, .records = records}));
  EXPECT_FALSE(writer.add({.head = {}, .records = {}}));
  const std::string name(256, 'n');
  const std::vector<std::string_view> small{"x"};
  NewBatch batch{.head = {}, .records = small};
  batch.head.token = name;
  EXPECT_FALSE(writer.add(batch));
  EXPECT_EQ(writer.next_sequence(), 1U);
  ASSERT_TRUE(writer.commit());
}

}  // namespace
}  // namespace hinomi::store::journal
