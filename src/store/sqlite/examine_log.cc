#include <cstring>

#include "base/hash.h"
#include "store/sqlite/log_mark.h"
#include "store/sqlite/raw_file.h"

namespace hinomi::store::sqlite {
namespace {

constexpr std::uint32_t kMagic = 0x377f0682;  // the last bit: checksums of big-endian words

// SQLite's running checksum of a log (https://sqlite.org/fileformat2.html, section 4.2).
struct RunningSum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  bool big_endian = false;

  void add(const std::uint8_t* bytes, std::size_t count) noexcept {
    for (std::size_t i = 0; i + 8 <= count; i += 8) {
      first += word(bytes + i) + second;
      second += word(bytes + i + 4) + first;
    }
  }
  [[nodiscard]] bool is(const std::uint8_t* stored) const noexcept {
    return first == log_number(stored) && second == log_number(stored + 4);
  }

 private:
  [[nodiscard]] std::uint32_t word(const std::uint8_t* at) const noexcept {
    if (big_endian) return log_number(at);
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof(value));
    return value;
  }
};

class Examination {
 public:
  Examination(RawFile& log, PageCodec& codec, LogState& state) : log_(log), codec_(codec), state_(state) {}

  [[nodiscard]] bool run() {
    state_ = {};
    if (!read_log_head()) return readable_;
    for (std::uint64_t frame = 0; look_at(frame); ++frame) {
    }
    if (readable_ && state_.frames < state_.durable) {
      state_.damage = "frame " + std::to_string(state_.frames + 1) + " of the write-ahead log is damaged; " +
                      std::to_string(state_.durable) + " were durable";
    }
    return readable_;
  }

 private:
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into, std::size_t& got) {
    readable_ = readable_ && log_.read(offset, into, got);
    return readable_;
  }

  // False: there are no frames to look at.
  [[nodiscard]] bool read_log_head() {
    std::array<std::uint8_t, kLogHeadBytes> head{};
    std::size_t got = 0;
    if (!read(0, head, got) || got == 0) return false;
    // A file that grew, and lost power before its first bytes came.
    if (std::ranges::all_of(head, [](std::uint8_t byte) { return byte == 0; })) return false;
    const std::uint32_t magic = log_number(head.data());
    sum_.big_endian = (magic & 1u) != 0;
    sum_.add(head.data(), 24);
    if (got < head.size() || (magic & ~1u) != kMagic || log_number(&head[8]) != kPageBytes ||
        !sum_.is(&head[24])) {
      state_.damage = "the head of the write-ahead log is damaged";
      return false;
    }
    std::memcpy(&salts_, &head[16], sizeof(salts_));
    return true;
  }

  // False: it was the last.
  [[nodiscard]] bool look_at(std::uint64_t frame) {
    std::array<std::uint8_t, kFrameBytes> disk{};
    std::size_t got = 0;
    if (!read(kLogHeadBytes + frame * kFrameBytes, disk, got) || got < kFrameHeadBytes) return false;
    FrameHead head{};
    std::copy_n(disk.begin(), head.size(), head.begin());
    if (!codec_.decode_head(frame, head)) return readable_ = false;
    if (const auto durable = durable_of_mark(head, salts_)) {
      state_.durable = std::max(state_.durable, *durable);
    } else if (got == disk.size() && salts_of(head) == salts_) {
      look_at_page(head, disk);
    } else {
      unbroken_ = false;
    }
    return got == disk.size();
  }

  void look_at_page(const FrameHead& head, const std::array<std::uint8_t, kFrameBytes>& disk) {
    PageBytes sealed{};
    std::copy_n(disk.begin() + kFrameHeadBytes, sealed.size(), sealed.begin());
    PageBytes plain{};
    std::uint32_t durable = 0;
    const std::uint32_t page = log_number(head.data());
    if (!codec_.decode({.in_log = true, .page = page, .salts = salts_}, sealed, plain, durable)) {
      unbroken_ = false;
      return;
    }
    state_.durable = std::max(state_.durable, durable);
    if (!unbroken_) return;
    sum_.add(head.data(), 8);
    sum_.add(plain.data(), plain.size());
    unbroken_ = sum_.is(&head[16]);
    if (!unbroken_) return;
    ++state_.frames;
    state_.pages.insert(page);
  }

  RawFile& log_;
  PageCodec& codec_;
  LogState& state_;
  RunningSum sum_;
  std::uint64_t salts_ = 0;
  bool unbroken_ = true;
  bool readable_ = true;
};

}  // namespace

bool examine_log(RawFile& log, PageCodec& codec, LogState& state) {
  return Examination(log, codec, state).run();
}

}  // namespace hinomi::store::sqlite
