#include "app/scan_summary.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "app/finding_format.h"
#include "base/message_format.h"
#include "base/text.h"
#include "messages/messages.h"

namespace hinomi::app {
namespace {

struct Tactic {
  std::string_view tag;
  std::string (*name)(base::Language);
};

// In the order of an intrusion, as ATT&CK lists them (enterprise matrix).
constexpr std::array kTactics{
    Tactic{"attack.reconnaissance", messages::tactic_reconnaissance},
    Tactic{"attack.resource-development", messages::tactic_resource_development},
    Tactic{"attack.initial-access", messages::tactic_initial_access},
    Tactic{"attack.execution", messages::tactic_execution},
    Tactic{"attack.persistence", messages::tactic_persistence},
    Tactic{"attack.privilege-escalation", messages::tactic_privilege_escalation},
    Tactic{"attack.defense-evasion", messages::tactic_defense_evasion},
    Tactic{"attack.stealth", messages::tactic_defense_evasion},
    Tactic{"attack.defense-impairment", messages::tactic_defense_evasion},
    Tactic{"attack.credential-access", messages::tactic_credential_access},
    Tactic{"attack.discovery", messages::tactic_discovery},
    Tactic{"attack.lateral-movement", messages::tactic_lateral_movement},
    Tactic{"attack.collection", messages::tactic_collection},
    Tactic{"attack.command-and-control", messages::tactic_command_and_control},
    Tactic{"attack.exfiltration", messages::tactic_exfiltration},
    Tactic{"attack.impact", messages::tactic_impact},
};

constexpr std::size_t kShownRules = 20;
constexpr std::size_t kShownFiles = 50;
constexpr int kCountColumns = 12;

struct RuleCount {
  const detect::RuleInfo* rule;
  std::uint64_t count;
};

std::vector<RuleCount> counts_of(const detect::RuleSet& rules, const flow::ScanSummary& summary) {
  std::vector<RuleCount> counts;
  for (std::size_t i = 0; i < summary.per_rule.size(); ++i) {
    if (summary.per_rule[i] > 0) counts.push_back({&rules.rules[i].info, summary.per_rule[i]});
  }
  for (std::size_t i = 0; i < summary.per_correlation.size(); ++i) {
    if (summary.per_correlation[i] > 0)
      counts.push_back({&rules.correlation_info[i].info, summary.per_correlation[i]});
  }
  std::stable_sort(counts.begin(), counts.end(), [](const RuleCount& a, const RuleCount& b) {
    return a.rule->level != b.rule->level ? a.rule->level > b.rule->level : a.count > b.count;
  });
  return counts;
}

std::string right(std::uint64_t count) {
  std::string text;
  base::append_count(text, count);
  const int blanks = kCountColumns - static_cast<int>(text.size());
  return std::string(static_cast<std::size_t>(std::max(0, blanks)), ' ') + text;
}

bool is_quiet(const flow::InputResult& input) {
  return input.status.state == ingest::InputState::read || input.status.state == ingest::InputState::opened;
}

class Printer {
 public:
  Printer(Console& console, bool to_output) : console_(console), to_output_(to_output) {}
  void line(const std::string& text) {
    if (to_output_) {
      console_.line(text);
    } else {
      console_.error_line(text);
    }
  }
  void heading(const std::string& text) {
    line("");
    line(to_output_ && console_.colour ? "\x1b[1m" + text + "\x1b[0m" : text);
  }

