#include "normalise/mapping_yaml.h"

#include <utility>

namespace hinomi::normalise {

using parse::yaml::Node;

base::Error mapping_fault(const Node& node, std::string what) {
  return {.code = base::ErrorCode::invalid_input,
          .message = "field mapping: " + std::move(what),
          .remedy = "see content/mappings/README.md for the form",
          .where = node.where};
}

// A scalar or a sequence of scalars.
base::Result<void> take_texts(const Node& node, std::vector<std::string>& out) {
  if (node.is_scalar()) {
    out.push_back(node.text);
    return {};
  }
  if (!node.is_sequence()) return mapping_fault(node, "expected a text or a list of texts");
  for (const Node& item : node.items) {
    if (!item.is_scalar()) return mapping_fault(item, "expected a text");
    out.push_back(item.text);
  }
  return {};
}

base::Result<void> take_log_source(const Node& node, event::LogSource& source) {
  if (!node.is_mapping()) return mapping_fault(node, "'for' must name product, category or service");
  for (const auto& member : node.members) {
    std::string* part = member.key == "product"    ? &source.product
                        : member.key == "category" ? &source.category
                        : member.key == "service"  ? &source.service
                                                   : nullptr;
    if (part == nullptr || !member.value.is_scalar()) {
      return mapping_fault(member.value,
                           "'" + member.key + "' is not product, category or service with a text");
    }
    *part = member.value.text;
  }
  return {};
}

}  // namespace hinomi::normalise
