#include "app/api_caller.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "api/access.h"
#include "base/text.h"
#include "messages/messages.h"
#include "os/file.h"
#include "parse/json/reader.h"

namespace hinomi::app {
namespace {

namespace http = api::http;
using parse::json::Kind;

constexpr std::string_view kDefaultAddress = "http://localhost:8440";
constexpr std::string_view kTokenFront = "hnm_";  // of a program; anything else is that of a session
constexpr std::size_t kMaxToken = 1024;
constexpr std::uint64_t kMaxData = 8ULL << 20;
constexpr std::string_view kApi = "/api/v1";

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

base::Error not_a_token(std::string message, std::string remedy) {
  return {base::ErrorCode::invalid_input, std::move(message), std::move(remedy), {}};
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxToken && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != ';' && c != ',' && c != '"' && c != '\\';
  });
}

// The field that shows who asks.
http::Field credential_of(const std::string& token, bool secure) {
  if (token.starts_with(kTokenFront)) return {"Authorization", "Bearer " + token};
  const std::string cookie = api::Access::cookie(token, secure);
  return {"Cookie", cookie.substr(0, cookie.find(';'))};
}

// "k=v" as it stands in a query; nullopt: no such pair.
std::optional<std::string> query_pair(std::string_view given) {
  const std::size_t equals = given.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  return percent_encoded(given.substr(0, equals)) + "=" + percent_encoded(given.substr(equals + 1));
}

void show_error(Console& console, const base::Error& error) {
  console.error_line(messages::api_failed(console.language, error.message));
  if (!error.remedy.empty()) console.error_line(messages::serve_remedy(console.language, error.remedy));
}

std::string text_member(const parse::json::Value& object, std::string_view name) {
  for (auto key = object.first(); !(key == object.last()); key = key.next().next())
    if (key.string() == name && key.next().kind() == Kind::string) return std::string(key.next().string());
  return {};
}

void show_faults(Console& console, const parse::json::Value& problem) {
  for (auto key = problem.first(); !(key == problem.last()); key = key.next().next()) {
    if (key.string() != "faults" || key.next().kind() != Kind::array) continue;
    const auto faults = key.next();
    for (auto fault = faults.first(); !(fault == faults.last()); fault = fault.next()) {
      if (fault.kind() != Kind::object) continue;
      const std::string code = text_member(fault, "code");
      const auto known = messages::label(console.language, "fault." + code);
      console.error_line(messages::api_fault(
          console.language,
          {.field = text_member(fault, "field"), .fault = known ? *known : std::string_view(code)}));
    }
  }
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 0x0FU];
    }
  }
  return out;
}

base::Result<std::string> read_token_file(const std::string& path) {
  const os::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0)
    return base::Error{base::ErrorCode::not_found, "cannot read the token file " + path, "", {}};
  if (!S_ISREG(status.st_mode)) return not_a_token(path + " is no file", "");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 || status.st_uid != ::geteuid())
    return base::Error{base::ErrorCode::forbidden,
                       path + " can be read by others, or is of somebody else",
                       "chmod 600 " + path,
                       {}};
  std::array<char, kMaxToken + 2> bytes{};
  const ssize_t size = ::read(file.get(), bytes.data(), bytes.size());
  std::string_view text(bytes.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (!is_token(text)) return not_a_token(path + " holds no token", "one line, the token and nothing else");
  return std::string(text);
}

std::optional<ApiCaller> ApiCaller::create(Console& console, const Arguments& arguments) {
  ApiCaller caller;
  std::string given = arguments.value("--address").value_or(environment("HINOMI_ADDRESS"));
  if (given.empty()) given = kDefaultAddress;
  auto address = http::parse_address(given);
  if (!address) return show_error(console, address.error()), std::nullopt;
  caller.address_ = std::move(*address);
  caller.options_.authorities = arguments.value("--authority").value_or("");
  std::string token = environment("HINOMI_TOKEN");
  if (const auto path = arguments.value("--token-file")) {
    auto read = read_token_file(*path);
    if (!read) return show_error(console, read.error()), std::nullopt;
    token = std::move(*read);
  }
  if (!token.empty()) {
    if (!is_token(token))
      return show_error(console, not_a_token("$HINOMI_TOKEN holds no token", "")), std::nullopt;
    caller.credential_ = credential_of(token, caller.address_.secure);
  }
  caller.reason_ = percent_encoded(arguments.value("--reason").value_or(""));
  for (const std::string& pair : arguments.values("--query")) {
    const auto encoded = query_pair(pair);
    if (!encoded) {
      console.error_line(messages::api_no_pair(console.language, pair));
      return std::nullopt;
    }
    caller.query_ += (caller.query_.empty() ? "" : "&") + *encoded;
  }
  return caller;
}

std::optional<http::Response> ApiCaller::ask(Console& console, std::string_view method,
                                             const std::string& target, const std::string& body,
                                             std::vector<http::Field> fields) const {
  http::ClientRequest request;
  request.method = method;
  const bool is_whole = target.starts_with("/api/") || target == "/healthz";
  request.target = (is_whole ? "" : std::string(kApi)) + (target.starts_with('/') ? "" : "/") + target;
  if (!query_.empty()) request.target += (request.target.find('?') == std::string::npos ? "?" : "&") + query_;
  request.body = body;
  request.fields = std::move(fields);
  if (!credential_.name.empty()) request.fields.push_back(credential_);
  if (method != "GET" && method != "HEAD") request.fields.push_back({"Origin", address_.origin()});
  if (!body.empty()) request.fields.push_back({"Content-Type", "application/json"});
  if (!reason_.empty()) request.fields.push_back({"X-Hinomi-Reason", reason_});
  auto answer = http::ask_server(address_, request, options_);
  if (!answer) return show_error(console, answer.error()), std::nullopt;
  return std::move(*answer);
}

bool is_refusal(const http::Response& response) noexcept {
  return response.status < 200 || response.status >= 300;
}

void show_refusal(Console& console, const http::Response& response) {
  parse::json::Reader reader;
  const auto problem = reader.read(response.body);
  const bool is_known = problem && problem->kind() == Kind::object;
  const std::string code = is_known ? text_member(*problem, "code") : std::string();
  std::string why = is_known ? text_member(*problem, "detail") : std::string();
  if (why.empty() && is_known) why = text_member(*problem, "title");
  console.error_line(messages::api_refused(
      console.language, {.status = response.status, .code = code.empty() ? "-" : code, .why = why}));
  if (is_known) show_faults(console, *problem);
}

std::optional<std::string> data_of(Console& console, const Arguments& arguments) {
  const auto data = arguments.value("--data");
  if (!data) return std::string();
  if (!data->starts_with('@')) return *data;
  const std::string path = data->substr(1);
  auto text = os::read_file(path, kMaxData);
  if (text) return std::move(*text);
  console.error_line(
      messages::error_of_file(console.language, {.path = path, .reason = text.error().message}));
  return std::nullopt;
}

std::string field_of(const http::Response& response, std::string_view name) {
  const auto found = std::find_if(response.fields.begin(), response.fields.end(),
                                  [&](const http::Field& field) { return field.name == name; });
  return found == response.fields.end() ? std::string() : found->value;
}

}  // namespace hinomi::app
