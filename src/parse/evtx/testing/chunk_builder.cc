#include "parse/evtx/testing/chunk_builder.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "base/text.h"
#include "parse/evtx/crc32.h"

namespace hinomi::parse::evtx::testing {
namespace {

std::u16string to_utf16(std::string_view utf8) {
  std::u16string out;
  while (!utf8.empty()) {
    const base::Decoded decoded = base::decode_utf8(utf8);
    utf8.remove_prefix(decoded.length);
    char32_t c = decoded.code_point;
    if (c < 0x10000) {
      out += static_cast<char16_t>(c);
    } else {
      c -= 0x10000;
      out += static_cast<char16_t>(0xD800 + (c >> 10));
      out += static_cast<char16_t>(0xDC00 + (c & 0x3FF));
    }
  }
  return out;
}

template <typename T>
void append(Buffer& out, T value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}
void append(Buffer& out, Token token, bool more = false) {
  append(out, static_cast<std::uint8_t>(static_cast<std::uint8_t>(token) | (more ? kTokenMoreFlag : 0)));
}
void append(Buffer& out, std::u16string_view text) {
  for (const char16_t unit : text) append(out, static_cast<std::uint16_t>(unit));
}
template <typename T>
void put(std::span<std::byte> out, std::size_t at, T value) {
  std::memcpy(out.data() + at, &value, sizeof value);
}

// The hash that links names of a chunk; names of one bucket form a list.
std::uint16_t name_hash(std::u16string_view name) {
  std::uint32_t hash = 0;
  for (const char16_t unit : name) hash = hash * 65599 + unit;
  return static_cast<std::uint16_t>(hash);
}

ValueSpec raw_value(ValueType type, Buffer bytes = {}) {
  return {.type = static_cast<std::uint8_t>(type),
          .bytes = std::move(bytes),
          .fragment = nullptr,
          .elements = {}};
}

ElementSpec element(std::string name) {
  return {.name = std::move(name), .attributes = {}, .content = {}};
}
ElementSpec element(std::string name, ContentSpec content) {
  ElementSpec spec = element(std::move(name));
  spec.add(std::move(content));
  return spec;
}

// The values of an event, in the order of their holes.
enum EventHole : std::uint16_t {
  kLevel,
  kOpcode,
  kTask,
  kEventId,
  kVersion,
  kKeywords,
  kTime,
  kRecordId,
  kProcessId,
  kThreadId,
  kUser,
  kChannel,
  kComputer,
  kProvider,
  kProviderGuid,
  kEventData,
  kEventHoles,
};

std::shared_ptr<const TemplateSpec> event_template() {
  static const auto shared = [] {
    const auto hole = [](EventHole index, ValueType type) { return Hole{index, type, true}; };
    ElementSpec system = element("System");
    system.add(element("Provider")
                   .with("Name", hole(kProvider, ValueType::string))
                   .with("Guid", hole(kProviderGuid, ValueType::guid)));
    system.add(element("EventID", hole(kEventId, ValueType::uint16)));
    system.add(element("Version", hole(kVersion, ValueType::uint8)));
    system.add(element("Level", hole(kLevel, ValueType::uint8)));
    system.add(element("Task", hole(kTask, ValueType::uint16)));
    system.add(element("Opcode", hole(kOpcode, ValueType::uint8)));
    system.add(element("Keywords", hole(kKeywords, ValueType::hex64)));
    system.add(element("TimeCreated").with("SystemTime", hole(kTime, ValueType::filetime)));
    system.add(element("EventRecordID", hole(kRecordId, ValueType::uint64)));
    system.add(element("Correlation"));
    system.add(element("Execution")
                   .with("ProcessID", hole(kProcessId, ValueType::uint32))
                   .with("ThreadID", hole(kThreadId, ValueType::uint32)));
    system.add(element("Channel", hole(kChannel, ValueType::string)));
    system.add(element("Computer", hole(kComputer, ValueType::string)));
    system.add(element("Security").with("UserID", hole(kUser, ValueType::sid)));
    ElementSpec event = element("Event");
    event.with("xmlns", Text{"http://schemas.microsoft.com/win/2004/08/events/event"});
    event.add(std::move(system));
    event.add(hole(kEventData, ValueType::binxml));
    return std::make_shared<const TemplateSpec>(TemplateSpec{guid_of("event"), std::move(event)});
  }();
  return shared;
}

InstanceSpec event_data(const EventSpec& event) {
  std::string identity =
      event.provider + '\n' + std::to_string(event.event_id) + '\n' + std::to_string(event.version);
  ElementSpec root = element("EventData");
  InstanceSpec instance;
  for (const auto& [name, value] : event.data) {
    const auto index = static_cast<std::uint16_t>(instance.values.size());
    const Hole hole{index, ValueType(value.type), false};
    ElementSpec data = element("Data", hole);
    if (!name.empty()) data.with("Name", Text{name});
    identity += '\n' + name + '\t' + std::to_string(value.type);
    root.add(std::move(data));
    instance.values.push_back(value);
  }
  instance.definition =
      std::make_shared<const TemplateSpec>(TemplateSpec{guid_of(identity), std::move(root)});
  return instance;
}

}  // namespace

ElementSpec& ElementSpec::with(std::string attribute, ContentSpec content_spec) {
  attributes.push_back({std::move(attribute), {}});
  attributes.back().content.push_back(std::move(content_spec));
  return *this;
}

ElementSpec& ElementSpec::add(ContentSpec content_spec) {
  content.push_back(std::move(content_spec));
  return *this;
}

ValueSpec null_value() {
  return raw_value(ValueType::null);
}

ValueSpec string_value(std::string_view utf8) {
  ValueSpec value = raw_value(ValueType::string);
  append(value.bytes, std::u16string_view(to_utf16(utf8)));
  return value;
}

ValueSpec ansi_value(std::string_view bytes) {
  const auto raw = std::as_bytes(std::span(bytes));
  return raw_value(ValueType::ansi_string, Buffer(raw.begin(), raw.end()));
}

ValueSpec guid_value(const Guid& guid) {
  const auto raw = std::as_bytes(std::span(guid));
  return raw_value(ValueType::guid, Buffer(raw.begin(), raw.end()));
}

ValueSpec filetime_value(std::uint64_t filetime) {
  return number_value(ValueType::filetime, filetime);
}

ValueSpec sid_value(std::uint8_t authority, const std::vector<std::uint32_t>& sub_authorities) {
  ValueSpec value = raw_value(ValueType::sid);
  append(value.bytes, std::uint8_t{1});
  append(value.bytes, static_cast<std::uint8_t>(sub_authorities.size()));
  value.bytes.resize(value.bytes.size() + 5);
  append(value.bytes, authority);
  for (const std::uint32_t each : sub_authorities) append(value.bytes, each);
  return value;
}

ValueSpec binary_value(Buffer bytes) {
  return raw_value(ValueType::binary, std::move(bytes));
}

ValueSpec string_array_value(const std::vector<std::string>& items) {
  ValueSpec value = raw_value(ValueType::string);
  value.type |= kArrayFlag;
  for (const std::string& item : items) append(value.bytes, std::u16string_view(to_utf16(item) + u'\0'));
  return value;
}

ValueSpec fragment_value(InstanceSpec instance) {
  ValueSpec value = raw_value(ValueType::binxml);
  value.fragment = std::make_shared<const InstanceSpec>(std::move(instance));
  return value;
}

ValueSpec elements_value(std::vector<ElementSpec> elements) {
  ValueSpec value = raw_value(ValueType::binxml);
  value.elements = std::move(elements);
  return value;
}

std::uint64_t to_filetime(base::TimeNs time) noexcept {
  return 116'444'736'000'000'000ULL + static_cast<std::uint64_t>(time.since_epoch_ns / 100);
}

Guid guid_of(std::string_view seed) {
  const base::Hash128 hash = base::hash128(seed, 0);
  Guid guid;
  std::memcpy(guid.data(), &hash.low, 8);
  std::memcpy(guid.data() + 8, &hash.high, 8);
  return guid;
}

InstanceSpec make_event(const EventSpec& event) {
  InstanceSpec instance;
  instance.definition = event_template();
  instance.values.resize(kEventHoles);
  auto& values = instance.values;
  values[kLevel] = number_value(ValueType::uint8, event.level);
  values[kOpcode] = number_value(ValueType::uint8, event.opcode);
  values[kTask] = number_value(ValueType::uint16, event.task);
  values[kEventId] = number_value(ValueType::uint16, event.event_id);
  values[kVersion] = number_value(ValueType::uint8, event.version);
  values[kKeywords] = number_value(ValueType::hex64, event.keywords);
  values[kTime] = filetime_value(to_filetime(event.time));
  values[kRecordId] = number_value(ValueType::uint64, event.record_id);
  values[kProcessId] = number_value(ValueType::uint32, event.process_id);
  values[kThreadId] = number_value(ValueType::uint32, event.thread_id);
  values[kUser] = event.user.empty() ? null_value() : sid_value(5, event.user);
  values[kChannel] = string_value(event.channel);
  values[kComputer] = string_value(event.computer);
  values[kProvider] = string_value(event.provider);
  values[kProviderGuid] = event.provider_guid == Guid{} ? null_value() : guid_value(event.provider_guid);
  values[kEventData] = event.data.empty() ? null_value() : fragment_value(event_data(event));
  return instance;
}

// Appends BinXML to the chunk; every offset it writes is that in the chunk.
class ChunkBuilder::Writer {
 public:
  explicit Writer(ChunkBuilder& chunk) : chunk_(chunk), out_(chunk.bytes_) {}

