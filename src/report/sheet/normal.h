// Forms of text that make equal what programs and keyboards change by themselves. For comparing only: what is
// stored stays as people wrote it.
#pragma once

#include <string>
#include <string_view>

namespace hinomi::report::sheet {

// Line ends, blanks at both ends and at line ends, no-break spaces, composition (NFC), and the pairs that
// tables of Shift_JIS map apart (〜 and ～).
[[nodiscard]] std::string comparable(std::string_view text);
// Beyond that the width and other compatible forms (NFKC): "ＡＢＣ　㈱" is "ABC (株)".
[[nodiscard]] std::string without_width(std::string_view text);
// Titles and choices: without_width and case.
[[nodiscard]] std::string name_form(std::string_view text);

}  // namespace hinomi::report::sheet
