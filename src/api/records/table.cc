#include "api/records/table.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/json_writer.h"
#include "messages/messages.h"
#include "record/custom.h"
#include "record/json.h"
#include "report/sheet/normal.h"
#include "report/sheet/value.h"

namespace hinomi::api::records {
namespace {

using report::sheet::Choice;
using report::sheet::Column;
using report::sheet::ColumnKind;
using schema::Entity;
using schema::Field;
using schema::Value;

constexpr std::string_view kCustom = "custom.";
constexpr record::Tlp kTlps[] = {record::Tlp::clear, record::Tlp::green, record::Tlp::amber,
                                 record::Tlp::amber_strict, record::Tlp::red};
constexpr base::Zone kZones[] = {base::Zone::it, base::Zone::ot, base::Zone::cloud};
constexpr base::DataClass kDataClasses[] = {base::DataClass::ordinary, base::DataClass::personal,
                                            base::DataClass::confidential, base::DataClass::sealed};

std::string label(base::Language language, const std::string& key, std::string_view otherwise) {
  const auto found = messages::label(language, key);
  return std::string(found && !found->empty() ? *found : otherwise);
}

ColumnKind kind_of(const Field& field) noexcept {
  switch (field.kind) {
    case schema::Kind::integer:
      return ColumnKind::integer;
    case schema::Kind::real:
      return ColumnKind::real;
    case schema::Kind::boolean:
      return ColumnKind::boolean;
    case schema::Kind::time:
      return ColumnKind::time;
    case schema::Kind::date:
      return ColumnKind::date;
    case schema::Kind::choice:
      return ColumnKind::choice;
    default:
      return ColumnKind::text;
  }
}

ColumnKind kind_of(work::CustomKind kind) noexcept {
  switch (kind) {
    case work::CustomKind::integer:
      return ColumnKind::integer;
    case work::CustomKind::boolean:
      return ColumnKind::boolean;
    case work::CustomKind::date:
      return ColumnKind::date;
    case work::CustomKind::choice:
      return ColumnKind::choice;
    case work::CustomKind::text:
      break;
  }
  return ColumnKind::text;
}

// Choices that cannot be told apart get their key behind the title; those that still cannot are none.
std::vector<Choice> distinct(std::vector<Choice> choices) {
  std::set<std::string> names;
  for (const Choice& choice : choices) names.insert(report::sheet::name_form(choice.key));
  std::vector<Choice> kept;
  for (Choice& choice : choices) {
    const std::string key = report::sheet::name_form(choice.key);
    if (report::sheet::name_form(choice.title) != key &&
        !names.insert(report::sheet::name_form(choice.title)).second) {
      choice.title += " (" + choice.key + ")";
      if (!names.insert(report::sheet::name_form(choice.title)).second) choice.title = choice.key;
    }
    kept.push_back(std::move(choice));
  }
  return kept;
}

class ShapeMaker {
 public:
  ShapeMaker(record::Engine& engine, const record::Context& context, const Entity& entity,
             base::Language language)
      : engine_(engine), context_(context), entity_(entity), language_(language) {}

  record::Outcome<TableShape> make() {
    add({.part = Part::id}, {.key = "id", .title = "ID", .kind = ColumnKind::id, .read_only = true});
    if (!entity_.prefix.empty()) {
      add({.part = Part::number},
          {.key = "number", .title = common("number"), .kind = ColumnKind::text, .read_only = true});
    }
    if (!entity_.for_all_organisations) {
      for (const bool site : {false, true})
        if (auto refusal = add_place(site)) return *refusal;
    }
    for (std::size_t i = 0; i < entity_.fields.size(); ++i) add_field(i);
    add({.part = Part::tags}, {.key = "tags", .title = common("tags")});
    if (!entity_.for_all_organisations) add_labels();
    if (auto refusal = add_custom()) return *refusal;
    return std::move(shape_);
  }

 private:
  [[nodiscard]] std::string common(const std::string& name) const {
    return label(language_, "field.record." + name, name);
  }

  void add(TablePart part, Column column) {
    // A reader finds a column by its title or its key, whatever case and width.
    if (report::sheet::name_form(column.title) != report::sheet::name_form(column.key) &&
        !names_.insert(report::sheet::name_form(column.title)).second)
      column.title += " (" + column.key + ")";
    names_.insert(report::sheet::name_form(column.title));
    names_.insert(report::sheet::name_form(column.key));
    shape_.parts.push_back(std::move(part));
    shape_.columns.push_back(std::move(column));
  }

