// Archives that are damaged, cut off, foreign, or made to do harm; and the way there and back of a small data
// folder. What a real server does with them: tests/backup.
#include "backup/restore.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "audit/keys.h"
#include "audit/log.h"
#include "audit/tables.h"
#include "backup/archive.h"
#include "backup/make.h"
#include "os/testing/scratch_folder.h"
#include "store/sql/database.h"

namespace hinomi::backup {
namespace {

using store::sql::Connection;
namespace fs = std::filesystem;

struct Item {
  std::string name;
  std::string bytes;
  std::function<void(::archive_entry*)> change = {};
};

class RestoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(data());
    auto database = store::sql::open_sqlite({.path = data() + "/records.db"});
    ASSERT_TRUE(database);
    ASSERT_TRUE(store::sql::migrate(**database, audit::migrations()));
    ASSERT_TRUE(audit::Keys::open({.database = database->get(),
                                   .folder = data() + "/keys",
                                   .credentials = {},
                                   .clock = &clock_,
                                   .random = os::system_random}));
    audit::Log log({.random = os::system_random});
    for (int i = 0; i < 20; ++i) {
      record::AuditEntry entry;
      entry.organisation = base::OrganisationId{1};
      entry.action = "ship.sail";
      entry.entity = "ship";
      entry.via = "test";
      ASSERT_TRUE(
          store::sql::in_transaction(**database, Connection::Kind::write,
                                     [&](Connection& connection) { return log.append(connection, entry); }));
    }
    scratch_.write("data/journal/0000000000000001.hjs", "journal bytes");
    scratch_.write("data/sources.yaml", "sources: []\n");
    scratch_.write("data/sessions", "of the moment");
  }

  [[nodiscard]] std::string data() const { return scratch_ / "data"; }
  [[nodiscard]] base::Result<BackupReport> make(const std::string& to, const std::string& keys = {}) {
    return make_backup(
        {.data = data(), .to = to, .secrets_to = keys, .events = true, .program = "0.1.0", .clock = &clock_});
  }
  [[nodiscard]] base::Result<RestoreReport> restore(const std::string& from, const std::string& to,
                                                    const std::string& keys = {},
                                                    std::int64_t audit_version = 1) {
    return restore_backup({.from = from,
                           .secrets = keys,
                           .data = to,
                           .credentials = {},
                           .schemas = {{"audit", audit_version}},
                           .clock = &clock_,
                           .random = os::system_random});
  }
  // Refused, and nothing is left of it.
  void expect_refused(const std::string& from, base::ErrorCode code = base::ErrorCode::invalid_input) {
    const std::string to = scratch_ / "refused";
    const auto done = restore(from, to);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, code) << done.error().message;
    std::error_code ignored;
    EXPECT_TRUE(!fs::exists(to) || fs::is_empty(to));
    fs::remove_all(to, ignored);
    EXPECT_FALSE(fs::exists(scratch_ / "escaped"));
  }

  [[nodiscard]] static std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // The entries of a good backup.
  std::vector<Item> items() {
    const std::string file = scratch_ / "good";
    const bool there = fs::exists(file) || make(file).has_value();
    EXPECT_TRUE(there);
    std::vector<Item> items;
    auto archive = ArchiveReader::open(file);
    EXPECT_TRUE(archive);
    for (;;) {
      const auto entry = archive->next();
      EXPECT_TRUE(entry);
      if (!*entry) return items;
      Item item{(*entry)->name, {}};
      EXPECT_TRUE(archive->read([&](std::string_view bytes) {
        item.bytes += bytes;
        return base::Result<void>();
      }));
      items.push_back(std::move(item));
    }
  }
  std::string pack(const std::vector<Item>& items, bool compressed = true) {
    const std::string path = scratch_ / "packed";
    ::archive* const writer = ::archive_write_new();
    ::archive_write_set_format_pax(writer);
    if (compressed) ::archive_write_add_filter_zstd(writer);
    EXPECT_EQ(::archive_write_open_filename(writer, path.c_str()), ARCHIVE_OK);
    for (const Item& item : items) {
      ::archive_entry* const entry = ::archive_entry_new();
      ::archive_entry_set_pathname(entry, item.name.c_str());
      ::archive_entry_set_filetype(entry, AE_IFREG);
      ::archive_entry_set_perm(entry, 06777);
      ::archive_entry_set_size(entry, static_cast<la_int64_t>(item.bytes.size()));
      if (item.change) item.change(entry);
      EXPECT_EQ(::archive_write_header(writer, entry), ARCHIVE_OK);
      if (::archive_entry_size(entry) > 0)
        (void)::archive_write_data(writer, item.bytes.data(), item.bytes.size());
      ::archive_entry_free(entry);
    }
    ::archive_write_free(writer);
    return path;
  }
  // With a manifest that says what stands before it.
  std::string pack_with_manifest(std::vector<Item> items, const std::function<void(Manifest&)>& change = {}) {
    items.pop_back();  // its hash
    auto manifest = parse_manifest(items.back().bytes);
    EXPECT_TRUE(manifest);
    items.pop_back();
    manifest->files.clear();
    for (const Item& item : items)
      manifest->files[item.name] = {item.bytes.size(), trust::sha256(item.bytes)};
    if (change) change(*manifest);
    items.push_back({std::string(kManifestName), to_json(*manifest)});
    items.push_back({std::string(kManifestHashName), hash_line(to_json(*manifest))});
    return pack(items);
  }

  os::ScratchFolder scratch_;
  os::SystemClock clock_;
};

