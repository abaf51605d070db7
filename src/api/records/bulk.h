// One deed on many records: what a request for it says, and the kind of job that does it where they are more
// than one answer may wait for. Each record is decided on by itself, as if it were asked for alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/engine.h"
#include "work/job_runner.h"

namespace hinomi::api::records {

struct BulkOrder {
  std::vector<base::RecordId> ids;
  std::string query;
  bool by_query = false;
  std::optional<std::string> set;  // JSON object
  std::optional<std::string> action;
  bool remove = false;
  bool preview = false;
  std::string reason;
};
// nullopt: no order, or one of more than kMaxBulkJob records.
[[nodiscard]] std::optional<BulkOrder> read_bulk(std::string_view body, std::size_t limit);

// Does the deed of an order to one record. `draft`: of set.
[[nodiscard]] record::Outcome<record::Record> do_one(record::Engine& engine, const record::Context& context,
                                                     const schema::Entity& entity, const BulkOrder& order,
                                                     const std::optional<record::Draft>& draft,
                                                     const base::RecordId& id);
void write_refused(base::JsonWriter& json, const base::RecordId& id, const record::Refusal& refusal);

inline constexpr std::string_view kBulkKind = "bulk";
// The arguments of its job. `rights`: what a token may do, beyond which its owner's rights do not count.
[[nodiscard]] std::string bulk_arguments(const schema::Entity& entity, const BulkOrder& order,
                                         bool stepped_up, const access::Grants* rights);
// {"count", "done", "refused_count", "refused": the first ones} as its result.
[[nodiscard]] work::JobKind bulk_kind();

}  // namespace hinomi::api::records
