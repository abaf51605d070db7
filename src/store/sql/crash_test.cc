// Programs that are killed while they write or migrate, and disks that are full or fail.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "os/file.h"
#include "os/testing/scratch_folder.h"
#include "store/sql/testing/fresh_database.h"
#include "store/sqlite/scrub.h"

namespace hinomi::store::sql {
namespace {

using base::ErrorCode;
using Kind = Connection::Kind;

base::Result<std::int64_t> ask(Database& database, std::string_view sql) {
  auto lease = database.lease(Kind::read);
  if (!lease) return lease.error();
  auto statement = (*lease)->prepare(sql);
  if (!statement) return statement.error();
  const auto row = (*statement)->step();
  if (!row) return row.error();
  return *row ? (*statement)->integer(0) : -4711;
}

base::Result<void> insert(Database& database, std::int64_t x, std::size_t bytes) {
  return in_transaction(database, Kind::write, [&](Connection& connection) -> base::Result<void> {
    auto statement = connection.prepare("INSERT INTO t VALUES (?, ?)");
    if (!statement) return statement.error();
    if (auto done = (*statement)->bind(x).bind(std::string(bytes, 'x')).run(); !done) return done.error();
    return {};
  });
}

constexpr Migrations table() {
  return {.name = "test", .steps = {"CREATE TABLE t (x BIGINT PRIMARY KEY, y TEXT)"}};
}

// A process of its own, made while this one has no connection: connections do not survive a fork.
template <typename Work>
class Child {
 public:
  explicit Child(Work work) {
    pid_ = ::fork();
    if (pid_ == 0) {
      work();
      ::_exit(0);
    }
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

class SqlCrash : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { HINOMI_NEEDS_DATABASE(GetParam()); }
  FreshDatabase database_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, SqlCrash, ::testing::ValuesIn(kAllBackends), backend_name);

class SqlCrashOfTwoPrograms : public SqlCrash {};
INSTANTIATE_TEST_SUITE_P(Shared, SqlCrashOfTwoPrograms, ::testing::ValuesIn(kSharedBackends), backend_name);

TEST_P(SqlCrash, what_was_committed_is_there_after_a_program_was_killed) {
  ASSERT_TRUE(migrate(*database_, table()));
  database_.close();
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 8; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    Child child([&] {
      const auto database = database_.open_again();
      for (std::int64_t x = acknowledged + 2; insert(*database, x, static_cast<std::size_t>(x * 37 % 9000));
           ++x) {
        static_cast<void>(::write(ends[1], &x, sizeof(x)));
      }
    });
    ::close(ends[1]);
    std::int64_t x = 0;
    for (int i = 0; i < 10 + round * 7; ++i) ASSERT_EQ(::read(ends[0], &x, sizeof(x)), 8);
    child.kill();
    while (::read(ends[0], &x, sizeof(x)) == 8) {
    }
    ::close(ends[0]);
    acknowledged = x;
    const auto database = database_.open_again();
    EXPECT_GE(*ask(*database, "SELECT max(x) FROM t"), acknowledged);
    EXPECT_LE(*ask(*database, "SELECT max(x) FROM t"), acknowledged + 1);
    if (GetParam().dialect == Dialect::sqlite) {
      const auto report = database->scrub({});
      EXPECT_TRUE(report->is_sound()) << report->log_damage << report->damaged_pages;
    }
  }
}

TEST_P(SqlCrashOfTwoPrograms, a_migration_that_was_killed_is_rolled_back_and_done_by_the_next_program) {
  constexpr std::string_view kFirst = "CREATE TABLE a (x BIGINT)";
  constexpr std::string_view kEndless =
      "CREATE TABLE b (x BIGINT); INSERT INTO a VALUES (1); "
      "INSERT INTO b WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x % 1000 + 1 FROM n) SELECT max(x) "
      "FROM n";
  constexpr std::string_view kSecond = "CREATE TABLE b (x BIGINT); INSERT INTO a VALUES (1)";
  const Migrations endless{.name = "test", .steps = {kFirst, kEndless}};
  const Migrations real{.name = "test", .steps = {kFirst, kSecond}};
  database_.close();
  Child child([&] { static_cast<void>(migrate(*database_.open_again(), endless)); });
  {
    const auto watching = database_.open_again({.wait = std::chrono::milliseconds(20)});
    const auto is_in_the_middle = [&] {
      auto reading = watching->lease(Kind::read);
      const auto version = schema_version(**reading, real);
      if (!version || *version != 1) return false;
      auto writing = watching->lease(Kind::write);
      const auto tx = Tx::begin(**writing, Kind::write);
      return !tx || !(*writing)->lock_name("schema_version");
    };
    while (!is_in_the_middle()) std::this_thread::yield();
  }
  child.kill();
  const auto database = database_.open_again();
  EXPECT_FALSE(ask(*database, "SELECT count(*) FROM b"));
  const auto done = migrate(*database, real);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(*ask(*database, "SELECT count(*) FROM a"), 1);
  EXPECT_EQ(*ask(*database, "SELECT count(*) FROM b"), 0);
}

// A file system of a few megabytes; needs root.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    mounted_ = ::mkdir(path_.c_str(), 0700) == 0 &&
               ::mount("tmpfs", path_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=4m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool is_there() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

class SqliteDisk : public ::testing::TestWithParam<Backend> {
 protected:
  [[nodiscard]] std::unique_ptr<Database> open(const std::string& path) const {
    SqliteOptions options = fresh_.sqlite_options({});
    options.path = path;
    auto database = open_sqlite(options);
    EXPECT_TRUE(database) << database.error().message;
    return database ? std::move(*database) : nullptr;
  }

  os::ScratchFolder folder_;
  FreshDatabase fresh_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, SqliteDisk,
                         ::testing::Values(Backend(Dialect::sqlite),
                                           Backend(Dialect::sqlite, SqlitePages::sealed)),
                         backend_name);

TEST_P(SqliteDisk, that_is_full_is_an_io_error_that_damages_nothing_and_ends_with_its_cause) {
  const SmallDisk disk(folder_ / "disk");
  if (!disk.is_there()) GTEST_SKIP() << "no small file system can be mounted here (needs root)";
  const auto database = open(folder_ / "disk/test.db");
  ASSERT_TRUE(migrate(*database, table()));
  {
    std::ofstream filler(folder_ / "disk/filler");
    filler << std::string(1 << 20, 'x');
  }
  std::int64_t rows = 0;
  base::Result<void> done;
  while ((done = insert(*database, rows, 40'000))) ++rows;
  EXPECT_EQ(done.error().code, ErrorCode::io) << done.error().message;
  EXPECT_GT(rows, 10);
  EXPECT_EQ(insert(*database, rows, 40'000).error().code, ErrorCode::io);
  EXPECT_EQ(*ask(*database, "SELECT count(*) FROM t"), rows) << "reading goes on";
  ASSERT_EQ(::unlink((folder_ / "disk/filler").c_str()), 0);
  ASSERT_TRUE(insert(*database, rows, 40'000)) << "and writing, when there is room again";
  EXPECT_EQ(*ask(*database, "SELECT count(*) FROM t"), rows + 1);
  EXPECT_EQ(*ask(*database, "SELECT sum(length(y)) FROM t"), (rows + 1) * 40'000);
  EXPECT_TRUE(database->scrub({})->is_sound());
}

// While it lives, no file of this process grows beyond `bytes`: writing there fails as a broken disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_P(SqliteDisk, that_fails_makes_the_connections_be_opened_anew) {
  const auto database = open(folder_ / "test.db");
  ASSERT_TRUE(migrate(*database, table()));
  ASSERT_TRUE(insert(*database, 1, 1000));
  EXPECT_EQ(*ask(*database, "SELECT count(*) FROM t"), 1);
  {
    const FileSizeLimit broken(100'000);
    auto lease = database->lease(Kind::write);
    ASSERT_TRUE((*lease)->begin(Kind::write));
    auto statement = (*lease)->prepare("INSERT INTO t VALUES (2, ?)");
    ASSERT_TRUE((*statement)->bind(std::string(400'000, 'x')).run());
    const auto done = (*lease)->commit();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::io) << done.error().message;
    EXPECT_FALSE((*lease)->is_usable());
  }
  EXPECT_EQ(*ask(*database, "SELECT count(*) FROM t"), 1);
  ASSERT_TRUE(insert(*database, 3, 400'000));
  EXPECT_EQ(*ask(*database, "SELECT count(*) FROM t"), 2);
  EXPECT_TRUE(database->scrub({})->is_sound());
}

TEST_P(SqliteDisk, with_a_damaged_page_withholds_only_that) {
  const std::string path = folder_ / "test.db";
  {
    const auto database = open(path);
    ASSERT_TRUE(migrate(*database, table()));
    for (std::int64_t x = 0; x < 100; ++x) ASSERT_TRUE(insert(*database, x, 3000));
  }
  std::string bytes = *os::read_file(path);
  bytes[50 * 4096 + 100] = static_cast<char>(bytes[50 * 4096 + 100] ^ 1);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  const auto database = open(path);
  const auto all = ask(*database, "SELECT sum(length(y)) FROM t");
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, ErrorCode::io);
  EXPECT_NE(all.error().message.find("page 51 is damaged"), std::string::npos) << all.error().message;
  int readable = 0;
  for (std::int64_t x = 0; x < 100; ++x) {
    if (ask(*database, "SELECT length(y) FROM t WHERE x = " + std::to_string(x))) ++readable;
  }
  EXPECT_GT(readable, 90);
  EXPECT_LT(readable, 100);
  EXPECT_EQ(database->scrub({})->damaged, std::vector<std::uint32_t>{51});
}

TEST(SqliteSealed, is_opened_with_its_key_only) {
  const os::ScratchFolder folder;
  const std::array<std::byte, 32> key{std::byte{1}};
  const std::array<std::byte, 32> other{std::byte{2}};
  SqliteOptions options{
      .path = folder / "vault.db", .pages = SqlitePages::sealed, .random = os::system_random};
  EXPECT_EQ(open_sqlite(options).error().code, ErrorCode::usage) << "no key";
  options.key = std::span(key).first(31);
  EXPECT_EQ(open_sqlite(options).error().code, ErrorCode::usage);
  options.key = key;
  {
    const auto database = open_sqlite(options);
    ASSERT_TRUE(database) << database.error().message;
    ASSERT_TRUE(migrate(**database, table()));
    const auto second = open_sqlite(options);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  }
  const std::string before = *os::read_file(options.path);
  options.key = other;
  const auto refused = open_sqlite(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::io);
  EXPECT_NE(refused.error().message.find("the key is another one"), std::string::npos);
  EXPECT_EQ(*os::read_file(options.path), before);
  options.pages = SqlitePages::checked;
  EXPECT_FALSE(open_sqlite(options));
  EXPECT_EQ(*os::read_file(options.path), before);
}

}  // namespace
}  // namespace hinomi::store::sql
