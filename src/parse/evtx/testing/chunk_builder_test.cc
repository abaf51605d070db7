#include "parse/evtx/testing/chunk_builder.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "parse/evtx/reader.h"

namespace hinomi::parse::evtx::testing {
namespace {

std::vector<EventSpec> many_events(std::uint64_t count) {
  std::vector<EventSpec> events;
  for (std::uint64_t id = 1; id <= count; ++id) {
    EventSpec event;
    event.provider = "Hinomi-Test";
    event.event_id = static_cast<std::uint16_t>(id % 3);
    event.record_id = id;
    event.time = {1'776'000'000'000'000'000};
    event.channel = "Test";
    event.computer = "host";
    event.data = {{"Text", string_value("日本語 text " + std::to_string(id))},
                  {"Number", number_value(ValueType::uint32, 7U)}};
    events.push_back(event);
  }
  return events;
}

TEST(ChunkBuilder, fills_chunks_that_read_back_without_problem) {
  const Buffer file = make_file(many_events(1000));
  const FileView view(file);
  EXPECT_TRUE(view.problems().empty());
  EXPECT_GT(view.chunk_count(), 2U);
  TemplateCache cache;
  ChunkReader reader(cache);
  std::uint64_t next_id = 1;
  for (std::size_t i = 0; i < view.chunk_count(); ++i) {
    reader.open(view.chunk(i).bytes, view.chunk(i).offset);
    while (const Record* record = reader.next()) EXPECT_EQ(record->id, next_id++);
    EXPECT_TRUE(reader.problems().empty());
  }
  EXPECT_EQ(next_id, 1001U);
}

TEST(ChunkBuilder, leaves_a_full_chunk_as_it_was) {
  ChunkBuilder chunk;
  const InstanceSpec small = make_event(many_events(1)[0]);
  EventSpec large = many_events(1)[0];
  large.data = {{"Text", string_value(std::string(32'000, 'x'))}};
  ASSERT_TRUE(chunk.add(1, 0, small));
  ASSERT_TRUE(!chunk.add(2, 0, make_event(large)) || !chunk.add(3, 0, make_event(large)));
  const Buffer before = chunk.finish();
  large.event_id = 9;  // another template and other names must not stay behind either
  EXPECT_FALSE(chunk.add(4, 0, make_event(large)));
  EXPECT_EQ(chunk.finish(), before);
  EXPECT_TRUE(chunk.add(5, 0, small));
}

// What evtxexport of libevtx-utils makes of it: an independent reader.
TEST(ChunkBuilder, writes_what_an_independent_reader_reads) {
  if (std::system("command -v evtxexport >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "evtxexport is not installed";
  const std::filesystem::path folder = std::filesystem::path(HINOMI_TEST_SCRATCH) / "chunk_builder";
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / "many.evtx";
  const Buffer file = make_file(many_events(300));
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  const std::string command = "evtxexport -f xml '" + path.string() + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) output += buffer.data();
  std::filesystem::remove_all(folder);
  std::size_t events = 0;
  for (std::size_t at = 0; (at = output.find("<Event xmlns", at)) != std::string::npos; ++at) ++events;
  EXPECT_EQ(events, 300U);
  EXPECT_NE(output.find("<Data Name=\"Text\">日本語 text 300</Data>"), std::string::npos);
  EXPECT_NE(output.find("<EventRecordID>300</EventRecordID>"), std::string::npos);
}

}  // namespace
}  // namespace hinomi::parse::evtx::testing
