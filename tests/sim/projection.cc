#include "sim/projection.h"

#include <array>
#include <cstring>

namespace hinomi::sim {

using store::journal::BatchView;
using store::journal::LogKind;
using store::journal::Position;
using store::journal::Reader;
using store::journal::Writer;
using store::journal::WriterOptions;

namespace {
constexpr std::size_t kPositions = 2 * sizeof(std::uint64_t);
}

Projection::Projection(os::SimulatedDisk& disk, const os::Clock& clock, std::string name,
                       std::uint32_t segment_bytes)
    : disk_(disk), clock_(clock), name_(std::move(name)), segment_bytes_(segment_bytes) {}

std::string Projection::text_of(const State& state) {
  const std::array<std::uint64_t, 2> positions{state.cursor.packed(), state.findings_end.packed()};
  std::string text(kPositions, '\0');
  std::memcpy(text.data(), positions.data(), kPositions);
  return text + state.correlations;
}

base::Result<Projection::State> Projection::read_state() const {
  State state;
  auto file = disk_.open_to_read(name_ + "/state");
  if (!file)
    return file.error().code == base::ErrorCode::not_found ? base::Result<State>(state) : file.error();
  auto size = (*file)->size();
  if (!size) return size.error();
  std::string text(*size, '\0');
  auto got = (*file)->read_at(0, text);
  if (!got) return got.error();
  if (*got < kPositions) violated("the state of the projection is torn");
  std::array<std::uint64_t, 2> positions{};
  std::memcpy(positions.data(), text.data(), kPositions);
  state.cursor = Position::unpack(positions[0]);
  state.findings_end = Position::unpack(positions[1]);
  state.correlations = text.substr(kPositions);
  return state;
}

void Projection::close() noexcept {
  findings_.reset();
  journal_.reset();
  judge_.reset();
}

base::Result<void> Projection::open(const std::string& journal_folder) {
  close();
  auto state = read_state();
  if (!state) return state.error();
  // It may have been read from a memory that never reached the disk.
  if (auto written = disk_.replace(name_ + "/state", text_of(*state)); !written) return written;
  WriterOptions options;
  options.kind = LogKind::findings;
  options.segment_bytes = segment_bytes_;
  options.remember_tokens = false;
  options.truncate_to = state->findings_end;
  auto writer = Writer::open(disk_, clock_, name_ + "/findings", options);
  if (!writer) return writer.error();
  if (writer->end() != state->findings_end && !(state->findings_end == Position{}))
    violated("the findings that were committed are not there: the log ends at " +
             sim::text_of(writer->end()) + ", not at " + sim::text_of(state->findings_end));
  durable_ = *state;
  judge_ = std::make_unique<Judge>();
  if (!state->correlations.empty() && !judge_->restore(state->correlations))
    violated("the state of the correlations is refused");
  journal_ = std::make_unique<Reader>(disk_, journal_folder);
  journal_->seek(state->cursor);
  findings_ = std::make_unique<Writer>(std::move(*writer));
  return {};
}

base::Result<bool> Projection::step(Position limit) {
  auto read = journal_->next(limit);
  if (!read) return read.error();
  if (*read == nullptr) return false;
  const BatchView& view = **read;
  for (const std::string& finding : judge_->judge(view.head.source_id, view.records)) {
    const std::string_view record = finding;
    store::journal::NewBatch batch{.head = {}, .records = std::span(&record, 1)};
    batch.head.received = view.head.received;
    if (auto added = findings_->add(batch); !added) return added.error();
  }
  return true;
}

base::Result<void> Projection::commit() {
  auto end = findings_->commit();
  if (!end) return end.error();
  State state;
  state.cursor = journal_->position();
  state.findings_end = *end;
  judge_->save(state.correlations);
  if (auto written = disk_.replace(name_ + "/state", text_of(state)); !written) return written;
  durable_ = std::move(state);
  return {};
}

std::vector<std::string> Projection::findings() const {
  Reader reader(disk_, name_ + "/findings");
  std::vector<std::string> findings;
  for (;;) {
    auto read = reader.next(durable_.findings_end);
    if (!read) violated("the findings cannot be read: " + read.error().message);
    if (*read == nullptr) break;
    for (const auto& record : (*read)->records) findings.emplace_back(record.raw);
  }
  if (reader.damage_count() != 0)
    violated("findings are damaged at " + sim::text_of(reader.damages()[0].from) + ": " +
             reader.damages()[0].reason);
  return findings;
}

void Projection::check(const Ledger& ledger) const {
  const std::vector<std::string> expected = ledger.findings_until(durable_.cursor);
  const std::vector<std::string> shown = findings();
  for (std::size_t i = 0; i < std::min(expected.size(), shown.size()); ++i) {
    if (shown[i] != expected[i])
      violated("finding " + std::to_string(i) + " is '" + shown[i] + "', not '" + expected[i] + "'");
  }
  if (shown.size() != expected.size())
    violated("the projection shows " + std::to_string(shown.size()) + " findings, not " +
             std::to_string(expected.size()));
}

}  // namespace hinomi::sim
