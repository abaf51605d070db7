// The command line as its users meet it: the built program is run as a process on small inputs made here.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "os/testing/scratch_folder.h"
#include "parse/evtx/testing/chunk_builder.h"
#include "parse/json/document.h"
#include "process.h"

namespace hinomi::cli {
namespace {

namespace evtx = parse::evtx::testing;

constexpr int kOk = 0;
constexpr int kProblems = 1;
constexpr int kUsage = 2;

constexpr std::string_view kRule = R"(title: Command line that says evil
id: 11111111-2222-4333-8444-555555555555
status: test
level: high
author: =author
tags: [attack.impact, attack.t1059, attack.initial-access]
logsource: {product: windows, category: process_creation}
detection:
  selection: {CommandLine|contains: evil}
  condition: selection
)";

// A process creation of Sysmon; `command` is the inside of a JSON string.
std::string event(std::string_view command) {
  return R"({"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Provider":"Microsoft-Windows-Sysmon",)"
         R"("@timestamp":"2026-01-01T00:00:00Z","CommandLine":")" +
         std::string(command) + "\"}\n";
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string gzip(const std::string& text) {
  constexpr int kGzipWindow = 15 + 16;  // deflateInit2: 16 more stands for the gzip header
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

// One stored entry (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16).
std::string zip(const std::string& name, const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  const auto crc = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(text.data()), size));
  const auto append_common = [&](std::string& out) {
    append_little_endian(out, 20, 2);          // version needed
    append_little_endian(out, 0, 4);           // flags, method: stored
    append_little_endian(out, 0x5A210000, 4);  // 2025-01-01 00:00
    append_little_endian(out, crc, 4);
    append_little_endian(out, size, 4);
    append_little_endian(out, size, 4);
    append_little_endian(out, static_cast<std::uint32_t>(name.size()), 2);
    append_little_endian(out, 0, 2);  // no extra field
  };
  std::string out = "PK\x03\x04";
  append_common(out);
  out += name + text;
  const auto directory_at = static_cast<std::uint32_t>(out.size());
  out += "PK\x01\x02";
  append_little_endian(out, 20, 2);
  append_common(out);
  append_little_endian(out, 0, 4);  // comment, disk
  append_little_endian(out, 0, 4);
  append_little_endian(out, 0, 2);
  append_little_endian(out, 0, 4);  // offset of the entry
  out += name;
  const auto directory_size = static_cast<std::uint32_t>(out.size()) - directory_at;
  out += "PK\x05\x06";
  append_little_endian(out, 0, 4);
  append_little_endian(out, 0x00010001, 4);
  append_little_endian(out, directory_size, 4);
  append_little_endian(out, directory_at, 4);
  append_little_endian(out, 0, 2);
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Whether every byte may go to a terminal: line ends, and otherwise only what base::visible leaves as it is.
::testing::AssertionResult is_harmless(const std::string& text) {
  for (std::string line : lines_of(text)) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (base::visible(line) != line)
      return ::testing::AssertionFailure() << "line '" << base::visible(line) << "'";
  }
  return ::testing::AssertionSuccess();
}

class Cli : public ::testing::Test {
 protected:
  void SetUp() override {
    rules_ = scratch_.write("rules/evil.yml", kRule).substr(0, scratch_.path().size() + 6);
  }

  std::vector<std::string> environment(std::string_view language = "C") const {
    return {std::string("HINOMI_CONTENT=") + HINOMI_SOURCE_DIR + "/content",
            "XDG_CACHE_HOME=" + scratch_.path() + "/cache", "LANG=" + std::string(language)};
  }
  std::vector<std::string> words(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), HINOMI_PROGRAM);
    return arguments;
  }
  Outcome run(const std::vector<std::string>& arguments, std::string_view language = "C",
              const std::string& output = {}) const {
    return Process(scratch_.path(), words(arguments), environment(language), output).wait();
  }
  Outcome scan(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"scan", "--rules", rules_});
    return run(arguments);
  }

  os::ScratchFolder scratch_;
  std::string rules_;
};

