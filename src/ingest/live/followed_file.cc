#include "ingest/live/followed_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <system_error>

#include "base/text.h"

namespace hinomi::ingest::live {
namespace {

constexpr std::size_t kUsualRead = 1 << 20;
constexpr std::size_t kLongestRead = kMaxEventBytes + 4;  // a line of the greatest length, with its end
// UTF-16 becomes at most half as long again in UTF-8.
constexpr std::size_t kMaxUtf16Line = kMaxEventBytes / 3 * 2;
static_assert(kMaxUtf16Line % 2 == 0);

base::Error failed(const char* what) {
  return {base::ErrorCode::io, std::string(what) + ": " + std::generic_category().message(errno), {}, {}};
}

// The position behind the next line feed, or npos.
std::size_t find_line_end(std::string_view bytes, std::size_t from, std::size_t unit, bool big_endian) {
  if (unit == 1) {
    const std::size_t at = bytes.find('\n', from);
    return at == std::string_view::npos ? at : at + 1;
  }
  for (std::size_t at = from; at + 1 < bytes.size(); at += 2) {
    const char high = big_endian ? bytes[at] : bytes[at + 1];
    const char low = big_endian ? bytes[at + 1] : bytes[at];
    if (high == 0 && low == '\n') return at + 2;
  }
  return std::string_view::npos;
}

void append_utf16(std::string& out, std::string_view bytes, bool big_endian) {
  if (!big_endian) return base::append_utf16le_as_utf8(out, std::as_bytes(std::span(bytes)));
  std::string swapped(bytes);
  for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
  base::append_utf16le_as_utf8(out, std::as_bytes(std::span(swapped)));
}

}  // namespace

base::Result<FollowedFile::Look> FollowedFile::look() const {
  struct stat status{};
  if (::fstat(descriptor_.get(), &status) != 0) return failed("look at a followed file");
  return Look{static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0)), status.st_nlink == 0};
}

bool FollowedFile::is_the_same(std::uint64_t size) const {
  return size >= cursor_.done && has_front(descriptor_.get(), cursor_);
}

void FollowedFile::begin_anew() noexcept {
  cursor_ = {};
  text_ = Text::unknown;
  ++restarts_;
}

// By the byte order mark; unknown as long as the file may still become one that begins with it.
void FollowedFile::know_text(std::uint64_t size) {
  if (text_ != Text::unknown || size == 0) return;
  const base::Result<std::string> front = read(0, 2);
  if (!front || front->empty()) return;
  const bool may_be_mark = (*front)[0] == '\xFF' || (*front)[0] == '\xFE';
  if (may_be_mark && front->size() < 2) return;
  text_ = front->starts_with("\xFF\xFE")   ? Text::utf16le
          : front->starts_with("\xFE\xFF") ? Text::utf16be
                                           : Text::bytes;
}

base::Result<std::string> FollowedFile::read(std::uint64_t offset, std::size_t bytes) const {
  std::string into(bytes, '\0');
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t got =
        ::pread(descriptor_.get(), into.data() + filled, bytes - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read a followed file");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  into.resize(filled);
  return into;
}

base::Result<std::optional<FollowedFile::Batch>> FollowedFile::next(bool last) {
  const auto before = look();
  if (!before) return before.error();
  if (!is_the_same(before->size)) {
    begin_anew();
    return std::optional<Batch>(Batch{});
  }
  know_text(before->size);
  if (before->size == cursor_.done || (text_ == Text::unknown && !last)) return std::optional<Batch>();

  const std::size_t unread =
      static_cast<std::size_t>(std::min<std::uint64_t>(before->size - cursor_.done, kUsualRead));
  for (const std::size_t wanted : {std::min(unread + 1, kUsualRead), kLongestRead}) {
    const auto bytes = read(cursor_.done, wanted);
    if (!bytes) return bytes.error();
    // Truncated and written again between the two looks: what was read belongs to nobody.
    const auto after = look();
    if (!after) return after.error();
    if (!is_the_same(after->size) || after->size < cursor_.done + bytes->size()) {
      begin_anew();
      return std::optional<Batch>(Batch{});
    }
    const bool to_the_end = bytes->size() < wanted;
    Batch batch = cut_lines(*bytes, last && to_the_end);
    if (batch.after.done == cursor_.done) {
      if (to_the_end) break;
      continue;  // no line ends so soon
    }
    take_front(descriptor_.get(), batch.after.done, batch.after);
    return std::optional<Batch>(std::move(batch));
  }
  return std::optional<Batch>();
}

FollowedFile::Batch FollowedFile::cut_lines(std::string_view bytes, bool last) const {
  const std::size_t unit = text_ == Text::utf16le || text_ == Text::utf16be ? 2 : 1;
  const bool big_endian = text_ == Text::utf16be;
  const std::size_t limit = unit == 2 ? kMaxUtf16Line : kMaxEventBytes;
  Batch batch;
  batch.after = cursor_;
  batch.bytes.reserve(bytes.size());
  std::size_t at = 0;
  if (cursor_.done == 0 && unit == 2) at = 2;
  if (cursor_.done == 0 && bytes.starts_with("\xEF\xBB\xBF")) at = 3;

  const auto add = [&](std::string_view line) {
    const auto begin = static_cast<std::uint32_t>(batch.bytes.size());
    if (unit == 2) {
      append_utf16(batch.bytes, line, big_endian);
    } else {
      batch.bytes += line;
    }
    while (batch.bytes.size() > begin && (batch.bytes.back() == '\n' || batch.bytes.back() == '\r'))
      batch.bytes.pop_back();
    const auto size = static_cast<std::uint32_t>(batch.bytes.size() - begin);
    if (size > 0) batch.events.push_back({begin, size});
  };

  while (at < bytes.size() && batch.events.size() < kMaxDeliveryEvents) {
    // A writer that goes on where it was after a truncation leaves a hole of NUL bytes in front.
    if (unit == 1 && bytes[at] == '\0' && !batch.after.within_line) {
      at = std::min(bytes.find_first_not_of('\0', at), bytes.size());
      continue;
    }
    const std::size_t end = find_line_end(bytes, at, unit, big_endian);
    const std::size_t length = std::min(end, bytes.size()) - at;
    if (batch.after.within_line) {
      at += length;
      batch.after.within_line = end == std::string_view::npos;
    } else if (length > limit + 2 * unit) {
      add(bytes.substr(at, limit));
      at += limit;
      batch.after.within_line = true;
      ++batch.cut;
    } else if (end != std::string_view::npos || last) {
      add(bytes.substr(at, std::min(length, limit + 2 * unit)));
      at += length;
    } else {
      break;
    }
  }
  batch.after.done = cursor_.done + at;
  return batch;
}

}  // namespace hinomi::ingest::live