  void write_stream(const InstanceSpec& instance) {
    append_fragment_header();
    if (instance.definition != nullptr) {
      write_instance(instance);
    } else {
      for (const ElementSpec& each : instance.elements) write_element(each, false);
    }
    append(out_, Token::end_of_stream);
  }

 private:
  void append_fragment_header() {
    append(out_, Token::fragment_header);
    append(out_, std::uint8_t{1});
    append(out_, std::uint8_t{1});
    append(out_, std::uint8_t{0});
  }

  void write_instance(const InstanceSpec& instance) {
    const TemplateSpec& definition = *instance.definition;
    append(out_, Token::template_instance);
    append(out_, std::uint8_t{1});
    append(out_, load<std::uint32_t>(std::as_bytes(std::span(definition.guid)).data()));
    const auto known = chunk_.templates_.find(definition.guid);
    if (known != chunk_.templates_.end()) {
      append(out_, known->second);
    } else {
      append(out_, static_cast<std::uint32_t>(out_.size() + 4));
      write_definition(definition);
    }
    write_values(instance.values);
  }

  void write_definition(const TemplateSpec& definition) {
    const auto offset = static_cast<std::uint32_t>(out_.size());
    const std::uint32_t id = load<std::uint32_t>(std::as_bytes(std::span(definition.guid)).data());
    std::uint32_t& bucket = chunk_.template_buckets_[id % 32];
    append(out_, bucket);
    bucket = offset;
    chunk_.templates_.emplace(definition.guid, offset);
    for (const std::uint8_t byte : definition.guid) append(out_, byte);
    const std::size_t size_at = begin_size();
    append_fragment_header();
    write_element(definition.root, true);
    append(out_, Token::end_of_stream);
    end_size(size_at);
  }

