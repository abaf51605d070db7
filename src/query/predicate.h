// A predicate: one comparison of one field with one constant (or another field). Rules, searches and watch
// lists are all made of these; equal predicates are one predicate (program.h), so that each is judged once an
// event.
#pragma once

#include <cstdint>
#include <string>

#include "event/field_table.h"

namespace hinomi::query {

enum class PredicateId : std::uint32_t {};

// Stands for "any value of the event, or its raw text" in Predicate::field: keyword searches.
inline constexpr event::FieldId kAnyValue{0xFFFF'FFFE};

enum class Op : std::uint8_t {
  equals,  // whole value
  starts_with,
  ends_with,
  contains,
  pattern,  // whole value against `text` as an encoded pattern (pattern.h)
  regex,    // RE2 syntax, searched anywhere; flags in `regex`
  cidr,     // value is an address inside the network `text`
  less,     // numeric; a value that is no number never holds
  less_equal,
  greater,
  greater_equal,
  is_null,       // field absent, or present without a value
  exists,        // field present, whatever its value
  equals_field,  // the value of `other`
  starts_with_field,
  ends_with_field,
  contains_field,
  time_equals,  // part `part` of a time-stamp equals `number`
};

// Parts of a time-stamp (Sigma 2.1, time modifiers); of the instant in UTC, week is ISO 8601.
enum class TimePart : std::uint8_t { none, minute, hour, day, week, month, year };

struct RegexFlags {
  bool ignore_case = false;
  bool multi_line = false;  // ^ and $ at line ends
  bool dot_all = false;     // . matches a newline
  friend bool operator==(const RegexFlags&, const RegexFlags&) = default;
};

// `text` is folded (base/text.h) unless `cased` or op is regex or cidr. Text need not be UTF-8: encodings
// such as UTF-16 are applied to constants, not to events.
struct Predicate {
  event::FieldId field{};
  Op op = Op::equals;
  bool cased = false;
  TimePart part = TimePart::none;
  RegexFlags regex{};
  event::FieldId other{};  // of the *_field operations
  double number = 0;       // of the numeric and time operations
  std::string text{};
  friend bool operator==(const Predicate&, const Predicate&) = default;
};

}  // namespace hinomi::query
