#include "detect/correlation_window.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "detect/correlation_chain.h"
#include "detect/correlation_distinct.h"
#include "detect/correlation_percentile.h"
#include "detect/correlation_recent.h"
#include "detect/correlation_ring.h"

namespace hinomi::detect::correlation {
namespace {

// event_count. Times of the matches in the window; a window that never expires only counts.
class CountWindow final : public Window {
 public:
  // At most `max_times` are kept (more than the condition asks for), then the count is a lower bound.
  CountWindow(bool expires, std::size_t max_times) : expires_(expires), max_times_(max_times) {}

  void expire(base::TimeNs horizon) override {
    while (!times_.empty() && times_.front() <= horizon) times_.pop();
    if (last_lost_ && *last_lost_ <= horizon) last_lost_.reset();
    recent_.expire(horizon);
  }
  void add(const WindowInput& input) override {
    if (!expires_) {
      if (count_ == 0) first_ = input.evidence.time;
      ++count_;
    } else {
      if (times_.size() == max_times_) {
        last_lost_ = times_.front();
        times_.pop();
      }
      times_.push(input.evidence.time);
    }
    last_ = input.evidence.time;
    recent_.add(input.evidence);
  }
  void clear() override {
    times_.clear();
    last_lost_.reset();
    count_ = 0;
    recent_.clear();
  }
  [[nodiscard]] double value() const override { return static_cast<double>(total()); }
  [[nodiscard]] WindowSummary summary() const override {
    return {.value = value(),
            .value_is_at_least = last_lost_.has_value(),
            .total = total(),
            .first = expires_ ? times_.front() : first_,
            .last = last_};
  }
  void collect(std::vector<Evidence>& out) const override { recent_.collect(out); }
  [[nodiscard]] std::size_t growth(const WindowInput& /*input*/) const override {
    return recent_.growth() + (expires_ && times_.size() < max_times_ ? times_.growth() : 0);
  }
  [[nodiscard]] bool adds_in_place(const WindowInput& input) const override { return growth(input) == 0; }
  [[nodiscard]] std::size_t bytes() const override { return times_.bytes() + recent_.bytes(); }
  [[nodiscard]] bool has_summary() const override { return total() != 0; }
  void save(ImageWriter& writer) const override {
    write(writer, times_);
    write(writer, last_lost_);
    writer.number(count_);
    write(writer, first_);
    write(writer, last_);
    recent_.save(writer);
  }
  void restore(ImageReader& reader) override {
    read(reader, times_, max_times_);
    read(reader, last_lost_);
    count_ = reader.number<std::uint64_t>();
    read(reader, first_);
    read(reader, last_);
    recent_.restore(reader);
  }

 private:
  [[nodiscard]] std::uint64_t total() const noexcept { return expires_ ? times_.size() : count_; }

  bool expires_;
  std::size_t max_times_;
  Ring<base::TimeNs> times_;
  std::optional<base::TimeNs> last_lost_;  // the latest match in the window that max_times_ pushed out
  std::uint64_t count_ = 0;
  base::TimeNs first_;
  base::TimeNs last_;
  RecentEvidence recent_;
};

// A sum in two doubles: exact while the sum of integers stays below 2^53, and with an error of about one unit
// in the last place of the largest partial sum else (Knuth's TwoSum).
struct CompensatedSum {
  double high = 0;
  double low = 0;

  void add(const CompensatedSum& other) noexcept {
    const double sum = high + other.high;
    const double part = sum - high;
    const double error = (high - (sum - part)) + (other.high - part);
    high = sum;
    low += other.low + error;
  }
  // Beyond the range of double the compensation is not a number.
  [[nodiscard]] double value() const noexcept { return std::isfinite(high) ? high + low : high; }

  void save(ImageWriter& writer) const {
    writer.number(high);
    writer.number(low);
  }
  void restore(ImageReader& reader) {
    high = reader.number<double>();
    low = reader.number<double>();
  }
};

// value_sum and value_avg. A sliding sum as a queue of two stacks: entries before `middle_` hold the sum from
// themselves up to `middle_`, later ones are summed in `back_`; nothing is ever subtracted, so nothing
// drifts.
class SumWindow final : public Window {
 public:
  SumWindow(bool expires, bool mean) : expires_(expires), mean_(mean) {}

