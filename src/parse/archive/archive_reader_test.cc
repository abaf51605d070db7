#include "parse/archive/archive_reader.h"

#include <gtest/gtest.h>

#include <map>

#include "parse/archive/decompress.h"
#include "parse/archive/testing/archive_writer.h"

namespace hinomi::parse::archive {
namespace {

// A source that cannot seek, as a pipe or an entry of another archive.
class StreamSource final : public ByteSource {
 public:
  explicit StreamSource(std::string_view bytes) : memory_(bytes) {}
  base::Result<std::size_t> read(std::span<char> into) override {
    return memory_.read(into.first(std::min<std::size_t>(into.size(), 1000)));
  }

 private:
  MemorySource memory_;
};

struct Outcome {
  std::map<std::string, std::string> contents;
  std::map<std::string, base::Error> problems;
  std::optional<base::Error> error;  // of the archive
};

Outcome read_archive(std::unique_ptr<ByteSource> source, const Limits& limits = {}) {
  Outcome outcome;
  Account account(limits);
  auto reader = ArchiveReader::open(std::move(source), account);
  if (!reader) {
    outcome.error = reader.error();
    return outcome;
  }
  std::string into(4096, '\0');
  while (true) {
    const auto entry = (*reader)->next();
    if (!entry) {
      outcome.error = entry.error();
      return outcome;
    }
    if (!entry->has_value()) return outcome;
    std::string& content = outcome.contents[(*entry)->name];
    while (true) {
      const auto got = (*reader)->read(into);
      if (!got) {
        outcome.problems[(*entry)->name] = got.error();
        break;
      }
      if (*got == 0) break;
      content.append(into.data(), *got);
    }
  }
}

Outcome read_bytes(std::string_view bytes, const Limits& limits = {}) {
  return read_archive(std::make_unique<MemorySource>(bytes), limits);
}

const std::vector<NamedContent> kTwo = {{.name = "logs", .content = "", .folder = true},
                                        {.name = "logs/a.json", .content = "{\"a\":1}\n"},
                                        {.name = "b.evtx", .content = std::string(300'000, 'b')}};

void expect_two(const Outcome& outcome) {
  EXPECT_FALSE(outcome.error) << outcome.error->message;
  EXPECT_TRUE(outcome.problems.empty()) << outcome.problems.begin()->second.message;
  ASSERT_EQ(outcome.contents.size(), 2u);
  EXPECT_EQ(outcome.contents.at("logs/a.json"), kTwo[1].content);
  EXPECT_TRUE(outcome.contents.at("b.evtx") == kTwo[2].content);
}

TEST(ArchiveReader, reads_zip_tar_and_7z) {
  for (const char* format : {"zip", "ustar", "pax", "gnutar", "7zip"}) {
    SCOPED_TRACE(format);
    expect_two(read_bytes(write_archive({.format = format}, kTwo)));
  }
}

TEST(ArchiveReader, reads_what_cannot_seek) {
  for (const char* format : {"zip", "ustar"}) {
    SCOPED_TRACE(format);
    expect_two(read_archive(std::make_unique<StreamSource>(write_archive({.format = format}, kTwo))));
  }
}

TEST(ArchiveReader, stored_zip_entries_are_read_too) {
  expect_two(read_bytes(write_archive({.format = "zip", .options = "zip:compression=store"}, kTwo)));
}

TEST(ArchiveReader, says_that_7z_needs_a_file) {
  const std::string bytes = write_archive({.format = "7zip"}, kTwo);
  const Outcome outcome = read_archive(std::make_unique<StreamSource>(bytes));
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, base::ErrorCode::unsupported) << outcome.error->message;
}

TEST(ArchiveReader, goes_on_after_an_entry_that_was_not_read) {
  Account account({});
  const std::string bytes = write_archive({.format = "zip"}, kTwo);
  auto reader = ArchiveReader::open(std::make_unique<MemorySource>(bytes), account).value();
  EXPECT_EQ(reader->next().value().value().name, "logs/a.json");
  EXPECT_EQ(reader->next().value().value().name, "b.evtx");
  EXPECT_FALSE(reader->next().value().has_value());
  EXPECT_FALSE(reader->next().value().has_value());
}

TEST(ArchiveReader, an_empty_zip_holds_nothing) {
  const Outcome outcome = read_bytes(write_archive({.format = "zip"}, {}));
  EXPECT_FALSE(outcome.error) << outcome.error->message;
  EXPECT_TRUE(outcome.contents.empty());
}

TEST(ArchiveReader, keeps_hostile_names_as_they_are) {
  const std::vector<NamedContent> hostile = {{.name = "../../etc/passwd", .content = "1"},
                                             {.name = "/absolute", .content = "2"},
                                             {.name = "\x1b[2J\xe7\x81\xab", .content = "3"},
                                             {.name = "\x83\x7f cp932", .content = "4"}};
  for (const char* format : {"zip", "ustar"}) {
    const Outcome outcome = read_bytes(write_archive({.format = format}, hostile));
    EXPECT_FALSE(outcome.error) << outcome.error->message;
    for (const NamedContent& entry : hostile) EXPECT_EQ(outcome.contents.count(entry.name), 1u) << entry.name;
  }
}

TEST(ArchiveReader, a_truncated_zip_gives_what_it_holds) {
  std::string bytes = write_archive({.format = "zip", .options = "zip:compression=store"}, kTwo);
  bytes.resize(200'000);
  const Outcome outcome = read_bytes(bytes);
  EXPECT_EQ(outcome.contents.at("logs/a.json"), kTwo[1].content);
  EXPECT_GT(outcome.contents.at("b.evtx").size(), 199'000u);
  ASSERT_EQ(outcome.problems.count("b.evtx"), 1u);
  EXPECT_NE(outcome.problems.at("b.evtx").message.find("runcated"), std::string::npos);
}

TEST(ArchiveReader, a_truncated_tar_gives_what_it_holds) {
  std::string bytes = write_archive({.format = "ustar"}, kTwo);
  bytes.resize(200'000);
  const Outcome outcome = read_bytes(bytes);
  EXPECT_EQ(outcome.contents.at("logs/a.json"), kTwo[1].content);
  EXPECT_GT(outcome.contents.at("b.evtx").size(), 190'000u);
  EXPECT_TRUE(outcome.error || !outcome.problems.empty());
}

TEST(ArchiveReader, every_truncation_and_every_damaged_byte_is_survived) {
  for (const char* format : {"zip", "ustar", "7zip"}) {
    const std::string bytes = write_archive(
        {.format = format}, {{.name = "a", .content = "some text"}, {.name = "b", .content = "more"}});
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      (void)read_bytes(std::string_view(bytes).substr(0, at));
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
      EXPECT_LE(read_bytes(damaged).contents.size(), 8u);
    }
  }
}

// The entries' sizes stand behind them, as programs write them that stream: nothing after the first can be
// found.
TEST(ArchiveReader, says_that_entries_are_encrypted) {
  std::string bytes =
      write_archive({.format = "zip", .options = "zip:encryption=zipcrypt", .password = "secret"}, kTwo);
  const Outcome outcome = read_bytes(bytes);
  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_EQ(outcome.problems.at("logs/a.json").code, base::ErrorCode::unsupported);
  EXPECT_EQ(outcome.problems.at("logs/a.json").message, "archive: the entry is encrypted");
  EXPECT_EQ(outcome.contents.at("logs/a.json"), "");
  EXPECT_EQ(outcome.error.value().code, base::ErrorCode::unsupported);
}

TEST(ArchiveReader, reads_the_others_beside_an_encrypted_entry) {
  std::string bytes = write_archive({.format = "zip", .options = "zip:compression=store"}, kTwo);
  // Flag bit 0 of the first local header with content = encrypted (APPNOTE 4.4.4); the size is known.
  const std::size_t name = bytes.find("logs/a.json");
  bytes[name - 30 + 6] = static_cast<char>(bytes[name - 30 + 6] | 1);
  const Outcome outcome = read_bytes(bytes);
  EXPECT_EQ(outcome.problems.count("logs/a.json"), 1u);
  EXPECT_EQ(outcome.problems.size(), 1u);
  EXPECT_TRUE(outcome.contents.at("b.evtx") == kTwo[2].content);
  EXPECT_FALSE(outcome.error);
}

TEST(ArchiveReader, an_entry_that_swells_ends_at_the_ratio_and_the_others_are_read) {
  const std::string bytes = write_archive(
      {.format = "zip"},
      {{.name = "bomb", .content = std::string(8 << 20, '\0')}, {.name = "good", .content = "x"}});
  const Outcome outcome = read_bytes(bytes, {.ratio_floor_bytes = 1 << 20});
  EXPECT_EQ(outcome.problems.at("bomb").code, base::ErrorCode::limit_exceeded);
  EXPECT_LT(outcome.contents.at("bomb").size(), 2u << 20);
  EXPECT_EQ(outcome.contents.at("good"), "x");
}

TEST(ArchiveReader, the_limit_of_entries_holds) {
  std::vector<NamedContent> many;
  for (int i = 0; i < 20; ++i) many.push_back({.name = std::to_string(i), .content = "x"});
  const std::string bytes = write_archive({.format = "zip"}, many);
  const Outcome outcome = read_bytes(bytes, {.max_entries = 19});
  EXPECT_EQ(outcome.contents.size(), 19u);
  EXPECT_EQ(outcome.error.value().code, base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(read_bytes(bytes, {.max_entries = 20}).error);
}

TEST(ArchiveReader, the_limit_of_output_holds_over_all_entries) {
  const std::string bytes = write_archive({.format = "zip"}, kTwo);
  const Outcome outcome = read_bytes(bytes, {.max_output_bytes = 100'000});
  EXPECT_EQ(outcome.problems.at("b.evtx").code, base::ErrorCode::limit_exceeded);
}

TEST(ArchiveReader, a_name_beyond_the_limit_is_cut_and_its_entry_not_read) {
  const std::string bytes = write_archive(
      {.format = "zip"}, {{.name = std::string(50, 'n'), .content = "x"}, {.name = "ok", .content = "y"}});
  const Outcome outcome = read_bytes(bytes, {.max_name_bytes = 49});
  EXPECT_EQ(outcome.problems.at(std::string(49, 'n')).code, base::ErrorCode::limit_exceeded);
  EXPECT_EQ(outcome.contents.at("ok"), "y");
}

TEST(ArchiveReader, refuses_what_is_no_archive) {
  EXPECT_TRUE(read_bytes("just some text that is no archive at all").error);
}

TEST(ArchiveReader, an_error_of_the_source_comes_through) {
  std::string bytes = compressed("gzip", write_archive({.format = "ustar"}, kTwo));
  bytes.resize(bytes.size() - 20);
  Account account({});
  const Outcome outcome =
      read_archive(decompress(Compression::gzip, std::make_unique<MemorySource>(bytes), account));
  const base::Error error = outcome.error ? *outcome.error : outcome.problems.begin()->second;
  EXPECT_NE(error.message.find("gzip data: it ends too early"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace hinomi::parse::archive
