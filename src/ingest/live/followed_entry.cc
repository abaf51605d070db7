#include "ingest/live/followed_entry.h"

#include "ingest/recognise.h"

namespace hinomi::ingest::live {
namespace {

// "app.log.2.gz", "app.log-20260102.gz": made of a followed file by a log rotation, so its lines were read.
bool is_rotated_copy(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view stem = path.substr(0, dot);
  const std::size_t digits = stem.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || digits + 1 == stem.size()) return false;
  return stem[digits] == '.' || (stem[digits] == '-' && stem.size() - digits - 1 >= 8);
}

}  // namespace

void FollowedEntry::look(std::chrono::steady_clock::time_point now, std::chrono::milliseconds settle) {
  const auto status = file.look();
  if (!status) {
    problem = "'" + path + "': " + status.error().message;
    dirty = false;
    return;
  }
  if (status->size != size) {
    size = status->size;
    changed = now;
    if (role == Role::ignored) role = Role::undecided;
  }
  if (role == Role::undecided) decide(now - changed >= settle);
}

FileStatistics FollowedEntry::statistics() const {
  constexpr std::string_view kNames[] = {"undecided", "text", "parsed", "ignored"};
  return {.path = path,
          .state = kNames[static_cast<std::size_t>(role)],
          .size = size,
          .lag = lag,
          .problem = problem};
}

void FollowedEntry::decide(bool settled) {
  problem.clear();
  const auto head = file.read(0, kRecogniseBytes);
  if (!head) {
    problem = "'" + path + "': " + head.error().message;
    return;
  }
  // A writer that went on at its old place after a truncation left a hole.
  if (was_text && head->starts_with('\0')) {
    role = Role::text;
    return;
  }
  const Recognised what = recognise(*head);
  const bool wide = what.encoding == ingest::Encoding::utf16le || what.encoding == ingest::Encoding::utf16be;
  switch (what.type) {
    case InputType::empty:
      return;
    case InputType::unknown:
      // Perhaps only its first bytes are there yet.
      if (!settled && head->size() < kRecogniseBytes) return;
      role = Role::ignored;
      problem = "'" + path + "' is left out: it is no log";
      return;
    case InputType::json:
      // A document over several lines cannot be cut at line ends, and is whole only when the writer is done.
      if (what.layout != parse::json::Layout::lines && !wide) break;
      role = Role::text;
      return;
    case InputType::text:
    case InputType::syslog:
    case InputType::audit:
      role = Role::text;
      return;
    default:
      break;
  }
  if (is_compressed(what.type) && is_rotated_copy(path)) {
    role = Role::ignored;
    return;
  }
  if (what.type == InputType::json && !settled) return;
  role = Role::parsed;
}

}  // namespace hinomi::ingest::live
