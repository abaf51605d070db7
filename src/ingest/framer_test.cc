#include "ingest/framer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "ingest/evtx_framer.h"
#include "os/file.h"
#include "parse/json/document.h"

namespace hinomi::ingest {
namespace {

using parse::archive::ByteSource;
using parse::archive::MemorySource;

// Bytes and then an error, as a truncated archive gives them.
class Broken final : public ByteSource {
 public:
  explicit Broken(std::string_view bytes) : memory_(bytes) {}
  base::Result<std::size_t> read(std::span<char> into) override {
    const auto got = memory_.read(into);
    if (*got == 0) return base::Error{base::ErrorCode::invalid_input, "cut off", {}, {}};
    return got;
  }

 private:
  MemorySource memory_;
};

struct Framed {
  std::vector<std::string> records;  // documents, or the bytes of each unit
  std::vector<std::uint64_t> lines;  // of documents
  std::vector<Unit> units;
  FramingReport report;
};

Framed frame(std::unique_ptr<ByteSource> source, InputType type, const FramingLimits& limits = {},
             Recognised recognised = {}) {
  Framed framed;
  BlockPool pool(limits.block_bytes, 2);
  recognised.type = type;
  const auto framer = make_framer(recognised, std::move(source), pool, limits);
  std::uint64_t record = 0;
  while (std::optional<Unit> unit = framer->next()) {
    EXPECT_EQ(unit->sequence, framed.units.size());
    for (std::size_t i = 0; i < kBlockPadding; ++i)
      EXPECT_EQ(unit->bytes().data()[unit->bytes().size() + i], '\0');
    if (unit->kind == UnitKind::json_documents) {
      EXPECT_EQ(unit->first_record, record + 1);
      record += unit->documents.size();
      EXPECT_FALSE(unit->documents.empty());
    }
    for (const DocumentSpan& document : unit->documents) {
      framed.records.emplace_back(unit->text_of(document));
      framed.lines.push_back(document.line);
    }
    if (unit->kind != UnitKind::json_documents) framed.records.emplace_back(unit->bytes());
    framed.units.push_back(std::move(*unit));
  }
  EXPECT_FALSE(framer->next());
  framed.report = framer->report();
  return framed;
}

Framed frame(std::string_view bytes, InputType type, const FramingLimits& limits = {}) {
  const Recognised recognised{.layout = parse::json::detect_layout(bytes.substr(0, kRecogniseBytes))};
  return frame(std::make_unique<MemorySource>(bytes), type, limits, recognised);
}

// Every size of block must give the same documents.
void expect_documents(std::string_view bytes, const std::vector<std::string>& documents,
                      const std::vector<std::uint64_t>& lines = {}) {
  for (const std::size_t block :
       {std::size_t{1}, std::size_t{3}, std::size_t{16}, std::size_t{100}, std::size_t{1} << 20}) {
    SCOPED_TRACE("blocks of " + std::to_string(block) + ", input " + std::string(bytes.substr(0, 60)));
    const Framed framed = frame(bytes, InputType::json, {.block_bytes = block});
    EXPECT_EQ(framed.records, documents);
    if (!lines.empty()) {
      EXPECT_EQ(framed.lines, lines);
    }
    for (const Unit& unit : framed.units) {
      for (const DocumentSpan& document : unit.documents) {
        EXPECT_EQ(bytes.substr(unit.offset + document.begin, document.size), unit.text_of(document));
      }
    }
  }
}

// ---- JSON

TEST(JsonFramer, a_document_a_line) {
  expect_documents("{\"a\":1}\n{\"b\":2}\r\n\n  {\"c\":3}  \n{\"d\":4}",
                   {"{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"}, {1, 2, 4, 5});
}

TEST(JsonFramer, broken_lines_are_handed_on_and_cost_nobody_else) {
  expect_documents("{\"a\":1}\nnonsense\n{\"b\":\n[\n{\"c\":3}\n{\"d\":4}\n",
                   {"{\"a\":1}", "nonsense", "{\"b\":", "[", "{\"c\":3}", "{\"d\":4}"}, {1, 2, 3, 4, 5, 6});
}

TEST(JsonFramer, elements_of_an_array) {
  expect_documents("[{\"a\":1},{\"b\":2}]", {"{\"a\":1}", "{\"b\":2}"});
  expect_documents("[\n{\"a\":1},\n{\n\"b\":2\n}\n]\n", {"{\"a\":1}", "{\n\"b\":2\n}"}, {2, 3});
}

TEST(JsonFramer, pretty_printed_documents) {
  expect_documents("{\n \"a\": {\n }\n}\n{\n \"b\": 2\n}", {"{\n \"a\": {\n }\n}", "{\n \"b\": 2\n}"},
                   {1, 5});
}

TEST(JsonFramer, concatenated_documents) {
  expect_documents("{\"a\":1}{\"b\":\"}{\"} {\"c\":3}", {"{\"a\":1}", "{\"b\":\"}{\"}", "{\"c\":3}"},
                   {1, 1, 1});
}

TEST(JsonFramer, a_pretty_printed_document_among_lines) {
  expect_documents(
      "{\"a\":1}\n{\"b\":2}\n{\n  \"c\": [\n 3 ]\n}\n{\"d\":4}\n{\n\"e\":5\n}  \n{\"f\":6}\n",
      {"{\"a\":1}", "{\"b\":2}", "{\n  \"c\": [\n 3 ]\n}", "{\"d\":4}", "{\n\"e\":5\n}", "{\"f\":6}"},
      {1, 2, 3, 7, 8, 11});
}

TEST(JsonFramer, an_array_after_lines) {
  const std::string lines = "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n";
  expect_documents(lines + "[\n  {\"d\":4},\n  {\"e\":5}\n]\n",
                   {"{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}", "{\"e\":5}"}, {1, 2, 3, 5, 6});
  expect_documents(lines + "[{\"d\":4},{\"e\":5}]\n{\"f\":6}\n",
                   {"{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}", "{\"e\":5}", "{\"f\":6}"});
}

TEST(JsonFramer, documents_that_follow_one_another_after_lines) {
  expect_documents("{\"a\":1}\n{\"b\":2}\n{\n\"c\":3\n}{\n\"d\":4\n}\n",
                   {"{\"a\":1}", "{\"b\":2}", "{\n\"c\":3\n}", "{\n\"d\":4\n}"}, {1, 2, 3, 5});
}

TEST(JsonFramer, scalars_are_left_to_the_parser) {
  expect_documents("{\"a\":1}\n12\nnull\n{\"b\":2}\n", {"{\"a\":1}", "12", "null", "{\"b\":2}"});
}

TEST(JsonFramer, a_line_beyond_the_limit_is_skipped_and_counted) {
  const std::string large = "{\"x\":\"" + std::string(5000, 'x') + "\"}";
  for (const std::size_t block : {std::size_t{100}, std::size_t{100'000}}) {
    const Framed framed = frame("{\"a\":1}\n{\"b\":2}\n" + large + "\n{\"c\":3}\n{\"d\":4}\n",
                                InputType::json, {.block_bytes = block, .max_line_bytes = 4000});
    EXPECT_EQ(framed.records, (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"}));
    EXPECT_EQ(framed.lines, (std::vector<std::uint64_t>{1, 2, 4, 5}));
    EXPECT_EQ(framed.report.skipped, 1u);
    EXPECT_EQ(framed.report.position, 16u);
    EXPECT_NE(framed.report.reason.find("longer than 4000 bytes"), std::string::npos);
    EXPECT_EQ(frame(large + "\n", InputType::json, {.block_bytes = block, .max_line_bytes = large.size()})
                  .records.size(),
              1u);
  }
}

TEST(JsonFramer, a_document_beyond_the_limit_is_skipped_and_counted) {
  std::string large = "{\n\"x\":[";
  for (int i = 0; i < 1000; ++i) large += "1,\n";
  large += "1]}";
  const Framed framed = frame("{\n\"a\":1}\n" + large + "\n{\n\"b\":2}\n", InputType::json,
                              {.block_bytes = 100, .max_document_bytes = 2000});
  EXPECT_EQ(framed.records, (std::vector<std::string>{"{\n\"a\":1}", "{\n\"b\":2}"}));
  EXPECT_EQ(framed.report.skipped, 1u);
  EXPECT_NE(framed.report.reason.find("too long"), std::string::npos);
}

TEST(JsonFramer, a_source_that_breaks_off_loses_only_the_last_line) {
  const Framed framed = frame(std::make_unique<Broken>("{\"a\":1}\n{\"b\":2}\n{\"c\":"), InputType::json);
  EXPECT_EQ(framed.records, (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}"}));
  EXPECT_EQ(framed.report.skipped, 1u);
  EXPECT_EQ(framed.report.failure.value().message, "cut off");
  EXPECT_EQ(frame(std::make_unique<Broken>("{\"a\":1}\n{\"b\":2}"), InputType::json).records.size(), 2u);
}

TEST(JsonFramer, hostile_lines_do_not_make_it_slow) {
  // Each line opens something that is never closed, so each asks for a search to the end of the block.
  std::string hostile;
  for (int i = 0; i < 10'000; ++i) hostile += "{\"a\":1}\n";
  for (int i = 0; i < 40'000; ++i) hostile += "{\"a\":[\n" + std::string(100, ' ') + "1,\n";
  const Framed framed = frame(hostile + "{\"z\":9}\n", InputType::json);
  EXPECT_EQ(framed.records.front(), "{\"a\":1}");
  EXPECT_EQ(framed.records.back(), "{\"z\":9}");
  EXPECT_EQ(framed.records.size(), 90'001u);
}

TEST(JsonFramer, memory_stays_bounded_when_nothing_is_a_document) {
  BlockPool pool(1000, 1);
  Recognised recognised{.type = InputType::json};
  const std::string bytes(3'000'000, ' ');
  const auto framer = make_framer(recognised, std::make_unique<MemorySource>(bytes), pool,
                                  {.block_bytes = 1000, .max_line_bytes = 10'000});
  EXPECT_FALSE(framer->next());
  EXPECT_LE(pool.bytes_in_use(), 32'000u);
}

// Every case of the suite that fits on a line costs exactly that line.
TEST(JsonFramer, each_broken_case_of_the_test_suite_costs_its_line_only) {
  const std::filesystem::path cases = HINOMI_SOURCE_DIR "/../shared/data/badinput/json/test_parsing";
  if (!std::filesystem::exists(cases)) GTEST_SKIP() << "no shared data at " << cases;
  std::size_t tried = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    if (!entry.path().filename().string().starts_with("n_")) continue;
    std::string bad = os::read_file(entry.path().string()).value();
    while (bad.ends_with('\n')) bad.pop_back();
    if (bad.find('\n') != std::string::npos || bad.find_first_not_of(" \t\r\n") == std::string::npos)
      continue;
    ++tried;
    const Framed framed = frame("{\"good\":1}\n" + bad + "\n{\"good\":2}\n", InputType::json);
    std::size_t good = 0;
    std::size_t rejected = framed.report.skipped;
    for (const std::string& record : framed.records) {
      ++(parse::json::read_document(record).has_value() ? good : rejected);
    }
    EXPECT_EQ(good, 2u) << entry.path().filename() << ' ' << bad.substr(0, 60);
    EXPECT_EQ(rejected, 1u) << entry.path().filename() << ' ' << bad.substr(0, 60);
  }
  EXPECT_GE(tried, 150u);
}

// ---- text

TEST(TextFramer, whole_lines_numbered_from_one) {
  std::string text;
  for (int i = 1; i <= 1000; ++i) text += "line " + std::to_string(i) + "\n";
  const Framed framed = frame(text, InputType::syslog, {.block_bytes = 300});
  ASSERT_GT(framed.units.size(), 10u);
  std::string together;
  for (const Unit& unit : framed.units) {
    EXPECT_EQ(unit.kind, UnitKind::text_lines);
    EXPECT_EQ(unit.offset, together.size());
    EXPECT_TRUE(unit.bytes().starts_with("line " + std::to_string(unit.first_record) + "\n"));
    EXPECT_TRUE(unit.bytes().ends_with('\n'));
    together += unit.bytes();
  }
  EXPECT_EQ(together, text);
}

TEST(TextFramer, the_last_line_needs_no_end) {
  EXPECT_EQ(frame("a\nb", InputType::text).records, std::vector<std::string>{"a\nb"});
  EXPECT_EQ(frame(std::make_unique<Broken>("a\nb"), InputType::text).records,
            std::vector<std::string>{"a\nb"});
}

TEST(TextFramer, a_line_longer_than_a_block_is_one_line) {
  const std::string line(5000, 'x');
  const Framed framed = frame("a\n" + line + "\nb\n", InputType::text, {.block_bytes = 100});
  std::string together;
  for (const std::string& record : framed.records) together += record;
  EXPECT_EQ(together, "a\n" + line + "\nb\n");
}

TEST(TextFramer, a_line_beyond_the_limit_is_skipped_and_counted) {
  for (const std::size_t length : {std::size_t{5000}, std::size_t{500'000}}) {
    const Framed framed = frame("a\n" + std::string(length, 'x') + "\nb\nc", InputType::text,
                                {.block_bytes = 100, .max_line_bytes = 3000});
    EXPECT_EQ(framed.records, (std::vector<std::string>{"a\n", "b\nc"}));
    EXPECT_EQ(framed.units.back().first_record, 3u);
    EXPECT_EQ(framed.units.back().offset, 2 + length + 1);
    EXPECT_EQ(framed.report.skipped, 1u);
    EXPECT_EQ(framed.report.position, 2u);
  }
}

TEST(TextFramer, the_mark_of_utf8_is_left_out) {
  const Framed framed = frame(std::make_unique<MemorySource>("\xEF\xBB\xBFhello\n"), InputType::text, {},
                              {.encoding = Encoding::utf8_bom});
  EXPECT_EQ(framed.records, std::vector<std::string>{"hello\n"});
  EXPECT_EQ(framed.units.front().offset, 3u);
}

// ---- EVTX

TEST(EvtxFramer, units_of_sixteen_chunks) {
  const std::string file(4096 + 40 * kEvtxChunkBytes, 'c');
  const Framed framed =
      frame(std::make_unique<MemorySource>(file), InputType::evtx, {}, {.data_offset = 4096});
  ASSERT_EQ(framed.units.size(), 3u);
  EXPECT_EQ(framed.units[0].bytes().size(), 16 * kEvtxChunkBytes);
  EXPECT_EQ(framed.units[0].offset, 4096u);
  EXPECT_EQ(framed.units[1].first_record, 16u);
  EXPECT_EQ(framed.units[2].bytes().size(), 8 * kEvtxChunkBytes);
  EXPECT_EQ(framed.report.reason, "");
}

TEST(EvtxFramer, a_cut_off_chunk_comes_with_its_real_length) {
  const std::string file(4096 + kEvtxChunkBytes + 1000, 'c');
  const Framed framed =
      frame(std::make_unique<MemorySource>(file), InputType::evtx, {}, {.data_offset = 4096});
  ASSERT_EQ(framed.units.size(), 1u);
  EXPECT_EQ(framed.units[0].bytes().size(), kEvtxChunkBytes + 1000);
  EXPECT_EQ(framed.report.reason, "the last chunk is cut off");
  EXPECT_EQ(framed.report.position, file.size());
}

TEST(EvtxFramer, a_file_that_is_only_a_header_holds_nothing) {
  const std::string header(4096, 'c');
  const auto reason = [](std::string_view bytes) {
    return frame(std::make_unique<MemorySource>(bytes), InputType::evtx, {}, {.data_offset = 4096})
        .report.reason;
  };
  EXPECT_EQ(reason(header), "");
  EXPECT_EQ(reason(std::string_view(header).substr(1)), "the file ends inside its header");
}

TEST(EvtxFramer, says_that_the_header_is_damaged) {
  const std::string file(kEvtxChunkBytes, 'c');
  const Framed framed =
      frame(std::make_unique<MemorySource>(file), InputType::evtx, {}, {.damaged_header = true});
  EXPECT_EQ(framed.units.size(), 1u);
  EXPECT_EQ(framed.report.reason, "the file header is damaged");
}

TEST(EvtxFramer, blocks_are_whole_chunks_whatever_the_size_asked_for) {
  const std::string file(3 * kEvtxChunkBytes, 'c');
  EXPECT_EQ(frame(file, InputType::evtx, {.block_bytes = 1000}).units.size(), 3u);
}

}  // namespace
}  // namespace hinomi::ingest
