// Records as rows of their entity's table. Not for permissions, histories or search: the engine does those.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "record/record.h"
#include "store/sql/database.h"

namespace hinomi::record {

// "id, version, …, f_name, …": what read_row() expects, from `column` on.
[[nodiscard]] std::string columns_of(const schema::Entity& entity);
[[nodiscard]] Record read_row(const schema::Entity& entity, const store::sql::Statement& row, int column = 0);
// With `for_update` the row is locked where the database locks rows.
[[nodiscard]] base::Result<std::optional<Record>> load(store::sql::Connection& connection,
                                                       const schema::Entity& entity, const base::RecordId& id,
                                                       bool for_update);
[[nodiscard]] base::Result<void> insert(store::sql::Connection& connection, const schema::Entity& entity,
                                        const Record& record);
// The row of this id; its version must be the one before. not_found when it is not.
[[nodiscard]] base::Result<void> update(store::sql::Connection& connection, const schema::Entity& entity,
                                        const Record& record);

// The value of one field from a column of the current row.
[[nodiscard]] schema::Value read_column(const schema::Field& field, const store::sql::Statement& row,
                                        int column);
void bind_value(store::sql::Statement& statement, const schema::Value& value);
// A set of short texts as it stands in a column, and back.
[[nodiscard]] std::string texts_column(const schema::Texts& texts);
[[nodiscard]] schema::Texts texts_of_column(std::string_view column);

// The next number of a sequence, from 1 on. Until the transaction ends nobody else gets one of it, so numbers
// become visible in their order.
[[nodiscard]] base::Result<std::int64_t> next_number(store::sql::Connection& connection,
                                                     std::string_view sequence);

}  // namespace hinomi::record
