#include "work/calendar/time_zone.h"

#include <unicode/basictz.h>
#include <unicode/strenum.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace hinomi::work::calendar {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kMsPerMinute = 60'000;
constexpr std::int64_t kMsPerDay = 86'400'000;

std::int64_t floor_div(std::int64_t value, std::int64_t by) noexcept {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::unique_ptr<icu::BasicTimeZone> make_zone(std::string_view name) {
  const icu::UnicodeString id(name.data(), static_cast<std::int32_t>(name.size()), US_INV);
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(id));
  // What is not known is answered with a zone of another name.
  icu::UnicodeString got;
  if (!zone || zone->getID(got) != id) return nullptr;
  if (dynamic_cast<icu::BasicTimeZone*>(zone.get()) == nullptr) return nullptr;
  return std::unique_ptr<icu::BasicTimeZone>(static_cast<icu::BasicTimeZone*>(zone.release()));
}

bool may_be_name(std::string_view name) noexcept {
  // ICU makes up zones from "GMT+03:30" and knows abbreviations; only names of places and UTC mean one thing.
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  };
  return !name.empty() && name.size() <= kMaxZoneName && std::all_of(name.begin(), name.end(), fits) &&
         (name == "UTC" || name.find('/') != std::string_view::npos) && !name.starts_with("SystemV/") &&
         name != "Etc/Unknown";
}

}  // namespace

struct TimeZone::Zone {
  std::string name;
  std::unique_ptr<icu::BasicTimeZone> icu;
};

TimeZone::TimeZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}

TimeZone::TimeZone() {
  auto zone = std::make_shared<Zone>();
  zone->name = "UTC";
  zone->icu = make_zone("UTC");
  HINOMI_CHECK(zone->icu != nullptr);
  zone_ = std::move(zone);
}

base::Result<TimeZone> TimeZone::of(std::string_view name) {
  auto zone = std::make_shared<Zone>();
  if (may_be_name(name)) zone->icu = make_zone(name);
  if (!zone->icu) {
    return base::Error{base::ErrorCode::invalid_input,
                       "the time zone '" + std::string(name.substr(0, kMaxZoneName)) + "' is not known",
                       "write a name of the IANA database, such as Asia/Tokyo or UTC"};
  }
  zone->name = name;
  return TimeZone(std::shared_ptr<const Zone>(std::move(zone)));
}

const std::string& TimeZone::name() const noexcept {
  return zone_->name;
}

LocalTime TimeZone::local(base::TimeNs time) const {
  const std::int64_t ms = floor_div(time.since_epoch_ns, kNsPerMs);
  std::int32_t raw = 0;
  std::int32_t saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone_->icu->getOffset(static_cast<UDate>(ms), static_cast<UBool>(false), raw, saving, status);
  HINOMI_CHECK(U_SUCCESS(status) != 0);
  const std::int64_t local_ms = ms + raw + saving;
  const std::int64_t day = floor_div(local_ms, kMsPerDay);
  const std::int64_t below_ms = time.since_epoch_ns - ms * kNsPerMs;
  return {{static_cast<std::int32_t>(day)}, (local_ms - day * kMsPerDay) * kNsPerMs + below_ms};
}

base::TimeNs TimeZone::at(Day day, int minute) const {
  const std::int64_t local_ms = day.number * kMsPerDay + minute * kMsPerMinute;
  std::int32_t raw = 0;
  std::int32_t saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  // FORMER: the offset before the change, which is the rule in the header for both kinds of change.
  zone_->icu->getOffsetFromLocal(static_cast<UDate>(local_ms), UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER,
                                 raw, saving, status);
  HINOMI_CHECK(U_SUCCESS(status) != 0);
  return {(local_ms - raw - saving) * kNsPerMs};
}

std::vector<std::string> time_zone_names() {
  std::vector<std::string> names{"UTC"};
  UErrorCode failed = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> all(icu::TimeZone::createTimeZoneIDEnumeration(
      UCAL_ZONE_TYPE_CANONICAL_LOCATION, nullptr, nullptr, failed));
  if (U_FAILURE(failed) != 0 || all == nullptr) return names;
  while (const char* const name = all->next(nullptr, failed)) {
    if (may_be_name(name) && make_zone(name) != nullptr) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace hinomi::work::calendar
