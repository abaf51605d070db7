// Any bytes as the text of a schedule: what is read is within its bounds, reads back the same, and has a next
// run or none; runs only go forward.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "work/schedule/schedule_text.h"

using namespace hinomi;
using namespace hinomi::work::schedule;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const work::calendar::TimeZone zone = *work::calendar::TimeZone::of("America/New_York");
  const auto schedule = parse_schedule({reinterpret_cast<const char*>(data), size}, zone);
  if (!schedule) return 0;
  const std::string text = format_schedule(*schedule);
  const auto again = parse_schedule(text, zone);
  HINOMI_CHECK(again && format_schedule(*again) == text);
  if (needs_calendar(*schedule)) return 0;
  base::TimeNs time{1'772'000'000'000'000'000};
  for (int i = 0; i < 3; ++i) {
    const auto next = next_after(*schedule, nullptr, time);
    HINOMI_CHECK(next);
    if (!*next) break;
    HINOMI_CHECK(time < **next);
    time = **next;
  }
  return 0;
}
