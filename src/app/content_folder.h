// Where the content that ships with the program lies: rules and mappings.
#pragma once

#include <string>

#include "base/result.h"

namespace hinomi::app {

// $HINOMI_CONTENT, else ../share/hinomi/content beside the program (../../share for programs in libexec/hinomi),
// else `content` in a folder above the program (a build tree). Error not_found names the places looked at.
[[nodiscard]] base::Result<std::string> content_folder();

}  // namespace hinomi::app
