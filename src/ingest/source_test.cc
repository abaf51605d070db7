#include "ingest/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <set>
#include <thread>

#include "os/testing/scratch_folder.h"
#include "parse/archive/testing/archive_writer.h"

namespace hinomi::ingest {
namespace {

using namespace std::string_literals;
using os::ScratchFolder;
using parse::archive::compressed;
using parse::archive::write_archive;

const std::string kLines = "{\"a\":1}\n{\"b\":2}\n";
const std::string kSyslog = "<34>Oct 11 22:14:15 host su: failed\n";

std::string evtx_of(std::size_t chunks) {
  std::string file = "ElfFile\0"s + std::string(4088, '\0');
  for (std::size_t i = 0; i < chunks; ++i)
    file += "ElfChnk\0"s + std::string(65528, static_cast<char>('a' + i % 26));
  return file;
}

struct Outcome {
  std::map<std::string, std::string> contents;  // by input name: the documents, or the bytes of the units
  std::map<std::string, InputStatus> statuses;  // by path; the last one where there are several
  std::size_t units = 0;
  std::size_t peak_bytes = 0;
};

Outcome read_all(const std::vector<std::string>& paths, const ReaderOptions& options = {}) {
  Outcome outcome;
  InputReader reader(paths, options);
  while (const std::optional<Unit> unit = reader.next()) {
    EXPECT_EQ(unit->ordinal, outcome.units++);
    EXPECT_EQ(unit->input_name, reader.status(unit->input).path);
    std::string& content = outcome.contents[std::string(unit->input_name)];
    for (const DocumentSpan& document : unit->documents)
      content += std::string(unit->text_of(document)) + '\n';
    if (unit->kind != UnitKind::json_documents) content += unit->bytes();
    outcome.peak_bytes = std::max(outcome.peak_bytes, reader.bytes_in_use());
  }
  for (const InputStatus& status : reader.statuses()) outcome.statuses[status.path] = status;
  EXPECT_EQ(reader.bytes_in_use(), 0u);
  const Progress progress = reader.progress();
  if (progress.total_known) {
    EXPECT_EQ(progress.consumed_bytes, progress.total_bytes);
  }
  return outcome;
}

InputStatus only_status(const Outcome& outcome) {
  EXPECT_EQ(outcome.statuses.size(), 1u);
  return outcome.statuses.begin()->second;
}

TEST(InputReader, a_folder_of_mixed_things) {
  const ScratchFolder root;
  root.write("a.json", kLines);
  root.write("b.evtx", evtx_of(2));
  root.write("c/syslog", kSyslog);
  root.write("c/empty", "");
  root.write("d.bin", std::string(100, '\0'));
  root.write("e.json.gz", compressed("gzip", kLines));
  root.write("f.zip", write_archive({.format = "zip"}, {{.name = "x/y.json", .content = kLines},
                                                        {.name = "z.evtx", .content = evtx_of(1)}}));
  std::filesystem::create_symlink("nowhere", root / "g");
  ASSERT_EQ(::mkfifo((root / "h").c_str(), 0600), 0);

  const Outcome outcome = read_all({root.path()});
  EXPECT_EQ(outcome.contents.size(), 6u);
  EXPECT_EQ(outcome.contents.at(root / "a.json"), kLines);
  EXPECT_EQ(outcome.contents.at(root / "b.evtx"), evtx_of(2).substr(4096));
  EXPECT_EQ(outcome.contents.at(root / "c/syslog"), kSyslog);
  EXPECT_EQ(outcome.contents.at(root / "e.json.gz"), kLines);
  EXPECT_EQ(outcome.contents.at(root / "f.zip!x/y.json"), kLines);
  EXPECT_EQ(outcome.contents.at(root / "f.zip!z.evtx"), evtx_of(1).substr(4096));

  const auto state = [&](const char* name) { return outcome.statuses.at(root / name).state; };
  EXPECT_EQ(state("a.json"), InputState::read);
  EXPECT_EQ(state("b.evtx"), InputState::read);
  EXPECT_EQ(state("c/syslog"), InputState::read);
  EXPECT_EQ(state("c/empty"), InputState::skipped_empty);
  EXPECT_EQ(state("d.bin"), InputState::unrecognised);
  EXPECT_EQ(state("e.json.gz"), InputState::read);
  EXPECT_EQ(state("f.zip"), InputState::opened);
  EXPECT_EQ(state("f.zip!x/y.json"), InputState::read);
  EXPECT_EQ(state("g"), InputState::unreadable);
  EXPECT_EQ(state("h"), InputState::skipped_special);
  EXPECT_EQ(outcome.statuses.at(root / "e.json.gz").type, InputType::json);
  EXPECT_NE(outcome.statuses.at(root / "d.bin").reason.find("00 00 00 00"), std::string::npos);
}

TEST(InputReader, an_unreadable_path_stops_nobody) {
  const ScratchFolder root;
  const std::string good = root.write("good", kLines);
  const Outcome outcome = read_all({root / "absent", good});
  EXPECT_EQ(outcome.statuses.at(root / "absent").state, InputState::unreadable);
  EXPECT_NE(outcome.statuses.at(root / "absent").reason.find("No such file"), std::string::npos);
  EXPECT_EQ(outcome.contents.at(good), kLines);
}

TEST(InputReader, a_file_that_is_gone_when_its_turn_comes_is_unreadable) {
  const ScratchFolder root;
  const std::string file = root.write("f", kLines);
  InputReader reader({file}, {});
  std::filesystem::remove(file);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.statuses().front().state, InputState::unreadable);
}

TEST(InputReader, a_file_that_shrinks_while_it_is_read_just_ends) {
  const ScratchFolder root;
  std::string text;
  while (text.size() < 300'000) text += kSyslog;
  const std::string file = root.write("f", text);
  InputReader reader({file}, {.block_bytes = 1000});
  EXPECT_TRUE(reader.next());
  ASSERT_EQ(::truncate(file.c_str(), 10), 0);
  while (reader.next()) {
  }
  EXPECT_EQ(reader.statuses().front().state, InputState::read);
  EXPECT_LT(reader.statuses().front().bytes, text.size());
}

TEST(InputReader, utf16_is_read_as_utf8) {
  const ScratchFolder root;
  std::string bytes = "\xFF\xFE";
  for (const char c : kLines) bytes += {c, '\0'};
  const std::string file = root.write("f", bytes);
  EXPECT_EQ(read_all({file}).contents.at(file), kLines);
}

TEST(InputReader, archives_inside_archives) {
  const ScratchFolder root;
  const std::string tar_gz = compressed(
      "gzip",
      write_archive({.format = "ustar"}, {{.name = "in/a.json.zst", .content = compressed("zstd", kLines)}}));
  const std::string zip = write_archive(
      {.format = "zip"}, {{.name = "logs.tar.gz", .content = tar_gz}, {.name = "after", .content = kSyslog}});
  const std::string file = root.write("f", zip);
  const Outcome outcome = read_all({file});
  EXPECT_EQ(outcome.contents.at(file + "!logs.tar.gz!in/a.json.zst"), kLines);
  EXPECT_EQ(outcome.contents.at(file + "!after"), kSyslog);
  EXPECT_EQ(outcome.statuses.at(file + "!logs.tar.gz").state, InputState::opened);
}

TEST(InputReader, the_limit_of_depth_holds) {
  const ScratchFolder root;
  std::string bytes = kLines;
  for (int i = 0; i < 4; ++i) bytes = compressed("gzip", bytes);
  EXPECT_EQ(only_status(read_all({root.write("four", bytes)})).state, InputState::read);
  const InputStatus status = only_status(read_all({root.write("five", compressed("gzip", bytes))}));
  EXPECT_EQ(status.state, InputState::unreadable);
  EXPECT_NE(status.reason.find("more than 4 levels"), std::string::npos);
}

TEST(InputReader, a_bomb_ends_at_the_ratio_and_the_next_file_is_read) {
  const ScratchFolder root;
  std::string gzip;  // 1 GiB of blank lines in members of 64 MiB, a gibibyte of what looks like text
  const std::string member = compressed("gzip", "x" + std::string((1 << 20) - 2, ' ') + "\n", 64);
  for (int i = 0; i < 16; ++i) gzip += member;
  const std::string bomb = root.write("bomb.gz", gzip);
  const std::string good = root.write("good", kLines);
  ReaderOptions options;
  options.archive.max_ratio = 200;  // well below what deflate makes of blanks
  const Outcome outcome = read_all({bomb, good}, options);
  EXPECT_EQ(outcome.statuses.at(bomb).state, InputState::partly_read);
  EXPECT_NE(outcome.statuses.at(bomb).reason.find("200 to 1"), std::string::npos)
      << outcome.statuses.at(bomb).reason;
  EXPECT_LE(outcome.statuses.at(bomb).bytes, options.archive.ratio_floor_bytes + (2 << 20));
  EXPECT_EQ(outcome.contents.at(good), kLines);
}

TEST(InputReader, a_bomb_of_one_endless_line_needs_little_memory) {
  const ScratchFolder root;
  const std::string bomb = root.write("bomb.zst", compressed("zstd", std::string(1 << 20, 'x'), 256));
  ReaderOptions options;
  options.archive.max_ratio = 1'000'000;
  InputReader reader({bomb}, options);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.statuses().front().skipped, 1u);
  EXPECT_EQ(reader.statuses().front().state, InputState::partly_read);
}

TEST(InputReader, a_truncated_gzip_gives_what_it_holds) {
  const ScratchFolder root;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "{\"number\":" + std::to_string(i * 7919 % 10007) + "}\n";
  std::string bytes = compressed("gzip", text);
  bytes.resize(bytes.size() / 2);
  const std::string file = root.write("f.gz", bytes);
  const Outcome outcome = read_all({file});
  const InputStatus status = only_status(outcome);
  EXPECT_EQ(status.state, InputState::partly_read);
  EXPECT_NE(status.reason.find("ends too early"), std::string::npos) << status.reason;
  EXPECT_GT(status.position, 0u);
  EXPECT_TRUE(text.starts_with(outcome.contents.at(file)));
  EXPECT_GT(outcome.contents.at(file).size(), text.size() / 3);
}

TEST(InputReader, a_truncated_zip_keeps_its_good_entries) {
  const ScratchFolder root;
  const std::string lines = kSyslog + kSyslog + kSyslog;
  std::string bytes = write_archive({.format = "zip", .options = "zip:compression=store"},
                                    {{.name = "a", .content = kLines}, {.name = "b", .content = lines}});
  bytes.resize(bytes.find(lines) + 2 * kSyslog.size());
  const std::string file = root.write("f.zip", bytes);
  const Outcome outcome = read_all({file});
  EXPECT_EQ(outcome.statuses.at(file + "!a").state, InputState::read);
  EXPECT_EQ(outcome.statuses.at(file + "!b").state, InputState::partly_read);
  EXPECT_TRUE(outcome.contents.at(file + "!b").starts_with(kSyslog));
  EXPECT_EQ(outcome.statuses.at(file).state, InputState::partly_read);
}

TEST(InputReader, an_encrypted_zip_says_so) {
  const ScratchFolder root;
  const std::string file = root.write(
      "f.zip", write_archive({.format = "zip", .options = "zip:encryption=zipcrypt", .password = "x"},
                             {{.name = "a", .content = kLines}}));
  const InputStatus status = read_all({file}).statuses.at(file + "!a");
  EXPECT_EQ(status.state, InputState::unreadable);
  EXPECT_NE(status.reason.find("encrypted"), std::string::npos);
  EXPECT_NE(status.reason.find("password"), std::string::npos);
}

TEST(InputReader, damaged_compression_is_unreadable_with_its_reason) {
  const ScratchFolder root;
  const InputStatus status = only_status(read_all({root.write("f.gz", "\x1F\x8B\x08 this is no gzip")}));
  EXPECT_EQ(status.state, InputState::unreadable);
  EXPECT_NE(status.reason.find("gzip data"), std::string::npos);
}

TEST(InputReader, the_limit_of_inputs_holds) {
  const ScratchFolder root;
  const std::string file = root.write(
      "f.zip",
      write_archive({.format = "zip"}, {{.name = "a", .content = kLines}, {.name = "b", .content = kLines}}));
  const Outcome outcome = read_all({file}, {.max_inputs = 2});
  EXPECT_EQ(outcome.statuses.size(), 2u);
  EXPECT_EQ(outcome.statuses.at(file).state, InputState::partly_read);
  EXPECT_NE(outcome.statuses.at(file).reason.find("more than 2 inputs"), std::string::npos);
}

TEST(InputReader, memory_is_what_the_caller_holds_and_one_block) {
  const ScratchFolder root;
  std::string text;
  while (text.size() < 8 << 20) text += kSyslog;
  const std::string file = root.write("f", text);
  InputReader reader({file}, {.block_bytes = 64 * 1024});
  std::vector<Unit> held;
  while (std::optional<Unit> unit = reader.next()) {
    held.push_back(std::move(*unit));
    if (held.size() == 3) held.erase(held.begin());
    EXPECT_LE(reader.bytes_in_use(), (held.size() + 2) * 64 * 1024);
  }
}

TEST(InputReader, units_outlive_their_reader) {
  const ScratchFolder root;
  const std::string file = root.write("f", kLines);
  std::optional<Unit> unit;
  {
    InputReader reader({file}, {});
    unit = reader.next();
  }
  EXPECT_EQ(unit->bytes(), kLines);
}

TEST(InputReader, progress_counts_outer_bytes) {
  const ScratchFolder root;
  const std::string first = root.write("1", compressed("gzip", kLines));
  const std::string second = root.write("2", kLines);
  const std::uint64_t sizes = std::filesystem::file_size(first) + kLines.size();
  InputReader reader({first, second, root / "absent"}, {});
  EXPECT_EQ(reader.progress().total_bytes, sizes);
  EXPECT_TRUE(reader.progress().total_known);
  EXPECT_EQ(reader.progress().consumed_bytes, 0u);
  EXPECT_TRUE(reader.next());
  EXPECT_EQ(reader.progress().consumed_bytes, std::filesystem::file_size(first));
  while (reader.next()) {
  }
  EXPECT_EQ(reader.progress().consumed_bytes, sizes);
}

TEST(InputReader, stops_when_asked_and_says_what_was_left) {
  const ScratchFolder root;
  std::string text;
  while (text.size() < 10'000) text += kSyslog;
  const std::string first = root.write("1", text);
  const std::string second = root.write("2", text);
  bool asked = false;
  InputReader reader({first, second}, {.block_bytes = 1000, .stop = [&] { return asked; }});
  EXPECT_TRUE(reader.next());
  asked = true;
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.statuses()[0].state, InputState::partly_read);
  EXPECT_EQ(reader.statuses()[0].reason, "stopped before its end");
  EXPECT_EQ(reader.statuses()[1].state, InputState::waiting);
}

TEST(InputReader, reads_streams_that_were_named) {
  const ScratchFolder root;
  const std::string pipe = root / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string zip = write_archive({.format = "zip"}, {{.name = "a", .content = kLines}});
  std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << zip; });
  const Outcome outcome = read_all({pipe});
  writer.join();
  EXPECT_EQ(outcome.contents.at(pipe + "!a"), kLines);
}

