#include "store/journal/recovery.h"

#include <algorithm>

#include "store/journal/reader.h"

namespace hinomi::store::journal {
namespace {

constexpr std::uint64_t kRewriteBytes = 1u << 20;

class Recovery {
 public:
  explicit Recovery(Writer::Parts& parts) : parts_(parts) {}

  base::Result<void> run() {
    auto numbers = list_segments(parts_.disk, parts_.folder);
    if (!numbers) return numbers.error();
    if (auto finished = finish_removal(*numbers); !finished) return finished;
    if (auto shortened = cut(*numbers); !shortened) return shortened;
    if (auto dropped = drop_unborn(*numbers); !dropped) return dropped;
    for (std::size_t i = 0; i < numbers->size(); ++i) {
      auto taken = take_segment((*numbers)[i], i + 1 == numbers->size());
      if (!taken) return taken;
    }
    // The names of what was taken, and that others are gone.
    if (auto synced = parts_.disk.sync_folder(parts_.folder); !synced) return synced;
    parts_.sequence = parts_.durable_sequence;
    parts_.begin_aging();
    parts_.forget_old_tokens();
    return {};
  }

 private:
  [[nodiscard]] std::string path(std::uint32_t number) const {
    return parts_.folder + "/" + segment_name(number);
  }

  // Segments whose removal was decided are gone, whether or not it was completed. A note that is damaged
  // decides nothing.
  base::Result<void> finish_removal(std::vector<std::uint32_t>& numbers) {
    auto file = parts_.disk.open_to_read(parts_.folder + "/" + std::string(kRemovedName));
    if (!file) return file.error().code == base::ErrorCode::not_found ? base::Result<void>() : file.error();
    auto size = (*file)->size();
    if (!size) return size.error();
    if (*size > kMaxFooterBytes) return {};
    std::string bytes(*size, '\0');
    auto got = (*file)->read_at(0, bytes);
    if (!got) return got.error();
    bytes.resize(*got);
    if (bytes.size() < kSealBytes) return {};
    const auto seal = read_seal(std::string_view(bytes).substr(bytes.size() - kSealBytes), kRemovedSalt);
    if (!seal) return {};
    const auto note = read_footer(bytes, kRemovedSalt, *seal);
    if (!note) return {};
    remember(*note);
    parts_.next_number = std::max(parts_.next_number, note->end + 1);
    if (numbers.empty() || numbers.front() > note->end) return {};
    // The note may have got its name without that being durable. Were it to lose it again after some of the
    // files went, the log would have holes.
    if (auto synced = parts_.disk.sync_folder(parts_.folder); !synced) return synced;
    while (!numbers.empty() && numbers.front() <= note->end) {
      if (auto removed = parts_.disk.remove(path(numbers.front())); !removed) return removed;
      numbers.erase(numbers.begin());
    }
    return {};
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
    const auto header = read_segment_header(**file, to.segment);
    if (!header && header.error().code == base::ErrorCode::io) return header.error();
    if (header) {
      // At the end of the batches of a sealed segment: it stays sealed.
      const auto seal = find_seal(**file, *size, header->salt);
      if (!seal) return seal.error();
      if (*seal && (*seal)->footer_offset == to.offset) return {};
    }
    if (auto shortened = (*file)->truncate(std::max<std::uint64_t>(to.offset, kSegmentHeaderBytes));
        !shortened)
      return shortened;
    return (*file)->sync();
  }

  // Segments at the end that were never finished being made hold nothing; the one before is the last then.
  base::Result<void> drop_unborn(std::vector<std::uint32_t>& numbers) {
    while (!numbers.empty()) {
      const std::uint32_t number = numbers.back();
      auto file = parts_.disk.open_to_read(path(number));
      if (!file) return file.error();
      auto size = (*file)->size();
      if (!size) return size.error();
      if (*size > kSegmentHeaderBytes) return {};
      const auto header = read_segment_header(**file, number);
      if (header || header.error().code != base::ErrorCode::invalid_input)
        return header ? base::Result<void>() : header.error();
      if (auto removed = parts_.disk.remove(path(number)); !removed) return removed;
      parts_.next_number = std::max(parts_.next_number, number + 1);
      numbers.pop_back();
    }
    return {};
  }

  base::Result<void> take_segment(std::uint32_t number, bool last) {
    auto opened = last ? parts_.disk.open_to_write(path(number)) : parts_.disk.open_to_read(path(number));
    if (!opened) return opened.error();
    auto header = read_segment_header(**opened, number);
    if (!header && header.error().code != base::ErrorCode::invalid_input) return header.error();
    if (header && header->kind != parts_.options.kind)
      return base::Error{base::ErrorCode::invalid_input,
                         "the folder " + parts_.folder + " holds a log of another kind",
                         {},
                         {}};
    auto size = (*opened)->size();
    if (!size) return size.error();
    parts_.next_number = std::max(parts_.next_number, number + 1);
    if (header) parts_.durable_sequence = std::max(parts_.durable_sequence, header->first_sequence);
    parts_.segments.push_back({.number = number, .first_sequence = parts_.durable_sequence, .bytes = *size});
    parts_.segment_tokens.clear();
    parts_.segment_records = 0;
    if (!header) {
      lose_segment(number, *size);
      return {};
    }
    auto seal = find_seal(**opened, *size, header->salt);
    if (!seal) return seal.error();
    if (*seal) {
      const auto footer = footer_of(**opened, *size, header->salt, **seal);
      if (!footer && footer.error().code == base::ErrorCode::io) return footer.error();
      if (footer) {
        take_footer(*footer);
        parts_.end = {number, footer->end};
        return last ? make_durable(**opened, *size) : base::Result<void>();
      }
    }
    if (last) return scan_last(number, *size, header->salt, std::move(*opened));
    return scan(number);
  }