  void write_values(const std::vector<ValueSpec>& values) {
    append(out_, static_cast<std::uint32_t>(values.size()));
    const std::size_t descriptors = out_.size();
    out_.resize(descriptors + 4 * values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t begin = out_.size();
      write_value(values[i]);
      put(out_, descriptors + 4 * i, static_cast<std::uint16_t>(out_.size() - begin));
      put(out_, descriptors + 4 * i + 2, static_cast<std::uint16_t>(values[i].type));
    }
  }

  void write_value(const ValueSpec& value) {
    if (value.fragment != nullptr) {
      write_stream(*value.fragment);
    } else if (!value.elements.empty()) {
      append_fragment_header();
      for (const ElementSpec& each : value.elements) write_element(each, false);
      append(out_, Token::end_of_stream);
    } else {
      out_.insert(out_.end(), value.bytes.begin(), value.bytes.end());
    }
  }

  // Only elements of templates have a dependency id.
  void write_element(const ElementSpec& spec, bool in_template) {
    append(out_, Token::open_start_element, !spec.attributes.empty());
    if (in_template) append(out_, std::uint16_t{0xFFFF});
    const std::size_t size_at = begin_size();
    write_name(spec.name);
    if (!spec.attributes.empty()) {
      const std::size_t list_at = begin_size();
      for (std::size_t i = 0; i < spec.attributes.size(); ++i) {
        append(out_, Token::attribute, i + 1 < spec.attributes.size());
        write_name(spec.attributes[i].name);
        for (const ContentSpec& each : spec.attributes[i].content) write_content(each, in_template);
      }
      end_size(list_at);
    }
    if (spec.content.empty()) {
      append(out_, Token::close_empty_element);
    } else {
      append(out_, Token::close_start_element);
      for (const ContentSpec& each : spec.content) write_content(each, in_template);
      append(out_, Token::end_element);
    }
    end_size(size_at);
  }

