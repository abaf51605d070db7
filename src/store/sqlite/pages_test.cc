// Files with checked and sealed pages: what is damaged is found and never handed out, what is sealed shows
// nothing.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "os/directory.h"
#include "os/file.h"
#include "os/testing/scratch_folder.h"
#include "store/sqlite/database.h"
#include "store/sqlite/scrub.h"

namespace hinomi::store::sqlite {
namespace {

using Access = Database::Access;

constexpr std::int64_t kRows = 1200;

std::string text_of_row(std::int64_t row) {
  return "row " + std::to_string(row) + " " + std::string(200 + row % 300, static_cast<char>('a' + row % 26));
}

// Nonces that are not the same twice; for tests only.
os::RandomBytes counting_bytes() {
  static std::uint64_t seed = 0;
  return [generator = std::make_shared<std::mt19937_64>(++seed)](std::span<std::uint8_t> into) {
    for (auto& byte : into) byte = static_cast<std::uint8_t>((*generator)());
  };
}

class SqlitePages : public ::testing::TestWithParam<PageFormat> {
 protected:
  [[nodiscard]] std::string path() const { return folder_ / "test.db"; }
  static std::array<std::byte, kKeyBytes> key(int which = 1) {
    std::array<std::byte, kKeyBytes> bytes{};
    bytes.fill(std::byte(which));
    return bytes;
  }
  [[nodiscard]] Pages pages(const std::string& path) const {
    if (GetParam() != PageFormat::sealed) return {.format = GetParam()};
    auto sealed = SealedFile::open(path, key(), counting_bytes());
    EXPECT_TRUE(sealed) << sealed.error().message;
    return {.format = GetParam(), .sealed = sealed ? *sealed : nullptr};
  }
  static base::Result<Database> open(const std::string& path, const Pages& pages,
                                     Access access = Access::read_write, int cache_kib = 16 * 1024) {
    return Database::open(path, {.access = access,
                                 .busy_timeout = std::chrono::milliseconds(1),
                                 .cache_kib = cache_kib,
                                 .pages = pages});
  }
  static base::Result<void> insert(Database& database, std::int64_t from, std::int64_t to) {
    auto statement = database.prepare("INSERT INTO t VALUES (?, ?)");
    if (!statement) return statement.error();
    for (std::int64_t row = from; row < to; ++row) {
      if (auto done = statement->bind(row, std::string_view(text_of_row(row))).run(); !done) return done;
    }
    return {};
  }
  static Database made(const std::string& path, const Pages& pages) {
    auto database = open(path, pages);
    EXPECT_TRUE(database) << database.error().message;
    EXPECT_TRUE(
        database->run("CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT); CREATE INDEX i ON t (y); BEGIN"));
    EXPECT_TRUE(insert(*database, 0, kRows));
    EXPECT_TRUE(database->run("COMMIT"));
    return std::move(*database);
  }
  // How many rows there are; an error when one cannot be read. What is read and is wrong fails the test.
  static base::Result<std::int64_t> read_all(Database& database) {
    std::int64_t rows = 0;
    for (const char* sql : {"SELECT x, y FROM t ORDER BY x", "SELECT x, y FROM t INDEXED BY i ORDER BY y"}) {
      auto statement = database.prepare(sql);
      if (!statement) return statement.error();
      rows = 0;
      for (;;) {
        const auto more = statement->step();
        if (!more) return more.error();
        if (!*more) break;
        EXPECT_EQ(statement->row().text(1), text_of_row(statement->row().integer(0)));
        ++rows;
      }
    }
    return rows;
  }
  static void flip(const std::string& path, std::uint64_t bit) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(bit / 8));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(bit / 8));
    file.put(static_cast<char>(byte ^ (1 << (bit % 8))));
    ASSERT_TRUE(file.good());
  }
  void copy(const std::string& from, const std::string& to) const {
    for (const char* end : {"", "-wal"}) {
      std::filesystem::remove(to + end);
      if (std::filesystem::exists(from + end)) std::filesystem::copy_file(from + end, to + end);
    }
    std::filesystem::remove(to + "-shm");
  }
  static std::uint64_t size_of(const std::string& path) { return os::file_info(path)->size; }

  os::ScratchFolder folder_;
};