// -- usage
// ----------------------------------------------------------------------------------------------------------

TEST_F(Cli, wrong_usage_ends_with_2_and_says_why) {
  const std::string good = scratch_.write("good.ndjson", event("evil"));
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{}, "usage: hinomi"},
      {{"nonsense"}, "'nonsense'"},
      {{"rules"}, "'rules'"},
      {{"rules", "nonsense"}, "'rules nonsense'"},
      {{"scan"}, "PATH"},
      {{"scan", "--nonsense", good}, "'--nonsense'"},
      {{"scan", good, "--rules"}, "'--rules'"},
      {{"scan", "--threads", "0", good}, "'--threads'"},
      {{"scan", "--threads", "2x", good}, "'--threads'"},
      {{"scan", "--threads", "", good}, "'--threads'"},
      {{"scan", "--threads", "99999999999999999999", good}, "'--threads'"},
      {{"scan", "--format", "xml", good}, "'xml'"},
      {{"scan", "--min-level", "severe", good}, "'severe'"},
      {{"scan", "--window", "other", good}, "'other'"},
      {{"scan", scratch_ / "absent"}, "absent"},
      {{"scan", "--rules", scratch_ / "absent", good}, "absent"},
      {{"rules", "check"}, "DIR"},
      {{"rules", "check", "--format", "xml", rules_}, "'xml'"},
      {{"rules", "explain", rules_}, "RULE EVENT"},
      {{"evtx", "dump"}, "FILE"},
      {{"demo", "generate"}, "DIR"},
  };
  for (const auto& [arguments, named] : cases) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, kUsage) << named;
    EXPECT_EQ(outcome.out, "") << named;
    EXPECT_TRUE(contains(outcome.err, named)) << named << " is not in: " << outcome.err;
  }
}

TEST_F(Cli, help_of_every_command_goes_to_standard_output) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{{},
                                                                                       {"scan"},
                                                                                       {"rules", "check"},
                                                                                       {"rules", "test"},
                                                                                       {"rules", "explain"},
                                                                                       {"evtx", "dump"},
                                                                                       {"demo", "generate"},
                                                                                       {"demo", "next"}}) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--help");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, kOk);
    EXPECT_TRUE(outcome.out.starts_with("usage: hinomi") || command.empty()) << outcome.out;
    EXPECT_EQ(outcome.err, "");
  }
}

TEST_F(Cli, words_of_the_user_are_shown_without_escape_sequences) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"\x1b[31mred"}, {"scan", "--\x1b[31m"}, {"scan", "/\x1b[31m"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, kUsage);
    EXPECT_TRUE(contains(outcome.err, "\\x1b[31m")) << outcome.err;
    EXPECT_TRUE(is_harmless(outcome.err));
  }
}

TEST_F(Cli, language_follows_the_environment) {
  const std::string good = scratch_.write("good.ndjson", event("evil"));
  const std::vector<std::string> arguments{"scan", "--rules", rules_, "--format", "table", good};
  const Outcome japanese = run(arguments, "ja_JP.UTF-8");
  EXPECT_EQ(japanese.code, kOk);
  EXPECT_TRUE(contains(japanese.out, "集計")) << japanese.out;
  EXPECT_TRUE(contains(japanese.out, "イベント 1 件、検知 1 件")) << japanese.out;
  const Outcome english = run(arguments, "en_US.UTF-8");
  EXPECT_TRUE(contains(english.out, "1 event, 1 finding")) << english.out;
  EXPECT_EQ(run({"scan", "--rules", rules_, good}, "ja_JP.UTF-8").out,
            run({"scan", "--rules", rules_, good}).out)
      << "machine output has no language";
}

// -- findings
// -------------------------------------------------------------------------------------------------------

