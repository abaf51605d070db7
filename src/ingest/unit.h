// A work unit: a block of whole records of one input, ready to be parsed on any thread.
// Not a queue; who holds units decides how much memory is in use.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ingest/block.h"
#include "ingest/recognise.h"

namespace hinomi::ingest {

enum class UnitKind : std::uint8_t {
  evtx_chunks,     // chunks of 65,536 bytes one after another; the last one of a file may be shorter
  json_documents,  // Unit::documents says where each document lies in the bytes: lines of NDJSON, elements of
                   // an array, pretty-printed or concatenated documents, all alike
  text_lines,      // whole lines of syslog, audit records or other text; blank ones are in there too
};

// Index into InputReader::statuses().
enum class InputId : std::uint32_t {};

// What the framing took for one document; not yet validated, a broken line of NDJSON is one as well.
struct DocumentSpan {
  std::uint32_t begin = 0;  // in Unit::bytes()
  std::uint32_t size = 0;   // without the line's end
  std::uint64_t line = 0;   // of its first byte in the input, from 1
  friend bool operator==(const DocumentSpan&, const DocumentSpan&) = default;
};

struct Unit {
  UnitKind kind = UnitKind::text_lines;
  InputType type = InputType::text;  // evtx, json, syslog, audit or text
  InputId input{};
  std::string_view input_name;  // as shown: "a.zip!b/c.evtx"; hostile text; valid while the InputReader lives
  std::uint64_t ordinal = 0;    // over all inputs, from 0, without gaps: the order of reading
  std::uint64_t sequence = 0;   // within the input, from 0, without gaps
  // json_documents: number of the first document in the input, from 1; blank lines do not count.
  // text_lines: number of the first line, from 1; every line counts, and those of a unit are consecutive.
  // evtx_chunks: index of the first chunk in the file, from 0.
  std::uint64_t first_record = 0;
  // Of the first byte, in the decompressed input. Text that was UTF-16: in the UTF-8 it became.
  std::uint64_t offset = 0;
  Block block;
  std::vector<DocumentSpan> documents;

  [[nodiscard]] std::string_view text_of(const DocumentSpan& document) const noexcept {
    return bytes().substr(document.begin, document.size);
  }
  // kBlockPadding more bytes after the end may be read; they are zero.
  [[nodiscard]] std::string_view bytes() const noexcept { return block.bytes(); }
};

}  // namespace hinomi::ingest
