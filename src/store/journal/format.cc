#include "store/journal/format.h"

#include <array>
#include <charconv>
#include <cstring>

#include "base/check.h"
#include "store/journal/crc32c.h"

namespace hinomi::store::journal {
namespace {

constexpr std::string_view kSegmentMagic = "HINOMIJ1";
constexpr std::uint32_t kBatchMagic = 0x3142'4A48;   // "HJB1"
constexpr std::uint32_t kEndMagic = 0x3145'4A48;     // "HJE1"
constexpr std::uint32_t kFooterMagic = 0x3146'4A48;  // "HJF1"
constexpr std::uint32_t kSealMagic = 0x3153'4A48;    // "HJS1"
constexpr std::string_view kSegmentSuffix = ".hjs";
constexpr int kHexDigits = 16;

template <typename Number>
void put(std::string& out, Number value) {
  std::array<char, sizeof(Number)> bytes{};
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  out.append(bytes.data(), bytes.size());
}

template <typename Number>
Number get(const char* at) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  return static_cast<Number>(value);
}
template <typename Number>
Number get(std::string_view bytes, std::size_t at) noexcept {
  return get<Number>(&bytes[at]);
}

// Reads one value after another; after the end everything is zero and good() is false.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  template <typename Number>
  Number number() noexcept {
    const std::string_view part = text(sizeof(Number));
    return good_ ? get<Number>(part, 0) : Number{};
  }
  std::string_view text(std::size_t size) noexcept {
    if (size > bytes_.size()) good_ = false;
    if (!good_) return {};
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }
  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

base::Error invalid(const char* what) {
  return {base::ErrorCode::invalid_input, what, {}, {}};
}

// Offsets in the fixed part of a batch.
constexpr std::size_t kTotalAt = 4;
constexpr std::size_t kCountAt = 8;
constexpr std::size_t kHeadBytesAt = 12;
constexpr std::size_t kTextSizesAt = 64;
constexpr std::size_t kFlagsAt = 55;
constexpr std::size_t kHeadCrcBytes = 4;
constexpr std::uint8_t kBeginsCommit = 1;

struct TextSizes {
  std::size_t source, peer, listener, token, resume_key, resume_value;
  [[nodiscard]] std::size_t sum() const noexcept {
    return source + peer + listener + token + resume_key + resume_value;
  }
};

TextSizes text_sizes(const char* at) noexcept {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(at[i]));
  };
  return {byte(0), byte(1), byte(2), byte(3), byte(4), get<std::uint16_t>(at + 6)};
}

void read_head(const char* at, BatchHead& head) noexcept {
  head.framing = static_cast<std::uint8_t>(at[14]);
  head.encoding = static_cast<std::uint8_t>(at[15]);
  head.first_sequence = get<std::uint64_t>(at + 16);
  head.received = {get<std::int64_t>(at + 24)};
  head.source_id = get<std::uint32_t>(at + 32);
  head.labels.organisation = base::OrganisationId{get<std::uint32_t>(at + 36)};
  head.labels.site = base::SiteId{get<std::uint32_t>(at + 40)};
  head.labels.operated_by = base::OperatorId{get<std::uint32_t>(at + 44)};
  head.labels.vault = base::VaultId{get<std::uint32_t>(at + 48)};
  head.labels.zone = static_cast<base::Zone>(at[52]);
  head.labels.data_class = static_cast<base::DataClass>(at[53]);
  head.labels.realm = static_cast<base::Realm>(at[54]);
  head.begins_commit = (static_cast<std::uint8_t>(at[kFlagsAt]) & kBeginsCommit) != 0;
  head.first_source_sequence = get<std::uint64_t>(at + 56);
  const TextSizes sizes = text_sizes(at + kTextSizesAt);
  const char* text = at + kBatchFixedBytes;
  const auto take = [&](std::size_t size) {
    const std::string_view part(text, size);
    text += size;
    return part;
  };
  head.source = take(sizes.source);
  head.peer = take(sizes.peer);
  head.listener = take(sizes.listener);
  head.token = take(sizes.token);
  head.resume_key = take(sizes.resume_key);
  head.resume_value = take(sizes.resume_value);
}

// The records lie within `bytes` (head to trailer, sum checked); false when their lengths do not add up.
bool read_records(std::string_view bytes, std::size_t count, std::vector<Record>& records) {
  records.clear();
  records.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (bytes.size() < kRecordHeaderBytes) return false;
    const std::size_t size = get<std::uint32_t>(bytes, 0);
    if (size > kMaxRecordBytes || size > bytes.size() - kRecordHeaderBytes) return false;
    const event::EventId id{.high = get<std::uint64_t>(bytes, 8), .low = get<std::uint64_t>(bytes, 16)};
    records.push_back({id, bytes.substr(kRecordHeaderBytes, size)});
    bytes.remove_prefix(kRecordHeaderBytes + size);
  }
  return bytes.empty();
}

