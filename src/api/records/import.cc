// A table that went out and comes back.
#include <algorithm>
#include <set>

#include "api/records/answer.h"
#include "api/records/file_answer.h"
#include "api/records/import_rows.h"
#include "api/records/service.h"
#include "api/records/table_slot.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "parse/sheet/read.h"
#include "record/json.h"
#include "report/sheet/normal.h"

namespace hinomi::api::records {
namespace {

namespace sheet = report::sheet;
using schema::Entity;

constexpr std::string_view kImport = "list.import";
constexpr std::size_t kMaxShown = 2000;  // bytes of a value in an answer
constexpr int kMaxOffset = 14 * 60;

record::Refusal invalid(std::vector<record::Fault> faults) {
  return {record::Refusal::Kind::invalid, std::move(faults), {}};
}

struct Order {
  bool preview = true;
  bool all_or_nothing = false;
  std::optional<base::Language> language;
  int utc_offset = 0;
  std::set<std::uint32_t> skip;  // rows of the file
  std::vector<record::Fault> faults;
};

std::optional<std::int64_t> number_of(std::string_view text) {
  schema::Field whole;
  whole.kind = schema::Kind::integer;
  schema::Value number;
  if (!record::read_text(whole, text, number)) return std::nullopt;
  return std::get<std::int64_t>(number);
}

void take_skip(Order& order, const std::string& text) {
  for (const std::string& one : record::parts_of_list(text)) {
    const auto row = number_of(one);
    if (!row || *row < 1 || *row > parse::sheet::kMaxRowNumber || order.skip.size() > sheet::kMaxRows) {
      order.faults.push_back({"skip", "wrong_type", "rows of the file, separated by commas"});
      return;
    }
    order.skip.insert(static_cast<std::uint32_t>(*row));
  }
}

Order order_of(const std::vector<record::Parameter>& parameters) {
  Order order;
  for (const auto& [name, value] : parameters) {
    const bool truth = value == "true";
    if (name == "preview" || name == "all_or_nothing") {
      if (!truth && value != "false") order.faults.push_back({name, "wrong_type", "true or false"});
      (name == "preview" ? order.preview : order.all_or_nothing) = truth;
    } else if (name == "language") {
      if (value != "ja" && value != "en") order.faults.push_back({name, "not_a_choice", ""});
      order.language = value == "en" ? base::Language::en : base::Language::ja;
    } else if (name == "utc_offset") {
      const auto minutes = number_of(value);
      if (!minutes || *minutes < -kMaxOffset || *minutes > kMaxOffset) {
        order.faults.push_back({name, "out_of_range", ""});
      } else {
        order.utc_offset = static_cast<int>(*minutes);
      }
    } else if (name == "skip") {
      take_skip(order, value);
    } else {
      order.faults.push_back({name.substr(0, 100), "unknown_field", "no such parameter"});
    }
  }
  return order;
}

// How many titles of the table are columns of this shape.
std::size_t known_titles(const parse::sheet::Table& table, const TableShape& shape) {
  std::set<std::string> names;
  for (const sheet::Column& column : shape.columns) {
    names.insert(sheet::name_form(column.title));
    names.insert(sheet::name_form(column.key));
  }
  std::size_t known = 0;
  const parse::sheet::Row titles = table.header.value_or(parse::sheet::Row{});
  for (std::uint32_t i = 0; i < titles.count; ++i)
    if (names.contains(sheet::name_form(table.text(table.cells[titles.first + i])))) ++known;
  return known;
}

std::vector<base::RecordId> ids_of(const parse::sheet::Table& table, const TableShape& shape) {
  std::uint32_t column = 0;
  const parse::sheet::Row titles = table.header.value_or(parse::sheet::Row{});
  for (std::uint32_t i = 0; i < titles.count && column == 0; ++i) {
    const parse::sheet::Cell& cell = table.cells[titles.first + i];
    const std::string name = sheet::name_form(table.text(cell));
    if (name == sheet::name_form(shape.columns[0].title) || name == sheet::name_form(shape.columns[0].key))
      column = cell.column;
  }
  std::vector<base::RecordId> ids;
  std::set<base::RecordId> seen;
  for (const parse::sheet::Row& row : table.rows) {
    const auto id = base::RecordId::parse(sheet::comparable(table.text(row, column)));
    if (id && seen.insert(*id).second) ids.push_back(*id);
  }
  return ids;
}

// One import from the file to its effect.
class Import {
 public:
  Import(record::Engine& engine, const Asked& asked, const Entity& entity, Order order)
      : engine_(engine),
        entity_(entity),
        order_(std::move(order)),
        who_(narrowed_of(asked.who, entity)),
        file_(file_name(name_of_file(asked.request))),
        reason_("import " + file_),
        context_(context_of(asked)),
        references_(engine, context_) {
    key_ = std::string(context_.request_key.substr(0, kMaxKeyFront));
    context_.request_key = {};
    context_.who = &who_;
    context_.reason = reason_;
  }

