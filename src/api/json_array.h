// Cuts a body that is one JSON array of objects into deliveries for the journal: an element is an event, its
// bytes as they came. Sees strings and brackets and nothing else of what is inside an element; that is for
// the pipeline to read. Not for bodies of lines (ndjson.h).
//
// Where deliveries are cut depends on the elements alone, as in ndjson.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/ndjson.h"

namespace hinomi::api {

inline constexpr std::size_t kMaxElementDepth = 256;  // what the pipeline reads

class ArrayCutter {
 public:
  explicit ArrayCutter(const LineLimits& limits) : limits_(limits) {}

  // The body from its '[' on. False when it is no array of objects, or an element is too long or too deep:
  // fault() says which. Then nothing more may be fed.
  [[nodiscard]] bool feed(std::string_view piece);
  // The end of the body.
  [[nodiscard]] bool finish();
  // English, with the number of the element.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  // Parts in order, without empty ones; after finish().
  [[nodiscard]] std::vector<LineCutter::Part> take() { return std::move(parts_); }

 private:
  enum class State : std::uint8_t { begin, first, element, inside, string, escape, behind, done };

  // Takes one character in; false: a fault.
  [[nodiscard]] bool step(char c);
  [[nodiscard]] bool step_inside(char c);
  // The open element has ended; `bytes`: what of it is not in part_ yet.
  void end_element(std::string_view bytes);
  [[nodiscard]] bool fail(std::string_view what);

  LineLimits limits_;
  State state_ = State::begin;
  std::string closers_;  // of the open brackets of an element
  std::vector<LineCutter::Part> parts_;
  LineCutter::Part part_;
  std::size_t element_begin_ = 0;  // in part_.bytes
  std::uint64_t events_ = 0;
  std::string fault_;
};

}  // namespace hinomi::api
