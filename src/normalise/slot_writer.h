// Puts values into an event under the ids and names that the field map gives them, and keeps the best time
// seen. For the extractors of this module; not for anything that does not go through the field map.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"
#include "event/event.h"
#include "normalise/field_map.h"

namespace hinomi::normalise {

class SlotWriter {
 public:
  SlotWriter(const FieldMap& map, const event::FieldTable& fields, event::Extent extent, base::Arena& arena,
             event::Event& event, std::size_t max_slots)
      : map_(map), fields_(fields), extent_(extent), arena_(arena), event_(event), max_slots_(max_slots) {}

  [[nodiscard]] const FieldMap& map() const noexcept { return map_; }
  [[nodiscard]] base::Arena& arena() const noexcept { return arena_; }
  [[nodiscard]] bool everything() const noexcept { return extent_ == event::Extent::everything; }
  [[nodiscard]] bool full() const noexcept { return event_.slots.size() >= max_slots_; }
  // Whether a value at `place` will be kept.
  [[nodiscard]] bool wants(const FieldMap::Place& place) const noexcept {
    return everything() || !place.fields.empty();
  }

  // `value` must live as long as the event; `name` is copied, and used only when every value is extracted and
  // the place has no name of its own.
  void write(const FieldMap::Place& place, std::string_view name, event::Value value);
  // A value under a dotted name from the root of the map.
  void write_named(std::string_view name, event::Value value);
  void write_named(std::string_view name, std::string_view text) {
    write_named(name, {event::ValueKind::text, text});
  }

  // A text or number that the map ranks as the event's time; better ranks win, unreadable ones are passed
  // over.
  void offer_time(std::uint8_t rank, std::string_view text);
  void offer_time(std::uint8_t rank, double number);

 private:
  void set_time(std::uint8_t rank, std::optional<base::TimeNs> time);

  const FieldMap& map_;
  const event::FieldTable& fields_;
  event::Extent extent_;
  base::Arena& arena_;
  event::Event& event_;
  std::size_t max_slots_;
  std::uint8_t best_rank_ = FieldMap::kNoTime;
};

// Times as documents hold them: RFC 3339 and its loose forms, "/Date(1603000000000)/", and digits as
// time_of_number.
[[nodiscard]] std::optional<base::TimeNs> time_of_text(std::string_view text);
// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size.
[[nodiscard]] std::optional<base::TimeNs> time_of_number(double number);

}  // namespace hinomi::normalise
