#include "parse/evtx/template.h"

#include <algorithm>

#include "parse/evtx/utf16.h"
#include "parse/evtx/value.h"

namespace hinomi::parse::evtx {
namespace {

// A name in the chunk (MS-EVEN6 2.2.12, Name): link to the next of the same hash, hash, units, UTF-16, NUL.
constexpr std::size_t kNameHeaderSize = 8;
constexpr std::size_t kNameTerminatorSize = 2;

// The UTF-16 of the name at `offset`; empty when it does not lie within the chunk or is too long.
Bytes name_at(Bytes chunk, std::size_t offset) noexcept {
  if (offset > chunk.size() || chunk.size() - offset < kNameHeaderSize) return {};
  const std::size_t units = load<std::uint16_t>(chunk.data() + offset + 6);
  const Bytes rest = chunk.subspan(offset + kNameHeaderSize);
  if (units > kMaxNameUnits || 2 * units > rest.size()) return {};
  return rest.first(2 * units);
}

// Characters that no XML name has (XML 1.0, 2.3), as far as they are ASCII; U+FFFD stands for broken UTF-16.
bool is_odd_name(std::string_view name) noexcept {
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || std::string_view("\"&'<>/=").find(c) != std::string_view::npos)
      return true;
  }
  return name.find("\xEF\xBF\xBD") != std::string_view::npos;
}

bool equal(Bytes a, Bytes b) noexcept {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

Token token_of(std::uint8_t byte) noexcept {
  return Token(byte & ~kTokenMoreFlag);
}

}  // namespace

BinXmlParser::Fault BinXmlParser::parse_definition(std::size_t begin, std::size_t end, DefinitionForm& form) {
  begin_ = at_ = begin;
  end_ = end;
  has_dependency_id_ = true;
  form_ = &form;
  allows_instances_ = false;
  if (has(4) && token_of(load<std::uint8_t>(chunk_.data() + at_)) == Token::fragment_header) at_ += 4;
  if (!has(1) || token_of(load<std::uint8_t>(chunk_.data() + at_)) != Token::open_start_element) {
    return "the template does not begin with an element";
  }
  const Fault fault = parse_element(0);
  if (fault != nullptr) return fault;
  out_.root_ = flush(0);
  form.body.assign(chunk_.begin() + static_cast<std::ptrdiff_t>(begin),
                   chunk_.begin() + static_cast<std::ptrdiff_t>(end));
  return nullptr;
}

BinXmlParser::Fault BinXmlParser::parse_fragment(std::size_t begin, std::size_t end, bool has_dependency_id) {
  begin_ = at_ = begin;
  end_ = end;
  has_dependency_id_ = has_dependency_id;
  form_ = nullptr;
  allows_instances_ = true;
  bool done = false;
  while (!done && has(1)) {
    const Token token = token_of(load<std::uint8_t>(chunk_.data() + at_));
    Fault fault = nullptr;
    if (token == Token::fragment_header && has(4)) {
      at_ += 4;
    } else if (token == Token::open_start_element) {
      fault = parse_element(0);
    } else if (token == Token::template_instance) {
      fault = parse_instance_token();
    } else if (token == Token::end_of_stream || !pending_.empty()) {
      done = true;  // what follows the end is padding and may hold anything
    } else {
      return "unknown token at the begin of a fragment";
    }
    if (fault != nullptr) return fault;
  }
  out_.root_ = flush(0);
  return nullptr;
}

// Element start (MS-EVEN6 2.2.12.3). The stated sizes are not needed and not believed.
BinXmlParser::Fault BinXmlParser::parse_element(int depth) {
  if (depth >= kMaxElementDepth) return "elements nest too deeply";
  const bool has_attributes = (take<std::uint8_t>() & kTokenMoreFlag) != 0;
  if (!has(has_dependency_id_ ? 6 : 4)) return "an element is cut off";
  at_ += has_dependency_id_ ? 6 : 4;
  Element element;
  if (const Fault fault = parse_name(element.name)) return fault;
  if (has_attributes) {
    if (const Fault fault = parse_attributes(element)) return fault;
  }
  if (!has(1)) return "an element is cut off";
  const Token close = token_of(take<std::uint8_t>());
  const std::size_t mark = pending_.size();
  if (close == Token::close_start_element) {
    if (const Fault fault = parse_content(depth)) return fault;
  } else if (close != Token::close_empty_element) {
    return "the start of an element does not end";
  }
  element.parts = flush(mark);
  out_.elements_.push_back(element);
  pending_.push_back(
      {.kind = Part::Kind::element, .a = static_cast<std::uint32_t>(out_.elements_.size() - 1)});
  return nullptr;
}

