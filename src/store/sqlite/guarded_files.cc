#include "store/sqlite/guarded_files.h"

#include "store/sqlite/log_mark.h"

namespace hinomi::store::sqlite {

int GuardedDatabase::read(std::span<std::uint8_t> into, std::uint64_t offset) {
  if (offset + into.size() <= kPageBytes && into.size() < kPageBytes)
    return read_part_of_first_page(into, offset);
  if (into.size() != kPageBytes || offset % kPageBytes != 0) return unforeseen(SQLITE_IOERR_READ);
  PageBytes disk{};
  std::size_t got = 0;
  if (const int result = inner_.read_some(offset, disk, got); result != SQLITE_OK) return result;
  if (got == 0) {
    std::ranges::fill(into, std::uint8_t{0});
    return SQLITE_IOERR_SHORT_READ;
  }
  const auto page = static_cast<std::uint32_t>(offset / kPageBytes + 1);
  PageBytes plain{};
  std::uint32_t durable = 0;
  if (got < kPageBytes || !guard_.codec().decode({.page = page}, disk, plain, durable)) {
    return damaged("page " + std::to_string(page) +
                   (page > 1             ? " is damaged"
                    : guard_.is_sealed() ? " is damaged, or the key is another one"
                                         : " is damaged, or the file was made without checksums"));
  }
  std::ranges::copy(plain, into.begin());
  return SQLITE_OK;
}

// The library looks at what the file says of itself before it knows whether a log holds a newer page 1, so
// that this may be the half of a page whose writing was cut off. It takes nothing from it but sizes, and
// reads the page as a whole before it uses it.
int GuardedDatabase::read_part_of_first_page(std::span<std::uint8_t> into, std::uint64_t offset) {
  PageBytes disk{};
  std::size_t got = 0;
  if (const int result = inner_.read_some(0, disk, got); result != SQLITE_OK) return result;
  PageBytes plain{};
  std::uint32_t durable = 0;
  const bool sound = got == kPageBytes && guard_.codec().decode({.page = 1}, disk, plain, durable);
  if (!sound) {
    std::ranges::fill(into, std::uint8_t{0});
    return SQLITE_IOERR_SHORT_READ;
  }
  std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  return SQLITE_OK;
}

int GuardedDatabase::write(std::span<const std::uint8_t> bytes, std::uint64_t offset) {
  if (bytes.size() != kPageBytes || offset % kPageBytes != 0) return unforeseen(SQLITE_IOERR_WRITE);
  std::uint64_t end = 0;
  if (const int result = inner_.size(end); result != SQLITE_OK) return result;
  PageBytes plain{};
  PageBytes disk{};
  // Pages that the library passes over are written too: what was never written could not be told from what is
  // lost.
  for (std::uint64_t gap = end / kPageBytes * kPageBytes; gap < offset; gap += kPageBytes) {
    const PagePlace place{.page = static_cast<std::uint32_t>(gap / kPageBytes + 1)};
    if (!guard_.codec().encode(place, 0, plain, disk)) return unforeseen(SQLITE_IOERR_WRITE);
    if (const int result = inner_.write(gap, disk); result != SQLITE_OK) return result;
  }
  std::ranges::copy(bytes, plain.begin());
  const PagePlace place{.page = static_cast<std::uint32_t>(offset / kPageBytes + 1)};
  if (!guard_.codec().encode(place, 0, plain, disk)) return unforeseen(SQLITE_IOERR_WRITE);
  return inner_.write(offset, disk);
}

int GuardedLog::read_log_head(std::span<std::uint8_t> into, std::uint64_t offset) {
  if (offset == 0 && into.size() == kLogHeadBytes) {
    LogState state;
    if (!examine_log(inner_, guard_.codec(), state)) return SQLITE_IOERR_READ;
    if (!state.damage.empty()) return damaged(std::move(state.damage));
    recovering_ = true;
  }
  return inner_->xRead(inner_.get(), into.data(), static_cast<int>(into.size()),
                       static_cast<sqlite3_int64>(offset));
}

int GuardedLog::current_salts(std::uint64_t& salts) {
  std::array<std::uint8_t, sizeof(salts)> bytes{};
  std::size_t got = 0;
  if (const int result = inner_.read_some(16, bytes, got); result != SQLITE_OK) return result;
  if (got < bytes.size()) return unforeseen(SQLITE_IOERR_READ);
  std::memcpy(&salts, bytes.data(), sizeof(salts));
  return SQLITE_OK;
}

int GuardedLog::head_of(std::uint64_t frame, FrameHead& head) {
  std::size_t got = 0;
  if (const int result = inner_.read_some(offset_of(frame), head, got); result != SQLITE_OK) return result;
  if (got < head.size()) return SQLITE_IOERR_SHORT_READ;
  return guard_.codec().decode_head(frame, head) ? SQLITE_OK : unforeseen(SQLITE_IOERR_READ);
}

int GuardedLog::read(std::span<std::uint8_t> into, std::uint64_t offset) {
  if (offset < kLogHeadBytes) return read_log_head(into, offset);
  const auto [frame, begin] = part_of(offset);
  if (begin + into.size() > kFrameBytes) return unforeseen(SQLITE_IOERR_READ);
  FrameHead head{};
  if (const int result = head_of(frame, head); result != SQLITE_OK) {
    std::ranges::fill(into, std::uint8_t{0});
    return result;
  }
  std::array<std::uint8_t, kFrameBytes> whole{};
  std::ranges::copy(head, whole.begin());
  if (begin + into.size() > kFrameHeadBytes) {
    PageBytes disk{};
    PageBytes plain{};
    std::size_t got = 0;
    std::uint64_t salts = 0;
    if (const int result = current_salts(salts); result != SQLITE_OK) return result;
    if (const int result = inner_.read_some(offset_of(frame) + kFrameHeadBytes, disk, got);
        result != SQLITE_OK) {
      return result;
    }
    const std::uint32_t page = log_number(head.data());
    std::uint32_t durable = 0;
    const bool sound =
        got == kPageBytes &&
        guard_.codec().decode({.in_log = true, .page = page, .salts = salts}, disk, plain, durable);
    if (!sound && !(recovering_ && begin == 0)) {
      return damaged("page " + std::to_string(page) + " in frame " + std::to_string(frame + 1) +
                     " of the write-ahead log is damaged");
    }
    // What was not durable may be cut off; the library takes a page 0 for the end.
    if (!sound) std::fill_n(whole.begin(), 4, std::uint8_t{0});
    std::ranges::copy(plain, whole.begin() + kFrameHeadBytes);
  }
  if (begin != 0) recovering_ = false;
  std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(begin), into.size(), into.begin());
  return SQLITE_OK;
}

