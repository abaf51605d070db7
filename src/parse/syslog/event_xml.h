// A Windows event as XML text inside another log: Sysmon for Linux writes one a syslog message, some exports
// keep EventData as XML. Only the plain shape of such events, not an XML parser.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "parse/syslog/pair.h"

namespace hinomi::parse::syslog {

inline constexpr std::size_t kMaxElementDepth = 16;

// Appends the texts of elements and attributes under dotted paths: "Event.System.EventID",
// "Event.System.Provider.#attributes.Name"; <Data Name="x"> becomes "Event.EventData.x". False when `text`
// does not begin with an element or is not well nested; pairs found until then stay.
bool parse_event_xml(std::string_view text, base::Arena& arena, Pairs& out);

}  // namespace hinomi::parse::syslog
