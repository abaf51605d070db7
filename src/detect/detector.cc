#include "detect/detector.h"

#include <algorithm>

namespace hinomi::detect {

Detector::Detector(const RuleSet& rules) : rules_(rules), gates_(rules.program), matcher_(rules.program) {}

std::vector<query::QueryId> Detector::rules_for(const std::vector<event::LogSource>& sources) const {
  std::vector<query::QueryId> wanted;
  for (const DetectionRule& rule : rules_.rules) {
    const bool meant = std::any_of(sources.begin(), sources.end(), [&](const event::LogSource& s) {
      return event::satisfies(s, rule.demand);
    });
    if (meant && (rule.shown || rule.feeds_correlation)) wanted.push_back(rule.query);
  }
  return wanted;
}

DetectorWorker::DetectorWorker(const Detector& detector, const event::SourceRegistry& sources,
                               std::uint64_t hash_seed)
    : detector_(detector),
      sources_(sources),
      fast_(detector.rules().program, detector.gates(), detector.matcher(), detector.rules().fields().size(),
            hash_seed) {}

const query::QuerySet& DetectorWorker::set_of(event::RouteId route) {
  const auto index = static_cast<std::size_t>(route);
  if (index >= sets_.size()) sets_.resize(index + 1);
  if (!sets_[index]) {
    sets_[index] = std::make_unique<query::QuerySet>(detector_.gates(), detector_.rules().fields().size(),
                                                     detector_.rules_for(sources_.sources(route)));
  }
  return *sets_[index];
}

void DetectorWorker::evaluate(const event::Event& event, std::vector<std::uint32_t>& matches) {
  fast_.evaluate(event, set_of(event.route), found_);
  matches.clear();
  for (const query::QueryId id : found_) matches.push_back(query::index_of(id));
}

void DetectorWorker::evaluate_by_reference(const event::Event& event, std::vector<std::uint32_t>& matches) {
  if (!reference_) reference_ = std::make_unique<query::ReferenceEvaluator>(detector_.rules().program);
  matches.clear();
  for (const query::QueryId id : set_of(event.route).queries()) {
    if (reference_->holds(id, event)) matches.push_back(query::index_of(id));
  }
}

}  // namespace hinomi::detect
