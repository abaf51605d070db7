#include "ingest/live/demo_source.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "demo/generator.h"

namespace hinomi::ingest::live {
namespace {

constexpr std::int64_t kDayNs = 24LL * 3600 * 1'000'000'000;
constexpr std::int64_t kJapanNs = 9LL * 3600 * 1'000'000'000;  // ahead of UTC, without summer time
constexpr std::size_t kBatchLines = 500;
constexpr auto kPause = std::chrono::milliseconds(200);
constexpr std::string_view kResumeKey = "demo";

// Midnight in Japan of the day that holds `time`.
base::TimeNs japanese_day(base::TimeNs time) {
  const std::int64_t local = time.since_epoch_ns + kJapanNs;
  return {local - local % kDayNs - kJapanNs};
}

struct Place {
  base::TimeNs day;
  std::size_t line = 0;  // of the day, the next to be delivered
};

std::string text_of(const Place& place) {
  return std::to_string(place.day.since_epoch_ns) + " " + std::to_string(place.line);
}

std::optional<Place> parse_place(std::string_view text) {
  Place place;
  const char* const end = text.data() + text.size();
  const auto day = std::from_chars(text.data(), text.data() + text.size(), place.day.since_epoch_ns);
  if (day.ec != std::errc{} || day.ptr == end || *day.ptr != ' ') return std::nullopt;
  const auto line = std::from_chars(day.ptr + 1, end, place.line);
  return line.ec == std::errc{} && line.ptr == end ? std::optional(place) : std::nullopt;
}

class DemoSource final : public Input {
 public:
  DemoSource(const SourceInfo& source, Intake& intake, const os::Clock& clock, const DemoOptions& options)
      : source_(source), intake_(intake), clock_(clock), options_(options) {}
  ~DemoSource() override { stop(); }

  base::Result<void> start() override {
    counters_.set_state(InputState::running);
    thread_ = std::thread([this] { run(); });
    return {};
  }
  void begin_stop() override {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_called_.notify_all();
  }
  void stop() override {
    begin_stop();
    if (thread_.joinable()) thread_.join();
  }
  const SourceInfo& source() const noexcept override { return source_; }
  InputStatistics statistics() const override {
    InputStatistics statistics;
    statistics.name = source_.name;
    statistics.kind = source_.kind;
    statistics.address = source_.address;
    statistics.realm = source_.labels.realm;
    counters_.fill(statistics);
    return statistics;
  }

 private:
  // False: it is time to stop.
  bool wait(std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex_);
    return !stop_called_.wait_for(lock, time, [&] { return stopping_; });
  }

  void run() {
    const base::TimeNs today = japanese_day(clock_.now());
    const base::TimeNs yesterday{today.since_epoch_ns - kDayNs};
    const auto resumed = parse_place(intake_.resume(source_.id, kResumeKey));
    Place place{yesterday, 0};
    if (resumed && (resumed->day == today || resumed->day == yesterday)) place = *resumed;
    if (place.day == yesterday) {
      if (!play_intrusion(place)) return end();
      place = {today, 0};
    }
    while (play_as_it_happens(place)) place = {{place.day.since_epoch_ns + kDayNs}, 0};
    end();
  }
  void end() {
    if (counters_.state() != InputState::failed) counters_.set_state(InputState::stopped);
  }

  std::optional<demo::TimedDay> generate(base::TimeNs day, bool with_intrusion) {
    demo::Options options;
    options.start = day;
    options.scale_percent = options_.scale_percent;
    if (!with_intrusion) options.seed += static_cast<std::uint64_t>(day.since_epoch_ns / kDayNs);
    auto generated = demo::generate_day(options, with_intrusion);
    if (!generated) {
      counters_.set_state(InputState::failed, generated.error().message);
      return std::nullopt;
    }
    return std::move(*generated);
  }

  // False: stopped, or failed.
  bool play_intrusion(Place place) {
    const auto day = generate(place.day, true);
    if (!day) return false;
    const auto by_time = [&](std::int64_t until_ns) {
      const auto end = std::partition_point(
          day->lines.begin(), day->lines.end(),
          [&](const demo::TimedLine& line) { return line.time.since_epoch_ns < until_ns; });
      return static_cast<std::size_t>(end - day->lines.begin());
    };
    const std::int64_t from = day->intrusion.since_epoch_ns;
    const std::int64_t to = place.day.since_epoch_ns + kDayNs;
    if (!deliver(*day, place, by_time(from))) return false;
    // Where a restart goes on, the clock of the recording stands at the next line.
    const std::int64_t begun_at =
        place.line < day->lines.size() ? std::max(from, day->lines[place.line].time.since_epoch_ns) : to;
    const double speed = static_cast<double>(to - from) /
                         static_cast<double>(std::chrono::nanoseconds(options_.intrusion_day).count());
    const auto started = clock_.steady();
    while (place.line < day->lines.size()) {
      const auto passed = std::chrono::nanoseconds(clock_.steady() - started).count();
      if (!deliver(*day, place,
                   by_time(begun_at + static_cast<std::int64_t>(static_cast<double>(passed) * speed))))
        return false;
      if (place.line < day->lines.size() && !wait(kPause)) return false;
    }
    return true;
  }

  bool play_as_it_happens(Place place) {
    const auto day = generate(place.day, false);
    if (!day) return false;
    while (place.line < day->lines.size()) {
      const base::TimeNs now = clock_.now();
      std::size_t until = place.line;
      while (until < day->lines.size() && day->lines[until].time <= now) ++until;
      if (!deliver(*day, place, until)) return false;
      if (place.line < day->lines.size() && !wait(kPause)) return false;
    }
    // The rest of the day has nothing more to say.
    while (clock_.now().since_epoch_ns < place.day.since_epoch_ns + kDayNs) {
      if (!wait(kPause)) return false;
    }
    return true;
  }

  bool deliver(const demo::TimedDay& day, Place& place, std::size_t until) {
    while (place.line < until) {
      Delivery delivery;
      delivery.source = &source_;
      delivery.framing = Framing::line;
      delivery.peer = "demo";
      std::size_t next = place.line;
      for (; next < until && delivery.events.size() < kBatchLines; ++next)
        add(delivery, day.lines[next].text);
      const Place after{place.day, next};
      delivery.resume_key = kResumeKey;
      delivery.resume_value = text_of(after);
      const std::size_t bytes = delivery.bytes.size();
      const Receipt receipt = intake_.deliver(std::move(delivery), false);
      counters_.count(receipt, bytes, clock_.now());
      const bool taken = receipt.admission == Admission::stored || receipt.admission == Admission::duplicate;
      counters_.set_state(taken ? InputState::running : InputState::waiting);
      if (taken) place = after;
      if (receipt.admission == Admission::shutting_down ||
          !wait(taken ? std::chrono::nanoseconds(0) : kPause))
        return false;
    }
    return true;
  }

  static void add(Delivery& delivery, std::string_view lines) {
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      delivery.events.push_back(
          {static_cast<std::uint32_t>(delivery.bytes.size()), static_cast<std::uint32_t>(line.size())});
      delivery.bytes += line;
      lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
  }

  const SourceInfo& source_;
  Intake& intake_;
  const os::Clock& clock_;
  const DemoOptions options_;
  Counters counters_;
  std::mutex mutex_;  // guards stopping_
  std::condition_variable stop_called_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Input> make_demo_source(const SourceInfo& source, Intake& intake, const os::Clock& clock,
                                        const DemoOptions& options) {
  return std::make_unique<DemoSource>(source, intake, clock, options);
}

}  // namespace hinomi::ingest::live
