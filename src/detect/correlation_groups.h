// The groups of all correlations: opened, filled and ended within the limits of memory; what a limit refuses
// is counted and announced here. Not aware of conditions, firing or the order of matches
// (correlation_judge.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detect/correlation_engine.h"
#include "detect/correlation_group.h"
#include "detect/correlation_image.h"
#include "detect/correlation_reorder.h"

namespace hinomi::detect::correlation {

// What a correlation takes over, from another one or from itself.
struct Heir {
  std::uint32_t from = 0;  // Succession::kNone: nothing
  std::vector<std::uint32_t>
      values;  // of each value it reports, the place among those of `from`; or kNoCapture
};
// Of every one of `later`; `from` holds for each the index in `earlier`. What correlations carry for others
// may differ between the two.
[[nodiscard]] std::vector<Heir> heirs_of(const std::vector<CorrelationRule>& earlier,
                                         const std::vector<CorrelationRule>& later,
                                         const std::vector<std::uint32_t>& from);

class Groups {
 public:
  // All must outlive it. `order` is children_first(rules); the storage of `buffer` counts as memory too.
  Groups(const std::vector<CorrelationRule>& rules, const std::vector<std::uint32_t>& order,
         const CorrelationOptions& options, const ReorderBuffer& buffer, Statistics& statistics);

  // What is known of the correlation of this index.
  [[nodiscard]] Correlation& of(std::uint32_t index) noexcept { return correlations_[index]; }
  [[nodiscard]] const Correlation& of(std::uint32_t index) const noexcept { return correlations_[index]; }
  [[nodiscard]] std::size_t size() const noexcept { return correlations_.size(); }

  // The group of `key`, found or opened at `time`, with the timer that ends its window; nullptr, and
  // announced, when a limit forbids a new one.
  Group* find_or_open(std::uint32_t index, const std::string& key, base::TimeNs time, FiringSink& sink);
  // Lets the window slide to the match and takes the match in. False, and announced, when it needs more
  // memory than there is.
  bool add(std::uint32_t index, Group& group, const WindowInput& input, FiringSink& sink);
  // Keeps the values of a match that a later decision reports.
  void remember_values(const CorrelationMember& member, std::span<const CapturedValue> captures,
                       Group& group);
  void expire(Group& group, base::TimeNs horizon);
  // Empties the window of the group of `key`, if there is one, and what is pending on it.
  void undo(std::uint32_t index, const std::string& key);
  // Only for a group whose timer has been taken, or that never had one.
  void drop(std::uint32_t index, Group& group);
  void drop_all();

  // The timer due first, taken, if it is due by `now`. Its group is dropped or gets a timer again.
  [[nodiscard]] std::optional<Timer> take_timer(base::TimeNs now);
  void set_again(Timer timer, base::TimeNs deadline);

  // Counts a refusal; the sink hears of the 1st, 2nd, 4th, 8th …
  void refuse(std::uint32_t index, LimitKind kind, std::uint64_t& counter, FiringSink& sink);
  // Brings the statistics of memory up to date after the reorder buffer has changed.
  void account_buffer() { account(0, 0); }

  void save(ImageWriter& writer) const;
  // What is left for the heirs, as they would save it.
  void save_for(const std::vector<Heir>& heirs, ImageWriter& writer) const;
  // Only where there are no groups yet, and after the reorder buffer; `clock` is the latest point of event
  // time processed. What these rules cannot have left behind makes the reader fail.
  void restore(ImageReader& reader, base::TimeNs clock);

 private:
  [[nodiscard]] std::unique_ptr<Window> new_window(std::uint32_t index) const;
  Group* restore_group(ImageReader& reader, base::TimeNs clock);
  void account(std::size_t before, std::size_t after);
  [[nodiscard]] std::size_t state_limit() const noexcept;

  const std::vector<CorrelationRule>& rules_;
  const CorrelationOptions& options_;
  const ReorderBuffer& buffer_;
  Statistics& statistics_;
  std::vector<Correlation> correlations_;  // parallel to rules_
  std::vector<Timer> timers_;              // a heap; a group has one at most
  std::uint64_t serials_ = 0;
  std::size_t state_bytes_ = 0;
};

}  // namespace hinomi::detect::correlation
