#include "query/literal_index.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace hinomi::query {
namespace {

std::uint64_t mix(std::uint64_t key) noexcept {
  key ^= key >> 32;
  key *= 0x9E3779B97F4A7C15ULL;
  return key ^ (key >> 29);
}

}  // namespace

std::uint64_t LiteralIndex::key_of(std::string_view bytes) noexcept {
  if (bytes.size() > kEdge) return base::hash64(bytes, 0);
  std::uint64_t key = 0;
  __builtin_memcpy(&key, bytes.data(), bytes.size());
  return key;
}

void LiteralIndex::Table::build(Entries entries) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.literal < b.second.literal;
  });
  slots_.assign(std::bit_ceil(entries.size() * 2 + 1), Group{});
  mask_ = slots_.size() - 1;
  members.clear();
  members.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size();) {
    const std::uint64_t key = entries[i].first;
    Group group{.key = key, .first = static_cast<std::uint32_t>(members.size()), .count = 0};
    for (; i < entries.size() && entries[i].first == key; ++i, ++group.count)
      members.push_back(entries[i].second);
    std::uint64_t at = mix(key) & mask_;
    while (slots_[at].count != 0) at = (at + 1) & mask_;
    slots_[at] = group;
  }
}

const LiteralIndex::Group* LiteralIndex::Table::find(std::uint64_t key) const noexcept {
  for (std::uint64_t at = mix(key) & mask_;; at = (at + 1) & mask_) {
    if (slots_[at].count == 0) return nullptr;
    if (slots_[at].key == key) return &slots_[at];
  }
}

void LiteralIndex::Sampled::build(Entries entries) {
  constexpr std::size_t kBitsPerEntry = 32;
  constexpr std::size_t kFewestBits = 1U << 12;
  constexpr std::size_t kMostBits = 1U << 18;  // 32 KiB: stays in the nearest cache
  const std::size_t bits = std::clamp(std::bit_ceil(entries.size() * kBitsPerEntry), kFewestBits, kMostBits);
  filter.assign(bits / 64, 0);
  filter_shift = 32 - std::countr_zero(bits);
  for (const auto& [gram, spot] : entries) {
    const std::uint32_t slot = (static_cast<std::uint32_t>(gram) * 0x9E3779B1U) >> filter_shift;
    filter[slot / 64] |= std::uint64_t{1} << (slot % 64);
  }
  table.build(std::move(entries));
}

std::size_t LiteralIndex::best_offset(std::string_view text, std::size_t stride, GramCost cost) {
  std::size_t best = 0;
  std::uint32_t best_cost = ~0U;
  constexpr std::size_t kFurthest = 256;
  for (std::size_t at = 0; at + stride + 3 <= text.size() && at < kFurthest; ++at) {
    std::uint32_t worst = 0;
    for (std::size_t k = 0; k < stride; ++k) worst = std::max(worst, cost(load4(text.data() + at + k)));
    if (worst >= best_cost) continue;
    best_cost = worst;
    best = at;
  }
  return best;
}

void LiteralIndex::add(LiteralPlace place, std::string_view literal, std::uint32_t payload) {
  HINOMI_CHECK(!literal.empty() || place == LiteralPlace::whole);
  literals_.push_back({.offset = static_cast<std::uint32_t>(text_.size()),
                       .length = static_cast<std::uint32_t>(literal.size()),
                       .payload = payload,
                       .place = place});
  text_.append(literal);
}

void LiteralIndex::build(GramCost cost) {
  constexpr std::size_t kGram = 4;
  constexpr std::size_t kGreatestStride = 4;
  std::size_t stride = kGreatestStride;
  for (const Literal& literal : literals_) {
    if (literal.place == LiteralPlace::anywhere && literal.length >= kGram)
      stride = std::min<std::size_t>(stride, literal.length - kGram + 1);
  }
  Entries whole;
  std::array<Entries, kEdge + 1> start;
  std::array<Entries, kEdge + 1> end;
  Entries grams;
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const Literal& literal = literals_[i];
    const std::string_view text = text_of(literal);
    const std::size_t edge = std::min(text.size(), kEdge);
    shortest_ = std::min(shortest_, text.size());
    switch (literal.place) {
      case LiteralPlace::whole:
        whole.push_back({key_of(text), {i, 0}});
        break;
      case LiteralPlace::start:
        start[edge].push_back({key_of(text.substr(0, edge)), {i, 0}});
        break;
      case LiteralPlace::end:
        end[edge].push_back({key_of(text.substr(text.size() - edge)), {i, 0}});
        break;
      case LiteralPlace::anywhere: {
        if (text.size() < kGram) {
          short_[text.size()].push_back(i);
          break;
        }
        const std::size_t first = best_offset(text, stride, cost);
        for (std::size_t at = first; at < first + stride; ++at)
          grams.push_back({load4(text.data() + at), {i, static_cast<std::uint32_t>(at)}});
        break;
      }
    }
  }
  if (!whole.empty()) whole_.build(std::move(whole));
  grams_.stride = stride;
  if (!grams.empty()) grams_.build(std::move(grams));
  for (std::size_t n = 1; n <= kEdge; ++n) {
    if (!start[n].empty()) start_[n].build(std::move(start[n]));
    if (!end[n].empty()) end_[n].build(std::move(end[n]));
  }
}

}  // namespace hinomi::query