  void write_content(const ContentSpec& content, bool in_template) {
    if (const auto* text = std::get_if<Text>(&content)) {
      const std::u16string utf16 = to_utf16(text->utf8);
      append(out_, Token::value);
      append(out_, static_cast<std::uint8_t>(ValueType::string));
      append(out_, static_cast<std::uint16_t>(utf16.size()));
      append(out_, std::u16string_view(utf16));
    } else if (const auto* hole = std::get_if<Hole>(&content)) {
      append(out_, hole->optional ? Token::optional_substitution : Token::normal_substitution);
      append(out_, hole->index);
      append(out_, static_cast<std::uint8_t>(hole->type));
    } else if (const auto* entity = std::get_if<Entity>(&content)) {
      append(out_, Token::entity_reference);
      write_name(entity->name);
    } else if (const auto* reference = std::get_if<CharReference>(&content)) {
      append(out_, Token::char_reference);
      append(out_, static_cast<std::uint16_t>(reference->unit));
    } else {
      write_element(std::get<ElementSpec>(content), in_template);
    }
  }

  // A name stands where it is first used; later uses point there.
  void write_name(const std::string& utf8) {
    const std::u16string name = to_utf16(utf8);
    const auto known = chunk_.names_.find(name);
    if (known != chunk_.names_.end()) return append(out_, known->second);
    const auto offset = static_cast<std::uint32_t>(out_.size() + 4);
    chunk_.names_.emplace(name, offset);
    append(out_, offset);
    const std::uint16_t hash = name_hash(name);
    std::uint32_t& bucket = chunk_.name_buckets_[hash % 64];
    append(out_, bucket);
    bucket = offset;
    append(out_, hash);
    append(out_, static_cast<std::uint16_t>(name.size()));
    append(out_, std::u16string_view(name));
    append(out_, std::uint16_t{0});
  }

  std::size_t begin_size() {
    append(out_, std::uint32_t{0});
    return out_.size() - 4;
  }
  void end_size(std::size_t at) { put(out_, at, static_cast<std::uint32_t>(out_.size() - at - 4)); }

