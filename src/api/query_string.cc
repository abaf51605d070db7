#include "api/query_string.h"

#include <algorithm>

#include "base/text.h"

namespace hinomi::api {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

base::Error refused(std::string message) {
  return {base::ErrorCode::invalid_input, std::move(message), "", {}};
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      if (c == '\0') return std::nullopt;
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    decoded += c;
  }
  if (!base::is_utf8(decoded)) return std::nullopt;
  return decoded;
}

base::Result<Parameters> Parameters::parse(std::string_view query) {
  Parameters parsed;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view item = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (item.empty()) continue;
    const std::size_t equals = std::min(item.find('='), item.size());
    auto name = percent_decoded(item.substr(0, equals), true);
    auto value = percent_decoded(item.substr(std::min(equals + 1, item.size())), true);
    if (!name || !value) return refused("a broken escape in the query");
    if (parsed.parameters_.size() >= kMaxParameters) return refused("too many parameters");
    const bool twice = std::any_of(parsed.parameters_.begin(), parsed.parameters_.end(),
                                   [&](const Parameter& other) { return other.name == *name; });
    if (twice) return refused("the parameter '" + *name + "' is given twice");
    parsed.parameters_.push_back({std::move(*name), std::move(*value), false});
  }
  return parsed;
}

const std::string* Parameters::find(std::string_view name) {
  for (Parameter& parameter : parameters_) {
    if (parameter.name != name) continue;
    parameter.known = true;
    return &parameter.value;
  }
  return nullptr;
}

std::string_view Parameters::first_unknown() const noexcept {
  for (const Parameter& parameter : parameters_) {
    if (!parameter.known) return parameter.name;
  }
  return {};
}

}  // namespace hinomi::api
