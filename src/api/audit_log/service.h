// What the HTTP API says about the audit log: its entries, its tree, and exports. Leaves are shown whole to
// whoever holds audit.read for the organisation; details only as far as the reader may read the record that
// they are about. Blocking: called on worker threads.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/audit_log/exports.h"
#include "api/http/message.h"
#include "api/records/service.h"
#include "audit/keys.h"
#include "audit/log.h"
#include "record/engine.h"
#include "store/sql/database.h"

namespace hinomi::api::audit_log {

inline constexpr std::size_t kMaxEntries = 500;  // of one answer
inline constexpr std::size_t kUsualEntries = 100;
inline constexpr std::uint64_t kMaxExportBody = 4 * 1024;

class AuditService {
 public:
  struct Parts {
    store::sql::Database* database = nullptr;
    record::Engine* engine = nullptr;
    audit::Log* log = nullptr;
    const audit::Keys* keys = nullptr;
    std::string exports;                    // folder
    std::vector<std::string> certificates;  // PEM, of authorities of time
    std::function<void(const std::string&)> say;
  };
  explicit AuditService(Parts parts);

  // GET /audit?organisation=&after=&before=&limit=&entity=&record=&actor=
  [[nodiscard]] http::Response list(const records::Asked& asked);
  // GET /audit/tree?organisation=
  [[nodiscard]] http::Response tree(const records::Asked& asked);
  // POST /audit/export {"organisation":1}
  [[nodiscard]] http::Response begin_export(const records::Asked& asked);
  // GET /audit/exports/{id} and /audit/exports/{id}/file
  [[nodiscard]] http::Response export_state(const records::Asked& asked);
  [[nodiscard]] http::Response download(const records::Asked& asked);

 private:
  Parts parts_;
  Exports exports_;
};

}  // namespace hinomi::api::audit_log
