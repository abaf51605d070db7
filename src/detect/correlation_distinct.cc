#include "detect/correlation_distinct.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace hinomi::detect::correlation {
namespace {

// libstdc++ and libc++ keep at least 15 bytes inside the object; counting the others whole errs on the safe
// side.
constexpr std::size_t kInlineKey = 15;

std::size_t heap_bytes(std::size_t key_size) noexcept {
  return key_size > kInlineKey ? key_size + 1 : 0;
}

}  // namespace

void DistinctWindow::expire(base::TimeNs horizon) {
  while (count_ != 0 && nodes_[oldest_].evidence.time <= horizon) remove_oldest();
}

void DistinctWindow::add(const WindowInput& input) {
  if (table_is_full()) grow_table();
  const std::uint64_t hash = base::hash64(input.key, hash_seed_);
  const std::size_t slot = slot_of(input.key, hash);
  if (slots_[slot] == kNone) {
    insert(input.key, hash, input.evidence);
    slots_[slot] = newest_;
    return;
  }
  const std::uint32_t node = slots_[slot];
  nodes_[node].evidence = input.evidence;
  if (node == newest_) return;
  unlink(node);
  link_as_newest(node);
}

void DistinctWindow::clear() {
  while (count_ != 0) remove_oldest();
}

WindowSummary DistinctWindow::summary() const {
  return {.value = value(),
          .value_is_at_least = false,
          .total = count_,
          .first = nodes_[oldest_].evidence.time,
          .last = nodes_[newest_].evidence.time};
}

void DistinctWindow::collect(std::vector<Evidence>& out) const {
  const std::size_t start = out.size();
  for (std::uint32_t node = newest_; node != kNone && out.size() - start < kMaxEvidence;
       node = nodes_[node].older) {
    out.push_back(nodes_[node].evidence);
  }
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(start), out.end());
}

std::size_t DistinctWindow::growth(const WindowInput& input) const {
  std::size_t bytes = heap_bytes(input.key.size());
  if (free_ == kNone && nodes_.size() == nodes_.capacity()) {
    bytes += std::max<std::size_t>(nodes_.capacity() * 2, 1) * sizeof(Node);
  }
  if (table_is_full()) bytes += std::max(slots_.size() * 2, kFirstSlots) * sizeof(std::uint32_t);
  return bytes;
}

bool DistinctWindow::adds_in_place(const WindowInput& input) const {
  if (slots_.empty() || table_is_full()) return false;
  return slots_[slot_of(input.key, base::hash64(input.key, hash_seed_))] != kNone;
}

std::size_t DistinctWindow::bytes() const {
  return nodes_.capacity() * sizeof(Node) + slots_.capacity() * sizeof(std::uint32_t) + key_bytes_;
}

// The keys from the oldest on; the free nodes and the slots are storage only.
void DistinctWindow::save(ImageWriter& writer) const {
  writer.number(static_cast<std::uint32_t>(nodes_.capacity()));
  writer.number(static_cast<std::uint32_t>(nodes_.size()));
  writer.number(static_cast<std::uint32_t>(slots_.size()));
  writer.number(static_cast<std::uint32_t>(count_));
  for (std::uint32_t node = oldest_; node != kNone; node = nodes_[node].newer) {
    writer.text(nodes_[node].key);
    write(writer, nodes_[node].evidence);
  }
}

void DistinctWindow::restore(ImageReader& reader) {
  const std::size_t capacity = reader.allocated(sizeof(Node));
  const auto used = reader.number<std::uint32_t>();
  const std::size_t slots = reader.allocated(sizeof(std::uint32_t));
  const std::uint32_t count = reader.count(sizeof(std::uint32_t) + sizeof(base::TimeNs));
  const bool table_is_sound =
      slots == 0 ? count == 0
                 : slots >= kFirstSlots && std::has_single_bit(slots) && std::size_t{count} * 4 <= slots * 3;
  if (!reader.ok() || used > capacity || count > used || !table_is_sound) {
    reader.fail();
    return;
  }
  nodes_.reserve(capacity);
  slots_.assign(slots, kNone);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    const std::string_view key = reader.text();
    Evidence evidence;
    read(reader, evidence);
    const std::uint64_t hash = base::hash64(key, hash_seed_);
    const std::size_t slot = slot_of(key, hash);
    if (!reader.ok() || slots_[slot] != kNone) {
      reader.fail();
      return;
    }
    insert(key, hash, evidence);
    slots_[slot] = newest_;
  }
  for (std::size_t i = nodes_.size(); i < used; ++i) {
    nodes_.emplace_back();
    nodes_.back().newer = free_;
    free_ = static_cast<std::uint32_t>(i);
  }
}

std::size_t DistinctWindow::slot_of(std::string_view key, std::uint64_t hash) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  // Ends: the table always has an empty slot.
  while (slots_[slot] != kNone) {
    const Node& node = nodes_[slots_[slot]];
    if (node.hash == hash && node.key == key) return slot;
    slot = (slot + 1) & mask;
  }
  return slot;
}

void DistinctWindow::grow_table() {
  const std::size_t size = std::max(slots_.size() * 2, kFirstSlots);
  slots_.assign(size, kNone);
  slots_.shrink_to_fit();
  for (std::uint32_t node = oldest_; node != kNone; node = nodes_[node].newer) {
    std::size_t slot = nodes_[node].hash & (size - 1);
    while (slots_[slot] != kNone) slot = (slot + 1) & (size - 1);
    slots_[slot] = node;
  }
}

void DistinctWindow::insert(std::string_view key, std::uint64_t hash, const Evidence& evidence) {
  std::uint32_t index = free_;
  if (index == kNone) {
    index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    free_ = nodes_[index].newer;
  }
  Node& node = nodes_[index];
  node.key = key;
  node.hash = hash;
  node.evidence = evidence;
  key_bytes_ += heap_bytes(key.size());
  ++count_;
  link_as_newest(index);
}

void DistinctWindow::remove_oldest() {
  const std::uint32_t index = oldest_;
  Node& node = nodes_[index];
  empty_slot(slot_of(node.key, node.hash));
  unlink(index);
  key_bytes_ -= heap_bytes(node.key.size());
  std::string().swap(node.key);
  node.newer = free_;
  free_ = index;
  --count_;
}

// Closes the gap by moving later entries of the same run back (no tombstones).
void DistinctWindow::empty_slot(std::size_t slot) noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t next = (slot + 1) & mask;
  while (slots_[next] != kNone) {
    const std::size_t home = nodes_[slots_[next]].hash & mask;
    const bool may_move = ((next - home) & mask) >= ((next - slot) & mask);
    if (may_move) {
      slots_[slot] = slots_[next];
      slot = next;
    }
    next = (next + 1) & mask;
  }
  slots_[slot] = kNone;
}

void DistinctWindow::link_as_newest(std::uint32_t index) noexcept {
  nodes_[index].older = newest_;
  nodes_[index].newer = kNone;
  if (newest_ != kNone) nodes_[newest_].newer = index;
  newest_ = index;
  if (oldest_ == kNone) oldest_ = index;
}

void DistinctWindow::unlink(std::uint32_t index) noexcept {
  const Node& node = nodes_[index];
  (node.older == kNone ? oldest_ : nodes_[node.older].newer) = node.newer;
  (node.newer == kNone ? newest_ : nodes_[node.newer].older) = node.older;
}

}  // namespace hinomi::detect::correlation
