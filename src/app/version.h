// Which version this is. Not for formats, which carry versions of their own.
#pragma once

#include <string_view>

namespace hinomi::app {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace hinomi::app
