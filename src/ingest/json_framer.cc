#include "ingest/json_framer.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "base/check.h"

namespace hinomi::ingest {
namespace {

using parse::json::DocumentSplitter;
using parse::json::Layout;
using parse::json::Piece;
using parse::json::PieceKind;

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Where the first byte that is no blank stands, or `end`.
std::size_t skip_blanks(std::string_view text, std::size_t at, std::size_t end) noexcept {
  while (at < end && is_blank(text[at])) ++at;
  return at;
}

std::size_t trim_end(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  while (end > begin && is_blank(text[end - 1])) --end;
  return end;
}

std::uint64_t count_lines(std::string_view text) noexcept {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

JsonFramer::JsonFramer(std::size_t skip, Layout layout, std::unique_ptr<parse::archive::ByteSource> source,
                       BlockPool& pool, const FramingLimits& limits)
    : cutter_(std::move(source), pool, limits.block_bytes), limits_(limits), skip_(skip), layout_(layout) {}

std::optional<Unit> JsonFramer::next() {
  if (!std::exchange(begun_, true)) {
    if (!cutter_.skip(skip_)) return std::nullopt;
    if (layout_ == Layout::stream) begin_stream(0);
  }
  while (true) {
    cutter_.fill();
    const Scan ended_with = scan();
    if (!documents_.empty()) return emit();
    if (ended_with == Scan::layout_changed) continue;
    if (cutter_.ended() && at_ == cutter_.bytes().size()) return std::nullopt;
    make_room();
  }
}

JsonFramer::Scan JsonFramer::scan() {
  return layout_ == Layout::lines ? scan_lines() : scan_stream();
}

Unit JsonFramer::emit() {
  Unit unit = cutter_.cut(at_, UnitKind::json_documents, record_);
  record_ += documents_.size();
  unit.documents = std::exchange(documents_, {});
  fed_ = fed_ > at_ ? fed_ - at_ : 0;
  at_ = 0;
  return unit;
}

void JsonFramer::make_room() {
  if (at_ == 0) {
    cutter_.grow();
    return;
  }
  cutter_.drop(at_);
  fed_ = fed_ > at_ ? fed_ - at_ : 0;
  at_ = 0;
}

void JsonFramer::add_document(std::size_t begin, std::size_t end, std::uint64_t line) {
  documents_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin), line});
}

// ---- one document a line

// The line's end, or npos when it is not in the block yet.
std::size_t JsonFramer::line_end_from(std::size_t at) const noexcept {
  const std::size_t end = cutter_.bytes().find('\n', at);
  return end == std::string_view::npos && cutter_.ended() ? cutter_.bytes().size() : end;
}

JsonFramer::Scan JsonFramer::scan_lines() {
  const std::string_view bytes = cutter_.bytes();
  while (at_ < bytes.size()) {
    const std::size_t line_end = line_end_from(at_);
    const bool has_end = line_end != std::string_view::npos;
    if (in_long_line_ || !has_end || line_end - at_ > limits_.max_line_bytes) {
      pass_long_line(line_end);
      if (!has_end) break;
      continue;
    }
    const std::size_t begin = skip_blanks(bytes, at_, line_end);
    const std::size_t end = trim_end(bytes, begin, line_end);
    const bool opens = begin < end && (bytes[begin] == '{' || bytes[begin] == '[');
    const bool looks_whole = opens && bytes[begin] == '{' && bytes[end - 1] == '}';
    if (opens && !looks_whole) {
      switch (try_line(begin, line_end)) {
        case Trial::undecided:
          return Scan::out_of_bytes;
        case Trial::stream:
          begin_stream(begin);
          return Scan::layout_changed;
        case Trial::document:
          add_document(begin, document_end_, line_);
          line_ += count_lines(bytes.substr(at_, document_end_ - at_));
          at_ = document_end_;
          continue;  // the rest of its last line is blank
        case Trial::line:
          break;
      }
    }
    if (begin < end) add_document(begin, end, line_);
    trial_credit_ += static_cast<std::int64_t>(line_end - at_);
    at_ = std::min(line_end + 1, bytes.size());
    ++line_;
  }
  // A last line that the source broke off is no document that somebody wrote.
  if (cutter_.ended() && cutter_.report().failure && !documents_.empty() && !bytes.ends_with('\n')) {
    const std::string_view last = bytes.substr(documents_.back().begin, documents_.back().size);
    if (!last.ends_with('}')) {
      cutter_.note_skipped("the last line is cut off", cutter_.offset() + documents_.back().begin);
      documents_.pop_back();
    }
  }
  return Scan::out_of_bytes;
}

// A line beyond the limit, the rest of one, or one whose end is not in the block: that may still become good.
void JsonFramer::pass_long_line(std::size_t line_end) {
  const std::size_t size = cutter_.bytes().size();
  const bool has_end = line_end != std::string_view::npos;
  if (!in_long_line_) {
    if ((has_end ? line_end : size) - at_ <= limits_.max_line_bytes) return;
    cutter_.note_skipped("a line is longer than " + std::to_string(limits_.max_line_bytes) + " bytes",
                         cutter_.offset() + at_);
  }
  in_long_line_ = !has_end;
  at_ = has_end ? std::min(line_end + 1, size) : size;
  if (has_end) ++line_;
}

