// Parts of requests.
#include <algorithm>
#include <charconv>

#include "api/records/service.h"
#include "base/text.h"

namespace hinomi::api::records {
namespace {

constexpr std::size_t kMaxParameters = 64;
constexpr std::size_t kMaxReason = 2000;  // bytes
constexpr std::size_t kMaxKey = 128;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!base::is_utf8(out) || out.find('\0') != std::string::npos) return std::nullopt;
  return out;
}

}  // namespace

std::string reason_of(const http::Request& request) {
  const std::string_view sent = request.field("x-hinomi-reason");
  if (sent.empty() || sent.size() > kMaxReason * 3) return {};
  auto reason = decoded(sent, false);
  if (!reason || reason->size() > kMaxReason) return {};
  return std::move(*reason);
}

std::string name_of_file(const http::Request& request) {
  const std::string_view sent = request.field("x-hinomi-name");
  if (sent.empty() || sent.size() > kMaxReason * 3) return {};
  auto name = decoded(sent, false);
  return name && name->size() <= kMaxReason ? std::move(*name) : std::string();
}

record::Context context_of(const Asked& asked) {
  record::Context context;
  context.who = &asked.who;
  const std::string_view key = asked.request.field("idempotency-key");
  if (key.size() <= kMaxKey) context.request_key = key;
  context.peer = asked.request.peer;
  context.realm = asked.who.realm;
  context.via = asked.request.has("authorization") ? "api" : "web";
  return context;
}

Match if_match(const http::Request& request) {
  if (!request.has("if-match")) return {};
  std::string_view value = request.field("if-match");
  Match match{std::nullopt, true};
  if (value.size() < 3 || value.front() != '"' || value.back() != '"') return match;
  value = value.substr(1, value.size() - 2);
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), version);
  if (error != std::errc{} || end != value.data() + value.size()) return match;
  return {version, false};
}

std::optional<std::vector<record::Parameter>> parameters_of(const http::Request& request) {
  std::vector<record::Parameter> parameters;
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals), true);
    auto value = decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), true);
    if (!name || !value || parameters.size() >= kMaxParameters) return std::nullopt;
    parameters.push_back({std::move(*name), std::move(*value)});
  }
  return parameters;
}

record::ReadQuery query_of(const Asked& asked, const schema::Entity& entity,
                           const std::vector<record::Parameter>& parameters) {
  record::ReadQuery read = record::read_query(entity, parameters);
  const bool names_realm = std::any_of(parameters.begin(), parameters.end(),
                                       [](const record::Parameter& one) { return one.name == "realm"; });
  if (!names_realm) read.query.realm = asked.who.realm;
  return read;
}

std::optional<std::string> take(std::vector<record::Parameter>& parameters, std::string_view name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const record::Parameter& one) { return one.name == name; });
  if (found == parameters.end()) return std::nullopt;
  std::string value = std::move(found->value);
  parameters.erase(found);
  return value;
}

bool is_json(const http::Request& request) {
  const std::string_view type = request.field("content-type");
  return type.substr(0, type.find(';')) == "application/json";
}

}  // namespace hinomi::api::records