std::string format_name(const ::testing::TestParamInfo<PageFormat>& info) {
  return info.param == PageFormat::checked ? "Checked" : "Sealed";
}
INSTANTIATE_TEST_SUITE_P(Formats, SqlitePages, ::testing::Values(PageFormat::checked, PageFormat::sealed),
                         format_name);

TEST_P(SqlitePages, what_was_written_is_there_after_opening_anew) {
  for (int round = 0; round < 3; ++round) {
    const Pages how = pages(path());
    if (round == 0) static_cast<void>(made(path(), how));
    auto database = open(path(), how);
    ASSERT_TRUE(database) << database.error().message;
    EXPECT_EQ(*read_all(*database), kRows);
    EXPECT_TRUE(database->quick_check());
    EXPECT_EQ(*database->ask("PRAGMA synchronous"), 2);
  }
  const auto report = scrub(path(), pages(path()));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->is_sound());
  EXPECT_TRUE(report->complete);
  EXPECT_EQ(report->pages, size_of(path()) / kPageBytes);
  struct stat mode{};
  ASSERT_EQ(::stat(path().c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0777, 0600U);
}

TEST_P(SqlitePages, readers_see_what_a_writer_commits) {
  const Pages how = pages(path());
  Database writer = made(path(), how);
  auto reader = open(path(), how, Access::read_only);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(*read_all(*reader), kRows);
  {
    auto tx = Tx::begin(*reader, Tx::Kind::read);
    EXPECT_EQ(*reader->ask("SELECT count(*) FROM t"), kRows);
    ASSERT_TRUE(insert(writer, kRows, kRows + 10));
    EXPECT_EQ(*reader->ask("SELECT count(*) FROM t"), kRows);
  }
  EXPECT_EQ(*read_all(*reader), kRows + 10);
  auto second = open(path(), how);
  auto tx = Tx::begin(writer, Tx::Kind::write);
  EXPECT_EQ(Tx::begin(*second, Tx::Kind::write).error().code, base::ErrorCode::unavailable);
}

// More changes than the cache holds: pages go to the log before the commit, and some of them twice.
TEST_P(SqlitePages, a_transaction_larger_than_the_cache_is_written_and_rolled_back) {
  const Pages how = pages(path());
  static_cast<void>(made(path(), how));
  auto database = open(path(), how, Access::read_write, 64);
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->run("BEGIN"));
  ASSERT_TRUE(database->run("UPDATE t SET y = 'other ' || y"));
  ASSERT_TRUE(database->run("UPDATE t SET y = 'and ' || y"));
  EXPECT_EQ(*database->ask("SELECT count(*) FROM t WHERE y LIKE 'and other row%'"), kRows);
  ASSERT_TRUE(database->run("ROLLBACK"));
  EXPECT_EQ(*read_all(*database), kRows);
  for (int round = 0; round < 3; ++round) {
    const auto begun = database->run("BEGIN; DELETE FROM t");
    ASSERT_TRUE(begun) << begun.error().message;
    ASSERT_TRUE(insert(*database, 0, 2 * kRows));
    ASSERT_TRUE(database->run("UPDATE t SET y = y WHERE x % 2 = 0"));
    ASSERT_TRUE(database->run("COMMIT"));
  }
  // As after a crash: the log alone has it.
  copy(path(), folder_ / "copy.db");
  const Pages again = pages(folder_ / "copy.db");
  EXPECT_TRUE(scrub(folder_ / "copy.db", again)->is_sound());
  auto recovered = open(folder_ / "copy.db", again);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(*read_all(*recovered), 2 * kRows);
  EXPECT_TRUE(recovered->quick_check());
}

TEST_P(SqlitePages, deleting_much_and_growing_again_leaves_no_page_that_was_never_written) {
  const Pages how = pages(path());
  Database database = made(path(), how);
  for (int round = 0; round < 4; ++round) {
    ASSERT_TRUE(database.run("BEGIN"));
    ASSERT_TRUE(insert(database, kRows * (round + 1), kRows * (round + 2)));
    ASSERT_TRUE(database.run("DELETE FROM t WHERE x % 3 <> 0; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)"));
    ASSERT_TRUE(database.run("PRAGMA incremental_vacuum"));
    const auto report = scrub(path(), how);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->is_sound()) << report->damaged_pages << report->log_damage;
    EXPECT_TRUE(read_all(database));
  }
}

