// Writes EVTX: templates, values and records into chunks with right offsets and checksums, for tests,
// benchmarks, fuzz seeds and the demo's recordings. Not an event log service: it writes finished files only,
// in memory.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "parse/evtx/format.h"

namespace hinomi::parse::evtx::testing {

using Buffer = std::vector<std::byte>;
using Guid = std::array<std::uint8_t, 16>;

struct Text {
  std::string utf8;
};
// Where the value number `index` of an instance goes.
struct Hole {
  std::uint16_t index = 0;
  ValueType type = ValueType::string;
  bool optional = true;
};
struct Entity {
  std::string name;  // lt, gt, amp, quot, apos
};
struct CharReference {
  char16_t unit = 0;
};
struct ElementSpec;
using ContentSpec = std::variant<Text, Hole, Entity, CharReference, ElementSpec>;

struct AttributeSpec {
  std::string name;
  std::vector<ContentSpec> content;
};

struct ElementSpec {
  std::string name;
  std::vector<AttributeSpec> attributes;
  std::vector<ContentSpec> content;

  ElementSpec& with(std::string attribute, ContentSpec content_spec);
  ElementSpec& add(ContentSpec content_spec);
};

struct TemplateSpec {
  Guid guid{};  // tells templates apart: two with one GUID must be equal
  ElementSpec root;
};

struct InstanceSpec;

// One value of an instance. `fragment` and `elements` make BinXML values, otherwise `bytes` are taken as they
// are.
struct ValueSpec {
  std::uint8_t type = 0;
  Buffer bytes;
  std::shared_ptr<const InstanceSpec> fragment;
  std::vector<ElementSpec> elements;
};

struct InstanceSpec {
  std::shared_ptr<const TemplateSpec> definition;  // null: the record holds `elements` without template
  std::vector<ValueSpec> values;
  std::vector<ElementSpec> elements;
};

[[nodiscard]] ValueSpec null_value();
[[nodiscard]] ValueSpec string_value(std::string_view utf8);
[[nodiscard]] ValueSpec ansi_value(std::string_view bytes);
// uint8 to int64, real32, real64, hex32, hex64, size, boolean: the bytes of `number`.
template <typename Number>
[[nodiscard]] ValueSpec number_value(ValueType type, Number number) {
  ValueSpec value;
  value.type = static_cast<std::uint8_t>(type);
  value.bytes.resize(sizeof number);
  std::memcpy(value.bytes.data(), &number, sizeof number);
  return value;
}
[[nodiscard]] ValueSpec guid_value(const Guid& guid);
[[nodiscard]] ValueSpec filetime_value(std::uint64_t filetime);
// S-1-<authority>-<sub-authorities>.
[[nodiscard]] ValueSpec sid_value(std::uint8_t authority, const std::vector<std::uint32_t>& sub_authorities);
[[nodiscard]] ValueSpec binary_value(Buffer bytes);
[[nodiscard]] ValueSpec string_array_value(const std::vector<std::string>& items);
[[nodiscard]] ValueSpec fragment_value(InstanceSpec instance);
[[nodiscard]] ValueSpec elements_value(std::vector<ElementSpec> elements);

[[nodiscard]] std::uint64_t to_filetime(base::TimeNs time) noexcept;
[[nodiscard]] Guid guid_of(std::string_view seed);  // the same for the same seed

// An event as Windows lays it out: a template for System, and within it a fragment with a template for
// EventData.
struct EventSpec {
  std::string provider;
  Guid provider_guid{};
  std::uint16_t event_id = 0;
  std::uint8_t version = 0;
  std::uint8_t level = 4;
  std::uint16_t task = 0;
  std::uint8_t opcode = 0;
  std::uint64_t keywords = 0x8000'0000'0000'0000;
  base::TimeNs time{};
  std::uint64_t record_id = 1;
  std::uint32_t process_id = 4;
  std::uint32_t thread_id = 8;
  std::string channel;
  std::string computer;
  std::vector<std::uint32_t> user;  // sub-authorities of S-1-5-…; empty = no user
  std::vector<std::pair<std::string, ValueSpec>> data;
};
[[nodiscard]] InstanceSpec make_event(const EventSpec& event);

class ChunkBuilder {
 public:
  ChunkBuilder();
  // False, and nothing is written, when the record does not fit any more.
  [[nodiscard]] bool add(std::uint64_t record_id, std::uint64_t filetime, const InstanceSpec& content);

  [[nodiscard]] std::size_t record_count() const noexcept { return record_offsets_.size(); }
  [[nodiscard]] std::size_t record_offset(std::size_t index) const { return record_offsets_.at(index); }
  // The whole chunk, 64 KiB.
  [[nodiscard]] Buffer finish() const;

 private:
  class Writer;

  Buffer bytes_;
  std::vector<std::size_t> record_offsets_;
  std::map<std::u16string, std::uint32_t> names_;
  std::map<Guid, std::uint32_t> templates_;
  std::array<std::uint32_t, 64> name_buckets_{};
  std::array<std::uint32_t, 32> template_buckets_{};
  std::uint64_t first_id_ = 0;
  std::uint64_t last_id_ = 0;
};

// Sets the checksums of a chunk or a file header anew, after its bytes were changed on purpose.
void repair_chunk_checksums(std::span<std::byte> chunk);
void repair_file_checksum(std::span<std::byte> file);

// A file of finished chunks. flags: 1 = dirty, 2 = full.
[[nodiscard]] Buffer make_file(const std::vector<Buffer>& chunks, std::uint32_t flags = 0);
// As many chunks as the events need. An event that fits no chunk ends the program.
[[nodiscard]] Buffer make_file(const std::vector<EventSpec>& events);

}  // namespace hinomi::parse::evtx::testing