JsonFramer::Trial JsonFramer::try_line(std::size_t begin, std::size_t line_end) {
  if (trial_credit_ <= 0) return Trial::line;
  const std::string_view bytes = cutter_.bytes();
  DocumentSplitter splitter(Layout::stream, {.document_bytes = limits_.max_document_bytes});
  std::vector<Piece> pieces;
  std::size_t fed = begin;
  for (std::size_t step = 1024; pieces.empty() && fed < bytes.size(); step *= 2) {
    step = std::min(step, bytes.size() - fed);
    splitter.feed(bytes.substr(fed, step), pieces);
    fed += step;
  }
  if (pieces.empty() && cutter_.ended()) splitter.finish(pieces);
  Trial verdict = Trial::line;
  if (!pieces.empty()) {
    verdict = judge(begin, line_end, pieces.front());
    // Blanks without end behind it are not worth any amount of memory.
    if (verdict == Trial::undecided && bytes.size() - begin > 2 * kMaxTrialBytes) {
      verdict = pieces.front().offset == 0 ? Trial::stream : Trial::line;
    }
  } else if (!cutter_.ended() && bytes.size() - begin < kMaxTrialBytes) {
    verdict = Trial::undecided;
  }
  const bool found = verdict == Trial::document || verdict == Trial::stream;
  if (!found) trial_credit_ -= static_cast<std::int64_t>(fed - begin);
  return verdict;
}

// `first` is what the splitter found from `begin` on.
JsonFramer::Trial JsonFramer::judge(std::size_t begin, std::size_t line_end, const Piece& first) {
  const std::string_view bytes = cutter_.bytes();
  const std::size_t piece_begin = begin + static_cast<std::size_t>(first.offset);
  const std::size_t piece_end = piece_begin + static_cast<std::size_t>(first.length);
  if (first.kind == PieceKind::fault || bytes[piece_begin] != '{') return Trial::line;
  if (first.offset == 0) {
    if (piece_end <= line_end) return Trial::line;  // it ends on its line, but the line goes on: broken
    document_end_ = piece_end;
    return after_document(piece_end);
  }
  // The first element of an array. A bracket before lines that are documents of their own is a broken line;
  // in an array on several lines a comma or the closing bracket follows the element.
  if (piece_end <= line_end) {
    const std::size_t end = trim_end(bytes, begin, line_end);
    const bool is_whole = bytes[begin] == '[' && bytes[end - 1] == ']' &&
                          parse::json::read_document(bytes.substr(begin, end - begin),
                                                     {.document_bytes = limits_.max_document_bytes})
                              .has_value();
    return is_whole ? Trial::stream : Trial::line;
  }
  const std::size_t follows = skip_blanks(bytes, piece_end, bytes.size());
  if (follows == bytes.size()) return cutter_.ended() ? Trial::line : Trial::undecided;
  return bytes[follows] == ',' || bytes[follows] == ']' ? Trial::stream : Trial::line;
}

// Behind an object over several lines its line must be blank, or documents simply follow one another.
JsonFramer::Trial JsonFramer::after_document(std::size_t end) const {
  const std::string_view bytes = cutter_.bytes();
  while (end < bytes.size() && is_blank(bytes[end])) {
    if (bytes[end] == '\n') return Trial::document;
    ++end;
  }
  if (end == bytes.size()) return cutter_.ended() ? Trial::document : Trial::undecided;
  return Trial::stream;
}

// ---- documents one after the other

void JsonFramer::begin_stream(std::size_t at) {
  layout_ = Layout::stream;
  splitter_.emplace(Layout::stream, parse::json::Limits{.document_bytes = limits_.max_document_bytes});
  stream_offset_ = cutter_.offset() + at;
  stream_line_ = line_;
  at_ = fed_ = at;
}

JsonFramer::Scan JsonFramer::scan_stream() {
  const std::string_view bytes = cutter_.bytes();
  pieces_.clear();
  if (fed_ < bytes.size()) splitter_->feed(bytes.substr(fed_), pieces_);
  fed_ = bytes.size();
  if (cutter_.ended() && !std::exchange(stream_finished_, true)) splitter_->finish(pieces_);
  for (const Piece& piece : pieces_) {
    const std::uint64_t in_input = stream_offset_ + piece.offset;
    if (piece.kind == PieceKind::fault) {
      cutter_.note_skipped(piece.reason, in_input);
      continue;
    }
    const auto begin = static_cast<std::size_t>(in_input - cutter_.offset());
    HINOMI_CHECK(begin + piece.length <= bytes.size());
    add_document(begin, begin + static_cast<std::size_t>(piece.length), stream_line_ + piece.line - 1);
  }
  const std::uint64_t needed = stream_offset_ + splitter_->needed_from();
  at_ = cutter_.ended() ? bytes.size() : static_cast<std::size_t>(needed - cutter_.offset());
  return Scan::out_of_bytes;
}

}  // namespace hinomi::ingest
