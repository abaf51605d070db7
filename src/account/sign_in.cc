// Proving who one is: passwords, second factors, fresh proofs, the console.
#include <algorithm>
#include <utility>

#include "account/row.h"
#include "account/sql.h"
#include "base/text.h"
#include "credential/client_data.h"
#include "credential/password_policy.h"
#include "credential/recovery_codes.h"
#include "credential/totp.h"

namespace hinomi::account {

using credential::Digest;
using credential::Method;
using credential::Methods;
using store::sql::Connection;

namespace {

// What cannot be a login is nobody's, and is looked up as this.
constexpr std::size_t kMaxLoginBytes = kMaxLogin * 4;

bool may_be_login(std::string_view login) noexcept {
  return !login.empty() && login.size() <= kMaxLoginBytes && base::is_utf8(login) &&
         login.find('\0') == std::string_view::npos;
}

SignIn wrong() {
  SignIn result;
  result.proof = Proof::wrong;
  return result;
}
SignIn throttled(const Guard::Try& one) {
  SignIn result;
  result.proof = Proof::throttled;
  result.wait = one.wait;
  return result;
}
SignIn good(Next next, std::optional<NewSession> session) {
  SignIn result;
  result.proof = Proof::good;
  result.next = next;
  result.session = std::move(session);
  return result;
}

}  // namespace

// The same work for everybody: whether a name is known is not told by the time or the answer.
base::Result<bool> Accounts::matches(std::string_view password, const std::optional<Row>& row,
                                     bool& outdated) {
  if (!row || row->password.empty()) {
    ++for_nobody_;
    const auto nobody = credential::verify_nobody(password, slots_, parts_.cost);
    if (!nobody) return nobody.error();
    return false;
  }
  ++for_somebody_;
  const auto check = credential::verify_password(password, row->password, slots_, parts_.cost);
  if (!check) return check.error();
  outdated = check->outdated;
  return check->matches && !row->disabled_at;
}

base::Result<Next> Accounts::missing(Connection& connection, const Row& row, Methods methods) {
  if (credential::strength_of(methods) == credential::Strength::two_factors) return Next::nothing;
  if (methods.has(Method::ticket)) return Next::nothing;
  if (!row.totp.empty()) return Next::totp;
  const auto passkeys = count(connection, "SELECT count(*) FROM account_passkey WHERE person=?", row.person);
  if (!passkeys) return passkeys.error();
  if (*passkeys > 0) return Next::passkey;
  return row.must_enrol ? Next::enrol : Next::nothing;
}

base::Result<SignIn> Accounts::sign_in(std::string_view login, std::string_view password, const From& from) {
  const std::string_view typed = may_be_login(login) ? login : std::string_view();
  const Guard::Try tried = guard_.begin(typed.empty() ? std::string() : login_key(typed), from.peer);
  if (!tried.allowed()) return throttled(tried);
  std::optional<Row> row;
  const auto looked = read([&](Connection& connection) -> base::Result<void> {
    auto found = row_of_login(connection, typed);
    if (!found) return found.error();
    row = std::move(*found);
    return {};
  });
  bool outdated = false;
  const auto right = looked ? matches(password, row, outdated) : base::Result<bool>(looked.error());
  if (!right) {
    guard_.undone(tried);
    return right.error();
  }
  if (!*right) {
    refuse(from, row ? std::optional(row->person) : std::nullopt, row ? row->login : "", "session.begin");
    return wrong();
  }
  std::string hash = row->password;
  if (outdated) {
    auto anew = credential::hash_password(password, slots_, parts_.random, parts_.cost);
    if (anew) hash = std::move(*anew);
  }
  SignIn result;
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    auto begun = begin_by_password(connection, *row, hash, from);
    if (!begun) return begun.error();
    result = std::move(*begun);
    return {};
  });
  if (!done) return done.error();
  if (result.proof != Proof::good) refuse(from, row->person, row->login, "session.begin", "not now");
  // Not after a right password alone, or codes could be guessed for ever by who knows it.
  if (result.proof == Proof::good && result.next == Next::nothing) guard_.succeeded(tried);
  return result;
}

