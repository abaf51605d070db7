// The recordings of SigmaHQ's rule regression suite, compared with the JSON that stands beside each of them.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "parse/evtx/json.h"
#include "parse/evtx/reader.h"

namespace hinomi::parse::evtx {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Several documents in a row, pretty-printed: cut where the nesting returns to the top.
std::vector<std::string> split_documents(const std::string& text) {
  std::vector<std::string> documents;
  int depth = 0;
  bool in_string = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      if (depth++ == 0) begin = i;
    } else if (c == '}' && --depth == 0) {
      documents.push_back(text.substr(begin, i + 1 - begin));
    }
  }
  return documents;
}

// One form for equal documents: members sorted by name, no space.
std::string canonical(simdjson::dom::element element) {
  if (element.is_array()) {
    std::string out = "[";
    for (const auto item : simdjson::dom::array(element)) out += canonical(item) + ",";
    return out + "]";
  }
  if (!element.is_object()) return simdjson::minify(element);
  std::map<std::string, std::string> members;
  for (const auto& [key, value] : simdjson::dom::object(element)) {
    EXPECT_TRUE(members.emplace(std::string(key), canonical(value)).second)
        << "two members are named " << key;
  }
  std::string out = "{";
  for (const auto& [key, value] : members) out += key + ":" + value + ",";
  return out + "}";
}

std::vector<std::string> canonical_all(const std::vector<std::string>& documents) {
  simdjson::dom::parser parser;
  std::vector<std::string> all;
  for (const std::string& document : documents) {
    simdjson::dom::element element;
    const auto error = parser.parse(document).get(element);
    EXPECT_EQ(error, simdjson::SUCCESS) << document;
    if (error == simdjson::SUCCESS) all.push_back(canonical(element));
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> rendered(const std::string& file) {
  std::vector<std::string> documents;
  TemplateCache cache;
  ChunkReader reader(cache);
  JsonRenderer renderer;
  const FileView view(std::as_bytes(std::span(file)));
  for (std::size_t i = 0; i < view.chunk_count(); ++i) {
    reader.open(view.chunk(i).bytes, view.chunk(i).offset);
    while (const Record* record = reader.next()) {
      if (record->recovered) continue;
      EXPECT_EQ(renderer.append(*record, documents.emplace_back()), JsonRenderer::Outcome::complete);
    }
    EXPECT_EQ(reader.lost_records(), 0U);
  }
  return documents;
}

// One document of the suite was edited by hand and no longer says what its recording says: there the parent's
// command line is C:\\Windows\\Explorer.EXE, and all other documents have microseconds.
struct Correction {
  std::string_view document, from, to;
};
constexpr Correction kCorrections[] = {
    {"ad691d92-15f2-4181-9aa4-723c74f9ddc3", "C:\\\\Windows\\\\Explorer.exe",
     "C:\\\\Windows\\\\Explorer.EXE"},
    {"ad691d92-15f2-4181-9aa4-723c74f9ddc3", "08:31:26.751156500Z", "08:31:26.751156Z"},
};

std::string corrected(const fs::path& path) {
  std::string text = read_file(path);
  for (const Correction& correction : kCorrections) {
    if (path.stem() != correction.document) continue;
    const std::size_t at = text.find(correction.from);
    EXPECT_NE(at, std::string::npos) << "no longer needed: " << correction.from;
    if (at != std::string::npos) text.replace(at, correction.from.size(), correction.to);
  }
  return text;
}

TEST(EvtxConformance, every_record_of_the_regression_suite_equals_its_json) {
  const fs::path folder = fs::path(HINOMI_SOURCE_DIR) / "../shared/data/sigma-regression";
  if (!fs::exists(folder)) GTEST_SKIP() << "no regression data in " << folder;
  std::size_t files = 0;
  std::size_t records = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".evtx") continue;
    fs::path json = entry.path();
    json.replace_extension(".json");
    const auto expected = canonical_all(split_documents(corrected(json)));
    const auto actual = canonical_all(rendered(read_file(entry.path())));
    EXPECT_FALSE(expected.empty()) << json;
    EXPECT_EQ(actual, expected) << entry.path();
    ++files;
    records += actual.size();
  }
  EXPECT_GE(files, 101U);
  RecordProperty("files", static_cast<int>(files));
  RecordProperty("records", static_cast<int>(records));
  std::printf("%zu files, %zu records equal\n", files, records);
}

}  // namespace
}  // namespace hinomi::parse::evtx
