#include "flow/event_directory.h"

#include <limits>
#include <optional>
#include <utility>

namespace hinomi::flow {
namespace {

constexpr std::uint64_t kSequenceMask = (std::uint64_t{1} << 56) - 1;

}  // namespace

void EventDirectory::note(std::uint64_t batch, BatchStart&& start) {
  if (!starts_.try_emplace(batch, std::move(start)).second) return;
  order_.push_back(batch);
  if (order_.size() <= kRememberedBatches) return;
  starts_.erase(order_.front());
  order_.pop_front();
}

EventDirectory::Place EventDirectory::find(std::uint64_t batch, std::uint64_t sequence) {
  std::optional<BatchStart> start;
  if (const auto known = starts_.find(batch); known != starts_.end()) {
    start = known->second;
  } else {
    start = journal_.batch_start_at(batch);
    if (start) note(batch, BatchStart(*start));
  }
  event::IdParts parts = start ? start->first.parts() : event::IdParts{};
  const std::uint64_t first_sequence = parts.sequence;
  parts.sequence = sequence & kSequenceMask;
  const bool is_of_batch = start && sequence >= first_sequence &&
                           sequence - first_sequence <= std::numeric_limits<std::uint32_t>::max();
  return {event::EventId::make(parts),
          is_of_batch ? static_cast<std::uint32_t>(sequence - first_sequence) : 0,
          start ? std::move(start->source) : std::string()};
}

}  // namespace hinomi::flow
