#include "query/value_match.h"

#include <arpa/inet.h>
#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <mutex>

#include "base/check.h"
#include "base/text.h"
#include "base/time.h"
#include "query/pattern.h"

namespace hinomi::query {
namespace {

constexpr std::int64_t kRegexMemoryBytes = 16 * 1024 * 1024;

RE2::Options options_of(const RegexFlags& flags) {
  RE2::Options options;
  options.set_case_sensitive(!flags.ignore_case);
  options.set_dot_nl(flags.dot_all);
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryBytes);
  return options;
}

std::string pattern_of(std::string_view text, const RegexFlags& flags) {
  return flags.multi_line ? "(?m)" + std::string(text) : std::string(text);
}

// Decimal or 0x-hexadecimal, the whole text.
std::optional<double> to_number(std::string_view text) noexcept {
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
    return static_cast<double>(value);
  }
  const std::size_t first = text.find_first_not_of('-');
  const bool is_digit =
      first != std::string_view::npos && (text[first] == '.' || (text[first] >= '0' && text[first] <= '9'));
  if (!is_digit) return std::nullopt;  // from_chars also reads "inf" and "nan"
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

bool compares(Op op, double value, double constant) noexcept {
  switch (op) {
    case Op::less:
      return value < constant;
    case Op::less_equal:
      return value <= constant;
    case Op::greater:
      return value > constant;
    default:
      return value >= constant;
  }
}

std::optional<int> part_of(std::string_view text, TimePart part) noexcept {
  const auto time = base::parse_rfc3339(text);
  if (!time) return std::nullopt;
  const base::CivilTime civil = base::to_civil(*time);
  switch (part) {
    case TimePart::minute:
      return civil.minute;
    case TimePart::hour:
      return civil.hour;
    case TimePart::day:
      return civil.day;
    case TimePart::week:
      return base::iso_week(*time);
    case TimePart::month:
      return civil.month;
    case TimePart::year:
      return civil.year;
    case TimePart::none:
      break;
  }
  return std::nullopt;
}

bool text_holds(Op op, std::string_view value, std::string_view constant) noexcept {
  switch (op) {
    case Op::equals:
    case Op::equals_field:
      return value == constant;
    case Op::starts_with:
    case Op::starts_with_field:
      return value.starts_with(constant);
    case Op::ends_with:
    case Op::ends_with_field:
      return value.ends_with(constant);
    case Op::contains:
    case Op::contains_field:
      return constant.empty() ||
             (value.size() >= constant.size() &&
              memmem(value.data(), value.size(), constant.data(), constant.size()) != nullptr);
    default:
      return matches_pattern(value, constant);
  }
}

}  // namespace

std::string_view ValueText::folded(base::Arena& arena) {
  if (has_folded_) return folded_;
  has_folded_ = true;
  const std::string_view text = value_.text;
  char* const out = arena.allocate(text.size());
  unsigned char any_high = 0;
  unsigned char any_upper = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {  // one pass without branches, so that it is vectorised
    const auto c = static_cast<unsigned char>(text[i]);
    const auto upper = static_cast<unsigned char>(static_cast<unsigned char>(c - 'A') < 26 ? 0x20 : 0);
    out[i] = static_cast<char>(c | upper);
    any_high = static_cast<unsigned char>(any_high | c);
    any_upper = static_cast<unsigned char>(any_upper | upper);
  }
  if ((any_high & 0x80U) != 0) {
    arena.shrink_last(text.size());
    folded_ = arena.copy(base::folded(text));
  } else if (any_upper == 0) {
    arena.shrink_last(text.size());
    folded_ = text;
  } else {
    folded_ = {out, text.size()};
  }
  return folded_;
}

std::optional<Network> parse_network(std::string_view text) noexcept {
  Network network;
  int bits = -1;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size() || bits < 0)
      return std::nullopt;
    text = text.substr(0, slash);
  }
  std::array<char, INET6_ADDRSTRLEN + 1> buffer{};
  if (text.empty() || text.size() >= buffer.size()) return std::nullopt;
  std::memcpy(buffer.data(), text.data(), text.size());
  if (inet_pton(AF_INET6, buffer.data(), network.address.data()) == 1) {
    if (bits > 128) return std::nullopt;
    network.prefix_bits = bits < 0 ? 128 : bits;
    return network;
  }
  network.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (inet_pton(AF_INET, buffer.data(), network.address.data() + 12) != 1 || bits > 32) return std::nullopt;
  network.prefix_bits = bits < 0 ? 128 : 96 + bits;
  return network;
}

bool contains(const Network& network, std::string_view address) noexcept {
  if (address.find('/') != std::string_view::npos) return false;
  const auto parsed = parse_network(address);
  if (!parsed) return false;
  const auto whole = static_cast<std::size_t>(network.prefix_bits / 8);
  if (std::memcmp(network.address.data(), parsed->address.data(), whole) != 0) return false;
  const int rest = network.prefix_bits % 8;
  if (rest == 0) return true;
  const int mask = 0xFF << (8 - rest);
  return ((network.address[whole] ^ parsed->address[whole]) & mask) == 0;
}

