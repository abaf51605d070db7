#include "api/alert_query.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "base/time.h"

namespace hinomi::api {
namespace {

namespace alerts = store::alerts;

base::Error refused(std::string_view parameter, std::string_view why) {
  return {base::ErrorCode::invalid_input, "'" + std::string(parameter) + "' " + std::string(why), "", {}};
}

template <typename T>
std::optional<T> number(std::string_view text) noexcept {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class QueryParser {
 public:
  explicit QueryParser(Parameters parameters) : parameters_(std::move(parameters)) {}

  // The values of a list, each converted by `convert`, which gives nullopt for an unknown one.
  template <typename T, typename Convert>
  void list(std::string_view name, std::vector<T>& into, const Convert& convert) {
    const std::string* const text = parameters_.find(name);
    if (text == nullptr || error_) return;
    std::string_view rest = *text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      const std::string_view item = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (item.empty()) continue;
      const auto value = convert(item);
      if (!value) return fail(name, "has a value that is not known");
      if (into.size() >= alerts::kMaxFilterValues) return fail(name, "has too many values");
      into.push_back(*value);
    }
  }
  void texts(std::string_view name, std::vector<std::string>& into) {
    list(name, into, [](std::string_view item) -> std::optional<std::string> {
      if (item.size() > alerts::kMaxFilterTextBytes) return std::nullopt;
      return std::string(item);
    });
  }
  // A whole value: entities have commas in them.
  void text(std::string_view name, std::string& into) {
    const std::string* const value = parameters_.find(name);
    if (value == nullptr || error_) return;
    if (value->size() > alerts::kMaxFilterTextBytes) return fail(name, "is too long");
    into = *value;
  }
  void time(std::string_view name, std::optional<base::TimeNs>& into) {
    const std::string* const value = parameters_.find(name);
    if (value == nullptr || value->empty() || error_) return;
    into = base::parse_rfc3339(*value);
    if (!into) fail(name, "is no time such as 2026-11-25T02:00:00Z");
  }
  template <typename T>
  std::optional<T> whole(std::string_view name, T least, T most) {
    const std::string* const value = parameters_.find(name);
    if (value == nullptr || value->empty() || error_) return std::nullopt;
    const auto parsed = number<T>(*value);
    if (parsed && *parsed >= least && *parsed <= most) return parsed;
    fail(name, "is no number within its limits");
    return std::nullopt;
  }
  void order(alerts::Order& order) {
    const std::string* const value = parameters_.find("order");
    if (value == nullptr || value->empty() || error_) return;
    std::string_view name = *value;
    order.descending = name.starts_with('-');
    if (order.descending) name.remove_prefix(1);
    const auto key = alerts::parse_order_key(name);
    if (!key) return fail("order", "is none of the orders");
    order.key = *key;
  }
  void end() {
    const std::string_view unknown = parameters_.first_unknown();
    if (!unknown.empty()) fail(base::visible(unknown), "is no parameter of this");
  }
  [[nodiscard]] const std::optional<base::Error>& error() const noexcept { return error_; }

 private:
  void fail(std::string_view parameter, std::string_view why) {
    if (!error_) error_ = refused(parameter, why);
  }

  Parameters parameters_;
  std::optional<base::Error> error_;
};

void parse_filter(QueryParser& parser, alerts::Filter& filter) {
  parser.list("level", filter.levels, alerts::parse_level);
  parser.list("realm", filter.realms, alerts::parse_realm);
  parser.list("status", filter.statuses, alerts::parse_status);
  if (filter.realms.empty()) filter.realms.push_back(base::Realm::real);
  parser.texts("tactic", filter.tactics);
  parser.texts("technique", filter.techniques);
  parser.texts("rule", filter.rules);
  parser.texts("source", filter.sources);
  std::string entity;
  parser.text("entity", entity);
  if (!entity.empty()) filter.entities.push_back(std::move(entity));
  parser.text("q", filter.text);
  parser.time("from", filter.from);
  parser.time("to", filter.to);
  filter.until_version = parser.whole<std::int64_t>("until_version", 0, INT64_MAX);
}

}  // namespace

base::Result<AlertQuery> parse_alert_query(std::string_view query, QueryKind kind) {
  auto parameters = Parameters::parse(query);
  if (!parameters) return parameters.error();
  QueryParser parser(std::move(*parameters));
  AlertQuery parsed;
  parse_filter(parser, parsed.filter);
  if (kind == QueryKind::list) {
    parsed.page.before_seq = parser.whole<std::int64_t>("before_seq", 0, INT64_MAX);
    parsed.page.offset = parser.whole<std::uint64_t>("offset", 0, alerts::kMaxOffset).value_or(0);
    parsed.page.limit = parser.whole<std::size_t>("limit", 1, alerts::kMaxPage).value_or(parsed.page.limit);
    parser.order(parsed.order);
  }
  if (kind == QueryKind::histogram) {
    parsed.buckets = parser.whole<std::size_t>("buckets", 1, alerts::kMaxBuckets).value_or(parsed.buckets);
  }
  parser.end();
  if (const auto& error = parser.error()) return *error;
  return parsed;
}

}  // namespace hinomi::api
