// What the alert store holds and answers: alerts, samples of their findings, rule texts, what was
// quarantined, and how far the pipeline has come. Plain values, shared by Writer (writer.h) and Reader
// (reader.h). Not for findings themselves: their log holds them all.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/labels.h"
#include "base/time.h"
#include "event/event_id.h"

namespace hinomi::store::alerts {

// 128 bits that name something; Tag keeps alerts, findings and groups apart. Text: 26 characters
// (event_id.h).
template <typename Tag>
struct Id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Id&, const Id&) = default;

  [[nodiscard]] static Id of(const base::Hash128& hash) { return {hash.high, hash.low}; }
  [[nodiscard]] std::string text() const { return event::id_text(high, low); }
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    const auto id = event::EventId::parse(text);
    return id ? std::optional<Id>({id->high, id->low}) : std::nullopt;
  }
};
using AlertId = Id<struct AlertTag>;
using FindingId = Id<struct FindingTag>;
using GroupId = Id<struct GroupTag>;  // hash of organisation, realm, rule id and entity

// In the order of detect::Level.
enum class Level : std::uint8_t { informational, low, medium, high, critical };
inline constexpr std::size_t kLevels = 5;
enum class Status : std::uint8_t { fresh };  // "new"
inline constexpr std::size_t kStatuses = 1;
inline constexpr std::size_t kRealms = 4;  // of base::Realm

[[nodiscard]] std::string_view name_of(Level level) noexcept;
[[nodiscard]] std::string_view name_of(Status status) noexcept;
[[nodiscard]] std::string_view name_of(base::Realm realm) noexcept;
[[nodiscard]] std::optional<Level> parse_level(std::string_view name) noexcept;
[[nodiscard]] std::optional<Status> parse_status(std::string_view name) noexcept;
[[nodiscard]] std::optional<base::Realm> parse_realm(std::string_view name) noexcept;

// Longer texts are cut at a character when they are written; further ones of a list are left out.
inline constexpr std::size_t kMaxNameBytes = 1024;   // entity, title, rule id, source, author …
inline constexpr std::size_t kMaxTextBytes = 65536;  // description, advice, yaml
inline constexpr std::size_t kMaxListItems = 64;     // tags, false positives
inline constexpr std::size_t kMaxSourcesPerAlert = 16;

// --- written -----------------------------------------------------------------------------------------------

// A rule as it read when a rule set was in force; (id, set) names it. Stored once, kept for good.
struct RuleText {
  std::string id;
  std::string set;  // hash of the rule set
  Level level = Level::medium;
  std::string title;
  std::string title_ja;
  std::string description;
  std::string description_ja;
  std::string advice;
  std::string advice_ja;
  std::string author;
  std::string status;
  std::vector<std::string> tags;
  std::vector<std::string> falsepositives;
  std::string yaml;
  friend bool operator==(const RuleText&, const RuleText&) = default;
};

// The state of an alert after a batch. Of an alert that is stored already only the second part is used, and
// the first may be empty.
struct AlertChange {
  AlertId id;
  // Fixed when the alert is opened:
  GroupId group;
  std::string rule_id;  // a RuleText of (rule_id, rule_set) is stored before or comes in the same Commit
  std::string rule_set;
  std::string entity_field;
  std::string entity;  // hostile; "*" of an overflow alert
  base::Labels labels;
  // Absolute, not added to what is stored:
  base::TimeNs first_seen{};  // event time
  base::TimeNs last_seen{};
  base::TimeNs first_received{};
  base::TimeNs last_received{};
  std::uint64_t count = 0;
  std::vector<std::string> sources;  // added to those stored, up to kMaxSourcesPerAlert
};

// One finding of an alert, of those the store keeps.
struct FindingRef {
  FindingId id;
  AlertId alert;
  std::uint64_t ordinal = 0;  // 1 = the alert's first; is_sampled(ordinal) holds
  event::EventId event;
  std::uint64_t batch = 0;  // position of the event's batch in the journal …
  std::uint32_t index = 0;  // … and which record of it
  std::uint64_t findings_position = 0;
  base::TimeNs event_time{};
  base::TimeNs received{};
  friend bool operator==(const FindingRef&, const FindingRef&) = default;
};

// Which findings of an alert are kept: the first 50, then those at doubling counts (100, 200, 400 …), at most
// 100 in all.
inline constexpr std::size_t kMaxSamples = 100;
[[nodiscard]] bool is_sampled(std::uint64_t ordinal) noexcept;

// An event that was passed over since judging it ended the pipeline again and again. Entries beyond the
// newest kMaxQuarantined are dropped, oldest first; Totals::quarantined counts them all.
struct Quarantined {
  event::EventId event;
  std::uint64_t batch = 0;  // journal position
  std::uint32_t index = 0;
  std::string reason;
  base::TimeNs at{};
  friend bool operator==(const Quarantined&, const Quarantined&) = default;
};
inline constexpr std::size_t kMaxQuarantined = 10'000;

