// Why a rule held for an event, or did not: which parts of which selection, and the values that decided. For
// findings and for people; it judges by the reference evaluator, not for every event of a stream.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/rule_set.h"
#include "event/event.h"
#include "query/reference_evaluator.h"

namespace hinomi::detect {

// One comparison that held: "selection: Image ends with \cmd.exe — C:\Windows\System32\cmd.exe".
struct MatchedItem {
  std::string selection;
  std::string field;     // empty for a keyword
  std::string modifier;  // Sigma's word for the comparison: "endswith", "re", "" for an equal value
  std::string expected;  // the rule's constant as Sigma would write it
  std::string value;     // of the event; cut to kMaxShownValue bytes
};

inline constexpr std::size_t kMaxMatchedItems = 64;
inline constexpr std::size_t kMaxShownValue = 4096;

// One line of a full explanation: a part of the condition and whether it held.
struct Judged {
  enum class Kind : std::uint8_t { selection, all, any, at_least, negation, comparison };
  Kind kind = Kind::comparison;
  int depth = 0;
  bool held = false;
  std::uint32_t count = 0;  // of at_least
  std::string name{};       // of a selection
  MatchedItem item{};       // of a comparison; value of the event even where it did not hold
  bool field_absent = false;
};

// What a comparison says, in Sigma's words.
[[nodiscard]] MatchedItem describe(const query::Predicate& predicate, const event::FieldTable& fields);

class Explainer {
 public:
  explicit Explainer(const RuleSet& rules) : rules_(rules), reference_(rules.program) {}

  // The comparisons that held in the selections that held; at most kMaxMatchedItems. `holds` judges a part of
  // a condition on this event: DetectorWorker::holds() where the event was just evaluated, since that is
  // known already.
  using Judge = std::function<bool(query::NodeId)>;
  [[nodiscard]] std::vector<MatchedItem> matched(std::uint32_t rule, const event::Event& event,
                                                 const Judge& holds);
  // Every selection with all its parts. Lists of more than kMaxMatchedItems comparisons show those that held
  // and a few.
  [[nodiscard]] std::vector<Judged> explain(std::uint32_t rule, const event::Event& event);
  [[nodiscard]] bool holds(std::uint32_t rule, const event::Event& event) {
    return reference_.holds(rules_.rules[rule].query, event);
  }

 private:
  void collect(query::NodeId node, const std::string& selection, const event::Event& event,
               const Judge& holds, std::vector<MatchedItem>& out);
  void judge(query::NodeId node, int depth, const event::Event& event, std::vector<Judged>& out);
  [[nodiscard]] MatchedItem item_of(query::NodeId id, bool held, const event::Event& event);

  const RuleSet& rules_;
  query::ReferenceEvaluator reference_;
  event::Event one_;  // for the question which of several values decided
};

}  // namespace hinomi::detect
