// Judges groups: what a match means for the correlations it goes to, what the end of a window means, and the
// firings and derived matches that follow. Takes matches in their final order only; CorrelationEngine sees to
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "detect/correlation_engine.h"
#include "detect/correlation_group.h"
#include "detect/correlation_groups.h"

namespace hinomi::detect::correlation {

class Judge {
 public:
  // All must outlive it; `order` is children_first(rules).
  Judge(const std::vector<CorrelationRule>& rules, const std::vector<std::uint32_t>& order, Groups& groups)
      : rules_(rules), order_(order), groups_(groups) {}

  // Ends the windows that end before the match, then gives it to these correlations and, by what they derive,
  // to those that refer to them. Not earlier than any match before it.
  void on_match(const std::vector<Route>& routes, const Match& match, FiringSink& sink);
  // Ends the windows that end by `now`.
  void advance(base::TimeNs now, FiringSink& sink);
  // Ends all windows, the unbounded ones at `latest`, the latest time seen; then no group is left.
  void finish(base::TimeNs latest, FiringSink& sink);

  // Between two calls this is all that a judge knows.
  [[nodiscard]] base::TimeNs clock() const noexcept { return clock_; }
  void set_clock(base::TimeNs clock) noexcept { clock_ = clock; }

 private:
  // A match on its way to one or more correlations.
  struct Incoming {
    base::TimeNs time;
    EventRef event;
    std::span<const CapturedValue> captures;
  };
  // A match that a correlation makes for those that refer to it.
  struct Derived {
    std::uint32_t child = 0;
    bool is_firing = false;
    base::TimeNs time;
    EventRef event;
    std::vector<CapturedValue> captures;
  };

  // One match to one correlation.
  void deliver(const Route& route, const Incoming& match, FiringSink& sink);
  bool read_value(const Route& route, const Incoming& match, WindowInput& input);
  void judge_at_match(const Route& route, Group& group, const Incoming& match, FiringSink& sink);

  // Time.
  void fire_timers(base::TimeNs now, FiringSink& sink);
  void on_timer(const Timer& timer, FiringSink& sink);
  void on_undisturbed_timer(const Timer& timer, FiringSink& sink);
  void judge_at_end(std::uint32_t index, Group& group, base::TimeNs time, FiringSink& sink);
  void finish_unbounded(std::uint32_t index, base::TimeNs latest, FiringSink& sink);

  // Results.
  void emit(std::uint32_t index, const Group& group, base::TimeNs time, const WindowSummary& summary,
            FiringSink& sink);
  void emit_late(std::uint32_t index, Group& group, base::TimeNs time, const WindowSummary& summary,
                 FiringSink& sink);
  void derive(std::uint32_t child, bool is_firing, base::TimeNs time, EventRef event,
              std::vector<CapturedValue> captures, FiringSink& sink);
  void deliver_derived(FiringSink& sink);

  const std::vector<CorrelationRule>& rules_;
  const std::vector<std::uint32_t>& order_;
  Groups& groups_;

  base::TimeNs clock_{std::numeric_limits<std::int64_t>::min()};  // latest point of event time processed
  bool finishing_ = false;
  std::deque<Derived> derived_;
  std::size_t derived_from_this_match_ = 0;

  // Scratch, reused.
  std::string key_;
  std::string value_key_;
  Firing firing_;
};

}  // namespace hinomi::detect::correlation
