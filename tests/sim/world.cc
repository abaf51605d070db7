#include "sim/world.h"

#include <algorithm>
#include <array>

namespace hinomi::sim {
namespace {

using store::journal::Position;

constexpr const char* kJournal = "journal";
constexpr std::int64_t kHourNs = 3600LL * 1'000'000'000;
constexpr std::int64_t kYearNs = 365 * 24 * kHourNs;
constexpr std::int64_t kStartNs = 1'776'092'400'000'000'000;
constexpr std::array<std::uint32_t, 5> kSegmentBytes{2048, 2048, 3000, 10'000, 64 << 10};
constexpr int kPatience = 20;  // attempts to open while the disk is in a bad mood
constexpr std::size_t kMaxUnacknowledged = 6;

std::uint32_t segment_bytes_of(Random& random) {
  return kSegmentBytes[random.below(kSegmentBytes.size())];
}

// Salts of segments from the seed, too.
store::journal::WriterOptions options_of(std::uint64_t seed, std::uint32_t segment_bytes) {
  store::journal::WriterOptions options;
  options.segment_bytes = segment_bytes;
  options.random = [engine = std::make_shared<Random>(seed)](std::span<std::uint8_t> into) {
    for (std::uint8_t& byte : into) byte = static_cast<std::uint8_t>(engine->next() >> 24);
  };
  return options;
}

}  // namespace

void Summary::add(const Summary& other) {
  worlds += other.worlds;
  steps += other.steps;
  batches += other.batches;
  survivors += other.survivors;
  duplicates += other.duplicates;
  findings += other.findings;
  power_cuts += other.power_cuts;
  kills += other.kills;
  syncs_failed += other.syncs_failed;
  writes_failed += other.writes_failed;
  writes_without_room += other.writes_without_room;
  reads_failed += other.reads_failed;
  clock_jumps += other.clock_jumps;
  segments_removed += other.segments_removed;
  scratch_restarts += other.scratch_restarts;
}

World::World(std::uint64_t seed)
    : random_(seed),
      disk_(seed * 31 + 1),
      clock_({kStartNs}),
      keeps_all_(random_.one_in(3)),
      options_(options_of(seed + 7, segment_bytes_of(random_))),
      projection_(disk_, clock_, "projection", segment_bytes_of(random_)) {
  constexpr std::array kKinds{Kind::with_tokens, Kind::with_tokens, Kind::follows_file, Kind::follows_file,
                              Kind::careless};
  for (const Kind kind : kKinds) {
    Sender sender;
    sender.id = static_cast<std::uint32_t>(senders_.size() + 1);
    sender.kind = kind;
    senders_.push_back(std::move(sender));
  }
}

World::~World() = default;

std::optional<std::string> World::run(std::uint64_t steps) {
  summary_.worlds = 1;
  std::optional<std::string> broken;
  try {
    open_journal();
    open_projection();
    for (step_ = 0; step_ < steps; ++step_) step();
    finish();
  } catch (const Violation& violation) {
    broken = "step " + std::to_string(step_) + ": " + violation.what;
  }
  summary_.steps = step_;
  const os::DiskCounters& counters = disk_.counters();
  summary_.power_cuts = counters.power_cuts;
  summary_.syncs_failed = counters.syncs_failed;
  summary_.writes_failed = counters.writes_failed;
  summary_.writes_without_room = counters.writes_without_room;
  summary_.reads_failed = counters.reads_failed;
  return broken;
}

void World::step() {
  if (random_.one_in(30)) choose_faults();
  move_clock();
  if (random_.one_in(12)) arm();
  switch (random_.below(10)) {
    case 0:
      if (random_.one_in(4)) end_and_recover();
      break;
    case 1:
      if (random_.one_in(2)) remove_old();
      break;
    case 2:
    case 3:
    case 4:
      project();
      break;
    default:
      round();
  }
  if (disk_.is_dead()) end_and_recover();
  disarm();
}

void World::choose_faults() {
  os::DiskFaults faults;
  if (!random_.one_in(3)) {
    const auto maybe = [&](std::uint64_t chance, std::uint32_t one_in) {
      return random_.one_in(chance) ? one_in : 0U;
    };
    faults.sync_fails = maybe(2, 12);
    faults.folder_sync_fails = maybe(3, 8);
    faults.write_fails = maybe(3, 15);
    faults.read_fails = maybe(4, 200);
    faults.replace_fails = maybe(4, 10);
    if (random_.one_in(4)) {
      const os::DiskSpace space = *disk_.space(kJournal);
      faults.capacity_bytes = space.total_bytes - space.free_bytes + random_.below(6000);
    }
  }
  disk_.faults = faults;
}

void World::calm() {
  disk_.faults = {};
  disarm();
}

void World::arm() {
  disk_.die_after(random_.below(random_.one_in(3) ? 60 : 12));
}

void World::disarm() {
  disk_.die_after(~std::uint64_t{0});
}

void World::move_clock() {
  clock_.advance(std::chrono::milliseconds(random_.below(3000)));
  if (!random_.one_in(60)) return;
  constexpr std::array<std::int64_t, 3> kJumps{10 * kYearNs, -25 * kYearNs, -kHourNs};
  const std::int64_t jump = kJumps[random_.below(kJumps.size())];
  const std::int64_t now = clock_.now().since_epoch_ns + jump;
  if (now < 0 || now > 200 * kYearNs) return;  // what an id has room for
  clock_.set({now});
  ++summary_.clock_jumps;
}

// --- senders

std::vector<std::string> World::make_records() {
  std::vector<std::string> records(1 + random_.below(random_.one_in(4) ? 20 : 4));
  for (std::string& record : records) {
    record.assign(random_.below(random_.one_in(6) ? 1500 : 120), static_cast<char>('a' + random_.below(26)));
    if (!random_.one_in(8)) continue;
    // Text that looks like what the journal is made of.
    store::journal::BatchHead head;
    head.first_sequence = random_.below(1000);
    head.begins_commit = true;
    const std::string_view lie = "forged";
    if (random_.one_in(2))
      (void)store::journal::append_batch(record, 0, head, {}, std::span(&lie, 1));
    else
      store::journal::append_footer(record, 0,
                                    {.end = static_cast<std::uint32_t>(random_.below(4000)),
                                     .next_sequence = 1u << 30,
                                     .records = 1,
                                     .first_received = {},
                                     .last_received = {},
                                     .tokens = {},
                                     .resumes = {}});
  }
  return records;
}

Batch& World::next_batch(Sender& sender) {
  if (sender.kind == Kind::with_tokens) {
    // Whoever waits for longer than tokens are remembered may store twice; this one gives up.
    std::erase_if(sender.unacknowledged, [&](std::uint64_t id) { return ledger_.batch(id).token_is_old; });
    if (!sender.unacknowledged.empty() &&
        (random_.one_in(2) || sender.unacknowledged.size() >= kMaxUnacknowledged))
      return ledger_.batch(sender.unacknowledged[random_.below(sender.unacknowledged.size())]);
    if (!sender.acknowledged.empty() && random_.one_in(5)) {
      Batch& again = ledger_.batch(sender.acknowledged[random_.below(sender.acknowledged.size())]);
      if (!again.token_is_old) return again;
    }
  }
  Batch& batch = ledger_.make(sender.id, make_records());
  if (sender.kind == Kind::with_tokens) {
    batch.token = "token " + std::to_string(batch.id);
    sender.unacknowledged.push_back(batch.id);
  } else if (sender.kind == Kind::follows_file) {
    batch.resume_key = "key " + std::to_string(sender.id);
    batch.first_line = sender.next_line;
    batch.next_line = sender.next_line + batch.records.size();
    sender.next_line = batch.next_line;
  }
  return batch;
}

// As the committer does it: some deliveries, one commit, then the answers.
void World::round() {
  std::vector<Given> given;
  const std::uint64_t count = 1 + random_.below(random_.one_in(5) ? 12 : 4);
  for (std::uint64_t i = 0; i < count; ++i) {
    Sender& sender = senders_[random_.below(senders_.size())];
    Batch& batch = next_batch(sender);
    const std::vector<std::string_view> records(batch.records.begin(), batch.records.end());
    store::journal::NewBatch added{.head = {}, .records = records};
    added.head.source_id = batch.source;
    added.head.source = "source";
    added.head.token = batch.token;
    const std::string value = std::to_string(batch.next_line);
    if (!batch.resume_key.empty()) {
      added.head.resume_key = batch.resume_key;
      added.head.resume_value = value;
    }
    given.push_back({&sender, &batch, writer_->add(added), clock_.now()});
    if (!given.back().added) violated("a batch is refused: " + given.back().added.error().message);
    clock_.advance(std::chrono::milliseconds(random_.below(3)));
  }
  const auto committed = writer_->commit();
  answer(given, committed.has_value());
  if (!committed && !disk_.is_dead() && random_.one_in(4)) end_and_recover();
}

void World::answer(const std::vector<Given>& given, bool committed) {
  const Position end = writer_->end();
  bool failed = false;
  for (const Given& one : given) {
    Batch& batch = *one.batch;
    Sender& sender = *one.sender;
    const bool stored = !one.added->duplicate && (committed || one.added->position < end);
    if (stored) {
      ledger_.acknowledged(batch, *one.added, one.at);
      ++summary_.batches;
    } else if (one.added->duplicate && committed) {
      ledger_.duplicate(batch, *one.added);
      ++summary_.duplicates;
    } else {
      failed = true;
      if (!ledger_.is_stored(batch)) ledger_.in_doubt(batch);
      continue;
    }
    // Now and then the answer is lost on its way.
    if (sender.kind != Kind::with_tokens || random_.one_in(10)) continue;
    if (std::erase(sender.unacknowledged, batch.id) != 0) sender.acknowledged.push_back(batch.id);
  }
  if (!failed) return;
  for (Sender& sender : senders_) {
    if (sender.kind != Kind::follows_file) continue;
    const std::string value = writer_->resume(sender.id, "key " + std::to_string(sender.id));
    sender.next_line = value.empty() ? 0 : std::stoull(value);
  }
}

// --- what follows the journal

void World::project() {
  const Position limit = writer_->end();
  for (std::uint64_t i = random_.below(8); i > 0; --i) {
    const auto stepped = projection_.step(limit);
    if (!stepped) return open_projection();
    if (!*stepped) break;
  }
  if (random_.one_in(3)) return;
  if (!projection_.commit()) open_projection();
}

void World::remove_old() {
  if (keeps_all_) return;
  const Position judged = projection_.cursor();
  ledger_.may_be_removed(judged.segment);
  store::journal::Writer::Keep keep;
  keep.from = judged;
  keep.at_most_ns = random_.one_in(2) ? -1 : 100 * kYearNs;
  if (random_.one_in(2)) keep.at_most_bytes = random_.below(20'000);
  const auto removed = writer_->remove_old(keep);
  if (removed) summary_.segments_removed += *removed;
}

// --- ends and beginnings

void World::end_and_recover() {
  writer_.reset();
  projection_.close();
  if (random_.one_in(3)) {
    disk_.restart();
    ++summary_.kills;
  } else {
    disk_.crash();
  }
  if (random_.one_in(3)) arm();
  open_journal();
  open_projection();
  check_all();
}

void World::open_journal() {
  for (int attempt = 0;; ++attempt) {
    auto writer = store::journal::Writer::open(disk_, clock_, kJournal, options_);
    if (writer) {
      writer_ = std::make_unique<store::journal::Writer>(std::move(*writer));
      break;
    }
    if (disk_.is_dead()) {
      if (random_.one_in(2))
        disk_.restart();
      else
        disk_.crash();
    }
    if (attempt == kPatience) calm();
    if (attempt > kPatience) violated("the journal cannot be opened: " + writer.error().message);
  }
  ledger_.age_tokens(clock_.now());
  for (Sender& sender : senders_) {
    if (sender.kind != Kind::follows_file) continue;
    const std::string value = writer_->resume(sender.id, "key " + std::to_string(sender.id));
    sender.next_line = value.empty() ? 0 : std::stoull(value);
  }
}

void World::open_projection() {
  for (int attempt = 0;; ++attempt) {
    const auto opened = projection_.open(kJournal);
    if (opened) return;
    // When the machine died, step() sees to it.
    if (disk_.is_dead()) return;
    if (attempt == kPatience) calm();
    if (attempt > kPatience) violated("the projection cannot be opened: " + opened.error().message);
  }
}

void World::check_all() {
  if (disk_.is_dead()) {
    // It died again while it recovered.
    writer_.reset();
    return end_and_recover();
  }
  const os::DiskFaults before = disk_.faults;
  calm();
  const std::size_t known = ledger_.stored().size();
  ledger_.check_journal(disk_, kJournal, *writer_);
  summary_.survivors += ledger_.stored().size() - known;
  if (projection_.cursor() > writer_->end())
    violated("the projection's cursor " + text_of(projection_.cursor()) +
             " is ahead of the journal, which ends at " + text_of(writer_->end()));
  projection_.check(ledger_);
  for (Sender& sender : senders_) {
    if (sender.kind == Kind::follows_file && sender.next_line != ledger_.next_line(sender.id))
      violated("a file is followed from line " + std::to_string(sender.next_line));
  }
  disk_.faults = before;
}

void World::finish() {
  calm();
  const auto committed = writer_->commit();
  if (!committed) violated("the journal cannot be written when all is well: " + committed.error().message);
  disk_.crash();
  writer_.reset();
  open_journal();
  open_projection();
  check_all();
  for (;;) {
    const auto stepped = projection_.step(writer_->end());
    if (!stepped) violated("the journal cannot be read when all is well: " + stepped.error().message);
    if (!*stepped) break;
  }
  if (auto ended = projection_.commit(); !ended) violated("the projection cannot be committed");
  projection_.check(ledger_);
  const std::vector<std::string> shown = projection_.findings();
  summary_.findings += shown.size();
  if (!ledger_.stored().empty() && projection_.cursor() < ledger_.stored().back().next)
    violated("the projection did not come to the end");
  if (ledger_.anything_removed()) return;
  ++summary_.scratch_restarts;
  Projection again(disk_, clock_, "scratch", segment_bytes_of(random_));
  if (!again.open(kJournal)) violated("a new projection cannot be opened");
  while (*again.step(writer_->end())) {
  }
  if (!again.commit()) violated("a new projection cannot be committed");
  if (again.findings() != shown) violated("a new projection shows other findings");
}

}  // namespace hinomi::sim
