#include "content/reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "os/file.h"

namespace hinomi::content {
namespace {

using parse::yaml::Node;

constexpr base::Position kTop{1, 1};

parse::yaml::Limits yaml_limits(std::uint64_t bytes) {
  return {.bytes = bytes, .depth = 8, .blank_lines = 50, .directive_bytes = 64, .nodes = 20'000};
}

const Node kNothing{};

bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_japanese(char32_t c) noexcept {
  return (c >= 0x3041 && c <= 0x30FF) ||  // hiragana, katakana
         (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

// The names as "a, b or c", for the reader of a fault.
std::string list_of(std::initializer_list<std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

std::string quoted(std::string_view text) {
  return "'" + base::visible(base::cut_to_bytes(text, kMaxWordBytes)) + "'";
}

}  // namespace

base::Error fault_in(const std::string& path, base::Position where, const std::string& what,
                     base::ErrorCode code) {
  return {
      .code = code,
      .message = path + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) + ": " + what,
      .remedy = "docs/en/roles.md tells the form of these files",
      .where = where};
}

bool is_word(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxWordBytes && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

bool is_catalogue_key(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxWordBytes && is_lower(text.front()) && text.back() != '-' &&
         text.find("--") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool has_japanese(std::string_view text) noexcept {
  while (!text.empty()) {
    const base::Decoded decoded = base::decode_utf8(text);
    if (is_japanese(decoded.code_point)) return true;
    text.remove_prefix(decoded.length);
  }
  return false;
}

base::Result<Reader> Reader::open(std::string path, std::uint64_t limit) {
  auto text = os::read_file(path, limit);
  if (!text) {
    const base::Error& error = text.error();
    if (error.code != base::ErrorCode::limit_exceeded) return error;
    return fault_in(path, kTop, "more than " + std::to_string(limit) + " bytes", error.code);
  }
  auto documents = parse::yaml::read(*text, yaml_limits(limit));
  if (!documents) {
    return fault_in(path, documents.error().where, documents.error().message, documents.error().code);
  }
  if (documents->size() != 1 || !documents->front().is_mapping()) {
    return fault_in(path, kTop, "expected one mapping");
  }
  return Reader(std::move(path), std::move(documents->front()));
}

void Reader::fault(base::Position where, const std::string& what) {
  if (failed_) return;
  failed_ = true;
  first_ = fault_in(path_, where, what);
}

void Reader::keys(const Node& node, std::initializer_list<std::string_view> required,
                  std::initializer_list<std::string_view> optional) {
  if (!ok()) return;
  if (!node.is_mapping()) return fault(node.where, "expected a mapping with " + list_of(required));
  for (const auto& member : node.members) {
    if (std::find(required.begin(), required.end(), member.key) == required.end() &&
        std::find(optional.begin(), optional.end(), member.key) == optional.end()) {
      return fault(member.where, "unknown key " + quoted(member.key));
    }
  }
  for (const std::string_view key : required) {
    if (node.find(key) == nullptr) return fault(node.where, "'" + std::string(key) + "' is missing");
  }
}

const Node& Reader::at(const Node& mapping, std::string_view key) {
  const Node* found = mapping.find(key);
  if (found != nullptr) return *found;
  fault(mapping.where, "'" + std::string(key) + "' is missing");
  return kNothing;
}

std::string Reader::line(const Node& node, std::size_t limit) {
  if (!ok()) return {};
  if (!node.is_scalar() || node.is_null() || node.text.empty()) {
    fault(node.where, "expected a text");
    return {};
  }
  if (node.text.size() > limit) {
    fault(node.where, "a text of more than " + std::to_string(limit) + " bytes");
    return {};
  }
  if (node.text.front() == ' ' || node.text.back() == ' ') {
    fault(node.where, "a text that begins or ends with a blank");
    return {};
  }
  for (std::string_view rest = node.text; !rest.empty();) {
    const base::Decoded decoded = base::decode_utf8(rest);
    if (base::is_hidden_or_reordering(decoded.code_point)) {
      fault(node.where, "a text with a line break or another character that is not seen");
      return {};
    }
    rest.remove_prefix(decoded.length);
  }
  return node.text;
}

std::string Reader::word(const Node& node) {
  std::string text = line(node, kMaxWordBytes);
  if (ok() && !is_word(text)) fault(node.where, quoted(text) + " is no word of a-z, 0-9 and '_'");
  return text;
}

bool Reader::boolean(const Node& node) {
  const auto value = node.as_boolean();
  if (!value) fault(node.where, "expected true or false");
  return value.value_or(false);
}

Code Reader::code(const Node& node) {
  const std::string text = line(node, kMaxWordBytes);
  const auto code = Code::parse(text);
  if (ok() && !code) fault(node.where, quoted(text) + " is no code such as A-1");
  return code.value_or(Code{});
}

Bilingual Reader::both(const Node& node, std::size_t limit) {
  keys(node, {"ja", "en"});
  if (!ok()) return {};
  const Node& ja = at(node, "ja");
  const Node& en = at(node, "en");
  Bilingual both{.ja = line(ja, limit), .en = line(en, limit)};
  if (ok() && !has_japanese(both.ja)) fault(ja.where, "the Japanese text holds no Japanese character");
  if (ok() && has_japanese(both.en)) fault(en.where, "the English text holds Japanese characters");
  return both;
}

const std::vector<Node>& Reader::items(const Node& node, std::size_t least, std::size_t most) {
  if (!ok()) return kNothing.items;
  if (!node.is_sequence()) {
    fault(node.where, "expected a list");
    return kNothing.items;
  }
  if (node.items.size() < least || node.items.size() > most) {
    fault(node.where, "a list of " + std::to_string(node.items.size()) + "; allowed are " +
                          std::to_string(least) + " to " + std::to_string(most));
    return kNothing.items;
  }
  return node.items;
}

std::vector<std::string> Reader::lines(const Node& node, std::size_t least, std::size_t most) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const Node& item : items(node, least, most)) {
    std::string text = line(item, kMaxNameBytes);
    if (ok() && !seen.insert(text).second) fault(item.where, quoted(text) + " stands twice");
    if (!ok()) return {};
    out.push_back(std::move(text));
  }
  return out;
}

std::vector<Code> Reader::codes(const Node& node, std::size_t most) {
  std::vector<Code> out;
  for (const Node& item : items(node, 0, most)) {
    const Code next = code(item);
    if (ok() && std::find(out.begin(), out.end(), next) != out.end()) {
      fault(item.where, next.to_string() + " stands twice");
    }
    if (!ok()) return {};
    out.push_back(next);
  }
  return out;
}

std::size_t Reader::choice(const Node& node, std::initializer_list<std::string_view> names) {
  if (!ok()) return 0;
  const auto* const found = std::find(names.begin(), names.end(), std::string_view(node.text));
  if (!node.is_scalar() || found == names.end()) {
    fault(node.where, quoted(node.text) + " is none of " + list_of(names));
    return 0;
  }
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace hinomi::content
