#include "parse/evtx/content.h"

#include <algorithm>

namespace hinomi::parse::evtx {
namespace {

// The value behind a part that is one; null for all other parts.
Value value_of(const Instance& instance, const Part& part) {
  if (part.kind == Part::Kind::value) return instance.value(part.index);
  if (part.kind == Part::Kind::literal) return instance.definition->literal(part);
  return {};
}

// White_Space of Unicode 15 (PropList.txt), and NUL, which ends many strings.
bool is_space(std::uint16_t unit) noexcept {
  if (unit <= 0x20) return unit == 0 || unit == 0x20 || (unit >= 0x09 && unit <= 0x0D);
  if (unit < 0x2000) return unit == 0x85 || unit == 0xA0 || unit == 0x1680;
  return unit <= 0x200A || unit == 0x2028 || unit == 0x2029 || unit == 0x202F || unit == 0x205F ||
         unit == 0x3000;
}

void trim_string(Value& value) noexcept {
  std::size_t units = value.size / 2U;
  while (units > 0 && is_space(load<std::uint16_t>(value.data + 2 * (units - 1)))) --units;
  value.size = static_cast<std::uint16_t>(2 * units);
}

bool holds_array(const Instance& instance, Range parts) {
  return std::ranges::any_of(instance.definition->parts(parts), [&](const Part& part) {
    return part.kind == Part::Kind::value && instance.value(part.index).is_array();
  });
}

}  // namespace

TextSummary summarise(const Instance& instance, Range parts) {
  TextSummary summary;
  for (const Part& part : instance.definition->parts(parts)) {
    if (part.kind == Part::Kind::element || part.kind == Part::Kind::instance) {
      summary.has_children = true;
      continue;
    }
    const Value value = value_of(instance, part);
    if (value.is(ValueType::binxml)) {
      summary.has_children |= value.size > 0;
    } else if (part.kind == Part::Kind::text || !is_empty(value)) {
      ++summary.pieces;
      summary.single_is_value = summary.pieces == 1 && part.kind != Part::Kind::text;
      summary.single = value;
    } else {
      summary.has_empty_string |= value.is(ValueType::string) || value.is(ValueType::ansi_string);
    }
  }
  return summary;
}

std::size_t text_bound(const Instance& instance, Range parts) {
  std::size_t bound = 0;
  for (const Part& part : instance.definition->parts(parts)) {
    bound += part.kind == Part::Kind::text ? part.b - part.a : format_bound(value_of(instance, part));
  }
  return bound;
}

void append_text(const Instance& instance, Range parts, Strings strings, std::string& out) {
  for (const Part& part : instance.definition->parts(parts)) {
    if (part.kind == Part::Kind::text) {
      out += instance.definition->text(part);
      continue;
    }
    Value value = value_of(instance, part);
    if (is_empty(value) || value.is(ValueType::binxml)) continue;
    if (strings == Strings::trimmed && value.is(ValueType::string)) trim_string(value);
    append_value(out, value);
  }
}

bool has_attribute(const Instance& instance, const Element& element) {
  return std::ranges::any_of(instance.definition->attributes(element), [&](const Attribute& attribute) {
    return !summarise(instance, attribute.parts).is_null();
  });
}

const Attribute* data_name(const Instance& instance, const Element& element) {
  for (const Attribute& attribute : instance.definition->attributes(element)) {
    if (instance.definition->text(attribute.name) == "Name") {
      return summarise(instance, attribute.parts).pieces == 0 ? nullptr : &attribute;
    }
  }
  return nullptr;
}

bool has_array(const Instance& instance, const Element& element) {
  return holds_array(instance, element.parts) ||
         std::ranges::any_of(instance.definition->attributes(element), [&](const Attribute& attribute) {
           return holds_array(instance, attribute.parts);
         });
}

ArrayExpansion::ArrayExpansion(const Instance& instance, const Element& element)
    : expanded_(instance), values_(instance.values.begin(), instance.values.end()) {
  const Template& definition = *instance.definition;
  add(instance, element.parts, definition);
  for (const Attribute& attribute : definition.attributes(element))
    add(instance, attribute.parts, definition);
  for (const Array& array : arrays_) count_ = std::max(count_, array.items.size());
  expanded_.values = values_;
}

void ArrayExpansion::add(const Instance& instance, Range parts, const Template& definition) {
  for (const Part& part : definition.parts(parts)) {
    if (part.kind != Part::Kind::value || !instance.value(part.index).is_array()) continue;
    const auto known = [&](const Array& array) { return array.index == part.index; };
    if (std::ranges::any_of(arrays_, known)) continue;
    arrays_.push_back({part.index, {}});
    split_array(instance.value(part.index), arrays_.back().items);
  }
}

const Instance& ArrayExpansion::at(std::size_t n) {
  for (const Array& array : arrays_) {
    values_[array.index] = n < array.items.size() ? array.items[n] : Value{};
  }
  return expanded_;
}

}  // namespace hinomi::parse::evtx
