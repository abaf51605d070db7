// hinomi rules explain: every part of a rule's selections against the events of a file, held or not.
#include "app/arguments.h"
#include "app/cli.h"
#include "app/stack.h"
#include "base/text.h"
#include "detect/explain.h"
#include "event/log_source.h"
#include "flow/records.h"
#include "ingest/source.h"
#include "messages/messages.h"

namespace hinomi::app {
namespace {

constexpr std::size_t kMaxExplained = 20;  // events of one file

std::string comparison_text(base::Language language, const detect::MatchedItem& item) {
  const std::string field =
      item.field.empty() ? messages::explain_any_value(language) : base::visible(item.field);
  const std::string modifier = item.modifier.empty() ? std::string() : "|" + item.modifier;
  return field + modifier + ": " + base::visible(item.expected);
}

std::string group_text(base::Language language, const detect::Judged& judged) {
  switch (judged.kind) {
    case detect::Judged::Kind::all:
      return messages::explain_all_of(language);
    case detect::Judged::Kind::any:
      return messages::explain_any_of(language);
    case detect::Judged::Kind::at_least:
      return messages::explain_at_least(language, judged.count);
    default:
      return messages::explain_none_of(language);
  }
}

void print(Console& console, const detect::Judged& judged) {
  const base::Language language = console.language;
  std::string mark = judged.held ? "✓ " : "✗ ";
  if (console.colour) mark = (judged.held ? "\x1b[32m" : "\x1b[31m") + mark + "\x1b[0m";
  std::string line(static_cast<std::size_t>(judged.depth) * 2 + 2, ' ');
  line += mark;
  if (judged.kind == detect::Judged::Kind::selection) {
    line += base::visible(judged.name) + "  (" +
            (judged.held ? messages::explain_held(language) : messages::explain_held_not(language)) + ")";
  } else if (judged.kind == detect::Judged::Kind::comparison) {
    line += comparison_text(language, judged.item) + "  — ";
    line += judged.field_absent ? messages::explain_field_absent(language)
                                : messages::explain_value(language, judged.item.value);
  } else {
    line += group_text(language, judged);
  }
  console.line(line);
}

class Explanation {
 public:
  Explanation(Console& console, const detect::RuleSet& rules, const event::SourceRegistry& sources)
      : console_(console), rules_(rules), sources_(sources), explainer_(rules) {}

  void explain(const event::Event& event) {
    if (++events_ > kMaxExplained) return;
    console_.line(messages::explain_record(console_.language, event.record));
    for (std::uint32_t i = 0; i < rules_.rules.size(); ++i) explain_rule(i, event);
  }
  [[nodiscard]] std::size_t events() const noexcept { return events_; }
  [[nodiscard]] bool all_matched() const noexcept { return all_matched_; }

 private:
  void explain_rule(std::uint32_t index, const event::Event& event) {
    const detect::DetectionRule& rule = rules_.rules[index];
    bool meant = false;
    for (const event::LogSource& source : sources_.sources(event.route))
      meant = meant || event::satisfies(source, rule.demand);
    const bool matches = meant && explainer_.holds(index, event);
    all_matched_ = all_matched_ && matches;
    console_.line("  " + (matches ? messages::explain_matches(console_.language, rule.info.title)
                                  : messages::explain_matches_not(console_.language, rule.info.title)));
    if (!meant) console_.line("  " + messages::explain_wrong_log_source(console_.language));
    for (const detect::Judged& judged : explainer_.explain(index, event)) print(console_, judged);
  }

  Console& console_;
  const detect::RuleSet& rules_;
  const event::SourceRegistry& sources_;
  detect::Explainer explainer_;
  std::size_t events_ = 0;
  bool all_matched_ = true;
};

int fail(Console& console, const base::Error& error) {
  console.error_line(
      messages::error_of_file(console.language, {.path = "hinomi rules explain", .reason = error.message}));
  return kExitUsage;
}

// Names what could not be read of the events; false when there was something.
bool report_unread(Console& console, const ingest::InputReader& reader,
                   const flow::RecordProblems& problems) {
  bool all_read = problems.count == 0;
  for (ingest::InputStatus& status : reader.statuses()) {
    std::string reason = std::move(status.reason);
    if (status.state == ingest::InputState::unrecognised)
      reason = messages::file_unknown_kind(console.language);
    if (reason.empty()) continue;
    all_read = false;
    console.error_line(messages::error_of_file(console.language, {.path = status.path, .reason = reason}));
  }
  if (problems.count > 0) {
    console.error_line(
        messages::file_partly(console.language, {.lost = problems.count,
                                                 .position = static_cast<std::int64_t>(problems.first_record),
                                                 .reason = problems.first_reason}));
  }
  return all_read;
}

}  // namespace

int rules_explain_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "rules explain", words, {});
  if (!arguments) return kExitUsage;
  if (arguments->paths().size() != 2) {
    console.error_line(messages::usage_missing_argument(
        console.language, {.argument = "RULE EVENT", .command = "rules explain"}));
    return kExitUsage;
  }
  auto stack = load_stack({.folders = {arguments->paths()[0]}, .placeholders_file = {}, .use_cache = false});
  if (!stack) return fail(console, stack.error());
  const detect::RuleSet& rules = (*stack)->rules;
  for (const detect::Refusal& refusal : rules.refused) {
    console.error_line(messages::error_at_position(console.language, {.path = refusal.path,
                                                                      .line = refusal.where.line,
                                                                      .column = refusal.where.column,
                                                                      .reason = refusal.reason}));
  }
  if (rules.rules.empty()) {
    console.error_line(messages::rules_no_rule(console.language, arguments->paths()[0]));
    return kExitProblems;
  }
  Explanation explanation(console, rules, (*stack)->sources);
  flow::RecordReader records(*(*stack)->normaliser,
                             [](const event::Event&) { return flow::RecordReader::Want::everything; });
  ingest::InputReader reader({arguments->paths()[1]});
  flow::RecordProblems problems;
  while (auto unit = reader.next()) {
    records.read(*unit, problems, [&](const event::Event& event) { explanation.explain(event); });
  }
  const bool all_read = report_unread(console, reader, problems);
  for (const detect::CorrelationEntry& entry : rules.correlation_info) {
    console.line(messages::explain_only_correlated(console.language, entry.info.title));
  }
  if (explanation.events() == 0) {
    console.error_line(messages::rules_no_event(console.language, arguments->paths()[1]));
    return kExitProblems;
  }
  if (explanation.events() > kMaxExplained)
    console.line(messages::scan_more_rows(console.language, explanation.events() - kMaxExplained));
  return explanation.all_matched() && all_read ? kExitOk : kExitProblems;
}

}  // namespace hinomi::app