TEST_F(Cli, ndjson_has_the_documented_shape) {
  const std::string good = scratch_.write("good.ndjson", event("harmless") + event("evil"));
  const Outcome outcome = scan({"--format", "ndjson", good});
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  const std::string expected =
      R"({"rule":{"id":"11111111-2222-4333-8444-555555555555","title":"Command line that says evil","level":"high",)"
      R"("tags":["attack.impact","attack.t1059","attack.initial-access"],"author":"=author"},)"
      R"("event":{"time":"2026-01-01T00:00:00.000000000Z","source":{"file":")" +
      good +
      R"(","record":2}},)"
      R"("matched":[{"selection":"selection","field":"CommandLine","modifier":"contains","expected":"evil","value":"evil"}]})"
      "\n";
  EXPECT_EQ(outcome.out, expected);
}

TEST_F(Cli, hostile_text_reaches_no_output_as_it_is) {
  const std::string hostile =
      event(
          R"(evil \u001b[31m\u001b]0;title\u0007 \u202etxt.exe \u0000 \r\n\t \u009b31m \u2028 \u200b \ud800)") +
      event("evil \xE2\x80\xAE raw \xC2\x9B raw \x7F raw \xF3\xA0\x81\x81");
  const std::string path = scratch_.write("=1+1 \x1b[31m\n.ndjson", hostile);
  for (const char* format : {"ndjson", "csv", "table"}) {
    const Outcome outcome = scan({"--format", format, path});
    EXPECT_EQ(outcome.code, kOk) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "evil")) << format;
    EXPECT_TRUE(is_harmless(outcome.out)) << format;
    EXPECT_TRUE(is_harmless(outcome.err)) << format;
  }
  const Outcome ndjson = scan({"--format", "ndjson", path});
  const auto lines = lines_of(ndjson.out);
  ASSERT_EQ(lines.size(), 2u);
  for (const std::string& line : lines) EXPECT_TRUE(parse::json::read_document(line)) << line;
  EXPECT_TRUE(contains(lines[0], R"(\u202etxt.exe \u0000)")) << lines[0];
}

TEST_F(Cli, csv_holds_no_formula) {
  scratch_.write("in/a.ndjson", event("evil"));
  std::string formula(kRule);
  formula.replace(formula.find("Command"), 7, "=HYPERLINK");
  formula.replace(formula.find("1111"), 4, "2222");
  scratch_.write("rules/formula.yml", formula);
  const Outcome outcome = scan({"--format", "csv", scratch_ / "in"});
  ASSERT_TRUE(outcome.out.starts_with("\xEF\xBB\xBFtime,level,rule_id,title,tags,file,record,matched\r\n"))
      << outcome.out;
  EXPECT_EQ(count(outcome.out, "\r\n"), 3u);
  EXPECT_TRUE(contains(outcome.out, ",\"'=HYPERLINK")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, ",=")) << outcome.out;
}

TEST_F(Cli, counts_of_the_summary_are_those_of_the_findings) {
  const std::string good = scratch_.write("good.ndjson", repeated(event("evil") + event("harmless"), 700));
  const Outcome outcome = scan({good});
  EXPECT_EQ(lines_of(outcome.out).size(), 700u);
  EXPECT_TRUE(contains(outcome.err, "1,400 events, 700 findings")) << outcome.err;
  EXPECT_EQ(scan({"--min-level", "critical", good}).out, "");
}

TEST_F(Cli, tactics_are_listed_in_the_order_of_an_intrusion) {
  const Outcome outcome = scan({scratch_.write("good.ndjson", event("evil"))});
  const std::size_t first = outcome.err.find("Initial Access");
  const std::size_t last = outcome.err.find("Impact");
  ASSERT_NE(first, std::string::npos) << outcome.err;
  ASSERT_NE(last, std::string::npos) << outcome.err;
  EXPECT_LT(first, last);
}

