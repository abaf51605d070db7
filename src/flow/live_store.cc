#include "flow/live_store.h"

#include <utility>

#include "os/file.h"
#include "store/alerts/reader.h"

namespace hinomi::flow {
namespace {

using base::Result;
using store::journal::BatchView;
using store::journal::Position;

// A commit that is owed waits this long for more events; without one nothing is due but the next wake-up.
constexpr int kOwingWaitMs = 250;
constexpr int kIdleWaitMs = 1000;

template <typename Enum>
Enum in_range(std::uint8_t value, Enum last, Enum otherwise) {
  return value <= static_cast<std::uint8_t>(last) ? static_cast<Enum>(value) : otherwise;
}

}  // namespace

// ---- the journal

Result<void> StoredJournal::seek(std::uint64_t position) {
  reader_.seek(Position::unpack(position));
  return {};
}

Result<const JournalBatch*> StoredJournal::next(std::uint64_t limit) {
  using ingest::live::Encoding;
  using ingest::live::Framing;
  const BatchView* view = nullptr;
  do {
    auto read = reader_.next(Position::unpack(limit));
    while (damages_told_ < reader_.damages().size()) on_damage_(reader_.damages()[damages_told_++]);
    if (!read) return read.error();
    view = *read;
    if (view == nullptr) return static_cast<const JournalBatch*>(nullptr);
  } while (view->records.empty());
  batch_.position = view->position.packed();
  batch_.next = view->next().packed();
  batch_.received = view->head.received;
  batch_.labels = view->head.labels;
  batch_.source_id = view->head.source_id;
  batch_.source = view->head.source;
  batch_.peer = view->head.peer;
  batch_.framing = in_range(view->head.framing, Framing::control, Framing::line);
  batch_.encoding = in_range(view->head.encoding, Encoding::utf16le, Encoding::unknown);
  batch_.first = view->records.front().id;
  batch_.records.clear();
  for (const store::journal::Record& record : view->records) batch_.records.push_back(record.raw);
  return &batch_;
}

std::optional<BatchStart> StoredJournal::batch_start_at(std::uint64_t position) {
  const auto read = reader_.read_at(Position::unpack(position));
  if (!read || (*read)->records.empty()) return std::nullopt;
  return BatchStart{(*read)->records.front().id, std::string((*read)->head.source)};
}

// ---- the findings log

Result<std::unique_ptr<StoredFindings>> StoredFindings::open(os::Disk& disk, const os::Clock& clock,
                                                             const std::string& folder, std::uint64_t end) {
  store::journal::WriterOptions options;
  options.kind = store::journal::LogKind::findings;
  options.remember_tokens = false;
  options.truncate_to = Position::unpack(end);
  auto writer = store::journal::Writer::open(disk, clock, folder, options);
  if (!writer) return writer.error();
  return std::unique_ptr<StoredFindings>(new StoredFindings(std::move(*writer)));
}

Result<std::uint64_t> StoredFindings::add(base::TimeNs received, std::string_view record) {
  store::journal::NewBatch batch;
  batch.head.received = received;
  batch.records = std::span(&record, 1);
  auto added = writer_.add(batch);
  if (!added) return added.error();
  return added->position.packed();
}

Result<std::uint64_t> StoredFindings::commit() {
  auto end = writer_.commit();
  if (!end) return end.error();
  return end->packed();
}

// ---- all together

LiveStore::LiveStore(const LiveFolder& folder, const LiveSurroundings& surroundings,
                     store::alerts::Writer catalogue, std::function<void(const std::string&)> log)
    : surroundings_(surroundings),
      log_(std::move(log)),
      catalogue_(std::move(catalogue)),
      journal_(*surroundings.disk, folder.journal,
               [this](const store::journal::Damage& damage) { note(damage); }) {}

LiveStore::~LiveStore() = default;

Result<std::unique_ptr<LiveStore>> LiveStore::open(const LiveFolder& folder,
                                                   const LiveSurroundings& surroundings,
                                                   LivePipelineOptions options) {
  auto catalogue = store::alerts::Writer::open(folder.alerts);
  if (!catalogue) return catalogue.error();
  std::unique_ptr<LiveStore> store(new LiveStore(folder, surroundings, std::move(*catalogue), options.log));
  auto loaded = store->catalogue_.load();
  if (!loaded) return loaded.error();
  auto reader = store::alerts::Reader::open(folder.alerts);
  if (!reader) return reader.error();
  const auto progress = reader->progress();
  if (!progress) return progress.error();
  auto findings = StoredFindings::open(*surroundings.disk, *surroundings.clock, folder.findings,
                                       loaded->cursor.findings_end);
  if (!findings) return findings.error();
  store->findings_ = std::move(*findings);
  if (os::file_info(folder.quarantine)) {
    const auto text = os::read_file(folder.quarantine);
    if (!text) return text.error();
    options.quarantine = read_quarantine(*text);
  }
  auto pipeline = LivePipeline::create({.journal = &store->journal_,
                                        .findings = store->findings_.get(),
                                        .catalogue = &store->catalogue_,
                                        .clock = surroundings.clock,
                                        .state = surroundings.state,
                                        .wake_front = surroundings.wake_front},
                                       std::move(*loaded), progress->alerts, std::move(options));
  if (!pipeline) return pipeline.error();
  store->pipeline_ = std::move(*pipeline);
  return store;
}

// After a restart the pipeline may come by the same place again.
void LiveStore::note(const store::journal::Damage& damage) {
  process::LiveState& state = *surroundings_.state;
  const std::uint64_t from = damage.from.packed();
  if (from < state.journal_damaged_to) return;
  ++state.journal_damages;
  state.journal_damaged_bytes += damage.bytes;
  state.journal_damaged_to = from + 1;
  log_("the journal is damaged: " + store::journal::segment_name(damage.from.segment) + ", " +
       std::to_string(damage.bytes) + " bytes from byte " + std::to_string(damage.from.offset) +
       " on: " + damage.reason + "; events there are not judged");
}

Result<void> LiveStore::run() {
  while (!surroundings_.stop()) {
    auto stepped = pipeline_->step();
    if (!stepped) return stepped.error();
    if (*stepped) continue;
    // Called or not, there may be something new.
    (void)surroundings_.wakeup->wait(pipeline_->owes_commit() ? kOwingWaitMs : kIdleWaitMs);
  }
  return pipeline_->commit();
}

}  // namespace hinomi::flow
