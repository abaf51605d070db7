// Hostile segments: any bytes as one to three segments of a log, as they are or with check sums made right,
// so that what lies behind them is reached. A reader comes to the end, and a writer that opens the log either
// says what is wrong with it or goes on: then what it acknowledges is read back, also after another start.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "os/clock.h"
#include "os/testing/simulated_disk.h"
#include "store/journal/crc32c.h"
#include "store/journal/reader.h"
#include "store/journal/writer.h"

namespace {

using namespace hinomi::store::journal;  // NOLINT(google-build-using-namespace)
namespace os = hinomi::os;

constexpr std::uint64_t kMaxCalls = 200'000;
constexpr std::size_t kMaxInput = 64u << 10;

enum Mode : std::uint8_t {
  has_header = 1,    // the segment gets a sound header in front
  sound_sums = 2,    // check sums of batches are made right
  sound_footer = 4,  // and of a footer, with a seal
  two_segments = 8,  // the rest is split
  has_note = 16,     // a note of removed segments
  cut_first = 32,    // the log is cut somewhere first
  findings = 64,
};

template <typename Number>
Number get(const std::string& bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return static_cast<Number>(value);
}
void put(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

// Walks from batch to batch as far as the sizes allow.
std::size_t make_sums_right(std::string& bytes, std::size_t at) {
  while (at + kBatchFixedBytes + 4 + kBatchTrailerBytes <= bytes.size() &&
         bytes.compare(at, 4, "HJB1") == 0) {
    const std::size_t total = get<std::uint32_t>(bytes, at + 4);
    std::size_t head = kBatchFixedBytes + 4;
    for (std::size_t i = 0; i < 5; ++i) head += get<std::uint8_t>(bytes, at + 64 + i);
    head += get<std::uint16_t>(bytes, at + 70);
    if (total > bytes.size() - at || total < head + kBatchTrailerBytes) break;
    bytes[at + 12] = static_cast<char>(head);
    bytes[at + 13] = static_cast<char>(head >> 8);
    const std::string_view batch = std::string_view(bytes).substr(at, total);
    put(bytes, at + head - 4, crc32c(batch.substr(0, head - 4), 0));
    put(bytes, at + total - 8, crc32c(batch.substr(0, total - 8), 0));
    bytes.replace(at + total - 4, 4, "HJE1");
    at += total;
  }
  return at;
}

void make_footer_right(std::string& bytes, std::size_t at) {
  if (bytes.size() < at + 8) return;
  bytes.replace(at, 4, "HJF1");
  put(bytes, at + 4, static_cast<std::uint32_t>(at));
  const std::uint32_t crc = crc32c(std::string_view(bytes).substr(at), 0);
  std::string seal(kSealBytes, '\0');
  put(seal, 0, static_cast<std::uint32_t>(at));
  put(seal, 4, crc);
  put(seal, 8, crc32c(std::string_view(seal).substr(0, 8), 0));
  seal.replace(12, 4, "HJS1");
  bytes += seal;
}

std::string segment_of(std::uint8_t mode, std::uint32_t number, std::string_view content) {
  std::string bytes;
  if ((mode & has_header) != 0) {
    SegmentHeader header;
    header.number = number;
    header.kind = (mode & findings) != 0 ? LogKind::findings : LogKind::events;
    if (number > 1 && !content.empty()) {
      header.previous_number = number - 1;
      header.previous_end = static_cast<unsigned char>(content[0]) * 64U;
      header.first_sequence = static_cast<unsigned char>(content[0]) * std::uint64_t{0x0100'0000'0000'0000};
    }
    append_header(bytes, header);
  }
  bytes += content;
  if ((mode & sound_sums) != 0) {
    const std::size_t end = make_sums_right(bytes, kSegmentHeaderBytes);
    if ((mode & sound_footer) != 0) make_footer_right(bytes, end);
  }
  return bytes;
}

void read_all(const os::SimulatedDisk& disk, Position limit, std::string* last = nullptr) {
  Reader reader(disk, "j");
  Position before;
  for (;;) {
    auto read = reader.next(limit);
    if (!read || *read == nullptr) break;
    const BatchView& view = **read;
    if (view.position < before || view.records.empty()) std::abort();
    before = view.next();
    if (last != nullptr) *last = view.records.back().raw;
    // A batch stands where the reader says.
    auto again = reader.read_at(view.position);
    if (!again || (*again)->records.size() != view.records.size()) std::abort();
  }
  std::uint64_t lost = 0;
  for (const Damage& damage : reader.damages()) lost += damage.bytes;
  if (lost > 0xFFFF'FFFFULL * 4) std::abort();
}

void write_on(os::SimulatedDisk& disk, const os::ManualClock& clock, const WriterOptions& options) {
  for (int start = 0; start < 2; ++start) {
    auto writer = Writer::open(disk, clock, "j", options);
    if (!writer) return;
    const std::string text = "acknowledged " + std::to_string(start);
    const std::string_view record = text;
    NewBatch batch{.head = {}, .records = std::span(&record, 1)};
    batch.head.token = "token";
    batch.head.source_id = static_cast<std::uint32_t>(start);
    auto added = writer->add(batch);
    if (!added) continue;  // no ids are left
    if (added->duplicate) continue;
    if (!writer->commit()) continue;  // no numbers of segments are left
    std::string last;
    read_all(disk, writer->end(), &last);
    if (last != text) std::abort();
    (void)writer->remove_old({.from = writer->end(), .at_most_ns = -1});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4 || size > kMaxInput) return 0;
  const std::uint8_t mode = data[0];
  std::string_view content(reinterpret_cast<const char*>(data) + 4, size - 4);
  os::SimulatedDisk disk(0);
  os::ManualClock clock{{1'776'092'400'000'000'000}};
  WriterOptions options;
  options.kind = (mode & findings) != 0 ? LogKind::findings : LogKind::events;
  options.random = [](std::span<std::uint8_t> into) { std::fill(into.begin(), into.end(), std::uint8_t{0}); };
  if ((mode & has_note) != 0) {
    Footer note;
    note.end = data[3] % 4;
    std::string bytes;
    append_footer(bytes, 0, note);
    disk.put("j/removed", bytes);
  }
  const std::size_t cut =
      (mode & two_segments) != 0 ? std::min<std::size_t>(content.size(), data[1] * 16U) : 0;
  std::uint32_t number = 1;
  if (cut > 0) disk.put("j/" + segment_name(number++), segment_of(mode, 1, content.substr(0, cut)));
  disk.put("j/" + segment_name(number), segment_of(mode, number, content.substr(cut)));
  read_all(disk, {0xFFFF'FFFF, 0});
  read_all(disk, {number, data[2] * 8U});
  read_all(disk, {number, 0xFFFF'FFFF});
  if ((mode & cut_first) != 0) options.truncate_to = Position{data[3] % 3U, data[2] * 8U};
  write_on(disk, clock, options);
  if (disk.counters().calls > kMaxCalls) std::abort();
  return 0;
}