BinXmlParser::Fault BinXmlParser::parse_attributes(Element& element) {
  if (!has(4)) return "an attribute list is cut off";
  at_ += 4;  // its size
  element.attributes.begin = static_cast<std::uint32_t>(out_.attributes_.size());
  while (has(1) && token_of(load<std::uint8_t>(chunk_.data() + at_)) == Token::attribute) {
    ++at_;
    Attribute attribute;
    if (const Fault fault = parse_name(attribute.name)) return fault;
    const std::size_t mark = pending_.size();
    bool known = true;
    while (known && has(1)) {
      const auto token = load<std::uint8_t>(chunk_.data() + at_);
      if (const Fault fault = parse_value_token(token, mark, known)) return fault;
    }
    attribute.parts = flush(mark);
    out_.attributes_.push_back(attribute);
  }
  element.attributes.end = static_cast<std::uint32_t>(out_.attributes_.size());
  return nullptr;
}

BinXmlParser::Fault BinXmlParser::parse_content(int depth) {
  const std::size_t mark = pending_.size();
  while (has(1)) {
    const auto byte = load<std::uint8_t>(chunk_.data() + at_);
    bool known = false;
    if (const Fault fault = parse_value_token(byte, mark, known)) return fault;
    if (known) continue;
    Fault fault = nullptr;
    switch (token_of(byte)) {
      case Token::end_element:
        ++at_;
        return nullptr;
      case Token::open_start_element:
        fault = parse_element(depth + 1);
        break;
      case Token::template_instance:
        fault = parse_instance_token();
        break;
      case Token::fragment_header:
        if (!has(4)) return "a fragment header is cut off";
        at_ += 4;
        break;
      case Token::pi_target: {
        ++at_;
        Range unused;
        fault = parse_name(unused);
        break;
      }
      case Token::pi_data: {
        ++at_;
        if (!has(2)) return "a processing instruction is cut off";
        const std::size_t bytes = 2 * std::size_t{take<std::uint16_t>()};
        if (!has(bytes)) return "a processing instruction is cut off";
        at_ += bytes;
        break;
      }
      default:
        return "unknown token in an element";
    }
    if (fault != nullptr) return fault;
  }
  return "an element does not end";
}

// The tokens that attributes and content share. `known` = it was one, and is consumed.
BinXmlParser::Fault BinXmlParser::parse_value_token(std::uint8_t byte, std::size_t mark, bool& known) {
  known = true;
  switch (token_of(byte)) {
    case Token::value:
      ++at_;
      return parse_literal(mark);
    case Token::cdata:
      ++at_;
      return parse_counted_text(mark);
    case Token::normal_substitution:
    case Token::optional_substitution: {
      // An optional hole without value leaves its element out (MS-EVEN6 2.2.12.6); here both kinds render as
      // empty.
      if (!has(4)) return "a substitution is cut off";
      ++at_;
      const auto index = take<std::uint16_t>();
      const auto type = take<std::uint8_t>();
      pending_.push_back({.kind = Part::Kind::value, .type = type, .index = index});
      return nullptr;
    }
    case Token::char_reference: {
      if (!has(3)) return "a character reference is cut off";
      const std::size_t text_begin = out_.text_.size();
      append_utf16(out_.text_, chunk_.subspan(at_ + 1, 2));
      at_ += 3;
      push_text(mark, text_begin);
      return nullptr;
    }
    case Token::entity_reference:
      ++at_;
      return parse_entity(mark);
    default:
      known = false;
      return nullptr;
  }
}

BinXmlParser::Fault BinXmlParser::parse_literal(std::size_t mark) {
  if (!has(1)) return "a value is cut off";
  const auto type = take<std::uint8_t>();
  if (ValueType(type) == ValueType::string) return parse_counted_text(mark);
  // The standard allows only strings; constants of a fixed size can be told apart and are read too.
  static constexpr std::uint8_t kSizes[] = {0, 0, 0, 1, 1,  2, 2, 4,  4, 8, 8,
                                            4, 8, 4, 0, 16, 0, 8, 16, 0, 4, 8};
  const std::size_t size = type < sizeof kSizes ? kSizes[type] : 0;
  if (size == 0 && ValueType(type) != ValueType::null) return "a literal of unknown type";
  if (!has(size)) return "a value is cut off";
  const auto begin = static_cast<std::uint32_t>(out_.literals_.size());
  out_.literals_.insert(out_.literals_.end(), chunk_.begin() + static_cast<std::ptrdiff_t>(at_),
                        chunk_.begin() + static_cast<std::ptrdiff_t>(at_ + size));
  at_ += size;
  const auto end = static_cast<std::uint32_t>(out_.literals_.size());
  pending_.push_back({.kind = Part::Kind::literal, .type = type, .a = begin, .b = end});
  return nullptr;
}

