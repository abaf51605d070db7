// Walks one JSON document along the field map and fills an event. One object a worker.
// Not for log sources and fallback fields: Extractor::finish() adds them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "normalise/key_memory.h"
#include "normalise/slot_writer.h"
#include "parse/json/reader.h"
#include "parse/syslog/pair.h"

namespace hinomi::normalise {

class JsonExtractor {
 public:
  // `padded`: every document given has parse::json::Reader::kPadding readable bytes behind it. `borrow`:
  // values may point into this object until the next document.
  explicit JsonExtractor(parse::json::Limits limits, bool padded = false, bool borrow = false)
      : padded_(padded), borrow_(borrow), reader_(limits), embedded_reader_(limits) {}

  // The document must be an object. Members flatten to dotted names; an array gives a value an element; a
  // container that a rule asks for as a whole gives its JSON text besides.
  [[nodiscard]] base::Result<void> extract(std::string_view document, SlotWriter& writer);

 private:
  struct Spot {
    FieldMap::State state = FieldMap::kRoot;
    FieldMap::State parent = FieldMap::kRoot;
    std::size_t parent_path = 0;  // how much of path_ names the parent
  };

  void walk_value(parse::json::Value value, const Spot& spot, SlotWriter& writer);
  void walk_object(parse::json::Value object, FieldMap::State state, SlotWriter& writer);
  void walk_array(parse::json::Value array, const Spot& spot, SlotWriter& writer);
  bool walk_named_value(parse::json::Value object, const Spot& spot, SlotWriter& writer);
  void walk_member(std::string_view key, parse::json::Value value, FieldMap::State from, SlotWriter& writer);
  void walk_embedded(std::string_view text, FieldMap::State state, SlotWriter& writer);
  void write_scalar(parse::json::Value value, const FieldMap::Place& place, SlotWriter& writer);
  void write_text_of(parse::json::Value container, const FieldMap::Place& place, SlotWriter& writer);
  [[nodiscard]] std::string_view name() const { return std::string_view(path_).substr(name_start_); }

  bool padded_;
  bool borrow_;
  KeyMemory keys_;
  parse::json::Reader reader_;
  parse::json::Reader embedded_reader_;  // for documents inside strings
  bool in_embedded_ = false;
  std::string path_;            // of the value being looked at; kept only when every value is extracted
  std::size_t name_start_ = 0;  // behind the innermost transparent container
  std::string scratch_;
  parse::syslog::Pairs pairs_;
};

}  // namespace hinomi::normalise
