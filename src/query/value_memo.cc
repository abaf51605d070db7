#include "query/value_memo.h"

#include <algorithm>

namespace hinomi::query {
namespace {

constexpr std::size_t kGatesPerEntry = 8;  // on average; beyond it a generation ends early

}  // namespace

ValueMemo::ValueMemo(std::size_t capacity) : capacity_(capacity) {
  young_.entries.resize(capacity_);
  old_.entries.resize(capacity_);
  met_.resize(capacity_);
}

ValueMemo::Entry* ValueMemo::slot(Generation& generation, const base::Hash128& key) noexcept {
  const std::size_t mask = generation.entries.size() - 1;
  for (std::size_t at = key.low & mask;; at = (at + 1) & mask) {
    Entry& entry = generation.entries[at];
    if (entry.key == key || entry.key == base::Hash128{}) return &entry;
  }
}

ValueMemo::Noted ValueMemo::find(const base::Hash128& key) {
  if (const Entry* entry = slot(young_, key); entry->key == key) {
    return {std::span(young_.gates).subspan(entry->first, entry->count), true};
  }
  const Entry* entry = slot(old_, key);
  if (entry->key != key || key == base::Hash128{}) return {};
  return {note(key, std::span(old_.gates).subspan(entry->first, entry->count)), true};
}

bool ValueMemo::met_before(const base::Hash128& key) noexcept {
  std::uint32_t& fingerprint = met_[key.high & (capacity_ - 1)];
  const auto own = static_cast<std::uint32_t>(key.high >> 32) | 1;
  const bool met = fingerprint == own;
  fingerprint = own;
  return met;
}

std::span<const GateId> ValueMemo::note(const base::Hash128& key, std::span<const GateId> gates) {
  const bool full =
      young_.used >= capacity_ / 4 * 3 || young_.gates.size() + gates.size() > capacity_ * kGatesPerEntry;
  std::vector<GateId> kept;
  if (full && young_.used > 0) {
    kept.assign(gates.begin(), gates.end());  // `gates` may point into the generation that ends
    gates = kept;
    start_generation();
  }
  Entry* entry = slot(young_, key);
  entry->key = key;
  entry->first = static_cast<std::uint32_t>(young_.gates.size());
  entry->count = static_cast<std::uint32_t>(gates.size());
  young_.gates.insert(young_.gates.end(), gates.begin(), gates.end());
  ++young_.used;
  return std::span(young_.gates).subspan(entry->first, entry->count);
}

void ValueMemo::start_generation() {
  std::swap(young_, old_);
  std::fill(young_.entries.begin(), young_.entries.end(), Entry{});
  young_.gates.clear();
  young_.used = 0;
}

}  // namespace hinomi::query
