// A BinXML definition, read once into elements, attributes and parts whose holes the values of each record
// fill; and the cache that recognises the same definition in other chunks and files. Callers meet it through
// reader.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parse/evtx/format.h"

namespace hinomi::parse::evtx {

// A half-open range of indices into one of a Template's arrays.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool empty() const noexcept { return begin == end; }
  friend bool operator==(const Range&, const Range&) = default;
};

struct Part {
  enum class Kind : std::uint8_t {
    text,      // a, b: begin and end in the template's text
    value,     // the substitution value number `index`
    element,   // a: index of the element
    literal,   // a, b: begin and end in literals(); a constant of `type` that is no string
    instance,  // a, b: begin and end in the chunk of a template instance (fragments only)
  };
  Kind kind = Kind::text;
  std::uint8_t type = 0;  // ValueType: of the literal, or that the hole declares
  std::uint16_t index = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  friend bool operator==(const Part&, const Part&) = default;
};

struct Attribute {
  Range name;   // in the text
  Range parts;  // text, value and literal only
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

struct Element {
  Range name;
  Range attributes;
  Range parts;
  friend bool operator==(const Element&, const Element&) = default;
};

class Template {
 public:
  static constexpr std::uint32_t kTransient = 0xFFFF'FFFF;

  // Dense from 0 within one cache; kTransient for what lives no longer than its record or chunk.
  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
  [[nodiscard]] Range root() const noexcept { return root_; }
  [[nodiscard]] std::span<const Part> parts(Range range) const noexcept {
    return std::span(parts_).subspan(range.begin, range.end - range.begin);
  }
  [[nodiscard]] std::span<const Attribute> attributes(const Element& element) const noexcept {
    return std::span(attributes_)
        .subspan(element.attributes.begin, element.attributes.end - element.attributes.begin);
  }
  [[nodiscard]] const Element& element(const Part& part) const noexcept { return elements_[part.a]; }
  [[nodiscard]] std::span<const Element> elements() const noexcept { return elements_; }
  [[nodiscard]] std::string_view text(Range range) const noexcept {
    return std::string_view(text_).substr(range.begin, range.end - range.begin);
  }
  [[nodiscard]] std::string_view text(const Part& part) const noexcept { return text(Range{part.a, part.b}); }
  [[nodiscard]] Value literal(const Part& part) const noexcept {
    return {literals_.data() + part.a, static_cast<std::uint16_t>(part.b - part.a), part.type};
  }

  // True when some name is none that XML allows: among remains, something else has been written over it.
  [[nodiscard]] bool has_odd_name() const noexcept { return has_odd_name_; }

  // Empty, with the memory kept for the next use.
  void clear();
  // True when both say the same, whatever their ids.
  [[nodiscard]] bool equals(const Template& other) const;

 private:
  friend class BinXmlParser;
  friend class TemplateCache;

  std::uint32_t id_ = kTransient;
  bool has_odd_name_ = false;
  Range root_;
  std::vector<Part> parts_;
  std::vector<Attribute> attributes_;
  std::vector<Element> elements_;
  std::string text_;
  std::vector<std::byte> literals_;
};

// What the bytes of a definition look like. One template has several forms: a name stands within the
// definition where the chunk met it first there, else the definition refers to it.
struct DefinitionForm {
  // A name offset within the definition: the bytes differ from chunk to chunk, the name must not.
  struct NameField {
    std::uint32_t at = 0;   // of the 4-byte offset, from the begin of the body
    bool inlined = false;   // the name stands right behind it
    Range external_name{};  // else its UTF-16 in external_names
  };
  std::vector<NameField> name_fields;  // ascending
  std::vector<std::byte> body;
  std::vector<std::byte> external_names;

  [[nodiscard]] bool matches(Bytes chunk, std::size_t body_offset) const;
};

// Reads BinXML of a chunk into `out`. Every method returns what is wrong, or nullptr; then `out` is to be
// dropped.
class BinXmlParser {
 public:
  using Fault = const char*;

  // `scratch` is for the parser's use, so that its memory serves many.
  BinXmlParser(Bytes chunk, Template& out, std::vector<Part>& scratch)
      : chunk_(chunk), out_(out), pending_(scratch) {
    pending_.clear();
  }

