// The JSON of alerts, findings and rules: the shapes that the API promises (docs of /api/v1). Not for how the
// store holds them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"
#include "base/time.h"
#include "store/alerts/catalogue.h"

namespace hinomi::api {

// One event as it lies in the journal.
struct RawEvent {
  std::string id;
  base::TimeNs received{};
  std::string source;
  std::string peer;
  std::string listener;
  std::string encoding;  // "utf8", "cp932" …; empty: unknown
  std::string bytes;     // hostile
};
inline constexpr std::size_t kMaxRawShown = 256 * 1024;

void write_alert(base::JsonWriter& json, const store::alerts::AlertRow& row);
[[nodiscard]] std::string list_json(const store::alerts::AlertList& list);
[[nodiscard]] std::string facets_json(const store::alerts::Facets& facets);
[[nodiscard]] std::string histogram_json(const store::alerts::Histogram& histogram);
[[nodiscard]] std::string detail_json(const store::alerts::AlertDetail& detail);
[[nodiscard]] std::string rule_json(const store::alerts::RuleText& rule);

// What a finding is made of: where it is kept, what the pipeline wrote of it (one JSON object, of the
// findings log) and its event. The last two may be no longer kept, or another may lie in their place: then
// `null` stands for them, and "missing" says so.
struct FindingParts {
  store::alerts::FindingRef ref;
  std::optional<std::string> record;
  std::optional<RawEvent> event;
};
[[nodiscard]] std::string finding_json(const FindingParts& parts);

// Text that may be no UTF-8: malformed bytes as \xNN, everything else as it is; cut at `limit` bytes.
struct ShownRaw {
  std::string text;
  bool cut = false;
};
[[nodiscard]] ShownRaw shown_raw(std::string_view bytes, std::size_t limit = kMaxRawShown);

}  // namespace hinomi::api
