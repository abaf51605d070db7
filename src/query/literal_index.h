// Finds which of many literals occur in a value: exact, at the start, at the end or anywhere, in one pass.
// Literals and values are folded by the caller. Meant for the one witness literal of a condition, not for all
// of its literals.
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

// How frequent a gram of four bytes is in values of this kind: higher = more frequent. Grams decide where a
// literal is looked for; a wrong figure costs time, never a match.
using GramCost = std::uint32_t (*)(std::uint32_t gram) noexcept;

class LiteralIndex {
 public:
  // `payload` is handed to the visitor when the literal is found. An empty literal is a caller's mistake.
  void add(LiteralPlace place, std::string_view literal, std::uint32_t payload);
  // Call once after the last add().
  void build(GramCost cost);
  [[nodiscard]] bool empty() const noexcept { return literals_.empty(); }
  // No shorter value can hold any of the literals.
  [[nodiscard]] std::size_t shortest() const noexcept { return shortest_; }

  // Calls visit(payload) for every literal found; a payload may be visited more than once.
  template <typename Visitor>
  void find(std::string_view value, Visitor&& visit) const;

  // The first of `stride` neighbouring grams of `text` whose most frequent one is the rarest.
  [[nodiscard]] static std::size_t best_offset(std::string_view text, std::size_t stride, GramCost cost);

 private:
  struct Literal {
    std::uint32_t offset;  // into text_
    std::uint32_t length;
    std::uint32_t payload;
    LiteralPlace place;
  };
  // A literal, and where in it the bytes stand that the table is keyed by.
  struct Spot {
    std::uint32_t literal;
    std::uint32_t offset;
  };
  using Entries = std::vector<std::pair<std::uint64_t, Spot>>;
  // Spots sharing a key stand together in `members`; a flat hash table finds the group.
  struct Group {
    std::uint64_t key = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  class Table {
   public:
    void build(Entries entries);
    [[nodiscard]] const Group* find(std::uint64_t key) const noexcept;
    std::vector<Spot> members;

   private:
    std::vector<Group> slots_;  // power of two, count 0 = free
    std::uint64_t mask_ = 0;
  };
  // Literals that are looked for at every `stride`-th position of a value: each is entered by `stride` grams
  // in a row, so that wherever it stands one of them falls on such a position. It must be stride + 3 bytes
  // long; the shortest literal decides, since every further pass over a value costs more than it spares.
  struct Sampled {
    std::size_t stride = 1;
    Table table;
    std::vector<std::uint64_t> filter;  // one bit a gram hash: is a probe worth while
    int filter_shift = 32;
    void build(Entries entries);
    [[nodiscard]] bool worth(std::uint32_t gram) const noexcept {
      const std::uint32_t slot = (gram * 0x9E3779B1U) >> filter_shift;
      return (filter[slot / 64] >> (slot % 64) & 1) != 0;
    }
  };

  [[nodiscard]] std::string_view text_of(const Literal& literal) const noexcept {
    return std::string_view(text_).substr(literal.offset, literal.length);
  }
  static std::uint32_t load4(const char* at) noexcept {
    std::uint32_t gram = 0;
    __builtin_memcpy(&gram, at, 4);
    return gram;
  }
  static std::uint64_t key_of(std::string_view bytes) noexcept;

  static constexpr std::size_t kEdge = 8;  // bytes compared at once at a start or an end

  std::string text_;
  std::vector<Literal> literals_;
  std::size_t shortest_ = ~std::size_t{0};
  Table whole_;
  std::array<Table, kEdge + 1> start_;  // by min(length, kEdge)
  std::array<Table, kEdge + 1> end_;
  Sampled grams_;                                    // anywhere, literals of 4 bytes and more
  std::array<std::vector<std::uint32_t>, 4> short_;  // anywhere, literals of 1 to 3 bytes
};

template <typename Visitor>
void LiteralIndex::find(std::string_view value, Visitor&& visit) const {
  const auto each = [&](const Table& table, std::uint64_t key, auto&& accept) {
    if (const Group* group = table.find(key)) {
      for (std::uint32_t i = 0; i < group->count; ++i) {
        const Spot& spot = table.members[group->first + i];
        const Literal& literal = literals_[spot.literal];
        if (accept(literal, spot.offset)) visit(literal.payload);
      }
    }
  };
  if (!whole_.members.empty()) {
    each(whole_, key_of(value), [&](const Literal& l, std::uint32_t) { return text_of(l) == value; });
  }
  for (std::size_t n = 1; n <= kEdge && n <= value.size(); ++n) {
    if (!start_[n].members.empty()) {
      each(start_[n], key_of(value.substr(0, n)),
           [&](const Literal& l, std::uint32_t) { return value.starts_with(text_of(l)); });
    }
    if (!end_[n].members.empty()) {
      each(end_[n], key_of(value.substr(value.size() - n)),
           [&](const Literal& l, std::uint32_t) { return value.ends_with(text_of(l)); });
    }
  }
  for (std::size_t n = 1; n < short_.size(); ++n) {
    for (const std::uint32_t i : short_[n]) {
      if (value.find(text_of(literals_[i])) != std::string_view::npos) visit(literals_[i].payload);
    }
  }
  if (value.size() < 4) return;
  const char* const data = value.data();
  const std::size_t last = value.size() - 4;
  if (grams_.table.members.empty()) return;
  for (std::size_t at = 0; at <= last; at += grams_.stride) {
    const std::uint32_t gram = load4(data + at);
    if (!grams_.worth(gram)) continue;
    each(grams_.table, gram, [&](const Literal& l, std::uint32_t offset) {
      return at >= offset && value.substr(at - offset).starts_with(text_of(l));
    });
  }
}

}  // namespace hinomi::query
