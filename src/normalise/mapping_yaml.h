// What the mapping files have in common: lists of texts, and which log sources a group is for. Parts of the
// readers of content/mappings only.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "event/log_source.h"
#include "parse/yaml/yaml.h"

namespace hinomi::normalise {

[[nodiscard]] base::Error mapping_fault(const parse::yaml::Node& node, std::string what);
// Appends a scalar, or a sequence of scalars.
[[nodiscard]] base::Result<void> take_texts(const parse::yaml::Node& node, std::vector<std::string>& out);
// { product: …, category: …, service: … }
[[nodiscard]] base::Result<void> take_log_source(const parse::yaml::Node& node, event::LogSource& source);

}  // namespace hinomi::normalise
