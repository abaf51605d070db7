// Finds the JSON documents in a stream of bytes (NDJSON, arrays, pretty-printed or concatenated documents)
// and judges whether a text is one valid document. Not for the values inside a document (reader.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hinomi::parse::json {

struct Limits {
  std::size_t document_bytes = 16 * 1024 * 1024;
  std::size_t depth = 256;  // of nested objects and arrays
};

inline constexpr std::size_t kMaxDepth = 1024;  // a greater Limits::depth counts as this

// Whether `text` is exactly one JSON value (RFC 8259; a byte order mark before it is ignored). An error has
// line and column of the fault; columns count bytes.
[[nodiscard]] base::Result<void> read_document(std::string_view text, const Limits& limits = {});

enum class Layout : std::uint8_t {
  lines,   // one document a line: a broken line costs that line
  stream,  // documents one after the other, separated by blanks, commas, RS (RFC 7464) or nothing; a
           // top-level array, and an array of objects that opens an object under the key "Records" or
           // "records" (CloudTrail, Azure), counts as its elements
};

// What the front of a stream looks like; `front` should hold the first 64 KiB or all of it.
[[nodiscard]] Layout detect_layout(std::string_view front) noexcept;

enum class PieceKind : std::uint8_t { document, fault };

struct Piece {
  PieceKind kind = PieceKind::document;
  std::uint64_t offset = 0;  // of the first byte, in the whole stream
  std::uint64_t length = 0;  // bytes
  std::uint64_t line = 0;    // of the first byte, from 1
  const char* reason = "";   // of a fault; a constant
};

// A state machine that is given a stream block by block and says where complete documents lie. It looks only
// at brackets and strings: a piece it calls a document may still be found invalid by the reader.
class DocumentSplitter {
 public:
  explicit DocumentSplitter(Layout layout, Limits limits = {});

  // `block` goes on where the last one ended; pieces that became complete are appended.
  void feed(std::string_view block, std::vector<Piece>& pieces);
  // The stream has ended.
  void finish(std::vector<Piece>& pieces);
  // The bytes before this offset are not needed any more: they belong to no unfinished document.
  [[nodiscard]] std::uint64_t needed_from() const noexcept { return open_ ? start_ : position_; }

 private:
  enum class State : std::uint8_t {
    between,   // before a document, an element or a separator
    skipping,  // after a fault: until a line opens with a bracket that is not further in than the document
               // was
    value,     // inside brackets
    string,    // inside a string inside brackets
    escape,    // after a backslash there
    scalar,    // a number, word or string that is a document of its own
    scalar_string,
    scalar_escape,
    wrapper,  // after the array of an object that was taken apart: until its end
  };

  void feed_lines(std::string_view block, std::vector<Piece>& pieces);
  void end_line(std::uint64_t end, std::vector<Piece>& pieces);
  void feed_stream(std::string_view block, std::vector<Piece>& pieces);
  void on_between(char c, std::vector<Piece>& pieces);
  void on_skipping(char c, std::vector<Piece>& pieces);
  void on_value(char c, std::vector<Piece>& pieces);
  void on_string(char c, std::vector<Piece>& pieces);
  void on_scalar(char c, std::vector<Piece>& pieces);
  void on_wrapper(char c);
  void open_bracket(char c, std::vector<Piece>& pieces);
  void close_bracket(char c, std::vector<Piece>& pieces);
  void begin(State state);
  void end_document(std::uint64_t end, std::vector<Piece>& pieces);
  void fault(std::uint64_t end, const char* reason, std::vector<Piece>& pieces);
  [[nodiscard]] bool is_wrapper() const noexcept;

  Limits limits_;
  std::uint64_t position_ = 0;  // of the next byte to look at
  std::uint64_t line_ = 1;
  std::uint64_t start_ = 0;  // of the open document
  std::uint64_t start_line_ = 1;
  std::uint64_t line_start_ = 0;    // stream: where the present line began
  std::uint64_t start_column_ = 0;  // of the open document, from 0
  std::string first_key_;           // of the document's object, as far as needed to know a wrapper
  std::vector<bool> brackets_;      // open brackets of the document; true = object
  Layout layout_;
  State state_ = State::between;
  bool open_ = false;        // a document has begun
  bool blank_ = true;        // lines: nothing but blanks since the line began
  bool indented_ = true;     // skipping: nothing but blanks since the line began
  bool in_array_ = false;    // between the elements of a top-level array
  bool in_wrapper_ = false;  // ... which is a member of an object
  bool in_first_key_ = false;
  char last_ = 0;  // the last byte that was no blank, inside brackets
};

}  // namespace hinomi::parse::json