TEST_F(Cli, findings_do_not_depend_on_the_number_of_threads) {
  for (int i = 0; i < 20; ++i) {
    scratch_.write("in/" + std::to_string(i) + ".ndjson",
                   repeated(event("evil " + std::to_string(i)) + event("harmless"), 500));
  }
  const Outcome one = scan({"--threads", "1", scratch_ / "in"});
  EXPECT_EQ(lines_of(one.out).size(), 10'000u);
  for (const char* threads : {"2", "7"})
    EXPECT_EQ(scan({"--threads", threads, scratch_ / "in"}).out, one.out) << threads;
}

TEST_F(Cli, a_correlation_names_the_file_of_each_event) {
  scratch_.write("rules/many.yml", R"(title: Many
correlation:
  type: event_count
  rules: [11111111-2222-4333-8444-555555555555]
  group-by: [Channel]
  timespan: 5m
  condition: {gte: 2}
level: low
)");
  const std::string a = scratch_.write("in/a.ndjson", event("evil"));
  const std::string b = scratch_.write("in/b.ndjson", event("evil"));
  const Outcome outcome = scan({scratch_ / "in"});
  EXPECT_TRUE(contains(outcome.out, "\"records\":[{\"file\":\"" + a + "\",\"record\":1},{\"file\":\"" + b +
                                        "\",\"record\":1}]"))
      << outcome.out << outcome.err;
}

// -- inputs
// ---------------------------------------------------------------------------------------------------------

TEST_F(Cli, compressed_inputs_are_read) {
  const std::string text = event("harmless") + event("evil");
  const std::string packed = scratch_.write("in/a.bin", gzip(text));
  const std::string archive = scratch_.write("in/b.bin", zip("dir/x.log", text));
  scratch_.write("in/c.bin", gzip(zip("y.log", gzip(text))));
  const Outcome outcome = scan({scratch_ / "in"});
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  EXPECT_EQ(lines_of(outcome.out).size(), 3u);
  EXPECT_TRUE(contains(outcome.out, "\"file\":\"" + packed + "\",\"record\":2")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\"file\":\"" + archive + "!dir/x.log\",\"record\":2")) << outcome.out;
}

TEST_F(Cli, broken_inputs_are_named_and_stop_no_other) {
  const std::string text = repeated(event("evil"), 2000);
  const std::string packed = gzip(text);
  const std::vector<std::pair<std::string, std::string>> broken{
      {"cut.gz", packed.substr(0, packed.size() / 2)},
      {"cut.ndjson", event("evil") + R"({"EventID":1,"Comma)"},
      {"nul.ndjson", event("evil") + std::string(5, '\0') + "\n" + event("evil")},
      {"deep.ndjson", repeated("{\"a\":", 5000) + "1" + repeated("}", 5000) + "\n" + event("evil")},
      {"header.evtx", std::string("ElfFile\0", 8)},
      {"not-utf8.ndjson", event("evil \xFF\xC0\xAF")},
      {"noise.bin", std::string("\x01\x02\x03\x00\x9f\xfe\x00\x80", 8)},
  };
  scratch_.write("in/a-good.ndjson", event("evil"));
  scratch_.write("in/z-good.ndjson", event("evil"));
  for (const auto& [name, bytes] : broken) scratch_.write("in/" + name, bytes);
  const Outcome outcome = scan({scratch_ / "in"});
  EXPECT_EQ(outcome.code, kProblems);
  for (const auto& [name, bytes] : broken) {
    const std::size_t at = outcome.err.find("/in/" + name + ": ");
    ASSERT_NE(at, std::string::npos) << name << " is not named in " << outcome.err;
    const std::string status = outcome.err.substr(at, outcome.err.find('\n', at) - at);
    EXPECT_FALSE(status.ends_with(", read")) << status;
  }
  EXPECT_TRUE(contains(outcome.err, "header.evtx: 0 events, unreadable at 8")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "a-good.ndjson: 1 event, read")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "z-good.ndjson: 1 event, read")) << outcome.err;
  EXPECT_EQ(count(outcome.out, "nul.ndjson"), 2u);
  EXPECT_EQ(count(outcome.out, "deep.ndjson"), 1u);
  EXPECT_EQ(count(outcome.out, "cut.ndjson"), 1u);
}