TEST_F(RestoreTest, comes_back_as_it_was) {
  const auto made = make(scratch_ / "b", scratch_ / "k");
  ASSERT_TRUE(made) << made.error().message;
  const auto done = restore(scratch_ / "b", scratch_ / "r", scratch_ / "k");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->entries, 20U);
  EXPECT_TRUE(done->keys);
  EXPECT_EQ(done->manifest.logs.front().size, 20U);
  EXPECT_EQ(bytes_of(scratch_ / "r/journal/0000000000000001.hjs"), "journal bytes");
  EXPECT_EQ(bytes_of(scratch_ / "r/keys/audit-signing.pem"), bytes_of(data() + "/keys/audit-signing.pem"));
  EXPECT_FALSE(fs::exists(scratch_ / "r/sessions"));
  EXPECT_FALSE(fs::exists(scratch_ / ("r/" + std::string(kRestoring))));
  for (const auto& entry : fs::recursive_directory_iterator(scratch_ / "r"))
    EXPECT_EQ(fs::status(entry).permissions() & (fs::perms::group_all | fs::perms::others_all),
              fs::perms::none)
        << entry.path();
  const auto keyless = restore(scratch_ / "b", scratch_ / "r2");
  ASSERT_TRUE(keyless);
  EXPECT_FALSE(keyless->keys);
}

TEST_F(RestoreTest, what_is_there_is_never_written_over) {
  ASSERT_TRUE(make(scratch_ / "b"));
  EXPECT_EQ(make(scratch_ / "b").error().code, base::ErrorCode::conflict);
  const std::string kept = scratch_.write("full/file", "mine");
  EXPECT_EQ(restore(scratch_ / "b", scratch_ / "full").error().code, base::ErrorCode::conflict);
  EXPECT_EQ(bytes_of(kept), "mine");
  scratch_.write("plain", "x");
  EXPECT_EQ(restore(scratch_ / "b", scratch_ / "plain").error().code, base::ErrorCode::conflict);
  fs::create_directory(scratch_ / "elsewhere");
  fs::create_symlink(scratch_ / "elsewhere", scratch_ / "link");
  EXPECT_EQ(restore(scratch_ / "b", scratch_ / "link").error().code, base::ErrorCode::conflict);
  EXPECT_TRUE(fs::is_empty(scratch_ / "elsewhere"));
  fs::create_directory(scratch_ / "open");
  fs::permissions(scratch_ / "open", fs::perms::all);
  EXPECT_EQ(restore(scratch_ / "b", scratch_ / "open").error().code, base::ErrorCode::conflict);
}

