#include "store/alerts/overview.h"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/check.h"

namespace hinomi::store::alerts {
namespace {

using sqlite::Database;

// Times of a histogram lie within this of 1970 (about 146 years), so that differences do not overflow.
constexpr std::int64_t kFarthest = (std::int64_t{1} << 62) - 1;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kWidths[] = {
    kSecond,     2 * kSecond,  5 * kSecond,  10 * kSecond, 15 * kSecond, 30 * kSecond, kMinute,   2 * kMinute,
    5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute, kHour,        2 * kHour,    3 * kHour, 6 * kHour,
    12 * kHour,  kDay,         2 * kDay,     7 * kDay,     14 * kDay,    28 * kDay};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
using TextCounts = std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>;

std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

// Keeps the kMaxFacetValues first by count, then by `name`.
template <typename Counted, typename Name>
void keep_largest(std::vector<Counted>& counted, Name name) {
  const auto before = [&](const Counted& a, const Counted& b) {
    return a.count != b.count ? a.count > b.count : name(a) < name(b);
  };
  const auto kept = counted.begin() + static_cast<std::ptrdiff_t>(std::min(counted.size(), kMaxFacetValues));
  std::partial_sort(counted.begin(), kept, counted.end(), before);
  counted.erase(kept, counted.end());
}

std::vector<ValueCount> largest(const TextCounts& counts) {
  std::vector<ValueCount> counted;
  counted.reserve(counts.size());
  for (const auto& [value, count] : counts) counted.push_back({value, count});
  keep_largest(counted, [](const ValueCount& each) -> const std::string& { return each.value; });
  return counted;
}

template <std::size_t Size>
void count_at(std::array<std::uint64_t, Size>& counts, std::int64_t at) noexcept {
  if (at >= 0 && at < static_cast<std::int64_t>(Size)) ++counts[static_cast<std::size_t>(at)];
}

// How often each rule (by key), and the entities.
struct Counted {
  std::unordered_map<std::int64_t, std::uint64_t> rules;
  TextCounts entities;
};

base::Result<Counted> count_alerts(Database& database, const Where& where, Facets& facets) {
  auto statement = database.prepare("SELECT rule, level, realm, status, entity FROM alert " + where.sql());
  if (!statement) return statement.error();
  where.bind_to(*statement);
  Counted counted;
  for (;;) {
    const auto more = statement->step();
    if (!more) return more.error();
    if (!*more) return counted;
    const sqlite::Row row = statement->row();
    ++counted.rules[row.integer(0)];
    count_at(facets.level, row.integer(1));
    count_at(facets.realm, row.integer(2));
    count_at(facets.status, row.integer(3));
    const std::string_view entity = row.text(4);
    if (const auto known = counted.entities.find(entity); known != counted.entities.end()) {
      ++known->second;
    } else if (counted.entities.size() < kMaxFacetEntities) {
      counted.entities.emplace(entity, 1);
    } else {
      facets.entities_left_out = true;
    }
  }
}

// One rule of several sets is one rule; its title is that of the set stored last.
base::Result<void> add_rules(RowReader& rows, const Counted& counted, Facets& facets) {
  std::vector<std::pair<std::int64_t, std::uint64_t>> keys(counted.rules.begin(), counted.rules.end());
  std::sort(keys.begin(), keys.end());
  std::unordered_map<std::string, RuleCount> rules;
  TextCounts tactics;
  TextCounts techniques;
  for (const auto& [key, count] : keys) {
    const auto head = rows.rule_head(key);
    if (!head) return head.error();
    const RuleHead& rule = **head;
    RuleCount& sum = rules[rule.id];
    sum = {.id = rule.id, .title = rule.title, .title_ja = rule.title_ja, .count = sum.count + count};
    for (const std::string& tactic : rule.tactics) tactics[tactic] += count;
    for (const std::string& technique : rule.techniques) techniques[technique] += count;
  }
  facets.tactic = largest(tactics);
  facets.technique = largest(techniques);
  for (auto& [id, rule] : rules) facets.rule.push_back(std::move(rule));
  keep_largest(facets.rule, [](const RuleCount& each) -> const std::string& { return each.id; });
  return {};
}

base::Result<void> add_sources(Database& database, const Where& where, Facets& facets) {
  auto statement = database.prepare(
      "SELECT name, count FROM (SELECT alert_source.source, count(*) AS count FROM alert JOIN alert_source"
      " USING (seq) " +
      where.sql() + " GROUP BY alert_source.source) JOIN source USING (source)");
  if (!statement) return statement.error();
  where.bind_to(*statement);
  for (;;) {
    const auto more = statement->step();
    if (!more) return more.error();
    if (!*more) break;
    facets.source.push_back({std::string(statement->row().text(0)), statement->row().word(1)});
  }
  keep_largest(facets.source, [](const ValueCount& each) -> const std::string& { return each.value; });
  return {};
}

struct Range {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// Empty when nothing passes and the filter has no range.
base::Result<std::optional<Range>> range_of(Database& database, const Filter& filter, const Where& where) {
  std::optional<Range> found;
  if (!filter.from || !filter.to) {
    auto statement =
        database.prepare("SELECT min(first_received), max(first_received) FROM alert " + where.sql());
    if (!statement) return statement.error();
    where.bind_to(*statement);
    const auto there = statement->step();
    if (!there) return there.error();
    const sqlite::Row row = statement->row();
    if (*there && !row.is_null(0)) found = Range{row.integer(0), std::min(row.integer(1), kFarthest - 1) + 1};
    if (!found) return found;
  } else {
    found.emplace();
  }
  if (filter.from) found->from = filter.from->since_epoch_ns;
  if (filter.to) found->to = filter.to->since_epoch_ns;
  found->from = std::clamp(found->from, -kFarthest, kFarthest - 1);
  found->to = std::clamp(found->to, -kFarthest, kFarthest);
  if (found->to <= found->from) return std::optional<Range>{};
  return found;
}

}  // namespace

std::int64_t bucket_width(base::TimeNs from, base::TimeNs to, std::size_t buckets) noexcept {
  const auto fits = [&](std::int64_t width) {
    const std::int64_t touched =
        floor_div(to.since_epoch_ns - 1, width) - floor_div(from.since_epoch_ns, width) + 1;
    return touched <= static_cast<std::int64_t>(buckets);
  };
  for (const std::int64_t width : kWidths) {
    if (fits(width)) return width;
  }
  std::int64_t width = std::end(kWidths)[-1];
  // Ends: a width above kFarthest touches two multiples at most.
  while (!fits(width)) width *= 2;
  return width;
}

base::Result<Facets> count_facets(Database& database, RowReader& rows, const Where& where) {
  Facets facets;
  const auto counted = count_alerts(database, where, facets);
  if (!counted) return counted.error();
  facets.entity = largest(counted->entities);
  if (auto done = add_rules(rows, *counted, facets); !done) return done.error();
  if (auto done = add_sources(database, where, facets); !done) return done.error();
  return facets;
}

base::Result<Histogram> count_histogram(Database& database, const Filter& filter, const Where& where,
                                        std::size_t buckets) {
  const auto range = range_of(database, filter, where);
  if (!range) return range.error();
  if (!*range) return Histogram{};
  const auto [from, to] = **range;
  const std::int64_t width = bucket_width({from}, {to}, buckets);
  const std::int64_t first = floor_div(from, width);
  const auto count = static_cast<std::size_t>(floor_div(to - 1, width) - first + 1);
  Histogram histogram;
  for (std::size_t i = 0; i < count; ++i) {
    histogram.buckets.push_back({.at = {(first + static_cast<std::int64_t>(i)) * width}, .counts = {}});
  }
  histogram.from = histogram.buckets.front().at;
  histogram.to = {(first + static_cast<std::int64_t>(count)) * width};
  auto statement = database.prepare("SELECT first_received, level FROM alert " + where.sql());
  if (!statement) return statement.error();
  where.bind_to(*statement);
  for (;;) {
    const auto more = statement->step();
    if (!more) return more.error();
    if (!*more) return histogram;
    const std::int64_t bucket = floor_div(statement->row().integer(0), width) - first;
    if (bucket < 0 || bucket >= static_cast<std::int64_t>(count)) continue;  // beyond kFarthest
    count_at(histogram.buckets[static_cast<std::size_t>(bucket)].counts, statement->row().integer(1));
  }
}

}  // namespace hinomi::store::alerts
