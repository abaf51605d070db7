#include "demo/generator.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "demo/moment.h"

namespace hinomi::demo {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string, std::less<>>;

struct Recording {
  Files files;
  Manifest manifest;
};

Recording record(const Options& options) {
  Recording recording;
  base::Result<Manifest> manifest =
      generate(options, [&](std::string_view path, std::string_view bytes) -> base::Result<void> {
        recording.files[std::string(path)] += bytes;
        return {};
      });
  EXPECT_TRUE(manifest);
  if (manifest) recording.manifest = std::move(*manifest);
  return recording;
}

// One for all tests that only read it.
const Recording& usual() {
  static const Recording recording = record({});
  return recording;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

base::Hash128 digest(const Recording& recording) {
  std::string all;
  for (const auto& [path, bytes] : recording.files) all += path + '\0' + bytes;
  return base::hash128(all, 0);
}

std::optional<base::TimeNs> time_of(std::string_view path, std::string_view line) {
  if (path.ends_with(".ndjson")) {
    constexpr std::string_view kStart = R"({"@timestamp":")";
    if (!line.starts_with(kStart)) return std::nullopt;
    return base::parse_rfc3339(line.substr(kStart.size(), 24));
  }
  if (path.ends_with("audit.log")) {
    const std::string_view stamp = line.substr(line.find("audit(") + 6, 14);  // seconds.milliseconds
    std::int64_t seconds = 0;
    std::int64_t thousandths = 0;
    std::from_chars(stamp.data(), stamp.data() + 10, seconds);
    std::from_chars(stamp.data() + 11, stamp.data() + 14, thousandths);
    return base::TimeNs{(seconds * 1000 + thousandths) * 1'000'000};
  }
  if (line.starts_with('<')) line.remove_prefix(line.find(' ') + 1);
  return base::parse_rfc3339(line.substr(0, line.find(' ')));
}

// RFC 1918, RFC 5737 and loopback.
bool may_occur(const std::array<int, 4>& a) {
  return a[0] == 10 || a[0] == 127 || (a[0] == 192 && a[1] == 168) ||
         (a[0] == 172 && a[1] >= 16 && a[1] < 32) || (a[0] == 192 && a[1] == 0 && a[2] == 2) ||
         (a[0] == 198 && a[1] == 51 && a[2] == 100) || (a[0] == 203 && a[1] == 0 && a[2] == 113);
}

// Every run of four numbers up to 255 joined by points; longer runs of numbers are versions.
std::vector<std::array<int, 4>> addresses_in(std::string_view line) {
  std::vector<std::array<int, 4>> found;
  std::size_t at = 0;
  while (at < line.size()) {
    if (std::isdigit(static_cast<unsigned char>(line[at])) == 0) {
      ++at;
      continue;
    }
    const std::size_t end = std::min(line.find_first_not_of("0123456789.", at), line.size());
    std::string_view run = line.substr(at, end - at);
    std::vector<int> parts;
    while (!run.empty() && parts.size() < 6) {
      const std::size_t point = std::min(run.find('.'), run.size());
      int value = 256;
      std::from_chars(run.data(), run.data() + point, value);
      parts.push_back(value);
      run.remove_prefix(std::min(point + 1, run.size()));
    }
    const bool address = parts.size() == 4 && std::ranges::all_of(parts, [](int part) { return part < 256; });
    if (address) found.push_back({parts[0], parts[1], parts[2], parts[3]});
    at = end;
  }
  return found;
}

TEST(Generator, makes_the_same_bytes_from_the_same_seed) {
  EXPECT_EQ(digest(record({})), digest(usual()));
  Options other;
  other.seed = 7;
  EXPECT_NE(digest(record(other)), digest(usual()));
}

// A change of the recording is meant to be seen: then this is updated and docs/*/demo.md is looked through.
TEST(Generator, makes_the_recording_that_the_documentation_describes) {
  const base::Hash128 actual = digest(usual());
  EXPECT_EQ(actual.high, 8719830031574825413ULL);
  EXPECT_EQ(actual.low, 1814399479192284370ULL);
}

std::string with_comma(std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() > 3) digits.insert(digits.size() - 3, ",");
  return digits;
}

