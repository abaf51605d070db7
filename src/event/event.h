// One event as detection sees it: a flat list of (field, value) with borrowed text. A field may occur more
// than once (arrays, repeated elements); a predicate on it holds when any of its values does. Not the stored
// form of an event.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "event/field_table.h"

namespace hinomi::event {

enum class ValueKind : std::uint8_t {
  null,     // present, without a value; text is empty
  text,     // a string
  number,   // an integer or decimal; text is its decimal form
  boolean,  // text is "true" or "false"
};

struct Value {
  ValueKind kind = ValueKind::null;
  std::string_view text;
};

struct Slot {
  FieldId field = kUnlistedField;
  Value value;
  std::string_view
      name;  // the field's full name in the source; set when every value is extracted, else empty
};

// What the event came out of; decides which log-source conditions can apply.
enum class Format : std::uint8_t { evtx, json, syslog, audit, text };

// How much to take out of a record.
enum class Extent : std::uint8_t {
  referenced,  // only the fields in the FieldTable
  everything,  // every leaf value, with its name
};

// Which set of log sources an event belongs to: an index into SourceRegistry; 0 = none known.
enum class RouteId : std::uint32_t { unknown = 0 };

// Borrows from the batch that made it (input bytes and an Arena); valid until the batch is dropped.
struct Event {
  Format format = Format::json;
  Extent extent = Extent::everything;  // whether keywords can be looked for in it
  RouteId route = RouteId::unknown;
  bool has_time = false;
  base::TimeNs time{};       // of the event itself, if has_time
  std::uint64_t record = 0;  // EventRecordID for EVTX, else the number of the record in its file, from 1
  std::string_view raw;      // the record's own text (JSON document, log line); empty for EVTX
  std::vector<Slot> slots;

  void clear() {
    extent = Extent::everything;
    route = RouteId::unknown;
    has_time = false;
    time = {};
    record = 0;
    raw = {};
    slots.clear();
  }
};

}  // namespace hinomi::event
