#include "ingest/cutter.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hinomi::ingest {

void Cutter::fill() {
  if (block_.capacity() == 0) block_ = pool_.take(block_bytes_);
  while (!ended_ && !block_.room().empty()) {
    const base::Result<std::size_t> got = source_->read(block_.room());
    if (!got) report_.failure = got.error();
    if (!got || *got == 0) {
      ended_ = true;
    } else {
      block_.add(*got);
    }
  }
}

bool Cutter::skip(std::uint64_t bytes) {
  std::array<char, 4096> unused{};
  while (bytes > 0 && !ended_) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, unused.size()));
    const base::Result<std::size_t> got = source_->read(std::span(unused).first(step));
    if (!got) report_.failure = got.error();
    ended_ = !got || *got == 0;
    if (ended_) break;
    bytes -= *got;
    offset_ += *got;
  }
  return bytes == 0;
}

Unit Cutter::cut(std::size_t size, UnitKind kind, std::uint64_t first_record) {
  Unit unit;
  unit.kind = kind;
  unit.sequence = sequence_++;
  unit.first_record = first_record;
  unit.offset = offset_;
  const std::string_view rest = block_.bytes().substr(size);
  Block next;
  if (!ended_ || !rest.empty()) {
    next = pool_.take(rest.size() < block_bytes_ ? block_bytes_ : rest.size() + block_bytes_);
    next.append(rest);
  }
  unit.block = std::exchange(block_, Block{});
  block_ = std::move(next);
  unit.block.cut(size);
  unit.block.seal();
  offset_ += size;
  report_.bytes += size;
  return unit;
}

void Cutter::drop(std::size_t size) {
  block_.drop_front(size);
  offset_ += size;
}

void Cutter::grow(std::size_t limit) {
  Block larger = pool_.take(std::max(std::min(block_.capacity() * 2, limit), block_.size()));
  larger.append(block_.bytes());
  block_ = std::move(larger);
}

void Cutter::note(std::string_view reason, std::uint64_t position) {
  if (!report_.reason.empty()) return;
  report_.reason = reason;
  report_.position = position;
}

void Cutter::note_skipped(std::string_view reason, std::uint64_t position) {
  ++report_.skipped;
  note(reason, position);
}

}  // namespace hinomi::ingest
