// Gathers findings to alerts: one for each rule and entity until nothing more comes for a day, and one for
// all entities of a rule that makes too many. Decides by what is in the journal only, so that the same
// findings give the same alerts. Not for storing them (store/alerts).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/labels.h"
#include "base/result.h"
#include "store/alerts/catalogue.h"
#include "store/alerts/writer.h"

namespace hinomi::flow {

// More alerts than this are not opened for one rule, realm and organisation within one hour of receipt;
// further entities share one alert with the entity "*".
inline constexpr std::uint32_t kMaxAlertsPerRuleAndHour = 200;
inline constexpr std::string_view kManyEntities = "*";

struct NewFinding {
  store::alerts::FindingId id;
  std::string_view rule;  // key
  std::string_view rule_set;
  std::string_view entity_field;
  std::string_view entity;
  base::Labels labels;
  std::string_view source;
  base::TimeNs event_time{};
  base::TimeNs received{};
};

struct PlacedFinding {
  store::alerts::AlertId alert;
  std::uint64_t ordinal = 0;  // 1 = the alert's first
  bool opened = false;
};

[[nodiscard]] store::alerts::FindingId finding_id(const base::Labels& labels, std::string_view rule,
                                                  const event::EventId& event);
[[nodiscard]] store::alerts::FindingId correlated_finding_id(const base::Labels& labels,
                                                             std::string_view rule,
                                                             std::string_view group_key,
                                                             const event::EventId& trigger);

// The values of a correlation's group as one entity: "a, b". No two groups of one rule share it: where there
// are several values, one with a comma or a quotation mark in it stands in quotation marks, with a backslash
// before each quotation mark and backslash of its own.
[[nodiscard]] std::string entity_of_group(const std::vector<std::string>& values);

class AlertGroups {
 public:
  // The newest stored alert of a group.
  using Lookup =
      std::function<base::Result<std::optional<store::alerts::OpenAlert>>(const store::alerts::GroupId&)>;
  AlertGroups(const std::vector<store::alerts::OpenAlert>& open, Lookup lookup);

  [[nodiscard]] base::Result<PlacedFinding> place(const NewFinding& finding);

  // What has changed since the last call, in the order of opening, then of change; it is taken for stored.
  [[nodiscard]] std::vector<store::alerts::AlertChange> take_changes();

 private:
  struct Entry {
    store::alerts::AlertChange alert;  // its fixed part is dropped once it is stored
    bool is_changed = false;
    std::uint64_t used = 0;
    std::vector<std::string> known_sources;
  };
  struct IdHash {
    std::size_t operator()(const store::alerts::GroupId& id) const noexcept { return id.low; }
  };

  [[nodiscard]] base::Result<Entry*> open_entry(const store::alerts::GroupId& group, base::TimeNs received);
  [[nodiscard]] Entry& begin(const store::alerts::GroupId& group, const NewFinding& finding,
                             std::string_view entity, std::string_view entity_field);
  [[nodiscard]] bool may_open(const NewFinding& finding);
  void add(Entry& entry, const NewFinding& finding);
  void forget_unused();

  Lookup lookup_;
  std::unordered_map<store::alerts::GroupId, Entry, IdHash> entries_;
  // In the order of their first change, which for new ones is that of their opening.
  std::vector<std::pair<store::alerts::GroupId, store::alerts::AlertId>> changed_;
  // Changed ones whose group has a newer alert meanwhile.
  std::vector<store::alerts::AlertChange> superseded_;
  std::uint64_t uses_ = 0;
  // Alerts opened in an hour, by a hash of rule, realm and organisation.
  std::unordered_map<std::int64_t, std::unordered_map<std::uint64_t, std::uint32_t>> opened_in_hour_;
  std::int64_t hour_ = 0;
};

}  // namespace hinomi::flow