  std::optional<record::Refusal> run(const ReadTables& tables) {
    if (tables.manifest) {
      auto manifest = sheet::read_manifest(*tables.manifest);
      if (!manifest) return of_file("wrong_type", manifest.error().message);
      if (manifest->entity != entity_.name) return of_file("wrong_type", "the file holds other records");
      manifest_ = std::move(*manifest);
    }
    if (auto refusal = find_shape(tables.table)) return refusal;
    if (auto refusal = load(ids_of(tables.table, shape_))) return refusal;
    std::vector<sheet::Original> originals;
    originals.reserve(present_.size());
    for (const auto& [id, record] : present_)
      originals.push_back(
          {id.text(), std::to_string(record.version), cells_of(entity_, shape_, record, references_)});
    auto comparison = sheet::compare(
        shape_.columns, originals, tables.table,
        {.manifest = manifest_ ? &*manifest_ : nullptr, .utc_offset_minutes = order_.utc_offset});
    if (!comparison) return of_file("wrong_type", comparison.error().message);
    if (comparison->changed.size() + comparison->added.size() > kMaxImportRows)
      return of_file("too_long", "more than " + std::to_string(kMaxImportRows) + " rows change; send fewer");
    unknown_ = std::move(comparison->unknown_columns);
    missing_columns_ = std::move(comparison->missing_columns);
    missing_ = comparison->missing.size();
    judged_ = judge_rows(entity_, shape_, std::move(*comparison), present_, references_);
    return apply();
  }

  // What the answer and the audit log count.
  void write_counts(base::JsonWriter& json) const {
    std::size_t counts[3] = {};
    for (const ImportRow& row : judged_.rows) ++counts[!row.code.empty() ? 2 : row.id ? 0 : 1];
    json.begin_object().key("change").unsigned_integer(counts[0]).key("new").unsigned_integer(counts[1]);
    json.key("same").unsigned_integer(judged_.same).key("refused").unsigned_integer(counts[2]);
    json.key("skipped").unsigned_integer(skipped_).key("missing").unsigned_integer(missing_).end_object();
  }

  [[nodiscard]] std::string answer() const {
    std::string body;
    base::JsonWriter json(body);
    json.begin_object().key("preview").boolean(order_.preview).key("applied").boolean(applied_);
    json.key("columns").begin_array();
    for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
      if (std::find(missing_columns_.begin(), missing_columns_.end(), i) != missing_columns_.end()) continue;
      json.begin_object().key("key").string(shape_.columns[i].key);
      json.key("title").string(shape_.columns[i].title).key("known").boolean(true).end_object();
    }
    for (const sheet::UnknownColumn& column : unknown_) {
      json.begin_object().key("key").null().key("title").string(base::cut_to_bytes(column.title, kMaxShown));
      json.key("known").boolean(false).end_object();
    }
    json.end_array().key("rows").begin_array();
    for (const ImportRow& row : judged_.rows) write_row(json, row);
    json.end_array().key("troubles").begin_array();
    for (const sheet::Trouble& trouble : judged_.troubles) write_trouble(json, trouble);
    json.end_array().key("counts");
    write_counts(json);
    json.end_object();
    return body;
  }

  [[nodiscard]] bool applied() const noexcept { return applied_; }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

 private:
  static constexpr std::size_t kMaxKeyFront = 80;

  static access::Principal narrowed_of(const access::Principal& who, const Entity& entity) {
    if (entity.for_all_organisations) return who;
    return access::narrowed(access::narrowed(who, record::permission_of(entity, "change"), kImport),
                            record::permission_of(entity, "create"), kImport);
  }
  static record::Refusal of_file(std::string_view code, std::string_view detail) {
    return invalid({{"file", std::string(code), std::string(detail)}});
  }