// How far the projection has come. A restart reads the journal from `journal` on and cuts the findings log
// to `findings_end`.
struct Cursor {
  std::uint64_t journal = 0;        // position
  std::uint64_t next_sequence = 0;  // of the first event not yet judged
  std::uint64_t findings_end = 0;   // position
  base::TimeNs received_at{};       // of the last batch judged
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// Counters since the beginning, as the pipeline keeps them (absolute).
struct Totals {
  std::uint64_t events = 0;
  std::uint64_t findings = 0;
  std::uint64_t quarantined = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

struct Checkpoint {
  std::string state;                    // of the correlations; opaque
  std::uint64_t findings_position = 0;  // where the replay of what feeds them begins
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};
inline constexpr std::size_t kMaxCheckpointBytes = 256u << 20;

// Everything that becomes true at once.
struct Commit {
  std::vector<RuleText> rules;
  std::vector<AlertChange> alerts;  // at most one for each alert; in the order of their opening
  std::vector<FindingRef> samples;  // of alerts that are stored or in this commit
  std::vector<Quarantined> quarantined;
  Cursor cursor;
  Totals totals;
  std::string rule_set;                    // hash of the set in force at the cursor
  std::optional<Checkpoint> checkpoint{};  // nullopt: the stored one stays
};

// --- read --------------------------------------------------------------------------------------------------

struct AlertRow {
  AlertId id;
  std::int64_t seq = 0;      // order of opening, from 1
  std::int64_t version = 0;  // of the last change; unique
  std::string rule_id;
  std::string rule_set;
  Level level = Level::medium;
  std::string title;
  std::string title_ja;
  std::vector<std::string> tags;
  std::string entity;
  std::string entity_field;
  base::Labels labels;
  Status status = Status::fresh;
  base::TimeNs first_seen{};
  base::TimeNs last_seen{};
  base::TimeNs first_received{};
  base::TimeNs last_received{};
  std::uint64_t count = 0;
  friend bool operator==(const AlertRow&, const AlertRow&) = default;
};

struct AlertDetail {
  AlertRow alert;
  RuleText rule;
  std::vector<std::string> sources;
  std::vector<FindingRef> findings;  // by ordinal
};

// Empty lists and texts do not filter; values of one list are alternatives, the parts must all hold.
struct Filter {
  std::vector<Level> levels;
  std::vector<base::Realm> realms;
  std::vector<Status> statuses;
  std::vector<std::string> tactics;     // "lateral-movement"; case and '_' do not matter
  std::vector<std::string> techniques;  // "T1021" holds for T1021.002 too
  std::vector<std::string> rules;       // ids
  std::vector<std::string> entities;    // exact
  std::vector<std::string> sources;     // exact names
  // Words, all of which must occur in title, Japanese title, rule id, tags or entity; NFKC case-folded, and
  // every character stands for itself.
  std::string text;
  std::optional<base::TimeNs> from;  // first_received ≥ from
  std::optional<base::TimeNs> to;    // first_received < to
  // The alerts that existed at this version, with their present values: pages of one list stay in step while
  // alerts are opened.
  std::optional<std::int64_t> until_version;
};
// Beyond these a call returns limit_exceeded.
inline constexpr std::size_t kMaxFilterValues = 200;      // of one list
inline constexpr std::size_t kMaxFilterTextBytes = 1024;  // of `text` and of each value
inline constexpr std::size_t kMaxFilterWords = 16;

// Equal keys stand newest first. Pages by `opened` and `level` never repeat or leave out an alert under
// until_version; the others follow values that change.
enum class OrderKey : std::uint8_t { opened, level, first_seen, last_seen, last_received, count, entity };
inline constexpr std::size_t kOrderKeys = 7;
struct Order {
  OrderKey key = OrderKey::opened;
  bool descending = true;
};
[[nodiscard]] std::optional<OrderKey> parse_order_key(std::string_view name) noexcept;

struct Page {
  std::optional<std::int64_t> before_seq{};  // only alerts opened before this one
  std::uint64_t offset = 0;
  std::size_t limit = 200;
};
inline constexpr std::size_t kMaxPage = 1000;
inline constexpr std::uint64_t kMaxOffset = 1'000'000;

struct AlertList {
  std::vector<AlertRow> items;
  std::uint64_t total = 0;   // that pass the filter, without regard to the page
  std::int64_t version = 0;  // of the store when this was read
  std::int64_t max_seq = 0;  // of the newest alert of any kind under until_version; 0 = none
};

struct Changes {
  std::vector<AlertRow> items;  // by version; an alert stands once, with its latest
  std::int64_t version = 0;     // to ask from next time: of the last item, or of the store if none is left
  bool more = false;            // there are further ones
};

struct ValueCount {
  std::string value;
  std::uint64_t count = 0;
};
struct RuleCount {
  std::string id;
  std::string title;  // of the alert opened last
  std::string title_ja;
  std::uint64_t count = 0;
};
// Counts of what passes the whole filter; lists by count, then by value, at most kMaxFacetValues.
struct Facets {
  std::array<std::uint64_t, kLevels> level{};
  std::array<std::uint64_t, kRealms> realm{};
  std::array<std::uint64_t, kStatuses> status{};
  std::vector<ValueCount> tactic;
  std::vector<ValueCount> technique;
  std::vector<RuleCount> rule;
  std::vector<ValueCount> entity;
  std::vector<ValueCount> source;
  // Entities beyond kMaxFacetEntities different ones were not counted.
  bool entities_left_out = false;
};
inline constexpr std::size_t kMaxFacetValues = 100;
inline constexpr std::size_t kMaxFacetEntities = 200'000;

// By first_received. Buckets lie one after another from `from`; a bucket's width is a round time (1 s to
// weeks) and its start a multiple of it.
struct Histogram {
  struct Bucket {
    base::TimeNs at{};
    std::array<std::uint64_t, kLevels> counts{};
  };
  base::TimeNs from{};
  base::TimeNs to{};  // end of the last bucket
  std::vector<Bucket> buckets;
};
inline constexpr std::size_t kMinBuckets = 2;  // a range across a multiple of every width has two
inline constexpr std::size_t kMaxBuckets = 500;

struct Progress {
  Cursor cursor;
  Totals totals;
  std::string rule_set;
  std::uint64_t alerts = 0;
  std::int64_t version = 0;
  friend bool operator==(const Progress&, const Progress&) = default;
};

}  // namespace hinomi::store::alerts
