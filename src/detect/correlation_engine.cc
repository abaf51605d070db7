#include "detect/correlation_engine.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "base/check.h"
#include "detect/correlation_group.h"
#include "detect/correlation_groups.h"
#include "detect/correlation_image.h"
#include "detect/correlation_judge.h"
#include "detect/correlation_reorder.h"
#include "detect/succession.h"

namespace hinomi::detect {
namespace {

using base::TimeNs;
using namespace correlation;  // the parts of the engine

// A rule index is a place in a table; more rules than this are not loaded anywhere.
constexpr std::uint32_t kMaxRuleIndex = 1U << 24;
// What a group may hold beyond the limit of memory: the storage of its first match.
constexpr std::size_t kMemorySlack = std::size_t{1} << 20;

}  // namespace

// The parts in their places: the reorder buffer puts matches in order, the judge takes them in it, and both
// stand on the groups.
class CorrelationEngine::State {
 public:
  State(std::vector<CorrelationRule> rules, std::vector<std::uint32_t> order,
        const CorrelationOptions& options);
  // The parts refer to each other.
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void on_match(const Match& match, FiringSink& sink);
  void advance(TimeNs watermark, FiringSink& sink);
  void finish(FiringSink& sink);

  void save(std::string& out) const;
  // As save() of a state of the later rules would, as far as this one knows what it knew.
  void save_for(const State& later, const Succession& succession, std::string& out) const;
  // Only for a new state.
  base::Result<void> restore(std::string_view image);
  // A new one of the same rules.
  std::unique_ptr<State> renewed() const { return std::make_unique<State>(rules_, order_, options_); }

  const std::vector<CorrelationRule>& rules() const noexcept { return rules_; }
  const Statistics& statistics() const noexcept { return statistics_; }
  const RuleStatistics& statistics(std::uint32_t correlation) const {
    HINOMI_CHECK(correlation < groups_.size());
    return groups_.of(correlation).statistics;
  }

 private:
  void release(FiringSink& sink);
  void release_earliest(FiringSink& sink);
  void write_head(ImageWriter& writer) const;

  std::vector<CorrelationRule> rules_;
  std::vector<std::uint32_t> order_;  // children first
  CorrelationOptions options_;
  std::vector<std::vector<Route>> routes_;  // by Match::rule

  Statistics statistics_;
  ReorderBuffer buffer_;
  TimeNs seen_{std::numeric_limits<std::int64_t>::min()};   // latest time of a match
  TimeNs floor_{std::numeric_limits<std::int64_t>::min()};  // what is earlier is late
  std::uint64_t early_releases_ = 0;
  std::vector<CapturedValue> released_captures_;  // scratch, reused

