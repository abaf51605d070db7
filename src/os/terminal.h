// What the standard streams are attached to, how wide it is, and which language its user reads.
// Not for drawing; text from logs must pass base::visible before it is shown.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::os {

enum class StandardStream : std::uint8_t { input, output, error };

[[nodiscard]] bool is_terminal(StandardStream stream) noexcept;
// Columns of the terminal behind `stream`; nullopt when it is none or does not say.
[[nodiscard]] std::optional<int> terminal_columns(StandardStream stream) noexcept;

enum class Language : std::uint8_t { en, ja };

// The value of an environment variable, or nullopt.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
[[nodiscard]] std::optional<std::string> process_environment(std::string_view name);

// Language of messages by POSIX rules (XBD 8.2): the first non-empty one of LC_ALL, LC_MESSAGES, LANG; ja for
// "ja", "ja_JP.UTF-8", "ja-JP", "japanese", otherwise en.
[[nodiscard]] Language message_language(const Environment& environment = process_environment);

}  // namespace hinomi::os
