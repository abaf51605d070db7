#include "api/router.h"

#include <algorithm>

#include "api/query_string.h"

namespace hinomi::api {
namespace {

constexpr std::size_t kMaxParamBytes = 1024;

std::string_view take_part(std::string_view& path) noexcept {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

bool fits(std::string_view pattern, std::string_view path, std::vector<std::string>& params) {
  params.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_part(pattern);
    const std::string_view part = take_part(path);
    if (!wanted.starts_with('{')) {
      if (wanted != part) return false;
      continue;
    }
    auto value = percent_decoded(part, false);
    // A part that would be read as a folder by a careless reader never gets through.
    if (!value || value->empty() || value->size() > kMaxParamBytes || *value == "." || *value == ".." ||
        value->find('/') != std::string::npos || value->find('\\') != std::string::npos) {
      return false;
    }
    params.push_back(std::move(*value));
  }
  return pattern.empty() && path.empty();
}

}  // namespace

Match Router::match(http::Method method, std::string_view path) const {
  const http::Method wanted = method == http::Method::head ? http::Method::get : method;
  Match match;
  std::vector<std::string> params;
  for (const Route& route : routes_) {
    if (!fits(route.pattern, path, params)) continue;
    match.path_is_known = true;
    if (route.method == wanted) {
      match.route = &route;
      match.params = std::move(params);
      return match;
    }
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += http::name_of(route.method);
    if (route.method == http::Method::get) match.allow += ", HEAD";
  }
  return match;
}

}  // namespace hinomi::api
