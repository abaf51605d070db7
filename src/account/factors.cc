// Changing the password; one-time codes and recovery codes.
#include <algorithm>
#include <utility>
#include <variant>

#include "account/row.h"
#include "account/sql.h"
#include "base/text.h"
#include "credential/client_data.h"
#include "credential/passkey_json.h"
#include "credential/recovery_codes.h"
#include "credential/totp.h"

namespace hinomi::account {

using credential::Digest;
using credential::Method;
using record::Outcome;
using store::sql::Connection;
using Kind = record::Refusal::Kind;

namespace {

base::Error too_many() {
  return {base::ErrorCode::limit_exceeded, "too many tries", "", {}};
}

}  // namespace

Outcome<NewSession> Accounts::change_password(const record::Context& context, const Session& session,
                                              std::string_view old, std::string_view chosen,
                                              std::span<const std::string_view> called, const From& from) {
  const auto row = look_up(session.person);
  if (!row) return row.error();
  // Whoever has none yet sets the first one with a fresh proof, which the caller has asked for.
  if (!*row) return refusal(Kind::not_found);
  const std::string login = (*row)->login;
  if (!(*row)->password.empty()) {
    const Guard::Try tried = guard_.begin(login_key(login), from.peer);
    if (!tried.allowed()) return too_many();
    bool outdated = false;
    const auto right = matches(old, *row, outdated);
    if (!right) {
      guard_.undone(tried);
      return right.error();
    }
    if (!*right) {
      refuse(from, session.person, login, "account.password");
      return fault("old", "password_wrong", "not the password");
    }
    guard_.succeeded(tried);
  }
  auto hash = new_password(chosen, called);
  if (!hash) return hash.refusal();
  return change<NewSession>([&](Connection& connection) -> Outcome<NewSession> {
    if (auto locked = lock(connection, session.person); !locked) return locked.error();
    const auto open = still_open(connection, session);
    if (!open) return open.error();
    if (!*open) return refusal(Kind::not_found);
    const auto kept =
        execute(connection, "UPDATE account SET password=? WHERE person=?", *hash, session.person);
    if (!kept) return kept.error();
    if (auto ended = end_sessions(connection, session.person, std::nullopt); !ended) return ended.error();
    if (auto audited = audit(connection, context, "account.password", session.person); !audited)
      return audited.error();
    credential::Methods methods = session.methods;
    methods.add(Method::password);
    auto made = begin(connection,
                      {.person = session.person,
                       .name = login,
                       .methods = methods,
                       .half = false,
                       .proved = true,
                       .old = session.hash,
                       .since = session.created,
                       .action = "session.renew"},
                      from);
    if (!made) return made.error();
    return std::move(*made);
  });
}

// Half a session may bring in a factor only where there is none yet: otherwise whoever knows a password could
// add a factor of their own.
base::Result<bool> Accounts::may_enrol(Connection& connection, const Row& row, const Session& session) {
  if (row.disabled_at) return false;
  const auto open = still_open(connection, session);
  if (!open) return open.error();
  if (!*open || !session.half) return *open;
  const auto next = missing(connection, row, session.methods);
  if (!next) return next.error();
  return *next == Next::enrol;
}

// After a factor was brought in: other sessions end, and half a session becomes a whole one.
base::Result<std::optional<NewSession>> Accounts::after_enrolment(Connection& connection, const Row& row,
                                                                  const Session& session, Method method,
                                                                  const From& from) {
  if (auto ended = end_sessions(connection, session.person, session.hash); !ended) return ended.error();
  if (!session.half) return std::optional<NewSession>();
  credential::Methods methods = session.methods;
  methods.add(method);
  auto made = begin(connection,
                    {.person = session.person,
                     .name = row.login,
                     .methods = methods,
                     .half = false,
                     .proved = true,
                     .old = session.hash,
                     .since = std::nullopt,
                     .action = "session.begin"},
                    from);
  if (!made) return made.error();
  return std::optional(std::move(*made));
}

// Whether a second factor is left when one goes, or none is needed.
base::Result<bool> Accounts::may_lose(Connection& connection, const Row& row, bool totp) {
  if (!row.must_enrol) return true;
  const auto passkeys = count(connection, "SELECT count(*) FROM account_passkey WHERE person=?", row.person);
  if (!passkeys) return passkeys.error();
  return totp ? *passkeys > 0 : !row.totp.empty() || *passkeys > 1;
}

Outcome<Accounts::NewTotp> Accounts::start_totp(const Session& session, std::string_view issuer) {
  const base::RecordId& person = session.person;
  const credential::Secret secret = credential::make_totp_secret(parts_.random);
  const auto view = secret.view();
  const auto sealed =
      parts_.box->seal({person.text(), "totp"}, {reinterpret_cast<const char*>(view.data()), view.size()});
  if (!sealed) return sealed.error();
  return change<NewTotp>([&](Connection& connection) -> Outcome<NewTotp> {
    const auto row = row_of(connection, person);
    if (!row) return row.error();
    if (!*row) return refusal(Kind::not_found);
    const auto may = may_enrol(connection, **row, session);
    if (!may) return may.error();
    if (!*may) return refusal(Kind::forbidden);
    const auto kept =
        execute(connection, "UPDATE account SET totp_pending=? WHERE person=?", Blob{*sealed}, person);
    if (!kept) return kept.error();
    return NewTotp{credential::base32(view), credential::otpauth_uri(view, issuer, (*row)->login)};
  });
}

Outcome<std::optional<NewSession>> Accounts::confirm_totp(const record::Context& context,
                                                          const Session& session, std::string_view code,
                                                          const From& from) {
  using Made = std::optional<NewSession>;
  const std::string key = session.person.text();
  const Guard::Try tried = guard_.begin("\nenrol " + key, from.peer);
  if (!tried.allowed()) return too_many();
  auto outcome = change<Made>([&](Connection& connection) -> Outcome<Made> {
    if (auto locked = lock(connection, session.person); !locked) return locked.error();
    const auto row = row_of(connection, session.person);
    if (!row) return row.error();
    if (!*row || (*row)->totp_pending.empty()) return refusal(Kind::not_found);
    const auto may = may_enrol(connection, **row, session);
    if (!may) return may.error();
    if (!*may) return refusal(Kind::forbidden);
    const auto secret = parts_.box->open({key, "totp"}, (*row)->totp_pending);
    if (!secret) return secret.error();
    const auto step = credential::verify_totp(secret->view(), code, parts_.clock->now(), std::nullopt);
    if (!step) return fault("code", "code_wrong", "not the code of now");
    const auto kept = execute(
        connection, "UPDATE account SET totp=totp_pending, totp_pending=NULL, totp_step=? WHERE person=?",
        *step, session.person);
    if (!kept) return kept.error();
    if (auto audited = audit(connection, context, "account.totp", session.person); !audited)
      return audited.error();
    auto made = after_enrolment(connection, **row, session, Method::totp, from);
    if (!made) return made.error();
    return std::move(*made);
  });
  if (outcome) guard_.succeeded(tried);
  return outcome;
}

Outcome<bool> Accounts::remove_totp(const record::Context& context, const Session& session) {
  return change<bool>([&](Connection& connection) -> Outcome<bool> {
    if (auto locked = lock(connection, session.person); !locked) return locked.error();
    const auto row = row_of(connection, session.person);
    if (!row) return row.error();
    if (!*row) return refusal(Kind::not_found);
    const auto may = may_lose(connection, **row, true);
    if (!may) return may.error();
    if (!*may) return refusal(Kind::conflict);
    const auto gone =
        execute(connection,
                "UPDATE account SET totp=NULL, totp_pending=NULL, totp_step=NULL WHERE person=? AND "
                "(totp IS NOT NULL OR totp_pending IS NOT NULL)",
                session.person);
    if (!gone) return gone.error();
    if (*gone == 0) return refusal(Kind::not_found);
    if (auto ended = end_sessions(connection, session.person, session.hash); !ended) return ended.error();
    if (auto audited = audit(connection, context, "account.totp_remove", session.person); !audited)
      return audited.error();
    return true;
  });
}

Outcome<std::vector<std::string>> Accounts::new_recovery_codes(const record::Context& context,
                                                               const base::RecordId& person) {
  using Texts = std::vector<std::string>;
  return change<Texts>([&](Connection& connection) -> Outcome<Texts> {
    if (auto locked = lock(connection, person); !locked) return locked.error();
    const auto row = row_of(connection, person);
    if (!row) return row.error();
    if (!*row) return refusal(Kind::not_found);
    auto codes = credential::make_recovery_codes(person, recovery_key_.view(), parts_.random);
    if (auto gone = execute(connection, "DELETE FROM account_recovery WHERE person=?", person); !gone)
      return gone.error();
    for (const Digest& hash : codes.stored.unused) {
      const auto kept =
          execute(connection, "INSERT INTO account_recovery (hash, person) VALUES (?,?)", hash, person);
      if (!kept) return kept.error();
    }
    if (auto audited = audit(connection, context, "account.recovery_codes", person); !audited)
      return audited.error();
    return std::move(codes.texts);
  });
}

}  // namespace hinomi::account
