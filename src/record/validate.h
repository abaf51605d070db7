// Whether values are what their fields say. Not for what only the database knows: uniqueness and whether a
// referenced record is there (engine).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.h"

namespace hinomi::record {

inline constexpr std::size_t kMaxTags = 50;
inline constexpr std::size_t kMaxTagLength = 60;           // code points
inline constexpr std::size_t kMaxCustomBytes = 64 * 1024;  // of the JSON object

// The value belongs to the kind of the field (parse_value() and the engine see to it).
[[nodiscard]] std::optional<Fault> check_value(const schema::Field& field, const schema::Value& value);

enum class Origin : std::uint8_t {
  caller,   // may not touch what is the server's own
  program,  // an action or the program itself
};
// What is wrong with a draft by itself; `before` is the record that it would change, nullptr for a new one.
[[nodiscard]] std::vector<Fault> check_draft(const schema::Entity& entity, const Draft& draft,
                                             const Record* before, Origin origin);

// A civil day "2026-11-25" that exists, years 1900 to 2999.
[[nodiscard]] bool is_date(std::string_view text) noexcept;
// One line: no control characters; well-formed UTF-8.
[[nodiscard]] bool is_line(std::string_view text) noexcept;
// Several lines: of the control characters only line feed and tab.
[[nodiscard]] bool is_prose(std::string_view text) noexcept;

}  // namespace hinomi::record