TEST_P(SqlitePages, every_flipped_bit_of_the_file_is_found_and_nothing_wrong_is_read) {
  static_cast<void>(made(path(), pages(path())));
  const std::string copied = folder_ / "copy.db";
  const std::uint64_t bits = size_of(path()) * 8;
  std::mt19937_64 random(20181);
  int found_by_reading = 0;
  for (int i = 0; i < 200; ++i) {
    copy(path(), copied);
    const std::uint64_t bit = random() % bits;
    flip(copied, bit);
    const auto page = static_cast<std::uint32_t>(bit / 8 / kPageBytes + 1);
    if (GetParam() == PageFormat::sealed && page == 1) {
      EXPECT_FALSE(SealedFile::open(copied, key(), counting_bytes()));
      ++found_by_reading;
      continue;
    }
    const Pages how = pages(copied);
    auto database = open(copied, how);
    auto rows = database ? read_all(*database) : base::Result<std::int64_t>(database.error());
    if (rows) {
      EXPECT_EQ(*rows, kRows);  // a page that nothing needs
    } else {
      ++found_by_reading;
      EXPECT_EQ(rows.error().code, base::ErrorCode::io) << rows.error().message;
      EXPECT_NE(rows.error().message.find("page " + std::to_string(page) + " is damaged"), std::string::npos)
          << rows.error().message;
    }
    const auto report = scrub(copied, how);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_FALSE(report->is_sound()) << "bit " << bit;
    EXPECT_EQ(report->damaged, std::vector{page});
  }
  EXPECT_GT(found_by_reading, 150);
}

TEST_P(SqlitePages, every_flipped_bit_of_the_log_is_found_and_nothing_is_undone_silently) {
  const Pages how = pages(path());
  Database database = made(path(), how);
  ASSERT_TRUE(database.run("PRAGMA wal_autocheckpoint = 0"));
  for (std::int64_t row = kRows; row < kRows + 30; ++row) ASSERT_TRUE(insert(database, row, row + 1));
  const std::string copied = folder_ / "copy.db";
  copy(path(), copied);
  {
    auto recovered = open(copied, pages(copied));
    ASSERT_TRUE(recovered);
    EXPECT_EQ(*read_all(*recovered), kRows + 30);
  }
  const std::uint64_t size = size_of(path() + "-wal");
  ASSERT_GT(size, 100 * kFrameBytes);
  // Behind the last frame stands only the mark.
  const std::uint64_t bits = (size - kLogHeadBytes) / kFrameBytes * kFrameBytes * 8 + kLogHeadBytes * 8;
  std::mt19937_64 random(20182);
  for (int i = 0; i < 200; ++i) {
    copy(path(), copied);
    const std::uint64_t bit = i < 20 ? random() % (kLogHeadBytes * 8) : random() % bits;
    flip(copied + "-wal", bit);
    const std::string before = *os::read_file(copied + "-wal");
    const Pages copied_how = pages(copied);
    const auto report = scrub(copied, copied_how);
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->log_damage.empty()) << "bit " << bit;
    auto opened = open(copied, copied_how);
    auto rows = opened ? read_all(*opened) : base::Result<std::int64_t>(opened.error());
    ASSERT_FALSE(rows) << "bit " << bit << ": " << *rows << " rows";
    EXPECT_EQ(rows.error().code, base::ErrorCode::io);
    EXPECT_NE(rows.error().message.find("write-ahead log"), std::string::npos) << rows.error().message;
    opened = rows.error();
    EXPECT_EQ(*os::read_file(copied + "-wal"), before);
  }
}

