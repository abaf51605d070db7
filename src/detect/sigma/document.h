// One YAML document of a rule file, sorted by what it is, with its head (title, id, level, tags …) read. Not
// compiled.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "detect/correlation_link.h"
#include "detect/rule_set.h"
#include "parse/yaml/yaml.h"

namespace hinomi::detect::sigma {

enum class DocumentKind : unsigned char { detection, correlation, filter };

struct Document {
  DocumentKind kind = DocumentKind::detection;
  RuleInfo info;
  event::LogSource demand;
  bool id_is_own = true;  // not taken over from an `action: global` or the rule before a `repeat`
  parse::yaml::Node root;
};

// How many values the rules of one file may take over from `action: global` and `repeat`, in all.
inline constexpr std::size_t kMaxMergedNodes = 500'000;

// The documents of one file: `action: global` and `repeat` (retired, but in use) are resolved. Faults are
// appended to `refused`; the other documents of the file stay.
[[nodiscard]] std::vector<Document> read_documents(const RuleFile& file, std::vector<Refusal>& refused);

// The correlation section, with rules by name still: reference i of the draft is names[i].
struct CorrelationSection {
  CorrelationDraft draft;
  std::vector<std::string> rules;
  std::vector<base::Position> rule_places;  // parallel to rules
  base::Position where{};
};
[[nodiscard]] base::Result<CorrelationSection> read_correlation(const Document& document);

// The filter section: which rules (ids or names; "any" = all), and its detection part.
struct FilterSection {
  std::vector<std::string> rules;
  std::vector<base::Position> rule_places;  // parallel to rules
  bool any = false;
  parse::yaml::Node detection;
  base::Position where{};
};
[[nodiscard]] base::Result<FilterSection> read_filter(const Document& document);

}  // namespace hinomi::detect::sigma