  void add_field(std::size_t index) {
    const Field& field = entity_.fields[index];
    const std::string name(field.name);
    if (!field.permission.empty() && !access::holds_anywhere(*context_.who, field.permission)) {
      shape_.withheld.push_back(name);
      return;
    }
    const std::string of = std::string(entity_.name) + "." + name;
    Column column{.key = name,
                  .title = label(language_, "field." + of, name),
                  .kind = kind_of(field),
                  .read_only = field.by_server};
    for (const std::string_view choice : field.choices) {
      const std::string key(choice);
      column.choices.push_back({key, label(language_, "choice." + of + "." + key, key)});
    }
    column.choices = distinct(std::move(column.choices));
    add({.part = Part::field, .field = index}, std::move(column));
  }

  // A column of organisations or sites, which labels name by number.
  std::optional<record::Refusal> add_place(bool site) {
    const std::string name = site ? "site" : "organisation";
    Column column{.key = name, .title = common(name), .kind = ColumnKind::integer};
    const Entity* const target = engine_.registry().find(name);
    if (target != nullptr && target->find("key") != nullptr &&
        access::holds_anywhere(*context_.who, record::permission_of(*target, "read"))) {
      auto choices = places(*target);
      if (!choices) return choices.refusal();
      if (!choices->empty() && choices->size() <= report::sheet::kMaxChoices) {
        column.kind = ColumnKind::choice;
        column.choices = distinct(std::move(*choices));
      }
    }
    add({.part = site ? Part::site : Part::organisation}, std::move(column));
    return std::nullopt;
  }

  record::Outcome<std::vector<Choice>> places(const Entity& target) {
    record::ListQuery query;
    query.realm = std::nullopt;
    query.limit = record::kMaxPage;
    query.wants_total = false;
    std::vector<Choice> choices;
    const std::size_t key = target.index_of("key");
    const std::size_t title = target.index_of(target.title);
    const Field* const english = language_ == base::Language::en ? target.find("name_en") : nullptr;
    for (;;) {
      const auto page = engine_.list(context_, target, query);
      if (!page) return page.refusal();
      for (const record::Record& one : page->records) {
        const auto* const number = std::get_if<std::int64_t>(&one.values[key]);
        const auto* name = std::get_if<std::string>(&one.values[title]);
        if (english != nullptr)
          if (const auto* other = std::get_if<std::string>(&one.values[target.index_of("name_en")]);
              other != nullptr && !other->empty())
            name = other;
        if (number != nullptr && name != nullptr && !name->empty())
          choices.push_back({std::to_string(*number), *name});
      }
      if (page->next.empty() || choices.size() > report::sheet::kMaxChoices) return choices;
      query.after = page->next;
    }
  }

  void add_labels() {
    Column tlp{.key = "tlp", .title = common("tlp"), .kind = ColumnKind::choice};
    for (const record::Tlp one : kTlps) {
      std::string title(record::name_of(one));
      for (char& c : title)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      tlp.choices.push_back({std::string(record::name_of(one)), title});
    }
    add({.part = Part::tlp}, std::move(tlp));
    Column zone{.key = "zone", .title = common("zone"), .kind = ColumnKind::choice};
    for (const base::Zone one : kZones) {
      const std::string key(record::name_of(one));
      zone.choices.push_back({key, label(language_, "choice.record.zone." + key, key)});
    }
    add({.part = Part::zone}, std::move(zone));
    Column data_class{.key = "data_class", .title = common("data_class"), .kind = ColumnKind::choice};
    for (const base::DataClass one : kDataClasses) {
      const std::string key(record::name_of(one));
      data_class.choices.push_back({key, label(language_, "choice.record.data_class." + key, key)});
    }
    add({.part = Part::data_class}, std::move(data_class));
  }

  std::optional<record::Refusal> add_custom() {
    const auto definitions = work::visible_definitions(engine_, context_, entity_.name);
    if (!definitions) return definitions.refusal();
    std::set<std::string> seen;  // several organisations may define the same name
    for (const work::CustomDefinition& one : *definitions) {
      if (shape_.columns.size() >= report::sheet::kMaxColumns || !seen.insert(one.field.name).second)
        continue;
      Column column{.key = std::string(kCustom) + one.field.name,
                    .title = language_ == base::Language::ja ? one.field.label_ja : one.field.label_en,
                    .kind = kind_of(one.field.kind)};
      if (column.kind == ColumnKind::choice) {
        for (const std::string& option : one.field.options) column.choices.push_back({option, option});
        if (column.choices.empty()) column.kind = ColumnKind::text;
      }
      add({.part = Part::custom, .field = 0, .custom = one.field}, std::move(column));
    }
    return std::nullopt;
  }

