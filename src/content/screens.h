// The screens of the browser that a role may name: content/screens.yaml. Not where they lead to.
#pragma once

#include <string>

#include "base/result.h"
#include "content/permission_table.h"

namespace hinomi::content {

inline constexpr std::size_t kMaxScreens = 500;

// Paths as the browser's router writes them: "/alerts/$id".
[[nodiscard]] base::Result<Names> load_screens(const std::string& path);

}  // namespace hinomi::content
