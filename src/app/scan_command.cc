// hinomi scan: options in, flow::scan() at work, findings and summary out.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <random>

#include "app/arguments.h"
#include "app/cli.h"
#include "app/finding_format.h"
#include "app/scan_summary.h"
#include "app/stack.h"
#include "app/summary_json.h"
#include "base/text.h"
#include "flow/scan.h"
#include "messages/messages.h"
#include "os/cpu.h"
#include "os/file.h"
#include "os/interrupt.h"
#include "os/terminal.h"

namespace hinomi::app {
namespace {

struct ScanSettings {
  std::vector<std::string> paths;
  RuleLoading rules;
  FindingFormat format = FindingFormat::table;
  detect::Level min_level = detect::Level::informational;
  int threads = 1;
  bool by_reference = false;
  std::string summary_file;  // "" = none
};

constexpr int kMaxThreads = 256;
constexpr int kUsualColumns = 80;  // of a terminal that does not say
constexpr std::size_t kFlushBytes = 64 * 1024;

bool bad_value(Console& console, std::string_view option, std::string_view value, std::string_view expected) {
  console.error_line(
      messages::usage_bad_value(console.language, {.option = option, .value = value, .expected = expected}));
  return false;
}

bool read_format(Console& console, const Arguments& arguments, FindingFormat& format) {
  format = console.out_is_terminal ? FindingFormat::table : FindingFormat::ndjson;
  const auto value = arguments.value("--format");
  if (!value) return true;
  if (*value == "ndjson") {
    format = FindingFormat::ndjson;
  } else if (*value == "csv") {
    format = FindingFormat::csv;
  } else if (*value == "table") {
    format = FindingFormat::table;
  } else {
    return bad_value(console, "--format", *value, "table, ndjson, csv");
  }
  return true;
}

bool read_threads(Console& console, const Arguments& arguments, int& threads) {
  threads = os::usable_cores();
  const auto value = arguments.value("--threads");
  if (!value) return true;
  const auto result = std::from_chars(value->data(), value->data() + value->size(), threads);
  if (result.ec == std::errc{} && result.ptr == value->data() + value->size() && threads >= 1 &&
      threads <= kMaxThreads)
    return true;
  return bad_value(console, "--threads", *value, "1 – 256");
}

std::optional<ScanSettings> read_settings(Console& console, std::span<const std::string> words) {
  constexpr std::array kOptions{
      OptionSpec{"--rules", true},     OptionSpec{"--format", true},       OptionSpec{"--min-level", true},
      OptionSpec{"--threads", true},   OptionSpec{"--placeholders", true}, OptionSpec{"--window", true},
      OptionSpec{"--no-cache", false}, OptionSpec{"--verify", false},      OptionSpec{"--summary", true}};
  const auto arguments = Arguments::parse(console, "scan", words, kOptions);
  if (!arguments) return std::nullopt;
  ScanSettings settings;
  settings.paths = arguments->paths();
  if (settings.paths.empty()) {
    console.error_line(
        messages::usage_missing_argument(console.language, {.argument = "PATH", .command = "scan"}));
    return std::nullopt;
  }
  settings.rules.folders = arguments->values("--rules");
  settings.rules.placeholders_file = arguments->value("--placeholders").value_or("");
  settings.rules.use_cache = !arguments->has("--no-cache");
  settings.by_reference = arguments->has("--verify");
  settings.summary_file = arguments->value("--summary").value_or("");
  if (!read_format(console, *arguments, settings.format) ||
      !read_threads(console, *arguments, settings.threads))
    return std::nullopt;
  if (const auto level = arguments->value("--min-level");
      level && !detect::parse_level(*level, settings.min_level)) {
    bad_value(console, "--min-level", *level, "informational, low, medium, high, critical");
    return std::nullopt;
  }
  if (const auto window = arguments->value("--window")) {
    if (*window != "sliding" && *window != "tumbling") {
      bad_value(console, "--window", *window, "sliding, tumbling");
      return std::nullopt;
    }
    settings.rules.window =
        *window == "tumbling" ? detect::WindowKind::tumbling : detect::WindowKind::sliding;
  }
  return settings;
}

// Writes findings as they come and keeps the line of progress below them on a terminal.
class ConsoleSink final : public flow::FindingSink {
 public:
  ConsoleSink(Console& console, FindingFormat format)
      : console_(console), writer_(make_finding_writer(format, console)) {
    writer_->head(buffer_);
  }

  void on_finding(const flow::Finding& finding, std::string_view input_name) override {
    writer_->write(finding, input_name, buffer_);
    if (buffer_.size() >= kFlushBytes || console_.out_is_terminal) flush();
  }

