// Reads EVTX: a file as chunks, a chunk as records whose values stay where they are, undecoded. Believes no
// size, offset or count of the file: a damaged record costs that record, and the reason is reported. Not for
// text: json.h writes records, flatten.h takes fields out of them. No I/O; the caller maps or reads files.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "parse/evtx/format.h"
#include "parse/evtx/template.h"

namespace hinomi::parse::evtx {

enum class ProblemKind : std::uint8_t {
  // Of the file
  file_magic,        // the header is not that of an EVTX file; chunks are searched for all the same
  file_checksum,     // the header's CRC-32 is wrong
  file_dirty,        // the log was not closed properly; the header's counts are out of date
  file_chunk_count,  // other chunks are there than the header of a clean file says
  // Of a chunk; its records are read nevertheless
  chunk_magic,
  chunk_cut_off,      // the file ends within it
  chunk_checksum,     // CRC-32 of the header
  data_checksum,      // CRC-32 of the records
  chunk_free_offset,  // the end of the records that the header states is impossible or out of date
  // Of a record
  record_lost,       // bytes where a record should begin; the next one is searched for
  record_size,       // an impossible size; the record was read if its content is sound
  record_size_copy,  // the two sizes of a record differ; it was read
  record_content,    // BinXML that cannot be read: this record is lost
};

// True when the problem stands for a record that could not be read, false for a note.
[[nodiscard]] constexpr bool costs_record(ProblemKind kind) noexcept {
  return kind == ProblemKind::record_lost || kind == ProblemKind::record_content;
}
// Short English name, for reports: "record-content".
[[nodiscard]] std::string_view name_of(ProblemKind kind) noexcept;

struct Problem {
  std::uint64_t offset = 0;  // in the file
  ProblemKind kind = ProblemKind::record_content;
  std::string message;  // what is wrong, with the numbers that show it
};

// A template and the values that fill its holes. Borrowed: the root of a record lives until the next record,
// a fragment until the next one of its depth is opened.
struct Instance {
  const Template* definition = nullptr;
  std::span<const Value> values;
  int depth = 0;            // 0 = the record itself
  bool has_binxml = false;  // some value is a fragment

  // A value that the record lacks is null.
  [[nodiscard]] Value value(std::uint16_t index) const noexcept {
    return index < values.size() ? values[index] : Value{};
  }
};

class ChunkReader;

struct Record {
  std::uint64_t offset = 0;    // in the file
  std::uint64_t id = 0;        // of the record header
  std::uint64_t filetime = 0;  // when the record was written
  bool recovered = false;      // found behind the end of the log: deleted or left over from earlier use
  Instance root;
  ChunkReader* reader = nullptr;  // opens the fragments among the values

  [[nodiscard]] std::optional<base::TimeNs> written() const { return base::from_filetime(filetime); }
};

// One for each worker; used for one chunk after the other. Templates are kept in the cache across chunks and
// files.
class ChunkReader {
 public:
  explicit ChunkReader(TemplateCache& cache);
  ChunkReader(const ChunkReader&) = delete;
  ChunkReader& operator=(const ChunkReader&) = delete;

  struct Options {
    bool check_data_crc = true;
    bool recover = true;         // search behind the end of the log too
    bool all_recovered = false;  // the chunk itself is behind the end of the log
  };

  // Begins with `chunk`: 64 KiB, or less where the file ends. `file_offset` is where it stands, for offsets
  // in records and problems. The bytes must outlive the records.
  void open(Bytes chunk, std::uint64_t file_offset, Options options);
  void open(Bytes chunk, std::uint64_t file_offset = 0) { open(chunk, file_offset, Options{}); }

  // The next record, or nullptr at the end. Valid until the next call.
  [[nodiscard]] const Record* next();

  // What was wrong so far in this chunk; at most kMaxProblemsPerChunk, the rest is only counted.
  [[nodiscard]] std::span<const Problem> problems() const noexcept { return problems_; }
  [[nodiscard]] std::size_t problem_count() const noexcept { return problem_count_; }
  // Of these, records lost in the log itself (behind its end, remains are the normal case and no problem).
  [[nodiscard]] std::size_t lost_records() const noexcept { return lost_records_; }
  // Records found behind the end of the log of which too little was left to read them.
  [[nodiscard]] std::size_t unrecoverable() const noexcept { return unrecoverable_; }

