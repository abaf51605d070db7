// Writes the alert store: one transaction for each batch of the pipeline, which is the point where the batch
// takes effect. Only one Writer at a time, in one thread. Not for reading on behalf of people (reader.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/alerts/catalogue.h"

namespace hinomi::store::alerts {

// An alert that may still take findings: what the pipeline needs to go on with its group.
struct OpenAlert {
  AlertId id;
  GroupId group;
  std::string rule_id;
  std::string rule_set;
  std::string entity;
  base::Labels labels;
  base::TimeNs first_seen{};
  base::TimeNs last_seen{};
  base::TimeNs first_received{};
  base::TimeNs last_received{};
  std::uint64_t count = 0;
  friend bool operator==(const OpenAlert&, const OpenAlert&) = default;
};

// An alert takes findings until this long after its last one, by received_at.
inline constexpr std::int64_t kAlertOpenNs = 24LL * 3600 * 1'000'000'000;
inline constexpr std::size_t kMaxOpenAlerts = 200'000;

// Where the pipeline begins; of an empty store everything is empty and the cursor is the beginning.
struct Loaded {
  Cursor cursor;
  Totals totals;
  std::string rule_set;
  std::int64_t version = 0;
  std::optional<Checkpoint> checkpoint;
  // With last_received within kAlertOpenNs of the cursor, the latest kMaxOpenAlerts; ascending by
  // (last_received, order of opening).
  std::vector<OpenAlert> open;
  bool open_left_out = false;  // there were more; Writer::latest_of() finds them
};

class Writer {
 public:
  // Makes the file (mode 0600) when it is missing and brings its schema up to date. Checks the whole file
  // first; a damaged file, one of something else or of a newer version is refused: invalid_input or
  // unsupported.
  [[nodiscard]] static base::Result<Writer> open(const std::string& path);
  ~Writer();
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;

  [[nodiscard]] base::Result<Loaded> load();
  // The newest alert of a group, however old; for a pipeline that does not keep all groups in memory.
  [[nodiscard]] base::Result<std::optional<OpenAlert>> latest_of(const GroupId& group);

  // All or nothing, durable on return. Each alert in it gets a new version; returns the store's version,
  // which stays as it is when no alert changed. After an Error nothing of it is stored. `usage`: the batch
  // contradicts itself (unknown rule text, unknown alert); limit_exceeded: the disk is full, or a checkpoint
  // too large; the next commit may be tried. `io`: the disk failed, and this Writer refuses everything from
  // now on.
  [[nodiscard]] base::Result<std::int64_t> commit(const Commit& batch);

 private:
  struct Parts;
  explicit Writer(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::store::alerts
