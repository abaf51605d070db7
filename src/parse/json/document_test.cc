#include "parse/json/document.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "parse/json/reader.h"

namespace hinomi::parse::json {
namespace {

std::vector<Piece> split(std::string_view text, Layout layout, std::size_t block = 1 << 20,
                         Limits limits = {}) {
  DocumentSplitter splitter(layout, limits);
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < text.size(); at += block) splitter.feed(text.substr(at, block), pieces);
  splitter.finish(pieces);
  return pieces;
}

// The documents as texts, a fault as "!reason"; for every size of block the same.
std::vector<std::string> texts(std::string_view text, Layout layout) {
  std::vector<std::string> first;
  for (const std::size_t block : {std::size_t{1} << 20, std::size_t{7}, std::size_t{3}}) {
    std::vector<std::string> found;
    for (const Piece& piece : split(text, layout, block)) {
      found.push_back(piece.kind == PieceKind::fault ? std::string("!") + piece.reason
                                                     : std::string(text.substr(piece.offset, piece.length)));
    }
    if (first.empty()) first = found;
    EXPECT_EQ(found, first) << "with blocks of " << block;
  }
  return first;
}

using Texts = std::vector<std::string>;

TEST(DocumentSplitter, takes_lines_apart_and_skips_blank_ones) {
  EXPECT_EQ(texts("{\"a\":1}\n\n  \r\n{bad\n{\"b\":2}\r\n{\"c\":3}", Layout::lines),
            (Texts{"{\"a\":1}", "{bad", "{\"b\":2}\r", "{\"c\":3}"}));
}

TEST(DocumentSplitter, numbers_lines_from_one) {
  const auto pieces = split("{}\n\n{}\n[\n{}]", Layout::stream);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].line, 1U);
  EXPECT_EQ(pieces[1].line, 3U);
  EXPECT_EQ(pieces[2].line, 5U);
  EXPECT_EQ(split("{}\n\n{}\n", Layout::lines)[1].line, 3U);
}