TEST_P(SqlitePages, a_bit_that_flips_in_the_log_while_it_is_in_use_is_not_read) {
  const Pages how = pages(path());
  Database database = made(path(), how);
  ASSERT_TRUE(database.run("PRAGMA wal_autocheckpoint = 0; UPDATE t SET y = y"));
  std::mt19937_64 random(20183);
  const std::uint64_t frames = (size_of(path() + "-wal") - kLogHeadBytes) / kFrameBytes;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t frame = random() % frames;
    const std::uint64_t bit =
        (kLogHeadBytes + frame * kFrameBytes + kFrameHeadBytes) * 8 + random() % (kPageBytes * 8);
    flip(path() + "-wal", bit);
    auto reader = open(path(), how, Access::read_only);
    auto rows = reader ? read_all(*reader) : base::Result<std::int64_t>(reader.error());
    if (rows) {
      EXPECT_EQ(*rows, kRows);
    } else {
      EXPECT_EQ(rows.error().code, base::ErrorCode::io);
    }
    const auto report = scrub(path(), how);
    EXPECT_FALSE(report->log_damage.empty());
    flip(path() + "-wal", bit);
  }
  EXPECT_EQ(*read_all(database), kRows);
}

// Power goes while the last transaction is written: it was not acknowledged, and nothing else is lost.
TEST_P(SqlitePages, a_log_that_was_cut_off_in_its_last_transaction_loses_only_that) {
  const Pages how = pages(path());
  Database database = made(path(), how);
  ASSERT_TRUE(database.run("PRAGMA wal_autocheckpoint = 0"));
  ASSERT_TRUE(insert(database, kRows, kRows + 1));
  const std::uint64_t before = size_of(path() + "-wal");
  ASSERT_TRUE(database.run("UPDATE t SET y = y"));
  const std::uint64_t after = size_of(path() + "-wal");
  ASSERT_GT(after, before + 10 * kFrameBytes);
  const std::string copied = folder_ / "copy.db";
  std::mt19937_64 random(20184);
  for (int i = 0; i < 30; ++i) {
    copy(path(), copied);
    // Not the mark, which is written only after the sync; and some of what is before the cut did not arrive
    // either.
    const std::uint64_t cut = before + random() % (after - before - kFrameHeadBytes);
    std::filesystem::resize_file(copied + "-wal", cut);
    if (i % 2 == 1) flip(copied + "-wal", (before + random() % (cut - before + 1)) * 8 - 8);
    const Pages copied_how = pages(copied);
    EXPECT_TRUE(scrub(copied, copied_how)->is_sound()) << cut;
    auto recovered = open(copied, copied_how);
    ASSERT_TRUE(recovered) << recovered.error().message << " " << cut;
    EXPECT_EQ(*read_all(*recovered), kRows + 1);
    ASSERT_TRUE(insert(*recovered, kRows + 1, kRows + 5));
    // What the cut transaction left lies behind the new end now.
    copy(copied, folder_ / "second.db");
    auto second = open(folder_ / "second.db", pages(folder_ / "second.db"));
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(*read_all(*second), kRows + 5);
  }
}

TEST_P(SqlitePages, a_page_that_was_half_written_and_is_in_the_log_is_no_damage) {
  const Pages how = pages(path());
  Database database = made(path(), how);
  ASSERT_TRUE(database.run("PRAGMA wal_autocheckpoint = 0; UPDATE t SET y = y; CREATE TABLE u (x)"));
  const std::string copied = folder_ / "copy.db";
  copy(path(), copied);
  {
    std::fstream file(copied, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(512);
    file << std::string(512, 'x');  // page 1, which tells about the file
    file.seekp(2 * kPageBytes + 1024);
    file << std::string(2048, 'x');
  }
  const Pages copied_how = pages(copied);
  EXPECT_TRUE(scrub(copied, copied_how)->is_sound());
  auto recovered = open(copied, copied_how);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_EQ(*read_all(*recovered), kRows);
}

TEST_P(SqlitePages, a_page_in_the_place_of_another_or_lost_is_damage) {
  static_cast<void>(made(path(), pages(path())));
  const std::string bytes = *os::read_file(path());
  const auto swapped = [&](std::size_t one, std::size_t two) {
    std::string changed = bytes;
    changed.replace(one * kPageBytes, kPageBytes, bytes, two * kPageBytes, kPageBytes);
    changed.replace(two * kPageBytes, kPageBytes, bytes, one * kPageBytes, kPageBytes);
    return changed;
  };
  std::string zeros = bytes;
  zeros.replace(10 * kPageBytes, kPageBytes, kPageBytes, '\0');
  for (const std::string& changed : {swapped(5, 9), swapped(1, 2), zeros}) {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << changed;
    const Pages how = pages(path());
    EXPECT_FALSE(scrub(path(), how)->is_sound());
    auto database = open(path(), how);
    const auto rows = database ? read_all(*database) : base::Result<std::int64_t>(database.error());
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, base::ErrorCode::io);
  }
}

