#include "detect/rule_set.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/binary.h"
#include "base/hash.h"
#include "query/value_match.h"

namespace hinomi::detect {
namespace {

constexpr std::array<std::string_view, 5> kLevels{"informational", "low", "medium", "high", "critical"};
// Changes whenever the image's layout or the meaning of compiled rules changes.
constexpr std::uint32_t kImageVersion = 2;
constexpr std::uint64_t kImageHashSeed = 0;  // the hash tells damage, not forgery
// Conditions and selections nest at most kMaxConditionDepth and the YAML reader's depth; evaluators recurse.
constexpr std::uint32_t kMaxProgramDepth = 512;
constexpr std::string_view kImageMagic = "HNMIRULE";

void write_texts(base::BinaryWriter& writer, const std::vector<std::string>& texts) {
  writer.number(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) writer.text(text);
}

std::vector<std::string> read_texts(base::BinaryReader& reader) {
  std::vector<std::string> texts(reader.count(4));
  for (std::string& text : texts) text = reader.text();
  return texts;
}

void write_numbers(base::BinaryWriter& writer, const std::vector<std::uint32_t>& numbers) {
  writer.number(static_cast<std::uint32_t>(numbers.size()));
  for (const std::uint32_t number : numbers) writer.number(number);
}

std::vector<std::uint32_t> read_numbers(base::BinaryReader& reader) {
  std::vector<std::uint32_t> numbers(reader.count(4));
  for (std::uint32_t& number : numbers) number = reader.number<std::uint32_t>();
  return numbers;
}

void write_info(base::BinaryWriter& writer, const RuleInfo& info) {
  for (const std::string* text :
       {&info.id, &info.name, &info.title, &info.title_ja, &info.author, &info.status, &info.description,
        &info.description_ja, &info.advice, &info.advice_ja, &info.path}) {
    writer.text(*text);
  }
  write_texts(writer, info.tags);
  write_texts(writer, info.falsepositives);
  writer.number(static_cast<std::uint8_t>(info.level));
  writer.number(info.line);
}

RuleInfo read_info(base::BinaryReader& reader) {
  RuleInfo info;
  for (std::string* text :
       {&info.id, &info.name, &info.title, &info.title_ja, &info.author, &info.status, &info.description,
        &info.description_ja, &info.advice, &info.advice_ja, &info.path}) {
    *text = reader.text();
  }
  info.tags = read_texts(reader);
  info.falsepositives = read_texts(reader);
  const auto level = reader.number<std::uint8_t>();
  if (level >= kLevels.size()) reader.fail();
  info.level = static_cast<Level>(level);
  info.line = reader.number<std::int32_t>();
  return info;
}

void write_rule(base::BinaryWriter& writer, const DetectionRule& rule) {
  write_info(writer, rule.info);
  writer.text(rule.demand.product);
  writer.text(rule.demand.category);
  writer.text(rule.demand.service);
  writer.number(query::index_of(rule.query));
  writer.number(static_cast<std::uint32_t>(rule.selections.size()));
  for (const sigma::Selection& selection : rule.selections) {
    writer.text(selection.name);
    writer.number(query::index_of(selection.node));
  }
  writer.number(static_cast<std::uint8_t>((rule.shown ? 1 : 0) | (rule.feeds_correlation ? 2 : 0)));
  writer.number(static_cast<std::uint32_t>(rule.captures.size()));
  for (const event::FieldId field : rule.captures) writer.number(event::index_of(field));
}

DetectionRule read_rule(base::BinaryReader& reader, const RuleSet& set) {
  DetectionRule rule;
  rule.info = read_info(reader);
  rule.demand.product = reader.text();
  rule.demand.category = reader.text();
  rule.demand.service = reader.text();
  rule.query = query::QueryId{reader.number<std::uint32_t>()};
  if (query::index_of(rule.query) >= set.program.query_count()) reader.fail();
  rule.selections.resize(reader.count(8));
  for (sigma::Selection& selection : rule.selections) {
    selection.name = reader.text();
    selection.node = query::NodeId{reader.number<std::uint32_t>()};
    if (query::index_of(selection.node) >= set.program.node_count()) reader.fail();
  }
  const auto flags = reader.number<std::uint8_t>();
  rule.shown = (flags & 1) != 0;
  rule.feeds_correlation = (flags & 2) != 0;
  rule.captures.resize(reader.count(4));
  for (event::FieldId& field : rule.captures) {
    field = event::FieldId{reader.number<std::uint32_t>()};
    if (event::index_of(field) >= set.fields().size()) reader.fail();
  }
  return rule;
}

void write_correlation(base::BinaryWriter& writer, const CorrelationRule& rule) {
  writer.text(rule.id);
  writer.number(static_cast<std::uint8_t>(rule.type));
  writer.number(static_cast<std::uint32_t>(rule.members.size()));
  for (const CorrelationMember& member : rule.members) {
    writer.number(static_cast<std::uint8_t>(member.kind));
    writer.number(member.index);
    writer.number(static_cast<std::uint8_t>(member.negated));
    write_numbers(writer, member.group_captures);
    write_numbers(writer, member.value_captures);
    write_numbers(writer, member.carried_captures);
  }
  write_texts(writer, rule.group_by);
  write_texts(writer, rule.value_fields);
  write_texts(writer, rule.carried);
  writer.number(rule.timespan_ns.value_or(0));
  writer.number(static_cast<std::uint32_t>(rule.condition.size()));
  for (const Bound& bound : rule.condition) {
    writer.number(static_cast<std::uint8_t>(bound.comparison));
    writer.number(bound.limit);
  }
  writer.number(rule.percentile);
  writer.number(static_cast<std::uint8_t>(rule.window));
  writer.number(static_cast<std::uint8_t>(rule.generate));
}

CorrelationRule read_correlation_rule(base::BinaryReader& reader) {
  CorrelationRule rule;
  rule.id = reader.text();
  rule.type = static_cast<CorrelationType>(reader.number<std::uint8_t>());
  if (rule.type > CorrelationType::value_percentile) reader.fail();
  rule.members.resize(reader.count(18));
  for (CorrelationMember& member : rule.members) {
    member.kind = reader.number<std::uint8_t>() == 0 ? CorrelationMember::Kind::rule
                                                     : CorrelationMember::Kind::correlation;
    member.index = reader.number<std::uint32_t>();
    member.negated = reader.number<std::uint8_t>() != 0;
    member.group_captures = read_numbers(reader);
    member.value_captures = read_numbers(reader);
    member.carried_captures = read_numbers(reader);
  }
  rule.group_by = read_texts(reader);
  rule.value_fields = read_texts(reader);
  rule.carried = read_texts(reader);
  const auto timespan = reader.number<std::int64_t>();
  if (timespan > 0) rule.timespan_ns = timespan;
  rule.condition.resize(reader.count(9));
  for (Bound& bound : rule.condition) {
    bound.comparison = static_cast<Comparison>(reader.number<std::uint8_t>());
    if (bound.comparison > Comparison::neq) reader.fail();
    bound.limit = reader.number<double>();
  }
  rule.percentile = reader.number<double>();
  rule.window = reader.number<std::uint8_t>() == 0 ? WindowKind::sliding : WindowKind::tumbling;
  rule.generate = reader.number<std::uint8_t>() != 0;
  return rule;
}

// What the evaluators take for granted beyond what Program::load checks.
bool is_sound(const query::Program& program, std::size_t field_count) {
  for (std::uint32_t i = 0; i < program.predicate_count(); ++i) {
    const query::Predicate& p = program.predicate_at(query::PredicateId{i});
    const bool between_fields =
        !query::is_single_value(p.op) && p.op != query::Op::is_null && p.op != query::Op::exists;
    if (between_fields && (p.field == query::kAnyValue || event::index_of(p.other) >= field_count))
      return false;
    if (p.op == query::Op::time_equals && !(p.number >= 0 && p.number <= 1e6)) return false;
  }
  std::vector<std::uint32_t> depths;
  for (std::uint32_t i = 0; i < program.node_count(); ++i) {
    std::uint32_t depth = 0;
    for (const query::NodeId child : program.children(program.node(query::NodeId{i}))) {
      depth = std::max(depth, depths[query::index_of(child)] + 1);  // children come first
    }
    if (depth > kMaxProgramDepth) return false;
    depths.push_back(depth);
  }
  return true;
}

bool captures_exist(const std::vector<std::uint32_t>& captures, std::size_t count) {
  return std::all_of(captures.begin(), captures.end(),
                     [&](std::uint32_t capture) { return capture == kNoCapture || capture < count; });
}

bool are_sound(const RuleSet& set) {
  for (const CorrelationRule& rule : set.correlations) {
    if (!check(rule)) return false;
    for (const CorrelationMember& member : rule.members) {
      const bool is_rule = member.kind == CorrelationMember::Kind::rule;
      if (member.index >= (is_rule ? set.rules.size() : set.correlations.size())) return false;
      const std::size_t count = is_rule ? set.rules[member.index].captures.size()
                                        : set.correlations[member.index].group_by.size() +
                                              set.correlations[member.index].carried.size();
      if (!captures_exist(member.group_captures, count) || !captures_exist(member.value_captures, count) ||
          !captures_exist(member.carried_captures, count)) {
        return false;
      }
    }
  }
  return children_first(set.correlations).has_value();
}

base::Error damaged() {
  return {base::ErrorCode::invalid_input,
          "the compiled rules are damaged or of another version",
          "delete the cache file",
          {}};
}

}  // namespace

std::string_view name_of(Level level) noexcept {
  return kLevels[static_cast<std::size_t>(level)];
}

bool parse_level(std::string_view text, Level& level) noexcept {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (text == kLevels[i]) {
      level = static_cast<Level>(i);
      return true;
    }
  }
  return false;
}

