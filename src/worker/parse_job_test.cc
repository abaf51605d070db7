#include "worker/parse_job.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "worker/sealed_input.h"
#include "worker/testing/sample_files.h"

namespace hinomi::worker {
namespace {

using parse::archive::compressed;
using parse::archive::write_archive;

// Everything a job says, passed through the writer's and the reader's form.
struct Said {
  std::vector<std::string> records;
  std::vector<std::string> entries;  // of the records
  std::vector<std::string> problems;
  std::vector<std::string> names;  // of all inputs
  std::vector<ingest::InputState> states;
  std::uint64_t skipped = 0;
  bool valid = true;
  bool ended = false;
};

Said parse(std::string_view bytes, const Request& request = {}) {
  Said said;
  auto input = SealedInput::of_bytes(bytes);
  if (!input) return said;
  const os::FileInfo info{.kind = os::FileKind::regular, .size = bytes.size(), .identity = {}};
  OutputDecoder decoder(request.limits);
  std::string entry;
  const auto take = [&](const Message& message) {
    if (message.kind == MessageKind::input) entry = message.text;
    if (message.kind == MessageKind::record) {
      said.records.emplace_back(message.text);
      said.entries.push_back(entry);
    }
    if (message.kind == MessageKind::problem) said.problems.emplace_back(message.reason);
    if (message.kind == MessageKind::input_ends) {
      said.names.emplace_back(message.text);
      said.states.push_back(message.state);
      said.skipped += message.number;
    }
    return true;
  };
  const auto pass = [&](const Message& message) {
    std::string encoded;
    encode(message, encoded);
    const auto fed = decoder.feed({encoded.data(), encoded.size()}, take);
    said.valid = said.valid && fed.has_value();
    EXPECT_TRUE(fed) << fed.error().message;
    return fed.has_value();
  };
  pass({});
  parse_file(os::File::adopt(os::Descriptor(::dup(input->descriptor())), info, ""), request, pass);
  said.ended = decoder.ended();
  EXPECT_TRUE(said.ended);
  return said;
}

TEST(ParseJob, an_event_log_becomes_one_document_a_record) {
  const Said said = parse(event_log(300), {.kind = ParserKind::evtx, .limits = {}});
  ASSERT_EQ(said.records.size(), 300U);
  EXPECT_NE(said.records[0].find("\"Number\":\"1\""), std::string::npos) << said.records[0];
  EXPECT_NE(said.records[299].find("\"Number\":\"300\""), std::string::npos);
  EXPECT_TRUE(said.problems.empty());
  EXPECT_EQ(said.states, std::vector{ingest::InputState::read});
}

TEST(ParseJob, lines_and_documents_stay_as_they_are) {
  EXPECT_EQ(parse("a b\r\n\n  \n\xff c\nlast").records, (std::vector<std::string>{"a b", "\xff c", "last"}));
  EXPECT_EQ(parse("{\"a\": 1}\n[2]\n").records, (std::vector<std::string>{"{\"a\": 1}", "[2]"}));
}

TEST(ParseJob, compressed_files_and_archives_are_opened_at_all_levels) {
  const std::string log = event_log(2);
  const std::string inner = write_archive({.format = "ustar"}, {{.name = "in/b.evtx", .content = log}});
  const std::string outer = write_archive({}, {{.name = "a.txt", .content = "line\n"},
                                               {.name = "b.tar.gz", .content = compressed("gzip", inner)}});
  const Said said = parse(outer);
  ASSERT_EQ(said.records.size(), 3U);
  EXPECT_EQ(said.entries, (std::vector<std::string>{"!a.txt", "!b.tar.gz!in/b.evtx", "!b.tar.gz!in/b.evtx"}));
  for (const char* filter : {"gzip", "zstd", "xz", "bzip2"})
    EXPECT_EQ(parse(compressed(filter, "one\ntwo\n")).records.size(), 2U) << filter;
  EXPECT_EQ(parse(write_archive({.format = "7zip"}, {{.name = "x", .content = "one\n"}})).records.size(), 1U);
}

TEST(ParseJob, names_and_links_that_lead_elsewhere_are_only_names) {
  for (const char* name : {"../../etc/passwd", "/etc/passwd", "C:/Windows/x", "//host/share/x", "a:stream"}) {
    const Said said = parse(write_archive({}, {{.name = name, .content = "line\n"}}));
    EXPECT_EQ(said.records, std::vector<std::string>{"line"}) << name;
    EXPECT_EQ(said.entries, std::vector<std::string>{"!" + std::string(name)});
  }
  const Said linked = parse(tar_with_links());
  EXPECT_EQ(linked.records, std::vector<std::string>{"only line"});
}

TEST(ParseJob, bombs_end_at_the_limits) {
  const Said said = parse(bomb(3));
  EXPECT_LT(said.records.size(), 10'000U);
  EXPECT_NE(std::count_if(said.states.begin(), said.states.end(),
                          [](auto state) {
                            return state == ingest::InputState::partly_read ||
                                   state == ingest::InputState::unreadable;
                          }),
            0);
}

TEST(ParseJob, too_long_and_too_many_records_are_told) {
  Request request;
  request.limits.max_record_bytes = 300;
  request.limits.max_records = 3;
  const Said said = parse("a\n" + std::string(1000, 'x') + "\nb\nc\nd\n", request);
  EXPECT_EQ(said.records, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_FALSE(said.problems.empty());
  Request small;
  small.limits.max_output_bytes = 5;
  EXPECT_EQ(parse("abc\ndef\n", small).records.size(), 1U);
}

TEST(ParseJob, a_file_of_another_kind_is_no_event_log) {
  const Said said = parse("text\n", {.kind = ParserKind::evtx, .limits = {}});
  EXPECT_TRUE(said.records.empty());
  EXPECT_EQ(said.problems.size(), 1U);
}

TEST(ParseJob, every_truncation_of_an_archive_ends_well) {
  const std::string whole = write_archive(
      {}, {{.name = "a", .content = "one\ntwo\n"}, {.name = "b.evtx", .content = event_log(1)}});
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 20)
    EXPECT_TRUE(parse(std::string_view(whole).substr(0, size)).ended) << size;
}

TEST(ParseJob, stops_when_nobody_listens) {
  auto input = SealedInput::of_bytes("a\nb\nc\n");
  ASSERT_TRUE(input);
  const os::FileInfo info{.kind = os::FileKind::regular, .size = 6, .identity = {}};
  int sent = 0;
  parse_file(os::File::adopt(os::Descriptor(::dup(input->descriptor())), info, ""), {},
             [&](const Message&) { return ++sent < 2; });
  EXPECT_EQ(sent, 2);
}

}  // namespace
}  // namespace hinomi::worker