  // Nothing of it can be read, but it stays where it is. Its ids are not given again.
  void lose_segment(std::uint32_t number, std::uint64_t size) {
    parts_.durable_sequence = std::min(parts_.durable_sequence + size / kRecordHeaderBytes, kSequenceLimit);
    parts_.end = {number, static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 0xFFFF'FFFF))};
  }

  [[nodiscard]] static base::Result<Footer> footer_of(const os::DiskFile& file, std::uint64_t size,
                                                      std::uint32_t salt, const SealView& seal) {
    const std::uint64_t length = size - seal.footer_offset;
    if (length > kMaxFooterBytes)
      return base::Error{base::ErrorCode::invalid_input, "footer too large", {}, {}};
    std::string bytes(length, '\0');
    auto got = file.read_at(seal.footer_offset, bytes);
    if (!got) return got.error();
    return read_footer(std::string_view(bytes).substr(0, *got), salt, seal);
  }

  void take_footer(const Footer& footer) {
    parts_.segments.back().first_received = footer.first_received;
    parts_.segments.back().last_received = footer.last_received;
    parts_.newest = std::max(parts_.newest, footer.last_received);
    remember(footer);
  }

  void remember(const Footer& footer) {
    parts_.durable_sequence = std::max(parts_.durable_sequence, footer.next_sequence);
    if (parts_.options.remember_tokens) {
      for (const TokenEntry& token : footer.tokens) parts_.remember(token);
    }
    parts_.segment_tokens.clear();
    for (const ResumeEntry& resume : footer.resumes)
      parts_.resumes[{resume.source_id, resume.key}] = resume.value;
  }

  // Every batch of a segment that is not sealed. Where it ends, the header of the next one says.
  base::Result<void> scan(std::uint32_t number) {
    Reader reader(parts_.disk, parts_.folder);
    reader.seek({number, kSegmentHeaderBytes});
    parts_.end = {number, kSegmentHeaderBytes};
    for (;;) {
      auto batch = reader.next({number + 1, 0});
      if (!batch) return batch.error();
      if (*batch == nullptr || (*batch)->position.segment != number) return {};
      take(pending_of(**batch));
      parts_.end = (*batch)->next();
    }
  }

  // Every batch of the last segment, which is not sealed. What is behind its last whole batch is a torn tail
  // and does not count. Of damage it cannot be said whether it was torn or happened later, unless a commit
  // begins behind it: that was begun when all before it was durable. Else it was torn, and what is behind it
  // does not count either: it may have been written after what is lost, and follow from it.
  base::Result<void> scan_last(std::uint32_t number, std::uint64_t size, std::uint32_t salt,
                               std::unique_ptr<os::DiskFile> file) {
    const Position limit{number, static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 0xFFFF'FFFF))};
    Reader reader(parts_.disk, parts_.folder);
    reader.seek({number, kSegmentHeaderBytes});
    std::uint64_t explained = 0;
    std::vector<PendingBatch> doubtful;
    parts_.end = {number, kSegmentHeaderBytes};
    for (;;) {
      auto batch = reader.next(limit);
      if (!batch) return batch.error();
      if (*batch == nullptr) break;
      doubtful.push_back(pending_of(**batch));
      if ((*batch)->head.begins_commit) explained = reader.damage_count();
      if (reader.damage_count() != explained) continue;
      for (const PendingBatch& found : doubtful) take(found);
      doubtful.clear();
      parts_.end = (*batch)->next();
    }
    // Ids that were seen before the damage came are not given again.
    for (const PendingBatch& dropped : doubtful)
      parts_.durable_sequence = std::max(parts_.durable_sequence, dropped.first_sequence + dropped.count);
    if (auto durable = make_durable(*file, parts_.end.offset); !durable) return durable;
    parts_.recovered += size - parts_.end.offset;
    // Behind a torn tail nothing is appended: the next segment's header says that it does not count.
    if (size > parts_.end.offset) return {};
    parts_.file = std::move(file);
    parts_.salt = salt;
    return {};
  }

  // What was read may have been in memory only, and after a sync that failed before the process was started
  // again the system may hold it for written. So it is written again.
  [[nodiscard]] static base::Result<void> make_durable(os::DiskFile& file, std::uint64_t end) {
    std::string bytes;
    for (std::uint64_t at = 0; at < end; at += bytes.size()) {
      bytes.resize(std::min<std::uint64_t>(kRewriteBytes, end - at));
      auto got = file.read_at(at, bytes);
      if (!got) return got.error();
      if (*got == 0) break;
      bytes.resize(*got);
      if (auto written = file.write_at(at, bytes); !written) return written;
    }
    return file.sync();
  }

  [[nodiscard]] PendingBatch pending_of(const BatchView& batch) const {
    PendingBatch found;
    found.first_sequence = batch.head.first_sequence;
    found.count = batch.records.size();
    found.received = batch.head.received;
    found.has_token = parts_.options.remember_tokens && !batch.head.token.empty();
    if (found.has_token) found.token = token_key(batch.head.source_id, batch.head.token);
    if (!batch.head.resume_key.empty())
      found.resume = {batch.head.source_id, std::string(batch.head.resume_key),
                      std::string(batch.head.resume_value)};
    return found;
  }

  void take(const PendingBatch& found) {
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
