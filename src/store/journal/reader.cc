#include "store/journal/reader.h"

#include <algorithm>
#include <array>

namespace hinomi::store::journal {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;
constexpr std::size_t kOneReadBytes = 4096;  // holds the head of any batch
// A batch says its size in three steps at most: fixed part, head, whole.
constexpr int kSteps = 3;
constexpr std::size_t kFirstStepBytes = kBatchFixedBytes + 4;

}  // namespace

base::Result<std::vector<std::uint32_t>> list_segments(const os::Disk& disk, const std::string& folder) {
  auto names = disk.list(folder);
  if (!names) return names.error();
  std::vector<std::uint32_t> numbers;
  for (const std::string& name : *names) {
    if (const auto number = segment_number(name)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

base::Result<SegmentHeader> read_segment_header(const os::DiskFile& file, std::uint32_t number) {
  std::array<char, kSegmentHeaderBytes> bytes{};
  auto got = file.read_at(0, bytes);
  if (!got) return got.error();
  auto header = read_header({bytes.data(), *got});
  if (header && header->number != number)
    return base::Error{base::ErrorCode::invalid_input, "the segment is another than its name says", {}, {}};
  return header;
}

base::Result<std::optional<SealView>> find_seal(const os::DiskFile& file, std::uint64_t size,
                                                std::uint32_t salt) {
  std::optional<SealView> seal;
  if (size < kSegmentHeaderBytes + kSealBytes) return seal;
  std::array<char, kSealBytes> last{};
  auto got = file.read_at(size - kSealBytes, last);
  if (!got) return got.error();
  seal = read_seal({last.data(), *got}, salt);
  if (seal && (seal->footer_offset < kSegmentHeaderBytes || seal->footer_offset > size - kSealBytes))
    seal.reset();
  return seal;
}

struct Reader::Parts {
  Parts(const os::Disk& the_disk, std::string the_folder) : disk(the_disk), folder(std::move(the_folder)) {}

  const os::Disk& disk;
  std::string folder;
  Position at;
  std::unique_ptr<os::DiskFile> file;
  // Of at.segment:
  std::uint32_t end = 0;  // of its batches where that was found out, else 0
  bool end_is_certain = false;
  bool header_is_lost = false;
  std::uint32_t salt = 0;
  // Bytes of the segment from buffer_start on.
  std::string buffer;
  std::uint64_t buffer_start = 0;
  BatchView view;
  std::string one_buffer;
  BatchView one;
  std::vector<Damage> damages;
  std::uint64_t damage_count = 0;

  [[nodiscard]] std::string path(std::uint32_t number) const { return folder + "/" + segment_name(number); }

  void close() {
    file.reset();
    end = 0;
    buffer.clear();
    buffer_start = 0;
  }

  void report(Position from, std::uint32_t bytes, std::string reason) {
    ++damage_count;
    if (damages.size() < kMaxDamages) damages.push_back({from, bytes, std::move(reason)});
  }

  // The header of a segment; not_found when it is gone.
  [[nodiscard]] base::Result<SegmentHeader> header_of(std::uint32_t number) const {
    auto opened = disk.open_to_read(path(number));
    if (!opened) return opened.error();
    return read_segment_header(**opened, number);
  }

  // The segment after `number` that exists, or 0.
  [[nodiscard]] base::Result<std::uint32_t> segment_after(std::uint32_t number) const {
    auto numbers = list_segments(disk, folder);
    if (!numbers) return numbers.error();
    const auto next = std::upper_bound(numbers->begin(), numbers->end(), number);
    return next == numbers->end() ? 0 : *next;
  }

  // Opens the segment at `at`, or the next that is there. False: there is none up to `limit`.
  [[nodiscard]] base::Result<bool> open(Position limit) {
    while (!file) {
      if (at.segment > limit.segment || at.segment == 0) {
        auto next = segment_after(at.segment == 0 ? 0 : at.segment);
        if (!next) return next.error();
        if (at.segment > limit.segment || *next == 0 || *next > limit.segment) return false;
        at = {*next, 0};
      }
      auto opened = disk.open_to_read(path(at.segment));
      if (!opened && opened.error().code == base::ErrorCode::not_found) {
        auto next = segment_after(at.segment);
        if (!next) return next.error();
        if (*next == 0 || *next > limit.segment) return false;
        at = {*next, 0};
        continue;
      }
      if (!opened) return opened.error();
      auto header = read_segment_header(**opened, at.segment);
      if (!header && header.error().code != base::ErrorCode::invalid_input) return header.error();
      header_is_lost = !header;
      salt = header ? header->salt : 0;
      at.offset = std::max<std::uint32_t>(at.offset, kSegmentHeaderBytes);
      file = std::move(*opened);
    }
    return true;
  }

  // Bytes from at.offset on, at least `wanted` where the segment has them before `stop`. Never any behind it:
  // they may change.
  [[nodiscard]] base::Result<std::string_view> bytes(std::size_t wanted, std::uint32_t stop) {
    if (at.offset < buffer_start || at.offset > buffer_start + buffer.size()) {
      buffer.clear();
      buffer_start = at.offset;
    }
    const std::size_t had = buffer.size() - (at.offset - buffer_start);
    wanted = std::min<std::size_t>(wanted, stop - at.offset);
    if (had < wanted) {
      buffer.erase(0, at.offset - buffer_start);
      buffer_start = at.offset;
      buffer.resize(std::min<std::size_t>(std::max(wanted, kReadBytes), stop - at.offset));
      auto got = file->read_at(buffer_start + had, std::span(buffer).subspan(had));
      buffer.resize(had + (got ? *got : 0));
      if (!got) return got.error();
    }
    return std::string_view(buffer).substr(at.offset - buffer_start);
  }

  // Where the batches of this segment end: known by the limit, the segment after it, or its seal. Else, by
  // its size: then what is there may be a footer that was not finished.
  [[nodiscard]] base::Result<std::uint32_t> end_of_segment(Position limit) {
    if (at.segment == limit.segment) {
      end_is_certain = true;
      return limit.offset;
    }
    if (end != 0) return end;
    auto numbers = list_segments(disk, folder);
    if (!numbers) return numbers.error();
    end_is_certain = false;
    for (auto next = std::upper_bound(numbers->begin(), numbers->end(), at.segment); next != numbers->end();
         ++next) {
      auto header = header_of(*next);
      // One that could not be made whole says nothing; the one after it names the last that counts.
      if (!header && header.error().code == base::ErrorCode::io) return header.error();
      if (!header) continue;
      end_is_certain = header->previous_number == at.segment;
      if (end_is_certain) end = header->previous_end;
      break;
    }
    if (end_is_certain) return end;
    auto size = file->size();
    if (!size) return size.error();
    auto seal = find_seal(*file, *size, salt);
    if (!seal) return seal.error();
    end_is_certain = *seal && !header_is_lost;
    end = end_is_certain ? (*seal)->footer_offset
                         : static_cast<std::uint32_t>(std::min<std::uint64_t>(*size, 0xFFFF'FFFF));
    return end;
  }

  // Behind damage at `at`: the next place where a sound batch begins, or the end. `size` is that of the
  // damaged batch, or 0 when nothing is known.
  [[nodiscard]] base::Result<void> skip_damage(std::uint32_t stop, Found found, std::size_t size) {
    const Position from = at;
    if (found == Found::damaged && size != 0 && size <= stop - at.offset) {
      at.offset += static_cast<std::uint32_t>(size);
      report(from, static_cast<std::uint32_t>(size), "the check sum of a batch is wrong");
      return {};
    }
    auto next = find_sound_batch(stop);
    if (!next) {
      at = from;
      return next.error();
    }
    at.offset = *next;
    // What begins as a footer and has no batch behind it is one, where the end of the batches is not known.
    if (found != Found::seal || end_is_certain || at.offset < stop)
      report(from, at.offset - from.offset, "no batch can be read here");
    return {};
  }

  // Behind `at`, or `stop`. Moves `at`.
  [[nodiscard]] base::Result<std::uint32_t> find_sound_batch(std::uint32_t stop) {
    constexpr std::string_view kMagic = "HJB1";
    ++at.offset;
    while (at.offset < stop) {
      auto here = bytes(kMagic.size(), stop);
      if (!here) return here.error();
      if (here->size() < kMagic.size()) break;
      const std::size_t found = here->find(kMagic);
      if (found == std::string_view::npos) {
        at.offset += static_cast<std::uint32_t>(here->size() - kMagic.size() + 1);
        continue;
      }
      at.offset += static_cast<std::uint32_t>(found);
      std::size_t size = 0;
      auto looked = look(stop, size, false);
      if (!looked) return looked.error();
      if (*looked == Found::batch) return at.offset;
      ++at.offset;
    }
    return stop;
  }

  // What stands at `at`.
  [[nodiscard]] base::Result<Found> look(std::uint32_t stop, std::size_t& size, bool with_records) {
    std::size_t wanted = kFirstStepBytes;
    Found found = Found::nothing;
    for (int i = 0; i < kSteps && found == Found::nothing; ++i) {
      auto here = bytes(wanted, stop);
      if (!here) return here.error();
      found = find_batch(*here, salt, view, size, with_records);
      if (size > stop - at.offset) break;
      wanted = size;
    }
    return found;
  }

  [[nodiscard]] base::Result<const BatchView*> next(Position limit) {
    for (;;) {
      auto opened = open(limit);
      if (!opened) return opened.error();
      if (!*opened || at.segment > limit.segment) return nullptr;
      auto stop = end_of_segment(limit);
      if (!stop) return stop.error();
      if (at.offset >= *stop) {
        if (at.segment == limit.segment) return nullptr;
        auto next = segment_after(at.segment);
        if (!next) return next.error();
        if (*next == 0 || *next > limit.segment) return nullptr;
        close();
        at = {*next, 0};
        continue;
      }
      if (header_is_lost) {
        report(at, *stop - at.offset, "the header of the segment cannot be read");
        at.offset = *stop;
        continue;
      }
      std::size_t size = 0;
      auto found = look(*stop, size, true);
      if (!found) return found.error();
      if (*found == Found::batch) {
        view.position = at;
        at.offset += view.bytes;
        return &view;
      }
      if (auto skipped = skip_damage(*stop, *found, size); !skipped) return skipped.error();
    }
  }
};

Reader::Reader(const os::Disk& disk, std::string folder)
    : parts_(std::make_unique<Parts>(disk, std::move(folder))) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

void Reader::seek(Position position) {
  parts_->close();
  parts_->at = position;
}

base::Result<const BatchView*> Reader::next(Position limit) {
  return parts_->next(limit);
}

Position Reader::position() const noexcept {
  return parts_->at;
}

base::Result<const BatchView*> Reader::read_at(Position position) {
  Parts& parts = *parts_;
  auto opened = parts.disk.open_to_read(parts.path(position.segment));
  if (!opened) return opened.error();
  auto header = read_segment_header(**opened, position.segment);
  if (!header) return header.error();
  std::size_t wanted = kOneReadBytes;
  for (int i = 0; i < kSteps; ++i) {
    parts.one_buffer.resize(wanted);
    auto got = (*opened)->read_at(position.offset, parts.one_buffer);
    if (!got) return got.error();
    std::size_t size = 0;
    const Found found =
        find_batch(std::string_view(parts.one_buffer).substr(0, *got), header->salt, parts.one, size);
    if (found == Found::batch) {
      parts.one.position = position;
      return &parts.one;
    }
    if (found != Found::nothing || size <= *got) break;
    wanted = size;
  }
  return base::Error{base::ErrorCode::invalid_input, "no batch can be read at this place of the log", {}, {}};
}

const std::vector<Damage>& Reader::damages() const noexcept {
  return parts_->damages;
}

std::uint64_t Reader::damage_count() const noexcept {
  return parts_->damage_count;
}

}  // namespace hinomi::store::journal
