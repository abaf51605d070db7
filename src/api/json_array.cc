#include "api/json_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hinomi::api {
namespace {

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

bool ArrayCutter::feed(std::string_view piece) {
  constexpr std::size_t kOutside = std::string_view::npos;
  const auto is_open = [this] {
    return state_ == State::inside || state_ == State::string || state_ == State::escape;
  };
  std::size_t begin = is_open() ? 0 : kOutside;  // of what of the open element is not in part_ yet
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const bool was_open = begin != kOutside;
    if (!step(piece[i])) return false;
    const bool now_open = is_open();
    if (!was_open && now_open) begin = i;
    if (was_open && part_.bytes.size() - element_begin_ + (i + 1 - begin) > limits_.event_bytes)
      return fail("is longer than 1 MiB");
    if (was_open && !now_open) {
      end_element(piece.substr(begin, i + 1 - begin));
      begin = kOutside;
    }
  }
  if (begin != kOutside) part_.bytes.append(piece.substr(begin));
  return true;
}

bool ArrayCutter::finish() {
  if (state_ != State::done) return fail("is where the array is cut short");
  if (!part_.events.empty()) parts_.push_back(std::move(part_));
  part_ = {};
  return true;
}

bool ArrayCutter::step(char c) {
  switch (state_) {
    case State::begin:
      if (c != '[') return fail("is in no array");
      state_ = State::first;
      return true;
    case State::first:
    case State::element:
      if (is_blank(c)) return true;
      if (c == ']' && state_ == State::first) {
        state_ = State::done;
        return true;
      }
      if (c != '{') return fail("is no object");
      closers_ = "}";
      state_ = State::inside;
      return true;
    case State::inside:
      return step_inside(c);
    case State::string:
      if (c == '"') state_ = State::inside;
      if (c == '\\') state_ = State::escape;
      return true;
    case State::escape:
      state_ = State::string;
      return true;
    case State::behind:
      if (is_blank(c)) return true;
      if (c != ',' && c != ']') return fail("does not follow a comma");
      state_ = c == ',' ? State::element : State::done;
      return true;
    case State::done:
      return is_blank(c) || fail("stands behind the array");
  }
  return false;
}

bool ArrayCutter::step_inside(char c) {
  if (c == '"') {
    state_ = State::string;
  } else if (c == '{' || c == '[') {
    if (closers_.size() >= kMaxElementDepth) return fail("is nested too deeply");
    closers_ += c == '{' ? '}' : ']';
  } else if (c == '}' || c == ']') {
    if (closers_.back() != c) return fail("has brackets that do not match");
    closers_.pop_back();
    if (closers_.empty()) state_ = State::behind;
  }
  return true;
}

void ArrayCutter::end_element(std::string_view bytes) {
  part_.bytes.append(bytes);
  const bool is_full =
      part_.events.size() >= limits_.delivery_events || part_.bytes.size() > limits_.delivery_bytes;
  if (is_full && !part_.events.empty()) {
    LineCutter::Part next;
    next.bytes = part_.bytes.substr(element_begin_);
    part_.bytes.resize(element_begin_);
    parts_.push_back(std::move(part_));
    part_ = std::move(next);
    element_begin_ = 0;
  }
  part_.events.push_back({static_cast<std::uint32_t>(element_begin_),
                          static_cast<std::uint32_t>(part_.bytes.size() - element_begin_)});
  element_begin_ = part_.bytes.size();
  ++events_;
}

bool ArrayCutter::fail(std::string_view what) {
  fault_ = fmt::format("element {} of the array {}; nothing was taken", events_ + 1, what);
  return false;
}

}  // namespace hinomi::api