  ChunkBuilder& chunk_;
  Buffer& out_;
};

ChunkBuilder::ChunkBuilder() : bytes_(kChunkHeaderSize) {
  bytes_.reserve(kChunkSize);
}

bool ChunkBuilder::add(std::uint64_t record_id, std::uint64_t filetime, const InstanceSpec& content) {
  ChunkBuilder before = *this;
  const std::size_t start = bytes_.size();
  append(bytes_, kRecordMagic);
  append(bytes_, std::uint32_t{0});
  append(bytes_, record_id);
  append(bytes_, filetime);
  Writer(*this).write_stream(content);
  while ((bytes_.size() + 4) % 8 != 0) append(bytes_, std::uint8_t{0});
  const auto size = static_cast<std::uint32_t>(bytes_.size() + 4 - start);
  append(bytes_, size);
  put(bytes_, start + 4, size);
  if (bytes_.size() > kChunkSize) {
    *this = std::move(before);
    return false;
  }
  if (record_offsets_.empty()) first_id_ = record_id;
  last_id_ = record_id;
  record_offsets_.push_back(start);
  return true;
}

Buffer ChunkBuilder::finish() const {
  Buffer chunk = bytes_;
  chunk.resize(kChunkSize);
  std::copy_n(std::as_bytes(std::span(kChunkMagic)).begin(), 8, chunk.begin());
  put(chunk, 8, first_id_);
  put(chunk, 16, last_id_);
  put(chunk, 24, first_id_);
  put(chunk, 32, last_id_);
  put(chunk, 40, std::uint32_t{128});
  put(chunk, 44, static_cast<std::uint32_t>(record_offsets_.empty() ? 0 : record_offsets_.back()));
  put(chunk, 48, static_cast<std::uint32_t>(bytes_.size()));
  for (std::size_t i = 0; i < name_buckets_.size(); ++i) put(chunk, 128 + 4 * i, name_buckets_[i]);
  for (std::size_t i = 0; i < template_buckets_.size(); ++i) put(chunk, 384 + 4 * i, template_buckets_[i]);
  repair_chunk_checksums(chunk);
  return chunk;
}

void repair_chunk_checksums(std::span<std::byte> chunk) {
  HINOMI_CHECK(chunk.size() >= kChunkHeaderSize);
  const std::size_t end = load<std::uint32_t>(chunk.data() + 48);
  if (end >= kChunkHeaderSize && end <= chunk.size()) {
    put(chunk, 52, crc32(chunk.subspan(kChunkHeaderSize, end - kChunkHeaderSize)));
  }
  put(chunk, 124, crc32(chunk.subspan(128, 384), crc32(chunk.first(120))));
}

void repair_file_checksum(std::span<std::byte> file) {
  HINOMI_CHECK(file.size() >= 128);
  put(file, 124, crc32(file.first(120)));
}

Buffer make_file(const std::vector<Buffer>& chunks, std::uint32_t flags) {
  Buffer file(kFileHeaderSize);
  std::copy_n(std::as_bytes(std::span(kFileMagic)).begin(), 8, file.begin());
  const std::uint64_t last_chunk = chunks.empty() ? 0 : chunks.size() - 1;
  const std::uint64_t last_id = chunks.empty() ? 0 : load<std::uint64_t>(chunks.back().data() + 32);
  put(file, 16, last_chunk);
  put(file, 24, last_id + 1);
  put(file, 32, std::uint32_t{128});
  put(file, 36, std::uint16_t{1});  // version 3.1
  put(file, 38, std::uint16_t{3});
  put(file, 40, static_cast<std::uint16_t>(kFileHeaderSize));
  put(file, 42, static_cast<std::uint16_t>(chunks.size()));
  put(file, 120, flags);
  repair_file_checksum(file);
  for (const Buffer& chunk : chunks) file.insert(file.end(), chunk.begin(), chunk.end());
  return file;
}

Buffer make_file(const std::vector<EventSpec>& events) {
  std::vector<Buffer> chunks;
  ChunkBuilder chunk;
  for (const EventSpec& event : events) {
    const InstanceSpec content = make_event(event);
    const std::uint64_t filetime = to_filetime(event.time);
    if (chunk.add(event.record_id, filetime, content)) continue;
    chunks.push_back(chunk.finish());
    chunk = ChunkBuilder();
    const bool fits = chunk.add(event.record_id, filetime, content);
    HINOMI_CHECK(fits);
  }
  if (chunk.record_count() > 0) chunks.push_back(chunk.finish());
  return make_file(chunks);
}

}  // namespace hinomi::parse::evtx::testing