base::Result<SegmentHeader> read_header_copy(std::string_view bytes) {
  if (bytes.size() < kHeaderCopyBytes || !bytes.starts_with(kSegmentMagic))
    return invalid("the file does not begin as a segment of a log");
  const std::size_t summed = kHeaderCopyBytes - sizeof(std::uint32_t);
  // Before the version: what a torn write left there is none. Every later format keeps these 64 bytes.
  if (get<std::uint32_t>(bytes, summed) != crc32c(bytes.substr(0, summed)))
    return invalid("the check sum of the segment's header is wrong");
  const auto version = get<std::uint16_t>(bytes, 8);
  if (version > kFormatVersion)
    return base::Error{base::ErrorCode::unsupported,
                       "the segment has format " + std::to_string(version) + ", this program knows up to " +
                           std::to_string(kFormatVersion),
                       "use the newer program that wrote it",
                       {}};
  Cursor cursor(bytes.substr(12, summed - 12));
  SegmentHeader header;
  header.incompatible = cursor.number<std::uint32_t>();
  header.compatible = cursor.number<std::uint32_t>();
  header.node = cursor.number<std::uint16_t>();
  header.partition = cursor.number<std::uint16_t>();
  header.number = cursor.number<std::uint32_t>();
  const auto kind = cursor.number<std::uint32_t>();
  header.first_sequence = cursor.number<std::uint64_t>();
  header.created = {cursor.number<std::int64_t>()};
  header.previous_number = cursor.number<std::uint32_t>();
  header.previous_end = cursor.number<std::uint32_t>();
  header.salt = cursor.number<std::uint32_t>();
  if ((header.incompatible & ~kKnownIncompatible) != 0)
    return base::Error{base::ErrorCode::unsupported,
                       "the segment uses features that this program does not know",
                       "use the newer program that wrote it",
                       {}};
  if (header.number == 0 || header.first_sequence > kSequenceLimit ||
      (kind != static_cast<std::uint32_t>(LogKind::events) &&
       kind != static_cast<std::uint32_t>(LogKind::findings)))
    return invalid("the segment's header contradicts itself");
  header.kind = static_cast<LogKind>(kind);
  return header;
}

}  // namespace

void append_header(std::string& out, const SegmentHeader& header) {
  const std::size_t start = out.size();
  out += kSegmentMagic;
  put(out, kFormatVersion);
  put(out, static_cast<std::uint16_t>(kHeaderCopyBytes));
  put(out, header.incompatible);
  put(out, header.compatible);
  put(out, header.node);
  put(out, header.partition);
  put(out, header.number);
  put(out, static_cast<std::uint32_t>(header.kind));
  put(out, header.first_sequence);
  put(out, header.created.since_epoch_ns);
  put(out, header.previous_number);
  put(out, header.previous_end);
  put(out, header.salt);
  put(out, crc32c(std::string_view(out).substr(start)));
  HINOMI_CHECK(out.size() - start == kHeaderCopyBytes);
  out.append(out, start, kHeaderCopyBytes);
}

base::Result<SegmentHeader> read_header(std::string_view bytes) {
  auto first = read_header_copy(bytes.substr(0, kHeaderCopyBytes));
  if (first || bytes.size() <= kHeaderCopyBytes) return first;
  auto second = read_header_copy(bytes.substr(kHeaderCopyBytes, kHeaderCopyBytes));
  return second || second.error().code == base::ErrorCode::unsupported ? second : first;
}

