// What one group of one correlation holds of its current window, and the value the condition is applied to.
// One class per way of counting; amortised O(1) per match (percentile O(log n)). Not aware of conditions or
// firing.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "detect/correlation_evidence.h"
#include "detect/correlation_image.h"
#include "detect/correlation_rule.h"

namespace hinomi::detect::correlation {

// One match as a window sees it.
struct WindowInput {
  Evidence evidence;
  std::string_view key;  // DistinctWindow: what must be different
  double number = 0;     // sum, mean, percentile
};

struct WindowSummary {
  double value = 0;
  bool value_is_at_least = false;
  std::uint64_t total = 0;  // contributing events, as Firing::total
  base::TimeNs first;
  base::TimeNs last;
};

// Matches are added in order of time. A window that never expires (unbounded, tumbling, or opened by its
// first match) keeps less; the owner makes a new one for the next window.
class Window {
 public:
  Window() = default;
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  virtual ~Window() = default;

  // Forgets every match with time <= horizon. Only for windows made with expires = true.
  virtual void expire(base::TimeNs horizon) = 0;
  virtual void add(const WindowInput& input) = 0;
  virtual void clear() = 0;

  // After add(): what the condition is applied to.
  [[nodiscard]] virtual double value() const = 0;
  // Not for an empty window.
  [[nodiscard]] virtual WindowSummary summary() const = 0;
  // The latest kMaxEvidence contributing events, oldest first.
  virtual void collect(std::vector<Evidence>& out) const = 0;

  // Bytes that add() may allocate at most (peak: old and new storage of a doubling count both).
  [[nodiscard]] virtual std::size_t growth(const WindowInput& input) const = 0;
  // Whether add() needs no further memory, exactly; called only when growth() is too much.
  [[nodiscard]] virtual bool adds_in_place(const WindowInput& input) const = 0;
  // Storage held now, without the object itself. O(1).
  [[nodiscard]] virtual std::size_t bytes() const = 0;

  // Whether summary() has something to say.
  [[nodiscard]] virtual bool has_summary() const = 0;
  // Everything but what the window was made with. Restored, it behaves as the saved one would have, down to
  // its bytes(); what no window can hold makes the reader fail. Only for a window that is new.
  virtual void save(ImageWriter& writer) const = 0;
  virtual void restore(ImageReader& reader) = 0;
};

struct WindowOptions {
  bool expires = true;         // sliding with a timespan
  bool judged_at_end = false;  // temporal_ordered: the longest chain so far, not the one that ends here
  std::uint64_t hash_seed = 0;
};

[[nodiscard]] std::unique_ptr<Window> make_window(const CorrelationRule& rule, const WindowOptions& options);

}  // namespace hinomi::detect::correlation
