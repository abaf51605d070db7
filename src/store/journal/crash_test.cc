// What a log keeps when power, disk, memory and clock do what they may do. The search through all of it by
// chance is tests/sim; here is one test for each way that was thought of, or found there.
#include <algorithm>
#include <memory>

#include "os/clock.h"
#include "os/testing/simulated_disk.h"
#include "store/journal/reader.h"
#include "store/journal/writer.h"

#include <gtest/gtest.h>

namespace hinomi::store::journal {
namespace {

constexpr Position kAll{0xFFFF'FFFF, 0};
constexpr std::uint64_t kSeeds = 200;
constexpr std::int64_t kYearNs = 365LL * 24 * 3600 * 1'000'000'000;

// A log on a disk of its own.
class Log {
 public:
  explicit Log(std::uint64_t seed = 1, WriterOptions with = {}) : disk(seed), options(std::move(with)) {}

  void open() {
    writer.reset();
    auto opened = Writer::open(disk, clock, "j", options);
    ASSERT_TRUE(opened) << opened.error().message;
    writer = std::make_unique<Writer>(std::move(*opened));
  }
  base::Result<Added> add(std::string_view text, std::string_view token = {}, std::string_view resume = {},
                          std::string_view key = "key") {
    NewBatch batch{.head = {}, .records = std::span(&text, 1)};
    batch.head.source_id = 7;
    batch.head.token = token;
    if (!resume.empty()) {
      batch.head.resume_key = key;
      batch.head.resume_value = resume;
    }
    return writer->add(batch);
  }
  Added commit(std::string_view text, std::string_view token = {}) {
    auto added = add(text, token);
    EXPECT_TRUE(added);
    auto committed = writer->commit();
    EXPECT_TRUE(committed) << committed.error().message;
    return *added;
  }
  std::vector<std::string> read(Position limit = kAll) {
    Reader reader(disk, "j");
    std::vector<std::string> texts;
    for (;;) {
      auto batch = reader.next(limit);
      EXPECT_TRUE(batch) << batch.error().message;
      if (!batch || *batch == nullptr) break;
      for (const Record& record : (*batch)->records) texts.emplace_back(record.raw);
    }
    damages = reader.damages();
    return texts;
  }
  static std::string path(std::uint32_t number) { return "j/" + segment_name(number); }

  os::SimulatedDisk disk;
  os::ManualClock clock{{1'776'092'400'000'000'000}};
  WriterOptions options;
  std::unique_ptr<Writer> writer;
  std::vector<Damage> damages;
};

using Texts = std::vector<std::string>;

TEST(JournalDamage, any_flipped_bit_of_a_batch_costs_that_batch_alone) {
  Log log;
  log.open();
  const Position from = log.commit("one").position;
  const Position second = log.commit("two").position;
  const Position third = log.commit("three").position;
  log.commit("four");
  ASSERT_LT(from, second);
  for (std::uint64_t bit = second.offset * 8ULL; bit < third.offset * 8ULL; ++bit) {
    log.disk.flip_bit(Log::path(1), bit);
    EXPECT_EQ(log.read(), (Texts{"one", "three", "four"})) << bit;
    ASSERT_EQ(log.damages.size(), 1U) << bit;
    EXPECT_EQ(log.damages[0].from, second);
    EXPECT_EQ(log.damages[0].bytes, third.offset - second.offset);
    log.open();
    EXPECT_EQ(log.read(log.writer->end()), (Texts{"one", "three", "four"})) << bit;
    EXPECT_EQ(log.writer->next_sequence(), 5U) << bit;
    log.disk.flip_bit(Log::path(1), bit);
  }
}

TEST(JournalDamage, a_flipped_bit_of_a_segments_header_costs_nothing) {
  Log log;
  log.open();
  log.commit("one");
  for (std::uint64_t bit = 0; bit < kSegmentHeaderBytes * 8; ++bit) {
    log.disk.flip_bit(Log::path(1), bit);
    log.open();
    EXPECT_EQ(log.writer->next_sequence(), 2U) << bit;
    EXPECT_EQ(log.read(log.writer->end()), (Texts{"one"})) << bit;
    log.writer.reset();
    log.disk.flip_bit(Log::path(1), bit);
  }
}

TEST(JournalDamage, a_segment_whose_header_is_lost_is_kept_and_its_ids_are_not_given_again) {
  Log log(1, {.segment_bytes = 600});
  log.open();
  for (int i = 0; i < 10; ++i) log.commit("record " + std::to_string(i));
  const std::uint32_t last = log.writer->end().segment;
  ASSERT_GE(last, 2U);
  const std::string before = log.disk.bytes_of(Log::path(last));
  std::string damaged = before;
  std::fill_n(damaged.begin(), kSegmentHeaderBytes, 'x');
  log.disk.put(Log::path(last), damaged);
  log.open();
  EXPECT_EQ(log.disk.bytes_of(Log::path(last)), damaged) << "there may be something to be saved";
  EXPECT_GE(log.commit("new").first.parts().sequence, 11U);
  const Texts texts = log.read(log.writer->end());
  EXPECT_EQ(texts.front(), "record 0");
  EXPECT_EQ(texts.back(), "new");
  ASSERT_EQ(log.damages.size(), 1U);
  EXPECT_EQ(log.damages[0].from, (Position{last, kSegmentHeaderBytes}));
  EXPECT_EQ(log.damages[0].bytes, before.size() - kSegmentHeaderBytes);
}

TEST(JournalDamage, a_segment_that_was_never_finished_being_made_is_no_damage) {
  for (const std::size_t size : {0U, 30U, 64U, 100U}) {
    Log log;
    log.open();
    log.commit("one");
    log.disk.put(Log::path(2), std::string(size, '\0'));
    EXPECT_EQ(log.read(), (Texts{"one"}));
    EXPECT_TRUE(log.damages.empty());
    log.open();
    log.commit("two");
    log.disk.put(Log::path(log.writer->end().segment + 1), std::string(size, '\0'));
    log.disk.put(Log::path(log.writer->end().segment + 2), std::string(size, '\0'));
    log.open();
    log.commit("three");
    EXPECT_EQ(log.read(log.writer->end()), (Texts{"one", "two", "three"}));
    EXPECT_TRUE(log.damages.empty());
  }
}

TEST(JournalDamage, what_a_torn_write_left_of_a_header_is_not_taken_for_a_newer_format) {
  Log log;
  log.open();
  log.commit("one");
  log.disk.put(Log::path(2), log.disk.bytes_of(Log::path(1)).substr(0, 8) + std::string(80, '\x77'));
  log.open();
  EXPECT_FALSE(log.disk.exists(Log::path(2)));
  EXPECT_EQ(log.read(log.writer->end()), (Texts{"one"}));
}

TEST(JournalDamage, a_reader_is_soon_through_a_segment_that_is_shorter_than_it_should_be) {
  Log log;
  log.open();
  log.commit("one");
  const std::uint64_t before = log.disk.counters().calls;
  EXPECT_EQ(log.read({1, 0xFFFF'FFF0}), (Texts{"one"}));
  EXPECT_EQ(log.damages.size(), 1U);
  EXPECT_LT(log.disk.counters().calls - before, 50U);
}

TEST(JournalDamage, damage_to_the_note_of_what_was_removed_removes_nothing) {
  Log log(1, {.segment_bytes = 500});
  log.open();
  for (int i = 0; i < 12; ++i) log.commit(std::string(300, 'r'));
  ASSERT_EQ(*log.writer->remove_old({.from = {4, 0}, .at_most_ns = -1}), 3U);
  const std::string note = log.disk.bytes_of("j/removed");
  for (std::uint64_t bit = 0; bit < note.size() * 8; ++bit) {
    log.disk.flip_bit("j/removed", bit);
    log.open();
    EXPECT_EQ(log.writer->status().oldest_segment, 4U) << bit;
    ASSERT_TRUE(log.disk.exists(Log::path(4)));
    log.disk.flip_bit("j/removed", bit);
  }
}

TEST(JournalDamage, text_that_looks_like_the_end_of_a_segment_is_not_its_end) {
  Log log;
  log.open();
  log.commit("one", "t");
  // As a sender would who guesses where its record lies, and is lucky with the place of the tear.
  Footer lie;
  lie.end = log.writer->end().offset + 200;
  lie.next_sequence = kSequenceLimit - 1;
  std::string forged;
  append_footer(forged, 0, lie);
  std::string bytes = log.disk.bytes_of(Log::path(1));
  log.commit(forged);
  const std::string with_head = log.disk.bytes_of(Log::path(1)).substr(0, bytes.size() + 108);
  bytes = with_head + std::string(lie.end - with_head.size(), 'x') + forged;
  log.disk.put(Log::path(1), bytes);
  log.open();
  EXPECT_EQ(log.writer->next_sequence(), 2U);
  EXPECT_TRUE(log.add("one", "t")->duplicate);
  EXPECT_EQ(log.read(log.writer->end()), (Texts{"one"}));
}

TEST(JournalCrash, places_to_resume_from_outlive_the_segments_that_knew_them) {
  Log log(1, {.segment_bytes = 500});
  log.open();
  ASSERT_TRUE(log.add("first of a file", {}, "100", "a file that is quiet now"));
  ASSERT_TRUE(log.add("with a token", "token"));
  ASSERT_TRUE(log.writer->commit());
  for (int i = 0; i < 12; ++i) log.commit(std::string(300, 'r'));
  // All but the one that is being written.
  ASSERT_GT(*log.writer->remove_old({.from = log.writer->end(), .at_most_ns = -1}), 5U);
  log.writer.reset();
  log.disk.crash();
  log.open();
  EXPECT_EQ(log.writer->resume(7, "a file that is quiet now"), "100");
  EXPECT_TRUE(log.add("with a token", "token")->duplicate);
  EXPECT_EQ(log.commit("next").first.parts().sequence, 15U);
}

TEST(JournalCrash, what_a_failed_sync_left_in_memory_is_not_taken_for_durable) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Log log(seed);
    log.open();
    log.commit("one", "t1");
    ASSERT_TRUE(log.add("two", "t2"));
    log.disk.faults.sync_fails = 1;
    EXPECT_FALSE(log.writer->commit());
    log.disk.faults.sync_fails = 0;
    // The program ends and is started again; the memory of the machine stays.
    log.writer.reset();
    log.disk.restart();
    log.open();
    const bool stored = log.add("two", "t2")->duplicate;
    found += stored ? 1 : 0;
    log.writer.reset();
    log.disk.crash();
    log.open();
    EXPECT_TRUE(log.add("one", "t1")->duplicate);
    EXPECT_TRUE(!stored || log.add("two", "t2")->duplicate) << "answered as durable, and lost: " << seed;
  }
  EXPECT_GT(found, 10);
}

TEST(JournalCrash, a_segments_name_is_durable_before_anything_in_it_is_acknowledged) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Log log(seed);
    log.open();
    ASSERT_TRUE(log.add("one"));
    log.disk.die_after(seed % 6);
    (void)log.writer->commit();
    log.writer.reset();
    log.disk.restart();
    log.open();
    log.commit("two");
    log.writer.reset();
    log.disk.crash();
    log.open();
    const Texts texts = log.read(log.writer->end());
    ASSERT_FALSE(texts.empty()) << seed;
    EXPECT_EQ(texts.back(), "two") << seed;
  }
}

TEST(JournalCrash, of_a_commit_that_was_torn_nothing_behind_the_tear_counts) {
  int torn = 0;
  int all = 0;
  for (std::uint64_t seed = 0; seed < 3 * kSeeds; ++seed) {
    Log log(seed);
    log.open();
    log.commit("old");
    for (int i = 1; i <= 4; ++i)
      ASSERT_TRUE(log.add(std::string(700, static_cast<char>('0' + i)), {}, std::to_string(i)));
    log.disk.die_after(1);
    EXPECT_FALSE(log.writer->commit());
    log.writer.reset();
    log.disk.crash();
    log.open();
    const Texts texts = log.read(log.writer->end());
    ASSERT_FALSE(texts.empty());
    EXPECT_EQ(texts[0], "old");
    for (std::size_t i = 1; i < texts.size(); ++i) EXPECT_EQ(texts[i][0], static_cast<char>('0' + i)) << seed;
    // A file is followed from where it says; what was before that and is not stored would be lost.
    EXPECT_EQ(log.writer->resume(7, "key"), texts.size() == 1 ? "" : std::to_string(texts.size() - 1))
        << seed;
    torn += texts.size() > 1 && texts.size() < 5 ? 1 : 0;
    all += texts.size() == 5 ? 1 : 0;
  }
  EXPECT_GT(torn, 10);
  EXPECT_GT(all, 10);
}

TEST(JournalCrash, a_tail_that_was_not_acknowledged_never_shows_again) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Log log(seed);
    log.open();
    log.commit("one");
    ASSERT_TRUE(log.add("refused"));
    log.disk.faults.sync_fails = 1;
    EXPECT_FALSE(log.writer->commit());
    log.disk.faults.sync_fails = 0;
    const Added added = log.commit("two");
    EXPECT_EQ(added.first.parts().sequence, 2U);
    EXPECT_EQ(log.read(), (Texts{"one", "two"}));
    log.writer.reset();
    log.disk.crash();
    log.open();
    EXPECT_EQ(log.read(log.writer->end()), (Texts{"one", "two"}));
    EXPECT_TRUE(log.damages.empty());
  }
}

