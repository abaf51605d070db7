// Tactics and techniques of MITRE ATT&CK as rules name them in tags ("attack.lateral_movement",
// "attack.t1021.002"). Not a catalogue: any name of that form is taken.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hinomi::store::alerts {

// Lower case with '-': "lateral-movement".
[[nodiscard]] std::string tactic_form(std::string_view name);
// Upper case: "T1021.002".
[[nodiscard]] std::string technique_form(std::string_view name);

// Of a tag, in the forms above; nullopt when the tag is none.
[[nodiscard]] std::optional<std::string> tactic_of(std::string_view tag);
[[nodiscard]] std::optional<std::string> technique_of(std::string_view tag);

}  // namespace hinomi::store::alerts
