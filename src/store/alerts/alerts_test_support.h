// Makes rules, alerts and whole commits that tests and benchmarks of this module write. Not for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/alerts/catalogue.h"
#include "store/alerts/writer.h"

namespace hinomi::store::alerts {

inline constexpr std::int64_t kTestSecond = 1'000'000'000;
inline constexpr std::int64_t kTestStart = 1'795'500'000 * kTestSecond;  // within November 2026

[[nodiscard]] inline AlertId alert_id(std::uint64_t number) {
  return AlertId::of(base::hash128(std::to_string(number), 1));
}
[[nodiscard]] inline FindingId finding_id(std::uint64_t alert, std::uint64_t ordinal) {
  return FindingId::of(base::hash128(std::to_string(alert) + '/' + std::to_string(ordinal), 2));
}
[[nodiscard]] inline GroupId group_id(std::uint64_t number) {
  return GroupId::of(base::hash128(std::to_string(number), 3));
}

[[nodiscard]] inline RuleText rule_text(std::string id, Level level, std::vector<std::string> tags) {
  RuleText rule;
  rule.id = std::move(id);
  rule.set = "set-1";
  rule.level = level;
  rule.title = "Title of " + rule.id;
  rule.tags = std::move(tags);
  return rule;
}

// An alert of one finding; `number` decides its ids, and its times: a second after the one before.
[[nodiscard]] inline AlertChange alert_change(std::uint64_t number, std::string_view rule_id,
                                              std::string_view entity = "host") {
  const base::TimeNs time{kTestStart + static_cast<std::int64_t>(number) * kTestSecond};
  AlertChange change;
  change.id = alert_id(number);
  change.group = group_id(number);
  change.rule_id = rule_id;
  change.rule_set = "set-1";
  change.entity_field = "host.name";
  change.entity = entity;
  change.first_seen = change.last_seen = change.first_received = change.last_received = time;
  change.count = 1;
  return change;
}

[[nodiscard]] inline FindingRef sample(std::uint64_t alert, std::uint64_t ordinal) {
  const base::TimeNs time{kTestStart + static_cast<std::int64_t>(alert + ordinal) * kTestSecond};
  return {.id = finding_id(alert, ordinal),
          .alert = alert_id(alert),
          .ordinal = ordinal,
          .event = {.high = alert, .low = ordinal},
          .batch = ~std::uint64_t{0} - alert,
          .index = 0xFFFFFFFF,
          .findings_position = ordinal << 32,
          .event_time = time,
          .received = {time.since_epoch_ns + 1}};
}

// A large store like that of a real server: 200 rules of all levels, 3,000 hosts with Japanese and English
// names, three sources, 30 % demo.
[[nodiscard]] inline std::vector<RuleText> many_rules() {
  static constexpr std::string_view kTactics[] = {"initial-access", "execution",        "persistence",
                                                  "discovery",      "lateral_movement", "exfiltration"};
  std::vector<RuleText> rules;
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i);
    RuleText rule =
        rule_text("0b1c2d3e-0000-4000-8000-00000000" + std::to_string(1000 + i), static_cast<Level>(i % 5),
                  {"attack." + std::string(kTactics[i % 6]),
                   "attack.t" + std::to_string(1000 + i % 50) + ".00" + std::to_string(i % 3 + 1)});
    rule.title = "Suspicious process number " + number + " started by an office program";
    rule.title_ja = i % 10 == 0 ? "端末への感染が疑われる動き " + number : "不審なプロセスの起動 " + number;
    rule.description = std::string(600, 'd');
    rule.yaml = std::string(1500, 'y');
    rules.push_back(std::move(rule));
  }
  return rules;
}
[[nodiscard]] inline AlertChange many_alert(std::uint64_t i, const std::vector<RuleText>& rules) {
  const std::uint64_t chance = base::hash64(std::to_string(i), 4);
  const RuleText& rule = rules[chance % rules.size()];
  const std::uint64_t host = (chance >> 16) % 3000;
  AlertChange change =
      alert_change(i, rule.id, (host % 3 == 0 ? "経理部-PC" : "WS-TOKYO-") + std::to_string(host));
  change.labels.realm = (chance >> 32) % 10 < 3 ? base::Realm::demo : base::Realm::real;
  change.count = (chance >> 40) % 1000 + 1;
  static constexpr const char* kSources[] = {"syslog-tcp", "windows-dc", "proxy"};
  change.sources = {kSources[(chance >> 52) % 3]};
  return change;
}
[[nodiscard]] inline Commit many_alerts(std::uint64_t count) {
  Commit commit;
  commit.rules = many_rules();
  commit.alerts.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) commit.alerts.push_back(many_alert(i, commit.rules));
  commit.cursor.received_at = commit.alerts.back().last_received;
  commit.rule_set = "set-1";
  return commit;
}

}  // namespace hinomi::store::alerts