base::Result<SignIn> Accounts::begin_by_password(Connection& connection, const Row& checked,
                                                 const std::string& hash, const From& from) {
  if (auto locked = lock(connection, checked.person); !locked) return locked.error();
  const auto now = row_of(connection, checked.person);
  if (!now) return now.error();
  // Disabled or changed while the password was being checked.
  if (!*now || (*now)->disabled_at || (*now)->password != checked.password) return wrong();
  const auto locked = is_locked(connection, checked.person);
  if (!locked) return locked.error();
  if (*locked) return wrong();
  if (hash != checked.password) {
    const auto kept =
        execute(connection, "UPDATE account SET password=? WHERE person=?", hash, checked.person);
    if (!kept) return kept.error();
  }
  const Methods methods{Method::password};
  const auto next = missing(connection, **now, methods);
  if (!next) return next.error();
  const bool half = *next != Next::nothing;
  auto session = begin(connection,
                       {.person = checked.person,
                        .name = checked.login,
                        .methods = methods,
                        .half = half,
                        .proved = true,
                        .old = std::nullopt,
                        .since = std::nullopt,
                        .action = half ? "session.begin_half" : "session.begin"},
                       from);
  if (!session) return session.error();
  return good(*next, std::move(*session));
}

base::Result<bool> Accounts::use_totp(Connection& connection, const Row& row, std::string_view code) {
  if (row.totp.empty()) return false;
  const auto secret = parts_.box->open({row.person.text(), "totp"}, row.totp);
  if (!secret) return secret.error();
  const auto step = credential::verify_totp(secret->view(), code, parts_.clock->now(), row.totp_step);
  if (!step) return false;
  const auto used = execute(
      connection, "UPDATE account SET totp_step=? WHERE person=? AND (totp_step IS NULL OR totp_step<?)",
      *step, row.person, *step);
  if (!used) return used.error();
  return *used == 1;
}

base::Result<bool> Accounts::use_recovery(Connection& connection, const Row& row, std::string_view code) {
  auto statement = bound(connection, "SELECT hash FROM account_recovery WHERE person=?", row.person);
  if (!statement) return statement.error();
  credential::RecoveryCodes codes;
  while (true) {
    const auto more = (*statement)->step();
    if (!more) return more.error();
    if (!*more) break;
    codes.unused.push_back(digest(**statement, 0));
  }
  const std::vector<Digest> before = codes.unused;
  if (!credential::redeem_recovery_code(codes, code, row.person, recovery_key_.view())) return false;
  for (const Digest& hash : before) {
    if (std::find(codes.unused.begin(), codes.unused.end(), hash) != codes.unused.end()) continue;
    const auto gone = execute(connection, "DELETE FROM account_recovery WHERE hash=?", hash);
    if (!gone) return gone.error();
    return *gone == 1;
  }
  return false;
}

base::Result<SignIn> Accounts::prove(const Session& session, const Evidence& evidence, const From& from) {
  const auto row = look_up(session.person);
  if (!row) return row.error();
  if (!*row) return wrong();
  const bool guesses = evidence.password || evidence.totp || evidence.recovery;
  std::optional<Guard::Try> tried;
  if (guesses) {
    tried = guard_.begin(login_key((*row)->login), from.peer);
    if (!tried->allowed()) return throttled(*tried);
  }
  bool password_is_right = true;
  if (evidence.password) {
    bool outdated = false;
    const auto right = matches(*evidence.password, *row, outdated);
    if (!right) {
      guard_.undone(*tried);
      return right.error();
    }
    password_is_right = *right;
  }
  SignIn result = wrong();
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    result = wrong();
    if (!password_is_right) return {};
    auto proved = prove_within(connection, session, evidence, (*row)->password, from);
    if (!proved) return proved.error();
    result = std::move(*proved);
    return {};
  });
  if (!done) return done.error();
  if (result.proof == Proof::good) {
    // With the password before it, a code is the second try.
    if (tried && result.next == Next::nothing) guard_.succeeded(*tried, session.half ? 2 : 1);
    forget();
  } else {
    refuse(from, session.person, (*row)->login, session.half ? "session.begin" : "session.prove");
  }
  return result;
}

