// Reads one JSON document into a tape of values that can be walked without a copy; simdjson does the reading.
// Not for streams of documents (document.h); the tape lives until the next read.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "parse/json/document.h"

namespace hinomi::parse::json {

enum class Kind : std::uint8_t { null, boolean, integer, unsigned_integer, real, string, array, object };

// One value on the tape; a plain pointer pair, valid until the reader's next read. The tape is that of
// simdjson (its doc/tape.md): 64-bit words, the type in the upper 8 bits; a string is an offset to a 32-bit
// length and its bytes; a bracket names the word behind its closing partner; a number takes two words.
class Value {
 public:
  Value(const std::uint64_t* tape, const std::uint8_t* strings, std::uint32_t at)
      : tape_(tape), strings_(strings), at_(at) {}

  [[nodiscard]] Kind kind() const noexcept {
    switch (type()) {
      case '{':
        return Kind::object;
      case '[':
        return Kind::array;
      case '"':
        return Kind::string;
      case 'l':
        return Kind::integer;
      case 'u':
        return Kind::unsigned_integer;
      case 'd':
        return Kind::real;
      case 't':
      case 'f':
        return Kind::boolean;
      default:
        return Kind::null;
    }
  }
  [[nodiscard]] bool boolean() const noexcept { return type() == 't'; }
  [[nodiscard]] std::int64_t integer() const noexcept { return static_cast<std::int64_t>(tape_[at_ + 1]); }
  [[nodiscard]] std::uint64_t unsigned_integer() const noexcept { return tape_[at_ + 1]; }
  [[nodiscard]] double real() const noexcept {
    double value = 0;
    std::memcpy(&value, &tape_[at_ + 1], sizeof value);
    return value;
  }
  [[nodiscard]] std::string_view string() const noexcept {
    const std::uint8_t* place = strings_ + (tape_[at_] & kPayload);
    std::uint32_t length = 0;
    std::memcpy(&length, place, sizeof length);
    return {reinterpret_cast<const char*>(place) + sizeof length, length};
  }

  // Members and elements: for (auto at = v.begin(); at != v.end(); at = at.next()). In an object keys and
  // values take turns.
  [[nodiscard]] Value first() const noexcept { return {tape_, strings_, at_ + 1}; }
  [[nodiscard]] Value next() const noexcept { return {tape_, strings_, after()}; }
  // The closing bracket of this array or object.
  [[nodiscard]] Value last() const noexcept { return {tape_, strings_, after() - 1}; }
  friend bool operator==(const Value& a, const Value& b) noexcept { return a.at_ == b.at_; }

 private:
  static constexpr std::uint64_t kPayload = 0x00FF'FFFF'FFFF'FFFF;
  [[nodiscard]] char type() const noexcept { return static_cast<char>(tape_[at_] >> 56); }
  [[nodiscard]] std::uint32_t after() const noexcept {
    switch (type()) {
      case '{':
      case '[':
        return static_cast<std::uint32_t>(tape_[at_]);
      case 'l':
      case 'u':
      case 'd':
        return at_ + 2;
      default:
        return at_ + 1;
    }
  }

  const std::uint64_t* tape_;
  const std::uint8_t* strings_;
  std::uint32_t at_;
};

class Reader {
 public:
  explicit Reader(Limits limits = {});
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  // `text` as one value; it is copied, so it needs no padding and may go away. Beyond strict JSON it takes
  // two things that must not make an event invisible: a number out of the range of 64-bit integers and
  // doubles becomes a string of its digits, and an unpaired surrogate escape becomes U+FFFD.
  [[nodiscard]] base::Result<Value> read(std::string_view text);
  // The same without the copy: the kPadding bytes behind `text` must be readable, whatever they hold.
  [[nodiscard]] base::Result<Value> read_padded(std::string_view text);
  static constexpr std::size_t kPadding = 64;

 private:
  struct Parts;
  [[nodiscard]] base::Result<Value> read(std::string_view text, bool padded);
  std::unique_ptr<Parts> parts_;
};

// The decimal form of a number: integers exactly, a double in the shortest form that reads back equal, and
// without a fraction when it is an integer below 2^63.
[[nodiscard]] std::string_view number_text(const Value& number, base::Arena& arena);
// Appends the value as JSON text without blanks.
void append_json(std::string& out, const Value& value);

}  // namespace hinomi::parse::json
