// A file as it lies on the disk, and a write-ahead log that is looked at there, before or beside SQLite. Not
// for reading rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>

#include "store/sqlite/page_codec.h"

namespace hinomi::store::sqlite {

// What a log holds.
struct LogState {
  std::uint32_t frames = 0;                   // that fit, from the first one on
  std::uint32_t durable = 0;                  // known to have been synced
  std::string damage;                         // empty: none
  std::unordered_set<std::uint32_t> pages{};  // of the frames that fit
};

// Reads bytes of a file; false on an error. `got`: fewer than asked at the end.
class RawFile {
 public:
  RawFile() = default;
  virtual ~RawFile() = default;
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  [[nodiscard]] virtual bool read(std::uint64_t offset, std::span<std::uint8_t> into, std::size_t& got) = 0;
};
// False: it cannot be read. A log of 0 bytes is an empty one.
[[nodiscard]] bool examine_log(RawFile& log, PageCodec& codec, LogState& state);

}  // namespace hinomi::store::sqlite
