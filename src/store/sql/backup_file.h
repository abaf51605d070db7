// What both kinds of backup have in common: a file that is there as a whole or not at all. For the two
// implementations only.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace hinomi::store::sql {

// `write` fills a file of another name in the same folder, which is there already, empty, for its owner only;
// then it takes its name, durably. Error conflict: there is a file of that name, before or afterwards.
[[nodiscard]] base::Result<void> make_whole(
    const std::string& path, const std::function<base::Result<void>(const std::string&)>& write);

[[nodiscard]] base::Error not_empty(const std::string& what);

}  // namespace hinomi::store::sql
