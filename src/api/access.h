// Who may ask for what: the permissions that routes declare and the one place that decides. Not for rows and
// fields of an answer, which every user of this release may see alike.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/origin.h"
#include "api/secret.h"
#include "api/sessions.h"
#include "ingest/live/intake.h"

namespace hinomi::api {

enum class Permission : std::uint8_t {
  everyone,     // needs nothing
  report_csp,   // everyone; browsers send these without an Origin, or with "null"
  sign_in,      // everyone: the route itself asks who it is
  read,         // a session or token: see alerts, rules, events and the state of the server
  own_session,  // a session: what concerns the person that has it
  send_events,  // the token of the source that is named
  record,       // somebody who is signed in; what they may do to which record is decided with the record
};

// A source that sends over HTTP, with the hash of its token. A name may stand several times, so that a token
// can be replaced without a gap.
struct HttpSource {
  const ingest::live::SourceInfo* source = nullptr;
  Digest token_hash{};
};

struct Known;  // identity.h

// What a request has shown of itself.
struct Caller {
  std::optional<SessionKey> session;  // nullopt with a token
  std::shared_ptr<const Known> who;   // where accounts are kept, once it was looked up
  const ingest::live::SourceInfo* source = nullptr;
};

class Access {
 public:
  // `has_accounts`: who somebody is stands in the database, and is looked up by the route; here only what
  // cannot be anybody is refused.
  Access(Origins origins, std::vector<HttpSource> sources, Sessions& sessions, bool has_accounts = false)
      : origins_(std::move(origins)),
        sources_(std::move(sources)),
        sessions_(sessions),
        has_accounts_(has_accounts) {}

  // The refusal of a request for a wrong Host or Origin; first of all, before anything is looked up.
  [[nodiscard]] std::optional<http::Response> refuse_place(const http::Request& request,
                                                           Permission permission) const;
  // The refusal for a missing session or token; fills `caller`.
  [[nodiscard]] std::optional<http::Response> refuse_caller(const http::Request& request,
                                                            Permission permission, Caller& caller);
  // Set-Cookie for a new session, or to end one (empty token).
  [[nodiscard]] static std::string cookie(std::string_view token, bool secure);

 private:
  [[nodiscard]] std::optional<http::Response> refuse_reader(const http::Request& request) const;
  [[nodiscard]] const ingest::live::SourceInfo* source_of(const http::Request& request) const;

  Origins origins_;
  std::vector<HttpSource> sources_;
  Sessions& sessions_;
  const bool has_accounts_;
};

// The token of a session in the cookie of a request; nullopt where it shows none, or two.
[[nodiscard]] std::optional<std::string_view> session_token(const http::Request& request);
// The token of a program in "Authorization: Bearer hnm_…"; nullopt where it shows none.
[[nodiscard]] std::optional<std::string_view> bearer_token(const http::Request& request);
// False: neither can be one of ours, whatever is stored. No secret and no database is touched.
[[nodiscard]] bool may_be_somebody(const http::Request& request);

// The value of a cookie in a Cookie field; nullopt when it is absent or stands more than once.
[[nodiscard]] std::optional<std::string_view> cookie_value(std::string_view field, std::string_view name);

}  // namespace hinomi::api
