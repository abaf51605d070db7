// Writes JSON (RFC 8259) straight into a string: for output that is streamed, such as records and findings.
// Not for reading JSON (parse/json) and not a document type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hinomi::base {

// Appends `text` as a JSON string with its quotes. Malformed UTF-8 becomes U+FFFD, so that output is
// always valid; what is_hidden_or_reordering() (base/text.h) is escaped, so that it is safe on a terminal
// too.
void append_json_string(std::string& out, std::string_view text);

// Commas and nesting are kept by the writer; indent 0 writes one line.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, int indent = 0) : out_(out), indent_(indent) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& unsigned_integer(std::uint64_t value);
  // Shortest form that reads back equal; NaN and infinities become null.
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  // `json` must be one JSON value; it is copied as it stands.
  JsonWriter& raw(std::string_view json);

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void before_value();
  void new_line();

  std::string& out_;
  int indent_;
  int depth_ = 0;
  bool first_ = true;
  bool after_key_ = false;
};

}  // namespace hinomi::base
