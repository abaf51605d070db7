#include "parse/json/document.h"

#include <algorithm>
#include <cstring>

namespace hinomi::parse::json {
namespace {

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// True when `line` is one balanced object and nothing else.
bool is_whole_object(std::string_view line) noexcept {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  if (line.size() < 2 || line.front() != '{' || line.back() != '}') return false;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      for (++i; i < line.size() && line[i] != '"'; ++i) {
        if (line[i] == '\\') ++i;
      }
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return false;
      if (--depth == 0) return i + 1 == line.size();
    }
  }
  return false;
}

constexpr bool is_wrapper_key(std::string_view key) noexcept {
  return key == "Records" || key == "records";
}

// {"Records":[ … : the whole file is one document that holds the events.
bool begins_with_wrapper(std::string_view text) noexcept {
  const auto blanks = [&text] {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  };
  const auto take = [&text](char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  };
  blanks();
  if (!take('{')) return false;
  blanks();
  if (!take('"')) return false;
  const std::size_t end = text.find('"');
  if (end == std::string_view::npos || !is_wrapper_key(text.substr(0, end))) return false;
  text.remove_prefix(end + 1);
  blanks();
  if (!take(':')) return false;
  blanks();
  return take('[');
}

}  // namespace

Layout detect_layout(std::string_view front) noexcept {
  if (front.starts_with(kByteOrderMark)) front.remove_prefix(kByteOrderMark.size());
  if (begins_with_wrapper(front)) return Layout::stream;
  std::size_t whole = 0;
  std::size_t seen = 0;
  std::size_t at = 0;
  while (at < front.size()) {
    const std::size_t end = std::min(front.find('\n', at), front.size());
    std::string_view line = front.substr(at, end - at);
    const bool cut = end == front.size() && seen > 0;  // the last line may go on beyond the front
    at = end + 1;
    if (std::all_of(line.begin(), line.end(), is_blank)) continue;
    const bool is_whole = is_whole_object(line);
    if (cut && !is_whole) break;
    ++seen;
    whole += is_whole ? 1 : 0;
  }
  return whole > 0 && whole * 2 >= seen ? Layout::lines : Layout::stream;
}

DocumentSplitter::DocumentSplitter(Layout layout, Limits limits) : limits_(limits), layout_(layout) {
  limits_.depth = std::min(limits_.depth, kMaxDepth);
}

void DocumentSplitter::feed(std::string_view block, std::vector<Piece>& pieces) {
  if (position_ == 0 && block.starts_with(kByteOrderMark)) {
    block.remove_prefix(kByteOrderMark.size());
    position_ = kByteOrderMark.size();
    start_ = position_;
  }
  if (layout_ == Layout::lines) {
    feed_lines(block, pieces);
  } else {
    feed_stream(block, pieces);
  }
}

void DocumentSplitter::finish(std::vector<Piece>& pieces) {
  if (layout_ == Layout::lines) {
    if (open_) end_line(position_, pieces);
    open_ = false;
    return;
  }
  if (!open_) return;
  if (state_ == State::scalar) {
    end_document(position_, pieces);
  } else {
    fault(position_, "the document ends too early", pieces);
  }
}

// ---- lines: open_ = the line has begun; state_ skipping = it was too long and has been reported.

void DocumentSplitter::feed_lines(std::string_view block, std::vector<Piece>& pieces) {
  std::size_t at = 0;
  while (at < block.size()) {
    if (!open_) {
      open_ = true;
      start_ = position_;
      start_line_ = line_;
      blank_ = true;
    }
    const void* found = std::memchr(block.data() + at, '\n', block.size() - at);
    const std::size_t end = found != nullptr
                                ? static_cast<std::size_t>(static_cast<const char*>(found) - block.data())
                                : block.size();
    if (blank_)
      blank_ = std::all_of(block.begin() + static_cast<std::ptrdiff_t>(at),
                           block.begin() + static_cast<std::ptrdiff_t>(end), is_blank);
    position_ += end - at;
    at = end;
    if (found != nullptr) {
      end_line(position_, pieces);
      open_ = false;
      ++position_;
      ++at;
      ++line_;
      state_ = State::between;
    } else if (position_ - start_ > limits_.document_bytes) {
      end_line(position_, pieces);
      start_ = position_;
    }
  }
}

void DocumentSplitter::end_line(std::uint64_t end, std::vector<Piece>& pieces) {
  if (state_ == State::skipping || blank_) return;
  if (end - start_ > limits_.document_bytes) {
    pieces.push_back({PieceKind::fault, start_, end - start_, start_line_, "the line is too long"});
    state_ = State::skipping;
    return;
  }
  pieces.push_back({PieceKind::document, start_, end - start_, start_line_, ""});
}

// ---- stream

void DocumentSplitter::feed_stream(std::string_view block, std::vector<Piece>& pieces) {
  const char* at = block.data();
  const char* const end = at + block.size();
  while (at != end) {
    if (state_ == State::string) {  // most bytes are inside strings: only three of them matter
      const char* const from = at;
      while (at != end && *at != '"' && *at != '\\' && *at != '\n') ++at;
      position_ += static_cast<std::uint64_t>(at - from);
      if (in_first_key_ && first_key_.size() < 16)
        first_key_.append(from, std::min<std::size_t>(16, at - from));
      if (at == end) break;
    }
    const char c = *at;
    switch (state_) {
      case State::between:
        on_between(c, pieces);
        break;
      case State::skipping:
        on_skipping(c, pieces);
        break;
      case State::value:
        on_value(c, pieces);
        break;
      case State::string:
        on_string(c, pieces);
        break;
      case State::escape:
        state_ = State::string;
        break;
      case State::scalar:
      case State::scalar_string:
      case State::scalar_escape:
        on_scalar(c, pieces);
        break;
      case State::wrapper:
        on_wrapper(c);
        break;
    }
    ++at;
    ++position_;
    if (c == '\n') {
      ++line_;
      line_start_ = position_;
    }
    if (open_ && position_ - start_ > limits_.document_bytes) {
      fault(position_, "the document is too long", pieces);
    }
  }
  if (open_ && position_ - start_ > limits_.document_bytes)
    fault(position_, "the document is too long", pieces);
}

