#include "api/access.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/problem.h"
#include "api/query_string.h"
#include "base/text.h"
#include "credential/api_token.h"
#include "credential/session.h"

namespace hinomi::api {
namespace {

constexpr std::string_view kCookie = "hinomi_session";
constexpr std::string_view kSecureCookie = "__Host-hinomi_session";
constexpr std::string_view kApiPrefix = "/api/";
constexpr std::string_view kBearer = "bearer ";  // in any case (RFC 9110, 11.1)
constexpr std::size_t kMaxBearerBytes = 256;

std::string_view cookie_name(bool secure) noexcept {
  return secure ? kSecureCookie : kCookie;
}

bool is_safe(http::Method method) noexcept {
  return method == http::Method::get || method == http::Method::head;
}

// Programs that are no browser send no Origin; those that act for a page must. A page of another site cannot
// make a browser send an Authorization field, and where there is one no cookie is looked at.
bool may_lack_origin(const http::Request& request, Permission permission) {
  if (permission == Permission::send_events || permission == Permission::report_csp) return true;
  return (permission == Permission::record || permission == Permission::read) && request.has("authorization");
}

std::string_view trimmed(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::string_view> cookie_value(std::string_view field, std::string_view name) {
  std::optional<std::string_view> found;
  while (!field.empty()) {
    const std::size_t end = std::min(field.find(';'), field.size());
    const std::string_view pair = trimmed(field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (found) return std::nullopt;
    found = pair.substr(equals + 1);
  }
  return found;
}

std::optional<std::string_view> session_token(const http::Request& request) {
  if (request.count("cookie") != 1) return std::nullopt;
  return cookie_value(request.field("cookie"), cookie_name(request.secure));
}

std::optional<std::string_view> bearer_token(const http::Request& request) {
  const std::string_view field = request.field("authorization");
  if (request.count("authorization") != 1 || field.size() > kMaxBearerBytes ||
      base::folded(field.substr(0, kBearer.size())) != kBearer)
    return std::nullopt;
  return trimmed(field.substr(kBearer.size()));
}

bool may_be_somebody(const http::Request& request) {
  if (request.has("authorization")) {
    const auto token = bearer_token(request);
    return token && credential::hash_of_api_token(*token);
  }
  const auto token = session_token(request);
  return token && credential::hash_of_session_token(*token);
}

std::optional<http::Response> Access::refuse_place(const http::Request& request,
                                                   Permission permission) const {
  if (!origins_.serves_host(request.field("host"), request.secure)) {
    return problem(Problem::wrong_host, "the Host is none of the names of this server");
  }
  if (is_safe(request.method)) return refuse_reader(request);
  if (request.count("origin") > 1) return problem(Problem::wrong_origin, "more than one Origin");
  if (!request.has("origin")) {
    if (may_lack_origin(request, permission)) return std::nullopt;
    return problem(Problem::wrong_origin, "no Origin");
  }
  const std::string_view origin = request.field("origin");
  if (origins_.is_own(origin)) return std::nullopt;
  if (permission == Permission::report_csp && origin == "null") return std::nullopt;
  return problem(Problem::wrong_origin, "the Origin is none of this server");
}

std::optional<http::Response> Access::refuse_caller(const http::Request& request, Permission permission,
                                                    Caller& caller) {
  const bool looked_up = permission == Permission::record || permission == Permission::read ||
                         permission == Permission::own_session;
  if (has_accounts_ && looked_up) {
    if (may_be_somebody(request)) return std::nullopt;
    return problem(Problem::not_signed_in, "no session or token, or one that has ended");
  }
  switch (permission) {
    case Permission::everyone:
    case Permission::report_csp:
    case Permission::sign_in:
      return std::nullopt;
    case Permission::record: {
      // Who it is, is found on a thread that may wait; whoever shows nothing is refused at once.
      const auto token = session_token(request);
      if (token) caller.session = sessions_.find(*token);
      if (token || request.has("authorization")) return std::nullopt;
      return problem(Problem::not_signed_in, "no session or token, or one that has ended");
    }
    case Permission::read:
    case Permission::own_session: {
      const auto token = session_token(request);
      if (token) caller.session = sessions_.find(*token);
      if (caller.session) return std::nullopt;
      return problem(Problem::not_signed_in, "no session, or one that has ended");
    }
    case Permission::send_events:
      caller.source = source_of(request);
      if (caller.source != nullptr) return std::nullopt;
      return problem(Problem::wrong_token, "no source of this name with this token")
          .with("WWW-Authenticate", "Bearer");
  }
  return problem(Problem::failed, "a permission that nobody knows");
}

// A page of another site may not read the API, be it only to see that there is an answer; what is held open
// for it, as a stream of events, would cost as much as one of ours.
std::optional<http::Response> Access::refuse_reader(const http::Request& request) const {
  if (!request.path.starts_with(kApiPrefix)) return std::nullopt;
  for (const http::Field& field : request.fields)
    if (field.name == "origin" && !origins_.is_own(field.value))
      return problem(Problem::wrong_origin, "the Origin is none of this server");
  if (request.field("sec-fetch-site") == "cross-site")
    return problem(Problem::wrong_origin, "a page of another site asks");
  return std::nullopt;
}

// Every token is compared with, so that the time tells nothing about names and tokens.
const ingest::live::SourceInfo* Access::source_of(const http::Request& request) const {
  const std::string_view field = request.field("authorization");
  auto parameters = Parameters::parse(request.query);
  if (!parameters || base::folded(field.substr(0, kBearer.size())) != kBearer ||
      field.size() > kMaxBearerBytes)
    return nullptr;
  const std::string* const name = parameters->find("source");
  if (name == nullptr) return nullptr;
  const Digest hash = sha256(field.substr(kBearer.size()));
  const ingest::live::SourceInfo* found = nullptr;
  for (const HttpSource& candidate : sources_) {
    const bool same_token = equal_digests(candidate.token_hash, hash);
    if (same_token && candidate.source->name == *name) found = candidate.source;
  }
  return found;
}

std::string Access::cookie(std::string_view token, bool secure) {
  constexpr std::int64_t kSecondNs = 1'000'000'000;
  std::string text = fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}", cookie_name(secure),
                                 token, token.empty() ? 0 : kSessionLifeNs / kSecondNs);
  if (secure) text += "; Secure";
  return text;
}

}  // namespace hinomi::api
