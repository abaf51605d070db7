// Takes the events out of one work unit, whatever its kind, normalised and routed. One object a worker; the
// event and all it borrows live for the call of the visitor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/arena.h"
#include "event/event.h"
#include "ingest/unit.h"
#include "normalise/evtx_extractor.h"
#include "normalise/normaliser.h"
#include "parse/evtx/reader.h"
#include "parse/evtx/template.h"

namespace hinomi::flow {

// What was wrong with records of a unit.
struct RecordProblems {
  std::uint64_t count = 0;         // records that could not be read
  std::uint64_t first_record = 0;  // line or document number, or byte offset of EVTX
  std::string first_reason;
  std::uint64_t notes = 0;  // damage that cost no record (checksums, a log that was not closed)
  std::string first_note;
};

class RecordReader {
 public:
  // Asked for every event after a first extraction, of the referenced fields at least.
  enum class Want : std::uint8_t { nothing, referenced, everything };
  using Chooser = std::function<Want(const event::Event&)>;
  using Visitor = std::function<void(const event::Event&)>;

  RecordReader(const normalise::Normaliser& normaliser, Chooser choose);

  // After every visit the same record is given to `visit` once more, with everything taken out of it: for
  // comparing what was judged with what there was. Slow.
  void visit_again(Visitor visit) { visit_again_ = std::move(visit); }

  // Returns the number of events read.
  std::uint64_t read(const ingest::Unit& unit, RecordProblems& problems, const Visitor& visit);

 private:
  // True when the record was an event.
  template <typename ExtractFunction>
  bool one(ExtractFunction&& extract, std::uint64_t record, RecordProblems& problems, const Visitor& visit);
  std::uint64_t read_lines(const ingest::Unit& unit, RecordProblems& problems, const Visitor& visit);
  std::uint64_t read_documents(const ingest::Unit& unit, RecordProblems& problems, const Visitor& visit);
  std::uint64_t read_chunks(const ingest::Unit& unit, RecordProblems& problems, const Visitor& visit);

  Chooser choose_;
  Visitor visit_again_;
  normalise::Extractor extractor_;
  normalise::EvtxExtractor evtx_;
  parse::evtx::TemplateCache templates_;
  parse::evtx::ChunkReader chunks_;
  base::Arena arena_;
  // What the last event needed: its neighbours need the same, so that most are extracted once only.
  event::Extent usual_extent_ = event::Extent::referenced;
  event::Event event_;
};

}  // namespace hinomi::flow
