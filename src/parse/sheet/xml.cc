#include "parse/sheet/xml.h"

#include <expat.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace hinomi::parse::sheet {
namespace {

constexpr char kNameSeparator = '\n';
constexpr std::size_t kFeedBytes = 64 * 1024;
constexpr std::size_t kMaxAttributes = 256;  // of one element
// Different names of elements, attributes and prefixes in one part: expat keeps each to the end.
constexpr std::size_t kMaxNames = 4096;
constexpr std::size_t kMaxNameBytes = 1024;  // with its namespace

// Transitional and strict (ISO/IEC 29500-1 and -4), and relationships (29500-2). A document without any
// namespace is taken as well.
constexpr std::array<std::string_view, 4> kNamespaces = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships", ""};

struct FreeParser {
  void operator()(XML_ParserStruct* parser) const noexcept { ::XML_ParserFree(parser); }
};

struct Name {
  std::string_view space;
  std::string_view local;
};

Name split(const char* expat_name) noexcept {
  const std::string_view name = expat_name;
  const std::size_t separator = name.rfind(kNameSeparator);
  if (separator == std::string_view::npos) return {{}, name};
  return {name.substr(0, separator), name.substr(separator + 1)};
}

bool is_known(std::string_view space) noexcept {
  return std::find(kNamespaces.begin(), kNamespaces.end(), space) != kNamespaces.end();
}

}  // namespace

std::string_view value_of(std::span<const XmlAttribute> attributes, std::string_view name) noexcept {
  for (const XmlAttribute& attribute : attributes) {
    if (attribute.name == name) return attribute.value;
  }
  return {};
}

struct XmlReader::Parts {
  std::unique_ptr<XML_ParserStruct, FreeParser> parser;
  XmlHandler* handler = nullptr;
  std::string part;
  Limits limits;
  std::optional<base::Error> error;
  std::size_t depth = 0;
  std::size_t skip_from = 0;  // depth of the element that is left out; 0 = none
  std::uint64_t fed = 0;
  std::vector<XmlAttribute> attributes;
  std::unordered_set<std::string> names;
  std::string name;  // to look it up without new memory

  // False when that is one too many.
  bool know(std::string_view one) {
    if (one.size() <= kMaxNameBytes) {
      name = one;
      if (names.contains(name)) return true;
      if (names.size() < kMaxNames) return names.insert(name).second;
    }
    stop(fault(base::ErrorCode::limit_exceeded,
               "has more than " + std::to_string(kMaxNames) + " different names, or one of more than " +
                   std::to_string(kMaxNameBytes) + " bytes",
               "do not trust this file"));
    return false;
  }

  void stop(base::Error why) {
    if (!error) error = std::move(why);
    ::XML_StopParser(parser.get(), XML_FALSE);
  }
  [[nodiscard]] base::Error fault(base::ErrorCode code, std::string why, std::string remedy) const {
    return {code,
            "XLSX: part '" + part + "': " + std::move(why),
            std::move(remedy),
            {.line = static_cast<int>(::XML_GetCurrentLineNumber(parser.get())), .column = 0}};
  }

  void start(const char* full_name, const char** pairs) {
    if (error || !know(full_name)) return;
    if (++depth > limits.max_xml_depth) {
      stop(fault(base::ErrorCode::limit_exceeded,
                 "elements lie deeper than " + std::to_string(limits.max_xml_depth),
                 "do not trust this file"));
      return;
    }
    const Name element = split(full_name);
    if (skip_from == 0 && !is_known(element.space)) skip_from = depth;
    attributes.clear();
    for (std::size_t i = 0; pairs[i] != nullptr; i += 2) {
      if (!know(pairs[i])) return;
      if (attributes.size() >= kMaxAttributes) {
        stop(fault(base::ErrorCode::limit_exceeded,
                   "an element has more than " + std::to_string(kMaxAttributes) + " attributes",
                   "do not trust this file"));
        return;
      }
      attributes.push_back({split(pairs[i]).local, pairs[i + 1]});
    }
    if (skip_from != 0) return;
    if (auto done = handler->on_start(element.local, attributes); !done) stop(done.error());
  }