TEST_F(Cli, what_a_folder_holds_besides_files_is_named) {
  scratch_.write("in/good.ndjson", event("evil"));
  scratch_.write("in/empty.ndjson", "");
  std::filesystem::create_symlink("nowhere", scratch_ / "in/dangling");
  ASSERT_EQ(::mkfifo((scratch_ / "in/fifo").c_str(), 0600), 0);
  const Outcome outcome = scan({scratch_ / "in"});
  EXPECT_EQ(outcome.code, kProblems);
  EXPECT_EQ(lines_of(outcome.out).size(), 1u);
  EXPECT_TRUE(contains(outcome.err, "empty.ndjson: 0 events, empty")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "dangling: 0 events, unreadable")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "fifo: 0 events, skipped")) << outcome.err;
}

// -- the end of outputs and of patience
// -----------------------------------------------------------------------------

TEST_F(Cli, interrupt_shows_the_summary_so_far) {
  const std::string fifo = scratch_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  // Open for both, so that the reader never sees an end.
  const int writer = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ASSERT_NE(writer, -1);
  Process process(scratch_.path(), words({"scan", "--rules", rules_, fifo}), environment());
  // More than what is looked at to recognise the kind of an input.
  const std::string text = repeated(event("evil"), 2000);
  std::size_t at = 0;
  const bool sent = wait_until([&] {
    const ssize_t written = ::write(writer, text.data() + at, text.size() - at);
    at += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    return at == text.size();
  });
  ASSERT_TRUE(sent);
  const bool taken = wait_until([&] {
    int waiting = 0;
    return ::ioctl(writer, FIONREAD, &waiting) == 0 && waiting == 0;
  });
  EXPECT_TRUE(taken);
  process.send(SIGINT);
  const Outcome outcome = process.wait();
  ::close(writer);
  EXPECT_EQ(outcome.code, kProblems);
  EXPECT_EQ(lines_of(outcome.out).size(), 2000u) << "what was read before counts";
  EXPECT_TRUE(contains(outcome.err, "Stopped on request")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "the scan was stopped")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "2,000 events, 2,000 findings")) << outcome.err;
}

TEST_F(Cli, a_reader_that_leaves_ends_the_scan_without_complaint) {
  const std::string good = scratch_.write("good.ndjson", repeated(event("evil"), 20'000));
  const std::string pipe = scratch_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_NE(reader, -1);
  Process process(scratch_.path(), words({"scan", "--rules", rules_, good}), environment(), pipe);
  std::array<char, 100> some{};
  EXPECT_TRUE(wait_until([&] { return ::read(reader, some.data(), some.size()) > 0; }));
  ::close(reader);
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.signal, 0);
  EXPECT_EQ(outcome.code, kProblems);
  EXPECT_FALSE(contains(outcome.err, "could not be written")) << outcome.err;
}

TEST_F(Cli, a_full_disk_is_reported) {
  const std::string good = scratch_.write("good.ndjson", repeated(event("evil"), 1000));
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"scan", "--rules", rules_, good}, {"rules", "check", rules_}}) {
    const Outcome outcome = run(arguments, "C", "/dev/full");
    EXPECT_EQ(outcome.code, kProblems);
    EXPECT_TRUE(contains(outcome.err, "could not be written: No space left on device")) << outcome.err;
  }
}

TEST_F(Cli, closed_standard_streams_end_in_no_other_file) {
  const std::string good = scratch_.write("good.ndjson", event("evil"));
  const std::string command =
      std::string(HINOMI_PROGRAM) + " scan --rules '" + rules_ + "' '" + good + "' 0<&- 1>&- 2>&-";
  const Outcome closed = Process(scratch_.path(), {"/bin/sh", "-c", command}, environment()).wait();
  EXPECT_EQ(closed.code, kProblems);
  // This first scan wrote the cache of rules: had that been opened as standard error, the next would not use
  // it.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch_.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    EXPECT_FALSE(contains(content, "\"matched\"") || contains(content, "1 rule loaded")) << entry.path();
  }
}

