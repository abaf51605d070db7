// What a correlation keeps of each event it counts. Not the event: the caller finds that by its reference.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace hinomi::detect {

// Names an event for the caller; opaque here.
struct EventRef {
  std::uint64_t input = 0;
  std::uint64_t record = 0;
  friend bool operator==(const EventRef&, const EventRef&) = default;
};

// An event that a firing rests on.
struct Evidence {
  base::TimeNs time;
  EventRef event;
  std::uint32_t member = 0;  // index into CorrelationRule::members
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

inline constexpr std::size_t kMaxEvidence = 100;
// Beyond this many matches in a window (or the condition's limit, if larger) a count says "at least".
inline constexpr std::size_t kMaxExactCount = 65'536;

}  // namespace hinomi::detect
