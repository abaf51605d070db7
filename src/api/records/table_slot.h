// Few tables are made or read at the same time: each may hold a worker thread and memory for long. Not for
// anything else.
#pragma once

#include <atomic>

#include "api/records/answer.h"
#include "api/records/service.h"

namespace hinomi::api::records {

class TableSlot {
 public:
  explicit TableSlot(std::atomic<int>& taken) : taken_(taken), got_(++taken <= kMaxTablesAtOnce) {}
  ~TableSlot() { --taken_; }
  TableSlot(const TableSlot&) = delete;
  TableSlot& operator=(const TableSlot&) = delete;
  explicit operator bool() const noexcept { return got_; }

 private:
  std::atomic<int>& taken_;
  bool got_;
};

[[nodiscard]] inline http::Response busy_with_tables() {
  http::Response response = simple_problem(503, "busy", "The server is busy", "other tables are being made");
  response.with("Retry-After", "5");
  return response;
}

}  // namespace hinomi::api::records