BinXmlParser::Fault BinXmlParser::parse_counted_text(std::size_t mark) {
  if (!has(2)) return "a text is cut off";
  const std::size_t bytes = 2 * std::size_t{take<std::uint16_t>()};
  if (!has(bytes)) return "a text is cut off";
  const std::size_t text_begin = out_.text_.size();
  append_utf16(out_.text_, chunk_.subspan(at_, bytes));
  at_ += bytes;
  if (out_.text_.size() > kMaxTemplateText) return "too much text in a template";
  push_text(mark, text_begin);
  return nullptr;
}

BinXmlParser::Fault BinXmlParser::parse_entity(std::size_t mark) {
  Range name;
  if (const Fault fault = parse_name(name)) return fault;
  const std::string_view entity = out_.text(name);
  const std::size_t text_begin = out_.text_.size();
  if (entity == "lt") {
    out_.text_ += '<';
  } else if (entity == "gt") {
    out_.text_ += '>';
  } else if (entity == "amp") {
    out_.text_ += '&';
  } else if (entity == "quot") {
    out_.text_ += '"';
  } else if (entity == "apos") {
    out_.text_ += '\'';
  } else {
    const std::string unknown = "&" + std::string(entity) + ";";
    out_.text_ += unknown;
  }
  push_text(mark, text_begin);
  return nullptr;
}

BinXmlParser::Fault BinXmlParser::parse_instance_token() {
  if (!allows_instances_) return "a template instance within a template definition";
  InstanceHeader header;
  if (const Fault fault = parse_instance_header(chunk_, at_, end_, header)) return fault;
  std::size_t end = header.descriptors + 4 * std::size_t{header.count};
  for (std::uint32_t i = 0; i < header.count; ++i) {
    end += load<std::uint16_t>(chunk_.data() + header.descriptors + 4 * std::size_t{i});
  }
  if (end > end_) return "the values of a template instance are cut off";
  pending_.push_back({.kind = Part::Kind::instance,
                      .a = static_cast<std::uint32_t>(at_),
                      .b = static_cast<std::uint32_t>(end)});
  at_ = end;
  return nullptr;
}

BinXmlParser::Fault BinXmlParser::parse_name(Range& name) {
  if (!has(4)) return "a name is cut off";
  const std::size_t field = at_;
  const std::size_t offset = take<std::uint32_t>();
  const Bytes utf16 = name_at(chunk_, offset);
  if (utf16.empty()) return "a name is missing";
  const bool inlined = offset == at_;
  if (inlined) {
    const std::size_t size = kNameHeaderSize + utf16.size() + kNameTerminatorSize;
    if (!has(size)) return "a name is cut off";
    at_ += size;
  }
  if (form_ != nullptr) {
    DefinitionForm::NameField known{.at = static_cast<std::uint32_t>(field - begin_), .inlined = inlined};
    if (!inlined) {
      known.external_name.begin = static_cast<std::uint32_t>(form_->external_names.size());
      form_->external_names.insert(form_->external_names.end(), utf16.begin(), utf16.end());
      known.external_name.end = static_cast<std::uint32_t>(form_->external_names.size());
    }
    form_->name_fields.push_back(known);
  }
  name.begin = static_cast<std::uint32_t>(out_.text_.size());
  append_utf16(out_.text_, utf16);
  name.end = static_cast<std::uint32_t>(out_.text_.size());
  out_.has_odd_name_ |= is_odd_name(out_.text(name));
  if (out_.text_.size() > kMaxTemplateText) return "too much text in a template";
  return nullptr;
}

// Joins the text from `text_begin` to the part before it, where that ends right there.
void BinXmlParser::push_text(std::size_t mark, std::size_t text_begin) {
  const auto begin = static_cast<std::uint32_t>(text_begin);
  const auto end = static_cast<std::uint32_t>(out_.text_.size());
  if (begin == end) return;
  if (pending_.size() > mark && pending_.back().kind == Part::Kind::text && pending_.back().b == begin) {
    pending_.back().b = end;
    return;
  }
  pending_.push_back({.kind = Part::Kind::text, .a = begin, .b = end});
}

Range BinXmlParser::flush(std::size_t mark) {
  const auto begin = static_cast<std::uint32_t>(out_.parts_.size());
  out_.parts_.insert(out_.parts_.end(), pending_.begin() + static_cast<std::ptrdiff_t>(mark), pending_.end());
  pending_.resize(mark);
  return {begin, static_cast<std::uint32_t>(out_.parts_.size())};
}