TEST_P(SqlitePages, a_scrub_asks_whether_to_go_on_and_can_be_ended) {
  static_cast<void>(made(path(), pages(path())));
  std::uint64_t asked = 0;
  const auto report = scrub(path(), pages(path()), [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_EQ(all, size_of(path()) / kPageBytes);
    EXPECT_LE(done, all);
    return ++asked < 1;
  });
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->complete);
  EXPECT_EQ(report->pages, 0U);
  EXPECT_EQ(scrub(folder_ / "nothing", {.format = PageFormat::checked}).error().code,
            base::ErrorCode::not_found);
  EXPECT_EQ(scrub(path(), {}).error().code, base::ErrorCode::usage);
}

class CheckedPages : public SqlitePages {};
INSTANTIATE_TEST_SUITE_P(Formats, CheckedPages, ::testing::Values(PageFormat::checked), format_name);

TEST_P(CheckedPages, any_sqlite_reads_the_file_with_its_log_and_a_plain_file_is_refused) {
  Database database = made(path(), pages(path()));
  ASSERT_TRUE(database.run("PRAGMA wal_checkpoint(TRUNCATE)"));
  copy(path(), folder_ / "copy.db");
  {
    auto plain = open(folder_ / "copy.db", {});
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_EQ(*read_all(*plain), kRows);
    EXPECT_TRUE(plain->quick_check());
  }
  static_cast<void>(made(folder_ / "plain.db", {}));
  const auto refused = open(folder_ / "plain.db", pages(""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::io);
  EXPECT_NE(refused.error().message.find("without checksums"), std::string::npos) << refused.error().message;
}

class SealedPages : public SqlitePages {};
INSTANTIATE_TEST_SUITE_P(Formats, SealedPages, ::testing::Values(PageFormat::sealed), format_name);

TEST_P(SealedPages, no_file_shows_anything_while_it_is_used_or_after) {
  const std::string secret = "an insider called Mallory";
  const auto shows = [&] {
    std::string names;
    const auto files = os::walk_folder(folder_.path());
    for (const auto& entry : *files) {
      const std::string bytes = *os::read_file(entry.path);
      for (const std::string& text : {secret, std::string("CREATE TABLE"), std::string("row 10"),
                                      std::string("SQLite format"), std::string("vault_table")}) {
        if (bytes.find(text) != std::string::npos) names += entry.path + " shows " + text + "\n";
      }
    }
    return names;
  };
  const auto names_of_files = [&] {
    std::set<std::string> names;
    const auto files = os::walk_folder(folder_.path());
    for (const auto& entry : *files) names.insert(std::filesystem::path(entry.path).filename());
    return names;
  };
  {
    const Pages how = pages(path());
    Database database = made(path(), how);
    auto small = open(path(), how, Access::read_write, 64);
    ASSERT_TRUE(small->run("CREATE TABLE vault_table (x TEXT)"));
    Statement insert = *small->prepare("INSERT INTO vault_table VALUES (?)");
    ASSERT_TRUE(insert.bind(std::string_view(secret)).run());
    EXPECT_EQ(shows(), "");
    // Sorts, statement journals and savepoints that do not fit into memory.
    ASSERT_TRUE(small->run("BEGIN; SAVEPOINT a; UPDATE t SET y = y || '" + std::string(2000, 'z') + "'"));
    EXPECT_FALSE(small->run("UPDATE t SET y = y || 'q', x = CASE x WHEN 1199 THEN 0 ELSE x END"));
    ASSERT_TRUE(small->run("ROLLBACK TO a; SELECT * FROM t ORDER BY length(y) + x % 7"));
    EXPECT_EQ(shows(), "");
    EXPECT_EQ(names_of_files(), (std::set<std::string>{"test.db", "test.db-wal"})) << "no -shm, no journal";
    const auto committed = small->run("COMMIT; PRAGMA wal_checkpoint(PASSIVE)");
    ASSERT_TRUE(committed) << committed.error().message;
    EXPECT_EQ(*read_all(*small), kRows);
    EXPECT_EQ(shows(), "");
    insert = Statement();
  }
  EXPECT_EQ(names_of_files(), std::set<std::string>{"test.db"});
  EXPECT_EQ(shows(), "");
}

TEST_P(SealedPages, the_same_page_is_never_the_same_bytes) {
  static_cast<void>(made(path(), pages(path())));
  static_cast<void>(made(folder_ / "other.db", pages(folder_ / "other.db")));
  const std::string one = *os::read_file(path());
  const std::string two = *os::read_file(folder_ / "other.db");
  ASSERT_EQ(one.size(), two.size());
  std::set<std::string_view> blocks;
  std::size_t count = 0;
  for (const std::string* bytes : {&one, &two}) {
    for (std::size_t at = 16; at + 16 <= bytes->size(); at += 16, ++count)
      blocks.insert(std::string_view(*bytes).substr(at, 16));
  }
  EXPECT_EQ(blocks.size(), count);
}

TEST_P(SealedPages, a_wrong_key_is_refused) {
  static_cast<void>(made(path(), pages(path())));
  const auto refused = SealedFile::open(path(), key(2), counting_bytes());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::io);
  EXPECT_NE(refused.error().message.find("the key is another one"), std::string::npos)
      << refused.error().message;
  auto database = open(path(), pages(path()));
  EXPECT_EQ(*read_all(*database), kRows) << "and nothing was changed";
}

