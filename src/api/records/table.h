// An entity as a table that people edit: which column stands for what, and values as cells and back. Used by
// export and import, so that what comes back is compared with what would go out now. Not for files
// (parse/sheet, report/sheet).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/language.h"
#include "record/engine.h"
#include "report/sheet/sheet.h"
#include "work/custom_fields.h"

namespace hinomi::api::records {

enum class Part : std::uint8_t {
  id,
  number,
  organisation,
  site,
  zone,
  data_class,
  tlp,
  tags,
  field,
  custom,
};

struct TablePart {
  Part part = Part::field;
  std::size_t field = 0;  // index in the entity's fields
  work::CustomField custom{};
};

// A table with what its columns stand for.
struct TableShape {
  std::vector<TablePart> parts;
  std::vector<report::sheet::Column> columns;  // one for each part
  std::vector<std::string> withheld;           // fields that the caller may see nowhere
};

// Every column that the caller may have of this entity, with titles of the language. Choices of organisations
// and sites are those that the caller may read.
[[nodiscard]] record::Outcome<TableShape> shape_of(record::Engine& engine, const record::Context& context,
                                                   const schema::Entity& entity, base::Language language);
// Those of the keys, ids in front; nullopt and the key for one that is unknown. `keys` empty: what a list is
// exported with by default.
struct Chosen {
  std::optional<TableShape> shape;
  std::string unknown;
};
[[nodiscard]] Chosen choose(const TableShape& shape, const std::vector<std::string>& keys);

// Reads records that others refer to, each once. A reference is shown by the title of its record; where
// another one that the caller may read has the same title, its id stands behind it: "佐藤 花子 [019…]". What
// the caller may not read is shown by its id alone.
class References {
 public:
  References(record::Engine& engine, const record::Context& context) : engine_(engine), context_(context) {}

  [[nodiscard]] std::string text_of(std::string_view target, const base::RecordId& id);
  // The title alone; empty when the caller may not read it.
  [[nodiscard]] std::string title_of(std::string_view target, const base::RecordId& id);
  struct Found {
    std::optional<base::RecordId> id;
    std::string fault;  // "no_such_record" or "not_unique" where there is no id
  };
  // The record that a cell means.
  [[nodiscard]] Found find(std::string_view target, std::string_view text);

 private:
  struct Known {
    std::string title;
    bool unique = false;
  };
  const Known& known(std::string_view target, const base::RecordId& id);
  // Up to two records of this title.
  [[nodiscard]] std::vector<base::RecordId> with_title(const schema::Entity& target,
                                                       const std::string& title);

  record::Engine& engine_;
  const record::Context& context_;
  std::map<std::pair<std::string, base::RecordId>, Known> known_;
};

// The cells of a record, in the plain forms of the columns.
[[nodiscard]] std::vector<std::string> cells_of(const schema::Entity& entity, const TableShape& shape,
                                                const record::Record& record, References& references);

// Puts what a cell says into a draft; the fault where that cannot be. An empty cell takes the value away.
// `custom`: the members of custom fields that are to be set, gathered over the cells of a row.
[[nodiscard]] std::optional<record::Fault> set_cell(const schema::Entity& entity, const TablePart& part,
                                                    std::string_view key, const std::string& text,
                                                    References& references, record::Draft& draft,
                                                    std::string& custom);

}  // namespace hinomi::api::records
