// What the HTTP API says about records: one function an operation, from a request of somebody to its answer.
// The same for every entity. Blocking: called on worker threads; not for anything on the io thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "parse/sheet/table.h"
#include "record/engine.h"
#include "store/blobs/blobs.h"
#include "work/approvals.h"
#include "work/break_glass.h"
#include "work/job_runner.h"
#include "work/notice_board.h"

namespace hinomi::api::records {

inline constexpr std::size_t kMaxBulk = 1000;       // at once; more become a job
inline constexpr std::size_t kMaxBulkJob = 50'000;  // of one job
inline constexpr std::size_t kMaxTitles = 200;
inline constexpr int kMaxTablesAtOnce = 2;  // exports and imports
inline constexpr std::uint64_t kMaxRecordBody = 1U << 20;
inline constexpr std::uint64_t kMaxTableBody = 32U << 20;
inline constexpr std::size_t kMaxImportRows = 5000;  // that change or are new, of one file

// A request with who sent it. The parts of the path that stand for something are in request.params.
struct Asked {
  const access::Principal& who;
  const http::Request& request;
};

// A table that came back, and what a workbook of ours says about itself.
struct ReadTables {
  parse::sheet::Table table;
  std::optional<parse::sheet::Table> manifest;
};
using TableReader = std::function<base::Result<ReadTables>(std::string_view bytes)>;
[[nodiscard]] parse::sheet::Limits import_limits();
// In this process, within limits narrower than those of parse/sheet.
[[nodiscard]] base::Result<ReadTables> read_tables(std::string_view bytes);

// What operations with files stand on.
struct FileParts {
  std::string scratch_folder{};              // for files that are being made; empty: the system's
  store::blobs::BlobStore* blobs = nullptr;  // of attachments; null: this server keeps none
  // Reads the tables of a file that somebody sent; empty: in this process (read_tables()).
  TableReader read_tables{};
};

struct BulkOrder;

// What stands on records: all of it is there in a server; parts are missing in tests that need none.
struct WorkParts {
  work::NoticeBoard* notices = nullptr;
  work::Approvals* approvals = nullptr;
  work::BreakGlass* break_glass = nullptr;
  work::JobBook* jobs = nullptr;
  std::function<void()> wake_jobs = [] {};  // after a job was asked for
};

class RecordService {
 public:
  // `grants_of`: what a person may do; for telling those who are mentioned, which never shows them more than
  // they may see.
  using GrantsOf = std::function<std::shared_ptr<const access::Grants>(const base::RecordId& person)>;
  RecordService(record::Engine& engine, GrantsOf grants_of, WorkParts work = {}, FileParts files = {})
      : engine_(engine), grants_of_(std::move(grants_of)), work_(std::move(work)), files_(std::move(files)) {}