TEST_F(RestoreTest, of_a_newer_schema_is_refused) {
  ASSERT_TRUE(make(scratch_ / "b"));
  EXPECT_EQ(restore(scratch_ / "b", scratch_ / "r", {}, 0).error().code, base::ErrorCode::unsupported);
  EXPECT_FALSE(fs::exists(scratch_ / "r"));
  expect_refused(pack_with_manifest(items(), [](Manifest& one) { one.schemas["quarks"] = 1; }),
                 base::ErrorCode::unsupported);
}

TEST_F(RestoreTest, cut_off_anywhere_is_refused) {
  ASSERT_TRUE(make(scratch_ / "b"));
  const std::string whole = bytes_of(scratch_ / "b");
  const std::size_t step = std::max<std::size_t>(1, whole.size() / 60);
  for (std::size_t size = 0; size + 1 < whole.size(); size += step)
    expect_refused(scratch_.write("cut", whole.substr(0, size)));
}

TEST_F(RestoreTest, with_a_flipped_bit_it_is_refused_or_brings_back_the_same) {
  ASSERT_TRUE(make(scratch_ / "b"));
  const auto good = check_archive(scratch_ / "b", Content::data, {{"audit", 1}}, 1ULL << 40);
  ASSERT_TRUE(good);
  const std::string whole = bytes_of(scratch_ / "b");
  std::mt19937_64 random(1);
  int refused = 0;
  constexpr int kFlips = 400;
  for (int i = 0; i < kFlips; ++i) {
    std::string bytes = whole;
    bytes[random() % bytes.size()] ^= static_cast<char>(1 << (random() % 8));
    const auto read =
        check_archive(scratch_.write("flipped", bytes), Content::data, {{"audit", 1}}, 1ULL << 40);
    if (!read) {
      ++refused;
    } else {
      EXPECT_EQ(to_json(*read), to_json(*good)) << "it was told apart by no hash";
    }
  }
  std::printf("flipped bits: %d, refused %d, without effect %d\n", kFlips, refused, kFlips - refused);
  EXPECT_GT(refused, kFlips * 9 / 10);
}

TEST_F(RestoreTest, what_these_tests_pack_is_good_but_for_what_they_change) {
  const auto done = restore(pack_with_manifest(items()), scratch_ / "r");
  EXPECT_TRUE(done) << done.error().message;
  const auto as_it_was = restore(pack(items()), scratch_ / "r2");
  EXPECT_TRUE(as_it_was) << as_it_was.error().message;
}

TEST_F(RestoreTest, names_that_lead_elsewhere_are_refused) {
  for (const std::string name : {"../escaped", "/tmp/escaped", "journal/../../escaped", "./records.db2",
                                 "escaped", ".restoring/x", "keys/audit-signing.pem", "key", "sessions",
                                 "records.db-wal", "lock", "journal/x/y", "vaults/1.db-shm"}) {
    auto all = items();
    all.insert(all.begin(), Item{name, "x"});
    expect_refused(pack_with_manifest(all));
  }
}