 private:
  Console& console_;
  bool to_output_;
};

void print_levels(Console& plain, Printer& printer, const std::vector<RuleCount>& counts) {
  std::array<std::uint64_t, 5> levels{};
  for (const RuleCount& one : counts) levels[static_cast<std::size_t>(one.rule->level)] += one.count;
  printer.heading(messages::scan_heading_levels(plain.language));
  for (int i = 4; i >= 0; --i) {
    if (levels[static_cast<std::size_t>(i)] == 0) continue;
    printer.line(right(levels[static_cast<std::size_t>(i)]) + "  " +
                 level_cell(plain, static_cast<detect::Level>(i), 16));
  }
}

void print_rules(Console& plain, Printer& printer, const std::vector<RuleCount>& counts) {
  printer.heading(messages::scan_heading_rules(plain.language));
  const bool japanese = plain.language == base::Language::ja;
  for (std::size_t i = 0; i < counts.size() && i < kShownRules; ++i) {
    const detect::RuleInfo& rule = *counts[i].rule;
    printer.line(right(counts[i].count) + "  " + level_cell(plain, rule.level, 16) + "  " +
                 base::visible(japanese && !rule.title_ja.empty() ? rule.title_ja : rule.title));
  }
  if (counts.size() > kShownRules)
    printer.line("  " + messages::scan_more_rows(plain.language, counts.size() - kShownRules));
}

// In the order of ATT&CK, whatever the order of the findings.
void print_tactics(Console& plain, Printer& printer, const std::vector<RuleCount>& counts) {
  // Several tags share a name (tactics were renamed): neighbours in kTactics, one row.
  std::vector<std::pair<std::string, std::uint64_t>> rows;
  for (const Tactic& tactic : kTactics) {
    const std::string name = tactic.name(plain.language);
    if (rows.empty() || rows.back().first != name) rows.emplace_back(name, 0);
  }
  std::uint64_t none = 0;
  for (const RuleCount& one : counts) {
    std::set<std::string> names;
    for (const Tactic& tactic : kTactics) {
      const bool tagged =
          std::find(one.rule->tags.begin(), one.rule->tags.end(), tactic.tag) != one.rule->tags.end();
      if (tagged) names.insert(tactic.name(plain.language));
    }
    for (auto& [name, count] : rows) count += names.contains(name) ? one.count : 0;
    if (names.empty()) none += one.count;
  }
  rows.emplace_back(messages::tactic_none(plain.language), none);
  printer.heading(messages::scan_heading_tactics(plain.language));
  for (const auto& [name, count] : rows) {
    if (count > 0) printer.line(right(count) + "  " + name);
  }
}

void print_files(Console& plain, Printer& printer, const flow::ScanSummary& summary) {
  printer.heading(messages::scan_heading_files(plain.language));
  std::uint64_t quiet = 0;
  std::size_t shown = 0;
  std::size_t hidden = 0;
  for (const flow::InputResult& input : summary.inputs) {
    if (input.status.state == ingest::InputState::opened) continue;
    if (is_quiet(input) && summary.inputs.size() > kShownFiles) {
      ++quiet;
      continue;
    }
    if (shown >= kShownFiles && is_quiet(input)) {
      ++hidden;
      continue;
    }
    ++shown;
    printer.line("  " +
                 messages::scan_file_line(plain.language, {.path = input.status.path,
                                                           .events = input.events,
                                                           .status = status_text(plain.language, input)}));
    if (input.notes > 0)
      printer.line("    " + messages::scan_notes(plain.language, {.notes = input.notes, .note = input.note}));
  }
  if (quiet > 0)
    printer.line("  " +
                 messages::scan_files_all_read(plain.language, {.files = quiet, .size = summary.bytes}));
  if (hidden > 0) printer.line("  " + messages::scan_more_rows(plain.language, hidden));
}

}  // namespace

std::string status_text(base::Language language, const flow::InputResult& input) {
  const ingest::InputStatus& status = input.status;
  switch (status.state) {
    case ingest::InputState::waiting:
      return messages::file_not_reached(language);
    case ingest::InputState::reading:
    case ingest::InputState::partly_read:
      return messages::file_partly(language, {.lost = input.bad_records + status.skipped,
                                              .position = static_cast<std::int64_t>(status.position),
                                              .reason = status.reason});
    case ingest::InputState::read:
      return messages::file_read(language);
    case ingest::InputState::unreadable:
      if (status.position > 0) {
        return messages::file_unreadable_at(
            language, {.position = static_cast<std::int64_t>(status.position), .reason = status.reason});
      }
      return messages::file_unreadable(language, status.reason);
    case ingest::InputState::skipped_empty:
      return messages::file_empty(language);
    case ingest::InputState::skipped_special:
      return messages::file_special(language);
    case ingest::InputState::unrecognised:
      return messages::file_unknown_kind(language);
    case ingest::InputState::opened:
      return messages::file_opened(language);
  }
  return {};
}

void print_summary(Console& console, const detect::RuleSet& rules, const flow::ScanSummary& summary,
                   std::chrono::milliseconds elapsed, bool to_output) {
  Printer printer(console, to_output);
  Console plain = console;  // the same words, coloured only where the output is
  plain.colour = console.colour && to_output;
  const std::vector<RuleCount> counts = counts_of(rules, summary);
  if (summary.stopped) printer.line(messages::scan_interrupted(console.language));
  if (counts.empty()) {
    printer.line(messages::scan_nothing_found(console.language));
  } else {
    print_levels(plain, printer, counts);
    print_rules(plain, printer, counts);
    print_tactics(plain, printer, counts);
  }
  print_files(plain, printer, summary);
  if (summary.unrouted > 0) printer.line(messages::scan_unrouted(console.language, summary.unrouted));
  if (summary.correlations_incomplete > 0) {
    printer.line(messages::scan_correlation_limited(console.language, summary.correlations_incomplete));
  }
  printer.heading(messages::scan_heading_summary(console.language));
  const auto files = static_cast<std::uint64_t>(
      std::count_if(summary.inputs.begin(), summary.inputs.end(),
                    [](const flow::InputResult& i) { return i.status.state != ingest::InputState::opened; }));
  printer.line(messages::scan_summary(
      console.language, {.files = files,
                         .events = summary.events,
                         .findings = summary.findings,
                         .elapsed = std::chrono::duration_cast<std::chrono::seconds>(elapsed)}));
}

}  // namespace hinomi::app