TEST(DocumentSplitter, takes_arrays_and_concatenated_documents_apart) {
  EXPECT_EQ(texts("[{\"a\":[1,2]},{\"b\":\"]}\\\"\"}]", Layout::stream),
            (Texts{"{\"a\":[1,2]}", "{\"b\":\"]}\\\"\"}"}));
  EXPECT_EQ(texts("{\"a\":1}{\"b\":2} {\"c\":3},\n\x1E{\"d\":4}", Layout::stream),
            (Texts{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"}));
  EXPECT_EQ(texts("{\n  \"a\": {\n    \"b\": []\n  }\n}\n{\n  \"c\": 1\n}\n", Layout::stream),
            (Texts{"{\n  \"a\": {\n    \"b\": []\n  }\n}", "{\n  \"c\": 1\n}"}));
  EXPECT_EQ(texts("\xEF\xBB\xBF[1, \"x\", null]", Layout::stream), (Texts{"1", "\"x\"", "null"}));
}

TEST(DocumentSplitter, takes_the_records_out_of_a_wrapping_object) {
  EXPECT_EQ(texts("{\"Records\": [{\"a\":1},{\"b\":2}], \"more\": {\"x\":[]}}\n{\"c\":3}", Layout::stream),
            (Texts{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"}));
  EXPECT_EQ(texts("{\"x\":1,\"Records\":[{\"a\":1}]}", Layout::stream),
            (Texts{"{\"x\":1,\"Records\":[{\"a\":1}]}"}));
}

TEST(DocumentSplitter, a_broken_document_costs_only_itself) {
  EXPECT_EQ(texts("{\n \"a\": 1\n{\n \"b\": 2\n}\n", Layout::stream),
            (Texts{"!an opening bracket where no value can be", "{\n \"b\": 2\n}"}));
  EXPECT_EQ(texts("{\n \"a\": [1}\n}\n{\n \"b\": 2\n}\n", Layout::stream),
            (Texts{"!brackets do not match", "{\n \"b\": 2\n}"}));
  EXPECT_EQ(texts("[\n  {\n    \"a\": \"x\n  },\n  {\n    \"b\": 2\n  }\n]", Layout::stream),
            (Texts{"!string without an end", "{\n    \"b\": 2\n  }"}));
  EXPECT_EQ(texts("{\"a\":1}\n{\"b\":", Layout::stream),
            (Texts{"{\"a\":1}", "!the document ends too early"}));
}

TEST(DocumentSplitter, keeps_to_its_limits) {
  const Limits limits{.document_bytes = 64, .depth = 4};
  const std::string deep = "[[[[[[1]]]]]]\n{\"a\":1}";
  ASSERT_EQ(split(deep, Layout::stream, 5, limits).size(), 2U);
  EXPECT_STREQ(split(deep, Layout::stream, 5, limits)[0].reason, "nested too deeply");
  const std::string lengthy = "{\"a\":\"" + std::string(100, 'x') + "\"}\n{\"a\":1}\n";
  for (const Layout layout : {Layout::lines, Layout::stream}) {
    const auto pieces = split(lengthy, layout, 10, limits);
    ASSERT_EQ(pieces.size(), 2U);
    EXPECT_EQ(pieces[0].kind, PieceKind::fault);
    EXPECT_EQ(pieces[1].kind, PieceKind::document);
  }
}

TEST(DocumentSplitter, needs_only_the_bytes_of_the_unfinished_document) {
  DocumentSplitter splitter(Layout::stream);
  std::vector<Piece> pieces;
  splitter.feed("[{\"a\":1},{\"b\":", pieces);
  EXPECT_EQ(splitter.needed_from(), 9U);
  splitter.feed("2}", pieces);
  EXPECT_EQ(splitter.needed_from(), 16U);
}

TEST(Layout, is_told_from_the_front_of_the_stream) {
  EXPECT_EQ(detect_layout("{\"a\":1}\n{\"b\":2}\n{\"c\":"), Layout::lines);
  EXPECT_EQ(detect_layout("{\"a\":1}"), Layout::lines);
  EXPECT_EQ(detect_layout("{\"a\":1}\n[1,\n{\"b\":2}\n"), Layout::lines);
  EXPECT_EQ(detect_layout("[{\"a\":1},\n{\"b\":2}]"), Layout::stream);
  EXPECT_EQ(detect_layout("{\n  \"a\": 1\n}\n"), Layout::stream);
  EXPECT_EQ(detect_layout("{\"a\":1}{\"b\":2}\n"), Layout::stream);
  EXPECT_EQ(detect_layout("{\"Records\":[{\"a\":1}]}\n"), Layout::stream);
  EXPECT_EQ(detect_layout(""), Layout::stream);
}

TEST(ReadDocument, says_where_the_fault_is) {
  const auto where = [](std::string_view text) { return read_document(text).error().where; };
  EXPECT_EQ(where("{\"a\": 1,\n \"b\" 2}"), (base::Position{2, 6}));
  EXPECT_EQ(where("[1, 2"), (base::Position{1, 6}));
  EXPECT_EQ(where("\xEF\xBB\xBF[1 2]"), (base::Position{1, 7}));
  EXPECT_EQ(where("{\"a\": tru}"), (base::Position{1, 7}));
  EXPECT_TRUE(read_document(" \xEF\xBB\xBF{}").error().where.column == 2);
}

TEST(ReadDocument, keeps_to_its_limits) {
  EXPECT_TRUE(read_document("[[[1]]]", {.document_bytes = 10, .depth = 3}));
  EXPECT_EQ(read_document("[[[1]]]", {.document_bytes = 10, .depth = 2}).error().code,
            base::ErrorCode::limit_exceeded);
  EXPECT_EQ(read_document("[[[1]]]", {.document_bytes = 6, .depth = 3}).error().code,
            base::ErrorCode::limit_exceeded);
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// JSONTestSuite: y_ must be accepted, n_ refused.
class JsonTestSuite : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path folder = HINOMI_SOURCE_DIR "/../shared/data/badinput/json/test_parsing";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the test data is absent: " << folder;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("y_")) good_.emplace_back(name, contents(entry.path()));
      if (name.starts_with("n_")) bad_.emplace_back(name, contents(entry.path()));
      if (name.starts_with("i_")) either_.emplace_back(name, contents(entry.path()));
    }
    ASSERT_EQ(good_.size(), 95U);
    ASSERT_EQ(bad_.size(), 188U);
  }
  std::vector<std::pair<std::string, std::string>> good_, bad_, either_;
};

TEST_F(JsonTestSuite, is_judged_rightly_by_the_whole_document_reader) {
  for (const auto& [name, text] : good_) EXPECT_TRUE(read_document(text)) << name;
  for (const auto& [name, text] : bad_) EXPECT_FALSE(read_document(text)) << name;
}

TEST_F(JsonTestSuite, is_judged_rightly_by_the_value_reader) {
  Reader reader;
  for (const auto& [name, text] : good_) EXPECT_TRUE(reader.read(text)) << name;
  for (const auto& [name, text] : bad_) {
    const auto result = reader.read(text);
    ASSERT_FALSE(result) << name;
    EXPECT_NE(result.error().code, base::ErrorCode::internal) << name << result.error().message;
  }
  for (const auto& [name, text] : either_) {
    EXPECT_EQ(reader.read(text).has_value(), read_document(text).has_value()) << name;
  }
}

TEST_F(JsonTestSuite, a_bad_line_between_good_ones_is_refused_and_they_are_read) {
  Reader reader;
  std::size_t tried = 0;
  for (const auto& [name, text] : bad_) {
    std::string line = text;
    while (line.ends_with('\n')) line.pop_back();
    if (line.find('\n') != std::string::npos || line.find_first_not_of(" \t\r") == std::string::npos)
      continue;
    ++tried;
    const std::string stream = "{\"a\":1}\n" + line + "\n{\"b\":2}\n";
    ASSERT_EQ(detect_layout(stream), Layout::lines) << name;
    const auto pieces = split(stream, Layout::lines, 100);
    ASSERT_EQ(pieces.size(), 3U) << name;
    const auto readable = [&](const Piece& piece) {
      return piece.kind == PieceKind::document &&
             reader.read(std::string_view(stream).substr(piece.offset, piece.length)).has_value();
    };
    EXPECT_TRUE(readable(pieces[0])) << name;
    EXPECT_FALSE(readable(pieces[1])) << name;
    EXPECT_TRUE(readable(pieces[2])) << name;
  }
  EXPECT_GT(tried, 150U);
}

}  // namespace
}  // namespace hinomi::parse::json
