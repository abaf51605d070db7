// Cuts text into units of whole lines, numbering them. Blank lines are kept, lines beyond the limit are not.
#pragma once

#include "ingest/cutter.h"

namespace hinomi::ingest {

class TextFramer final : public Framer {
 public:
  // `skip`: bytes of a byte order mark.
  TextFramer(std::size_t skip, std::unique_ptr<parse::archive::ByteSource> source, BlockPool& pool,
             const FramingLimits& limits)
      : cutter_(std::move(source), pool, limits.block_bytes), limits_(limits), skip_(skip) {}
  [[nodiscard]] std::optional<Unit> next() override;
  [[nodiscard]] const FramingReport& report() const noexcept override { return cutter_.report(); }

 private:
  [[nodiscard]] std::size_t whole_lines() const noexcept;
  bool drop_rest_of_long_line();

  Cutter cutter_;
  FramingLimits limits_;
  std::size_t skip_;
  std::uint64_t line_ = 1;     // number of the block's first line
  bool in_long_line_ = false;  // its front has been dropped
};

}  // namespace hinomi::ingest
