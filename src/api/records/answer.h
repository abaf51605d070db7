// Answers about records: JSON bodies with their ETag, and refusals of the engine as application/problem+json
// (RFC 9457) with the faults of single fields. Not for refusals before a route is reached (api/problem.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "record/record.h"

namespace hinomi::api::records {

[[nodiscard]] http::Response json_answer(std::string body, int status = 200);
// With the version as ETag: "7".
[[nodiscard]] http::Response record_answer(const schema::Entity& entity, const record::Record& record,
                                           int status = 200);
[[nodiscard]] http::Response refusal_answer(const record::Refusal& refusal);
[[nodiscard]] http::Response simple_problem(int status, std::string_view code, std::string_view title,
                                            std::string_view detail = {});
[[nodiscard]] http::Response not_found();
// Every refusal that the two above make by themselves or are asked for; for the description of the API.
struct RefusalFacts {
  int status = 0;
  std::string_view code;
  std::string_view title;
};
[[nodiscard]] std::vector<RefusalFacts> all_refusals();

}  // namespace hinomi::api::records