base::Result<void> check_regex(std::string_view pattern, const RegexFlags& flags) {
  const RE2 regex(pattern_of(pattern, flags), options_of(flags));
  if (regex.ok()) return {};
  std::string remedy = "correct the regular expression";
  if (regex.error_code() == RE2::ErrorBadPerlOp || regex.error_code() == RE2::ErrorBadEscape) {
    remedy = "look-around and back-references are outside Sigma's regular expressions: write it without them";
  } else if (regex.error_code() == RE2::ErrorPatternTooLarge || regex.error_code() == RE2::ErrorRepeatSize) {
    remedy = "use smaller repeat counts";
  }
  return base::Error{base::ErrorCode::invalid_input,
                     "regular expression: " + base::visible(regex.error()),
                     std::move(remedy),
                     {}};
}

std::vector<std::string> texts_required_by_regex(std::string_view pattern, const RegexFlags& flags) {
  constexpr int kShortest = 4;  // bytes; shorter texts are looked for one by one
  re2::FilteredRE2 filtered(kShortest);
  int id = 0;
  if (filtered.Add(pattern_of(pattern, flags), options_of(flags), &id) != RE2::NoError) return {};
  std::vector<std::string> atoms;
  filtered.Compile(&atoms);
  if (atoms.empty()) return {};
  // One that the others cannot stand in for is the better the longer it is.
  std::string single;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    std::vector<int> others;
    for (std::size_t k = 0; k < atoms.size(); ++k) {
      if (k != i) others.push_back(static_cast<int>(k));
    }
    std::vector<int> possible;
    filtered.AllPotentials(others, &possible);
    if (possible.empty() && base::is_ascii(atoms[i]) && atoms[i].size() > single.size()) single = atoms[i];
  }
  if (!single.empty()) return {base::folded(single)};
  const bool all_ascii =
      std::all_of(atoms.begin(), atoms.end(), [](const std::string& atom) { return base::is_ascii(atom); });
  if (!all_ascii) return {};
  for (std::string& atom : atoms) atom = base::folded(atom);
  return atoms;
}

struct ValueMatcher::Regex {
  std::once_flag compiled;
  std::unique_ptr<const RE2> program;
};

ValueMatcher::ValueMatcher(const Program& program) : program_(program) {
  regexes_.resize(program.predicate_count());
  networks_.resize(program.predicate_count());
  for (std::uint32_t i = 0; i < program.predicate_count(); ++i) {
    const Predicate& p = program.predicate_at(PredicateId{i});
    if (p.op == Op::regex) regexes_[i] = std::make_unique<Regex>();
    if (p.op == Op::cidr) {
      if (const auto network = parse_network(p.text)) networks_[i] = std::make_unique<Network>(*network);
    }
  }
}

ValueMatcher::~ValueMatcher() = default;

bool ValueMatcher::holds(PredicateId id, ValueText& value, base::Arena& arena) const {
  if (value.kind() == event::ValueKind::null) return false;
  const Predicate& p = program_.predicate_at(id);
  switch (p.op) {
    case Op::equals:
    case Op::starts_with:
    case Op::ends_with:
    case Op::contains:
    case Op::pattern:
      return text_holds(p.op, p.cased ? value.text() : value.folded(arena), p.text);
    case Op::regex: {
      Regex& regex = *regexes_[index_of(id)];
      std::call_once(regex.compiled, [&] {
        regex.program = std::make_unique<RE2>(pattern_of(p.text, p.regex), options_of(p.regex));
      });
      return RE2::PartialMatch(re2::StringPiece(value.text().data(), value.text().size()), *regex.program);
    }
    case Op::cidr:
      return networks_[index_of(id)] && contains(*networks_[index_of(id)], value.text());
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: {
      const auto number = to_number(value.text());
      return number && compares(p.op, *number, p.number);
    }
    case Op::time_equals: {
      const auto part = part_of(value.text(), p.part);
      return part && *part == static_cast<int>(p.number);
    }
    case Op::is_null:
    case Op::exists:
    case Op::equals_field:
    case Op::starts_with_field:
    case Op::ends_with_field:
    case Op::contains_field:
      break;
  }
  HINOMI_CHECK(is_single_value(p.op));  // presence and two fields are not judged on one value
  return false;
}

bool ValueMatcher::holds_between(const Predicate& predicate, ValueText& value, ValueText& other,
                                 base::Arena& arena) {
  if (value.kind() == event::ValueKind::null || other.kind() == event::ValueKind::null) return false;
  if (predicate.cased) return text_holds(predicate.op, value.text(), other.text());
  return text_holds(predicate.op, value.folded(arena), other.folded(arena));
}

bool is_single_value(Op op) noexcept {
  return op < Op::is_null || op == Op::time_equals;
}

}  // namespace hinomi::query
