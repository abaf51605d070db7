// A record as one JSON document, in the shape that evtx_dump made customary: Event, System, EventData with
// its Data flattened by name, "#attributes", "#text". Not for detection: flatten.h takes single fields far
// faster.
#pragma once

#include <memory>
#include <string>

#include "parse/evtx/reader.h"
#include "parse/evtx/value.h"

namespace hinomi::parse::evtx {

// Shape:
// - an element is null when it has nothing, its text when it has only that, else an object with "#attributes"
// (those
//   that have text), "#text" and its children; a name that is taken gets _1, _2, …
// - in EventData and UserData, <Data Name="X"> is the member X, "" when empty; Data without names are
// together
//   "Data": {"#text": one or [several]}
// - integers, finite reals and booleans are JSON numbers and booleans; how other values read: value.h
class JsonRenderer {
 public:
  // Trimmed strings are the customary shape; exact ones keep every character of the record.
  explicit JsonRenderer(Strings strings = Strings::trimmed);
  ~JsonRenderer();
  JsonRenderer(const JsonRenderer&) = delete;
  JsonRenderer& operator=(const JsonRenderer&) = delete;

  enum class Outcome : std::uint8_t {
    complete,
    incomplete,  // a fragment within the record is damaged; what it would have added is missing
    too_large,   // beyond kMaxRenderedBytes, kMaxRenderedParts or kMaxRenderedDepth: nothing was appended
  };
  // Appends one line without line break.
  [[nodiscard]] Outcome append(const Record& record, std::string& out);

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace hinomi::parse::evtx
