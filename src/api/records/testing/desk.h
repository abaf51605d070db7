// The service of records over ships, organisations, notes and custom fields, asked without a network, on
// either database. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "api/records/service.h"
#include "govern/organisation.h"
#include "os/testing/scratch_folder.h"
#include "parse/sheet/read.h"
#include "record/json.h"
#include "record/testing/ships.h"
#include "store/sql/testing/fresh_database.h"
#include "work/custom_fields.h"

namespace hinomi::api::records {

// What was audited, in order.
class AuditNotes final : public record::AuditLog {
 public:
  struct Note {
    std::string action;
    std::string details;
    bool done = true;
  };
  base::Result<void> append(store::sql::Connection& /*connection*/,
                            const record::AuditEntry& entry) override {
    if (fails) return base::Error{base::ErrorCode::io, "the audit log refuses", "", {}};
    notes.push_back({entry.action, entry.details, entry.done});
    return {};
  }
  [[nodiscard]] const Note* find(std::string_view action) const {
    for (const Note& note : notes)
      if (note.action == action) return &note;
    return nullptr;
  }
  std::vector<Note> notes;
  bool fails = false;
};

inline std::string body_of(const http::Response& response) {
  if (response.source == nullptr) return response.body;
  std::string body;
  while (body.size() < response.source->size()) {
    const std::string_view piece = response.source->next();
    if (piece.empty()) break;
    body += piece;
  }
  return body;
}

inline std::string field_of(const http::Response& response, std::string_view name) {
  for (const http::Field& field : response.fields)
    if (field.name == name) return field.value;
  return {};
}

class Desk : public ::testing::TestWithParam<store::sql::Dialect> {
 protected:
  using Operation = http::Response (RecordService::*)(const Asked&, const schema::Entity&);

  void SetUp() override {
    HINOMI_NEEDS_DATABASE(GetParam());
    database_.emplace(GetParam());
    harbour_.emplace(**database_,
                     std::vector<schema::Entity>{govern::organisation_entity(), govern::site_entity(),
                                                 govern::person_entity(), work::custom_field_entity(),
                                                 work::comment_entity(), work::relation_entity(),
                                                 work::attachment_entity(), work::notice_entity()},
                     &audit_);
    work::add_custom_field_hooks(harbour_->engine());
    make_service();
  }
  [[nodiscard]] virtual FileParts file_parts() {
    FileParts parts;
    parts.scratch_folder = folder_.path();
    return parts;
  }
  void make_service() {
    service_.emplace(harbour_->engine(), RecordService::GrantsOf(), WorkParts(), file_parts());
  }

  static http::Request request(std::string query = {}, std::string body = {},
                               std::vector<http::Field> fields = {}, std::vector<std::string> params = {}) {
    http::Request request;
    request.query = std::move(query);
    request.body = std::move(body);
    request.fields = std::move(fields);
    request.params = std::move(params);
    return request;
  }
  http::Response ask(Operation operation, const http::Request& request) {
    return ask_as(harbour_->captain(), operation, request);
  }
  http::Response ask_as(const access::Principal& who, Operation operation, const http::Request& request) {
    return ((*service_).*operation)(Asked{who, request}, harbour_->ship());
  }
  record::Record make(const std::string& body) {
    auto made = harbour_->make(body);
    EXPECT_TRUE(made) << body;
    return made ? std::move(*made) : record::Record{};
  }
  record::Outcome<record::Record> make_of(std::string_view entity, const std::string& body) {
    auto read = record::read_draft(harbour_->entity(entity), body, true);
    EXPECT_TRUE(read && read->faults.empty()) << body;
    return harbour_->engine().create(harbour_->as_system(), harbour_->entity(entity), std::move(read->draft));
  }
  // The names of all ships, sorted.
  std::vector<std::string> names() { return harbour_->names({{"sort", "name"}}); }
  static std::string code_of(const http::Response& response) {
    const std::size_t at = response.body.find("\"code\":\"");
    return at == std::string::npos ? ""
                                   : response.body.substr(at + 8, response.body.find('"', at + 8) - at - 8);
  }
  // A table as it came, header first; cells that are not there are "".
  static std::vector<std::vector<std::string>> cells(const std::string& bytes,
                                                     const std::string& sheet = {}) {
    auto table =
        parse::sheet::read(std::as_bytes(std::span(bytes.data(), bytes.size())), {.sheet = sheet, .csv = {}});
    EXPECT_TRUE(table) << (table ? "" : table.error().message);
    if (!table || !table->header) return {};
    std::uint32_t width = 0;
    for (std::uint32_t i = 0; i < table->header->count; ++i)
      width = std::max<std::uint32_t>(width, table->cells[table->header->first + i].column);
    std::vector<std::vector<std::string>> rows;
    const auto add = [&](const parse::sheet::Row& row) {
      auto& cells = rows.emplace_back();
      for (std::uint32_t column = 1; column <= width; ++column) cells.emplace_back(table->text(row, column));
    };
    add(*table->header);
    for (const parse::sheet::Row& row : table->rows) add(row);
    return rows;
  }

  os::ScratchFolder folder_;
  AuditNotes audit_;
  std::optional<store::sql::FreshDatabase> database_;
  std::optional<record::testing::Harbour> harbour_;
  std::optional<RecordService> service_;
};

}  // namespace hinomi::api::records
