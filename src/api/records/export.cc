// A list as a file that people edit.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_set>

#include "api/records/answer.h"
#include "api/records/file_answer.h"
#include "api/records/service.h"
#include "api/records/table.h"
#include "api/records/table_slot.h"
#include "base/json_writer.h"
#include "messages/messages.h"
#include "os/file.h"
#include "record/json.h"
#include "record/list_query.h"
#include "report/sheet/csv_writer.h"
#include "report/sheet/xlsx_writer.h"

namespace hinomi::api::records {
namespace {

namespace sheet = report::sheet;
using schema::Entity;

constexpr std::string_view kExport = "list.export";
constexpr int kMaxOffset = 14 * 60;

record::Refusal invalid(std::vector<record::Fault> faults) {
  return {record::Refusal::Kind::invalid, std::move(faults), {}};
}

// How the file is to be.
struct Order {
  bool xlsx = true;
  base::Language language = base::Language::ja;
  int utc_offset = 0;  // minutes; times are written in this zone
  sheet::CsvEncoding encoding = sheet::CsvEncoding::utf8_with_mark;
  std::vector<std::string> columns;
  record::ListQuery query;
  std::vector<record::Fault> faults;
};

void take_form(Order& order, std::vector<record::Parameter>& parameters) {
  const auto format = take(parameters, "format");
  if (format && *format != "csv" && *format != "xlsx") order.faults.push_back({"format", "not_a_choice", ""});
  order.xlsx = !format || *format == "xlsx";
  const auto language = take(parameters, "language");
  if (language && *language != "ja" && *language != "en")
    order.faults.push_back({"language", "not_a_choice", ""});
  order.language = language && *language == "en" ? base::Language::en : base::Language::ja;
  if (const auto encoding = take(parameters, "encoding")) {
    if (*encoding == "cp932") {
      order.encoding = sheet::CsvEncoding::cp932;
    } else if (*encoding != "utf-8") {
      order.faults.push_back({"encoding", "not_a_choice", ""});
    }
  }
  if (const auto offset = take(parameters, "utc_offset")) {
    schema::Field whole;
    whole.kind = schema::Kind::integer;
    schema::Value minutes;
    if (!record::read_text(whole, *offset, minutes) ||
        std::abs(std::clamp<std::int64_t>(std::get<std::int64_t>(minutes), -9999, 9999)) > kMaxOffset) {
      order.faults.push_back({"utc_offset", "out_of_range", ""});
    } else {
      order.utc_offset = static_cast<int>(std::get<std::int64_t>(minutes));
    }
  }
  if (const auto columns = take(parameters, "columns"))
    for (std::string& column : record::parts_of_list(*columns))
      if (!column.empty() && order.columns.size() < sheet::kMaxColumns)
        order.columns.push_back(std::move(column));
}

Order order_of(const Asked& asked, const Entity& entity, std::vector<record::Parameter> parameters) {
  Order order;
  take_form(order, parameters);
  for (const std::string_view page : {"limit", "offset", "after"})
    if (take(parameters, page))
      order.faults.push_back({std::string(page), "not_allowed", "all of it goes out"});
  record::ReadQuery read = query_of(asked, entity, parameters);
  for (record::Fault& fault : read.faults) order.faults.push_back(std::move(fault));
  order.query = std::move(read.query);
  order.query.limit = record::kMaxPage;
  return order;
}

// A new file that goes with the object unless it was taken.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& folder)
      : path_((folder.empty() ? std::filesystem::temp_directory_path().string() : folder) +
              "/hinomi-export-XXXXXX") {
    descriptor_ = os::Descriptor(::mkstemp(path_.data()));
  }
  ~ScratchFile() {
    if (descriptor_.valid()) ::unlink(path_.c_str());
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  [[nodiscard]] bool valid() const noexcept { return descriptor_.valid(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] base::Result<void> write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return base::Error{base::ErrorCode::io, "the export cannot be written", path_, {}};
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

 private:
  std::string path_;
  os::Descriptor descriptor_;
};

// The rows of a list, page after page, each record once although it may change meanwhile.
class Rows {
 public:
  Rows(record::Engine& engine, const record::Context& context, const Entity& entity, const TableShape& shape,
       record::ListQuery query)
      : engine_(engine),
        context_(context),
        entity_(entity),
        shape_(shape),
        query_(std::move(query)),
        references_(engine, context) {}

  base::Result<bool> next(sheet::RowValues& row) {
    while (true) {
      if (at_ == page_.records.size()) {
        if (begun_ && page_.next.empty()) return false;
        query_.after = page_.next;
        auto page = engine_.list(context_, entity_, query_);
        if (!page) {
          refusal_ = page.refusal();
          return base::Error{base::ErrorCode::unavailable, "the list cannot be read on", "", {}};
        }
        page_ = std::move(*page);
        begun_ = true;
        at_ = 0;
        if (page_.records.empty()) return false;
      }
      const record::Record& record = page_.records[at_++];
      if (!seen_.insert(record.id).second) continue;
      for (const std::size_t field : record.withheld)
        withheld_.insert(std::string(entity_.fields[field].name));
      row.version = std::to_string(record.version);
      row.values = cells_of(entity_, shape_, record, references_);
      return true;
    }
  }
  [[nodiscard]] const std::optional<record::Refusal>& refusal() const noexcept { return refusal_; }
  // Fields that some of the records do not show.
  [[nodiscard]] const std::set<std::string>& withheld() const noexcept { return withheld_; }

 private:
  record::Engine& engine_;
  const record::Context& context_;
  const Entity& entity_;
  const TableShape& shape_;
  record::ListQuery query_;
  References references_;
  record::Page page_;
  std::size_t at_ = 0;
  bool begun_ = false;
  std::unordered_set<base::RecordId> seen_;
  std::set<std::string> withheld_;
  std::optional<record::Refusal> refusal_;
};

std::string day_of(base::TimeNs at) {
  return base::format_rfc3339(at).substr(0, 10);
}

std::string details_of(const Order& order, const TableShape& shape, const std::string& filter,
                       std::size_t rows, const std::set<std::string>& withheld) {
  std::string details;
  base::JsonWriter json(details);
  json.begin_object().key("format").string(order.xlsx ? "xlsx" : "csv");
  json.key("query").string(filter).key("rows").unsigned_integer(rows);
  json.key("columns").begin_array();
  for (const sheet::Column& column : shape.columns) json.string(column.key);
  json.end_array().key("withheld").begin_array();
  for (const std::string& name : withheld) json.string(name);
  json.end_array().end_object();
  return details;
}

record::Refusal too_many() {
  return invalid({{"", "too_long",
                   "more than " + std::to_string(sheet::kMaxRows) +
                       " records: filter the list and export it in several files"}});
}

record::Refusal refusal_of(const Rows& rows, const base::Error& error) {
  if (rows.refusal()) return *rows.refusal();
  if (error.code == base::ErrorCode::limit_exceeded || error.code == base::ErrorCode::invalid_input)
    return invalid({{"", "too_long", error.message}});
  return {record::Refusal::Kind::failed, {}, error};
}

}  // namespace

http::Response RecordService::export_table(const Asked& asked, const Entity& entity) {
  const TableSlot slot(tables_);
  if (!slot) return busy_with_tables();
  const auto parameters = parameters_of(asked.request);
  if (!parameters) return simple_problem(400, "malformed", "The request is malformed");
  Order order = order_of(asked, entity, *parameters);
  if (!order.faults.empty()) return refusal_answer(invalid(std::move(order.faults)));
  record::Context context = context_of(asked);
  if (!access::holds_anywhere(asked.who, kExport)) {
    engine_.audit_refusal(context, "export", &entity, std::nullopt, {});
    return refusal_answer({record::Refusal::Kind::forbidden, {}, {}});
  }
  const std::string read = record::permission_of(entity, order.query.deleted ? "delete" : "read");
  const access::Principal who =
      entity.for_all_organisations ? asked.who : access::narrowed(asked.who, read, kExport);
  context.who = &who;

  const auto whole = shape_of(engine_, context, entity, order.language);
  if (!whole) return refusal_answer(whole.refusal());
  Chosen chosen = choose(*whole, order.columns);
  if (!chosen.shape) return refusal_answer(invalid({{chosen.unknown, "unknown_field", "no such column"}}));

  record::ListQuery first = order.query;
  first.limit = 1;
  first.wants_total = true;
  const auto counted = engine_.list(context, entity, first);
  if (!counted) return refusal_answer(counted.refusal());
  if (counted->total > static_cast<std::int64_t>(sheet::kMaxRows)) return refusal_answer(too_many());
  order.query.wants_total = false;

  const std::string key = "entity." + std::string(entity.name) + ".many";
  const auto name = messages::label(order.language, key);
  sheet::Sheet description;
  description.name = std::string(name ? *name : entity.path);
  description.columns = chosen.shape->columns;
  description.language = order.language;
  description.utc_offset_minutes = order.utc_offset;
  description.export_id = engine_.new_id().text();
  description.entity = entity.name;
  description.schema_version = "1";
  description.exported_at = engine_.clock().now();

  const ScratchFile file(files_.scratch_folder);
  if (!file.valid())
    return refusal_answer({record::Refusal::Kind::failed,
                           {},
                           {base::ErrorCode::io, "no file can be made for the export", file.path(), {}}});
  Rows rows(engine_, context, entity, *chosen.shape, order.query);
  const sheet::RowSource source = [&rows](sheet::RowValues& row) { return rows.next(row); };
  const auto written = order.xlsx
                           ? sheet::write_xlsx(description, source, {file.path(), files_.scratch_folder})
                           : sheet::write_csv(description, source,
                                              [&file](std::string_view bytes) { return file.write(bytes); },
                                              {.encoding = order.encoding});
  if (!written) return refusal_answer(refusal_of(rows, written.error()));
  std::set<std::string> withheld = rows.withheld();
  withheld.insert(chosen.shape->withheld.begin(), chosen.shape->withheld.end());

  // What nobody can write down does not go out.
  context.who = &asked.who;
  const auto audited = engine_.audit_deed(
      context, kExport, entity, details_of(order, *chosen.shape, asked.request.query, *written, withheld));
  if (!audited) return refusal_answer({record::Refusal::Kind::failed, {}, audited.error()});

  auto opened = os::File::open(file.path());
  if (!opened) return refusal_answer({record::Refusal::Kind::failed, {}, opened.error()});
  auto shared = std::make_shared<os::File>(std::move(*opened));
  http::Response response =
      download(description.name + "_" + day_of(description.exported_at) + (order.xlsx ? ".xlsx" : ".csv"),
               order.xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv",
               source_of(shared->info().size, [shared](std::uint64_t offset, std::span<char> into) {
                 return shared->read_at(offset, into);
               }));
  response.with("X-Hinomi-Rows", std::to_string(*written));
  std::string names;
  for (const std::string& one : withheld) names += (names.empty() ? "" : ",") + one;
  if (!names.empty()) response.with("X-Hinomi-Withheld", names);
  return response;
}

}  // namespace hinomi::api::records
