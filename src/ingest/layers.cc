#include "ingest/layers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace hinomi::ingest {

base::Result<std::size_t> FileSource::read(std::span<char> into) {
  if (stop_ && stop_()) return std::size_t{0};
  const bool regular = file_.info().kind == os::FileKind::regular;
  base::Result<std::size_t> got = regular ? file_.read_at(position_, into) : file_.read(into, stop_);
  if (!got) return got;
  position_ += *got;
  if (position_ > furthest_) {
    consumed_ += position_ - furthest_;
    furthest_ = position_;
  }
  return got;
}

std::optional<std::uint64_t> FileSource::seekable_size() const {
  if (file_.info().kind != os::FileKind::regular) return std::nullopt;
  return file_.info().size;
}

PeekSource::PeekSource(std::unique_ptr<ByteSource> base, std::size_t bytes) : base_(std::move(base)) {
  head_.resize(bytes);
  std::size_t filled = 0;
  while (filled < bytes) {
    const base::Result<std::size_t> got = base_->read({head_.data() + filled, bytes - filled});
    if (!got) error_ = got.error();
    if (!got || *got == 0) break;
    filled += *got;
  }
  head_.resize(filled);
}

base::Result<std::size_t> PeekSource::read(std::span<char> into) {
  if (at_ < head_.size()) {
    const std::size_t size = std::min(into.size(), head_.size() - at_);
    std::memcpy(into.data(), head_.data() + at_, size);
    at_ += size;
    return size;
  }
  if (error_) return *error_;
  return base_->read(into);
}

void PeekSource::seek(std::uint64_t offset) {
  at_ = head_.size();
  error_.reset();
  base_->seek(offset);
}

base::Result<std::size_t> Utf16Source::read(std::span<char> into) {
  while (at_ == text_.size()) {
    const base::Result<bool> more = convert_more();
    if (!more) return more.error();
    if (!*more) return std::size_t{0};
  }
  const std::size_t size = std::min(into.size(), text_.size() - at_);
  std::memcpy(into.data(), text_.data() + at_, size);
  at_ += size;
  return size;
}

base::Result<bool> Utf16Source::convert_more() {
  std::array<char, 32 * 1024> bytes{};
  const base::Result<std::size_t> got = base_->read(bytes);
  if (!got) return got.error();
  const bool ended = *got == 0;
  waiting_.append(bytes.data(), *got);
  if (waiting_.empty()) return false;

  text_.clear();
  at_ = 0;
  std::size_t usable = waiting_.size() & ~std::size_t{1};
  if (ended) {
    if (usable == 0) {  // half a unit is no character
      waiting_.clear();
      return false;
    }
  } else if (usable > 0) {  // a high surrogate waits for its partner
    const auto high_byte = static_cast<unsigned char>(waiting_[big_endian_ ? usable - 2 : usable - 1]);
    if ((high_byte & 0xFC) == 0xD8) usable -= 2;
  }
  std::string units = waiting_.substr(0, usable);
  waiting_.erase(0, usable);
  if (big_endian_) {
    for (std::size_t i = 0; i < units.size(); i += 2) std::swap(units[i], units[i + 1]);
  }
  std::string_view view = units;
  if (!mark_seen_ && view.size() >= 2) {
    mark_seen_ = true;
    if (view.starts_with("\xFF\xFE")) view.remove_prefix(2);
  }
  base::append_utf16le_as_utf8(text_, std::as_bytes(std::span(view)));
  return true;
}

}  // namespace hinomi::ingest