TEST(JournalCrash, only_so_many_tokens_are_remembered_also_at_open) {
  Log log(1, {.segment_bytes = 500, .remembered_tokens = 10});
  log.open();
  for (int i = 0; i < 30; ++i) log.commit("record", "t" + std::to_string(i));
  for (int again = 0; again < 2; ++again) {
    EXPECT_FALSE(log.add("record", "t19")->duplicate);
    EXPECT_TRUE(log.add("record", "t20")->duplicate);
    EXPECT_TRUE(log.add("record", "t29")->duplicate);
    log.open();
  }
}

TEST(JournalClock, a_clock_that_jumps_ahead_makes_no_token_forgotten) {
  Log log;
  log.open();
  log.commit("one", "t");
  log.clock.set({log.clock.now().since_epoch_ns + 10 * kYearNs});
  log.commit("two");
  EXPECT_TRUE(log.add("one", "t")->duplicate);
  log.clock.set({log.clock.now().since_epoch_ns - 35 * kYearNs});
  log.commit("three");
  EXPECT_TRUE(log.add("one", "t")->duplicate);
  log.clock.advance(std::chrono::hours(25));
  log.commit("four");
  EXPECT_FALSE(log.add("one", "t")->duplicate);
}

TEST(JournalClock, a_clock_that_jumps_ahead_removes_nothing_early) {
  Log log(1, {.segment_bytes = 500});
  log.open();
  for (int i = 0; i < 12; ++i) log.commit(std::string(300, 'r'));
  log.clock.set({log.clock.now().since_epoch_ns + 10 * kYearNs});
  EXPECT_EQ(*log.writer->remove_old({.from = log.writer->end(), .at_most_ns = kYearNs}), 0U);
  log.clock.advance(std::chrono::nanoseconds(kYearNs + kYearNs / 10));
  EXPECT_GT(*log.writer->remove_old({.from = log.writer->end(), .at_most_ns = kYearNs}), 5U);
}

