#include "parse/evtx/reader.h"

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "parse/evtx/crc32.h"

namespace hinomi::parse::evtx {
namespace {

constexpr std::uint32_t kFileDirty = 1;
constexpr const char* kOverwrittenName = "a name has been overwritten";

bool has_magic(Bytes bytes, const char (&magic)[8]) noexcept {
  return bytes.size() >= sizeof magic && std::memcmp(bytes.data(), magic, sizeof magic) == 0;
}

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

}  // namespace

std::string_view name_of(ProblemKind kind) noexcept {
  switch (kind) {
    case ProblemKind::file_magic:
      return "file-magic";
    case ProblemKind::file_checksum:
      return "file-checksum";
    case ProblemKind::file_dirty:
      return "file-dirty";
    case ProblemKind::file_chunk_count:
      return "file-chunk-count";
    case ProblemKind::chunk_magic:
      return "chunk-magic";
    case ProblemKind::chunk_cut_off:
      return "chunk-cut-off";
    case ProblemKind::chunk_checksum:
      return "chunk-checksum";
    case ProblemKind::data_checksum:
      return "data-checksum";
    case ProblemKind::chunk_free_offset:
      return "chunk-free-offset";
    case ProblemKind::record_lost:
      return "record-lost";
    case ProblemKind::record_size:
      return "record-size";
    case ProblemKind::record_size_copy:
      return "record-size-copy";
    case ProblemKind::record_content:
      return "record-content";
  }
  return "unknown";
}

ChunkReader::ChunkReader(TemplateCache& cache) : cache_(cache) {}

void ChunkReader::open(Bytes chunk, std::uint64_t file_offset, Options options) {
  chunk_ = chunk.first(std::min(chunk.size(), kChunkSize));
  file_offset_ = file_offset;
  options_ = options;
  phase_ = Phase::log;
  at_ = std::min(kChunkHeaderSize, chunk_.size());
  has_last_id_ = goes_on_ = false;
  problems_.clear();
  problem_count_ = lost_records_ = unrecoverable_ = 0;
  known_.fill({});
  transient_.clear();
  examined_ = 0;
  check_header();
}

// Chunk header (MS-EVEN6 2.2.17, libevtx 3.1). Everything in it is a hint; only its absence decides
// something: without the magic, what is found counts as recovered unless a record stands where the first must
// be.
void ChunkReader::check_header() {
  log_end_ = chunk_.size();
  if (chunk_.size() < kChunkHeaderSize) {
    if (!is_zero(0, chunk_.size()))
      report(ProblemKind::chunk_cut_off, 0, "the file ends within a chunk header");
    phase_ = Phase::done;
    return;
  }
  if (!has_magic(chunk_, kChunkMagic)) {
    if (is_zero(0, chunk_.size())) {
      phase_ = Phase::done;  // preallocated, never used
      return;
    }
    report(ProblemKind::chunk_magic, 0, "no chunk signature");
    if (!is_magic(at_)) phase_ = Phase::remains;
    return;
  }
  const std::byte* header = chunk_.data();
  const auto free_offset = load<std::uint32_t>(header + 48);
  const bool cut_off = chunk_.size() < kChunkSize && chunk_.size() < free_offset;
  if (cut_off) {
    report(ProblemKind::chunk_cut_off, 0, "the file ends at byte " + number(chunk_.size()) + " of a chunk");
  }
  const std::uint32_t header_crc = crc32(chunk_.subspan(128, 384), crc32(chunk_.first(120)));
  if (header_crc != load<std::uint32_t>(header + 124)) {
    report(ProblemKind::chunk_checksum, 0, "the checksum of the chunk header is wrong");
  }
  if (free_offset < kChunkHeaderSize || free_offset > kChunkSize) {
    report(ProblemKind::chunk_free_offset, 48, "free space cannot begin at " + number(free_offset));
    return;
  }
  log_end_ = std::min<std::size_t>(free_offset, chunk_.size());
  if (cut_off || !options_.check_data_crc) return;
  const std::uint32_t data_crc = crc32(chunk_.subspan(kChunkHeaderSize, free_offset - kChunkHeaderSize));
  if (data_crc != load<std::uint32_t>(header + 52)) {
    report(ProblemKind::data_checksum, 52, "the checksum of the records is wrong");
  }
}

void ChunkReader::report(ProblemKind kind, std::size_t at, std::string message) {
  ++problem_count_;
  if (costs_record(kind)) ++lost_records_;
  if (problems_.size() < kMaxProblemsPerChunk)
    problems_.push_back({file_offset_ + at, kind, std::move(message)});
}

bool ChunkReader::is_magic(std::size_t at) const noexcept {
  return at <= chunk_.size() && chunk_.size() - at >= kRecordHeaderSize &&
         load<std::uint32_t>(chunk_.data() + at) == kRecordMagic;
}

// The next place from `from` on where a record may begin; the chunk's size if there is none.
std::size_t ChunkReader::find_magic(std::size_t from) const noexcept {
  const std::string_view text(reinterpret_cast<const char*>(chunk_.data()), chunk_.size());
  while (from < text.size()) {
    const std::size_t found = text.find('*', from);
    if (found == std::string_view::npos) break;
    if (is_magic(found)) return found;
    from = found + 1;
  }
  return chunk_.size();
}

bool ChunkReader::is_zero(std::size_t from, std::size_t to) const noexcept {
  for (; from < to && from % 8 != 0; ++from) {
    if (chunk_[from] != std::byte{0}) return false;
  }
  for (; to - from >= 8 && from < to; from += 8) {
    if (load<std::uint64_t>(chunk_.data() + from) != 0) return false;
  }
  for (; from < to; ++from) {
    if (chunk_[from] != std::byte{0}) return false;
  }
  return true;
}

const Record* ChunkReader::next() {
  while (phase_ != Phase::done) {
    if (phase_ == Phase::log ? step_in_log() : step_in_remains()) return &record_;
  }
  return nullptr;
}

// A record right behind the stated end that continues the numbering belongs to the log: the header of a chunk
// that was being written is older than its records. What an earlier use of the chunk left has other numbers.
bool ChunkReader::goes_on_at(std::size_t at) const noexcept {
  if (!is_magic(at) || !has_last_id_) return false;
  const std::size_t size = load<std::uint32_t>(chunk_.data() + at + 4);
  return load<std::uint64_t>(chunk_.data() + at + 8) == last_id_ + 1 && size >= kRecordMinSize &&
         size <= chunk_.size() - at && load<std::uint32_t>(chunk_.data() + at + size - 4) == size;
}

// One record, or one gap; true when record_ holds a record.
bool ChunkReader::step_in_log() {
  if (at_ >= log_end_) {
    if (!goes_on_at(at_)) {
      phase_ = options_.recover ? Phase::remains : Phase::done;
      return false;
    }
    if (!goes_on_)
      report(ProblemKind::chunk_free_offset, 48, "records go on behind the stated end " + number(log_end_));
    goes_on_ = true;
  }
  if (!is_magic(at_)) {
    skip_lost_bytes();
    return false;
  }
  const std::size_t start = at_;
  const std::size_t size = load<std::uint32_t>(chunk_.data() + start + 4);
  const bool possible = size >= kRecordMinSize && size <= chunk_.size() - start;
  if (!possible) {
    const std::size_t end = find_magic(start + 4);
    at_ = end;
    report(ProblemKind::record_size, start, "a record of " + number(size) + " bytes cannot be");
    if (end - start < kRecordMinSize) {
      ++lost_records_;
      return false;
    }
    return take_record(start, end);
  }
  const bool copy_agrees = load<std::uint32_t>(chunk_.data() + start + size - 4) == size;
  if (copy_agrees) {
    at_ = start + size;
    return take_record(start, start + size - 4);
  }
  // One of the two sizes is damaged. Where the next record begins decides which; the content ends by itself.
  const bool fits = is_magic(start + size) || start + size == log_end_;
  const std::size_t end = fits ? start + size : find_magic(start + 4);
  at_ = end;
  report(ProblemKind::record_size_copy, start, "the two sizes of a record differ");
  return take_record(start, end);
}

// Bytes that begin no record: nothing but zeros are free space that the header counts as used; anything else
// has cost at least one record.
void ChunkReader::skip_lost_bytes() {
  const std::size_t next = find_magic(at_);
  const std::size_t end = std::min(next, std::max(log_end_, at_));
  if (is_zero(at_, end)) {
    // Records behind a stretch of zeros are the log's only where the header says so.
    at_ = next;
    if (next >= log_end_) phase_ = options_.recover ? Phase::remains : Phase::done;
    return;
  }
  report(ProblemKind::record_lost, at_, number(end - at_) + " bytes are no record");
  at_ = next;
  if (next >= log_end_) phase_ = options_.recover ? Phase::remains : Phase::done;
}

bool ChunkReader::step_in_remains() {
  const std::size_t start = find_magic(at_);
  if (start >= chunk_.size()) {
    phase_ = Phase::done;
    return false;
  }
  at_ = start + 4;
  const std::size_t size = load<std::uint32_t>(chunk_.data() + start + 4);
  if (size < kRecordMinSize || size > chunk_.size() - start) return false;
  if (load<std::uint32_t>(chunk_.data() + start + size - 4) != size) return false;
  if (!take_record(start, start + size - 4)) return false;
  at_ = start + size;
  return true;
}

// Reads the record at `at` whose content ends at `content_end` or before.
bool ChunkReader::take_record(std::size_t at, std::size_t content_end) {
  const std::byte* header = chunk_.data() + at;
  record_.offset = file_offset_ + at;
  record_.id = load<std::uint64_t>(header + 8);
  record_.filetime = load<std::uint64_t>(header + 16);
  record_.recovered = phase_ == Phase::remains || options_.all_recovered;
  record_.reader = this;
  const char* fault = parse_stream(at + kRecordHeaderSize, content_end, 0, record_.root);
  if (fault == nullptr && record_.root.definition->root().empty()) fault = "the record is empty";
  if (fault != nullptr) {
    if (record_.recovered) {
      ++unrecoverable_;
    } else {
      report(ProblemKind::record_content, at, "record " + number(record_.id) + ": " + fault);
    }
    return false;
  }
  if (!record_.recovered) {
    last_id_ = record_.id;
    has_last_id_ = true;
  }
  return true;
}

// A stream is nearly always one template instance; only then no tree has to be built for it.
const char* ChunkReader::parse_stream(std::size_t begin, std::size_t end, int depth, Instance& out) {
  std::size_t at = begin;
  if (end - at >= 4 &&
      load<std::uint8_t>(chunk_.data() + at) == static_cast<std::uint8_t>(Token::fragment_header)) {
    at += 4;
  }
  if (at < end &&
      load<std::uint8_t>(chunk_.data() + at) == static_cast<std::uint8_t>(Token::template_instance)) {
    std::size_t after = 0;
    if (const char* fault = parse_instance(at, end, depth, out, after)) return fault;
    const auto next = after < end ? Token(load<std::uint8_t>(chunk_.data() + after)) : Token::end_of_stream;
    if (next != Token::fragment_header && next != Token::template_instance) return nullptr;
  }
  return parse_fragment(begin, end, depth, out);
}

// Template instance (MS-EVEN6 2.2.12.4): definition, then descriptors (size, type) of the values, then the
// values.
const char* ChunkReader::parse_instance(std::size_t at, std::size_t end, int depth, Instance& out,
                                        std::size_t& after) {
  InstanceHeader header;
  if (const char* fault = parse_instance_header(chunk_, at, end, header)) return fault;
  const Known& known = definition_at(header.definition, header.template_id);
  if (known.found == nullptr) return known.fault;
  if (record_.recovered && known.found->has_odd_name()) return kOverwrittenName;
  std::vector<Value>& values = levels_[static_cast<std::size_t>(depth)].values;
  values.resize(header.count);
  const std::byte* descriptor = chunk_.data() + header.descriptors;
  std::size_t next = header.descriptors + 4 * std::size_t{header.count};
  bool has_binxml = false;
  for (Value& value : values) {
    const auto size = load<std::uint16_t>(descriptor);
    const auto type = load<std::uint8_t>(descriptor + 2);
    descriptor += 4;
    if (size > end - next) return "the values of a template instance are cut off";
    value = {chunk_.data() + next, size, type};
    has_binxml |= ValueType(type) == ValueType::binxml && size > 0;
    next += size;
  }
  out = {known.found, values, depth, has_binxml};
  after = next;
  return nullptr;
}

const char* ChunkReader::parse_fragment(std::size_t begin, std::size_t end, int depth, Instance& out) {
  Level& level = levels_[static_cast<std::size_t>(depth)];
  // MS-EVEN6 2.2.12.3: elements outside a template have no dependency id; some writers give them one.
  const char* first_fault = nullptr;
  for (const bool has_dependency_id : {false, true}) {
    level.fragment.clear();
    const char* fault =
        BinXmlParser(chunk_, level.fragment, scratch_).parse_fragment(begin, end, has_dependency_id);
    if (fault == nullptr && record_.recovered && level.fragment.has_odd_name()) fault = kOverwrittenName;
    if (fault == nullptr) {
      out = {&level.fragment, {}, depth, false};
      return nullptr;
    }
    if (first_fault == nullptr) first_fault = fault;
  }
  return first_fault;
}

const ChunkReader::Known& ChunkReader::definition_at(std::uint32_t offset, std::uint32_t template_id) {
  static constexpr Known kMissing{0, nullptr, "the template definition is missing"};
  static constexpr Known kOverwritten{0, nullptr, "the template definition has been overwritten"};
  static constexpr Known kTooMuch{0, nullptr, "the chunk asks for too many templates"};
  if (offset < kChunkHeaderSize || offset > chunk_.size() || chunk_.size() - offset < kDefinitionHeaderSize) {
    return kMissing;
  }
  // An instance repeats the first four bytes of its template's GUID.
  if (load<std::uint32_t>(chunk_.data() + offset + 4) != template_id) return kOverwritten;
  Known& known = known_[(offset * 0x9E37'79B1U) >> 24];
  if (known.offset == offset) return known;
  if (examined_ > kMaxExaminedPerChunk) return kTooMuch;
  TemplateCache::Lookup lookup = cache_.find_or_parse(chunk_, offset);
  examined_ += lookup.examined_bytes;
  known = {offset, lookup.found, lookup.fault};
  if (lookup.transient != nullptr) transient_.push_back(std::move(lookup.transient));
  return known;
}

std::optional<Instance> ChunkReader::open_value(const Value& value, int depth) {
  const std::byte* begin = chunk_.data();
  if (depth >= kMaxFragmentDepth || !value.is(ValueType::binxml) || value.data < begin) return std::nullopt;
  const auto at = static_cast<std::size_t>(value.data - begin);
  if (at > chunk_.size() || value.size > chunk_.size() - at) return std::nullopt;
  Instance instance;
  if (parse_stream(at, at + value.size, depth + 1, instance) != nullptr) return std::nullopt;
  return instance;
}

std::optional<Instance> ChunkReader::open_part(const Part& part, int depth) {
  if (depth >= kMaxFragmentDepth || part.kind != Part::Kind::instance || part.b > chunk_.size())
    return std::nullopt;
  Instance instance;
  std::size_t after = 0;
  if (parse_instance(part.a, part.b, depth + 1, instance, after) != nullptr) return std::nullopt;
  return instance;
}

FileView::FileView(Bytes file) : file_(file) {
  check_header();
  count_ = file_.size() <= first_ ? 0 : (file_.size() - first_ + kChunkSize - 1) / kChunkSize;
  stated_ = std::min(stated_, count_);
  if (first_ == 0 || stated_ == 0) stated_ = count_;
}

bool FileView::recognises(Bytes front) noexcept {
  return has_magic(front, kFileMagic) || has_magic(front, kChunkMagic);
}

// File header (libevtx 2). The counts are hints: those of a log that was not closed are out of date.
void FileView::check_header() {
  if (has_magic(file_, kChunkMagic)) {  // a bare chunk, as carving tools write them
    problems_.push_back({0, ProblemKind::file_magic, "the file begins with a chunk, without file header"});
    return;
  }
  first_ = kFileHeaderSize;
  if (!has_magic(file_, kFileMagic) || file_.size() < 128) {
    problems_.push_back({0, ProblemKind::file_magic, "no EVTX signature"});
    return;
  }
  const std::byte* header = file_.data();
  if (crc32(file_.first(120)) != load<std::uint32_t>(header + 124)) {
    problems_.push_back({124, ProblemKind::file_checksum, "the checksum of the file header is wrong"});
    return;
  }
  const bool dirty = (load<std::uint32_t>(header + 120) & kFileDirty) != 0;
  if (dirty) {
    problems_.push_back({120, ProblemKind::file_dirty, "the log was not closed; all chunks are read"});
    return;
  }
  stated_ = load<std::uint16_t>(header + 42);
  const std::size_t there = file_.size() <= first_ ? 0 : (file_.size() - first_) / kChunkSize;
  if (stated_ > there) {
    problems_.push_back(
        {42, ProblemKind::file_chunk_count,
         "the header counts " + number(stated_) + " chunks, " + number(there) + " are there"});
  }
}

FileView::Chunk FileView::chunk(std::size_t index) const {
  HINOMI_CHECK(index < count_);
  const std::size_t offset = first_ + index * kChunkSize;
  return {file_.subspan(offset, std::min(kChunkSize, file_.size() - offset)), offset, index >= stated_};
}

}  // namespace hinomi::parse::evtx
