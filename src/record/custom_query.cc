#include "record/custom_query.h"

#include <algorithm>

#include "record/custom.h"

namespace hinomi::record {
namespace {

using schema::Value;
using store::sql::Dialect;

std::string ascii_lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// lower() of both databases knows ASCII: SQLite's nothing else, PostgreSQL's nothing else in this order.
std::string contains(const std::string& text, Dialect dialect) {
  return dialect == Dialect::postgres ? "strpos(lower(" + text + " COLLATE \"C\"),?)>0"
                                      : "instr(lower(" + text + "),?)>0";
}

}  // namespace

std::optional<Fault> read_custom_condition(const Parameter& parameter, CustomCondition& condition) {
  const auto fault = [&](std::string_view code, std::string_view detail) {
    return Fault{parameter.name.substr(0, 100), std::string(code), std::string(detail)};
  };
  const std::string_view rest = std::string_view(parameter.name).substr(kCustomPrefix.size());
  const std::size_t dot = std::min(rest.find('.'), rest.size());
  const std::string_view suffix = dot == rest.size() ? "" : rest.substr(dot + 1);
  if (!is_custom_name(rest.substr(0, dot))) return fault("unknown_field", "no such field");
  condition = {std::string(rest.substr(0, dot)), Operator::is, {}};
  if (suffix == "empty") {
    if (parameter.value != "true" && parameter.value != "false") return fault("wrong_type", "true or false");
    condition.op = parameter.value == "true" ? Operator::empty : Operator::not_empty;
  } else if (suffix == "has") {
    condition.op = Operator::has;
    condition.values = {parameter.value};
  } else if (suffix.empty() || suffix == "not") {
    condition.op = suffix.empty() ? Operator::is : Operator::is_not;
    condition.values = parts_of_list(parameter.value);
    if (condition.values.size() > kMaxValues) return fault("too_long", "too many values");
  } else {
    return fault("not_allowed", "this comparison is not for custom fields");
  }
  return std::nullopt;
}

Where where_of(const CustomCondition& condition, Dialect dialect) {
  const CustomSql text = custom_text(condition.name, dialect);
  Where where;
  const auto bind_text = [&] {
    where.values.insert(where.values.end(), text.values.begin(), text.values.end());
  };
  switch (condition.op) {
    case Operator::empty:
    case Operator::not_empty:
      where.sql = "COALESCE(" + text.sql + ",'')" + (condition.op == Operator::empty ? "=''" : "<>''");
      bind_text();
      return where;
    case Operator::has:
      where.sql = contains(text.sql, dialect);
      bind_text();
      where.values.emplace_back(ascii_lower(condition.values.front()));
      return where;
    default:
      break;
  }
  for (const std::string& value : condition.values) {
    where.sql += (where.sql.empty() ? "(COALESCE(" : " OR COALESCE(") + text.sql + ",'')=?";
    bind_text();
    where.values.emplace_back(value);
  }
  where.sql += ")";
  if (condition.op == Operator::is_not) where.sql = "NOT " + where.sql;
  return where;
}

}  // namespace hinomi::record