TEST_F(RestoreTest, only_plain_files_are_taken) {
  const std::vector<std::function<void(::archive_entry*)>> changes{
      [](::archive_entry* entry) {
        ::archive_entry_set_filetype(entry, AE_IFLNK);
        ::archive_entry_set_symlink(entry, "/etc/passwd");
        ::archive_entry_set_size(entry, 0);
      },
      [](::archive_entry* entry) {
        ::archive_entry_set_hardlink(entry, "records.db");
        ::archive_entry_set_size(entry, 0);
      },
      [](::archive_entry* entry) {
        ::archive_entry_set_filetype(entry, AE_IFDIR);
        ::archive_entry_set_size(entry, 0);
      },
      [](::archive_entry* entry) {
        ::archive_entry_set_filetype(entry, AE_IFIFO);
        ::archive_entry_set_size(entry, 0);
      },
      [](::archive_entry* entry) {
        ::archive_entry_set_filetype(entry, AE_IFCHR);
        ::archive_entry_set_size(entry, 0);
      },
  };
  for (const auto& change : changes) {
    auto all = items();
    all.insert(all.begin(), Item{"journal/0000000000000009.hjs", "", change});
    expect_refused(pack_with_manifest(all));
  }
}

TEST_F(RestoreTest, what_the_manifest_does_not_say_is_refused) {
  {
    auto all = items();  // twice the same name
    all.insert(all.begin(), all.front());
    expect_refused(pack(all));
  }
  {
    auto all = items();  // another content
    all.front().bytes += "x";
    expect_refused(pack(all));
  }
  {
    auto all = items();  // one too few
    all.erase(all.begin());
    expect_refused(pack(all));
  }
  {
    auto all = items();  // something behind it
    all.push_back({"journal/0000000000000002.hjs", "x"});
    expect_refused(pack(all));
  }
  {
    auto all = items();
    all.pop_back();
    expect_refused(pack(all));
    all.pop_back();
    expect_refused(pack(all));
  }
  {
    auto all = items();  // a manifest that was changed
    all[all.size() - 2].bytes += " ";
    expect_refused(pack(all));
  }
  expect_refused(pack({}));
  expect_refused(pack(items(), false));
  expect_refused(scratch_.write("text", "no archive at all"));
  expect_refused(scratch_ / "none", base::ErrorCode::not_found);
  expect_refused(data(), base::ErrorCode::unsupported);
}

TEST_F(RestoreTest, records_that_are_not_those_of_the_manifest_are_refused) {
  expect_refused(pack_with_manifest(items(), [](Manifest& one) { one.logs.front().root[0] ^= 1; }));
  expect_refused(pack_with_manifest(items(), [](Manifest& one) { --one.logs.front().size; }));
  expect_refused(pack_with_manifest(items(), [](Manifest& one) { one.logs.clear(); }));
  expect_refused(pack_with_manifest(items(), [](Manifest& one) { one.schemas.clear(); }));
  auto all = items();
  for (Item& item : all)
    if (item.name == "records.db") item.bytes[item.bytes.size() / 2] ^= 1;  // a page of it
  expect_refused(pack_with_manifest(all));
  std::erase_if(all, [](const Item& item) { return item.name == "records.db"; });
  expect_refused(pack_with_manifest(all));
}

TEST_F(RestoreTest, an_audit_log_that_was_tampered_with_before_is_refused) {
  {
    auto database = store::sql::open_sqlite({.path = data() + "/records.db"});
    ASSERT_TRUE(database);
    auto lease = (*database)->lease(Connection::Kind::write);
    ASSERT_TRUE((*lease)->run_script(
        "UPDATE audit_leaf SET leaf=replace(leaf, 'ship.sail', 'ship.sink') WHERE idx=7"));
  }
  ASSERT_TRUE(make(scratch_ / "b"));
  const auto done = restore(scratch_ / "b", scratch_ / "r");
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("not in order"), std::string::npos) << done.error().message;
  EXPECT_TRUE(fs::is_empty(scratch_ / "r"));
}

TEST_F(RestoreTest, more_than_the_disk_has_room_for_is_refused_before_it_is_unpacked) {
  ASSERT_TRUE(make(scratch_ / "b"));
  EXPECT_EQ(check_archive(scratch_ / "b", Content::data, {{"audit", 1}}, 1000).error().code,
            base::ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace hinomi::backup
