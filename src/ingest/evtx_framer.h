// Cuts an EVTX file into units of whole chunks. Knows nothing of what is in a chunk (parse/evtx).
#pragma once

#include "ingest/cutter.h"

namespace hinomi::ingest {

inline constexpr std::size_t kEvtxChunkBytes = 65536;

class EvtxFramer final : public Framer {
 public:
  EvtxFramer(const Recognised& recognised, std::unique_ptr<parse::archive::ByteSource> source,
             BlockPool& pool, const FramingLimits& limits);
  [[nodiscard]] std::optional<Unit> next() override;
  [[nodiscard]] const FramingReport& report() const noexcept override { return cutter_.report(); }

 private:
  Cutter cutter_;
  std::size_t data_offset_;
  bool begun_ = false;
  std::uint64_t chunk_ = 0;  // index of the next one
};

}  // namespace hinomi::ingest
