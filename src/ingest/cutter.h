// What all framers share: a block that is filled from a source, cut where a record ends, and carried on with
// the rest. Only for framers.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/framer.h"

namespace hinomi::ingest {

class Cutter {
 public:
  Cutter(std::unique_ptr<parse::archive::ByteSource> source, BlockPool& pool, std::size_t block_bytes)
      : source_(std::move(source)), pool_(pool), block_bytes_(block_bytes) {}

  // Reads until the block is full or the source has ended or failed.
  void fill();
  // Reads over the first `bytes` of the input. False when it holds less. Only before the first fill().
  [[nodiscard]] bool skip(std::uint64_t bytes);

  [[nodiscard]] std::string_view bytes() const noexcept { return block_.bytes(); }
  // No byte will come after those in the block.
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  // Of the block's first byte, in the input.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

  // The first `size` bytes of the block as a unit; the others become the front of the next block.
  [[nodiscard]] Unit cut(std::size_t size, UnitKind kind, std::uint64_t first_record);
  // Forgets the first `size` bytes.
  void drop(std::size_t size);
  // Doubles the room up to `limit`, so that a record that does not fit can go on.
  void grow(std::size_t limit = std::numeric_limits<std::size_t>::max());

  void note(std::string_view reason, std::uint64_t position);
  void note_skipped(std::string_view reason, std::uint64_t position);
  [[nodiscard]] const FramingReport& report() const noexcept { return report_; }

 private:
  std::unique_ptr<parse::archive::ByteSource> source_;
  BlockPool& pool_;
  std::size_t block_bytes_;
  Block block_;
  bool ended_ = false;
  std::uint64_t offset_ = 0;
  std::uint64_t sequence_ = 0;
  FramingReport report_;
};

}  // namespace hinomi::ingest
