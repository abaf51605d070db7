// Links by which somebody makes their account, or gets back into it.
#include <utility>

#include "account/row.h"
#include "account/sql.h"

namespace hinomi::account {

using credential::Digest;
using record::Outcome;
using store::sql::Connection;
using Kind = record::Refusal::Kind;

namespace {

struct Open {
  base::RecordId person{};
  bool must_enrol = false;
  bool resets_factors = false;
};

base::Result<std::optional<Open>> open_invitation(Connection& connection, const Digest& hash,
                                                  base::TimeNs now) {
  auto statement = bound(connection,
                         "SELECT person, must_enrol, resets_factors FROM account_invitation WHERE hash=? AND "
                         "used_at IS NULL AND expires_at>? AND created_at<=?",
                         hash, now, now);
  if (!statement) return statement.error();
  const auto row = (*statement)->step();
  if (!row) return row.error();
  if (!*row) return std::optional<Open>();
  const Open open{record_id(**statement, 0), (*statement)->integer(1) != 0, (*statement)->integer(2) != 0};
  (*statement)->reset();
  return std::optional(open);
}

}  // namespace

Outcome<Accounts::Invitation> Accounts::invite(const record::Context& context, const InvitationWish& wish) {
  const base::TimeNs now = parts_.clock->now();
  const credential::SessionToken code = credential::make_session_token(parts_.random);
  return change<Invitation>([&](Connection& connection) -> Outcome<Invitation> {
    if (auto locked = lock(connection, wish.person); !locked) return locked.error();
    const auto ended =
        execute(connection, "UPDATE account_invitation SET used_at=? WHERE person=? AND used_at IS NULL", now,
                wish.person);
    if (!ended) return ended.error();
    const base::TimeNs expires{now.since_epoch_ns + kInvitationNs};
    const auto kept = execute(connection,
                              "INSERT INTO account_invitation (hash, person, must_enrol, resets_factors, "
                              "created_at, expires_at) VALUES (?,?,?,?,?,?)",
                              code.hash, wish.person, wish.must_enrol, wish.resets_factors, now, expires);
    if (!kept) return kept.error();
    const std::string_view details = wish.resets_factors ? R"({"resets_factors":true})" : "{}";
    if (auto audited = audit(connection, context, "invitation.create", wish.person, std::string(details));
        !audited)
      return audited.error();
    return Invitation{code.text, expires};
  });
}

base::Result<std::optional<base::RecordId>> Accounts::invited(std::string_view code, const From& from) {
  const auto hash = credential::hash_of_session_token(code);
  const std::string place = place_of(from.peer);
  if (!places_.take(place)) return base::Error{base::ErrorCode::limit_exceeded, "too many tries", "", {}};
  std::optional<base::RecordId> person;
  if (!hash) return person;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    person.reset();
    const auto open = open_invitation(connection, *hash, parts_.clock->now());
    if (!open) return open.error();
    if (*open) person = (*open)->person;
    return {};
  });
  if (!done) return done.error();
  if (person) places_.give_back(place);
  return person;
}

Outcome<Account> Accounts::accept(std::string_view code, std::string_view login, std::string password_hash,
                                  const From& from) {
  const auto hash = credential::hash_of_session_token(code);
  if (!hash || password_hash.empty()) return refusal(Kind::not_found);
  const base::TimeNs now = parts_.clock->now();
  return change<Account>([&](Connection& connection) -> Outcome<Account> {
    const auto open = open_invitation(connection, *hash, now);
    if (!open) return open.error();
    if (!*open) return refusal(Kind::not_found);
    const base::RecordId person = (*open)->person;
    if (auto locked = lock(connection, person); !locked) return locked.error();
    const auto used = execute(
        connection, "UPDATE account_invitation SET used_at=? WHERE hash=? AND used_at IS NULL", now, *hash);
    if (!used) return used.error();
    if (*used == 0) return refusal(Kind::not_found);
    const access::Principal who = actor(person, login_key(login));
    record::Context context;
    context.who = &who;
    context.via = from.via;
    context.peer = from.peer;
    auto row = row_of(connection, person);
    if (!row) return row.error();
    if (!*row)
      return create_within(connection, context,
                           {.person = person,
                            .login = std::string(login),
                            .password_hash = password_hash,
                            .must_enrol = (*open)->must_enrol});
    const auto kept =
        execute(connection, "UPDATE account SET password=?, must_enrol=?, disabled_at=NULL WHERE person=?",
                password_hash, (*row)->must_enrol || (*open)->must_enrol, person);
    if (!kept) return kept.error();
    if ((*open)->resets_factors) {
      for (const std::string_view sql :
           {"UPDATE account SET totp=NULL, totp_pending=NULL, totp_step=NULL WHERE person=?",
            "DELETE FROM account_passkey WHERE person=?", "DELETE FROM account_recovery WHERE person=?"}) {
        if (auto done = execute(connection, sql, person); !done) return done.error();
      }
    }
    if (auto ended = end_sessions(connection, person, std::nullopt); !ended) return ended.error();
    if (auto audited = audit(connection, context, "invitation.use", person); !audited) return audited.error();
    row = row_of(connection, person);
    if (!row) return row.error();
    auto facts = facts_of(connection, **row);
    if (!facts) return facts.error();
    return std::move(*facts);
  });
}

}  // namespace hinomi::account