  // The fragment that a value of type binxml holds, or a Part::Kind::instance of a fragment. `depth` is that
  // of the instance the value belongs to. nullopt when it is damaged or nests too deeply (kMaxFragmentDepth).
  [[nodiscard]] std::optional<Instance> open_value(const Value& value, int depth);
  [[nodiscard]] std::optional<Instance> open_part(const Part& part, int depth);

 private:
  enum class Phase : std::uint8_t { log, remains, done };
  struct Known {
    std::uint32_t offset = 0;
    const Template* found = nullptr;
    const char* fault = nullptr;
  };
  struct Level {
    std::vector<Value> values;
    Template fragment;  // of a record or value without template
  };

  void check_header();
  void report(ProblemKind kind, std::size_t at, std::string message);
  [[nodiscard]] bool is_magic(std::size_t at) const noexcept;
  [[nodiscard]] std::size_t find_magic(std::size_t from) const noexcept;
  [[nodiscard]] bool is_zero(std::size_t from, std::size_t to) const noexcept;
  [[nodiscard]] bool step_in_log();
  [[nodiscard]] bool step_in_remains();
  [[nodiscard]] bool goes_on_at(std::size_t at) const noexcept;
  [[nodiscard]] bool take_record(std::size_t at, std::size_t content_end);
  void skip_lost_bytes();

  [[nodiscard]] const char* parse_stream(std::size_t begin, std::size_t end, int depth, Instance& out);
  [[nodiscard]] const char* parse_instance(std::size_t at, std::size_t end, int depth, Instance& out,
                                           std::size_t& after);
  [[nodiscard]] const char* parse_fragment(std::size_t begin, std::size_t end, int depth, Instance& out);
  [[nodiscard]] const Known& definition_at(std::uint32_t offset, std::uint32_t template_id);

  TemplateCache& cache_;
  Bytes chunk_;
  std::uint64_t file_offset_ = 0;
  Options options_;
  Phase phase_ = Phase::done;
  std::size_t at_ = 0;
  std::size_t log_end_ = 0;  // where the header says that free space begins, if that can be
  std::uint64_t last_id_ = 0;
  bool has_last_id_ = false;
  bool goes_on_ = false;  // records were found behind log_end_ that belong to the log
  Record record_;
  std::vector<Problem> problems_;
  std::size_t problem_count_ = 0;
  std::size_t lost_records_ = 0;
  std::size_t unrecoverable_ = 0;

  std::array<Level, kMaxFragmentDepth + 1> levels_;
  std::vector<Part> scratch_;
  std::array<Known, 256> known_;  // definitions of this chunk by a hash of their offset; offset 0 = free
  std::vector<std::unique_ptr<Template>> transient_;  // of this chunk, when the cache is full
  std::size_t examined_ = 0;
};

// Where the chunks of a file stand. Borrows the bytes.
class FileView {
 public:
  // Never fails: without a sound header, chunks are taken from where they must be.
  explicit FileView(Bytes file);

  // True when the bytes begin like an EVTX file or an EVTX chunk.
  [[nodiscard]] static bool recognises(Bytes front) noexcept;

  struct Chunk {
    Bytes bytes;
    std::uint64_t offset = 0;
    bool behind_end = false;  // beyond the count in the header of a properly closed file
  };
  [[nodiscard]] std::size_t chunk_count() const noexcept { return count_; }
  [[nodiscard]] Chunk chunk(std::size_t index) const;
  [[nodiscard]] std::span<const Problem> problems() const noexcept { return problems_; }

 private:
  void check_header();

  Bytes file_;
  std::size_t first_ = 0;  // offset of the first chunk
  std::size_t count_ = 0;
  std::size_t stated_ = 0;  // chunks that belong to the log
  std::vector<Problem> problems_;
};

}  // namespace hinomi::parse::evtx
