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

void LiteralIndex::Table::build(std::vector<std::pair<std::uint64_t, std::uint32_t>> entries) {
  std::sort(entries.begin(), entries.end());
  slots_.assign(std::bit_ceil(entries.size() * 2 + 1), Group{});
  mask_ = slots_.size() - 1;
  members.clear();
  members.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size();) {
    const std::uint64_t key = entries[i].first;
    Group group{.key = key, .first = static_cast<std::uint32_t>(members.size()), .count = 0};
    for (; i < entries.size() && entries[i].first == key; ++i, ++group.count) members.push_back(entries[i].second);
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

void LiteralIndex::add(LiteralPlace place, std::string_view literal, std::uint32_t payload) {
  HINOMI_CHECK(!literal.empty() || place == LiteralPlace::whole);
  literals_.push_back({.offset = static_cast<std::uint32_t>(text_.size()),
                       .length = static_cast<std::uint32_t>(literal.size()),
                       .payload = payload,
                       .place = place});
  text_.append(literal);
}

void LiteralIndex::build(GramCost cost) {
  using Entries = std::vector<std::pair<std::uint64_t, std::uint32_t>>;
  Entries whole;
  Entries grams;
  std::array<Entries, kEdge + 1> start;
  std::array<Entries, kEdge + 1> end;
  filter_.assign((1U << kFilterBits) / 64, 0);
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    Literal& literal = literals_[i];
    const std::string_view text = text_of(literal);
    const std::size_t edge = std::min(text.size(), kEdge);
    switch (literal.place) {
      case LiteralPlace::whole: whole.emplace_back(key_of(text), i); break;
      case LiteralPlace::start: start[edge].emplace_back(key_of(text.substr(0, edge)), i); break;
      case LiteralPlace::end: end[edge].emplace_back(key_of(text.substr(text.size() - edge)), i); break;
      case LiteralPlace::anywhere:
        if (text.size() < 4) {
          short_[text.size()].push_back(i);
          break;
        }
        std::uint32_t best = load4(text.data());
        constexpr std::size_t kFurthest = 0xFFFF;
        for (std::size_t at = 1; at + 4 <= text.size() && at <= kFurthest; ++at) {
          const std::uint32_t gram = load4(text.data() + at);
          if (cost(gram) < cost(best)) {
            best = gram;
            literal.gram_offset = static_cast<std::uint16_t>(at);
          }
        }
        grams.emplace_back(best, i);
        filter_[slot_of(best) / 64] |= std::uint64_t{1} << (slot_of(best) % 64);
        break;
    }
  }
  if (!whole.empty()) whole_.build(std::move(whole));
  if (!grams.empty()) grams_.build(std::move(grams));
  for (std::size_t n = 1; n <= kEdge; ++n) {
    if (!start[n].empty()) start_[n].build(std::move(start[n]));
    if (!end[n].empty()) end_[n].build(std::move(end[n]));
  }
}

}  // namespace hinomi::query
