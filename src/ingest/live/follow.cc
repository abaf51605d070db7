#include "ingest/live/follow.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "ingest/live/file_parser.h"
#include "ingest/live/follow_cursor.h"
#include "ingest/live/followed_entry.h"
#include "os/fault_point.h"
#include "os/file_search.h"
#include "os/folder_watch.h"
#include "process/live_state.h"

namespace hinomi::ingest::live {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kRoundFiles = 64;        // deliveries on their way at once
constexpr std::size_t kRoundBytes = 8u << 20;  // of them
constexpr std::size_t kMaxProblems = 1000;
constexpr auto kLeastScanPause = std::chrono::milliseconds(50);
constexpr auto kShowPause = std::chrono::milliseconds(500);

using Entry = FollowedEntry;

class Follow final : public Input {
 public:
  Follow(const SourceInfo& source, Intake& intake, const os::Clock& clock, const FollowOptions& options)
      : source_(source), intake_(intake), clock_(clock), options_(options) {}
  ~Follow() override { stop(); }

  base::Result<void> start() override;
  void begin_stop() override {
    stopping_ = true;
    if (wakeup_) wakeup_->wake();
    if (parser_) parser_->begin_stop();
  }
  // What is not delivered yet stays in its file, and a start goes on there.
  void stop() override {
    begin_stop();
    if (thread_.joinable()) thread_.join();
    if (parser_) parser_->stop();
    if (counters_.state() != InputState::failed) counters_.set_state(InputState::stopped);
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
  struct Found {
    os::FileIdentity identity;
    std::string path;
    os::Descriptor descriptor;
  };
  struct Reading {
    Entry* entry = nullptr;
    FollowCursor after;
    std::uint64_t cut = 0;
    std::size_t bytes = 0;
    Receipt receipt;
  };

  void run();
  void wait(std::chrono::milliseconds time);
  void scan();
  void open_found(std::vector<Found> fresh);
  void find_renamed(const std::vector<std::string>& folders);
  void forget_gone();
  // False: nothing was read, or nothing was taken.
  bool read_round();
  void look_at_parsed(Entry& entry);
  void take_parsed();
  std::optional<Reading> read_text(Entry& entry, Delivery& delivery);
  bool deliver_round(std::vector<Delivery> deliveries, std::vector<Reading>& readings);
  void settle(const Reading& reading);
  [[nodiscard]] bool waits_for_predecessor(Entry& entry);
  void show_state();
  void show_files();
  void problem(std::string text) {
    if (problems_.size() < kMaxProblems) problems_.push_back(std::move(text));
  }

  const SourceInfo& source_;
  Intake& intake_;
  const os::Clock& clock_;
  const FollowOptions options_;
  Counters counters_;
  std::atomic<bool> stopping_{false};
  std::optional<process::Wakeup> wakeup_;
  std::optional<os::FolderWatch> watch_;
  std::unique_ptr<FileParser> parser_;
  std::thread thread_;

  // Of the thread alone:
  std::map<os::FileIdentity, Entry> entries_;
  std::unordered_map<std::string, os::FileIdentity> by_path_;
  std::vector<std::string> problems_;  // of the latest scan
  steady_clock::time_point next_scan_{};
  steady_clock::time_point latest_scan_{};
  bool scanned_ = false;
  os::FileIdentity last_read_{};
  bool refused_ = false;  // the intake had no room
  std::string intake_problem_;
  steady_clock::time_point next_show_{};
};

base::Result<void> Follow::start() {
  auto wakeup = process::Wakeup::create();
  if (!wakeup) {
    counters_.set_state(InputState::failed, wakeup.error().message);
    return wakeup.error();
  }
  wakeup_ = std::move(*wakeup);
  // Without watches it goes on by looking now and then.
  if (auto watch = os::FolderWatch::create()) watch_ = std::move(*watch);
  if (options_.parser != nullptr) {
    parser_ = std::make_unique<FileParser>(*options_.parser, source_, intake_, clock_, counters_,
                                           options_.retry, [this] { wakeup_->wake(); });
  }
  counters_.set_state(InputState::running);
  thread_ = std::thread([this] { run(); });
  return {};
}

void Follow::run() {
  while (!stopping_) {
    if (clock_.steady() >= next_scan_) scan();
    take_parsed();
    const bool more = read_round();
    show_state();
    if (more) continue;
    auto until_scan = std::chrono::ceil<std::chrono::milliseconds>(next_scan_ - clock_.steady());
    if (refused_) until_scan = std::min(until_scan, options_.retry);
    wait(std::max(until_scan, std::chrono::milliseconds(0)));
  }
}

// For changes, for the end, or until the time is over.
void Follow::wait(std::chrono::milliseconds time) {
  HINOMI_CHECK(wakeup_.has_value());
  pollfd descriptors[2] = {{wakeup_->descriptor(), POLLIN, 0},
                           {watch_ ? watch_->descriptor() : -1, POLLIN, 0}};
  ::poll(descriptors, 2, static_cast<int>(time.count()));
  wakeup_->drain();
  if (!watch_) return;
  const os::FolderWatch::Changes changes = watch_->changes();
  for (const std::string& path : changes.written) {
    const auto known = by_path_.find(path);
    if (known == by_path_.end()) continue;
    if (const auto entry = entries_.find(known->second); entry != entries_.end()) entry->second.dirty = true;
  }
  if (changes.names) next_scan_ = std::min(next_scan_, latest_scan_ + kLeastScanPause);
}

// ---- which files there are

void Follow::scan() {
  problems_.clear();
  for (auto& [identity, entry] : entries_) {
    entry.found = false;
    entry.dirty = true;
  }
  std::vector<Found> fresh;
  std::size_t too_many = 0;
  const auto old_paths = std::exchange(by_path_, {});
  const os::SearchReport report = os::search_files(source_.address, {}, [&](const os::FoundFile& file) {
    by_path_.try_emplace(file.path, file.identity);
    if (const auto known = entries_.find(file.identity); known != entries_.end()) {
      known->second.found = true;
      known->second.flushed = false;
      known->second.path = file.path;
      return;
    }
    if (std::ranges::any_of(fresh, [&](const Found& other) { return other.identity == file.identity; }))
      return;
    if (entries_.size() + fresh.size() >= options_.max_files) {
      ++too_many;
      return;
    }
    auto descriptor = file.open();
    if (!descriptor) return problem(descriptor.error().message);
    fresh.push_back({file.identity, file.path, std::move(*descriptor)});
  });
  for (const std::string& text : report.problems) problem(text);
  if (too_many > 0)
    problem(std::to_string(too_many) + " files are not followed: at most " +
            std::to_string(options_.max_files) + " are open at once");
  std::map<os::FileIdentity, os::FileIdentity> before;
  for (const Found& found : fresh) {
    const auto owner = old_paths.find(found.path);
    if (owner != old_paths.end() && owner->second != found.identity) before[found.identity] = owner->second;
  }
  open_found(std::move(fresh));
  for (const auto& [identity, predecessor] : before) {
    if (const auto entry = entries_.find(identity); entry != entries_.end())
      entry->second.after = predecessor;
  }
  if (!std::exchange(scanned_, true)) find_renamed(report.folders);
  if (watch_) {
    for (const std::string& folder : report.folders) watch_->watch(folder);
  }
  forget_gone();
  latest_scan_ = clock_.steady();
  next_scan_ = latest_scan_ + options_.scan_interval;
}

void Follow::open_found(std::vector<Found> fresh) {
  for (Found& found : fresh) {
    const auto cursor = FollowCursor::parse(intake_.resume(source_.id, cursor_key(found.identity)));
    FollowedFile file(std::move(found.descriptor), found.identity, cursor.value_or(FollowCursor{}));
    const auto look = file.look();
    bool resumed = cursor && look && has_front(file.descriptor(), *cursor);
    if (resumed && cursor->kind == FollowCursor::Kind::text && look->size < cursor->done) resumed = false;
    if (!resumed) file.begin_anew();
    Entry entry(std::move(found.path), std::move(file));
    if (resumed && cursor->kind == FollowCursor::Kind::text) entry.role = Entry::Role::text;
    if (resumed && cursor->kind == FollowCursor::Kind::parsed) entry.role = Entry::Role::parsed;
    entry.was_text = cursor && cursor->kind == FollowCursor::Kind::text;
    entry.changed = clock_.steady();
    entries_.emplace(found.identity, std::move(entry));
  }
}

// Files that were renamed to where the pattern does not reach while nobody looked, and have an unread end.
void Follow::find_renamed(const std::vector<std::string>& folders) {
  std::vector<Found> renamed;
  for (const std::string& folder : folders) {
    (void)os::list_folder(folder, {}, [&](const os::FoundFile& file) {
      if (entries_.contains(file.identity) || entries_.size() + renamed.size() >= options_.max_files) return;
      const auto cursor = FollowCursor::parse(intake_.resume(source_.id, cursor_key(file.identity)));
      if (!cursor || cursor->kind != FollowCursor::Kind::text || file.size <= cursor->done) return;
      auto descriptor = file.open();
      if (!descriptor || !has_front(descriptor->get(), *cursor)) return;
      renamed.push_back({file.identity, file.path, std::move(*descriptor)});
    });
  }
  std::vector<os::FileIdentity> identities;
  for (const Found& found : renamed) identities.push_back(found.identity);
  open_found(std::move(renamed));
  for (const os::FileIdentity& identity : identities) {
    if (const auto entry = entries_.find(identity); entry != entries_.end()) entry->second.found = false;
  }
}

// Files that are not found any more and were read to their end, also of the last line.
void Follow::forget_gone() {
  const auto now = clock_.steady();
  for (auto item = entries_.begin(); item != entries_.end();) {
    Entry& entry = item->second;
    if (!entry.found && !entry.gone) entry.changed = now;
    entry.gone = !entry.found;
    const bool quiet = entry.gone && !entry.in_parser && now - entry.changed >= options_.keep_gone;
    const bool text = entry.role == Entry::Role::text;
    const bool read = !text || (entry.flushed && (entry.lag == 0 || !entry.problem.empty()));
    // From here on an unfinished last line is one.
    if (quiet && text && !entry.flushed) entry.flushed = entry.dirty = true;
    item = quiet && read ? entries_.erase(item) : std::next(item);
  }
  counters_.files = entries_.size();
}

// ---- reading them

bool Follow::waits_for_predecessor(Entry& entry) {
  if (!entry.after) return false;
  const auto before = entries_.find(*entry.after);
  const bool waits =
      before != entries_.end() && before->second.role == Entry::Role::text && before->second.dirty;
  if (!waits) entry.after.reset();
  return waits;
}

bool Follow::read_round() {
  std::vector<Delivery> deliveries;
  std::vector<Reading> readings;
  std::size_t bytes = 0;
  bool moved = false;
  // Each round begins behind the file where the last one ended, so that busy files keep none waiting.
  std::vector<Entry*> order;
  const auto begin = entries_.upper_bound(last_read_);
  for (const bool found : {false, true}) {
    for (auto item = begin; item != entries_.end(); ++item)
      if (item->second.found == found) order.push_back(&item->second);
    for (auto item = entries_.begin(); item != begin; ++item)
      if (item->second.found == found) order.push_back(&item->second);
  }
  for (Entry* entry : order) {
    if (stopping_ || readings.size() >= kRoundFiles || bytes >= kRoundBytes) break;
    if (!entry->dirty || entry->in_parser) continue;
    entry->look(clock_.steady(), options_.settle);
    if (entry->role == Entry::Role::parsed) look_at_parsed(*entry);
    if (entry->role != Entry::Role::text) entry->dirty = false;
    if (!entry->dirty) continue;
    Delivery delivery;
    const bool waits = waits_for_predecessor(*entry);
    auto reading = waits ? std::nullopt : read_text(*entry, delivery);
    moved = moved || entry->dirty;
    if (!reading) continue;
    last_read_ = entry->file.identity();
    bytes += reading->bytes;
    readings.push_back(*reading);
    deliveries.push_back(std::move(delivery));
  }
  refused_ = false;
  if (readings.empty()) return moved;
  return deliver_round(std::move(deliveries), readings);
}

std::optional<Follow::Reading> Follow::read_text(Entry& entry, Delivery& delivery) {
  const std::uint64_t restarts = entry.file.restarts();
  auto batch = entry.file.next(entry.flushed);
  if (!batch) {
    entry.problem = "'" + entry.path + "': " + batch.error().message;
    entry.dirty = false;
    return std::nullopt;
  }
  entry.problem.clear();
  if (entry.file.restarts() != restarts) {
    entry.role = Entry::Role::undecided;
    entry.was_text = true;
    return std::nullopt;
  }
  entry.lag = entry.size > entry.file.cursor().done ? entry.size - entry.file.cursor().done : 0;
  if (!*batch) {
    entry.dirty = false;
    return std::nullopt;
  }
  FollowedFile::Batch& lines = **batch;
  if (lines.events.empty()) {
    entry.file.advance(lines.after);
    counters_.cut += lines.cut;
    return std::nullopt;
  }
  delivery.source = &source_;
  delivery.framing = Framing::line;
  delivery.peer = entry.path.substr(0, kMaxPeerBytes);
  delivery.resume_key = cursor_key(entry.file.identity());
  delivery.resume_value = lines.after.text();
  delivery.events = std::move(lines.events);
  delivery.bytes = std::move(lines.bytes);
  return Reading{
      .entry = &entry, .after = lines.after, .cut = lines.cut, .bytes = delivery.bytes.size(), .receipt = {}};
}

// All at once, so that one sync is enough; each file goes on only when its own delivery is durable.
bool Follow::deliver_round(std::vector<Delivery> deliveries, std::vector<Reading>& readings) {
  std::mutex mutex;
  std::condition_variable answered;
  std::size_t open = deliveries.size();
  os::fault_point("follow.before_deliver");
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    intake_.offer(std::move(deliveries[i]), [&, i](const Receipt& receipt) {
      const std::lock_guard lock(mutex);
      readings[i].receipt = receipt;
      if (--open == 0) answered.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return open == 0; });
  intake_problem_.clear();
  for (const Reading& reading : readings) settle(reading);
  return !refused_;
}

void Follow::settle(const Reading& reading) {
  Entry& entry = *reading.entry;
  counters_.count(reading.receipt, reading.bytes, clock_.now());
  switch (reading.receipt.admission) {
    case Admission::stored:
    case Admission::duplicate:
      counters_.cut += reading.cut;
      entry.file.advance(reading.after);
      entry.lag = entry.size > reading.after.done ? entry.size - reading.after.done : 0;
      return;
    case Admission::invalid:
      // Tried again at the next scan: nothing is passed over.
      intake_problem_ = "'" + entry.path + "': the journal does not take what stands there";
      entry.dirty = false;
      return;
    case Admission::failed:
      intake_problem_ = "the journal could not be written";
      [[fallthrough]];
    default:
      refused_ = true;
  }
}

// ---- files for the parser

void Follow::look_at_parsed(Entry& entry) {
  const FollowCursor& cursor = entry.file.cursor();
  const bool same_front = has_front(entry.file.descriptor(), cursor);
  if (cursor.complete && cursor.size == entry.size && same_front) {
    entry.lag = 0;
    return;
  }
  entry.lag = entry.size;
  if (!same_front || (cursor.size != 0 && entry.size < cursor.size)) {
    entry.file.begin_anew();
    entry.role = Entry::Role::undecided;
    return;
  }
  if (!parser_) {
    entry.problem = "'" + entry.path + "' waits: no parser process";
    return;
  }
  if (clock_.steady() - entry.changed < options_.settle) return;
  FileParser::Job job;
  job.identity = entry.file.identity();
  job.path = entry.path;
  job.descriptor = os::Descriptor(::fcntl(entry.file.descriptor(), F_DUPFD_CLOEXEC, 0));
  job.size = entry.size;
  job.cursor = cursor;
  job.cursor.kind = FollowCursor::Kind::parsed;
  take_front(entry.file.descriptor(), entry.size, job.cursor);
  entry.in_parser = true;
  parser_->add(std::move(job));
}

void Follow::take_parsed() {
  if (!parser_) return;
  for (const FileParser::Done& done : parser_->take_done()) {
    const auto found = entries_.find(done.identity);
    if (found == entries_.end()) continue;
    Entry& entry = found->second;
    entry.in_parser = false;
    entry.file.advance(done.cursor);
    const worker::Verdict& verdict = done.verdict;
    entry.problem.clear();
    if (verdict.outcome != worker::Outcome::complete) {
      entry.problem = "'" + entry.path + "': " + std::string(worker::name_of(verdict.outcome));
      if (!verdict.reason.empty()) entry.problem += ", " + verdict.reason;
      if (verdict.lost > 0) entry.problem += ", " + std::to_string(verdict.lost) + " records lost";
      counters_.refused += verdict.lost;
    }
    // Also when it is not done: tried again at the next scan.
    entry.lag = done.cursor.complete ? 0 : entry.size;
  }
}

// ---- telling

void Follow::show_state() {
  std::uint64_t lag = 0;
  std::vector<const std::string*> texts;
  bool needs_parser = false;
  for (const auto& [identity, entry] : entries_) {
    lag += entry.lag;
    if (!entry.problem.empty()) texts.push_back(&entry.problem);
    needs_parser = needs_parser || (entry.role == Entry::Role::parsed && !parser_ && entry.lag > 0);
  }
  for (const std::string& text : problems_) texts.push_back(&text);
  if (!intake_problem_.empty()) texts.push_back(&intake_problem_);
  counters_.lag_bytes = lag;
  std::string error = texts.empty() ? std::string() : *texts.front();
  if (texts.size() > 1) error += " (and " + std::to_string(texts.size() - 1) + " more)";
  InputState state = texts.empty() ? InputState::running : InputState::degraded;
  if (needs_parser) state = InputState::needs_parser;
  if (refused_ || (parser_ && parser_->waiting())) state = InputState::waiting;
  counters_.set_state(state, std::move(error));
  if (clock_.steady() >= next_show_) show_files();
}

void Follow::show_files() {
  next_show_ = clock_.steady() + kShowPause;
  std::vector<FileStatistics> files;
  for (const auto& [identity, entry] : entries_) files.push_back(entry.statistics());
  for (const std::string& text : problems_)
    files.push_back({.path = {}, .state = "unreadable", .problem = text});
  counters_.show_files(std::move(files));
}

}  // namespace

std::unique_ptr<Input> make_follow(const SourceInfo& source, Intake& intake, const os::Clock& clock,
                                   const FollowOptions& options) {
  return std::make_unique<Follow>(source, intake, clock, options);
}

}  // namespace hinomi::ingest::live
