#include "flow/live_correlation.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/binary.h"
#include "base/check.h"
#include "base/hash.h"

namespace hinomi::flow {
namespace {

constexpr std::string_view kMagic = "HNMILANE";
constexpr std::uint32_t kVersion = 3;
constexpr std::uint64_t kSeed = 0x6c616e6573;
constexpr std::size_t kSmallestLane = 48;        // in an image
constexpr std::int64_t kStepNs = 1'000'000'000;  // time is moved on at whole seconds
constexpr std::int64_t kBeginning = std::numeric_limits<std::int64_t>::min();

base::Error refusal(std::string why) {
  return {.code = base::ErrorCode::invalid_input,
          .message = "state of correlations: " + std::move(why),
          .remedy = "none is needed: correlations begin anew from here"};
}

detect::CorrelationOptions engine_options(const LiveCorrelationOptions& options, const LaneKey& key) {
  return {.max_bytes = key.source == 0 ? options.lane_bytes : options.backlog_lane_bytes,
          .allowed_lateness_ns = options.lateness_ns,
          .hash_seed = options.hash_seed};
}

}  // namespace

class LiveCorrelations::Lane {
 public:
  Lane(const LaneKey& key, detect::CorrelationEngine engine) : key_(key), engine_(std::move(engine)) {}

  [[nodiscard]] const LaneKey& key() const noexcept { return key_; }
  [[nodiscard]] detect::CorrelationEngine& engine() noexcept { return engine_; }
  [[nodiscard]] const detect::CorrelationEngine& engine() const noexcept { return engine_; }
  [[nodiscard]] std::uint64_t last_used() const noexcept { return last_used_; }
  void use(std::uint64_t sequence, base::TimeNs received) noexcept {
    last_used_ = sequence;
    last_received_ = received;
  }
  [[nodiscard]] bool has_rested(base::TimeNs now) const noexcept {
    return now.since_epoch_ns - last_received_.since_epoch_ns >= kLaneRestNs;
  }
  // Judges every open window and begins anew.
  void end(detect::FiringSink& sink) {
    if (latest_second_ == kBeginning) return;
    engine_.finish(sink);
    latest_second_ = kBeginning;
  }

  // Nothing before the latest time less the lateness is waited for any more.
  void time_seen(base::TimeNs time, std::int64_t lateness_ns, detect::FiringSink& sink) {
    const std::int64_t second = time.since_epoch_ns - time.since_epoch_ns % kStepNs;
    if (second <= latest_second_) return;
    latest_second_ = second;
    if (second > kBeginning + lateness_ns) engine_.advance({second - lateness_ns}, sink);
  }

  void save(base::BinaryWriter& writer) const {
    writer.number(key_.organisation);
    writer.number(static_cast<std::uint8_t>(key_.realm));
    writer.number(key_.source);
    writer.number(last_used_);
    writer.number(latest_second_);
    writer.number(last_received_.since_epoch_ns);
    std::string image;
    engine_.save(image);
    writer.text(image);
  }
  [[nodiscard]] std::uint64_t incomplete() const {
    std::uint64_t total = engine_.statistics().late;
    for (std::uint32_t i = 0; i < engine_.rules().size(); ++i) {
      const detect::RuleStatistics& rule = engine_.statistics(i);
      total += rule.groups_refused + rule.matches_refused + rule.derived_refused;
    }
    return total;
  }
  [[nodiscard]] base::Result<void> take_over(const Lane& earlier, const detect::Succession& succession) {
    last_used_ = earlier.last_used_;
    latest_second_ = earlier.latest_second_;
    last_received_ = earlier.last_received_;
    return engine_.take_over(earlier.engine_, succession);
  }
  [[nodiscard]] base::Result<void> restore(base::BinaryReader& reader) {
    last_used_ = reader.number<std::uint64_t>();
    latest_second_ = reader.number<std::int64_t>();
    last_received_ = {reader.number<std::int64_t>()};
    return engine_.restore(reader.text());
  }