TEST(Generator, has_as_many_events_as_the_documentation_says) {
  for (const std::string_view language : {"en", "ja"}) {
    const std::string text = read_file(fs::path(HINOMI_SOURCE_DIR "/docs") / language / "demo.md");
    std::uint64_t total = 0;
    for (const FileEntry& file : usual().manifest.files) {
      total += file.events;
      const std::string row = "| `" + std::string(file.path) + "` | " + with_comma(file.events) + " |";
      EXPECT_NE(text.find(row), std::string::npos) << language << " lacks " << row;
    }
    EXPECT_NE(text.find(with_comma(total)), std::string::npos) << language << ": " << total;
  }
}

TEST(Generator, stays_within_the_promised_volume) {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  for (const FileEntry& file : usual().manifest.files) {
    const std::string& text = usual().files.find(file.path)->second;
    EXPECT_EQ(file.bytes, text.size());
    EXPECT_EQ(file.events, static_cast<std::uint64_t>(std::ranges::count(text, '\n')));
    EXPECT_GT(file.events, 50U) << file.path;
    events += file.events;
    bytes += file.bytes;
  }
  EXPECT_GE(events, 50'000U);
  EXPECT_LE(events, 75'000U);
  EXPECT_LE(bytes, 60'000'000U);
}

TEST(Generator, writes_valid_json_with_a_time_in_every_line) {
  simdjson::dom::parser parser;
  for (const auto& [path, text] : usual().files) {
    if (!path.ends_with(".ndjson")) continue;
    for (const std::string_view line : lines_of(text)) {
      simdjson::dom::object object;
      ASSERT_EQ(parser.parse(line.data(), line.size()).get(object), simdjson::SUCCESS)
          << path << ": " << line;
      std::string_view stamp;
      ASSERT_EQ(object["@timestamp"].get(stamp), simdjson::SUCCESS) << line;
    }
  }
}

TEST(Generator, writes_a_manifest_that_is_valid_json) {
  simdjson::dom::parser parser;
  const std::string& text = usual().files.find(kManifestName)->second;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(text.data(), text.size()).get(root), simdjson::SUCCESS);
  simdjson::dom::array steps;
  ASSERT_EQ(root["steps"].get(steps), simdjson::SUCCESS);
  EXPECT_EQ(steps.size(), usual().manifest.steps.size());
}

TEST(Generator, orders_every_file_by_time_within_the_day) {
  const Options options;
  const base::TimeNs end = later(options.start, hours{24});
  for (const auto& [path, text] : usual().files) {
    if (path == kManifestName) continue;
    base::TimeNs before = options.start;
    for (const std::string_view line : lines_of(text)) {
      const std::optional<base::TimeNs> time = time_of(path, line);
      ASSERT_TRUE(time.has_value()) << path << ": " << line;
      ASSERT_LE(before, *time) << path << ": " << line;
      ASSERT_LT(*time, end) << path << ": " << line;
      before = *time;
    }
  }
}

TEST(Generator, names_no_real_address) {
  for (const auto& [path, text] : usual().files) {
    for (const std::string_view line : lines_of(text)) {
      for (const auto& address : addresses_in(line)) ASSERT_TRUE(may_occur(address)) << path << ": " << line;
    }
  }
}

TEST(Generator, names_no_real_domain) {
  constexpr auto kReal = std::to_array<std::string_view>(
      {".com", ".net", ".org", ".jp", ".io", ".co", ".info", ".cloud", ".dev", ".ru", ".cn"});
  for (const auto& [path, text] : usual().files) {
    for (const std::string_view suffix : kReal) {
      for (std::size_t at = text.find(suffix); at != std::string::npos; at = text.find(suffix, at + 1)) {
        const std::size_t end = at + suffix.size();
        const bool goes_on = end < text.size() && std::isalnum(static_cast<unsigned char>(text[end])) != 0;
        ASSERT_TRUE(goes_on) << path << ": " << text.substr(at > 60 ? at - 60 : 0, 90);
      }
    }
  }
}

TEST(Generator, asks_only_for_names_reserved_for_examples) {
  simdjson::dom::parser parser;
  for (const std::string_view line : lines_of(usual().files.find("network/dns.ndjson")->second)) {
    simdjson::dom::element event;
    ASSERT_EQ(parser.parse(line.data(), line.size()).get(event), simdjson::SUCCESS);
    std::string_view name;
    ASSERT_EQ(event.at_pointer("/dns/question/name").get(name), simdjson::SUCCESS);
    ASSERT_TRUE(name.ends_with(".example")) << name;
    ASSERT_LE(name.size(), 253U);  // RFC 1035, 2.3.4
    ASSERT_LE(name.substr(0, name.find('.')).size(), 63U);
  }
}

TEST(Generator, tells_the_steps_in_order_within_the_last_day) {
  const std::vector<Step>& steps = usual().manifest.steps;
  ASSERT_GE(steps.size(), 25U);
  const Options options;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_LE(steps[i].first, steps[i].last) << steps[i].what;
    EXPECT_GE(steps[i].first, options.start) << steps[i].what;
    EXPECT_LT(steps[i].last, later(options.start, hours{24})) << steps[i].what;
    EXPECT_LE(steps[i == 0 ? 0 : i - 1].first, steps[i].first) << steps[i].what;
  }
}

