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

struct Reader::Parts {
  Parts(const os::Disk& the_disk, std::string the_folder) : disk(the_disk), folder(std::move(the_folder)) {}

  const os::Disk& disk;
  std::string folder;
  Position at;
  std::unique_ptr<os::DiskFile> file;  // of at.segment
  std::uint32_t end = 0;               // of the batches in at.segment where that is known, else 0
  std::uint32_t salt = 0;              // of at.segment
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
    std::array<char, kSegmentHeaderBytes> bytes{};
    auto got = (*opened)->read_at(0, bytes);
    if (!got) return got.error();
    return read_header({bytes.data(), *got});
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
      auto header = header_of(at.segment);
      if (!header && header.error().code != base::ErrorCode::invalid_input) return header.error();
      if (!header) report({at.segment, 0}, kSegmentHeaderBytes, header.error().message);
      salt = header ? header->salt : 0;
      at.offset = std::max<std::uint32_t>(at.offset, kSegmentHeaderBytes);
      file = std::move(*opened);
    }
    return true;
  }

  // Bytes from at.offset on, at least `wanted` where the segment has them.
  [[nodiscard]] base::Result<std::string_view> bytes(std::size_t wanted, std::uint64_t stop) {
    const std::uint64_t have_end = buffer_start + buffer.size();
    if (at.offset < buffer_start || at.offset > have_end) {
      buffer.clear();
      buffer_start = at.offset;
    }
    if (buffer_start + buffer.size() < at.offset + wanted) {
      buffer.erase(0, at.offset - buffer_start);
      buffer_start = at.offset;
      const std::size_t had = buffer.size();
      std::size_t size = std::max(wanted, kReadBytes);
      if (stop > at.offset)
        size = std::min<std::uint64_t>(size, std::max<std::uint64_t>(stop - at.offset, wanted));
      if (size > had) {
        buffer.resize(size);
        auto got = file->read_at(buffer_start + had, std::span(buffer).subspan(had));
        if (!got) {
          buffer.resize(had);
          return got.error();
        }
        buffer.resize(had + *got);
      }
    }
    return std::string_view(buffer).substr(at.offset - buffer_start);
  }

  // Where the batches of this segment end: known by the limit, its seal, or the segment after it.
  [[nodiscard]] base::Result<std::uint32_t> end_of_segment(Position limit) {
    if (at.segment == limit.segment) return limit.offset;
    if (end != 0) return end;
    auto numbers = list_segments(disk, folder);
    if (!numbers) return numbers.error();
    for (auto next = std::upper_bound(numbers->begin(), numbers->end(), at.segment);
         next != numbers->end() && end == 0; ++next) {
      auto header = header_of(*next);
      // One that could not be made whole says nothing; the one after it names the last that counts.
      if (!header) continue;
      if (header->previous_number == at.segment) end = header->previous_end;
      break;
    }
    if (end == 0) {
      auto size = file->size();
      if (!size) return size.error();
      end = static_cast<std::uint32_t>(std::min<std::uint64_t>(*size, 0xFFFF'FFFF));
      std::array<char, kSealBytes> last{};
      if (*size >= kSealBytes) {
        auto got = file->read_at(*size - kSealBytes, last);
        if (!got) return got.error();
        if (const auto seal = read_seal({last.data(), *got})) end = seal->footer_offset;
      }
    }
    return end;
  }

  // Behind damage at `at`: the next place where a sound batch begins, or the end.
  [[nodiscard]] base::Result<void> skip_damage(std::uint32_t stop, std::size_t known_size) {
    const Position from = at;
    if (known_size != 0 && known_size <= stop - at.offset) {
      at.offset += static_cast<std::uint32_t>(known_size);
      report(from, static_cast<std::uint32_t>(known_size), "the check sum of a batch is wrong");
      return {};
    }
    constexpr std::string_view kMagic = "HJB1";
    ++at.offset;
    while (at.offset < stop) {
      auto here = bytes(kMagic.size(), stop);
      if (!here) return here.error();
      const std::size_t found = here->find(kMagic);
      if (found == std::string_view::npos) {
        const std::size_t keep = kMagic.size() - 1;
        if (here->size() <= keep) break;
        at.offset += static_cast<std::uint32_t>(here->size() - keep);
        continue;
      }
      at.offset += static_cast<std::uint32_t>(found);
      if (auto sound = is_sound(stop); !sound)
        return sound.error();
      else if (*sound)
        break;
      ++at.offset;
    }
    at.offset = std::min(at.offset, stop);
    if (at.offset + kMagic.size() > stop) at.offset = stop;
    report(from, at.offset - from.offset, "no batch can be read here");
    return {};
  }

  [[nodiscard]] base::Result<bool> is_sound(std::uint32_t stop) {
    std::size_t wanted = kFirstStepBytes;
    for (int i = 0; i < kSteps; ++i) {
      auto here = bytes(wanted, stop);
      if (!here) return here.error();
      std::size_t size = 0;
      const Found found = find_batch(here->substr(0, stop - at.offset), salt, view, size, false);
      if (found == Found::batch) return true;
      if (found != Found::nothing || size > stop - at.offset) return false;
      wanted = size;
    }
    return false;
  }

  [[nodiscard]] base::Result<const BatchView*> next(Position limit) {
    for (;;) {
      auto opened = open(limit);
      if (!opened) return opened.error();
      if (!*opened) return nullptr;
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
      std::size_t wanted = kFirstStepBytes;
      Found found = Found::nothing;
      std::size_t size = 0;
      for (int i = 0; i < 3 && found == Found::nothing; ++i) {
        auto here = bytes(wanted, *stop);
        if (!here) return here.error();
        found = find_batch(here->substr(0, *stop - at.offset), salt, view, size);
        if (size > *stop - at.offset) break;
        wanted = size;
      }
      if (found == Found::batch) {
        view.position = at;
        at.offset += view.bytes;
        return &view;
      }
      if (found == Found::seal) {
        end = at.offset;
        if (at.segment == limit.segment) return nullptr;
        continue;
      }
      if (auto skipped = skip_damage(*stop, found == Found::damaged ? size : 0); !skipped)
        return skipped.error();
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
  auto header = parts.header_of(position.segment);
  if (!header) return header.error();
  auto opened = parts.disk.open_to_read(parts.path(position.segment));
  if (!opened) return opened.error();
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