const char* parse_instance_header(Bytes chunk, std::size_t at, std::size_t end, InstanceHeader& out) {
  if (end - at < kInstanceHeaderSize + 4) return "a template instance is cut off";
  out.template_id = load<std::uint32_t>(chunk.data() + at + 2);
  out.definition = load<std::uint32_t>(chunk.data() + at + 6);
  std::size_t next = at + kInstanceHeaderSize;
  if (out.definition == next) {  // resident: the definition stands between the header and the values
    if (end - next < kDefinitionHeaderSize) return "a template definition is cut off";
    const std::size_t size = load<std::uint32_t>(chunk.data() + next + 20);
    next += kDefinitionHeaderSize;
    if (size > end - next) return "a template definition is larger than its record";
    next += size;
  }
  if (end - next < 4) return "a template instance is cut off";
  out.count = load<std::uint32_t>(chunk.data() + next);
  next += 4;
  if (out.count > kMaxValues) return "too many values in a template instance";
  if (4 * std::size_t{out.count} > end - next) return "the values of a template instance are cut off";
  out.descriptors = static_cast<std::uint32_t>(next);
  return nullptr;
}

void Template::clear() {
  id_ = kTransient;
  has_odd_name_ = false;
  root_ = {};
  parts_.clear();
  attributes_.clear();
  elements_.clear();
  text_.clear();
  literals_.clear();
}

bool Template::equals(const Template& other) const {
  return root_ == other.root_ && text_ == other.text_ && parts_ == other.parts_ &&
         attributes_ == other.attributes_ && elements_ == other.elements_ && literals_ == other.literals_;
}

bool DefinitionForm::matches(Bytes chunk, std::size_t body_offset) const {
  const Bytes other = chunk.subspan(body_offset, body.size());
  std::size_t compared = 0;
  for (const NameField& field : name_fields) {
    const Bytes mine = Bytes(body).subspan(compared, field.at - compared);
    if (!equal(mine, other.subspan(compared, mine.size()))) return false;
    const std::size_t offset = load<std::uint32_t>(other.data() + field.at);
    const std::size_t behind = body_offset + field.at + 4;
    compared = field.at + 4;
    if (field.inlined) {
      if (offset != behind) return false;
      compared += 4;  // the link to the next name differs; hash, length and text follow as plain bytes
    } else {
      const Range range = field.external_name;
      const Bytes name = Bytes(external_names).subspan(range.begin, range.end - range.begin);
      if (offset == behind || !equal(name, name_at(chunk, offset))) return false;
    }
  }
  return equal(Bytes(body).subspan(compared), other.subspan(compared));
}

TemplateCache::Lookup TemplateCache::find_or_parse(Bytes chunk, std::uint32_t offset) {
  Lookup result;
  const std::byte* header = chunk.data() + offset;
  const Key key{load<std::uint64_t>(header + 4), load<std::uint64_t>(header + 12),
                load<std::uint32_t>(header + 20)};
  const std::size_t body = offset + kDefinitionHeaderSize;
  if (key.size > chunk.size() - body) {
    result.fault = "the template definition is larger than the chunk";
    return result;
  }
  result.examined_bytes = key.size;
  const auto forms = forms_.find(key);
  if (forms != forms_.end()) {
    for (const KnownForm& known : forms->second) {
      if (!known.form.matches(chunk, body)) continue;
      result.found = known.definition;
      return result;
    }
  }
  auto parsed = std::make_unique<Template>();
  DefinitionForm form;
  result.fault = BinXmlParser(chunk, *parsed, scratch_).parse_definition(body, body + key.size, form);
  if (result.fault != nullptr) return result;
  result.found = keep({key.guid_low, key.guid_high}, parsed);
  if (result.found == nullptr) {
    result.found = parsed.get();
    result.transient = std::move(parsed);
    return result;
  }
  const bool has_room = form_count_ < limits_.forms;
  if (has_room && (forms == forms_.end() || forms->second.size() < limits_.forms_of_one_guid_and_size)) {
    ++form_count_;
    forms_[key].push_back({std::move(form), result.found});
  }
  return result;
}

// The known template that says the same, or `parsed` itself from now on; nullptr when the cache is full.
const Template* TemplateCache::keep(Guid guid, std::unique_ptr<Template>& parsed) {
  const auto known = templates_.find(guid);
  if (known != templates_.end()) {
    for (const auto& each : known->second) {
      if (each->equals(*parsed)) return each.get();
    }
    if (known->second.size() >= limits_.templates_of_one_guid) return nullptr;
  }
  if (count_ >= limits_.templates) return nullptr;
  parsed->id_ = static_cast<std::uint32_t>(count_++);
  return templates_[guid].emplace_back(std::move(parsed)).get();
}

}  // namespace hinomi::parse::evtx