TEST(Generator, has_the_first_event_of_every_step_in_its_file) {
  for (const Step& step : usual().manifest.steps) {
    const std::string& text = usual().files.find(path_of(step.log))->second;
    const auto lines = lines_of(text);
    EXPECT_TRUE(std::ranges::any_of(lines, [&](std::string_view line) {
      return time_of(path_of(step.log), line) == step.first;
    })) << step.what;
  }
}

TEST(Generator, plays_the_intrusion_on_the_last_day_only) {
  Options options;
  options.days = 2;
  options.scale_percent = 20;
  const Recording recording = record(options);
  const base::TimeNs second = later(options.start, hours{24});
  for (const Step& step : recording.manifest.steps) EXPECT_GE(step.first, second) << step.what;
  const std::string& servers = recording.files.find("windows/servers.ndjson")->second;
  const auto lines = lines_of(servers);
  ASSERT_FALSE(lines.empty());
  EXPECT_LT(*time_of("x.ndjson", lines.front()), second);
  EXPECT_GT(*time_of("x.ndjson", lines.back()), second);
}

TEST(Generator, changes_the_amount_of_normal_work_with_the_scale) {
  Options half;
  half.scale_percent = 50;
  const Recording small = record(half);
  EXPECT_LT(small.files.find("network/proxy.ndjson")->second.size() * 3,
            usual().files.find("network/proxy.ndjson")->second.size() * 2);
  EXPECT_EQ(small.manifest.steps.size(), usual().manifest.steps.size());
}

TEST(Generator, refuses_options_beyond_its_limits) {
  const Sink nowhere = [](std::string_view, std::string_view) -> base::Result<void> { return {}; };
  for (const Options& options :
       {Options{1, {0}, 0, 100}, Options{1, {0}, kMaxDays + 1, 100}, Options{1, {0}, 1, 0},
        Options{1, {0}, 1, kMaxScalePercent + 1}, Options{1, {-1}, 1, 100}}) {
    const base::Result<Manifest> refused = generate(options, nowhere);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::usage);
    EXPECT_FALSE(refused.error().remedy.empty());
  }
}

TEST(Generator, writes_the_files_of_the_manifest_into_a_folder) {
  const fs::path folder = fs::path(HINOMI_TEST_SCRATCH) / "demo_generator";
  fs::remove_all(folder);
  Options options;
  options.scale_percent = 10;
  const base::Result<Manifest> manifest = generate(options, folder);
  ASSERT_TRUE(manifest);
  for (const FileEntry& file : manifest->files)
    EXPECT_EQ(fs::file_size(folder / file.path), file.bytes) << file.path;
  EXPECT_EQ(read_file(folder / kManifestName), manifest->to_json());
  ASSERT_TRUE(generate(options, folder));  // again: replaced, not appended
  for (const FileEntry& file : manifest->files)
    EXPECT_EQ(fs::file_size(folder / file.path), file.bytes) << file.path;
  fs::remove_all(folder);
}

TEST(Generator, says_which_file_could_not_be_written) {
  const fs::path folder = fs::path(HINOMI_TEST_SCRATCH) / "demo_no_folder";
  fs::create_directories(folder.parent_path());
  std::ofstream(folder) << "a file, where a folder is needed";
  const base::Result<Manifest> manifest = generate({}, folder);
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, base::ErrorCode::io);
  EXPECT_NE(manifest.error().message.find("demo_no_folder"), std::string::npos);
  fs::remove(folder);
}

}  // namespace
}  // namespace hinomi::demo
