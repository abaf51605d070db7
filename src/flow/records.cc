#include "flow/records.h"

#include <span>

namespace hinomi::flow {
namespace {

constexpr std::size_t kChunkBytes = 65'536;

bool is_blank(std::string_view line) noexcept {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

normalise::Extractor::Options options() {
  normalise::Extractor::Options options;
  options.padded_input = true;  // a unit has kBlockPadding bytes behind it
  options.brief_values = true;  // an event lives for the call of its visitor
  return options;
}

void add_problem(RecordProblems& problems, std::uint64_t record, const std::string& reason) {
  if (problems.count++ > 0) return;
  problems.first_record = record;
  problems.first_reason = reason;
}

void add_note(RecordProblems& problems, const std::string& note) {
  if (problems.notes++ == 0) problems.first_note = note;
}

}  // namespace

RecordReader::RecordReader(const normalise::Normaliser& normaliser, Chooser choose)
    : choose_(std::move(choose)),
      extractor_(normaliser, options()),
      evtx_(normaliser.fields(), normaliser.field_map()),
      chunks_(templates_) {}

template <typename ExtractFunction>
bool RecordReader::one(ExtractFunction&& extract, std::uint64_t record, RecordProblems& problems,
                       const Visitor& visit) {
  arena_.clear();
  event_.clear();
  auto extracted = extract(usual_extent_);
  if (!extracted) {
    add_problem(problems, record, extracted.error().message);
    return false;
  }
  extractor_.finish(event_);
  const Want want = choose_(event_);
  const bool all = want == Want::everything;
  const bool again_needed = all && usual_extent_ == event::Extent::referenced;
  if (want != Want::nothing) usual_extent_ = all ? event::Extent::everything : event::Extent::referenced;
  if (want == Want::nothing) return true;
  if (again_needed) {
    event_.clear();
    auto again = extract(event::Extent::everything);
    if (!again) {
      add_problem(problems, record, again.error().message);
      return false;
    }
    extractor_.finish(event_);
  }
  event_.extent = all ? event::Extent::everything : event::Extent::referenced;
  visit(event_);
  if (!visit_again_) return true;
  event_.clear();
  if (extract(event::Extent::everything)) {
    extractor_.finish(event_);
    visit_again_(event_);
  }
  return true;
}

std::uint64_t RecordReader::read(const ingest::Unit& unit, RecordProblems& problems, const Visitor& visit) {
  switch (unit.kind) {
    case ingest::UnitKind::text_lines:
      return read_lines(unit, problems, visit);
    case ingest::UnitKind::json_documents:
      return read_documents(unit, problems, visit);
    case ingest::UnitKind::evtx_chunks:
      return read_chunks(unit, problems, visit);
  }
  return 0;
}

std::uint64_t RecordReader::read_lines(const ingest::Unit& unit, RecordProblems& problems,
                                       const Visitor& visit) {
  std::uint64_t events = 0;
  std::uint64_t number = unit.first_record;
  std::string_view rest = unit.bytes();
  for (; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (is_blank(line)) continue;
    const auto extract = [&](event::Extent extent) {
      return extractor_.line(line, number, extent, arena_, event_);
    };
    if (one(extract, number, problems, visit)) ++events;
  }
  return events;
}

std::uint64_t RecordReader::read_documents(const ingest::Unit& unit, RecordProblems& problems,
                                           const Visitor& visit) {
  std::uint64_t events = 0;
  std::uint64_t number = unit.first_record;
  for (const ingest::DocumentSpan& span : unit.documents) {
    const std::string_view document = unit.text_of(span);
    const auto extract = [&](event::Extent extent) {
      return extractor_.json(document, number, extent, arena_, event_);
    };
    if (one(extract, span.line, problems, visit)) ++events;
    ++number;
  }
  return events;
}

std::uint64_t RecordReader::read_chunks(const ingest::Unit& unit, RecordProblems& problems,
                                        const Visitor& visit) {
  std::uint64_t events = 0;
  const std::span<const std::byte> all = std::as_bytes(std::span(unit.bytes().data(), unit.bytes().size()));
  for (std::size_t at = 0; at < all.size(); at += kChunkBytes) {
    const auto chunk = all.subspan(at, std::min(kChunkBytes, all.size() - at));
    chunks_.open(chunk, unit.offset + at, {.recover = false});
    while (const parse::evtx::Record* record = chunks_.next()) {
      if (record->recovered) continue;  // left over from earlier use of the file: not part of the log
      bool whole = true;
      const auto extract = [&](event::Extent extent) -> base::Result<void> {
        whole = evtx_.extract(*record, extent, arena_, event_);
        return {};
      };
      if (one(extract, record->offset, problems, visit)) ++events;
      if (!whole) add_note(problems, "a part of record " + std::to_string(record->id) + " could not be read");
    }
    for (const parse::evtx::Problem& problem : chunks_.problems()) {
      if (parse::evtx::costs_record(problem.kind)) {
        add_problem(problems, problem.offset, problem.message);
      } else {
        add_note(problems, problem.message);
      }
    }
  }
  return events;
}

}  // namespace hinomi::flow