  void expire(base::TimeNs horizon) override {
    while (!entries_.empty() && entries_.front().time <= horizon) {
      if (middle_ == 0) turn_over();
      entries_.pop();
      --middle_;
    }
    recent_.expire(horizon);
  }
  void add(const WindowInput& input) override {
    if (expires_) {
      entries_.push({input.evidence.time, {input.number, 0}});
    } else if (count_++ == 0) {
      first_ = input.evidence.time;
    }
    back_.add({input.number, 0});
    last_ = input.evidence.time;
    recent_.add(input.evidence);
  }
  void clear() override {
    entries_.clear();
    middle_ = 0;
    back_ = {};
    count_ = 0;
    recent_.clear();
  }
  [[nodiscard]] double value() const override {
    CompensatedSum sum = middle_ == 0 ? CompensatedSum{} : entries_.front().sum;
    sum.add(back_);
    return mean_ ? sum.value() / static_cast<double>(total()) : sum.value();
  }
  [[nodiscard]] WindowSummary summary() const override {
    return {.value = value(),
            .value_is_at_least = false,
            .total = total(),
            .first = expires_ ? entries_.front().time : first_,
            .last = last_};
  }
  void collect(std::vector<Evidence>& out) const override { recent_.collect(out); }
  [[nodiscard]] std::size_t growth(const WindowInput& /*input*/) const override {
    return recent_.growth() + (expires_ ? entries_.growth() : 0);
  }
  [[nodiscard]] bool adds_in_place(const WindowInput& input) const override { return growth(input) == 0; }
  [[nodiscard]] std::size_t bytes() const override { return entries_.bytes() + recent_.bytes(); }
  [[nodiscard]] bool has_summary() const override { return total() != 0; }
  void save(ImageWriter& writer) const override {
    write(writer, entries_);
    writer.number(static_cast<std::uint32_t>(middle_));
    back_.save(writer);
    writer.number(count_);
    write(writer, first_);
    write(writer, last_);
    recent_.save(writer);
  }
  void restore(ImageReader& reader) override {
    read(reader, entries_, std::numeric_limits<std::uint32_t>::max());
    middle_ = reader.number<std::uint32_t>();
    if (middle_ > entries_.size()) reader.fail();
    back_.restore(reader);
    count_ = reader.number<std::uint64_t>();
    read(reader, first_);
    read(reader, last_);
    recent_.restore(reader);
  }

 private:
  struct Entry {
    base::TimeNs time;
    CompensatedSum sum;  // its number; after turn_over() the sum of it and all later ones before middle_
  };
  friend void write(ImageWriter& writer, const Entry& entry) {
    write(writer, entry.time);
    entry.sum.save(writer);
  }
  friend void read(ImageReader& reader, Entry& entry) {
    read(reader, entry.time);
    entry.sum.restore(reader);
  }

  // Each entry is turned over once: amortised O(1).
  void turn_over() {
    for (std::size_t i = entries_.size() - 1; i > 0; --i) entries_[i - 1].sum.add(entries_[i].sum);
    middle_ = entries_.size();
    back_ = {};
  }
  [[nodiscard]] std::uint64_t total() const noexcept { return expires_ ? entries_.size() : count_; }

  bool expires_;
  bool mean_;
  Ring<Entry> entries_;
  std::size_t middle_ = 0;  // how many entries from the front hold running sums
  CompensatedSum back_;
  std::uint64_t count_ = 0;
  base::TimeNs first_;
  base::TimeNs last_;
  RecentEvidence recent_;
};

std::size_t times_to_keep(const CorrelationRule& rule) {
  double most = 0;
  for (const Bound& bound : rule.condition) most = std::max(most, bound.limit);
  return std::max(kMaxExactCount, static_cast<std::size_t>(most) + 1);
}

}  // namespace

static_assert(kMaxOrderedMembers <= kMaxEvidence);

std::unique_ptr<Window> make_window(const CorrelationRule& rule, const WindowOptions& options) {
  switch (rule.type) {
    case CorrelationType::event_count:
      return std::make_unique<CountWindow>(options.expires, times_to_keep(rule));
    case CorrelationType::value_count:
    case CorrelationType::temporal:
      return std::make_unique<DistinctWindow>(options.hash_seed);
    case CorrelationType::temporal_ordered:
      return std::make_unique<ChainWindow>(rule.members.size(), options.judged_at_end);
    case CorrelationType::value_sum:
      return std::make_unique<SumWindow>(options.expires, false);
    case CorrelationType::value_avg:
      return std::make_unique<SumWindow>(options.expires, true);
    case CorrelationType::value_percentile:
      return std::make_unique<PercentileWindow>(options.expires, rule.percentile);
  }
  HINOMI_CHECK(false);
}

}  // namespace hinomi::detect::correlation
