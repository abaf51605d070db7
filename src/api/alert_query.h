// From the parameters of a query to what the alert store is asked, checked. Not for the store's own language
// of filters (store/alerts).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/query_string.h"
#include "base/result.h"
#include "store/alerts/catalogue.h"

namespace hinomi::api {

struct AlertQuery {
  store::alerts::Filter filter;
  store::alerts::Order order;
  store::alerts::Page page;
  std::size_t buckets = 60;
};

// Which parameters a route takes beside the filter.
enum class QueryKind : std::uint8_t { list, facets, histogram };

// `where` of the Error is empty; its message names the parameter. realm defaults to "real"; lists are
// separated by commas; an unknown parameter is an error, so that a misspelt filter never shows everything.
[[nodiscard]] base::Result<AlertQuery> parse_alert_query(std::string_view query, QueryKind kind);

}  // namespace hinomi::api
