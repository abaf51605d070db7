#include "detect/correlation_window.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "detect/correlation_distinct.h"
#include "detect/correlation_ring.h"

namespace hinomi::detect::correlation {
namespace {

// The latest kMaxEvidence matches.
class RecentEvidence {
 public:
  void add(const Evidence& evidence) {
    if (ring_.size() == kMaxEvidence) ring_.pop();
    ring_.push(evidence);
  }
  void expire(base::TimeNs horizon) {
    while (!ring_.empty() && ring_.front().time <= horizon) ring_.pop();
  }
  void clear() noexcept { ring_.clear(); }
  void collect(std::vector<Evidence>& out) const {
    for (std::size_t i = 0; i < ring_.size(); ++i) out.push_back(ring_[i]);
  }
  [[nodiscard]] std::size_t growth() const noexcept {
    return ring_.size() == kMaxEvidence ? 0 : ring_.growth();
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return ring_.bytes(); }

 private:
  Ring<Evidence> ring_;
};

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

 private:
  struct Entry {
    base::TimeNs time;
    CompensatedSum sum;  // its number; after turn_over() the sum of it and all later ones before middle_
  };

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

// value_percentile. The numbers in two sorted halves that meet at the wanted rank: exact, O(log n).
class PercentileWindow final : public Window {
 public:
  PercentileWindow(bool expires, double percentile) : expires_(expires), percentile_(percentile) {}

  void expire(base::TimeNs horizon) override {
    while (!entries_.empty() && entries_.front().time <= horizon) {
      remove(entries_.front().number);
      entries_.pop();
    }
    recent_.expire(horizon);
  }
  void add(const WindowInput& input) override {
    if (size() == 0) first_ = input.evidence.time;
    (!low_.empty() && input.number < *low_.rbegin() ? low_ : high_).insert(input.number);
    balance();
    if (expires_) entries_.push({input.evidence.time, input.number});
    last_ = input.evidence.time;
    recent_.add(input.evidence);
  }
  void clear() override {
    entries_.clear();
    low_.clear();
    high_.clear();
    recent_.clear();
  }
  [[nodiscard]] double value() const override {
    const double rank = rank_of_percentile();
    const double below = *low_.rbegin();
    return high_.empty() ? below : std::lerp(below, *high_.begin(), rank - std::floor(rank));
  }
  [[nodiscard]] WindowSummary summary() const override {
    return {.value = value(),
            .value_is_at_least = false,
            .total = size(),
            .first = expires_ ? entries_.front().time : first_,
            .last = last_};
  }
  void collect(std::vector<Evidence>& out) const override { recent_.collect(out); }
  [[nodiscard]] std::size_t growth(const WindowInput& /*input*/) const override {
    return kNodeBytes + recent_.growth() + (expires_ ? entries_.growth() : 0);
  }
  [[nodiscard]] bool adds_in_place(const WindowInput& /*input*/) const override { return false; }
  [[nodiscard]] std::size_t bytes() const override {
    return size() * kNodeBytes + entries_.bytes() + recent_.bytes();
  }

 private:
  struct Entry {
    base::TimeNs time;
    double number = 0;
  };
  // A node of std::multiset<double>: colour, three pointers, the number, and the allocator's header.
  static constexpr std::size_t kNodeBytes = 48;

  [[nodiscard]] std::size_t size() const noexcept { return low_.size() + high_.size(); }
  // Multiplied first, so that ranks which are whole come out whole.
  [[nodiscard]] double rank_of_percentile() const noexcept {
    return percentile_ * static_cast<double>(size() - 1) / 100;
  }
  void remove(double number) {
    std::multiset<double>& half = !low_.empty() && number <= *low_.rbegin() ? low_ : high_;
    const auto it = half.find(number);
    HINOMI_CHECK(it != half.end());
    half.erase(it);
    if (size() != 0) balance();
  }
  // low_ holds the numbers up to the whole rank below the percentile. One step per added or removed number.
  void balance() {
    const auto wanted = static_cast<std::size_t>(rank_of_percentile()) + 1;
    while (low_.size() > wanted) high_.insert(low_.extract(std::prev(low_.end())));
    while (low_.size() < wanted) low_.insert(low_.end(), high_.extract(high_.begin()));
  }

  bool expires_;
  double percentile_;
  Ring<Entry> entries_;
  std::multiset<double> low_;
  std::multiset<double> high_;
  base::TimeNs first_;
  base::TimeNs last_;
  RecentEvidence recent_;
};

// temporal_ordered. For every i the chain of members 0 … i whose start is the latest; that one leaves the
// window last, so no other chain need be known.
class ChainWindow final : public Window {
 public:
  ChainWindow(std::size_t members, bool judged_at_end) : chains_(members), judged_at_end_(judged_at_end) {}

  void expire(base::TimeNs horizon) override {
    for (std::vector<Evidence>& chain : chains_) {
      if (!chain.empty() && chain.front().time <= horizon) chain.clear();
    }
  }
  void add(const WindowInput& input) override {
    const std::size_t member = input.evidence.member;
    const bool reached = member == 0 || !chains_[member - 1].empty();
    if (reached) extend(member, input.evidence);
    const std::size_t length = reached ? member + 1 : 0;
    current_ = judged_at_end_ ? std::max(current_, length) : length;
    last_ = input.evidence.time;
  }
  void clear() override {
    for (std::vector<Evidence>& chain : chains_) chain.clear();
    current_ = 0;
  }
  [[nodiscard]] double value() const override { return static_cast<double>(current_); }
  [[nodiscard]] WindowSummary summary() const override {
    if (current_ == 0)
      return {.value = 0, .value_is_at_least = false, .total = 0, .first = last_, .last = last_};
    const std::vector<Evidence>& chain = chains_[current_ - 1];
    return {.value = value(),
            .value_is_at_least = false,
            .total = chain.size(),
            .first = chain.front().time,
            .last = chain.back().time};
  }
  void collect(std::vector<Evidence>& out) const override {
    if (current_ != 0) out.insert(out.end(), chains_[current_ - 1].begin(), chains_[current_ - 1].end());
  }
  [[nodiscard]] std::size_t growth(const WindowInput& input) const override {
    const std::size_t length = input.evidence.member + 1;
    return chains_[input.evidence.member].capacity() < length ? length * sizeof(Evidence) : 0;
  }
  [[nodiscard]] bool adds_in_place(const WindowInput& input) const override { return growth(input) == 0; }
  [[nodiscard]] std::size_t bytes() const override {
    return chains_.capacity() * sizeof(std::vector<Evidence>) + chain_bytes_;
  }

 private:
  void extend(std::size_t member, const Evidence& evidence) {
    std::vector<Evidence>& chain = chains_[member];
    if (chain.capacity() < member + 1) {
      chain_bytes_ += (member + 1 - chain.capacity()) * sizeof(Evidence);
      chain.reserve(member + 1);
    }
    chain.clear();
    if (member > 0) chain.insert(chain.end(), chains_[member - 1].begin(), chains_[member - 1].end());
    chain.push_back(evidence);
  }

  std::vector<std::vector<Evidence>> chains_;  // empty = no such chain
  bool judged_at_end_;
  std::size_t current_ = 0;  // length of the chain that counts
  std::size_t chain_bytes_ = 0;
  base::TimeNs last_;
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