// -- rules
// ----------------------------------------------------------------------------------------------------------

TEST_F(Cli, rules_check_names_every_refused_rule) {
  scratch_.write("rules/broken.yml", "title: x\n  : [\n");
  scratch_.write(
      "rules/modifier.yml",
      "title: m\nlogsource: {product: windows}\ndetection:\n  s:\n    A|nonsense: 1\n  condition: s\n");
  std::filesystem::create_symlink("nowhere", scratch_ / "rules/dangling.yml");
  const Outcome json = run({"rules", "check", "--format", "json", rules_});
  EXPECT_EQ(json.code, kProblems) << json.err;
  EXPECT_TRUE(parse::json::read_document(json.out)) << json.out;
  EXPECT_TRUE(json.out.starts_with("{\"loaded\":1,\"refused\":[{\"path\":")) << json.out;
  EXPECT_EQ(count(json.out, "\"path\":"), 3u) << json.out;
  EXPECT_TRUE(contains(json.out, "modifier.yml\",\"line\":5,")) << json.out;
  EXPECT_TRUE(contains(json.out, "dangling.yml\"")) << json.out;
  const Outcome text = run({"rules", "check", rules_});
  EXPECT_EQ(text.code, kProblems);
  EXPECT_TRUE(contains(text.out, "modifier.yml:5:")) << text.out;
  EXPECT_TRUE(contains(text.out, "1 rule loaded, 3 refused")) << text.out;
  const Outcome scanned = scan({scratch_.write("good.ndjson", event("evil"))});
  EXPECT_EQ(lines_of(scanned.out).size(), 1u) << "the sound rule works all the same";
  EXPECT_TRUE(contains(scanned.err, "3 rules were refused")) << scanned.err;
}

TEST_F(Cli, rules_check_is_content_with_sound_rules) {
  const Outcome outcome = run({"rules", "check", "--format", "json", rules_});
  EXPECT_EQ(outcome.code, kOk);
  EXPECT_EQ(outcome.out, "{\"loaded\":1,\"refused\":[]}\n");
}

TEST_F(Cli, a_cache_that_cannot_be_used_changes_nothing) {
  const std::string good = scratch_.write("good.ndjson", event("evil"));
  const Outcome first = scan({good});
  std::vector<std::filesystem::path> images;
  for (const auto& entry : std::filesystem::directory_iterator(scratch_ / "cache/hinomi"))
    images.push_back(entry.path());
  ASSERT_EQ(images.size(), 1u);
  const auto whole = std::filesystem::file_size(images[0]);
  std::filesystem::resize_file(images[0], whole / 2);
  EXPECT_EQ(scan({good}).out, first.out);
  EXPECT_EQ(std::filesystem::file_size(images[0]), whole) << "written anew";
  {
    std::fstream image(images[0], std::ios::in | std::ios::out | std::ios::binary);
    image.seekp(static_cast<std::streamoff>(whole / 2));
    image << "\xFF\xFE\xFD\xFC";
  }
  EXPECT_EQ(scan({good}).out, first.out);
  std::filesystem::remove(images[0]);
  ASSERT_EQ(::mkfifo(images[0].c_str(), 0600), 0);
  EXPECT_EQ(scan({good}).out, first.out) << "a pipe in the place of the cache is not waited for";
  std::filesystem::remove_all(scratch_ / "cache");
  scratch_.write("cache", "a file where a folder should be");
  EXPECT_EQ(scan({good}).out, first.out);
}

