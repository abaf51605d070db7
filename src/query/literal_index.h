// Finds which of many literals occur in a value: exact, at the start, at the end or anywhere, in one pass. Literals
// and values are folded by the caller. Meant for the one witness literal of a condition, not for all of its literals.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hinomi::query {

enum class LiteralPlace : std::uint8_t { whole, start, end, anywhere };

// How frequent a gram of four bytes is in values of this kind: higher = more frequent. Grams decide where a literal
// is looked for; a wrong figure costs time, never a match.
using GramCost = std::uint32_t (*)(std::uint32_t gram) noexcept;

class LiteralIndex {
 public:
  // `payload` is handed to the visitor when the literal is found. An empty literal is a caller's mistake.
  void add(LiteralPlace place, std::string_view literal, std::uint32_t payload);
  // Call once after the last add().
  void build(GramCost cost);
  [[nodiscard]] bool empty() const noexcept { return literals_.empty(); }

  // Calls visit(payload) for every literal found; a payload may be visited more than once.
  template <typename Visitor>
  void find(std::string_view value, Visitor&& visit) const;

 private:
  struct Literal {
    std::uint32_t offset;  // into text_
    std::uint32_t length;
    std::uint32_t payload;
    LiteralPlace place;
    std::uint16_t gram_offset = 0;  // where in the literal its gram stands
  };
  // Literals sharing a key stand together in `members`; a flat hash table finds the group.
  struct Group {
    std::uint64_t key = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  class Table {
   public:
    void build(std::vector<std::pair<std::uint64_t, std::uint32_t>> entries);
    [[nodiscard]] const Group* find(std::uint64_t key) const noexcept;
    std::vector<std::uint32_t> members;

   private:
    std::vector<Group> slots_;  // power of two, count 0 = free
    std::uint64_t mask_ = 0;
  };

  [[nodiscard]] std::string_view text_of(const Literal& literal) const noexcept {
    return std::string_view(text_).substr(literal.offset, literal.length);
  }
  static std::uint32_t load4(const char* at) noexcept {
    std::uint32_t gram = 0;
    __builtin_memcpy(&gram, at, 4);
    return gram;
  }
  static std::uint32_t slot_of(std::uint32_t gram) noexcept { return (gram * 0x9E3779B1U) >> (32 - kFilterBits); }
  static std::uint64_t key_of(std::string_view bytes) noexcept;

  static constexpr int kFilterBits = 16;
  static constexpr std::size_t kEdge = 8;  // bytes compared at once at a start or an end

  std::string text_;
  std::vector<Literal> literals_;
  Table whole_;
  std::array<Table, kEdge + 1> start_;  // by min(length, kEdge)
  std::array<Table, kEdge + 1> end_;
  Table grams_;                           // anywhere, literals of four bytes and more
  std::vector<std::uint64_t> filter_;     // one bit a gram hash: is a probe worth while
  std::array<std::vector<std::uint32_t>, 4> short_;  // anywhere, literals of 1 to 3 bytes
};

template <typename Visitor>
void LiteralIndex::find(std::string_view value, Visitor&& visit) const {
  const auto each = [&](const Table& table, std::uint64_t key, auto&& accept) {
    if (const Group* group = table.find(key)) {
      for (std::uint32_t i = 0; i < group->count; ++i) {
        const Literal& literal = literals_[table.members[group->first + i]];
        if (accept(literal)) visit(literal.payload);
      }
    }
  };
  if (!whole_.members.empty()) {
    each(whole_, key_of(value), [&](const Literal& l) { return text_of(l) == value; });
  }
  for (std::size_t n = 1; n <= kEdge && n <= value.size(); ++n) {
    if (!start_[n].members.empty()) {
      each(start_[n], key_of(value.substr(0, n)), [&](const Literal& l) { return value.starts_with(text_of(l)); });
    }
    if (!end_[n].members.empty()) {
      each(end_[n], key_of(value.substr(value.size() - n)), [&](const Literal& l) { return value.ends_with(text_of(l)); });
    }
  }
  for (std::size_t n = 1; n < short_.size(); ++n) {
    for (const std::uint32_t i : short_[n]) {
      if (value.find(text_of(literals_[i])) != std::string_view::npos) visit(literals_[i].payload);
    }
  }
  if (grams_.members.empty() || value.size() < 4) return;
  const char* const data = value.data();
  const std::size_t last = value.size() - 4;
  for (std::size_t at = 0; at <= last; ++at) {
    const std::uint32_t gram = load4(data + at);
    const std::uint32_t slot = slot_of(gram);
    if ((filter_[slot / 64] >> (slot % 64) & 1) == 0) continue;
    each(grams_, gram, [&](const Literal& l) {
      return at >= l.gram_offset && value.substr(at - l.gram_offset).starts_with(text_of(l));
    });
  }
}

}  // namespace hinomi::query
