#include "ingest/live/file_parser.h"

#include <fcntl.h>

#include <utility>

#include "os/fault_point.h"

namespace hinomi::ingest::live {
namespace {

constexpr std::size_t kBatchEvents = 1000;
constexpr std::size_t kBatchBytes = 1 << 20;  // and one event beyond it

std::string hexadecimal(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  do {
    text.insert(text.begin(), kDigits[value & 15]);
    value >>= 4;
  } while (value != 0);
  return text;
}

// Which content it is, and from which of its events on. The size belongs to it: what was written anew over a
// longer file with the same front is something else.
std::string token_of(const FileParser::Job& job, std::uint64_t event) {
  return cursor_key(job.identity) + ':' + hexadecimal(job.cursor.front.high) +
         hexadecimal(job.cursor.front.low) + ':' + std::to_string(job.size) + '/' + std::to_string(event);
}

}  // namespace

struct FileParser::Batch {
  Framing framing = Framing::document;
  std::string bytes;
  std::vector<EventSpan> events;
};

FileParser::FileParser(worker::ParserClient& client, const SourceInfo& source, Intake& intake,
                       const os::Clock& clock, Counters& counters, std::chrono::milliseconds retry,
                       std::function<void()> woken)
    : client_(client),
      source_(source),
      intake_(intake),
      clock_(clock),
      counters_(counters),
      retry_(retry),
      woken_(std::move(woken)),
      thread_([this] { run(); }) {}

void FileParser::add(Job job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

std::vector<FileParser::Done> FileParser::take_done() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void FileParser::begin_stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void FileParser::stop() {
  begin_stop();
  if (thread_.joinable()) thread_.join();
}

// False: it is time to stop.
bool FileParser::pause() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, retry_, [&] { return stopping_; });
}

void FileParser::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    Done done = parse(job);
    {
      const std::lock_guard lock(mutex_);
      done_.push_back(std::move(done));
    }
    woken_();
  }
}

bool FileParser::deliver(const Job& job, Batch& batch, FollowCursor& cursor) {
  if (batch.events.empty()) return true;
  const std::uint64_t first = cursor.done;
  FollowCursor after = cursor;
  after.done += batch.events.size();
  for (;;) {
    Delivery delivery;
    delivery.source = &source_;
    delivery.framing = batch.framing;
    delivery.peer = job.path.substr(0, kMaxPeerBytes);
    delivery.token = token_of(job, first);
    delivery.resume_key = cursor_key(job.identity);
    delivery.resume_value = after.text();
    delivery.bytes = batch.bytes;
    delivery.events = batch.events;
    os::fault_point("follow.before_deliver");
    const Receipt receipt = intake_.deliver(std::move(delivery), false);
    counters_.count(receipt, batch.bytes.size(), clock_.now());
    if (receipt.admission == Admission::stored || receipt.admission == Admission::duplicate) break;
    if (receipt.admission == Admission::shutting_down || receipt.admission == Admission::invalid)
      return false;
    waiting_ = true;
    if (!pause()) return false;
  }
  waiting_ = false;
  cursor = after;
  batch = {};
  return true;
}

FileParser::Done FileParser::parse(const Job& job) {
  Done done{.identity = job.identity, .size = job.size, .cursor = job.cursor, .verdict = {}};
  const auto info = os::file_info(job.descriptor);
  const os::File file = os::File::adopt(os::Descriptor(::fcntl(job.descriptor.get(), F_DUPFD_CLOEXEC, 0)),
                                        info ? *info : os::FileInfo{}, job.path);
  Batch batch;
  std::uint64_t number = 0;
  worker::Request request;
  request.limits.max_record_bytes = kMaxEventBytes;
  done.verdict = client_.parse(file, request, [&](const worker::ParsedRecord& record) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
    }
    if (record.text.empty() || ++number <= job.cursor.done) return true;
    const Framing framing = record.kind == worker::RecordKind::line ? Framing::line : Framing::document;
    const bool full = batch.events.size() >= kBatchEvents || batch.bytes.size() >= kBatchBytes;
    if ((full || batch.framing != framing) && !deliver(job, batch, done.cursor)) return false;
    batch.framing = framing;
    batch.events.push_back(
        {static_cast<std::uint32_t>(batch.bytes.size()), static_cast<std::uint32_t>(record.text.size())});
    batch.bytes += record.text;
    return true;
  });
  // The last batch says what became of the file, so that one that kills its parser is not tried for ever.
  done.cursor.complete = done.verdict.file_is_done();
  done.cursor.size = job.size;
  if (!deliver(job, batch, done.cursor)) {
    done.verdict.outcome = worker::Outcome::stopped;
    done.cursor.complete = false;
  }
  return done;
}

}  // namespace hinomi::ingest::live