  // The language is that of the titles.
  std::optional<record::Refusal> find_shape(const parse::sheet::Table& table) {
    std::size_t best = 0;
    for (const base::Language language : {base::Language::ja, base::Language::en}) {
      if (order_.language && *order_.language != language) continue;
      auto shape = shape_of(engine_, context_, entity_, language);
      if (!shape) return shape.refusal();
      const std::size_t known = known_titles(table, *shape);
      if (shape_.columns.empty() || known > best) shape_ = std::move(*shape);
      best = std::max(best, known);
    }
    return std::nullopt;
  }

  std::optional<record::Refusal> load(const std::vector<base::RecordId>& ids) {
    record::ListQuery query;
    query.realm = std::nullopt;
    query.limit = record::kMaxPage;
    query.wants_total = false;
    for (std::size_t at = 0; at < ids.size(); at += record::kMaxPage) {
      const std::size_t end = std::min(ids.size(), at + record::kMaxPage);
      query.ids.assign(ids.begin() + static_cast<std::ptrdiff_t>(at),
                       ids.begin() + static_cast<std::ptrdiff_t>(end));
      auto page = engine_.list(context_, entity_, query);
      if (!page) return page.refusal();
      for (record::Record& record : page->records) present_.emplace(record.id, std::move(record));
    }
    return std::nullopt;
  }

  // All rows in one transaction, so that a preview sees what rows do to one another.
  std::optional<record::Refusal> apply() {
    std::erase_if(judged_.rows, [&](const ImportRow& row) {
      const bool skip = order_.skip.contains(row.row);
      if (skip) ++skipped_;
      return skip;
    });
    const std::vector<ImportRow> judged = judged_.rows;
    std::optional<record::Refusal> failure;
    const auto done = engine_.together([&](store::sql::Connection& connection) -> base::Result<bool> {
      judged_.rows = judged;
      bool all_good = true;
      for (ImportRow& row : judged_.rows) {
        if (row.code.empty()) {
          if (auto failed = store(connection, row)) return *failed;
        }
        all_good = all_good && row.code.empty();
      }
      applied_ = !order_.preview && (all_good || !order_.all_or_nothing);
      return applied_;
    });
    if (!done) return record::Refusal{record::Refusal::Kind::failed, {}, done.error()};
    return std::nullopt;
  }

  std::optional<base::Error> store(store::sql::Connection& connection, ImportRow& row) {
    const std::string key = key_.empty()
                                ? std::string()
                                : key_ + (row.id ? " " + row.id->text() : " row " + std::to_string(row.row));
    record::Context one = context_;
    one.joined = &connection;
    one.request_key = key;
    const auto outcome = row.id ? engine_.change(one, entity_, *row.id, row.draft, row.version)
                                : engine_.create(one, entity_, row.draft);
    if (outcome) return std::nullopt;
    if (outcome.refusal().kind == record::Refusal::Kind::failed) return outcome.refusal().error;
    row.code = code_of(outcome.refusal());
    row.faults = outcome.refusal().faults;
    row.conflict = outcome.refusal().kind == record::Refusal::Kind::stale;
    return std::nullopt;
  }

  void write_trouble(base::JsonWriter& json, const sheet::Trouble& trouble) const {
    json.begin_object().key("field");
    if (trouble.column) {
      json.string(shape_.columns[*trouble.column].key);
    } else {
      json.null();
    }
    json.key("code").string(sheet::name_of(trouble.kind));
    json.key("place").string(parse::sheet::place_name(trouble.place));
    json.key("text").string(trouble.text).end_object();
  }

  void write_row(base::JsonWriter& json, const ImportRow& row) const {
    json.begin_object().key("place").unsigned_integer(row.row).key("id");
    if (row.id) {
      json.string(row.id->text());
    } else {
      json.null();
    }
    json.key("kind").string(!row.code.empty() ? "refused" : row.id ? "change" : "new");
    if (!row.code.empty()) json.key("code").string(row.code);
    json.key("conflict").boolean(row.conflict);
    json.key("changes").begin_object();
    for (const sheet::CellChange& cell : row.cells) {
      json.key(shape_.columns[cell.column].key).begin_array();
      json.string(base::cut_to_bytes(cell.before, kMaxShown))
          .string(base::cut_to_bytes(cell.after, kMaxShown));
      json.end_array();
    }
    json.end_object().key("suspicions").begin_array();
    for (const sheet::CellChange& cell : row.cells) {
      if (!cell.suspicion) continue;
      json.begin_object().key("field").string(shape_.columns[cell.column].key);
      json.key("code").string(sheet::name_of(*cell.suspicion));
      json.key("place").string(parse::sheet::place_name(cell.place)).end_object();
    }
    json.end_array().key("troubles").begin_array();
    for (const sheet::Trouble& trouble : row.troubles) write_trouble(json, trouble);
    json.end_array().key("faults").begin_array();
    for (const record::Fault& fault : row.faults) {
      json.begin_object().key("field").string(fault.field).key("code").string(fault.code);
      json.key("detail").string(base::visible(fault.detail)).end_object();
    }
    json.end_array().end_object();
  }

