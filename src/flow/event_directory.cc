#include "flow/event_directory.h"

#include <limits>
#include <optional>

namespace hinomi::flow {
namespace {

constexpr std::uint64_t kSequenceMask = (std::uint64_t{1} << 56) - 1;

}  // namespace

void EventDirectory::note(std::uint64_t batch, const event::EventId& first) {
  if (!first_.emplace(batch, first).second) return;
  order_.push_back(batch);
  if (order_.size() <= kRememberedBatches) return;
  first_.erase(order_.front());
  order_.pop_front();
}

EventDirectory::Place EventDirectory::find(std::uint64_t batch, std::uint64_t sequence) {
  std::optional<event::EventId> first;
  if (const auto known = first_.find(batch); known != first_.end()) {
    first = known->second;
  } else {
    first = journal_.first_event_at(batch);
    if (first) note(batch, *first);
  }
  event::IdParts parts = first ? first->parts() : event::IdParts{};
  const std::uint64_t first_sequence = parts.sequence;
  parts.sequence = sequence & kSequenceMask;
  const bool is_of_batch = first && sequence >= first_sequence &&
                           sequence - first_sequence <= std::numeric_limits<std::uint32_t>::max();
  return {event::EventId::make(parts),
          is_of_batch ? static_cast<std::uint32_t>(sequence - first_sequence) : 0};
}

}  // namespace hinomi::flow
