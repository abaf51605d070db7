#include "ingest/live/follow_cursor.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <span>

namespace hinomi::ingest::live {
namespace {

constexpr std::uint64_t kSeed = 0;  // cursors outlive the process

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return {digits.data(), end};
}

// Takes the next word off `text` as a number.
std::optional<std::uint64_t> take(std::string_view& text, int base) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(std::min(blank + 1, text.size()));
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  if (failure != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::size_t read_front(int descriptor, std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const ssize_t got =
        ::pread(descriptor, into.data() + filled, into.size() - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace

// "1 kind done flags size front_bytes front.high front.low"; the first number is the version of this form.
std::string FollowCursor::text() const {
  const int flags = (within_line ? 1 : 0) | (complete ? 2 : 0);
  return "1 " + std::to_string(static_cast<int>(kind)) + ' ' + std::to_string(done) + ' ' +
         std::to_string(flags) + ' ' + std::to_string(size) + ' ' + std::to_string(front_bytes) + ' ' +
         hexadecimal(front.high) + ' ' + hexadecimal(front.low);
}

std::optional<FollowCursor> FollowCursor::parse(std::string_view text) {
  const auto version = take(text, 10);
  const auto kind = take(text, 10);
  const auto done = take(text, 10);
  const auto flags = take(text, 10);
  const auto size = take(text, 10);
  const auto front_bytes = take(text, 10);
  const auto high = take(text, 16);
  const auto low = take(text, 16);
  const bool whole = version && kind && done && flags && size && front_bytes && high && low && text.empty();
  if (!whole || *version != 1 || *kind > 1 || *flags > 3 || *front_bytes > kFrontBytes) return std::nullopt;
  return FollowCursor{.kind = *kind == 1 ? Kind::parsed : Kind::text,
                      .done = *done,
                      .within_line = (*flags & 1) != 0,
                      .complete = (*flags & 2) != 0,
                      .size = *size,
                      .front_bytes = static_cast<std::uint32_t>(*front_bytes),
                      .front = {.low = *low, .high = *high}};
}

std::string cursor_key(const os::FileIdentity& identity) {
  return "file:" + hexadecimal(identity.device) + ':' + hexadecimal(identity.inode);
}

void take_front(int descriptor, std::uint64_t bytes, FollowCursor& cursor) {
  std::array<char, kFrontBytes> front;
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kFrontBytes));
  const std::size_t got = read_front(descriptor, std::span(front).first(wanted));
  cursor.front_bytes = static_cast<std::uint32_t>(got);
  cursor.front = base::hash128({front.data(), got}, kSeed);
}

bool has_front(int descriptor, const FollowCursor& cursor) {
  if (cursor.front_bytes == 0) return true;
  FollowCursor now;
  take_front(descriptor, cursor.front_bytes, now);
  return now.front_bytes == cursor.front_bytes && now.front == cursor.front;
}

}  // namespace hinomi::ingest::live
