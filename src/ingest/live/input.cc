#include "ingest/live/input.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace hinomi::ingest::live {

std::string_view name_of(InputState state) noexcept {
  constexpr std::array<std::string_view, 6> kNames{"stopped",  "running",      "waiting",
                                                   "degraded", "needs_parser", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

void Counters::count(const Receipt& receipt, std::uint64_t delivered_bytes, base::TimeNs now) noexcept {
  if (receipt.admission == Admission::duplicate) duplicates += receipt.count;
  if (receipt.admission != Admission::stored) return;
  events += receipt.count;
  bytes += delivered_bytes;
  last_event_ns = now.since_epoch_ns;
}

void Counters::set_state(InputState state, std::string error) {
  const std::lock_guard lock(mutex_);
  state_ = state;
  error_ = std::move(error);
}

InputState Counters::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Counters::show_files(std::vector<FileStatistics> all) {
  const auto comes_first = [](const FileStatistics& a, const FileStatistics& b) {
    const bool a_is_well = a.problem.empty();
    const bool b_is_well = b.problem.empty();
    return std::tie(a_is_well, b.lag, a.path) < std::tie(b_is_well, a.lag, b.path);
  };
  const std::size_t shown = std::min(all.size(), kMaxFilesShown);
  std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(shown), comes_first);
  all.resize(shown);
  const std::lock_guard lock(mutex_);
  shown_files_ = std::move(all);
}

void Counters::fill(InputStatistics& statistics) const {
  statistics.last_event = {last_event_ns};
  statistics.events = events;
  statistics.bytes = bytes;
  statistics.duplicates = duplicates;
  statistics.dropped = dropped;
  statistics.refused = refused;
  statistics.cut = cut;
  statistics.framing_errors = framing_errors;
  statistics.connections = connections;
  statistics.connections_refused = connections_refused;
  statistics.lag_bytes = lag_bytes;
  statistics.files = files;
  statistics.receive_buffer = receive_buffer;
  const std::lock_guard lock(mutex_);
  statistics.state = state_;
  statistics.error = error_;
  statistics.shown_files = shown_files_;
}

}  // namespace hinomi::ingest::live