TEST_F(Cli, rules_explain_shows_what_held) {
  const std::string rule = scratch_ / "rules/evil.yml";
  const Outcome held =
      run({"rules", "explain", rule, scratch_.write("evil.json", event("say evil \\u001b[1m"))});
  EXPECT_EQ(held.code, kOk) << held.err;
  EXPECT_TRUE(contains(held.out, "matches.")) << held.out;
  EXPECT_TRUE(contains(held.out, "✓ CommandLine|contains: evil")) << held.out;
  EXPECT_TRUE(is_harmless(held.out));
  const Outcome not_held = run({"rules", "explain", rule, scratch_.write("good.json", event("say good"))});
  EXPECT_EQ(not_held.code, kProblems);
  EXPECT_TRUE(contains(not_held.out, "✗ CommandLine|contains: evil")) << not_held.out;
  const Outcome broken =
      run({"rules", "explain", rule, scratch_.write("two.json", event("evil") + "{\"EventID\":\n")});
  EXPECT_EQ(broken.code, kProblems) << "a part of the events could not be read";
  EXPECT_TRUE(contains(broken.err, "1 record unreadable")) << broken.err;
}

// -- EVTX
// -----------------------------------------------------------------------------------------------------------

std::string evtx_file(const std::vector<std::string>& commands) {
  std::vector<evtx::EventSpec> events;
  for (const std::string& command : commands) {
    evtx::EventSpec event;
    event.provider = "Microsoft-Windows-Sysmon";
    event.event_id = 1;
    event.channel = "Microsoft-Windows-Sysmon/Operational";
    event.computer = "pc";
    event.record_id = events.size() + 1;
    event.time = *base::parse_rfc3339("2026-01-01T00:00:00Z");
    event.data = {{"CommandLine", evtx::string_value(command)}};
    events.push_back(std::move(event));
  }
  const evtx::Buffer bytes = evtx::make_file(events);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_F(Cli, evtx_dump_writes_one_document_a_record) {
  const Outcome outcome =
      run({"evtx", "dump", scratch_.write("a.evtx", evtx_file({"good", "evil \x1b[31m \xE2\x80\xAE"}))});
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 2u);
  for (const std::string& line : lines) EXPECT_TRUE(parse::json::read_document(line)) << line;
  EXPECT_TRUE(contains(lines[0], R"("EventData":{"CommandLine":"good"})")) << lines[0];
  EXPECT_TRUE(contains(lines[1], R"("EventRecordID":2)")) << lines[1];
  EXPECT_TRUE(is_harmless(outcome.out));
  EXPECT_TRUE(contains(outcome.err, "2 records read, 0 lost")) << outcome.err;
}

TEST_F(Cli, evtx_dump_tells_a_log_without_records_from_no_log) {
  EXPECT_EQ(run({"evtx", "dump", scratch_.write("empty.evtx", evtx_file({}))}).code, kOk);
  EXPECT_EQ(run({"evtx", "dump", scratch_.write("text.evtx", "not a log")}).code, kProblems);
  EXPECT_EQ(run({"evtx", "dump", scratch_.path()}).code, kProblems);
}

TEST_F(Cli, a_damaged_record_is_named_and_costs_itself) {
  std::string bytes = evtx_file({"evil 1", "evil 2", "evil 3"});
  // The second record: after the first one's, its signature (MS-EVEN6 and libevtx: 2a 2a 00 00).
  const std::string signature("\x2a\x2a\0\0", 4);
  const std::size_t second = bytes.find(signature, bytes.find(signature) + 4);
  ASSERT_NE(second, std::string::npos);
  bytes[second + 24] = '\x7E';  // the first token of its content
  const std::string path = scratch_.write("a.evtx", bytes);
  const Outcome dumped = run({"evtx", "dump", path});
  EXPECT_EQ(dumped.code, kProblems);
  EXPECT_EQ(lines_of(dumped.out).size(), 2u);
  EXPECT_TRUE(contains(dumped.err, "byte " + std::to_string(second))) << dumped.err;
  EXPECT_TRUE(contains(dumped.err, "2 records read, 1 lost")) << dumped.err;
  const Outcome scanned = scan({path});
  EXPECT_EQ(scanned.code, kProblems);
  EXPECT_EQ(lines_of(scanned.out).size(), 2u) << scanned.err;
  EXPECT_TRUE(contains(scanned.err, "1 record unreadable; the first at " + std::to_string(second)))
      << scanned.err;
}

}  // namespace
}  // namespace hinomi::cli
