// Facets and histogram: counts over all alerts that pass a filter, in one pass each. For Reader only.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "store/alerts/catalogue.h"
#include "store/alerts/filter_sql.h"
#include "store/alerts/row_reader.h"
#include "store/sqlite/database.h"

namespace hinomi::store::alerts {

// Both within a transaction of the caller.
[[nodiscard]] base::Result<Facets> count_facets(sqlite::Database& database, RowReader& rows,
                                                const Where& where);
// `filter` gives the range where it has one.
[[nodiscard]] base::Result<Histogram> count_histogram(sqlite::Database& database, const Filter& filter,
                                                      const Where& where, std::size_t buckets);

// The narrowest of the round widths (ns) with which [from, to) touches at most `buckets` (≥ 2) multiples of
// it.
[[nodiscard]] std::int64_t bucket_width(base::TimeNs from, base::TimeNs to, std::size_t buckets) noexcept;

}  // namespace hinomi::store::alerts
