#include "record/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "record/custom.h"

namespace hinomi::record {
namespace {

using schema::Field;
using schema::Kind;
using schema::Value;

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_blank(std::string_view text) noexcept {
  while (!text.empty()) {
    const base::Decoded one = base::decode_utf8(text);
    constexpr char32_t kIdeographicSpace = 0x3000;
    if (one.code_point > ' ' && one.code_point != kIdeographicSpace && one.code_point != 0xA0) return false;
    text.remove_prefix(one.length);
  }
  return true;
}

bool has_only_fit_characters(std::string_view text, std::string_view allowed_controls) noexcept {
  if (!base::is_utf8(text)) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || allowed_controls.find(c) != std::string_view::npos;
  });
}

Fault fault(const Field& field, std::string_view code, std::string detail) {
  return {std::string(field.name), std::string(code), std::move(detail)};
}

std::optional<Fault> check_text(const Field& field, const std::string& text) {
  const bool fit = field.kind == Kind::prose ? is_prose(text) : is_line(text);
  if (!fit) return fault(field, "wrong_type", "not well-formed, or control characters in it");
  if (code_points(text) > field.limit)
    return fault(field, "too_long", fmt::format("longer than {} characters", field.limit));
  return std::nullopt;
}

std::optional<Fault> check_texts(const Field& field, const schema::Texts& texts) {
  if (texts.size() > schema::kTextsLimit)
    return fault(field, "too_long", fmt::format("more than {} members", schema::kTextsLimit));
  std::set<std::string_view> seen;
  for (const std::string& text : texts) {
    if (!is_line(text) || is_blank(text)) return fault(field, "wrong_type", "a member is no line of text");
    if (code_points(text) > field.limit)
      return fault(field, "too_long", fmt::format("a member is longer than {} characters", field.limit));
    if (!seen.insert(text).second) return fault(field, "not_unique", "a member stands twice");
  }
  return std::nullopt;
}

std::optional<Fault> check_tags(const schema::Texts& tags) {
  if (tags.size() > kMaxTags) return Fault{"tags", "too_long", fmt::format("more than {} tags", kMaxTags)};
  std::set<std::string_view> seen;
  for (const std::string& tag : tags) {
    const bool fit = is_line(tag) && !is_blank(tag) && tag.find(',') == std::string::npos &&
                     tag.find('"') == std::string::npos && tag.find('\\') == std::string::npos;
    if (!fit) return Fault{"tags", "wrong_type", "a tag is no text without comma, quote and backslash"};
    if (code_points(tag) > kMaxTagLength)
      return Fault{"tags", "too_long", fmt::format("a tag is longer than {} characters", kMaxTagLength)};
    if (!seen.insert(tag).second) return Fault{"tags", "not_unique", "a tag stands twice"};
  }
  return std::nullopt;
}

bool lacks_value(const Value& value) {
  if (schema::is_empty(value)) return true;
  if (const auto* text = std::get_if<std::string>(&value)) return is_blank(*text);
  if (const auto* texts = std::get_if<schema::Texts>(&value)) return texts->empty();
  return false;
}

void check_changed_field(const Field& field, const Value& value, const Value* before, Origin origin,
                         std::vector<Fault>& faults) {
  if (origin == Origin::caller && field.by_server) {
    faults.push_back(fault(field, "not_yours", "only the server sets this"));
    return;
  }
  if (field.once && before != nullptr && !schema::is_empty(*before) && *before != value) {
    faults.push_back(fault(field, "written_once", "it was set and stays"));
    return;
  }
  if (field.needed && lacks_value(value)) {
    faults.push_back(fault(field, "needed", "it needs a value"));
    return;
  }
  if (auto wrong = check_value(field, value)) faults.push_back(std::move(*wrong));
}

}  // namespace

bool is_line(std::string_view text) noexcept {
  return has_only_fit_characters(text, {});
}

bool is_prose(std::string_view text) noexcept {
  return has_only_fit_characters(text, "\n\t");
}

bool is_date(std::string_view text) noexcept {
  constexpr std::size_t kLength = 10;
  if (text.size() != kLength || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(at, length)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 1900 || year > 2999 || month < 1 || month > 12 || day < 1) return false;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

std::optional<Fault> check_value(const Field& field, const Value& value) {
  if (schema::is_empty(value)) return std::nullopt;
  switch (field.kind) {
    case Kind::text:
    case Kind::prose:
      return check_text(field, std::get<std::string>(value));
    case Kind::integer: {
      const std::int64_t number = std::get<std::int64_t>(value);
      if (number < field.least || number > field.most)
        return fault(field, "out_of_range", fmt::format("not from {} to {}", field.least, field.most));
      return std::nullopt;
    }
    case Kind::date:
      if (is_date(std::get<std::string>(value))) return std::nullopt;
      return fault(field, "not_a_date", "no day of the form 2026-11-25");
    case Kind::choice: {
      const auto& text = std::get<std::string>(value);
      if (std::find(field.choices.begin(), field.choices.end(), text) != field.choices.end())
        return std::nullopt;
      return fault(field, "not_a_choice", "none of the choices");
    }
    case Kind::texts:
      return check_texts(field, std::get<schema::Texts>(value));
    case Kind::real:
    case Kind::boolean:
    case Kind::time:
    case Kind::reference:
      return std::nullopt;
  }
  return std::nullopt;
}

std::vector<Fault> check_draft(const schema::Entity& entity, const Draft& draft, const Record* before,
                               Origin origin) {
  std::vector<Fault> faults;
  std::vector<bool> named(entity.fields.size());
  for (const auto& [index, value] : draft.values) {
    named[index] = true;
    check_changed_field(entity.fields[index], value, before == nullptr ? nullptr : &before->values[index],
                        origin, faults);
  }
  for (std::size_t i = 0; before == nullptr && i < entity.fields.size(); ++i) {
    const Field& field = entity.fields[i];
    if (field.needed && !named[i] && !field.by_server && field.kind != Kind::choice)
      faults.push_back(fault(field, "needed", "it needs a value"));
  }
  if (draft.tags)
    if (auto wrong = check_tags(*draft.tags)) faults.push_back(std::move(*wrong));
  if (draft.custom && draft.custom->size() > kMaxCustomBytes)
    faults.push_back({"custom", "too_long", "too many custom values"});
  else if (draft.custom)
    if (const auto read = read_custom(*draft.custom); !read)
      faults.push_back({"custom", "wrong_type", read.error().message});
  return faults;
}

}  // namespace hinomi::record
