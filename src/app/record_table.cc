#include "app/record_table.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "messages/messages.h"
#include "parse/json/reader.h"

namespace hinomi::app {
namespace {

using parse::json::Kind;
using parse::json::Value;

constexpr int kWidestColumn = 40;
constexpr int kGap = 2;

std::string cell_text(const Value& value) {
  std::string text;
  switch (value.kind()) {
    case Kind::null:
      return {};
    case Kind::string:
      return base::visible(value.string());
    case Kind::array:
      for (auto one = value.first(); !(one == value.last()); one = one.next())
        text += (text.empty() ? "" : ", ") + cell_text(one);
      return text;
    default:
      parse::json::append_json(text, value);
      return base::visible(text);
  }
}

std::optional<Value> member(const Value& object, std::string_view name) {
  for (auto key = object.first(); !(key == object.last()); key = key.next().next())
    if (key.string() == name) return key.next();
  return std::nullopt;
}

std::string shown(const schema::Entity& entity, const schema::Field& field, const Value& value,
                  base::Language language) {
  if (field.kind == schema::Kind::choice && value.kind() == Kind::string) {
    const auto name =
        messages::label(language, "choice." + std::string(entity.name) + "." + std::string(field.name) + "." +
                                      std::string(value.string()));
    if (name) return std::string(*name);
  }
  return cell_text(value);
}

std::vector<const schema::Field*> columns_of(const schema::Entity& entity) {
  std::vector<const schema::Field*> columns{entity.find(entity.title)};
  for (const schema::Field& field : entity.fields)
    if (field.in_list && field.name != entity.title) columns.push_back(&field);
  return columns;
}

std::string padded(std::string text, int width) {
  text.append(static_cast<std::size_t>(std::max(0, width - base::display_width(text))), ' ');
  return text;
}

using Row = std::vector<std::string>;

std::string lines_of(const std::vector<Row>& rows, int columns) {
  std::vector<int> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], std::min(base::display_width(row[i]), kWidestColumn));
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string cell = base::cut_to_width(row[i], widths[i]);
      line += i + 1 == row.size() ? cell : padded(cell, widths[i] + kGap);
    }
    while (line.ends_with(' ')) line.pop_back();
    text += base::cut_to_width(line, columns) + "\n";
  }
  return text;
}

}  // namespace

base::Result<std::string> record_table(const schema::Entity& entity, std::string_view page,
                                       base::Language language, int columns) {
  const base::Error wrong{base::ErrorCode::invalid_input, "the answer is no list of records", "", {}};
  parse::json::Reader reader;
  const auto document = reader.read(page);
  if (!document || document->kind() != Kind::object) return wrong;
  const auto items = member(*document, "items");
  if (!items || items->kind() != Kind::array) return wrong;
  const auto fields = columns_of(entity);
  std::vector<Row> rows(1);
  // Whole, and first: what other commands take is never cut.
  rows.front().emplace_back("id");
  for (const schema::Field* const field : fields)
    rows.front().emplace_back(
        messages::label(language, "field." + std::string(entity.name) + "." + std::string(field->name))
            .value_or(field->name));
  for (auto item = items->first(); !(item == items->last()); item = item.next()) {
    if (item.kind() != Kind::object) return wrong;
    Row row;
    const auto id = member(item, "id");
    row.push_back(id ? cell_text(*id) : std::string());
    for (const schema::Field* const field : fields) {
      const auto value = member(item, field->name);
      row.push_back(value ? shown(entity, *field, *value, language) : std::string());
    }
    rows.push_back(std::move(row));
  }
  return lines_of(rows, columns);
}

}  // namespace hinomi::app