int GuardedLog::write(std::span<const std::uint8_t> bytes, std::uint64_t offset) {
  recovering_ = false;
  if (offset == 0 && bytes.size() == kLogHeadBytes) {
    std::memcpy(&salts_, &bytes[16], sizeof(salts_));
    durable_ = 0;
    committed_ = 0;
    return inner_.write(0, bytes);
  }
  if (offset < kLogHeadBytes) return unforeseen(SQLITE_IOERR_WRITE);
  const auto [frame, begin] = part_of(offset);
  if (begin == 0 && bytes.size() == kFrameHeadBytes) return write_head(frame, bytes);
  if (begin == kFrameHeadBytes && bytes.size() == kPageBytes) return write_page(frame, bytes);
  return unforeseen(SQLITE_IOERR_WRITE);
}

int GuardedLog::write_head(std::uint64_t frame, std::span<const std::uint8_t> bytes) {
  FrameHead head{};
  std::ranges::copy(bytes, head.begin());
  committed_ = log_number(&head[4]) != 0 ? static_cast<std::uint32_t>(frame + 1) : 0;
  if (committed_ != 0) {
    std::uint64_t salts = 0;
    if (const int result = current_salts(salts); result != SQLITE_OK) return result;
    if (std::exchange(salts_, salts) != salts) durable_ = 0;  // another connection began this log
  }
  if (!guard_.codec().encode_head(frame, head)) return unforeseen(SQLITE_IOERR_WRITE);
  return inner_.write(offset_of(frame), head);
}

int GuardedLog::write_page(std::uint64_t frame, std::span<const std::uint8_t> bytes) {
  FrameHead head{};
  PagePlace place{.in_log = true};
  if (const int result = head_of(frame, head); result != SQLITE_OK) return unforeseen(SQLITE_IOERR_WRITE);
  if (const int result = current_salts(place.salts); result != SQLITE_OK) return result;
  place.page = log_number(head.data());
  PageBytes plain{};
  PageBytes disk{};
  std::ranges::copy(bytes, plain.begin());
  const std::uint32_t durable = place.salts == salts_ ? durable_ : 0;
  if (!guard_.codec().encode(place, durable, plain, disk)) return unforeseen(SQLITE_IOERR_WRITE);
  return inner_.write(offset_of(frame) + kFrameHeadBytes, disk);
}

int GuardedLog::sync(int flags) {
  if (const int result = Guarded::sync(flags); result != SQLITE_OK) return result;
  if (committed_ == 0) return SQLITE_OK;
  durable_ = std::exchange(committed_, 0);
  FrameHead mark = mark_of(durable_, salts_);
  if (!guard_.codec().encode_head(durable_, mark)) return unforeseen(SQLITE_IOERR_WRITE);
  // The transaction is durable with or without it; on a full disk it is done without.
  static_cast<void>(inner_.write(offset_of(durable_), mark));
  return SQLITE_OK;
}

}  // namespace hinomi::store::sqlite
