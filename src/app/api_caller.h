// What the commands that speak to a running server share: its address, the caller's token, one request, and
// what a refusal looks like to people. Not for HTTP itself (api/http/client.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/client.h"
#include "app/arguments.h"
#include "app/console.h"

namespace hinomi::app {

// The options that all of them take.
inline constexpr OptionSpec kCallerOptions[] = {{"--address", true},
                                                {"--authority", true},
                                                {"--token-file", true},
                                                {"--reason", true},
                                                {"--query", true}};

class ApiCaller {
 public:
  // From the options, $HINOMI_ADDRESS and $HINOMI_TOKEN; nullopt after a message.
  [[nodiscard]] static std::optional<ApiCaller> create(Console& console, const Arguments& arguments);

  // `target` with the parameters of --query; "/people" is short for "/api/v1/people". nullopt after a
  // message: there was no answer. A refusal of the server is an answer.
  [[nodiscard]] std::optional<api::http::Response> ask(Console& console, std::string_view method,
                                                       const std::string& target,
                                                       const std::string& body = {},
                                                       std::vector<api::http::Field> fields = {}) const;

 private:
  api::http::ServerAddress address_;
  api::http::ClientOptions options_;
  api::http::Field credential_;
  std::string reason_;
  std::string query_;
};

[[nodiscard]] bool is_refusal(const api::http::Response& response) noexcept;
// Says on the console what the server refused and why.
void show_refusal(Console& console, const api::http::Response& response);
// The text of --data: itself, what stands in the file of "@file", or "" without; nullopt after a message.
[[nodiscard]] std::optional<std::string> data_of(Console& console, const Arguments& arguments);
// The value of a field of an answer, by its lower-case name.
[[nodiscard]] std::string field_of(const api::http::Response& response, std::string_view name);

// "a b" → "a%20b": everything but letters, digits and -._~.
[[nodiscard]] std::string percent_encoded(std::string_view text);
// A token from a file that nobody else can read; the reason in an Error otherwise.
[[nodiscard]] base::Result<std::string> read_token_file(const std::string& path);

}  // namespace hinomi::app
