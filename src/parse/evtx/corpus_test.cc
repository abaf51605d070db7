// All recordings at hand, sound and damaged, against evtxexport of libevtx-utils: what it reads, this reads
// too. HINOMI_UPDATE_DOCS=1 writes the table of docs/en/evtx-corpus.md and docs/ja/evtx-corpus.md anew.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "parse/evtx/flatten.h"
#include "parse/evtx/json.h"
#include "parse/evtx/reader.h"

namespace hinomi::parse::evtx {
namespace {

namespace fs = std::filesystem;

struct FileResult {
  std::string name;
  std::size_t records = 0;
  std::size_t recovered = 0;
  std::size_t lost = 0;
  std::size_t unrecoverable = 0;
  std::map<std::string, std::size_t> problems;  // by kind
  std::size_t incomplete = 0;                   // records of the log with a fragment that cannot be read
  std::size_t different = 0;                    // records whose JSON and leaves differ
  std::vector<std::uint64_t> ids;               // sorted, of the log's records
  std::optional<std::vector<std::uint64_t>> exported;  // what evtxexport printed, sorted
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void count(FileResult& result, std::span<const Problem> problems) {
  for (const Problem& problem : problems) ++result.problems[std::string(name_of(problem.kind))];
}

using Leaves = std::vector<std::tuple<std::string, LeafKind, std::string>>;  // path, kind, text

// JSON numbers what repeats, leaves do not: Header_1 becomes Header on both sides.
std::string unnumbered(std::string_view key) {
  std::size_t end = key.size();
  while (end > 0 && key[end - 1] >= '0' && key[end - 1] <= '9') --end;
  return std::string(end < key.size() && end > 0 && key[end - 1] == '_' ? key.substr(0, end - 1) : key);
}

void add_leaves(simdjson::dom::element element, const std::string& path, Leaves& out) {
  if (element.is_object()) {
    for (const auto& [key, value] : simdjson::dom::object(element)) {
      const std::string inner = path.empty() ? unnumbered(key) : path + '.' + unnumbered(key);
      add_leaves(value, key == "#text" ? path : inner, out);
    }
  } else if (element.is_array()) {
    for (const auto item : simdjson::dom::array(element)) add_leaves(item, path, out);
  } else if (element.is_null()) {
    out.emplace_back(path, LeafKind::null, "");
  } else if (element.is_string()) {
    out.emplace_back(path, LeafKind::text, std::string(std::string_view(element)));
  } else {
    out.emplace_back(path, element.is_bool() ? LeafKind::boolean : LeafKind::number,
                     simdjson::minify(element));
  }
}

std::string unnumbered_path(std::string_view path) {
  std::string out;
  while (true) {
    const std::size_t dot = path.find('.');
    out += unnumbered(path.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    out += '.';
    path.remove_prefix(dot + 1);
  }
}

// Whether the two ways out of a record say the same.
class Comparison {
 public:
  bool agrees(const Record& record) {
    json_.clear();
    leaves_.clear();
    arena_.clear();
    Leaves from_json;
    Leaves from_flatten;
    if (renderer_.append(record, json_) == JsonRenderer::Outcome::too_large) return false;
    simdjson::dom::element element;
    if (parser_.parse(json_).get(element) != simdjson::SUCCESS) return false;
    add_leaves(element, "", from_json);
    flattener_.flatten(record, Flattener::Extent::everything, arena_, leaves_);
    for (const Leaf& leaf : leaves_) {
      from_flatten.emplace_back(unnumbered_path(leaf.path), leaf.kind, std::string(leaf.text));
    }
    for (auto& [path, kind, text] : from_json) path = unnumbered_path(path);  // keys may hold dots
    std::sort(from_json.begin(), from_json.end());
    std::sort(from_flatten.begin(), from_flatten.end());
    return from_json == from_flatten;
  }

 private:
  JsonRenderer renderer_{Strings::exact};
  Flattener flattener_{[](std::string_view) { return Flattener::kUnwanted; }};
  simdjson::dom::parser parser_;
  base::Arena arena_;
  std::string json_;
  std::vector<Leaf> leaves_;
};

FileResult read_all(const std::string& file) {
  FileResult result;
  TemplateCache cache;
  ChunkReader reader(cache);
  JsonRenderer renderer;
  Comparison comparison;
  const FileView view(std::as_bytes(std::span(file)));
  count(result, view.problems());
  std::string json;
  for (std::size_t i = 0; i < view.chunk_count(); ++i) {
    const FileView::Chunk chunk = view.chunk(i);
    reader.open(chunk.bytes, chunk.offset, {.all_recovered = chunk.behind_end});
    while (const Record* record = reader.next()) {
      json.clear();
      const auto outcome = renderer.append(*record, json);
      if (outcome != JsonRenderer::Outcome::complete && !record->recovered) ++result.incomplete;
      if (!comparison.agrees(*record)) ++result.different;
      ++(record->recovered ? result.recovered : result.records);
      if (!record->recovered) result.ids.push_back(record->id);
    }
    result.lost += reader.lost_records();
    result.unrecoverable += reader.unrecoverable();
    count(result, reader.problems());
  }
  std::sort(result.ids.begin(), result.ids.end());
  return result;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// The record ids in evtxexport's text; nullopt where the program is not installed.
std::optional<std::vector<std::uint64_t>> exported_ids(const fs::path& path) {
  static const bool installed = std::system("command -v evtxexport >/dev/null 2>&1") == 0;
  if (!installed) return std::nullopt;
  const std::string command = "evtxexport " + quoted(path.string()) + " 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::vector<std::uint64_t> ids;
  std::string line;
  std::array<char, 4096> buffer{};
  while (pipe != nullptr && std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    constexpr std::string_view kMark = "Event number\t\t\t: ";
    const std::string_view text(buffer.data());
    if (text.starts_with(kMark)) ids.push_back(std::strtoull(buffer.data() + kMark.size(), nullptr, 10));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<FileResult> read_corpus(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".evtx") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<FileResult> results;
  for (const fs::path& path : paths) {
    FileResult result = read_all(read_file(path));
    result.name = fs::relative(path, folder).string();
    result.exported = exported_ids(path);
    results.push_back(std::move(result));
  }
  return results;
}

// One language of the table.
struct Wording {
  const char* path;
  const char* title;
  const char* text;
  const char* header;
  const char* total;
};
constexpr Wording kEnglish = {"docs/en/evtx-corpus.md", "# EVTX recordings: what is read",
                              "Generated; do not edit. To write it anew (needs `evtxexport` of libevtx-utils "
                              "and the shared test data):\n\n"
                              "    HINOMI_UPDATE_DOCS=1 build/dev/src/parse/evtx/hinomi_parse_evtx_test "
                              "--gtest_filter='EvtxCorpus.*'\n\n"
                              "*Read*: records of the log. *Recovered*: records found behind the end of the "
                              "log, left over from earlier use; "
                              "a scan leaves them out. *Lost*: records, or stretches of bytes where a record "
                              "should begin, that cannot be "
                              "read. *Partly*: read, but a part within the record is damaged. *evtxexport*: "
                              "records that `evtxexport` prints "
                              "(it ends at the first it cannot read); each of them is among those read. "
                              "*Notes*: damage found, with how often "
                              "(docs of `ProblemKind`).\n",
                              "| file | read | recovered | lost | partly | evtxexport | notes |",
                              "all files"};
constexpr Wording kJapanese = {
    "docs/ja/evtx-corpus.md", "# EVTX 記録ファイル:読み取り結果",
    "自動生成のため編集しないでください。再生成の方法(libevtx-utils の `evtxexport` "
    "と共有試験データが必要):\n\n"
    "    HINOMI_UPDATE_DOCS=1 build/dev/src/parse/evtx/hinomi_parse_evtx_test "
    "--gtest_filter='EvtxCorpus.*'\n\n"
    "*読取*:ログのレコード数。*復元*:ログの終端より後ろに残っていた過去のレコード数(スキャンの対象外)。"
    "*喪失*:読み取れないレコード、またはレコードが始まるはずの位置にある不明な領域の数。"
    "*一部*:読み取れたが、内部の一部が壊れているレコード数。"
    "*evtxexport*:`evtxexport` "
    "が出力するレコード数(読めないレコードで終了する)。そのすべてを本製品も読み取る。"
    "*備考*:見つかった破損の種類と回数(`ProblemKind` の説明を参照)。\n",
    "| ファイル | 読取 | 復元 | 喪失 | 一部 | evtxexport | 備考 |", "合計"};

std::string row(const FileResult& result) {
  std::string notes;
  for (const auto& [kind, times] : result.problems) {
    notes += (notes.empty() ? "" : ", ") + kind + (times > 1 ? " ×" + std::to_string(times) : "");
  }
  std::string name = result.name;
  for (std::size_t at = 0; (at = name.find('|', at)) != std::string::npos; at += 2) name.insert(at, 1, '\\');
  std::string out = "| " + name;
  for (const std::size_t number : {result.records, result.recovered, result.lost, result.incomplete}) {
    out += " | " + std::to_string(number);
  }
  return out + " | " + std::to_string(result.exported->size()) + " | " + notes + " |\n";
}

std::string table(const std::vector<FileResult>& results, const Wording& wording) {
  FileResult total;
  total.name = "**" + std::string(wording.total) + " (" + std::to_string(results.size()) + ")**";
  total.exported.emplace();
  for (const FileResult& result : results) {
    total.records += result.records;
    total.recovered += result.recovered;
    total.lost += result.lost;
    total.incomplete += result.incomplete;
    total.exported->resize(total.exported->size() + result.exported->size());
  }
  std::string out = std::string(wording.title) + "\n\n" + wording.text + "\n" + wording.header +
                    "\n|---|---:|---:|---:|---:|---:|---|\n" + row(total);
  for (const FileResult& result : results) out += row(result);
  return out;
}

class EvtxCorpus : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const fs::path folder = fs::path(HINOMI_SOURCE_DIR) / "../shared/data/evtx";
    if (fs::exists(folder)) results_ = new std::vector<FileResult>(read_corpus(folder));
  }
  static void TearDownTestSuite() {
    delete results_;
    results_ = nullptr;
  }
  void SetUp() override {
    if (results_ == nullptr) GTEST_SKIP() << "no recordings in shared/data/evtx beside the source tree";
  }
  static const std::vector<FileResult>* results_;
};
const std::vector<FileResult>* EvtxCorpus::results_ = nullptr;

TEST_F(EvtxCorpus, every_record_that_evtxexport_reads_is_read) {
  EXPECT_GE(results_->size(), 303U);
  std::size_t records = 0;
  std::size_t exported = 0;
  for (const FileResult& result : *results_) {
    records += result.records;
    if (!result.exported) GTEST_SKIP() << "evtxexport (libevtx-utils) is not installed";
    exported += result.exported->size();
    EXPECT_TRUE(std::ranges::includes(result.ids, *result.exported)) << result.name;
  }
  EXPECT_GT(records, exported);
}

TEST_F(EvtxCorpus, json_and_leaves_of_every_record_say_the_same) {
  for (const FileResult& result : *results_) EXPECT_EQ(result.different, 0U) << result.name;
}

TEST_F(EvtxCorpus, only_damaged_files_lose_records_or_parts) {
  for (const FileResult& result : *results_) {
    if (!result.problems.empty()) continue;
    EXPECT_EQ(result.lost + result.incomplete, 0U) << result.name;
  }
}

TEST_F(EvtxCorpus, the_table_in_the_documents_is_current) {
  for (const FileResult& result : *results_) {
    if (!result.exported) GTEST_SKIP() << "evtxexport (libevtx-utils) is not installed";
  }
  for (const Wording& wording : {kEnglish, kJapanese}) {
    const fs::path path = fs::path(HINOMI_SOURCE_DIR) / wording.path;
    const std::string text = table(*results_, wording);
    if (std::getenv("HINOMI_UPDATE_DOCS") != nullptr) std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(read_file(path), text) << "run this test with HINOMI_UPDATE_DOCS=1";
  }
}

}  // namespace
}  // namespace hinomi::parse::evtx
