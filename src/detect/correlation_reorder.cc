#include "detect/correlation_reorder.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "detect/succession.h"

namespace hinomi::detect::correlation {
namespace {

constexpr std::size_t kCaptureHeader = 1 + sizeof(std::uint32_t);
constexpr std::size_t kItemBytes = 48;  // of an item without captures in an image

std::string packed(std::span<const CapturedValue> captures) {
  std::size_t size = 0;
  for (const CapturedValue& value : captures) size += kCaptureHeader + value.text.size();
  std::string out;
  out.reserve(size);
  for (const CapturedValue& value : captures) {
    const auto length = static_cast<std::uint32_t>(value.text.size());
    char header[kCaptureHeader] = {static_cast<char>(value.present ? 1 : 0)};
    std::memcpy(header + 1, &length, sizeof length);
    out.append(header, sizeof header);
    out.append(value.text.substr(0, length));
  }
  return out;
}

// Whether match_of() can take the captures apart again.
bool is_packed(std::string_view captures) noexcept {
  while (!captures.empty()) {
    if (captures.size() < kCaptureHeader) return false;
    std::uint32_t length = 0;
    std::memcpy(&length, captures.data() + 1, sizeof length);
    captures.remove_prefix(kCaptureHeader);
    if (captures.size() < length) return false;
    captures.remove_prefix(length);
  }
  return true;
}

void write_item(ImageWriter& writer, const ReorderBuffer::Item& item) {
  write(writer, item.time);
  writer.number(item.sequence);
  writer.number(item.arrival);
  write(writer, item.event);
  writer.number(item.rule);
  writer.text(item.captures);
}

bool comes_later(const ReorderBuffer::Item& a, const ReorderBuffer::Item& b) noexcept {
  return std::tie(a.time, a.sequence, a.rule, a.arrival) > std::tie(b.time, b.sequence, b.rule, b.arrival);
}

std::size_t bytes_of(const ReorderBuffer::Item& item) noexcept {
  return sizeof item + item.captures.size();
}

}  // namespace

void ReorderBuffer::push(const Match& match) {
  heap_.push_back({.time = match.time,
                   .sequence = match.sequence,
                   .arrival = arrivals_++,
                   .event = match.event,
                   .rule = match.rule,
                   .captures = packed(match.captures)});
  bytes_ += bytes_of(heap_.back());
  std::ranges::push_heap(heap_, comes_later);
}

ReorderBuffer::Item ReorderBuffer::pop() {
  std::ranges::pop_heap(heap_, comes_later);
  Item item = std::move(heap_.back());
  heap_.pop_back();
  bytes_ -= bytes_of(item);
  return item;
}

void ReorderBuffer::save(ImageWriter& writer) const {
  writer.number(arrivals_);
  writer.number(static_cast<std::uint32_t>(heap_.size()));
  for (const Item& item : heap_) write_item(writer, item);
}

void ReorderBuffer::save_for(const Succession& succession, ImageWriter& writer) const {
  const auto stays = [&](const Item& item) {
    return item.rule < succession.rules.size() && succession.rules[item.rule].index != Succession::kNone;
  };
  writer.number(arrivals_);
  writer.number(static_cast<std::uint32_t>(std::ranges::count_if(heap_, stays)));
  std::vector<CapturedValue> captures;
  std::vector<CapturedValue> wanted;
  Item moved;
  for (const Item& item : heap_) {
    if (!stays(item)) continue;
    const Succession::Rule& rule = succession.rules[item.rule];
    (void)match_of(item, captures);
    wanted.clear();
    for (const std::uint32_t capture : rule.captures)
      wanted.push_back(capture < captures.size() ? captures[capture] : CapturedValue{});
    moved = item;
    moved.rule = rule.index;
    moved.captures = packed(wanted);
    write_item(writer, moved);
  }
}

void ReorderBuffer::restore(ImageReader& reader, std::size_t rules) {
  arrivals_ = reader.number<std::uint64_t>();
  const std::uint32_t count = reader.count(kItemBytes);
  heap_.reserve(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    Item item;
    read(reader, item.time);
    item.sequence = reader.number<std::uint64_t>();
    item.arrival = reader.number<std::uint64_t>();
    read(reader, item.event);
    item.rule = reader.number<std::uint32_t>();
    item.captures = reader.text();
    if (item.rule >= rules || !is_packed(item.captures)) reader.fail();
    bytes_ += bytes_of(item);
    heap_.push_back(std::move(item));
  }
  std::ranges::make_heap(heap_, comes_later);
}

Match match_of(const ReorderBuffer::Item& item, std::vector<CapturedValue>& captures) {
  captures.clear();
  std::string_view rest = item.captures;
  while (!rest.empty()) {
    std::uint32_t length = 0;
    std::memcpy(&length, rest.data() + 1, sizeof length);
    captures.push_back({.present = rest.front() != 0, .text = rest.substr(kCaptureHeader, length)});
    rest.remove_prefix(kCaptureHeader + length);
  }
  return {.time = item.time,
          .sequence = item.sequence,
          .rule = item.rule,
          .event = item.event,
          .captures = captures};
}

}  // namespace hinomi::detect::correlation