bool append_batch(std::string& out, std::uint32_t salt, const BatchHead& head, const NodeName& node,
                  std::span<const std::string_view> records) {
  const std::string_view texts[] = {head.source, head.peer, head.listener, head.token, head.resume_key};
  std::size_t total = kBatchFixedBytes + kHeadCrcBytes + kBatchTrailerBytes + head.resume_value.size();
  for (const std::string_view text : texts) {
    if (text.size() > kMaxTextBytes) return false;
    total += text.size();
  }
  if (records.empty() || records.size() > kMaxBatchRecords || head.resume_value.size() > kMaxResumeValueBytes)
    return false;
  for (const std::string_view record : records) {
    if (record.size() > kMaxRecordBytes) return false;
    total += kRecordHeaderBytes + record.size();
  }
  if (total > kMaxBatchBytes) return false;

  const std::size_t start = out.size();
  put(out, kBatchMagic);
  put(out, static_cast<std::uint32_t>(total));
  put(out, static_cast<std::uint32_t>(records.size()));
  put(out, std::uint16_t{0});  // of the head, below
  put(out, head.framing);
  put(out, head.encoding);
  put(out, head.first_sequence);
  put(out, head.received.since_epoch_ns);
  put(out, head.source_id);
  put(out, static_cast<std::uint32_t>(head.labels.organisation));
  put(out, static_cast<std::uint32_t>(head.labels.site));
  put(out, static_cast<std::uint32_t>(head.labels.operated_by));
  put(out, static_cast<std::uint32_t>(head.labels.vault));
  put(out, static_cast<std::uint8_t>(head.labels.zone));
  put(out, static_cast<std::uint8_t>(head.labels.data_class));
  put(out, static_cast<std::uint8_t>(head.labels.realm));
  put(out, head.begins_commit ? kBeginsCommit : std::uint8_t{0});
  put(out, head.first_source_sequence);
  for (const std::string_view text : texts) put(out, static_cast<std::uint8_t>(text.size()));
  put(out, std::uint8_t{0});
  put(out, static_cast<std::uint16_t>(head.resume_value.size()));
  HINOMI_CHECK(out.size() - start == kBatchFixedBytes);
  for (const std::string_view text : texts) out += text;
  out += head.resume_value;
  const auto whole_head = static_cast<std::uint16_t>(out.size() - start + kHeadCrcBytes);
  out[start + kHeadBytesAt] = static_cast<char>(whole_head);
  out[start + kHeadBytesAt + 1] = static_cast<char>(whole_head >> 8);
  put(out, crc32c(std::string_view(out).substr(start), salt));

  const std::uint64_t received = event::received_ms(head.received);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const event::EventId id = event::EventId::make({.received_ms = received,
                                                    .node = node.node,
                                                    .partition = node.partition,
                                                    .sequence = head.first_sequence + i});
    put(out, static_cast<std::uint32_t>(records[i].size()));
    put(out, crc32c(records[i]));
    put(out, id.high);
    put(out, id.low);
    out += records[i];
  }
  put(out, crc32c(std::string_view(out).substr(start), salt));
  put(out, kEndMagic);
  HINOMI_CHECK(out.size() - start == total);
  return true;
}

Found find_batch(std::string_view bytes, std::uint32_t salt, BatchView& view, std::size_t& size,
                 bool with_records) {
  size = kBatchFixedBytes + kHeadCrcBytes;
  if (bytes.size() >= sizeof(std::uint32_t)) {
    const auto magic = get<std::uint32_t>(bytes, 0);
    if (magic == kFooterMagic) return Found::seal;
    if (magic != kBatchMagic) {
      size = 0;
      return Found::damaged;
    }
  }
  if (bytes.size() < size) return Found::nothing;
  const std::size_t total = get<std::uint32_t>(bytes, kTotalAt);
  const std::size_t head_bytes = get<std::uint16_t>(bytes, kHeadBytesAt);
  const std::size_t expected =
      kBatchFixedBytes + text_sizes(bytes.data() + kTextSizesAt).sum() + kHeadCrcBytes;
  size = 0;
  if (head_bytes != expected || total > kMaxBatchBytes || total < head_bytes + kBatchTrailerBytes)
    return Found::damaged;
  if (bytes.size() < head_bytes) {
    size = head_bytes;
    return Found::nothing;
  }
  const std::size_t summed = head_bytes - kHeadCrcBytes;
  if (get<std::uint32_t>(bytes, summed) != crc32c(bytes.substr(0, summed), salt)) return Found::damaged;
  size = total;
  if (bytes.size() < total) return Found::nothing;
  const char* const trailer = bytes.data() + total - kBatchTrailerBytes;
  if (get<std::uint32_t>(trailer + 4) != kEndMagic ||
      get<std::uint32_t>(trailer) != crc32c(bytes.substr(0, total - kBatchTrailerBytes), salt))
    return Found::damaged;
  const std::size_t count = get<std::uint32_t>(bytes, kCountAt);
  view.bytes = static_cast<std::uint32_t>(total);
  read_head(&bytes.front(), view.head);
  view.records.clear();
  const std::string_view records = bytes.substr(head_bytes, total - head_bytes - kBatchTrailerBytes);
  if (count == 0 || count > kMaxBatchRecords || count * kRecordHeaderBytes > records.size() ||
      view.head.first_sequence > kSequenceLimit || count > kSequenceLimit - view.head.first_sequence)
    return Found::damaged;
  if (with_records && !read_records(records, count, view.records)) return Found::damaged;
  if (!with_records) view.records.resize(count);
  return Found::batch;
}