TEST(JournalClock, a_clock_that_was_behind_and_is_set_right_removes_nothing_early) {
  Log log(1, {.segment_bytes = 500});
  log.open();
  log.commit(std::string(300, 'r'));
  const base::TimeNs today = log.clock.now();
  log.clock.set({today.since_epoch_ns - 25 * kYearNs});
  for (int i = 0; i < 6; ++i) log.commit(std::string(300, 'r'), "t" + std::to_string(i));
  log.clock.set(today);
  log.commit(std::string(300, 'r'));
  EXPECT_EQ(*log.writer->remove_old({.from = log.writer->end(), .at_most_ns = kYearNs}), 0U);
  log.open();
  EXPECT_EQ(*log.writer->remove_old({.from = log.writer->end(), .at_most_ns = kYearNs}), 0U);
  EXPECT_TRUE(log.add("again", "t0")->duplicate);
}

TEST(JournalClock, a_clock_that_is_wrong_when_the_log_is_opened_makes_nothing_old) {
  for (const std::int64_t years : {10, -25}) {
    Log log(1, {.segment_bytes = 500});
    log.open();
    for (int i = 0; i < 6; ++i) log.commit(std::string(300, 'r'), "t" + std::to_string(i));
    const base::TimeNs today = log.clock.now();
    log.clock.set({today.since_epoch_ns + years * kYearNs});
    log.open();
    EXPECT_TRUE(log.add("again", "t0")->duplicate) << years;
    EXPECT_EQ(*log.writer->remove_old({.from = log.writer->end(), .at_most_ns = kYearNs}), 0U) << years;
    log.clock.set(today);
    log.clock.advance(std::chrono::hours(25));
    log.commit("forgets");
    EXPECT_FALSE(log.add("again", "t0")->duplicate) << years;
  }
}

TEST(JournalDamage, ids_behind_damage_in_the_last_commit_are_not_given_again) {
  Log log;
  log.open();
  log.commit("old");
  const auto hit = log.add("hit");
  ASSERT_TRUE(hit && log.add("seen") && log.writer->commit());
  log.disk.flip_bit(Log::path(1), hit->position.offset * 8ULL + 700);
  log.open();
  EXPECT_EQ(log.read(log.writer->end()), (Texts{"old"}));
  EXPECT_EQ(log.commit("new").first.parts().sequence, 4U);
}

}  // namespace
}  // namespace hinomi::store::journal
