#include "query/raw_screen.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "query/gram_frequency.h"
#include "query/literal_index.h"
#include "query/pattern.h"

namespace hinomi::query {
namespace {

constexpr std::size_t kGram = 4;
constexpr int kFilterBits = 13;  // 8 KiB: stays in the nearest cache
constexpr std::uint32_t kCaseBits = 0x2020'2020;

std::uint32_t load4(const char* at) noexcept {
  std::uint32_t gram = 0;
  std::memcpy(&gram, at, sizeof gram);
  return gram;
}

// Upper and lower case meet; so do a few other characters, which costs a comparison, never a match.
std::uint32_t caseless(std::uint32_t gram) noexcept {
  return gram | kCaseBits;
}
std::uint32_t filter_slot(std::uint32_t gram) noexcept {
  return (gram * 0x9E37'79B1U) >> (32 - kFilterBits);
}

char fold_ascii(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Characters that JSON and XML write as they are, that fold to themselves, and that separate nothing where a
// container is written as text.
bool is_plain(char c) noexcept {
  constexpr std::string_view kMarkup = "\"\\/,{}[]<>&'";
  return c >= 0x20 && c < 0x7F && !(c >= 'A' && c <= 'Z') && kMarkup.find(c) == std::string_view::npos;
}

bool is_part_of_numbers(char c) noexcept {
  return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e';
}

// The code unit of "\uXXXX" at the front of `text`, if it is one.
std::optional<unsigned> escaped_unit(std::string_view text) noexcept {
  constexpr std::size_t kLength = 6;
  if (text.size() < kLength || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(2, 4)) {
    if (!is_hex(c)) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return unit;
}

// Whether the escape could make, alone or with what follows, text that a screen looks for.
bool hides_text(unsigned unit, std::string_view behind) noexcept {
  constexpr unsigned kLongS = 0x17F;  // these two fold to ASCII letters
  constexpr unsigned kKelvin = 0x212A;
  if (unit >= 0x80) return unit == kLongS || unit == kKelvin;
  if (unit == '&') return behind.starts_with('#');  // a reference, in XML inside a string
  return unit != '"' && unit != '\'' && unit != '<' && unit != '>';
}

// What a document that hides text has somewhere: the two bytes of an escape, of a numeric reference, or a
// byte that is not ASCII.
struct Signs {
  bool pair = false;
  bool high = false;
};
Signs signs_in(std::string_view document) noexcept {
  const char* const at = document.data();
  unsigned char pairs = 0;
  unsigned char high = 0;
  for (std::size_t i = 0; i + 1 < document.size(); ++i) {  // without branches, so that it is vectorised
    const bool escape = static_cast<bool>((at[i] == '\\') & (at[i + 1] == 'u'));
    const bool reference = static_cast<bool>((at[i] == '&') & (at[i + 1] == '#'));
    pairs = static_cast<unsigned char>(pairs | static_cast<unsigned char>(escape | reference));
    high = static_cast<unsigned char>(high | static_cast<unsigned char>(at[i]));
  }
  return {pairs != 0, (high & 0x80U) != 0};
}

}  // namespace

bool RawScreen::hides_text(std::string_view document) noexcept {
  constexpr std::string_view kLongS = "\xC5\xBF";
  constexpr std::string_view kKelvin = "\xE2\x84\xAA";
  const Signs signs = signs_in(document);
  if (signs.high &&
      (document.find(kKelvin) != std::string_view::npos || document.find(kLongS) != std::string_view::npos)) {
    return true;
  }
  if (!signs.pair) return false;
  if (document.find("&#") != std::string_view::npos) return true;
  for (std::size_t at = document.find("\\u"); at != std::string_view::npos;
       at = document.find("\\u", at + 2)) {
    const auto unit = escaped_unit(document.substr(at));
    if (unit && query::hides_text(*unit, document.substr(at + 6))) return true;
  }
  return false;
}

std::vector<std::string_view> RawScreen::visible_parts(std::string_view literal) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < literal.size();) {
    std::size_t end = at;
    while (end < literal.size() && is_plain(literal[end])) ++end;
    std::string_view part = literal.substr(at, end - at);
    at = end + 1;
    // A container as text has escapes of its own, "\u200b": the front of a literal may be the end of one.
    constexpr std::size_t kUnitDigits = 4;
    if (part.starts_with('u')) part.remove_prefix(1);
    for (std::size_t i = 0; i < kUnitDigits && !part.empty() && is_hex(part.front()); ++i)
      part.remove_prefix(1);
    // There a colon behind a quotation mark is no text.
    while (part.starts_with(':')) part.remove_prefix(1);
    // The text of a number is not always that of the document.
    if (std::all_of(part.begin(), part.end(), is_part_of_numbers)) continue;
    parts.push_back(part);
  }
  return parts;
}

std::unique_ptr<RawScreen> RawScreen::make(const Program& program, std::span<const QueryId> queries) {
  std::unique_ptr<RawScreen> screen(new RawScreen);
  std::vector<NodeId> open;
  for (const QueryId query : queries) open.push_back(program.root(query));
  std::vector<bool> seen(program.node_count());
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (seen[index_of(id)]) continue;
    seen[index_of(id)] = true;
    const Node& node = program.node(id);
    if (node.kind == NodeKind::predicate) {
      const Predicate& predicate = program.predicate_of(node);
      if (predicate.field == kAnyValue && !screen->add(predicate)) return nullptr;
    }
    const auto children = program.children(node);
    open.insert(open.end(), children.begin(), children.end());
  }
  screen->build();
  return screen;
}

// Takes the part of the keyword that is found most cheaply.
bool RawScreen::add(const Predicate& keyword) {
  const std::string text = keyword.cased ? base::folded(keyword.text) : keyword.text;
  std::vector<std::string_view> literals;
  switch (keyword.op) {
    case Op::equals:
    case Op::starts_with:
    case Op::ends_with:
    case Op::contains:
      literals.emplace_back(text);
      break;
    case Op::pattern:
      literals = literal_pieces(text);
      break;
    default:
      return false;
  }
  // Long pieces are looked for at few places; beyond some length the rarer one is better.
  static constexpr std::size_t kLongEnough = 9;
  const auto length = [](std::string_view part) { return std::min(part.size(), kLongEnough); };
  std::string_view best;
  for (const std::string_view literal : literals) {
    for (const std::string_view part : visible_parts(literal)) {
      if (part.size() < kGram) continue;
      const bool better = best.empty() || length(part) > length(best) ||
                          (length(part) == length(best) && literal_cost(part) < literal_cost(best));
      if (better) best = part;
    }
  }
  if (best.empty()) return false;
  pieces_.emplace_back(best);
  return true;
}

void RawScreen::build() {
  constexpr std::size_t kGreatestStride = 8;
  stride_ = kGreatestStride;
  for (const std::string& piece : pieces_) stride_ = std::min(stride_, piece.size() - kGram + 1);
  for (std::uint32_t i = 0; i < pieces_.size(); ++i) {
    const std::string& piece = pieces_[i];
    const std::size_t first = LiteralIndex::best_offset(piece, stride_, gram_cost);
    for (std::size_t at = first; at < first + stride_; ++at) {
      spots_.push_back({caseless(load4(piece.data() + at)), i, static_cast<std::uint32_t>(at)});
    }
  }
  std::sort(spots_.begin(), spots_.end(), [](const Spot& a, const Spot& b) { return a.gram < b.gram; });
  filter_.assign(std::size_t{1} << kFilterBits, 0);
  for (const Spot& spot : spots_) filter_[filter_slot(spot.gram)] = 1;
}

bool RawScreen::stands_at(const Spot& spot, std::string_view document, std::size_t at) const noexcept {
  const std::string_view piece = pieces_[spot.piece];
  if (at < spot.offset || document.size() - (at - spot.offset) < piece.size()) return false;
  const char* const from = document.data() + (at - spot.offset);
  return std::equal(piece.begin(), piece.end(), from, [](char a, char b) { return a == fold_ascii(b); });
}

bool RawScreen::finds_gram(std::uint32_t gram, std::string_view document, std::size_t at) const noexcept {
  auto spot = std::lower_bound(spots_.begin(), spots_.end(), gram,
                               [](const Spot& a, std::uint32_t g) { return a.gram < g; });
  for (; spot != spots_.end() && spot->gram == gram; ++spot) {
    if (stands_at(*spot, document, at)) return true;
  }
  return false;
}

bool RawScreen::may_hold(std::string_view document) const noexcept {
  if (hides_text(document)) return true;
  if (document.size() < kGram) return false;
  const unsigned char* const filter = filter_.data();
  const char* const text = document.data();
  const std::size_t end = document.size() - kGram + 1;
  const auto holds_at = [&](std::size_t at) {
    const std::uint32_t gram = caseless(load4(text + at));
    return filter[filter_slot(gram)] != 0 && finds_gram(gram, document, at);
  };
  std::size_t at = 0;
  for (const std::size_t stride = stride_; at + 3 * stride < end; at += 4 * stride) {
    if (holds_at(at) || holds_at(at + stride) || holds_at(at + 2 * stride) || holds_at(at + 3 * stride))
      return true;
  }
  for (; at < end; at += stride_) {
    if (holds_at(at)) return true;
  }
  return false;
}

}  // namespace hinomi::query
