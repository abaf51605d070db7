// Refusals as application/problem+json (RFC 9457): a closed list, each with a code for programs. Not for
// errors of the data that was read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace hinomi::api {

enum class Problem : std::uint8_t {
  malformed,          // 400
  unknown_value,      // 400: a parameter or field that is not understood
  not_signed_in,      // 401
  wrong_token,        // 401
  forbidden,          // 403
  needs_step_up,      // 403: prove again who you are
  wrong_host,         // 403
  wrong_origin,       // 403
  not_found,          // 404
  wrong_method,       // 405
  too_slow,           // 408
  too_long,           // 413
  wrong_media_type,   // 415
  wrong_expectation,  // 417
  too_many,           // 429: too many tries
  queue_full,         // 429
  head_too_long,      // 431
  failed,             // 500
  disk_full,          // 503
  busy,               // 503
  not_written,        // 503; nothing was acknowledged, the sender may try again
  shutting_down,      // 503
  wrong_version,      // 505
};

// One fault among several: what is wrong, and where.
struct ProblemPart {
  std::string detail;
  std::uint64_t line = 0;  // of the body, from 1; 0 = not about a line
  std::string parameter;   // of the query; empty = none
};

// `detail` is English; its parts may hold text of the request, which is made safe to show.
[[nodiscard]] http::Response problem(Problem kind, std::string_view detail,
                                     const std::vector<ProblemPart>& parts = {});
// The one that fits a status the HTTP server gives by itself.
[[nodiscard]] Problem problem_of_status(int status) noexcept;

}  // namespace hinomi::api
