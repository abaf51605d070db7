// The tables that declarations need, as SQL that both databases understand; and the steps from one set of
// declarations to the next, which ./dev generate writes into record/migrations. Not for reading or writing
// rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/entity.h"

namespace hinomi::record {

// "r_person", "f_name"; the columns every table has stand in tables.cc.
[[nodiscard]] std::string table_of(const schema::Entity& entity);
[[nodiscard]] std::string column_of(const schema::Field& field);
// What a field is sorted and compared by: never NULL, and for text the folded form in a column of its own.
[[nodiscard]] std::string sort_expression(const schema::Field& field);
[[nodiscard]] bool has_sort_column(const schema::Field& field) noexcept;
[[nodiscard]] std::string sort_column_of(const schema::Field& field);
// The folded beginning of a text (NFKC, case, widths, kana), 100 code points.
[[nodiscard]] std::string sort_key(std::string_view text);

// CREATE TABLE and its indexes.
[[nodiscard]] std::string create_table(const schema::Entity& entity);

// A line an entity and a line a field, in a form that is compared with the committed one to see what changed:
// "person", "person.name text filter unique".
[[nodiscard]] std::string snapshot_of(const schema::Registry& registry);
// SQL that leads from the tables of one snapshot to those of another; empty: the same. unsupported: a change
// that a program cannot make by itself (a field that changed its kind or is gone): write the step by hand.
[[nodiscard]] base::Result<std::string> step_between(std::string_view before, const schema::Registry& now);

}  // namespace hinomi::record
