#include "api/ndjson.h"

#include <algorithm>
#include <utility>

namespace hinomi::api {
namespace {

bool is_blank(std::string_view line) noexcept {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

bool LineCutter::feed(std::string_view piece) {
  // Grows by doubling, up to what a part can hold with the piece that ends it.
  const std::size_t needed = part_.bytes.size() + piece.size();
  if (needed > part_.bytes.capacity()) {
    part_.bytes.reserve(std::max(needed, std::min(part_.bytes.capacity() * 2, limits_.delivery_bytes)));
  }
  part_.bytes.append(piece);
  while (scanned_ < part_.bytes.size()) {
    const std::size_t line_feed = part_.bytes.find('\n', scanned_);
    if (line_feed == std::string::npos) {
      scanned_ = part_.bytes.size();
      break;
    }
    if (!end_line(line_feed)) return false;
  }
  return part_.bytes.size() - line_begin_ <= limits_.event_bytes + 1;  // a CR may still belong to the end
}

bool LineCutter::finish() {
  if (line_begin_ < part_.bytes.size() && !end_line(part_.bytes.size())) return false;
  line_begin_ = part_.bytes.size();
  begin_part();
  return true;
}

// What came before the open line becomes a part of its own; the open line begins the next one.
void LineCutter::begin_part() {
  Part next;
  next.bytes = part_.bytes.substr(line_begin_);
  if (!part_.events.empty()) {
    const ingest::live::EventSpan& last = part_.events.back();
    part_.bytes.resize(std::size_t{last.begin} + last.size);
    parts_.push_back(std::move(part_));
  }
  part_ = std::move(next);
  line_begin_ = 0;
  scanned_ = 0;
}

// `end`: of the line, where its line feed stands, or the end of the body.
bool LineCutter::end_line(std::size_t end) {
  std::size_t next = std::min(end + 1, part_.bytes.size());
  std::string_view line = std::string_view(part_.bytes).substr(line_begin_, end - line_begin_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t size = line.size();
  if (size > limits_.event_bytes) return false;
  if (!is_blank(line)) {
    if (part_.events.size() >= limits_.delivery_events || next > limits_.delivery_bytes) {
      next -= line_begin_;
      begin_part();
    }
    part_.events.push_back({static_cast<std::uint32_t>(line_begin_), static_cast<std::uint32_t>(size)});
    ++events_;
  }
  ++line_;
  line_begin_ = scanned_ = next;
  return true;
}

}  // namespace hinomi::api
