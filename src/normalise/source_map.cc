#include "normalise/source_map.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "base/check.h"
#include "base/text.h"
#include "parse/yaml/yaml.h"

namespace hinomi::normalise {
namespace {

using parse::yaml::Node;

base::Error fault(const Node& node, std::string what) {
  return {.code = base::ErrorCode::invalid_input,
          .message = "log source mapping: " + std::move(what),
          .remedy = "see content/mappings/README.md for the form",
          .where = node.where};
}

std::optional<event::Format> format_of(std::string_view name) {
  if (name == "evtx") return event::Format::evtx;
  if (name == "json") return event::Format::json;
  if (name == "syslog") return event::Format::syslog;
  if (name == "audit") return event::Format::audit;
  if (name == "text") return event::Format::text;
  return std::nullopt;
}

std::optional<TestKind> kind_of(std::string_view modifier) {
  if (modifier.empty()) return TestKind::equals;
  if (modifier == "exists") return TestKind::exists;
  if (modifier == "startswith") return TestKind::starts_with;
  if (modifier == "endswith") return TestKind::ends_with;
  if (modifier == "contains") return TestKind::contains;
  return std::nullopt;
}

// "Field|modifier: value(s)" as alternatives.
base::Result<std::vector<SourceTest>> read_tests(const parse::yaml::Member& member) {
  const std::size_t bar = member.key.rfind('|');
  const std::string field = member.key.substr(0, bar);
  const auto kind = kind_of(bar == std::string::npos ? "" : std::string_view(member.key).substr(bar + 1));
  if (!kind || field.empty()) return fault(member.value, "unknown modifier in '" + member.key + "'");
  if (*kind == TestKind::exists) {
    if (member.value.as_boolean() != true) return fault(member.value, "'exists' can only be true");
    return std::vector{SourceTest{field, *kind, {}}};
  }
  std::vector<SourceTest> tests;
  const auto add = [&](const Node& value) {
    if (value.is_scalar()) tests.push_back({field, *kind, base::folded(value.text)});
    return value.is_scalar();
  };
  if (member.value.is_sequence()) {
    for (const Node& item : member.value.items) {
      if (!add(item)) return fault(item, "expected a text");
    }
  } else if (!add(member.value)) {
    return fault(member.value, "expected a text or a list of texts");
  }
  if (tests.empty()) return fault(member.value, "a condition needs a value");
  return tests;
}

base::Result<event::LogSource> read_source(const Node& node) {
  if (!node.is_mapping()) return fault(node, "expected product, category and service");
  event::LogSource source;
  for (const auto& member : node.members) {
    if (!member.value.is_scalar()) return fault(member.value, "expected a text");
    if (member.key == "product") {
      source.product = member.value.text;
    } else if (member.key == "category") {
      source.category = member.value.text;
    } else if (member.key == "service") {
      source.service = member.value.text;
    } else {
      return fault(member.value, "unknown key '" + member.key + "'");
    }
  }
  if (source.empty()) return fault(node, "a log source needs product, category or service");
  return source;
}

base::Result<SourceEntry> read_entry(const Node& node) {
  if (!node.is_mapping()) return fault(node, "an entry must be a mapping");
  SourceEntry entry;
  for (const auto& member : node.members) {
    if (member.key == "format") {
      entry.format = format_of(member.value.text);
      if (!entry.format) return fault(member.value, "unknown format '" + member.value.text + "'");
    } else if (member.key == "when") {
      if (!member.value.is_mapping()) return fault(member.value, "'when' must be a mapping");
      for (const auto& condition : member.value.members) {
        auto tests = read_tests(condition);
        if (!tests) return tests.error();
        entry.groups.push_back(std::move(*tests));
      }
    } else if (member.key == "unless") {
      if (!member.value.is_mapping()) return fault(member.value, "'unless' must be a mapping");
      for (const auto& condition : member.value.members) {
        auto tests = read_tests(condition);
        if (!tests) return tests.error();
        entry.unless.insert(entry.unless.end(), tests->begin(), tests->end());
      }
    } else if (member.key == "given") {
      auto source = read_source(member.value);
      if (!source) return source.error();
      entry.given = std::move(*source);
    } else if (member.key == "is") {
      const bool several = member.value.is_sequence();
      const std::size_t count = several ? member.value.items.size() : 1;
      for (std::size_t i = 0; i < count; ++i) {
        auto source = read_source(several ? member.value.items[i] : member.value);
        if (!source) return source.error();
        entry.is.push_back(std::move(*source));
      }
    } else {
      return fault(member.value, "unknown key '" + member.key + "'");
    }
  }
  if (entry.is.empty()) return fault(node, "an entry needs 'is'");
  if (entry.groups.empty() && !entry.format && !entry.given) {
    return fault(node, "an entry needs 'when', 'given' or 'format'");
  }
  return entry;
}

bool holds(const SourceTest& test, std::string_view folded) {
  switch (test.kind) {
    case TestKind::starts_with:
      return folded.starts_with(test.value);
    case TestKind::ends_with:
      return folded.ends_with(test.value);
    case TestKind::contains:
      return folded.find(test.value) != std::string_view::npos;
    case TestKind::equals:
      return folded == test.value;
    case TestKind::exists:
      return true;
  }
  return false;
}

void set_bit(SourceMap::Signature& signature, std::uint32_t bit) {
  signature[bit / 64] |= 1ULL << (bit % 64);
}
bool has_bit(const SourceMap::Signature& signature, std::uint32_t bit) {
  return (signature[bit / 64] >> (bit % 64) & 1) != 0;
}

}  // namespace

base::Result<std::vector<SourceEntry>> read_source_entries(std::string_view text) {
  auto documents = parse::yaml::read(text);
  if (!documents) return documents.error();
  std::vector<SourceEntry> entries;
  for (const Node& document : *documents) {
    const Node* list = document.find("sources");
    if (list == nullptr || !list->is_sequence()) return fault(document, "expected a list 'sources'");
    for (const Node& item : list->items) {
      auto entry = read_entry(item);
      if (!entry) return entry.error();
      entries.push_back(std::move(*entry));
    }
  }
  return entries;
}

base::Result<SourceMap> SourceMap::build(std::vector<SourceEntry> entries, event::FieldTable& fields) {
  SourceMap map;
  std::map<SourceTest, std::uint32_t> numbers;
  const auto number_of = [&numbers](const SourceTest& test) {
    return numbers.try_emplace(test, static_cast<std::uint32_t>(numbers.size())).first->second;
  };
  for (auto& entry : entries) {
    Compiled compiled{.format = entry.format,
                      .given = std::move(entry.given),
                      .groups = {},
                      .unless = {},
                      .is = std::move(entry.is)};
    for (const auto& group : entry.groups) {
      auto& tests = compiled.groups.emplace_back();
      for (const SourceTest& test : group) tests.push_back(number_of(test));
    }
    for (const SourceTest& test : entry.unless) compiled.unless.push_back(number_of(test));
    map.entries_.push_back(std::move(compiled));
  }
  if (numbers.size() > kMaxTests) {
    return base::Error{
        .code = base::ErrorCode::limit_exceeded,
        .message = "log source mapping: more than " + std::to_string(kMaxTests) + " conditions",
        .remedy = "merge entries that test the same values",
        .where = {}};
  }
  map.words_ = numbers.size() / 64 + 1;
  for (const auto& [test, number] : numbers) {
    const event::FieldId id = fields.intern(test.field);
    if (map.field_slots_.size() <= event::index_of(id)) map.field_slots_.resize(event::index_of(id) + 1);
    std::uint16_t& slot = map.field_slots_[event::index_of(id)];
    if (slot == 0) {
      map.fields_.emplace_back();
      slot = static_cast<std::uint16_t>(map.fields_.size());
    }
    OneField& field = map.fields_[slot - 1];
    if (test.kind == TestKind::exists) {
      field.exists.push_back(number);
    } else if (test.kind == TestKind::equals) {
      field.equals[test.value].push_back(number);
      field.longest_equal = std::max(field.longest_equal, test.value.size());
    } else {
      field.others.emplace_back(test, number);
    }
  }
  return map;
}

void SourceMap::observe(event::FieldId id, std::string_view value, Signature& signature,
                        std::string& scratch) const {
  if (!observes(id)) return;
  const OneField& field = fields_[field_slots_[event::index_of(id)] - 1U];
  for (const std::uint32_t bit : field.exists) set_bit(signature, bit);
  // Folding changes a length by less than a factor of 3, so a much longer value equals nothing here.
  const bool too_long = value.size() > field.longest_equal * 3;
  if (field.others.empty() && too_long) return;
  scratch.clear();
  base::append_folded(scratch, value);
  if (!too_long) {
    if (const auto found = field.equals.find(scratch); found != field.equals.end()) {
      for (const std::uint32_t bit : found->second) set_bit(signature, bit);
    }
  }
  for (const auto& [test, bit] : field.others) {
    if (holds(test, scratch)) set_bit(signature, bit);
  }
}

std::vector<event::LogSource> SourceMap::sources(event::Format format, const Signature& signature) const {
  const auto holds_bit = [&signature](std::uint32_t bit) { return has_bit(signature, bit); };
  std::vector<event::LogSource> found;
  for (const Compiled& entry : entries_) {
    if (entry.format && *entry.format != format) continue;
    const bool given = !entry.given || std::any_of(found.begin(), found.end(), [&entry](const auto& source) {
      return event::satisfies(source, *entry.given);
    });
    if (!given || std::any_of(entry.unless.begin(), entry.unless.end(), holds_bit)) continue;
    const bool all = std::all_of(entry.groups.begin(), entry.groups.end(), [&](const auto& group) {
      return std::any_of(group.begin(), group.end(), holds_bit);
    });
    if (all) found.insert(found.end(), entry.is.begin(), entry.is.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace hinomi::normalise