base::Result<SignIn> Accounts::prove_within(Connection& connection, const Session& session,
                                            const Evidence& evidence, std::string_view known_password,
                                            const From& from) {
  if (auto locked = lock(connection, session.person); !locked) return locked.error();
  const auto now = row_of(connection, session.person);
  if (!now) return now.error();
  const auto open = still_open(connection, session);
  if (!open) return open.error();
  if (!*now || !*open || (*now)->disabled_at) return wrong();
  if (evidence.password && (*now)->password != known_password) return wrong();
  const auto fresh = check(connection, **now, session, evidence);
  if (!fresh) return fresh.error();
  if (*fresh == Methods{}) return wrong();
  // A second factor that there is must be shown; a password alone is no fresh proof then.
  if (*fresh == Methods{Method::password}) {
    const auto next = missing(connection, **now, *fresh);
    if (!next) return next.error();
    if (*next != Next::nothing) return good(*next, std::nullopt);
  }
  Methods methods = session.methods;
  for (unsigned bit = 0; bit <= static_cast<unsigned>(Method::recovery); ++bit)
    if (fresh->has(static_cast<Method>(bit))) methods.add(static_cast<Method>(bit));
  auto made = begin(connection,
                    {.person = session.person,
                     .name = (*now)->login,
                     .methods = methods,
                     .half = false,
                     .proved = true,
                     .old = session.hash,
                     .since = session.half ? std::nullopt : std::optional(session.created),
                     .action = session.half ? "session.begin" : "session.prove"},
                    from);
  if (!made) return made.error();
  return good(Next::nothing, std::move(*made));
}

base::Result<Methods> Accounts::check(Connection& connection, const Row& row, const Session& session,
                                      const Evidence& evidence) {
  Methods fresh;
  if (evidence.password) fresh.add(Method::password);
  if (evidence.totp) {
    const auto used = use_totp(connection, row, *evidence.totp);
    if (!used) return used.error();
    if (!*used) return Methods{};
    fresh.add(Method::totp);
  }
  if (evidence.recovery) {
    const auto used = use_recovery(connection, row, *evidence.recovery);
    if (!used) return used.error();
    if (!*used) return Methods{};
    fresh.add(Method::recovery);
  }
  if (evidence.passkey != nullptr && evidence.relying_party != nullptr) {
    base::RecordId owner{};
    const auto method = use_passkey(connection, *evidence.passkey, *evidence.relying_party, session.person,
                                    session.hash, owner);
    if (!method) return method.error();
    if (!*method) return Methods{};
    fresh.add(**method);
  }
  return fresh;
}

base::Result<SignIn> Accounts::sign_in(const credential::AssertionResponse& passkey,
                                       const credential::RelyingParty& relying_party, const From& from) {
  SignIn result = wrong();
  base::RecordId owner{};
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    result = wrong();
    owner = {};
    const auto method = use_passkey(connection, passkey, relying_party, std::nullopt, std::nullopt, owner);
    if (!method) return method.error();
    // A passkey that only shows that the device is there is no sign-in by itself.
    if (*method != std::optional(Method::passkey_verified)) return {};
    if (auto locked = lock(connection, owner); !locked) return locked;
    const auto row = row_of(connection, owner);
    if (!row) return row.error();
    if (!*row || (*row)->disabled_at) return {};
    const auto locked = is_locked(connection, owner);
    if (!locked) return locked.error();
    if (*locked) return {};
    auto session = begin(
        connection, {.person = owner, .name = (*row)->login, .methods = {Method::passkey_verified}}, from);
    if (!session) return session.error();
    result = good(Next::nothing, std::move(*session));
    return {};
  });
  if (!done) return done.error();
  if (result.proof != Proof::good)
    refuse(from, owner.is_nil() ? std::nullopt : std::optional(owner), "", "session.begin");
  return result;
}

base::Result<SignIn> Accounts::sign_in_at_console(const Session* session, const From& from) {
  const auto state = setup_state();
  if (!state) return state.error();
  std::optional<base::RecordId> person =
      parts_.demo && state->demo_person ? state->demo_person : state->administrator;
  if (session != nullptr && person != session->person) return wrong();
  SignIn result = wrong();
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    result = wrong();
    std::string name = "local operator";
    if (person) {
      if (auto locked = lock(connection, *person); !locked) return locked;
      const auto row = row_of(connection, *person);
      if (!row) return row.error();
      if (!*row || (*row)->disabled_at) return {};
      name = (*row)->login;
    }
    Beginning beginning{
        .person = person.value_or(local_operator()), .name = name, .methods = {Method::ticket}};
    if (session != nullptr) {
      const auto open = still_open(connection, *session);
      if (!open) return open.error();
      if (!*open) return {};
      beginning.methods = session->methods;
      beginning.methods.add(Method::ticket);
      beginning.old = session->hash;
      beginning.since = session->created;
      beginning.action = "session.prove";
    }
    auto made = begin(connection, beginning, from);
    if (!made) return made.error();
    result = good(Next::nothing, std::move(*made));
    return {};
  });
  if (!done) return done.error();
  if (session != nullptr) forget();
  return result;
}

}  // namespace hinomi::account