  // The body of a template definition: [begin, end) of the chunk.
  [[nodiscard]] Fault parse_definition(std::size_t begin, std::size_t end, DefinitionForm& form);
  // A stream of elements and template instances, as records without template and values of type binxml hold
  // it. Elements there carry a dependency id or not, and nothing tells which: the caller tries both.
  [[nodiscard]] Fault parse_fragment(std::size_t begin, std::size_t end, bool has_dependency_id);

 private:
  [[nodiscard]] bool has(std::size_t bytes) const noexcept { return end_ - at_ >= bytes; }
  template <typename T>
  T take() noexcept {
    const T value = load<T>(chunk_.data() + at_);
    at_ += sizeof(T);
    return value;
  }
  [[nodiscard]] Fault parse_element(int depth);
  [[nodiscard]] Fault parse_attributes(Element& element);
  [[nodiscard]] Fault parse_content(int depth);
  [[nodiscard]] Fault parse_value_token(std::uint8_t token, std::size_t mark, bool& known);
  [[nodiscard]] Fault parse_literal(std::size_t mark);
  [[nodiscard]] Fault parse_counted_text(std::size_t mark);
  [[nodiscard]] Fault parse_entity(std::size_t mark);
  [[nodiscard]] Fault parse_instance_token();
  [[nodiscard]] Fault parse_name(Range& name);
  void push_text(std::size_t mark, std::size_t text_begin);
  Range flush(std::size_t mark);

  Bytes chunk_;
  Template& out_;
  std::size_t begin_ = 0;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  bool has_dependency_id_ = true;
  DefinitionForm* form_ = nullptr;  // of a definition, for the cache
  bool allows_instances_ = false;
  std::vector<Part>& pending_;  // parts of the elements that are still open
};

// The extent of a template instance and where its values are; see parse_instance_header.
struct InstanceHeader {
  std::uint32_t template_id = 0;
  std::uint32_t definition = 0;   // offset in the chunk
  std::uint32_t descriptors = 0;  // offset of the first of `count` descriptors of 4 bytes
  std::uint32_t count = 0;
};

// Reads the instance whose token stands at `at` within [at, end) of the chunk; the values are not checked.
[[nodiscard]] const char* parse_instance_header(Bytes chunk, std::size_t at, std::size_t end,
                                                InstanceHeader& out);

// For one thread: each worker has its own. Templates live as long as the cache.
class TemplateCache {
 public:
  // What is remembered; beyond, a template is read anew for each chunk.
  struct Limits {
    std::size_t templates = 16'384;
    std::size_t forms = 16'384;
    std::size_t templates_of_one_guid = 16;
    std::size_t forms_of_one_guid_and_size = 16;
  };
  TemplateCache() = default;
  explicit TemplateCache(const Limits& limits) : limits_(limits) {}
  TemplateCache(const TemplateCache&) = delete;
  TemplateCache& operator=(const TemplateCache&) = delete;

  struct Lookup {
    const Template* found = nullptr;
    std::unique_ptr<Template> transient;  // owns `found` when the cache is full
    const char* fault = nullptr;          // why `found` is null
    std::size_t examined_bytes = 0;       // what finding it cost
  };
  // The definition whose header stands at `offset` and within the chunk. A known definition is recognised by
  // GUID, size and an exact comparison of content and names, wherever in its chunk it stands.
  [[nodiscard]] Lookup find_or_parse(Bytes chunk, std::uint32_t offset);

  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  struct Key {
    std::uint64_t guid_low, guid_high;
    std::uint32_t size;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return static_cast<std::size_t>((key.guid_low ^ (key.guid_high * 0x9E37'79B9'7F4A'7C15ULL)) + key.size);
    }
  };
  struct KnownForm {
    DefinitionForm form;
    const Template* definition = nullptr;
  };
  struct GuidHash {
    std::size_t operator()(const std::pair<std::uint64_t, std::uint64_t>& guid) const noexcept {
      return KeyHash()({guid.first, guid.second, 0});
    }
  };
  using Guid = std::pair<std::uint64_t, std::uint64_t>;

  [[nodiscard]] const Template* keep(Guid guid, std::unique_ptr<Template>& parsed);

  std::unordered_map<Key, std::vector<KnownForm>, KeyHash> forms_;
  std::unordered_map<Guid, std::vector<std::unique_ptr<Template>>, GuidHash> templates_;
  Limits limits_{};
  std::vector<Part> scratch_;
  std::size_t count_ = 0;  // templates
  std::size_t form_count_ = 0;
};

}  // namespace hinomi::parse::evtx
