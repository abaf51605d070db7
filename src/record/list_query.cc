#include "record/list_query.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/json_writer.h"
#include "base/normal_form.h"
#include "base/search_tokens.h"
#include "record/custom_query.h"
#include "record/json.h"
#include "record/tables.h"

namespace hinomi::record {
namespace {

using schema::Entity;
using schema::Field;
using schema::Kind;
using schema::Value;

constexpr std::size_t kMaxSearchBytes = 500;

struct NamedOperator {
  std::string_view suffix;
  Operator op;
};
constexpr NamedOperator kOperators[] = {
    {"", Operator::is},         {"not", Operator::is_not},  {"lt", Operator::less},
    {"lte", Operator::at_most}, {"gt", Operator::greater},  {"gte", Operator::at_least},
    {"has", Operator::has},     {"empty", Operator::empty},
};

std::optional<std::int64_t> whole(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

bool orders(Kind kind) noexcept {
  return kind != Kind::reference && kind != Kind::texts && kind != Kind::boolean && kind != Kind::prose;
}

bool takes_one_value(Operator op) noexcept {
  return op != Operator::is && op != Operator::is_not && op != Operator::empty && op != Operator::not_empty;
}

// Whether a field can be compared so.
bool fits(const Field& field, Operator op) noexcept {
  if (op == Operator::has) return has_sort_column(field);
  return !takes_one_value(op) || orders(field.kind);
}

// Reads the parameters of one list.
class QueryReader {
 public:
  explicit QueryReader(const Entity& entity) : entity_(entity) {}

  void take(const Parameter& parameter) {
    if (take_special(parameter)) return;
    const std::string_view name = parameter.name;
    if (name.starts_with(kCustomPrefix)) {
      CustomCondition condition;
      if (auto wrong = read_custom_condition(parameter, condition)) return read_.faults.push_back(*wrong);
      return read_.query.custom.push_back(std::move(condition));
    }
    const std::size_t dot = std::min(name.find('.'), name.size());
    const Field* const field = entity_.find(name.substr(0, dot));
    if (field == nullptr) return fault(parameter, "unknown_field", "no such field");
    if (!field->may_filter) return fault(parameter, "not_allowed", "lists are not filtered by this field");
    const std::string_view suffix = dot == name.size() ? "" : name.substr(dot + 1);
    const auto* const found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                           [&](const NamedOperator& one) { return one.suffix == suffix; });
    if (found == std::end(kOperators)) return fault(parameter, "unknown_field", "no such comparison");
    take_condition(parameter, *field, found->op);
  }

  ReadQuery done() && {
    if (read_.query.conditions.size() + read_.query.custom.size() > kMaxConditions)
      read_.faults.push_back({"", "too_long", "too many conditions"});
    return std::move(read_);
  }

 private:
  void fault(const Parameter& parameter, std::string_view code, std::string_view detail) {
    read_.faults.push_back({parameter.name.substr(0, 100), std::string(code), std::string(detail)});
  }

  void take_condition(const Parameter& parameter, const Field& field, Operator op) {
    Condition condition{entity_.index_of(field.name), op, {}};
    if (op == Operator::empty) {
      if (parameter.value != "true" && parameter.value != "false")
        return fault(parameter, "wrong_type", "true or false");
      if (parameter.value == "false") condition.op = Operator::not_empty;
      read_.query.conditions.push_back(std::move(condition));
      return;
    }
    const bool one_value = takes_one_value(op);
    if (!fits(field, op)) return fault(parameter, "not_allowed", "this comparison is not for this field");
    const auto parts = one_value ? std::vector<std::string>{parameter.value} : parts_of_list(parameter.value);
    if (parts.size() > kMaxValues) return fault(parameter, "too_long", "too many values");
    for (const std::string& part : parts) {
      Value value;
      if (field.kind == Kind::texts || op == Operator::has) {
        value = part;
      } else if (!read_text(field, part, value)) {
        return fault(parameter, "wrong_type", "no " + std::string(schema::name_of(field.kind)));
      }
      condition.values.push_back(std::move(value));
    }
    read_.query.conditions.push_back(std::move(condition));
  }

  bool take_special(const Parameter& parameter) {
    const std::string& name = parameter.name;
    const std::string& value = parameter.value;
    if (name == "q") {
      read_.query.text = value.substr(0, kMaxSearchBytes);
    } else if (name == "tag") {
      if (read_.query.tags.size() >= kMaxConditions)
        return fault(parameter, "too_long", "too many tags"), true;
      read_.query.tags.push_back(value);
    } else if (name == "after") {
      read_.query.after = value;
    } else if (name == "sort") {
      take_sort(parameter);
    } else if (name == "limit" || name == "offset") {
      take_number(parameter);
    } else if (name == "deleted" || name == "total") {
      if (value != "true" && value != "false") return fault(parameter, "wrong_type", "true or false"), true;
      (name == "total" ? read_.query.wants_total : read_.query.deleted) = value == "true";
    } else if (name == "realm") {
      read_.query.realm = parse_realm(value);
      if (!read_.query.realm && value != "any") fault(parameter, "not_a_choice", "no realm of this name");
    } else if (name == "organisation" || name == "site") {
      take_place(parameter);
    } else if (name == "id") {
      take_ids(parameter);
    } else {
      return false;
    }
    return true;
  }

  void take_ids(const Parameter& parameter) {
    const auto parts = parts_of_list(parameter.value);
    if (parts.size() > kMaxValues) return fault(parameter, "too_long", "too many ids");
    for (const std::string& part : parts) {
      const auto id = base::RecordId::parse(part);
      if (!id) return fault(parameter, "wrong_type", "no id");
      read_.query.ids.push_back(*id);
    }
  }

  void take_sort(const Parameter& parameter) {
    std::string_view name = parameter.value;
    read_.query.descending = name.starts_with('-');
    if (read_.query.descending) name.remove_prefix(1);
    if (name == "updated_at") return;
    const Field* const field = entity_.find(name);
    if (field == nullptr || !may_sort(*field))
      return fault(parameter, "not_allowed", "lists are not sorted by this");
    read_.query.sort = entity_.index_of(name);
  }

  void take_number(const Parameter& parameter) {
    const auto number = whole(parameter.value);
    const bool is_limit = parameter.name == "limit";
    if (!number || *number < (is_limit ? 1 : 0) ||
        *number > (is_limit ? static_cast<std::int64_t>(kMaxPage) : kMaxOffset))
      return fault(parameter, "out_of_range", "no number in the range of this");
    if (is_limit) {
      read_.query.limit = static_cast<std::size_t>(*number);
    } else {
      read_.query.offset = *number;
    }
  }

  void take_place(const Parameter& parameter) {
    const auto number = whole(parameter.value);
    if (!number || *number < 0 || *number > 0xFFFF'FFFF) return fault(parameter, "wrong_type", "no number");
    if (parameter.name == "site") {
      read_.query.site = static_cast<base::SiteId>(*number);
    } else {
      read_.query.organisation = static_cast<base::OrganisationId>(*number);
    }
  }

  const Entity& entity_;
  ReadQuery read_;
};

// Puts a condition together.
class WhereBuilder {
 public:
  void add(std::string_view sql) {
    if (!where_.sql.empty()) where_.sql += " AND ";
    where_.sql += sql;
  }
  template <typename T>
  void bind(T&& value) {
    where_.values.emplace_back(std::forward<T>(value));
  }
  Where done() && { return std::move(where_); }

 private:
  Where where_;
};

// A column that holds a text, byte for byte: LIKE differs between the databases in case.
std::string contains(std::string_view column, store::sql::Dialect dialect) {
  return std::string(dialect == store::sql::Dialect::sqlite ? "instr(" : "strpos(") + std::string(column) +
         ",?)>0";
}

// A member of a set of texts as it stands in its column, with its quotes.
std::string member_text(const std::string& text) {
  std::string json;
  base::append_json_string(json, text);
  return json;
}

std::string_view sign_of(Operator op) noexcept {
  switch (op) {
    case Operator::less:
      return "<";
    case Operator::at_most:
      return "<=";
    case Operator::greater:
      return ">";
    case Operator::at_least:
      return ">=";
    default:
      return "=";
  }
}

// What a value is compared with in place of the field's own column.
Value compared(const Field& field, const Value& value) {
  if (has_sort_column(field)) return sort_key(std::get<std::string>(value));
  return value;
}

void add_any_of(WhereBuilder& where, const Field& field, const Condition& condition,
                store::sql::Dialect dialect) {
  const bool negated = condition.op == Operator::is_not;
  std::string sql = negated ? "NOT (" : "(";
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    if (i > 0) sql += " OR ";
    if (field.kind == Kind::texts) {
      sql += contains(column_of(field), dialect);
      where.bind(member_text(std::get<std::string>(condition.values[i])));
    } else if (field.kind == Kind::text) {
      // Exactly, found by the folded form.
      sql += "(" + sort_expression(field) + "=? AND " + column_of(field) + "=?)";
      where.bind(compared(field, condition.values[i]));
      where.bind(condition.values[i]);
    } else {
      sql += sort_expression(field) + "=?";
      where.bind(condition.values[i]);
    }
  }
  where.add(sql + ")");
}

void add_condition(WhereBuilder& where, const Entity& entity, const Condition& condition,
                   store::sql::Dialect dialect) {
  const Field& field = entity.fields[condition.field];
  const std::string column = column_of(field);
  switch (condition.op) {
    case Operator::is:
    case Operator::is_not:
      add_any_of(where, field, condition, dialect);
      return;
    case Operator::empty:
      where.add("(" + column + " IS NULL" + (field.kind == Kind::text ? " OR " + column + "=''" : "") +
                (field.kind == Kind::texts ? " OR " + column + "='[]'" : "") + ")");
      return;
    case Operator::not_empty:
      where.add("(" + column + " IS NOT NULL" + (field.kind == Kind::text ? " AND " + column + "<>''" : "") +
                (field.kind == Kind::texts ? " AND " + column + "<>'[]'" : "") + ")");
      return;
    case Operator::has:
      where.add(contains(sort_expression(field), dialect));
      where.bind(base::sort_form(std::get<std::string>(condition.values.front())));
      return;
    default:
      where.add("(" + column + " IS NOT NULL AND " + sort_expression(field) +
                std::string(sign_of(condition.op)) + "?)");
      where.bind(compared(field, condition.values.front()));
  }
}

void add_search(WhereBuilder& where, std::string_view text, store::sql::Dialect dialect) {
  const base::SearchQuery query = base::query_of(text);
  if (query.empty()) return;
  if (dialect == store::sql::Dialect::sqlite) {
    where.add("id IN (SELECT record_id FROM record_search WHERE record_search MATCH ?)");
    where.bind(base::fts5_match(query));
  } else {
    where.add("id IN (SELECT record_id FROM record_search WHERE search @@ CAST(? AS tsquery))");
    where.bind(base::tsquery_text(query));
  }
}

}  // namespace

std::vector<std::string> parts_of_list(std::string_view text) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text[++i];
    } else if (text[i] == ',') {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

ReadQuery read_query(const Entity& entity, const std::vector<Parameter>& parameters) {
  QueryReader reader(entity);
  for (const Parameter& parameter : parameters) reader.take(parameter);
  return std::move(reader).done();
}

std::vector<std::string_view> comparisons_of(const Field& field) {
  std::vector<std::string_view> names;
  for (const NamedOperator& one : kOperators)
    if (field.may_filter && fits(field, one.op)) names.push_back(one.suffix);
  return names;
}

bool may_sort(const Field& field) noexcept {
  return field.may_filter && field.kind != Kind::reference;
}

std::string order_expression(const Entity& entity, const ListQuery& query) {
  return query.sort ? sort_expression(entity.fields[*query.sort]) : "updated_at";
}

Where where_of(const Entity& entity, const ListQuery& query, const access::RowFilter& filter,
               store::sql::Dialect dialect) {
  WhereBuilder where;
  where.add(filter.sql);
  for (const std::int64_t value : filter.values) where.bind(value);
  where.add(query.deleted ? "deleted_at IS NOT NULL" : "deleted_at IS NULL");
  if (query.realm && !entity.for_all_organisations) {
    where.add("realm=?");
    where.bind(static_cast<std::int64_t>(*query.realm));
  }
  if (query.organisation) {
    where.add("organisation=?");
    where.bind(static_cast<std::int64_t>(*query.organisation));
  }
  if (query.site) {
    where.add("site=?");
    where.bind(static_cast<std::int64_t>(*query.site));
  }
  if (query.changed_since) {
    where.add("updated_at>?");
    where.bind(query.changed_since->since_epoch_ns);
  }
  if (!query.ids.empty()) {
    std::string places;
    for (const base::RecordId& id : query.ids) {
      places += places.empty() ? "?" : ",?";
      where.bind(id);
    }
    where.add("id IN (" + places + ")");
  }
  for (const std::string& tag : query.tags) {
    where.add(contains("tags", dialect));
    where.bind(member_text(tag));
  }
  for (const Condition& condition : query.conditions) add_condition(where, entity, condition, dialect);
  for (const CustomCondition& condition : query.custom) {
    Where one = where_of(condition, dialect);
    where.add(one.sql);
    for (Value& value : one.values) where.bind(std::move(value));
  }
  if (!query.text.empty()) add_search(where, query.text, dialect);
  return std::move(where).done();
}

}  // namespace hinomi::record