  Groups groups_;
  Judge judge_;
};

CorrelationEngine::State::State(std::vector<CorrelationRule> rules, std::vector<std::uint32_t> order,
                                const CorrelationOptions& options)
    : rules_(std::move(rules)),
      order_(std::move(order)),
      options_(options),
      groups_(rules_, order_, options_, buffer_, statistics_),
      judge_(rules_, order_, groups_) {
  // Routes in children-first order, so that a correlation sees a match before what others derive from it.
  for (const std::uint32_t index : order_) {
    const std::vector<CorrelationMember>& members = rules_[index].members;
    for (std::uint32_t m = 0; m < members.size(); ++m) {
      if (members[m].kind != CorrelationMember::Kind::rule) continue;
      if (routes_.size() <= members[m].index) routes_.resize(members[m].index + 1);
      routes_[members[m].index].push_back({index, m});
    }
  }
}

void CorrelationEngine::State::on_match(const Match& match, FiringSink& sink) {
  ++statistics_.matches;
  if (match.rule >= routes_.size() || routes_[match.rule].empty()) {
    ++statistics_.unreferenced;
    return;
  }
  if (match.time < floor_) {
    ++statistics_.late;
    return;
  }
  seen_ = std::max(seen_, match.time);
  floor_ = std::max(floor_, plus(seen_, -options_.allowed_lateness_ns));
  if (options_.allowed_lateness_ns == 0) {
    judge_.on_match(routes_[match.rule], match, sink);
    return;
  }
  buffer_.push(match);
  release(sink);
}

void CorrelationEngine::State::advance(TimeNs watermark, FiringSink& sink) {
  floor_ = std::max(floor_, watermark);
  release(sink);
}

void CorrelationEngine::State::release(FiringSink& sink) {
  while (!buffer_.empty() && buffer_.earliest() < floor_) release_earliest(sink);
  judge_.advance(floor_, sink);
  // At least one is kept, or an oversized match would never be judged in order.
  while (buffer_.bytes() > options_.max_bytes / kReorderShare) {
    ++statistics_.released_early;
    if (std::has_single_bit(++early_releases_))
      sink.on_limit({LimitKind::reorder_buffer, 0, early_releases_});
    floor_ = std::max(floor_, buffer_.earliest());
    release_earliest(sink);
  }
  groups_.account_buffer();
}

void CorrelationEngine::State::release_earliest(FiringSink& sink) {
  const ReorderBuffer::Item item = buffer_.pop();
  const Match match = match_of(item, released_captures_);
  judge_.on_match(routes_[match.rule], match, sink);
}

void CorrelationEngine::State::finish(FiringSink& sink) {
  while (!buffer_.empty()) release_earliest(sink);
  judge_.finish(seen_, sink);
  seen_ = floor_ = {std::numeric_limits<std::int64_t>::min()};
}

void CorrelationEngine::State::save(std::string& out) const {
  const std::size_t begin = out.size();
  begin_image(out, fingerprint(rules_, options_));
  ImageWriter writer(out);
  write_head(writer);
  buffer_.save(writer);
  groups_.save(writer);
  seal_image(out, begin);
}

void CorrelationEngine::State::save_for(const State& later, const Succession& succession,
                                        std::string& out) const {
  const std::size_t begin = out.size();
  begin_image(out, fingerprint(later.rules_, later.options_));
  ImageWriter writer(out);
  write_head(writer);
  buffer_.save_for(succession, writer);
  groups_.save_for(heirs_of(rules_, later.rules_, succession.correlations), writer);
  seal_image(out, begin);
}

void CorrelationEngine::State::write_head(ImageWriter& writer) const {
  write(writer, statistics_);
  write(writer, seen_);
  write(writer, floor_);
  writer.number(early_releases_);
  write(writer, judge_.clock());
}

base::Result<void> CorrelationEngine::State::restore(std::string_view image) {
  const auto body = open_image(image, fingerprint(rules_, options_));
  if (!body) return body.error();
  ImageReader reader(*body, options_.max_bytes + kMemorySlack);
  read(reader, statistics_);
  read(reader, seen_);
  read(reader, floor_);
  early_releases_ = reader.number<std::uint64_t>();
  TimeNs clock;
  read(reader, clock);
  judge_.set_clock(clock);
  buffer_.restore(reader, routes_.size());
  groups_.restore(reader, clock);
  if (reader.ok() && reader.rest().empty()) return {};
  return base::Error{.code = base::ErrorCode::invalid_input,
                     .message = "state of correlations: the image says what cannot be",
                     .remedy = "correlate anew from the events"};
}

// ---- the engine

base::Result<CorrelationEngine> CorrelationEngine::create(std::vector<CorrelationRule> rules,
                                                          const CorrelationOptions& options) {
  if (options.allowed_lateness_ns < 0) {
    return base::Error{.code = base::ErrorCode::usage,
                       .message = "the allowed lateness is below 0",
                       .remedy = "give 0 or more"};
  }
  for (const CorrelationRule& rule : rules) {
    if (auto checked = check(rule); !checked) return std::move(checked).error();
    for (const CorrelationMember& member : rule.members) {
      if (member.kind == CorrelationMember::Kind::rule && member.index >= kMaxRuleIndex) {
        return base::Error{.code = base::ErrorCode::limit_exceeded,
                           .message = "correlation '" + rule.id + "': the index of a rule is beyond 2^24",
                           .remedy = {}};
      }
    }
  }
  auto order = children_first(rules);
  if (!order) return std::move(order).error();
  return CorrelationEngine(std::make_unique<State>(std::move(rules), *std::move(order), options));
}

CorrelationEngine::CorrelationEngine(std::unique_ptr<State> state) : state_(std::move(state)) {}
CorrelationEngine::CorrelationEngine(CorrelationEngine&&) noexcept = default;
CorrelationEngine& CorrelationEngine::operator=(CorrelationEngine&&) noexcept = default;
CorrelationEngine::~CorrelationEngine() = default;

void CorrelationEngine::on_match(const Match& match, FiringSink& sink) {
  state_->on_match(match, sink);
}
void CorrelationEngine::advance(base::TimeNs watermark, FiringSink& sink) {
  state_->advance(watermark, sink);
}
void CorrelationEngine::finish(FiringSink& sink) {
  state_->finish(sink);
}
void CorrelationEngine::save(std::string& out) const {
  state_->save(out);
}
base::Result<void> CorrelationEngine::restore(std::string_view image) {
  auto state = state_->renewed();
  if (auto restored = state->restore(image); !restored) return restored;
  state_ = std::move(state);
  return {};
}
base::Result<void> CorrelationEngine::take_over(const CorrelationEngine& earlier,
                                                const Succession& succession) {
  HINOMI_CHECK(succession.correlations.size() == rules().size());
  std::string image;
  earlier.state_->save_for(*state_, succession, image);
  return restore(image);
}
const std::vector<CorrelationRule>& CorrelationEngine::rules() const noexcept {
  return state_->rules();
}
const Statistics& CorrelationEngine::statistics() const noexcept {
  return state_->statistics();
}
const RuleStatistics& CorrelationEngine::statistics(std::uint32_t correlation) const {
  return state_->statistics(correlation);
}

}  // namespace hinomi::detect
