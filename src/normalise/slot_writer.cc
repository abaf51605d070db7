#include "normalise/slot_writer.h"

#include <charconv>
#include <cmath>

namespace hinomi::normalise {

void SlotWriter::write(const FieldMap::Place& place, std::string_view name, event::Value value) {
  if (!everything()) {
    for (const event::FieldId field : place.fields) event_.slots.push_back({field, value, {}});
    return;
  }
  if (place.fields.empty()) {
    const std::string_view shown = place.name.empty() ? arena_.copy(name) : place.name;
    event_.slots.push_back({event::kUnlistedField, value, shown});
    return;
  }
  for (const event::FieldId field : place.fields) event_.slots.push_back({field, value, fields_.name(field)});
}

void SlotWriter::write_named(std::string_view name, event::Value value) {
  const FieldMap::Place& place = map_.place(map_.step(FieldMap::kRoot, name));
  if (place.time_rank != FieldMap::kNoTime) offer_time(place.time_rank, value.text);
  if (!wants(place) || full()) return;
  // Below a transparent container the shown name is shorter than the path.
  const bool shorten =
      everything() && place.fields.empty() && place.name.empty() && name.find('.') != std::string_view::npos;
  if (shorten) {
    write(place, map_.resolve(name).name, value);
  } else {
    write(place, name, value);
  }
}

void SlotWriter::offer_time(std::uint8_t rank, std::string_view text) {
  if (rank < best_rank_) set_time(rank, time_of_text(text));
}

void SlotWriter::offer_time(std::uint8_t rank, double number) {
  if (rank < best_rank_) set_time(rank, time_of_number(number));
}

void SlotWriter::set_time(std::uint8_t rank, std::optional<base::TimeNs> time) {
  if (!time) return;
  best_rank_ = rank;
  event_.has_time = true;
  event_.time = *time;
}

std::optional<base::TimeNs> time_of_number(double number) {
  constexpr double kNsPerSecond = 1e9;
  constexpr double kSecondsBelow = 1e11;  // the year 5138; as milliseconds 1973
  constexpr double kMillisBelow = 1e14;
  constexpr double kMicrosBelow = 1e17;
  if (!std::isfinite(number) || number <= 0) return std::nullopt;
  const double scale = number < kSecondsBelow  ? kNsPerSecond
                       : number < kMillisBelow ? 1e6
                       : number < kMicrosBelow ? 1e3
                                               : 1.0;
  if (number * scale >= 9.2e18) return std::nullopt;
  // Whole and fractional part apart, since a double does not hold nanoseconds of today.
  const double whole = std::floor(number);
  const auto whole_ns = static_cast<std::int64_t>(whole) * static_cast<std::int64_t>(scale);
  return base::TimeNs{whole_ns + static_cast<std::int64_t>(std::llround((number - whole) * scale))};
}

std::optional<base::TimeNs> time_of_text(std::string_view text) {
  if (const auto time = base::parse_rfc3339(text)) return time;
  constexpr std::string_view kDate = "/Date(";  // .NET's JavaScriptSerializer, milliseconds
  const bool is_date = text.starts_with(kDate) && text.ends_with(")/");
  if (is_date) text = text.substr(kDate.size(), text.size() - kDate.size() - 2);
  double number = 0;
  const auto result =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
  return time_of_number(number);
}

}  // namespace hinomi::normalise
