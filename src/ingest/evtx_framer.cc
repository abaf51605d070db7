#include "ingest/evtx_framer.h"

#include <algorithm>
#include <utility>

namespace hinomi::ingest {

EvtxFramer::EvtxFramer(const Recognised& recognised, std::unique_ptr<parse::archive::ByteSource> source,
                       BlockPool& pool, const FramingLimits& limits)
    : cutter_(std::move(source), pool,
              std::max<std::size_t>(limits.block_bytes / kEvtxChunkBytes, 1) * kEvtxChunkBytes),
      data_offset_(recognised.data_offset) {
  // The records are all there; that the header is not must be said nevertheless.
  if (recognised.damaged_header) cutter_.note("the file header is damaged", 0);
}

std::optional<Unit> EvtxFramer::next() {
  if (!std::exchange(begun_, true) && !cutter_.skip(data_offset_)) {
    cutter_.note("the file ends inside its header", cutter_.offset());
    return std::nullopt;
  }
  cutter_.fill();
  const std::size_t size = cutter_.bytes().size();
  if (size == 0) return std::nullopt;
  const std::size_t incomplete = size % kEvtxChunkBytes;
  if (incomplete != 0) cutter_.note("the last chunk is cut off", cutter_.offset() + size);
  Unit unit = cutter_.cut(size, UnitKind::evtx_chunks, chunk_);
  chunk_ += size / kEvtxChunkBytes;
  return unit;
}

}  // namespace hinomi::ingest
