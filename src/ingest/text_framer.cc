#include "ingest/text_framer.h"

#include <algorithm>
#include <utility>

namespace hinomi::ingest {

// Bytes up to and including the last line end, or all at the end of the input.
std::size_t TextFramer::whole_lines() const noexcept {
  const std::string_view bytes = cutter_.bytes();
  return cutter_.ended() ? bytes.size() : bytes.rfind('\n') + 1;  // npos + 1 = 0
}

// False when the line goes on beyond the block.
bool TextFramer::drop_rest_of_long_line() {
  const std::size_t end = cutter_.bytes().find('\n');
  if (end == std::string_view::npos) {
    cutter_.drop(cutter_.bytes().size());
    return false;
  }
  cutter_.drop(end + 1);
  ++line_;
  in_long_line_ = false;
  return true;
}

std::optional<Unit> TextFramer::next() {
  if (const std::size_t skip = std::exchange(skip_, 0); skip > 0 && !cutter_.skip(skip)) return std::nullopt;
  while (true) {
    cutter_.fill();
    if (cutter_.bytes().empty()) return std::nullopt;
    if (in_long_line_) {
      drop_rest_of_long_line();
      continue;
    }
    const std::size_t size = whole_lines();
    if (size > 0) {
      const std::string_view lines = cutter_.bytes().substr(0, size);
      const std::uint64_t first = line_;
      line_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
      return cutter_.cut(size, UnitKind::text_lines, first);
    }
    if (cutter_.bytes().size() > limits_.max_line_bytes) {
      cutter_.note_skipped("a line is longer than " + std::to_string(limits_.max_line_bytes) + " bytes",
                           cutter_.offset());
      in_long_line_ = true;
    } else {
      cutter_.grow(limits_.max_line_bytes + 1);
    }
  }
}

}  // namespace hinomi::ingest