void DocumentSplitter::begin(State state) {
  state_ = state;
  open_ = true;
  start_ = position_;
  start_line_ = line_;
  start_column_ = start_ - line_start_;
  brackets_.clear();
  last_ = 0;
  first_key_.clear();
  in_first_key_ = false;
}

void DocumentSplitter::on_between(char c, std::vector<Piece>& pieces) {
  if (is_blank(c) || c == ',' || c == '\x1E') return;
  if (c == '[' && !in_array_) {
    in_array_ = true;
    return;
  }
  if (c == ']' && in_array_) {
    in_array_ = false;
    if (in_wrapper_) {
      state_ = State::wrapper;
      brackets_.assign(1, true);
      in_wrapper_ = false;
    }
    return;
  }
  if (c == '{' || c == '[') {
    begin(State::value);
    open_bracket(c, pieces);
    return;
  }
  begin(c == '"' ? State::scalar_string : State::scalar);
  if (c == '}' || c == ']' || c == ':')
    fault(position_ + 1, "a closing bracket or ':' without its partner", pieces);
}

// Nothing can be trusted until a line opens with a bracket as far out as the broken document did; that is
// taken for the next document.
void DocumentSplitter::on_skipping(char c, std::vector<Piece>& pieces) {
  if (indented_ && (c == '{' || c == '[') && position_ - line_start_ <= start_column_) {
    state_ = State::between;
    if (c == '[') in_array_ = false;
    on_between(c, pieces);
    return;
  }
  indented_ = c == '\n' || (indented_ && is_blank(c));
}

void DocumentSplitter::open_bracket(char c, std::vector<Piece>& pieces) {
  if (brackets_.size() == limits_.depth) {
    fault(position_ + 1, "nested too deeply", pieces);
    return;
  }
  brackets_.push_back(c == '{');
  last_ = c;
}

bool DocumentSplitter::is_wrapper() const noexcept {
  return !in_array_ && brackets_.size() == 1 && brackets_.front() && last_ == ':' &&
         is_wrapper_key(first_key_);
}

void DocumentSplitter::on_value(char c, std::vector<Piece>& pieces) {
  switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
      return;
    case '"':
      in_first_key_ = brackets_.size() == 1 && last_ == '{';
      state_ = State::string;
      last_ = c;
      return;
    case '{':
    case '[':
      if (last_ != ':' && last_ != ',' && last_ != '[') {  // after a value or where a name belongs
        fault(position_, "an opening bracket where no value can be", pieces);
        state_ = State::between;
        on_between(c, pieces);
        return;
      }
      if (c == '[' && is_wrapper()) {
        open_ = false;
        in_array_ = true;
        in_wrapper_ = true;
        state_ = State::between;
        return;
      }
      open_bracket(c, pieces);
      return;
    case '}':
    case ']':
      close_bracket(c, pieces);
      return;
    default:
      // Only the first of a repeated key decides, and only while nothing but it has been seen.
      if (c == ',' && brackets_.size() == 1) first_key_.clear();
      last_ = c;
      return;
  }
}

void DocumentSplitter::close_bracket(char c, std::vector<Piece>& pieces) {
  if (brackets_.back() != (c == '}')) {
    fault(position_ + 1, "brackets do not match", pieces);
    return;
  }
  brackets_.pop_back();
  last_ = c;
  if (brackets_.empty()) end_document(position_ + 1, pieces);
}

void DocumentSplitter::on_string(char c, std::vector<Piece>& pieces) {
  if (c == '\\') {
    state_ = State::escape;
  } else if (c == '"') {
    state_ = State::value;
    in_first_key_ = false;
  } else {
    fault(position_, "string without an end", pieces);
    indented_ = true;
  }
}

void DocumentSplitter::on_scalar(char c, std::vector<Piece>& pieces) {
  if (state_ == State::scalar_escape) {
    state_ = State::scalar_string;
  } else if (state_ == State::scalar_string) {
    if (c == '\\') state_ = State::scalar_escape;
    if (c == '"') end_document(position_ + 1, pieces);
    if (c == '\n') {
      fault(position_, "string without an end", pieces);
      indented_ = true;
    }
  } else if (is_blank(c) || c == ',' || c == ']' || c == '[' || c == '{' || c == '}' || c == '"' ||
             c == '\x1E') {
    end_document(position_, pieces);
    on_between(c, pieces);
  }
}

// The rest of an object whose array of events has been taken out; only its brackets are followed.
void DocumentSplitter::on_wrapper(char c) {
  if (c == '{' || c == '[') {
    if (brackets_.size() < limits_.depth) brackets_.push_back(c == '{');
  } else if (c == '}' || c == ']') {
    brackets_.pop_back();
    if (brackets_.empty()) state_ = State::between;
  }
}

void DocumentSplitter::end_document(std::uint64_t end, std::vector<Piece>& pieces) {
  pieces.push_back({PieceKind::document, start_, end - start_, start_line_, ""});
  open_ = false;
  state_ = State::between;
}

void DocumentSplitter::fault(std::uint64_t end, const char* reason, std::vector<Piece>& pieces) {
  pieces.push_back({PieceKind::fault, start_, end - start_, start_line_, reason});
  open_ = false;
  state_ = State::skipping;
  indented_ = false;
}

}  // namespace hinomi::parse::json