  record::Engine& engine_;
  const record::Context& context_;
  const Entity& entity_;
  base::Language language_;
  TableShape shape_;
  std::set<std::string> names_{report::sheet::name_form(report::sheet::kVersionTitle)};
};

std::string text_of_custom(const record::Record& record, const std::string& name) {
  const auto values = record::read_custom(record.custom);
  if (!values) return {};
  for (const record::CustomValue& value : *values)
    if (value.name == name) return value.text;
  return {};
}

std::string number_text(std::uint32_t number) {
  return number == 0 ? std::string() : std::to_string(number);
}

std::string joined(const schema::Texts& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string cell_of(const Entity& entity, const TablePart& part, const record::Record& record,
                    References& references) {
  switch (part.part) {
    case Part::id:
      return record.id.text();
    case Part::number:
      return record.number;
    case Part::organisation:
      return number_text(static_cast<std::uint32_t>(record.labels.organisation));
    case Part::site:
      return number_text(static_cast<std::uint32_t>(record.labels.site));
    case Part::zone:
      return std::string(record::name_of(record.labels.zone));
    case Part::data_class:
      return std::string(record::name_of(record.labels.data_class));
    case Part::tlp:
      return record.tlp == record::Tlp::none ? std::string() : std::string(record::name_of(record.tlp));
    case Part::tags:
      return joined(record.tags);
    case Part::custom:
      return text_of_custom(record, part.custom.name);
    case Part::field:
      break;
  }
  const Field& field = entity.fields[part.field];
  const Value& value = record.values[part.field];
  if (const auto* const id = std::get_if<base::RecordId>(&value))
    return references.text_of(field.target, *id);
  return record::text_of(field, value);
}

std::optional<std::uint32_t> number_of(std::string_view text) noexcept {
  std::uint32_t number = 0;
  if (text.empty()) return number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// One of an enum by its name.
template <typename T, std::size_t count>
std::optional<T> named(const T (&all)[count], std::string_view name) {
  for (const T one : all)
    if (record::name_of(one) == name) return one;
  return std::nullopt;
}

schema::Texts tags_of(std::string_view text) {
  schema::Texts tags;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string tag = report::sheet::comparable(text.substr(0, end));
    if (!tag.empty()) tags.push_back(std::move(tag));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return tags;
}

void set_custom(const work::CustomField& field, const std::string& text, std::string& custom) {
  if (!custom.empty()) custom += ',';
  base::append_json_string(custom, field.name);
  custom += ':';
  if (text.empty()) {
    custom += "null";
  } else if (field.kind == work::CustomKind::integer || field.kind == work::CustomKind::boolean) {
    custom += text;  // in plain form
  } else {
    base::append_json_string(custom, text);
  }
}

std::optional<record::Fault> set_field(const Field& field, std::size_t index, const std::string& text,
                                       References& references, record::Draft& draft) {
  const auto fault = [&](std::string_view code) {
    return record::Fault{std::string(field.name), std::string(code), ""};
  };
  Value value;
  if (text.empty()) {
    const Value initial = field.initial();
    if (std::holds_alternative<std::string>(initial) && field.choices.empty()) value = std::string();
    if (std::holds_alternative<schema::Texts>(initial)) value = schema::Texts();
    if (!schema::is_empty(initial) && schema::is_empty(value)) return fault("needed");
  } else if (field.kind == schema::Kind::reference) {
    const References::Found found = references.find(field.target, text);
    if (!found.id) return fault(found.fault);
    value = *found.id;
  } else if (!record::read_text(field, text, value)) {
    return fault("wrong_type");
  }
  draft.values.emplace_back(index, std::move(value));
  return std::nullopt;
}

}  // namespace

record::Outcome<TableShape> shape_of(record::Engine& engine, const record::Context& context,
                                     const Entity& entity, base::Language language) {
  return ShapeMaker(engine, context, entity, language).make();
}

Chosen choose(const TableShape& shape, const std::vector<std::string>& keys) {
  TableShape chosen;
  chosen.withheld = shape.withheld;
  const auto take = [&](std::size_t i) {
    chosen.parts.push_back(shape.parts[i]);
    chosen.columns.push_back(shape.columns[i]);
  };
  if (keys.empty()) {
    for (std::size_t i = 0; i < shape.parts.size(); ++i)
      if (shape.parts[i].part != Part::zone && shape.parts[i].part != Part::data_class) take(i);
    return {std::move(chosen), {}};
  }
  take(0);
  std::set<std::size_t> taken{0};
  for (const std::string& key : keys) {
    const auto found = std::find_if(shape.columns.begin(), shape.columns.end(),
                                    [&](const Column& one) { return one.key == key; });
    if (found == shape.columns.end()) {
      // What is withheld anyway is left out and named.
      if (std::find(shape.withheld.begin(), shape.withheld.end(), key) != shape.withheld.end()) continue;
      return {std::nullopt, key};
    }
    const auto index = static_cast<std::size_t>(found - shape.columns.begin());
    if (taken.insert(index).second) take(index);
  }
  return {std::move(chosen), {}};
}

std::vector<base::RecordId> References::with_title(const Entity& target, const std::string& title) {
  record::ListQuery query;
  query.conditions = {{target.index_of(target.title), record::Operator::is, {title}}};
  query.realm = std::nullopt;
  query.limit = 2;
  query.wants_total = false;
  const auto page = engine_.list(context_, target, query);
  std::vector<base::RecordId> ids;
  if (page)
    for (const record::Record& one : page->records) ids.push_back(one.id);
  return ids;
}

const References::Known& References::known(std::string_view target, const base::RecordId& id) {
  const auto [at, is_new] = known_.try_emplace({std::string(target), id});
  if (!is_new) return at->second;
  const Entity& entity = engine_.registry().get(target);
  const auto record = engine_.get(context_, entity, id);
  if (!record || record->deleted_at) return at->second;
  const auto* const title = std::get_if<std::string>(&record->values[entity.index_of(entity.title)]);
  if (title == nullptr || title->empty()) return at->second;
  at->second.title = *title;
  at->second.unique = with_title(entity, *title).size() == 1;
  return at->second;
}

std::string References::title_of(std::string_view target, const base::RecordId& id) {
  return known(target, id).title;
}

std::string References::text_of(std::string_view target, const base::RecordId& id) {
  const Known& found = known(target, id);
  if (found.title.empty()) return "[" + id.text() + "]";
  return found.unique ? found.title : found.title + " [" + id.text() + "]";
}

References::Found References::find(std::string_view target, std::string_view text) {
  const Entity& entity = engine_.registry().get(target);
  const std::string tidy = report::sheet::comparable(text);
  std::string_view inner = tidy;
  if (const std::size_t open = tidy.rfind('['); open != std::string::npos && tidy.ends_with(']'))
    inner = std::string_view(tidy).substr(open + 1, tidy.size() - open - 2);
  // Whether the record is there and may be read, the engine says when it is stored.
  if (const auto id = base::RecordId::parse(inner)) return {*id, {}};
  for (const std::string& title : {std::string(text), tidy}) {
    const auto ids = with_title(entity, title);
    if (ids.size() == 1) return {ids.front(), {}};
    if (ids.size() > 1) return {std::nullopt, "not_unique"};
  }
  return {std::nullopt, "no_such_record"};
}

std::vector<std::string> cells_of(const Entity& entity, const TableShape& shape, const record::Record& record,
                                  References& references) {
  std::vector<std::string> cells;
  cells.reserve(shape.parts.size());
  for (std::size_t i = 0; i < shape.parts.size(); ++i) {
    std::string cell = cell_of(entity, shape.parts[i], record, references);
    // What stands from before its definition changed has no form of the column; it is left alone.
    if (!report::sheet::is_plain_form(shape.columns[i], cell)) cell.clear();
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::optional<record::Fault> set_cell(const Entity& entity, const TablePart& part, std::string_view key,
                                      const std::string& text, References& references, record::Draft& draft,
                                      std::string& custom) {
  const auto fault = [&](std::string_view code) {
    return record::Fault{std::string(key), std::string(code), ""};
  };
  switch (part.part) {
    case Part::id:
    case Part::number:
      return fault("not_yours");
    case Part::organisation:
    case Part::site: {
      const auto number = number_of(text);
      if (!number) return fault("wrong_type");
      if (part.part == Part::site) {
        draft.site = base::SiteId{*number};
      } else {
        draft.organisation = base::OrganisationId{*number};
      }
      return std::nullopt;
    }
    case Part::zone:
      draft.zone = named(kZones, text);
      return draft.zone ? std::nullopt : std::optional(fault("needed"));
    case Part::data_class:
      draft.data_class = named(kDataClasses, text);
      return draft.data_class ? std::nullopt : std::optional(fault("needed"));
    case Part::tlp:
      draft.tlp = text.empty() ? record::Tlp::none : record::parse_tlp(text).value_or(record::Tlp::none);
      return std::nullopt;
    case Part::tags:
      draft.tags = tags_of(text);
      return std::nullopt;
    case Part::custom:
      set_custom(part.custom, text, custom);
      return std::nullopt;
    case Part::field:
      break;
  }
  return set_field(entity.fields[part.field], part.field, text, references, draft);
}

}  // namespace hinomi::api::records
