// The first start: the one-time secret, and who came of it.
#include <utility>

#include "account/row.h"
#include "account/sql.h"
#include "credential/setup_secret.h"

namespace hinomi::account {

using record::Outcome;
using store::sql::Connection;
using Kind = record::Refusal::Kind;

namespace {

constexpr std::string_view kLock = "account_setup";

struct Stored {
  bool is_there = false;
  std::optional<credential::SetupSecret> secret;
  std::optional<base::TimeNs> done;
  std::optional<base::RecordId> administrator;
  std::optional<base::RecordId> demo_person;
};

base::Result<Stored> load(Connection& connection) {
  auto statement =
      bound(connection,
            "SELECT secret, secret_at, done_at, administrator, demo_person FROM account_setup WHERE "
            "one=1");
  if (!statement) return statement.error();
  store::sql::Statement& row = **statement;
  const auto found = row.step();
  if (!found) return found.error();
  Stored stored;
  if (!*found) return stored;
  stored.is_there = true;
  if (!row.is_null(0)) stored.secret = credential::SetupSecret{digest(row, 0), time(row, 1), false};
  stored.done = maybe_time(row, 2);
  stored.administrator = maybe_id(row, 3);
  stored.demo_person = maybe_id(row, 4);
  row.reset();
  return stored;
}

// Makes the one row where it is missing; afterwards nobody else has it until the transaction ends.
base::Result<Stored> load_locked(Connection& connection) {
  if (auto locked = connection.lock_name(kLock); !locked) return locked.error();
  auto stored = load(connection);
  if (!stored || stored->is_there) return stored;
  if (auto made = execute(connection, "INSERT INTO account_setup (one) VALUES (1)"); !made)
    return made.error();
  return stored;
}

}  // namespace

base::Result<Accounts::SetupState> Accounts::setup_state() {
  SetupState state;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    const auto stored = load(connection);
    if (!stored) return stored.error();
    state = {!stored->done.has_value(), stored->administrator, stored->demo_person};
    return {};
  });
  if (!done) return done.error();
  return state;
}

base::Result<std::optional<std::string>> Accounts::new_setup_secret() {
  std::optional<std::string> text;
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    text.reset();
    const auto stored = load_locked(connection);
    if (!stored) return stored.error();
    if (stored->done) return {};
    credential::NewSetupSecret secret = credential::make_setup_secret(parts_.clock->now(), parts_.random);
    const auto kept = execute(connection, "UPDATE account_setup SET secret=?, secret_at=? WHERE one=1",
                              secret.stored.hash, secret.stored.created);
    if (!kept) return kept.error();
    text = std::move(secret.text);
    return {};
  });
  if (!done) return done.error();
  return text;
}

base::Result<Proof> Accounts::check_setup_secret(std::string_view typed, const From& from) {
  const std::string place = place_of(from.peer);
  if (!places_.take(place)) return Proof::throttled;
  bool good = false;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    const auto stored = load(connection);
    if (!stored) return stored.error();
    auto secret = stored->secret;
    good = !stored->done && secret &&
           credential::redeem_setup_secret(*secret, typed, parts_.clock->now()) ==
               credential::SetupVerdict::good;
    return {};
  });
  if (!done) return done.error();
  if (good)
    places_.give_back(place);
  else
    refuse(from, std::nullopt, "", "setup.finish");
  return good ? Proof::good : Proof::wrong;
}

Outcome<bool> Accounts::finish_setup_within(Connection& connection, const record::Context& context,
                                            std::string_view typed, const base::RecordId& administrator) {
  const auto stored = load_locked(connection);
  if (!stored) return stored.error();
  auto secret = stored->secret;
  if (stored->done || !secret) return refusal(Kind::conflict);
  if (credential::redeem_setup_secret(*secret, typed, parts_.clock->now()) != credential::SetupVerdict::good)
    return refusal(Kind::forbidden);
  const base::TimeNs now = parts_.clock->now();
  const auto kept =
      execute(connection,
              "UPDATE account_setup SET secret=NULL, secret_at=NULL, done_at=?, administrator=? WHERE one=1",
              now, administrator);
  if (!kept) return kept.error();
  // The console has somebody to sign in from now on.
  if (auto ended = end_sessions(connection, local_operator(), std::nullopt); !ended) return ended.error();
  if (auto audited = audit(connection, context, "setup.finish", administrator); !audited)
    return audited.error();
  return true;
}

base::Result<void> Accounts::set_demo_person_within(Connection& connection, const base::RecordId& person) {
  if (const auto stored = load_locked(connection); !stored) return stored.error();
  const auto kept = execute(connection, "UPDATE account_setup SET demo_person=? WHERE one=1", person);
  if (!kept) return kept.error();
  if (auto ended = end_sessions(connection, local_operator(), std::nullopt); !ended) return ended.error();
  return {};
}

base::Result<SignIn> Accounts::begin_after_setup(const base::RecordId& person, const From& from) {
  SignIn result{Proof::wrong, Next::nothing, std::nullopt};
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    const auto row = row_of(connection, person);
    if (!row) return row.error();
    if (!*row || (*row)->disabled_at) return {};
    auto session =
        begin(connection,
              {.person = person, .name = (*row)->login, .methods = {credential::Method::password}}, from);
    if (!session) return session.error();
    result = {Proof::good, Next::nothing, std::move(*session)};
    return {};
  });
  if (!done) return done.error();
  forget();
  return result;
}

}  // namespace hinomi::account
