// The parts of the API's description that no declaration says: schemas of alerts, findings, problems and
// others, parameters and headers by name. JSON objects as text. Not for records (openapi_schemas.h).
#pragma once

#include <string_view>

namespace hinomi::api {

[[nodiscard]] std::string_view schema_parts() noexcept;     // name → schema
[[nodiscard]] std::string_view parameter_parts() noexcept;  // name → parameter of a query, or header
[[nodiscard]] std::string_view security_parts() noexcept;   // name → security scheme

}  // namespace hinomi::api
