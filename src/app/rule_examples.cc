#include "app/rule_examples.h"

#include <algorithm>
#include <memory>

#include "base/arena.h"
#include "base/json_writer.h"
#include "detect/detector.h"
#include "flow/correlation_run.h"
#include "parse/yaml/yaml.h"

namespace hinomi::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using parse::yaml::Node;

void write_json(base::JsonWriter& json, const Node& node) {
  if (node.is_mapping()) {
    json.begin_object();
    for (const auto& member : node.members) {
      json.key(member.key);
      write_json(json, member.value);
    }
    json.end_object();
  } else if (node.is_sequence()) {
    json.begin_array();
    for (const Node& item : node.items) write_json(json, item);
    json.end_array();
  } else if (node.is_null()) {
    json.null();
  } else if (const auto boolean = node.as_boolean()) {
    json.boolean(*boolean);
  } else if (node.as_number() && node.text.front() != '+' && node.text.front() != '.') {
    json.raw(node.text);
  } else {
    json.string(node.text);
  }
}

Result<ExampleEvent> read_event(const Node& node) {
  if (!node.is_mapping())
    return Error{ErrorCode::invalid_input, "an event of an example is no map", "write its fields, or line: …",
                 node.where};
  if (node.members.size() == 1 && node.members.front().key == "line")
    return ExampleEvent{true, node.members.front().value.text};
  ExampleEvent event;
  base::JsonWriter json(event.text);
  write_json(json, node);
  return event;
}

Result<void> read_list(const Node& document, std::string_view key, std::vector<Example>& examples) {
  const Node* list = document.find(key);
  if (list == nullptr || !list->is_sequence() || list->items.empty()) {
    return Error{ErrorCode::invalid_input, "there is no list '" + std::string(key) + "'",
                 "add examples to it", document.where};
  }
  std::uint64_t number = 0;
  for (const Node& item : list->items) {
    Example example{.rule = std::string(document.text_of("rule")),
                    .must_match = key == "match",
                    .number = ++number,
                    .events = {}};
    const std::span<const Node> events =
        item.is_sequence() ? std::span<const Node>(item.items) : std::span<const Node>(&item, 1);
    for (const Node& one : events) {
      auto event = read_event(one);
      if (!event) return event.error();
      example.events.push_back(std::move(*event));
    }
    examples.push_back(std::move(example));
  }
  return {};
}

}  // namespace

Result<std::vector<Example>> read_examples(std::string_view text) {
  auto documents = parse::yaml::read(text);
  if (!documents) return documents.error();
  std::vector<Example> examples;
  for (const Node& document : *documents) {
    if (document.text_of("rule").empty())
      return Error{ErrorCode::invalid_input, "'rule' is missing", "write the id of the rule", document.where};
    for (const std::string_view key : {"match", "near_miss"}) {
      if (auto read = read_list(document, key, examples); !read) return read.error();
    }
  }
  return examples;
}

struct ExampleRunner::Parts {
  Parts(const detect::RuleSet& set, const normalise::Normaliser& normaliser,
        const event::SourceRegistry& registry)
      : rules(set), detector(set), worker(detector, registry, 0), extractor(normaliser) {}

  const detect::RuleSet& rules;
  detect::Detector detector;
  detect::DetectorWorker worker;
  normalise::Extractor extractor;
  base::Arena arena;
  event::Event event;

  // The rules that hold for one event, by both evaluators.
  Result<std::vector<std::uint32_t>> judge(const ExampleEvent& example, std::uint64_t record) {
    arena.clear();
    event.clear();
    const auto extent = event::Extent::everything;
    auto read = example.is_line ? extractor.line(example.text, record, extent, arena, event)
                                : extractor.json(example.text, record, extent, arena, event);
    if (!read) return read.error();
    extractor.finish(event);
    std::vector<std::uint32_t> fast;
    std::vector<std::uint32_t> reference;
    worker.evaluate(event, fast);
    worker.evaluate_by_reference(event, reference);
    if (fast != reference)
      return Error{ErrorCode::internal, "the evaluators disagree on an event", "report this", {}};
    return fast;
  }
};

ExampleRunner::ExampleRunner(const detect::RuleSet& rules, const normalise::Normaliser& normaliser,
                             const event::SourceRegistry& sources)
    : parts_(std::make_unique<Parts>(rules, normaliser, sources)) {}
ExampleRunner::~ExampleRunner() = default;

Result<bool> ExampleRunner::matches(const Example& example) {
  const detect::RuleSet& rules = parts_->rules;
  flow::CorrelationRun correlations(rules);
  bool found = false;
  std::uint64_t record = 0;
  for (const ExampleEvent& event : example.events) {
    auto matched = parts_->judge(event, ++record);
    if (!matched) return matched.error();
    for (const std::uint32_t rule : *matched) {
      found = found || rules.rules[rule].info.id == example.rule;
      if (rules.rules[rule].feeds_correlation)
        correlations.add(flow::correlation_input(rules, rule, parts_->event, {}));
    }
  }
  correlations.finish(0, [&](const detect::Firing& firing, const std::vector<flow::CorrelationInput>&) {
    found = found || rules.correlation_info[firing.correlation].info.id == example.rule;
  });
  return found;
}

}  // namespace hinomi::app
