#include "work/attachments.h"

#include "record/tables.h"

namespace hinomi::work {

base::Result<bool> is_attached(record::Engine& engine, std::string_view sha256, base::TimeNs deleted_after) {
  const schema::Entity& entity = engine.registry().get("attachment");
  const std::string column = record::column_of(entity.fields[entity.index_of("sha256")]);
  bool found = false;
  auto read = engine.in_read([&](store::sql::Connection& connection) -> base::Result<void> {
    auto statement = connection.prepare("SELECT 1 FROM " + record::table_of(entity) + " WHERE " + column +
                                        "=? AND (deleted_at IS NULL OR deleted_at>?) LIMIT 1");
    if (!statement) return statement.error();
    (*statement)->bind(sha256).bind(deleted_after.since_epoch_ns);
    const auto row = (*statement)->step();
    if (!row) return row.error();
    found = *row;
    (*statement)->reset();
    return {};
  });
  if (!read) return read.error();
  return found;
}

}  // namespace hinomi::work