RuleSet::RuleSet() : fields_(std::make_unique<event::FieldTable>()) {}

void RuleSet::save(std::string& out) const {
  base::BinaryWriter writer(out);
  out.append(kImageMagic);
  writer.number(kImageVersion);
  const std::size_t hash_at = out.size();
  writer.number(std::uint64_t{0});
  writer.number(static_cast<std::uint32_t>(fields_->size()));
  for (std::uint32_t i = 0; i < fields_->size(); ++i) writer.text(fields_->name(event::FieldId{i}));
  program.save(out);
  writer.number(static_cast<std::uint32_t>(rules.size()));
  for (const DetectionRule& rule : rules) write_rule(writer, rule);
  writer.number(static_cast<std::uint32_t>(correlations.size()));
  for (std::size_t i = 0; i < correlations.size(); ++i) {
    write_correlation(writer, correlations[i]);
    write_info(writer, correlation_info[i].info);
    writer.number(static_cast<std::uint8_t>(correlation_info[i].shown));
  }
  writer.number(static_cast<std::uint32_t>(refused.size()));
  for (const Refusal& refusal : refused) {
    writer.text(refusal.path);
    writer.number(static_cast<std::int32_t>(refusal.where.line));
    writer.number(static_cast<std::int32_t>(refusal.where.column));
    writer.text(refusal.reason);
    writer.text(refusal.remedy);
  }
  writer.number(loaded);
  writer.number(filters);
  const std::uint64_t hash =
      base::hash64(std::string_view(out).substr(hash_at + sizeof(std::uint64_t)), kImageHashSeed);
  std::memcpy(out.data() + hash_at, &hash, sizeof hash);
}

