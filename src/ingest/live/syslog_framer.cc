#include "ingest/live/syslog_framer.h"

#include <algorithm>

namespace hinomi::ingest::live {
namespace {

using Kind = SyslogCut::Kind;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_between(char c) noexcept {
  return c == '\n' || c == '\r' || c == '\0';
}

std::size_t without_end(std::string_view message) noexcept {
  std::size_t size = message.size();
  while (size > 0 && is_between(message[size - 1])) --size;
  return size;
}

SyslogCut broken(const char* reason) noexcept {
  return {.kind = Kind::broken, .reason = reason};
}

}  // namespace

SyslogCut SyslogFramer::next(std::string_view bytes, bool at_end) noexcept {
  if (searched_ == 0) {  // not within a message
    std::size_t between = 0;
    while (between < bytes.size() && is_between(bytes[between])) ++between;
    if (between > 0) return {.kind = Kind::nothing, .consumed = between};
  }
  if (bytes.empty()) return {};
  if (searched_ > 0) return uncounted(bytes, at_end);

  std::size_t digits = 0;
  while (digits < bytes.size() && digits <= kMaxCountDigits && is_digit(bytes[digits])) ++digits;
  if (digits == 0) {
    if (after_counted_ && bytes[0] != '<') return broken("no message begins where the octet count ends");
    return uncounted(bytes, at_end);
  }
  // Digits, a blank and '<' say that it is counted; until they are there nothing is decided.
  const bool undecided = digits <= kMaxCountDigits &&
                         (digits == bytes.size() || (digits + 1 == bytes.size() && bytes[digits] == ' '));
  if (undecided && !at_end) return {};
  const bool is_counted = digits <= kMaxCountDigits && digits + 1 < bytes.size() && bytes[digits] == ' ' &&
                          bytes[digits + 1] == '<' && bytes[0] != '0';
  if (is_counted) return counted(bytes, digits, at_end);
  if (after_counted_) return broken("a damaged octet count");
  return uncounted(bytes, at_end);
}

SyslogCut SyslogFramer::counted(std::string_view bytes, std::size_t digits, bool at_end) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < digits; ++i) count = count * 10 + static_cast<std::size_t>(bytes[i] - '0');
  if (count > max_message_) return broken("an octet count beyond the limit");
  const std::size_t begin = digits + 1;
  if (bytes.size() - begin < count) {
    return at_end ? broken("the stream ends within a counted message") : SyslogCut{};
  }
  after_counted_ = true;
  const std::size_t size = without_end(bytes.substr(begin, count));
  const Kind kind = size == 0 ? Kind::nothing : Kind::message;
  return {.kind = kind, .begin = begin, .size = size, .consumed = begin + count};
}

SyslogCut SyslogFramer::uncounted(std::string_view bytes, bool at_end) noexcept {
  const char trailer = trailer_ == Trailer::nul ? '\0' : '\n';
  // One byte more than the longest message, for its trailer.
  const std::string_view within = bytes.substr(0, max_message_ + 1);
  const std::size_t end = within.find(trailer, std::min(searched_, within.size()));
  if (end == std::string_view::npos) {
    if (bytes.size() > max_message_) {
      return {.kind = Kind::cut,
              .size = max_message_,
              .consumed = bytes.size(),
              .reason = "a line beyond the limit"};
    }
    searched_ = bytes.size();
    if (!at_end) return {};
    searched_ = 0;
    return {.kind = Kind::message, .size = without_end(bytes), .consumed = bytes.size()};
  }
  searched_ = 0;
  after_counted_ = false;
  return {.kind = Kind::message, .size = without_end(bytes.substr(0, end)), .consumed = end + 1};
}

}  // namespace hinomi::ingest::live
