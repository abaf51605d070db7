// Keeps text that a spreadsheet program would take for a formula from being one in a CSV file, in a way that
// is undone exactly. Not for XLSX, where cells have types.
#pragma once

#include <string>
#include <string_view>

namespace hinomi::parse::sheet {

// Puts an apostrophe before each place in `text` where a formula could begin: at its start, and behind a
// separator, line end or TAB inside it, because a program that expects another separator cuts there although
// the field is quoted. A formula begins with = + - @ or their full-width forms, at the start also with TAB,
// CR or LF, behind any apostrophes, then blanks and quotes.
[[nodiscard]] std::string guarded(std::string_view text);
// unguarded(guarded(x)) == x. Text that nothing was done to stays as it is, unless it has such an apostrophe
// at such a place: other programs guard so, too.
[[nodiscard]] std::string unguarded(std::string_view text);

}  // namespace hinomi::parse::sheet
