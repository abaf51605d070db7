// Cuts JSON into units of documents, whatever its layout: a document a line, arrays, pretty-printed or
// concatenated documents. The layout is judged at the front and again wherever a line is no document.
// Validates nothing.
#pragma once

#include <vector>

#include "ingest/cutter.h"
#include "parse/json/document.h"

namespace hinomi::ingest {

class JsonFramer final : public Framer {
 public:
  // A document over several lines in the middle of NDJSON is looked for within this many bytes.
  static constexpr std::size_t kMaxTrialBytes = 4 << 20;
  // Searches in vain may cost this many bytes and as many as the input has lines' bytes, so that hostile
  // input cannot make it slow; then lines are just lines.
  static constexpr std::int64_t kTrialCredit = 16 << 20;

  // `skip`: bytes of a byte order mark; `layout`: of the front.
  JsonFramer(std::size_t skip, parse::json::Layout layout, std::unique_ptr<parse::archive::ByteSource> source,
             BlockPool& pool, const FramingLimits& limits);
  [[nodiscard]] std::optional<Unit> next() override;
  [[nodiscard]] const FramingReport& report() const noexcept override { return cutter_.report(); }

 private:
  // What a line that is no document begins.
  enum class Trial : std::uint8_t {
    line,       // nothing but itself: it is handed on as it is, and the parser will say what is wrong with it
    document,   // an object over several lines; document_end_ is set
    stream,     // an array, or documents that do not care for lines
    undecided,  // more bytes are needed
  };
  // How a scan of the block ended.
  enum class Scan : std::uint8_t { out_of_bytes, layout_changed };

  Scan scan();
  Scan scan_lines();
  Scan scan_stream();
  [[nodiscard]] Trial try_line(std::size_t begin, std::size_t line_end);
  [[nodiscard]] Trial judge(std::size_t begin, std::size_t line_end, const parse::json::Piece& first);
  [[nodiscard]] Trial after_document(std::size_t end) const;
  void begin_stream(std::size_t at);
  void add_document(std::size_t begin, std::size_t end, std::uint64_t line);
  void pass_long_line(std::size_t line_end);
  [[nodiscard]] std::size_t line_end_from(std::size_t at) const noexcept;
  Unit emit();
  void make_room();

  Cutter cutter_;
  FramingLimits limits_;
  std::size_t skip_;
  bool begun_ = false;
  parse::json::Layout layout_;

  std::size_t at_ = 0;                   // in the block: what is before it has been dealt with
  std::uint64_t line_ = 1;               // number of the line at_ stands in; lines only
  std::vector<DocumentSpan> documents_;  // found in the block
  std::uint64_t record_ = 1;             // number of documents_[0]

  // lines
  bool in_long_line_ = false;
  std::int64_t trial_credit_ = kTrialCredit;
  std::size_t document_end_ = 0;

  // stream
  std::optional<parse::json::DocumentSplitter> splitter_;
  std::vector<parse::json::Piece> pieces_;
  std::uint64_t stream_offset_ = 0;  // in the input, of the splitter's first byte
  std::uint64_t stream_line_ = 1;
  std::size_t fed_ = 0;  // in the block: what the splitter has seen
  bool stream_finished_ = false;
};

}  // namespace hinomi::ingest
