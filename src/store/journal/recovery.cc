#include "store/journal/recovery.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "store/journal/reader.h"

namespace hinomi::store::journal {

namespace {

class Recovery {
 public:
  explicit Recovery(Writer::Parts& parts) : parts_(parts) {}

  base::Result<void> run() {
    auto numbers = list_segments(parts_.disk, parts_.folder);
    if (!numbers) return numbers.error();
    if (auto finished = finish_removal(*numbers); !finished) return finished;
    if (auto shortened = cut(*numbers); !shortened) return shortened;
    for (std::size_t i = 0; i < numbers->size(); ++i) {
      auto taken = take_segment((*numbers)[i], i + 1 == numbers->size());
      if (!taken) return taken;
    }
    parts_.sequence = parts_.durable_sequence;
    parts_.forget_old_tokens();
    return {};
  }

 private:
  [[nodiscard]] std::string path(std::uint32_t number) const {
    return parts_.folder + "/" + segment_name(number);
  }

  // Segments whose removal was decided are gone, whether or not it was completed.
  base::Result<void> finish_removal(std::vector<std::uint32_t>& numbers) {
    auto file = parts_.disk.open_to_read(parts_.folder + "/" + std::string(kRemovedName));
    if (!file) return file.error().code == base::ErrorCode::not_found ? base::Result<void>() : file.error();
    std::array<char, 16> text{};
    auto got = (*file)->read_at(0, text);
    if (!got) return got.error();
    std::uint32_t last = 0;
    std::from_chars(text.data(), text.data() + *got, last);
    parts_.next_number = std::max(parts_.next_number, last + 1);
    bool any = false;
    while (!numbers.empty() && numbers.front() <= last) {
      if (auto removed = parts_.disk.remove(path(numbers.front())); !removed) return removed;
      numbers.erase(numbers.begin());
      any = true;
    }
    if (!any) return {};
    return parts_.disk.sync_folder(parts_.folder);
  }

  base::Result<void> cut(std::vector<std::uint32_t>& numbers) {
    if (!parts_.options.truncate_to) return {};
    const Position to = *parts_.options.truncate_to;
    // From the back, so that what is left is always a whole log.
    bool any = false;
    while (!numbers.empty() && numbers.back() > to.segment) {
      if (auto removed = parts_.disk.remove(path(numbers.back())); !removed) return removed;
      numbers.pop_back();
      any = true;
    }
    if (any) {
      if (auto synced = parts_.disk.sync_folder(parts_.folder); !synced) return synced;
    }
    if (numbers.empty() || numbers.back() != to.segment) return {};
    auto file = parts_.disk.open_to_write(path(to.segment));
    if (!file) return file.error();
    auto size = (*file)->size();
    if (!size) return size.error();
    if (*size <= to.offset) return {};
    // At the end of the batches of a sealed segment: it stays sealed.
    if (auto seal = seal_of(**file, *size); seal && seal->footer_offset == to.offset) return {};
    if (auto shortened = (*file)->truncate(std::max<std::uint64_t>(to.offset, kSegmentHeaderBytes)); !shortened)
      return shortened;
    return (*file)->sync();
  }

  [[nodiscard]] static std::optional<SealView> seal_of(const os::DiskFile& file, std::uint64_t size) {
    std::array<char, kSealBytes> last{};
    if (size < kSegmentHeaderBytes + kSealBytes) return std::nullopt;
    auto got = file.read_at(size - kSealBytes, last);
    if (!got) return std::nullopt;
    auto seal = read_seal({last.data(), *got});
    if (seal && (seal->footer_offset < kSegmentHeaderBytes || seal->footer_offset > size - kSealBytes))
      return std::nullopt;
    return seal;
  }

