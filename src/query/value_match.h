// Judges one predicate on one value. The single place that knows what each operation means; both evaluators
// use it, so they can differ only in what they ask, not in what the answer is.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "event/event.h"
#include "query/program.h"

namespace hinomi::query {

// One value with its folded form, made when first asked for. Borrows the value's text.
class ValueText {
 public:
  ValueText() = default;
  explicit ValueText(const event::Value& value) : value_(value) {}

  [[nodiscard]] event::ValueKind kind() const noexcept { return value_.kind; }
  [[nodiscard]] std::string_view text() const noexcept { return value_.text; }
  [[nodiscard]] std::string_view folded(base::Arena& arena);

 private:
  event::Value value_{};
  std::string_view folded_{};
  bool has_folded_ = false;
};

struct Network {
  std::array<unsigned char, 16> address{};  // IPv4 as ::ffff:a.b.c.d
  int prefix_bits = 0;                      // of the 128
};
// "10.0.0.0/8", "2001:db8::/32", or an address alone. Host bits are ignored.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text) noexcept;
[[nodiscard]] bool contains(const Network& network, std::string_view address) noexcept;

// Whether RE2 can compile it, and if not, why and what to do.
[[nodiscard]] base::Result<void> check_regex(std::string_view pattern, const RegexFlags& flags);

// Folded ASCII texts of which at least one stands in the folded form of every text that the regex matches,
// each of four bytes at least; empty when nothing can be said.
[[nodiscard]] std::vector<std::string> texts_required_by_regex(std::string_view pattern,
                                                               const RegexFlags& flags);

class ValueMatcher {
 public:
  // Prepares every regex and network of `program`, which must outlive this; a regex is compiled when it is
  // first asked.
  explicit ValueMatcher(const Program& program);
  ~ValueMatcher();
  ValueMatcher(const ValueMatcher&) = delete;
  ValueMatcher& operator=(const ValueMatcher&) = delete;

  // For every operation but is_null, exists and the *_field ones. A null value satisfies none.
  [[nodiscard]] bool holds(PredicateId id, ValueText& value, base::Arena& arena) const;
  // Whether a keyword is looked for in the record's raw text besides its values. Always in a line of text. In
  // JSON only one with a quotation mark: any other can stand in the raw text, and not in a value, only by way
  // of an escape or the name of a field, which nobody means.
  [[nodiscard]] static bool searches_raw(const event::Event& event) noexcept {
    return !event.raw.empty() && event.format != event::Format::json;
  }
  [[nodiscard]] static bool searches_raw(const event::Event& event, const Predicate& keyword) noexcept {
    return searches_raw(event) || (!event.raw.empty() && is_structural(keyword));
  }
  [[nodiscard]] static bool is_structural(const Predicate& keyword) noexcept {
    return keyword.text.find('"') != std::string::npos;
  }

  // For the *_field operations: `other` is the value of the other field.
  [[nodiscard]] static bool holds_between(const Predicate& predicate, ValueText& value, ValueText& other,
                                          base::Arena& arena);

 private:
  const Program& program_;
  struct Regex;
  std::vector<std::unique_ptr<Regex>> regexes_;     // by PredicateId; null where not a regex
  std::vector<std::unique_ptr<Network>> networks_;  // by PredicateId; null where not a network
};

// True for the operations that ValueMatcher::holds judges, on one value at a time.
[[nodiscard]] bool is_single_value(Op op) noexcept;

}  // namespace hinomi::query