TEST_P(SealedPages, a_wrong_key_is_refused_while_everything_is_in_the_log) {
  Database database = made(path(), pages(path()));
  copy(path(), folder_ / "copy.db");
  ASSERT_GT(size_of(folder_ / "copy.db-wal"), kFrameBytes);
  const auto before = *os::read_file(folder_ / "copy.db-wal");
  EXPECT_FALSE(SealedFile::open(folder_ / "copy.db", key(2), counting_bytes()));
  EXPECT_EQ(*os::read_file(folder_ / "copy.db-wal"), before);
  auto right = open(folder_ / "copy.db", pages(folder_ / "copy.db"));
  ASSERT_TRUE(right) << right.error().message;
  EXPECT_EQ(*read_all(*right), kRows);
}

TEST_P(SealedPages, a_page_of_another_file_with_the_same_key_is_refused) {
  static_cast<void>(made(path(), pages(path())));
  const std::string other = folder_ / "other.db";
  static_cast<void>(made(other, pages(other)));
  std::string bytes = *os::read_file(path());
  bytes.replace(4 * kPageBytes, kPageBytes, *os::read_file(other), 4 * kPageBytes, kPageBytes);
  std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes;
  const Pages how = pages(path());
  EXPECT_EQ(scrub(path(), how)->damaged, std::vector<std::uint32_t>{5});
  auto database = open(path(), how);
  EXPECT_FALSE(read_all(*database));
}

TEST_P(SealedPages, belongs_to_one_program_and_says_what_it_is) {
  {
    const Pages how = pages(path());
    Database database = made(path(), how);
    const auto second = SealedFile::open(path(), key(), counting_bytes());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::ErrorCode::unavailable);
  }
  EXPECT_FALSE(open(path(), {})) << "no database to SQLite";
  static_cast<void>(made(folder_ / "plain.db", {}));
  EXPECT_EQ(SealedFile::open(folder_ / "plain.db", key(), counting_bytes()).error().code,
            base::ErrorCode::invalid_input);
  EXPECT_EQ(SealedFile::open(folder_.write("short", "HNMS"), key(), counting_bytes()).error().code,
            base::ErrorCode::invalid_input);
  EXPECT_EQ(
      SealedFile::open(folder_.write("newer", "HNMS\x02" + std::string(11, 'x')), key(), counting_bytes())
          .error()
          .code,
      base::ErrorCode::unsupported);
}

}  // namespace
}  // namespace hinomi::store::sqlite