  base::Result<void> take_segment(std::uint32_t number, bool last) {
    auto opened = last ? parts_.disk.open_to_write(path(number)) : parts_.disk.open_to_read(path(number));
    if (!opened) return opened.error();
    std::array<char, kSegmentHeaderBytes> bytes{};
    auto got = (*opened)->read_at(0, bytes);
    if (!got) return got.error();
    auto header = read_header({bytes.data(), *got});
    if (!header && header.error().code == base::ErrorCode::unsupported) return header.error();
    if (!header && last) return drop_unborn(number);
    if (header && header->kind != parts_.options.kind)
      return base::Error{base::ErrorCode::invalid_input,
                         "the folder " + parts_.folder + " holds a log of another kind",
                         {},
                         {}};
    auto size = (*opened)->size();
    if (!size) return size.error();
    parts_.segments.push_back({.number = number, .bytes = *size});
    parts_.next_number = std::max(parts_.next_number, number + 1);
    parts_.segment_tokens.clear();
    parts_.segment_records = 0;
    if (header) parts_.durable_sequence = std::max(parts_.durable_sequence, header->first_sequence);
    if (const auto seal = seal_of(**opened, *size)) {
      auto footer = footer_of(**opened, *size, *seal);
      if (footer) {
        take_footer(*footer);
        parts_.end = {number, footer->end};
        return {};
      }
    }
    return scan(number, *size, header ? header->salt : 0, last ? std::move(*opened) : nullptr);
  }

  // A segment that was never finished being made holds nothing.
  base::Result<void> drop_unborn(std::uint32_t number) {
    if (auto removed = parts_.disk.remove(path(number)); !removed) return removed;
    parts_.next_number = std::max(parts_.next_number, number + 1);
    return parts_.disk.sync_folder(parts_.folder);
  }

  [[nodiscard]] static base::Result<Footer> footer_of(const os::DiskFile& file, std::uint64_t size,
                                                      const SealView& seal) {
    const std::uint64_t length = size - seal.footer_offset;
    if (length > kMaxFooterBytes)
      return base::Error{base::ErrorCode::invalid_input, "footer too large", {}, {}};
    std::string bytes(length, '\0');
    auto got = file.read_at(seal.footer_offset, bytes);
    if (!got) return got.error();
    return read_footer(std::string_view(bytes).substr(0, *got), seal);
  }

  void take_footer(const Footer& footer) {
    parts_.durable_sequence = std::max(parts_.durable_sequence, footer.next_sequence);
    parts_.segments.back().first_received = footer.first_received;
    parts_.segments.back().last_received = footer.last_received;
    if (parts_.options.remember_tokens) {
      for (const TokenEntry& token : footer.tokens) parts_.remember(token);
    }
    parts_.segment_tokens.clear();
    for (const ResumeEntry& resume : footer.resumes)
      parts_.resumes[{resume.source_id, resume.key}] = resume.value;
  }

  // Reads every batch of a segment that is not sealed. Where it is the last one (`file`), what is behind its
  // last whole batch is a torn tail and goes.
  base::Result<void> scan(std::uint32_t number, std::uint64_t size, std::uint32_t salt,
                          std::unique_ptr<os::DiskFile> file) {
    Reader reader(parts_.disk, parts_.folder);
    reader.seek({number, kSegmentHeaderBytes});
    // A limit in the segment itself: all of the last one; else one behind it, so that the header there
    // decides.
    const Position limit =
        file ? Position{number, static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 0xFFFF'FFFF))}
             : Position{number + 1, 0};
    Position end{number, kSegmentHeaderBytes};
    for (;;) {
      auto batch = reader.next(limit);
      if (!batch) return batch.error();
      if (*batch == nullptr || (*batch)->position.segment != number) break;
      take_batch(**batch);
      end = (*batch)->next();
    }
    parts_.end = end;
    if (!file) return {};
    parts_.segments.back().bytes = end.offset;
    if (size > end.offset) {
      if (auto cut = file->truncate(end.offset); !cut) return cut;
      parts_.recovered += size - end.offset;
    }
    // What was read may have been in memory only.
    if (auto synced = file->sync(); !synced) return synced;
    parts_.file = std::move(file);
    parts_.salt = salt;
    return {};
  }

  void take_batch(const BatchView& batch) {
    PendingBatch found;
    found.first_sequence = batch.head.first_sequence;
    found.count = batch.records.size();
    found.received = batch.head.received;
    found.has_token = parts_.options.remember_tokens && !batch.head.token.empty();
    if (found.has_token) found.token = token_key(batch.head.source_id, batch.head.token);
    if (!batch.head.resume_key.empty())
      found.resume = {batch.head.source_id, std::string(batch.head.resume_key),
                      std::string(batch.head.resume_value)};
    const std::uint64_t before = parts_.durable_sequence;
    parts_.apply(found);
    parts_.durable_sequence = std::max(parts_.durable_sequence, before);
  }

  Writer::Parts& parts_;
};

}  // namespace

base::Result<void> recover(Writer::Parts& parts) {
  return Recovery(parts).run();
}

}  // namespace hinomi::store::journal
