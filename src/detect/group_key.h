// Values that a rule captured from an event, and the folded keys by which they are grouped and counted.
// Not for showing: a key is bytes for comparison only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hinomi::detect {

// The value of one field of a matched event. A field with several values gives one; which one is the caller's
// choice, but always the same (the first). A null value is absent; an empty text is present.
struct CapturedValue {
  bool present = false;
  std::string_view text;
};

// Appends the key of captures[indexes[0]], captures[indexes[1]] … to `key`: each simply folded and followed
// by its folded length in 4 bytes, so that no two different tuples share a key. False, with `key`
// unspecified, when one of them is absent or its index lies outside.
[[nodiscard]] bool append_group_key(std::string& key, std::span<const std::uint32_t> indexes,
                                    std::span<const CapturedValue> captures);

// A whole text that is a finite decimal number ("-12", "3.5", "1e3"; no blanks, no sign '+', no hexadecimal).
[[nodiscard]] std::optional<double> decimal_number(std::string_view text) noexcept;

}  // namespace hinomi::detect
