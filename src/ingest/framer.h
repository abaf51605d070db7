// Cuts the bytes of one input into work units at the borders of records. Not for finding out what an input is
// (recognise.h) or where it comes from (source.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "ingest/block.h"
#include "ingest/recognise.h"
#include "ingest/unit.h"
#include "parse/archive/byte_source.h"

namespace hinomi::ingest {

struct FramingLimits {
  std::size_t block_bytes = 1 << 20;  // usual size of a unit; at least 256
  std::size_t max_line_bytes =
      16 << 20;  // longer lines are skipped and counted (of text: give or take a block)
  std::size_t max_document_bytes = 64 << 20;  // JSON documents over several lines likewise
};

// What was noticed on the way; complete once next() has returned nullopt.
struct FramingReport {
  std::uint64_t bytes = 0;             // of the units
  std::uint64_t skipped = 0;           // records left out: too long, or no end of them found
  std::string reason;                  // of the first problem; empty when there was none
  std::uint64_t position = 0;          // of that problem: byte in the input
  std::optional<base::Error> failure;  // of the source; everything before it is in the units
};

// A pull source of the units of one input. Sets kind, sequence, first_record, offset, block and documents;
// the rest of a Unit is the caller's to fill in.
class Framer {
 public:
  Framer() = default;
  virtual ~Framer() = default;
  Framer(const Framer&) = delete;
  Framer& operator=(const Framer&) = delete;

  [[nodiscard]] virtual std::optional<Unit> next() = 0;
  [[nodiscard]] virtual const FramingReport& report() const noexcept = 0;
};

// A framer for `recognised` (evtx, json, syslog, audit or text). `source` stands at the input's first byte;
// `pool` must outlive the framer.
[[nodiscard]] std::unique_ptr<Framer> make_framer(const Recognised& recognised,
                                                  std::unique_ptr<parse::archive::ByteSource> source,
                                                  BlockPool& pool, const FramingLimits& limits);

}  // namespace hinomi::ingest