void append_footer(std::string& out, std::uint32_t salt, const Footer& footer) {
  const std::size_t start = out.size();
  put(out, kFooterMagic);
  put(out, footer.end);
  put(out, footer.next_sequence);
  put(out, footer.records);
  put(out, footer.first_received.since_epoch_ns);
  put(out, footer.last_received.since_epoch_ns);
  put(out, static_cast<std::uint32_t>(footer.tokens.size()));
  put(out, static_cast<std::uint32_t>(footer.resumes.size()));
  for (const TokenEntry& token : footer.tokens) {
    put(out, token.key.low);
    put(out, token.key.high);
    put(out, token.first.high);
    put(out, token.first.low);
    put(out, token.count);
    put(out, token.received.since_epoch_ns);
  }
  for (const ResumeEntry& resume : footer.resumes) {
    put(out, resume.source_id);
    put(out, static_cast<std::uint8_t>(resume.key.size()));
    put(out, std::uint8_t{0});
    put(out, static_cast<std::uint16_t>(resume.value.size()));
    out += resume.key;
    out += resume.value;
  }
  const std::uint32_t crc = crc32c(std::string_view(out).substr(start), salt);
  put(out, footer.end);
  put(out, crc);
  put(out, crc32c(std::string_view(out).substr(out.size() - 8), salt));
  put(out, kSealMagic);
}

std::optional<SealView> read_seal(std::string_view last_bytes, std::uint32_t salt) {
  if (last_bytes.size() != kSealBytes || get<std::uint32_t>(last_bytes, 12) != kSealMagic ||
      get<std::uint32_t>(last_bytes, 8) != crc32c(last_bytes.substr(0, 8), salt))
    return std::nullopt;
  return SealView{get<std::uint32_t>(last_bytes, 0), get<std::uint32_t>(last_bytes, 4)};
}

base::Result<Footer> read_footer(std::string_view bytes, std::uint32_t salt, const SealView& seal) {
  if (bytes.size() < kSealBytes || bytes.size() > kMaxFooterBytes)
    return invalid("the segment's footer has an impossible size");
  bytes.remove_suffix(kSealBytes);
  if (crc32c(bytes, salt) != seal.crc) return invalid("the check sum of the segment's footer is wrong");
  Cursor cursor(bytes);
  if (cursor.number<std::uint32_t>() != kFooterMagic) return invalid("the segment's footer is none");
  Footer footer;
  footer.end = cursor.number<std::uint32_t>();
  footer.next_sequence = cursor.number<std::uint64_t>();
  footer.records = cursor.number<std::uint64_t>();
  footer.first_received = {cursor.number<std::int64_t>()};
  footer.last_received = {cursor.number<std::int64_t>()};
  const auto tokens = cursor.number<std::uint32_t>();
  const auto resumes = cursor.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < tokens && cursor.good(); ++i) {
    TokenEntry token;
    token.key.low = cursor.number<std::uint64_t>();
    token.key.high = cursor.number<std::uint64_t>();
    token.first.high = cursor.number<std::uint64_t>();
    token.first.low = cursor.number<std::uint64_t>();
    token.count = cursor.number<std::uint32_t>();
    token.received = {cursor.number<std::int64_t>()};
    if (token.count == 0 || token.count > kSequenceLimit - token.first.parts().sequence)
      return invalid("the segment's footer contradicts itself");
    footer.tokens.push_back(token);
  }
  for (std::uint32_t i = 0; i < resumes && cursor.good(); ++i) {
    ResumeEntry resume;
    resume.source_id = cursor.number<std::uint32_t>();
    const std::size_t key = cursor.number<std::uint8_t>();
    (void)cursor.number<std::uint8_t>();
    const std::size_t value = cursor.number<std::uint16_t>();
    resume.key = cursor.text(key);
    resume.value = cursor.text(value);
    footer.resumes.push_back(std::move(resume));
  }
  if (!cursor.good() || cursor.left() != 0 || footer.end != seal.footer_offset ||
      footer.next_sequence > kSequenceLimit)
    return invalid("the segment's footer contradicts itself");
  return footer;
}

base::Hash128 token_key(std::uint32_t source_id, std::string_view token) noexcept {
  return base::hash128(token, source_id);
}

std::string segment_name(std::uint32_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name(kHexDigits, '0');
  for (std::size_t i = kHexDigits; i-- > 0; number >>= 4) name[i] = kDigits[number & 15];
  return name.append(kSegmentSuffix);
}

std::optional<std::uint32_t> segment_number(std::string_view name) noexcept {
  if (name.size() != kHexDigits + kSegmentSuffix.size() || !name.ends_with(kSegmentSuffix))
    return std::nullopt;
  std::uint64_t number = 0;
  const std::string_view digits = name.substr(0, kHexDigits);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || number == 0 ||
      number > 0xFFFF'FFFF)
    return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

}  // namespace hinomi::store::journal