base::Result<RuleSet> RuleSet::load(std::string_view image) {
  if (!image.starts_with(kImageMagic)) return damaged();
  image.remove_prefix(kImageMagic.size());
  RuleSet set;
  base::BinaryReader head(image);
  if (head.number<std::uint32_t>() != kImageVersion) return damaged();
  const auto hash = head.number<std::uint64_t>();
  if (!head.ok() || base::hash64(head.rest(), kImageHashSeed) != hash) return damaged();
  const auto field_count = head.count(4);
  for (std::uint32_t i = 0; i < field_count; ++i) set.fields_->intern(head.text());
  if (!head.ok() || set.fields_->size() != field_count) return damaged();
  std::string_view rest = head.rest();
  auto program = query::Program::load(rest, field_count);
  if (!program) return program.error();
  if (!is_sound(*program, field_count)) return damaged();
  set.program = std::move(*program);
  base::BinaryReader reader(rest);
  const auto rules = reader.count(60);
  for (std::uint32_t i = 0; i < rules && reader.ok(); ++i) set.rules.push_back(read_rule(reader, set));
  const auto correlations = reader.count(60);
  for (std::uint32_t i = 0; i < correlations && reader.ok(); ++i) {
    set.correlations.push_back(read_correlation_rule(reader));
    set.correlation_info.push_back({.info = read_info(reader), .shown = true});
    set.correlation_info.back().shown = reader.number<std::uint8_t>() != 0;
  }
  const auto refused = reader.count(16);
  for (std::uint32_t i = 0; i < refused && reader.ok(); ++i) {
    Refusal refusal;
    refusal.path = reader.text();
    refusal.where.line = reader.number<std::int32_t>();
    refusal.where.column = reader.number<std::int32_t>();
    refusal.reason = reader.text();
    refusal.remedy = reader.text();
    set.refused.push_back(std::move(refusal));
  }
  set.loaded = reader.number<std::uint64_t>();
  set.filters = reader.number<std::uint64_t>();
  if (!reader.ok() || !reader.rest().empty() || !are_sound(set)) return damaged();
  return set;
}

}  // namespace hinomi::detect