  void end(const char* full_name) {
    if (error) return;
    const bool skipped = skip_from != 0;
    if (skip_from == depth) skip_from = 0;
    --depth;
    if (skipped) return;
    if (auto done = handler->on_end(split(full_name).local); !done) stop(done.error());
  }

  void text(std::string_view piece) {
    if (error || skip_from != 0) return;
    if (auto done = handler->on_text(piece); !done) stop(done.error());
  }

  void doctype() {
    stop(fault(base::ErrorCode::invalid_input, "has a document type, which no office program writes",
               "do not trust this file"));
  }
};

namespace {

template <typename Parts>
void set_handlers(XML_ParserStruct* parser, Parts* parts) {
  ::XML_SetUserData(parser, parts);
  ::XML_SetElementHandler(
      parser,
      [](void* of, const char* name, const char** pairs) { static_cast<Parts*>(of)->start(name, pairs); },
      [](void* of, const char* name) { static_cast<Parts*>(of)->end(name); });
  ::XML_SetCharacterDataHandler(parser, [](void* of, const char* piece, int size) {
    static_cast<Parts*>(of)->text({piece, static_cast<std::size_t>(size)});
  });
  ::XML_SetStartNamespaceDeclHandler(parser, [](void* of, const char* prefix, const char* space) {
    auto* reader = static_cast<Parts*>(of);
    if (reader->error) return;
    if (prefix != nullptr && !reader->know(prefix)) return;
    if (space != nullptr) (void)reader->know(space);
  });
  ::XML_SetStartDoctypeDeclHandler(parser, [](void* of, const char*, const char*, const char*, int) {
    static_cast<Parts*>(of)->doctype();
  });
}

}  // namespace

XmlReader::XmlReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
XmlReader::XmlReader(XmlReader&&) noexcept = default;
XmlReader::~XmlReader() = default;

base::Result<XmlReader> XmlReader::open(XmlHandler& handler, std::string_view part, const Limits& limits) {
  auto parts = std::make_unique<Parts>();
  parts->parser.reset(::XML_ParserCreateNS(nullptr, kNameSeparator));
  if (!parts->parser) {
    return base::Error{base::ErrorCode::internal, "XLSX: expat cannot be set up", "free some memory", {}};
  }
  parts->handler = &handler;
  parts->part = part;
  parts->limits = limits;
  set_handlers(parts->parser.get(), parts.get());
  return XmlReader(std::move(parts));
}

base::Result<void> XmlReader::parse(std::string_view bytes, bool last) {
  Parts& parts = *parts_;
  if (parts.error) return *parts.error;
  const XML_Status status =
      ::XML_Parse(parts.parser.get(), bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0);
  if (parts.error) return *parts.error;
  if (status != XML_STATUS_OK) {
    const char* text = ::XML_ErrorString(::XML_GetErrorCode(parts.parser.get()));
    parts.error = parts.fault(base::ErrorCode::invalid_input,
                              "is no well-formed XML: " + std::string(text != nullptr ? text : "unknown"),
                              "get a complete copy of the file, or save it anew");
    return *parts.error;
  }
  // What expat keeps back is one unfinished token, which it looks at again with each piece.
  parts.fed += bytes.size();
  const auto done = ::XML_GetCurrentByteIndex(parts.parser.get());
  if (!last && done >= 0 && parts.fed - static_cast<std::uint64_t>(done) > parts.limits.max_xml_token_bytes) {
    parts.error =
        parts.fault(base::ErrorCode::limit_exceeded,
                    "one tag is longer than " + std::to_string(parts.limits.max_xml_token_bytes) + " bytes",
                    "do not trust this file");
    return *parts.error;
  }
  return {};
}

base::Result<void> XmlReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kFeedBytes);
    bytes.remove_prefix(piece.size());
    if (auto done = parse(piece, false); !done) return done;
  }
  return {};
}

base::Result<void> XmlReader::finish() {
  return parse({}, true);
}

}  // namespace hinomi::parse::sheet
