// What this program says, in English and Japanese. It carries its own texts, since it must stand alone: the
// other programs take theirs from content/messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hinomi::verify {

enum class Text : std::uint8_t {
  usage,
  unreadable,
  no_keys,
  manifest_signature,
  manifest_form,
  extra_file,
  missing_file,
  changed_file,
  entry_form,
  entry_place,
  entry_count,
  details_form,
  details_wrong,
  checkpoint_wrong,
  checkpoint_root,
  checkpoint_beyond,
  checkpoint_last,
  known_root,
  known_beyond,
  anchor_wrong,
  anchor_of_nothing,
  evidence_unknown,
  proof_wrong,
  too_many,
  own_keys,
  own_certificates,
  no_anchor,
  anchored,
  counted,
  good,
  bad,
};

enum class Language : std::uint8_t { en, ja };

// "{}" is replaced by `value`.
std::string text(Language language, Text which, std::string_view value = {});

}  // namespace hinomi::verify
