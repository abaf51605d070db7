// temporal_ordered: for every i the chain of members 0 … i whose start is the latest; that one leaves the
// window last, so no other chain need be known. Not for members in any order (correlation_distinct.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "detect/correlation_window.h"

namespace hinomi::detect::correlation {

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
  [[nodiscard]] bool has_summary() const override { return true; }
  void save(ImageWriter& writer) const override {
    for (const std::vector<Evidence>& chain : chains_) {
      writer.number(static_cast<std::uint8_t>(chain.capacity() != 0));
      writer.number(static_cast<std::uint8_t>(!chain.empty()));
      for (const Evidence& evidence : chain) write(writer, evidence);
    }
    writer.number(static_cast<std::uint32_t>(current_));
    write(writer, last_);
  }
  void restore(ImageReader& reader) override {
    for (std::size_t member = 0; member < chains_.size() && reader.ok(); ++member) {
      if (reader.flag() && reader.charge((member + 1) * sizeof(Evidence))) reserve(member);
      const std::size_t length = reader.flag() ? member + 1 : 0;
      if (length > chains_[member].capacity()) reader.fail();
      for (std::size_t i = 0; i < length && reader.ok(); ++i) read(reader, chains_[member].emplace_back());
    }
    current_ = reader.number<std::uint32_t>();
    // The chain that counts is asked for only behind add(), which renews it, unless it is judged at the end.
    if (current_ > chains_.size() || (judged_at_end_ && current_ != 0 && chains_[current_ - 1].empty()))
      reader.fail();
    read(reader, last_);
  }

 private:
  void reserve(std::size_t member) {
    std::vector<Evidence>& chain = chains_[member];
    if (chain.capacity() >= member + 1) return;
    chain_bytes_ += (member + 1 - chain.capacity()) * sizeof(Evidence);
    chain.reserve(member + 1);
  }
  void extend(std::size_t member, const Evidence& evidence) {
    reserve(member);
    std::vector<Evidence>& chain = chains_[member];
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

}  // namespace hinomi::detect::correlation