  void on_progress(const flow::ScanProgress& progress) override {
    if (!console_.err_is_terminal || progress.bytes.total_bytes == 0) return;
    const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const double share =
        static_cast<double>(progress.bytes.consumed_bytes) / static_cast<double>(progress.bytes.total_bytes);
    const auto percent = static_cast<std::uint64_t>(std::min(share, 1.0) * 100);
    constexpr double kEarlySeconds = 0.5;
    std::string text = messages::scan_progress_early(console_.language, percent);
    if (elapsed > kEarlySeconds && share > 0 && progress.bytes.total_known) {
      text = messages::scan_progress(
          console_.language,
          {.percent = percent,
           .rate = static_cast<double>(progress.events) / elapsed,
           .size_rate =
               static_cast<std::uint64_t>(static_cast<double>(progress.bytes.consumed_bytes) / elapsed),
           .left =
               std::chrono::seconds(static_cast<std::int64_t>(elapsed / share * (1 - std::min(share, 1.0)))),
           .findings = progress.findings});
    }
    flush();
    // A line that wraps could not be taken back.
    const int columns = os::terminal_columns(os::StandardStream::error).value_or(kUsualColumns);
    std::fprintf(console_.err, "\r\x1b[K%s", base::cut_to_width(text, columns - 1).c_str());
    std::fflush(console_.err);
    shown_ = true;
  }

  void flush() {
    if (shown_) {
      std::fputs("\r\x1b[K", console_.err);
      std::fflush(console_.err);
      shown_ = false;
    }
    console_.write(buffer_);
    if (console_.out_is_terminal) console_.finish();
    if (console_.failed()) failed_ = true;
    buffer_.clear();
  }

  // Whether the output has gone; may be asked from any thread.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  Console& console_;
  std::unique_ptr<FindingWriter> writer_;
  std::string buffer_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool shown_ = false;
  std::atomic<bool> failed_{false};
};

int fail(Console& console, const base::Error& error) {
  console.error_line(
      messages::error_of_file(console.language, {.path = "hinomi scan", .reason = error.message}));
  if (!error.remedy.empty()) console.error_line(messages::error_remedy(console.language, error.remedy));
  return kExitUsage;
}

bool named_paths_exist(Console& console, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (path == "-") continue;
    const auto info = os::file_info(path);
    if (!info && info.error().code == base::ErrorCode::not_found) {
      console.error_line(messages::usage_path_not_found(console.language, path));
      return false;
    }
  }
  return true;
}

bool any_trouble(const flow::ScanSummary& summary) {
  return std::any_of(summary.inputs.begin(), summary.inputs.end(), [](const flow::InputResult& input) {
    const auto state = input.status.state;
    return state == ingest::InputState::partly_read || state == ingest::InputState::unreadable ||
           state == ingest::InputState::unrecognised;
  });
}

}  // namespace

int scan_command(Console& console, std::span<const std::string> words) {
  auto settings = read_settings(console, words);
  if (!settings || !named_paths_exist(console, settings->paths)) return kExitUsage;
  const auto start = std::chrono::steady_clock::now();
  auto stack = load_stack(settings->rules);
  if (!stack) return fail(console, stack.error());
  const detect::RuleSet& rules = (*stack)->rules;
  const detect::Detector detector(rules);
  const auto load_time =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  console.error_line(messages::scan_rules_loaded(
      console.language,
      {.rules = rules.loaded, .milliseconds = static_cast<std::uint64_t>(load_time.count())}));
  if (!rules.refused.empty())
    console.error_line(messages::scan_rules_refused(console.language, rules.refused.size()));
  if (rules.loaded == 0) {
    const std::string& folder =
        settings->rules.folders.empty() ? settings->paths.front() : settings->rules.folders.front();
    console.error_line(messages::scan_no_rules(console.language, folder));
    return kExitUsage;
  }

  const os::Interrupt interrupt;
  flow::ScanOptions options;
  options.paths = settings->paths;
  options.threads = settings->threads;
  options.min_level = settings->min_level;
  options.by_reference = settings->by_reference;
  options.hash_seed = std::random_device{}() | (static_cast<std::uint64_t>(std::random_device{}()) << 32);
  ConsoleSink sink(console, settings->format);
  options.stop = [&] { return interrupt.requested() || sink.failed(); };
  const auto scan_start = std::chrono::steady_clock::now();
  const flow::ScanSummary summary =
      flow::scan(detector, *(*stack)->normaliser, (*stack)->sources, options, sink);
  sink.flush();
  console.finish();
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - scan_start);
  print_summary(console, rules, summary, elapsed, settings->format == FindingFormat::table);
  if (!settings->summary_file.empty()) {
    if (auto written = os::replace_file(settings->summary_file, summary_json(rules, summary, elapsed));
        !written) {
      console.error_line(messages::error_output(console.language, written.error().message));
      return kExitProblems;
    }
  }
  if (settings->by_reference) {
    console.error_line(messages::scan_verified(
        console.language, {.differences = summary.differences, .first = summary.first_difference}));
    if (summary.differences > 0) return kExitProblems;
  }
  return any_trouble(summary) || summary.stopped ? kExitProblems : kExitOk;
}

}  // namespace hinomi::app
