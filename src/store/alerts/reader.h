// Answers questions about alerts from the file that the pipeline writes, while it writes. Every answer is of
// one moment. Not for writing, and not for use by several threads at once: open one for each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/alerts/catalogue.h"

namespace hinomi::store::alerts {

class Reader {
 public:
  // The file need not exist yet: until the writer has made it, every answer is that of an empty store. What
  // is wrong with it (damaged, of a newer version) is an Error of each call, not of this one: a server goes
  // on without its list of alerts. An Error of a call leaves the reader usable, and a file that was replaced
  // is opened anew.
  [[nodiscard]] static base::Result<Reader> open(const std::string& path);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  [[nodiscard]] base::Result<AlertList> list(const Filter& filter, const Order& order, const Page& page);
  [[nodiscard]] base::Result<Facets> facets(const Filter& filter);
  // At most `buckets` (kMinBuckets to kMaxBuckets; fewer count as kMinBuckets) of the narrowest round width
  // that covers from … to of the filter, or the alerts that pass where those are not given. No alerts and no
  // range: no buckets.
  [[nodiscard]] base::Result<Histogram> histogram(const Filter& filter, std::size_t buckets);

  [[nodiscard]] base::Result<std::optional<AlertDetail>> detail(const AlertId& id);
  [[nodiscard]] base::Result<std::vector<FindingRef>> findings(const AlertId& alert);
  // Of those that are kept (is_sampled).
  [[nodiscard]] base::Result<std::optional<FindingRef>> finding(const FindingId& id);
  // `set` empty: as it read in the set stored last.
  [[nodiscard]] base::Result<std::optional<RuleText>> rule(std::string_view id, std::string_view set);

  // Alerts with a version above `version`, oldest change first, at most `limit` (≤ kMaxPage).
  [[nodiscard]] base::Result<Changes> changes_since(std::int64_t version, std::size_t limit);
  // Newest first.
  [[nodiscard]] base::Result<std::vector<Quarantined>> quarantined(std::size_t limit);
  [[nodiscard]] base::Result<Progress> progress();

 private:
  struct Parts;
  explicit Reader(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::store::alerts