  [[nodiscard]] http::Response declarations(const Asked& asked);  // GET /schema
  // {entity path}
  [[nodiscard]] http::Response list(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response facets(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response create(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response bulk(const Asked& asked, const schema::Entity& entity);
  // The list as a file, in the columns that are asked for; needs list.export in the place of each record.
  [[nodiscard]] http::Response export_table(const Asked& asked, const schema::Entity& entity);
  // A file that went out and comes back: what would change, or the change (?preview=false). The answer names
  // every row that changes, is new or is refused; the others are counted.
  [[nodiscard]] http::Response import_table(const Asked& asked, const schema::Entity& entity);
  // {entity path}/{id}
  [[nodiscard]] http::Response get(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response change(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response remove(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response restore(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response act(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response history(const Asked& asked, const schema::Entity& entity);
  // Comments and relations of a record: who may read it may read them, who may read it and holds
  // comment.create (relation.create) in its place may add.
  [[nodiscard]] http::Response comments(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response add_comment(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response relations(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response add_relation(const Asked& asked, const schema::Entity& entity);
  [[nodiscard]] http::Response attachments(const Asked& asked, const schema::Entity& entity);
  // `content`: the whole body; it is kept only when the caller may attach it.
  [[nodiscard]] http::Response add_attachment(const Asked& asked, const schema::Entity& entity,
                                              store::blobs::BlobWriter& content);
  [[nodiscard]] http::Response attachment_content(const Asked& asked);
  // A comment, relation or attachment of the record: one's own, or with <note>.delete in the record's place.
  [[nodiscard]] http::Response remove_comment(const Asked& asked, const schema::Entity& entity) {
    return remove_note(asked, entity, "comment");
  }
  [[nodiscard]] http::Response remove_relation(const Asked& asked, const schema::Entity& entity) {
    return remove_note(asked, entity, "relation");
  }
  [[nodiscard]] http::Response remove_attachment(const Asked& asked, const schema::Entity& entity) {
    return remove_note(asked, entity, "attachment");
  }
  // Across records.
  [[nodiscard]] http::Response undo(const Asked& asked);
  [[nodiscard]] http::Response search(const Asked& asked);
  [[nodiscard]] http::Response titles(const Asked& asked);
  // Work: the inbox of the caller, the steps of an approval, emergency access.
  [[nodiscard]] http::Response inbox(const Asked& asked);
  [[nodiscard]] http::Response inbox_count(const Asked& asked);
  [[nodiscard]] http::Response read_inbox(const Asked& asked);
  [[nodiscard]] http::Response approval_steps(const Asked& asked);
  [[nodiscard]] http::Response open_emergency(const Asked& asked);
  [[nodiscard]] bool has_work() const noexcept {
    return work_.notices != nullptr && work_.approvals != nullptr && work_.break_glass != nullptr;
  }
  [[nodiscard]] record::Engine& engine() noexcept { return engine_; }
  [[nodiscard]] store::blobs::BlobStore* blobs() noexcept { return files_.blobs; }

 private:
  [[nodiscard]] http::Response notes_of(const Asked& asked, const schema::Entity& entity,
                                        std::string_view kind);
  [[nodiscard]] http::Response remove_note(const Asked& asked, const schema::Entity& entity,
                                           std::string_view kind);
  [[nodiscard]] record::Outcome<record::Record> note_of(const Asked& asked, const schema::Entity& entity,
                                                        const record::Record& parent,
                                                        const schema::Entity& notes);
  [[nodiscard]] record::Outcome<record::Record> parent_to_add_to(const Asked& asked,
                                                                 const schema::Entity& entity,
                                                                 const schema::Entity& attached);
  [[nodiscard]] http::Response deed_answer(const schema::Entity& entity,
                                           const record::Outcome<record::Record>& outcome);
  [[nodiscard]] http::Response ask_for_bulk_job(const Asked& asked, const schema::Entity& entity,
                                                const BulkOrder& order);
  [[nodiscard]] record::Outcome<record::Record> add_attached(const Asked& asked,
                                                             const schema::Entity& parent_entity,
                                                             const record::Record& parent,
                                                             const schema::Entity& entity,
                                                             record::Draft draft);
  void tell_mentioned(store::sql::Connection& connection, const record::Context& context,
                      const schema::Entity& entity, const record::Record& parent,
                      const record::Record& comment);

  record::Engine& engine_;
  GrantsOf grants_of_;
  WorkParts work_;
  FileParts files_;
  std::atomic<int> tables_{0};  // that are being made or read
};

// Parts of a request, read strictly.
[[nodiscard]] record::Context context_of(const Asked& asked);
// X-Hinomi-Reason, percent-encoded UTF-8; empty: none, or unreadable.
[[nodiscard]] std::string reason_of(const http::Request& request);
// X-Hinomi-Name, percent-encoded UTF-8: the name of a file that is sent. Empty: none, or unreadable.
[[nodiscard]] std::string name_of_file(const http::Request& request);
// A word for the end of an operation, as in answers about many records.
[[nodiscard]] std::string_view code_of(const record::Refusal& refusal) noexcept;
// If-Match: "7" → 7; nullopt: absent. `malformed` where it is something else.
struct Match {
  std::optional<std::int64_t> version;
  bool malformed = false;
};
[[nodiscard]] Match if_match(const http::Request& request);
// The parameters of the query, decoded; nullopt: malformed or too many.
[[nodiscard]] std::optional<std::vector<record::Parameter>> parameters_of(const http::Request& request);
// What a list asks for; without a realm, of the realm that the caller works in.
[[nodiscard]] record::ReadQuery query_of(const Asked& asked, const schema::Entity& entity,
                                         const std::vector<record::Parameter>& parameters);
// Takes the one of this name out; nullopt: absent.
[[nodiscard]] std::optional<std::string> take(std::vector<record::Parameter>& parameters,
                                              std::string_view name);
[[nodiscard]] bool is_json(const http::Request& request);

}  // namespace hinomi::api::records