 private:
  LaneKey key_;
  detect::CorrelationEngine engine_;
  std::uint64_t last_used_ = 0;
  std::int64_t latest_second_ = kBeginning;
  base::TimeNs last_received_{};
};

namespace {

class LaneSink final : public detect::FiringSink {
 public:
  LaneSink(const LaneKey& lane, const LiveFiringSink& sink) : lane_(lane), sink_(sink) {}
  void on_firing(const detect::Firing& firing) override { sink_(lane_, firing); }
  // Counted by the engine; see incomplete().
  void on_limit(const detect::LimitReached& /*limit*/) override {}

 private:
  const LaneKey& lane_;
  const LiveFiringSink& sink_;
};

LaneKey key_of(const JournalEvent& record, base::TimeNs time, std::int64_t backlog_ns) {
  LaneKey key{.organisation = static_cast<std::uint32_t>(record.labels.organisation),
              .realm = record.labels.realm};
  const bool is_late = record.received.since_epoch_ns - backlog_ns > time.since_epoch_ns;
  // Of a demonstration everything belongs together, whenever its events are said to have happened.
  if (record.labels.realm == base::Realm::real && is_late) key.source = std::uint64_t{record.source_id} + 1;
  return key;
}

}  // namespace

LiveCorrelations::LiveCorrelations(const detect::RuleSet& rules, const LiveCorrelationOptions& options)
    : rules_(&rules), options_(options), needed_(!rules.correlations.empty()) {}
LiveCorrelations::~LiveCorrelations() = default;
LiveCorrelations::LiveCorrelations(LiveCorrelations&&) noexcept = default;
LiveCorrelations& LiveCorrelations::operator=(LiveCorrelations&&) noexcept = default;

void LiveCorrelations::take(const JournalEvent& record, const event::Event& event,
                            std::span<const std::uint32_t> matches, const LiveFiringSink& sink) {
  if (!needed_) return;
  // Bounded, or a clock that runs ahead would make the events of all others late.
  const bool has_usable_time =
      event.has_time && event.time.since_epoch_ns - options_.lateness_ns <= record.received.since_epoch_ns;
  const base::TimeNs time = has_usable_time ? event.time : record.received;
  const LaneKey key = key_of(record, time, options_.backlog_ns);
  Lane* const lane = lane_of(key, record, sink);
  if (lane == nullptr) return;
  LaneSink lane_sink(lane->key(), sink);
  for (const std::uint32_t rule : matches) {
    const detect::DetectionRule& definition = rules_->rules[rule];
    if (!definition.feeds_correlation) continue;
    captures_.clear();
    for (const event::FieldId field : definition.captures) {
      const auto slot = std::ranges::find_if(event.slots, [&](const event::Slot& s) {
        return s.field == field && s.value.kind != event::ValueKind::null;
      });
      const bool present = slot != event.slots.end();
      captures_.push_back({present, present ? slot->value.text : std::string_view{}});
    }
    lane->engine().on_match({.time = time,
                             .sequence = record.sequence,
                             .rule = rule,
                             .event = {record.batch, record.sequence},
                             .captures = captures_},
                            lane_sink);
  }
  lane->time_seen(time, options_.lateness_ns, lane_sink);
}

LiveCorrelations::Lane* LiveCorrelations::lane_of(const LaneKey& key, const JournalEvent& record,
                                                  const LiveFiringSink& sink) {
  if (last_ == nullptr || !(last_->key() == key)) {
    const auto found = std::ranges::find_if(lanes_, [&](const auto& lane) { return lane->key() == key; });
    if (found != lanes_.end()) {
      last_ = found->get();
    } else {
      const auto is_of_kind = [&](const auto& lane) {
        return (lane->key().source == 0) == (key.source == 0);
      };
      const auto count = static_cast<std::size_t>(std::ranges::count_if(lanes_, is_of_kind));
      if (key.source == 0 && count >= kMaxLanes) return nullptr;
      if (key.source != 0 && count >= kMaxBacklogLanes) {
        const auto oldest = std::ranges::min_element(lanes_, {}, [&](const auto& lane) {
          return is_of_kind(lane) ? lane->last_used() : std::numeric_limits<std::uint64_t>::max();
        });
        LaneSink lane_sink((*oldest)->key(), sink);
        (*oldest)->engine().finish(lane_sink);
        incomplete_before_ += (*oldest)->incomplete();
        lanes_.erase(oldest);
      }
      last_ = lanes_.emplace_back(new_lane(key)).get();
    }
  }
  last_->use(record.sequence, record.received);
  return last_;
}

void LiveCorrelations::time_passed(base::TimeNs received, const LiveFiringSink& sink) {
  for (const auto& lane : lanes_) {
    LaneSink lane_sink(lane->key(), sink);
    if (lane->key().source == 0 && lane->key().realm == base::Realm::real) {
      lane->time_seen(received, options_.lateness_ns, lane_sink);
    } else if (lane->has_rested(received)) {
      lane->end(lane_sink);
    }
  }
}

std::unique_ptr<LiveCorrelations::Lane> LiveCorrelations::new_lane(const LaneKey& key) const {
  auto engine = detect::CorrelationEngine::create(rules_->correlations, engine_options(options_, key));
  HINOMI_CHECK(engine.has_value());  // compile_rules() has linked them, RuleSet::load() checked them
  return std::make_unique<Lane>(key, std::move(*engine));
}

void LiveCorrelations::save(std::string& out) const {
  const std::size_t begin = out.size();
  out.append(kMagic);
  base::BinaryWriter writer(out);
  writer.number(std::uint64_t{0});  // hash of what follows
  writer.number(kVersion);
  writer.number(incomplete_before_);
  writer.number(static_cast<std::uint32_t>(lanes_.size()));
  for (const auto& lane : lanes_) lane->save(writer);
  const std::size_t hash_at = begin + kMagic.size();
  const std::uint64_t hash =
      base::hash64(std::string_view(out).substr(hash_at + sizeof(std::uint64_t)), kSeed);
  std::memcpy(out.data() + hash_at, &hash, sizeof hash);
}

base::Result<void> LiveCorrelations::restore(std::string_view image) {
  lanes_.clear();
  last_ = nullptr;
  incomplete_before_ = 0;
  if (!image.starts_with(kMagic)) return refusal("no image of it");
  base::BinaryReader reader(image.substr(kMagic.size()));
  const auto hash = reader.number<std::uint64_t>();
  if (!reader.ok() || base::hash64(reader.rest(), kSeed) != hash) return refusal("the image is damaged");
  if (reader.number<std::uint32_t>() != kVersion) return refusal("the image is of another version");
  const auto incomplete_before = reader.number<std::uint64_t>();
  const std::uint32_t count = reader.count(kSmallestLane);
  std::vector<std::unique_ptr<Lane>> lanes;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    LaneKey key;
    key.organisation = reader.number<std::uint32_t>();
    const auto realm = reader.number<std::uint8_t>();
    if (realm > static_cast<std::uint8_t>(base::Realm::replay)) return refusal("the image names no realm");
    key.realm = static_cast<base::Realm>(realm);
    key.source = reader.number<std::uint64_t>();
    if (!reader.ok() || lanes.size() >= kMaxLanes + kMaxBacklogLanes) break;
    lanes.push_back(new_lane(key));
    if (auto restored = lanes.back()->restore(reader); !restored) return restored;
  }
  if (!reader.ok() || lanes.size() != count || !reader.rest().empty())
    return refusal("the image says what cannot be");
  lanes_ = std::move(lanes);
  incomplete_before_ = incomplete_before;
  return {};
}

base::Result<void> LiveCorrelations::take_over(const LiveCorrelations& earlier,
                                               const detect::Succession& succession) {
  lanes_.clear();
  last_ = nullptr;
  incomplete_before_ = earlier.incomplete();
  if (!needed_) return {};
  std::vector<std::unique_ptr<Lane>> lanes;
  for (const auto& lane : earlier.lanes_) {
    lanes.push_back(new_lane(lane->key()));
    if (auto taken = lanes.back()->take_over(*lane, succession); !taken) return taken;
  }
  lanes_ = std::move(lanes);
  for (const auto& lane : lanes_) incomplete_before_ -= lane->incomplete();
  return {};
}

std::uint64_t LiveCorrelations::incomplete() const {
  std::uint64_t total = incomplete_before_;
  for (const auto& lane : lanes_) total += lane->incomplete();
  return total;
}

}  // namespace hinomi::flow