  record::Engine& engine_;
  const Entity& entity_;
  Order order_;
  access::Principal who_;
  std::string file_;
  std::string reason_;
  record::Context context_;
  References references_;
  std::string key_;
  std::optional<sheet::Manifest> manifest_;
  TableShape shape_;
  Present present_;
  ImportRows judged_;
  std::vector<sheet::UnknownColumn> unknown_;
  std::vector<std::size_t> missing_columns_;
  std::size_t missing_ = 0;
  std::size_t skipped_ = 0;
  bool applied_ = false;
};

}  // namespace

base::Result<ReadTables> read_tables(std::string_view bytes) {
  const auto raw = std::as_bytes(std::span(bytes.data(), bytes.size()));
  parse::sheet::ReadOptions options;
  options.csv.limits = import_limits();
  auto table = parse::sheet::read(raw, options);
  if (!table) return table.error();
  ReadTables tables{std::move(*table), std::nullopt};
  if (parse::sheet::detect_format(raw) == parse::sheet::Format::csv) return tables;
  options.sheet = sheet::kManifestSheet;
  options.csv.limits = sheet::manifest_limits();
  options.csv.limits.max_bytes = import_limits().max_bytes;
  options.csv.limits.max_unpacked_bytes = import_limits().max_unpacked_bytes;
  auto manifest = parse::sheet::read(raw, options);
  if (manifest) {
    tables.manifest = std::move(*manifest);
  } else if (manifest.error().code != base::ErrorCode::not_found) {
    return manifest.error();
  }
  return tables;
}

parse::sheet::Limits import_limits() {
  parse::sheet::Limits limits;
  limits.max_bytes = kMaxTableBody;
  limits.max_unpacked_bytes = 256U << 20;
  limits.max_cells = 2'000'000;
  limits.max_text_bytes = 64U << 20;
  limits.max_shared_strings = 2'000'000;
  return limits;
}

http::Response RecordService::import_table(const Asked& asked, const Entity& entity) {
  const TableSlot slot(tables_);
  if (!slot) return busy_with_tables();
  const auto parameters = parameters_of(asked.request);
  if (!parameters) return simple_problem(400, "malformed", "The request is malformed");
  Order order = order_of(*parameters);
  if (!order.faults.empty()) return refusal_answer(invalid(std::move(order.faults)));
  if (!access::holds_anywhere(asked.who, kImport)) {
    engine_.audit_refusal(context_of(asked), "import", &entity, std::nullopt, {});
    return refusal_answer({record::Refusal::Kind::forbidden, {}, {}});
  }
  const auto tables =
      files_.read_tables ? files_.read_tables(asked.request.body) : read_tables(asked.request.body);
  if (!tables) {
    const base::Error& error = tables.error();
    if (error.code == base::ErrorCode::unavailable || error.code == base::ErrorCode::io)
      return refusal_answer({record::Refusal::Kind::failed, {}, error});
    const bool too_long = error.code == base::ErrorCode::limit_exceeded;
    return refusal_answer(invalid({{"file", too_long ? "too_long" : "wrong_type", error.message}}));
  }
  Import import(engine_, asked, entity, std::move(order));
  if (auto refusal = import.run(*tables)) return refusal_answer(*refusal);
  if (import.applied()) {
    std::string details;
    base::JsonWriter json(details);
    json.begin_object().key("file").string(import.file()).key("counts");
    import.write_counts(json);
    json.end_object();
    // Every change is in the log already, with its own entry.
    (void)engine_.audit_deed(context_of(asked), kImport, entity, std::move(details));
  }
  return json_answer(import.answer());
}

}  // namespace hinomi::api::records