TEST(InputReader, reads_standard_input) {
  const ScratchFolder root;
  const std::string file = root.write("f", kLines);
  const int saved = ::dup(STDIN_FILENO);
  ASSERT_NE(::freopen(file.c_str(), "r", stdin), nullptr);
  const Outcome outcome = read_all({"-"});
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  EXPECT_EQ(outcome.contents.at("-"), kLines);
}

TEST(InputReader, several_frames_and_other_compressions) {
  const ScratchFolder root;
  for (const char* filter : {"gzip", "zstd", "xz", "bzip2"}) {
    const std::string file = root.write(filter, compressed(filter, kLines) + compressed(filter, kLines));
    EXPECT_EQ(read_all({file}).contents.at(file), kLines + kLines) << filter;
  }
}

TEST(InputReader, reads_every_shared_recording) {
  const std::string data = HINOMI_SOURCE_DIR "/../shared/data";
  if (!std::filesystem::exists(data)) GTEST_SKIP() << "no shared data at " << data;
  InputReader reader({data + "/otrf", data + "/sigma-regression", data + "/evtx/samples"}, {});
  std::uint64_t bytes = 0;
  std::uint64_t documents = 0;
  std::uint64_t chunks = 0;
  while (const std::optional<Unit> unit = reader.next()) {
    bytes += unit->bytes().size();
    documents += unit->documents.size();
    if (unit->kind == UnitKind::evtx_chunks) chunks += unit->bytes().size() / 65536;
  }
  EXPECT_GT(bytes, 150u << 20);
  EXPECT_GT(documents, 70'000u);
  EXPECT_GT(chunks, 350u);
  for (const InputStatus& status : reader.statuses()) {
    if (status.type != InputType::evtx && status.type != InputType::json) continue;
    EXPECT_EQ(status.state, InputState::read) << status.path << ": " << status.reason;
  }
}

}  // namespace
}  // namespace hinomi::ingest
