#include "store/alerts/filter_sql.h"

#include <utility>

#include "store/alerts/attack_tags.h"
#include "store/alerts/search_text.h"

namespace hinomi::store::alerts {
namespace {

base::Error too_much(std::string_view what, std::size_t limit) {
  return {.code = base::ErrorCode::limit_exceeded,
          .message = "filter: " + std::string(what) + "; the limit is " + std::to_string(limit),
          .remedy = "Filter by less at once."};
}

base::Result<void> check_limits(const Filter& filter) {
  for (const std::size_t count : {filter.levels.size(), filter.realms.size(), filter.statuses.size()}) {
    if (count > kMaxFilterValues) return too_much("too many values in a list", kMaxFilterValues);
  }
  for (const auto* list :
       {&filter.tactics, &filter.techniques, &filter.rules, &filter.entities, &filter.sources}) {
    if (list->size() > kMaxFilterValues) return too_much("too many values in a list", kMaxFilterValues);
    for (const std::string& value : *list) {
      if (value.size() > kMaxFilterTextBytes) return too_much("a value is too long", kMaxFilterTextBytes);
    }
  }
  if (filter.text.size() > kMaxFilterTextBytes) return too_much("the text is too long", kMaxFilterTextBytes);
  return {};
}

template <typename Enum>
std::vector<std::int64_t> numbers(const std::vector<Enum>& values) {
  std::vector<std::int64_t> out;
  for (const Enum value : values) out.push_back(static_cast<std::int64_t>(value));
  return out;
}

template <typename Form>
std::vector<std::string> formed(const std::vector<std::string>& values, Form form) {
  std::vector<std::string> out;
  for (const std::string& value : values) out.emplace_back(form(value));
  return out;
}

}  // namespace

void Where::add(std::string_view condition) {
  sql_.append(sql_.empty() ? "WHERE " : " AND ").append(condition);
}

void Where::add_placeholders(std::string_view before, std::size_t count, std::string_view after) {
  std::string condition(before);
  for (std::size_t i = 0; i < count; ++i) condition.append(i == 0 ? "(?" : ",?");
  condition.append(")").append(after);
  add(condition);
}

void Where::add_list(std::string_view before, const std::vector<std::int64_t>& values) {
  if (values.empty()) return;
  add_placeholders(before, values.size(), {});
  for (const std::int64_t each : values) value(each);
}

void Where::add_list(std::string_view before, const std::vector<std::string>& values,
                     std::string_view after) {
  if (values.empty()) return;
  add_placeholders(before, values.size(), after);
  for (const std::string& each : values) value(each);
}

void Where::bind_to(sqlite::Statement& statement) const {
  for (const auto& each : values_) {
    std::visit([&](const auto& value) { statement.bind(value); }, each);
  }
}

base::Result<Where> where_of(const Filter& filter, std::optional<std::int64_t> newest) {
  if (auto within = check_limits(filter); !within) return within.error();
  const std::vector<std::string> words = search_words(filter.text);
  if (words.size() > kMaxFilterWords) return too_much("too many words", kMaxFilterWords);
  Where where;
  where.add_list("alert.level IN ", numbers(filter.levels));
  where.add_list("alert.realm IN ", numbers(filter.realms));
  where.add_list("alert.status IN ", numbers(filter.statuses));
  // The two lists as RuleList numbers them.
  where.add_list("alert.rule IN (SELECT rule FROM rule_item WHERE list = 2 AND value IN ",
                 formed(filter.tactics, tactic_form), ")");
  where.add_list("alert.rule IN (SELECT rule FROM rule_item WHERE list = 3 AND value IN ",
                 formed(filter.techniques, technique_form), ")");
  where.add_list("alert.rule IN (SELECT rule FROM rule WHERE id IN ", filter.rules, ")");
  where.add_list("alert.entity IN ", filter.entities);
  where.add_list("alert.seq IN (SELECT seq FROM alert_source JOIN source USING (source) WHERE name IN ",
                 filter.sources, ")");
  for (const std::string& word : words) {
    // instr() compares as it stands: there are no wildcards to escape.
    where.add(
        "(alert.rule IN (SELECT rule FROM rule WHERE instr(search, ?)) OR instr(alert.entity_search, ?))");
    where.value(word);
    where.value(word);
  }
  if (filter.from) {
    where.add("alert.first_received >= ?");
    where.value(filter.from->since_epoch_ns);
  }
  if (filter.to) {
    where.add("alert.first_received < ?");
    where.value(filter.to->since_epoch_ns);
  }
  if (newest) {
    where.add("alert.seq <= ?");
    where.value(*newest);
  }
  return where;
}

}  // namespace hinomi::store::alerts
