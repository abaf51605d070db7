// value_percentile: the numbers of a window in two sorted halves that meet at the wanted rank. Exact, O(log
// n). Not for sums and means (correlation_window.cc).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <vector>

#include "base/check.h"

#include "detect/correlation_recent.h"
#include "detect/correlation_ring.h"
#include "detect/correlation_window.h"

namespace hinomi::detect::correlation {

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
  [[nodiscard]] bool has_summary() const override { return size() != 0; }
  void save(ImageWriter& writer) const override {
    write(writer, entries_);
    for (const std::multiset<double>* const half : {&low_, &high_}) {
      writer.number(static_cast<std::uint32_t>(half->size()));
      for (const double number : *half) writer.number(number);
    }
    write(writer, first_);
    write(writer, last_);
    recent_.save(writer);
  }
  void restore(ImageReader& reader) override {
    read(reader, entries_, std::numeric_limits<std::uint32_t>::max());
    for (std::multiset<double>* const half : {&low_, &high_}) {
      const std::uint32_t count = reader.count(sizeof(double));
      for (std::uint32_t i = 0; i < count; ++i) half->insert(half->end(), reader.number<double>());
    }
    if (!is_sound()) reader.fail();
    read(reader, first_);
    read(reader, last_);
    recent_.restore(reader);
  }

 private:
  struct Entry {
    base::TimeNs time;
    double number = 0;
  };
  friend void write(ImageWriter& writer, const Entry& entry) {
    write(writer, entry.time);
    writer.number(entry.number);
  }
  friend void read(ImageReader& reader, Entry& entry) {
    read(reader, entry.time);
    entry.number = reader.number<double>();
  }
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

  // After restoring: the halves meet at the wanted rank and hold the entries' numbers, none of them not a
  // number.
  [[nodiscard]] bool is_sound() const {
    std::vector<double> numbers(low_.begin(), low_.end());
    numbers.insert(numbers.end(), high_.begin(), high_.end());
    if (!std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); })) return false;
    if (!std::ranges::is_sorted(numbers)) return false;
    if (!numbers.empty() && low_.size() != static_cast<std::size_t>(rank_of_percentile()) + 1) return false;
    if (!expires_) return entries_.empty();
    std::vector<double> entered;
    for (std::size_t i = 0; i < entries_.size(); ++i) entered.push_back(entries_[i].number);
    if (!std::ranges::all_of(entered, [](double number) { return std::isfinite(number); })) return false;
    std::ranges::sort(entered);
    return entered == numbers;
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

}  // namespace hinomi::detect::correlation
