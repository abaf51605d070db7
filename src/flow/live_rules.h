// One rule set in force: its rules, the mappings made for them and the detector, loaded from the image in the
// data folder. Made anew when another set comes into force. Not for finished scans, whose stack app makes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/detector.h"
#include "detect/explain.h"
#include "detect/rule_set.h"
#include "event/log_source.h"
#include "flow/live_events.h"
#include "flow/rule_folder.h"
#include "normalise/entity.h"
#include "normalise/normaliser.h"
#include "store/alerts/catalogue.h"

namespace hinomi::flow {

struct LiveRulesOptions {
  std::string rules_folder;
  std::string mappings_folder;
  int zone_offset_minutes = 0;  // of time-stamps without a zone
  std::uint64_t hash_seed = 0;
};

// The members refer to each other: it stays where it was made.
class LiveRules {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<LiveRules>> load(std::string_view hash,
                                                                     const LiveRulesOptions& options);
  LiveRules(const LiveRules&) = delete;
  LiveRules& operator=(const LiveRules&) = delete;
  ~LiveRules() = default;

  [[nodiscard]] const std::string& hash() const noexcept { return hash_; }
  [[nodiscard]] const detect::RuleSet& rules() const noexcept { return rules_; }
  [[nodiscard]] const RuleKeys& keys() const noexcept { return keys_; }
  [[nodiscard]] detect::DetectorWorker& worker() noexcept { return *worker_; }
  [[nodiscard]] detect::Explainer& explainer() noexcept { return *explainer_; }
  [[nodiscard]] normalise::EntityFinder& entities() noexcept { return *entities_; }
  [[nodiscard]] LiveExtractor& extractor() noexcept { return *extractor_; }
  // A second one, so that a whole event can be looked at while the first still borrows from its extractor.
  [[nodiscard]] LiveExtractor& whole_extractor() noexcept { return *whole_extractor_; }

  // All that the store of alerts keeps of every rule, with its YAML text.
  [[nodiscard]] base::Result<std::vector<store::alerts::RuleText>> texts() const;

 private:
  LiveRules() = default;

  std::string hash_;
  std::string rules_folder_;
  detect::RuleSet rules_;
  RuleKeys keys_;
  event::SourceRegistry sources_;
  std::unique_ptr<normalise::Normaliser> normaliser_;
  normalise::EntityRules entity_rules_;
  std::unique_ptr<detect::Detector> detector_;
  std::unique_ptr<detect::DetectorWorker> worker_;
  std::unique_ptr<detect::Explainer> explainer_;
  std::unique_ptr<normalise::EntityFinder> entities_;
  std::unique_ptr<LiveExtractor> extractor_;
  std::unique_ptr<LiveExtractor> whole_extractor_;
};

}  // namespace hinomi::flow
