// The routes by which people sign in and look after their accounts, and those of the first start. Each says
// who may ask; answered on worker threads, those that hash passwords on threads of their own. Not for the
// rules (account/accounts.h).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/accounts.h"
#include "api/identity.h"
#include "api/query_thread.h"
#include "api/router.h"
#include "api/server.h"
#include "api/tickets.h"

namespace hinomi::api {

class JsonBody;

class SignInRoutes {
 public:
  static constexpr std::size_t kThreads = 2;
  static constexpr std::size_t kHashThreads = 2;
  static constexpr std::uint64_t kMaxBody = 192 * 1024;  // an answer of a browser about a passkey

  struct Parts {
    account::Accounts* accounts = nullptr;
    record::Engine* engine = nullptr;
    Identity* identity = nullptr;
    Identity::GrantsOf grants_of;
    Tickets* tickets = nullptr;
    const SetupChoices* choices = nullptr;
    std::function<base::Result<void>()> add_demo;  // empty: there is no demonstration to add
    std::function<void(std::string_view line)> log;
    // A session has ended: what is held open for it is closed. On the io thread.
    std::function<void(const credential::Digest&)> session_ended;
  };
  SignInRoutes(Parts parts, http::Poster post) : parts_(std::move(parts)), post_(std::move(post)) {}

  [[nodiscard]] std::vector<Route> routes();

 private:
  // A request with who sent it; `known` is there but for routes that are for everybody.
  struct Asked {
    http::Request& request;
    std::optional<Known> known;
    Caller caller;
    [[nodiscard]] const account::Session& session() const { return *known->session; }
    [[nodiscard]] const access::Principal& who() const { return known->who; }
  };
  using Answer = http::Response (SignInRoutes::*)(Asked&);
  enum class For : std::uint8_t {
    everybody,    // known where they show something
    session,      // a whole session
    any_session,  // or half of one: what may end it, or make it whole
    token_too,    // a session or a token
  };
  struct Spec {
    http::Method method = http::Method::get;
    std::string_view pattern;
    For who = For::session;
    Answer answer = nullptr;
    bool hashes = false;
    std::string_view needs = {};
  };
  void add(std::vector<Route>& routes, const Spec& spec);
  [[nodiscard]] http::Response run(const Spec& spec, const Route& route, http::Request& request);

  // session (sign_in_routes.cc)
  http::Response who_am_i(Asked& asked);
  http::Response sign_in(Asked& asked);
  http::Response sign_in_by(Asked& asked, JsonBody& body);
  http::Response sign_out(Asked& asked);
  http::Response prove(Asked& asked);
  http::Response passkey_request(Asked& asked);
  http::Response list_sessions(Asked& asked);
  http::Response end_session(Asked& asked);
  // one's own account (account_routes.cc)
  http::Response account(Asked& asked);
  http::Response change_password(Asked& asked);
  http::Response start_totp(Asked& asked);
  http::Response confirm_totp(Asked& asked);
  http::Response remove_totp(Asked& asked);
  http::Response passkey_creation(Asked& asked);
  http::Response add_passkey(Asked& asked);
  http::Response remove_passkey(Asked& asked);
  http::Response recovery_codes(Asked& asked);
  http::Response list_tokens(Asked& asked);
  http::Response create_token(Asked& asked);
  http::Response end_token(Asked& asked);
  // accounts of others (people_routes.cc)
  http::Response invite(Asked& asked);
  http::Response check_invitation(Asked& asked);
  http::Response accept(Asked& asked);
  http::Response account_of(Asked& asked);
  http::Response disable(Asked& asked);
  // first start (setup_routes.cc)
  http::Response setup_state(Asked& asked);
  http::Response setup(Asked& asked);
  http::Response checklist(Asked& asked);

  [[nodiscard]] account::From from(const http::Request& request) const;
  [[nodiscard]] record::Context context(const Asked& asked) const;
  [[nodiscard]] credential::RelyingParty relying_party(const http::Request& request) const;
  // The answer to a proof: a cookie, what is missing, or why not.
  [[nodiscard]] http::Response answer(const http::Request& request,
                                      const base::Result<account::SignIn>& result);
  [[nodiscard]] http::Response failed(const base::Error& error) const;
  [[nodiscard]] http::Response refused(const record::Refusal& refusal) const;
  [[nodiscard]] std::optional<http::Response> wants_fresh_proof(const Asked& asked) const;
  // The person whom ?person= (or a part of the path) names, if the caller may do this to their account.
  struct Target {
    std::optional<base::RecordId> person;
    std::optional<http::Response> refusal;
  };
  [[nodiscard]] Target target(const Asked& asked, std::string_view id, std::string_view permission);
  // Whether somebody may anything where the caller does not hold `permission`: they are looked after by whom
  // it reaches as far.
  [[nodiscard]] bool is_stronger(const Asked& asked, const base::RecordId& person,
                                 std::string_view permission) const;
  // What somebody is called, for judging passwords.
  [[nodiscard]] std::vector<std::string> called(const base::RecordId& person, std::string_view login);
  void ended(const credential::Digest& session);

  Parts parts_;
  http::Poster post_;
  std::deque<Spec> specs_;
  std::mutex tickets_mutex_;  // of Tickets, which are for one thread at a time
  QueryThread workers_{kThreads};
  QueryThread hashers_{kHashThreads};
};

// GET /api/v1/session, of somebody.
[[nodiscard]] http::Response who_json(const Known& known, record::Engine& engine, base::TimeNs now);

}  // namespace hinomi::api
