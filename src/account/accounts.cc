#include "account/accounts.h"

#include <algorithm>
#include <utility>

#include "account/migrations.h"
#include "account/row.h"
#include "account/sql.h"
#include "base/normal_form.h"
#include "base/text.h"
#include "credential/password_policy.h"
#include "credential/recovery_codes.h"

namespace hinomi::account {

using credential::Digest;
using record::Outcome;
using store::sql::Connection;
using Kind = record::Refusal::Kind;

namespace {

constexpr std::string_view kColumns =
    "person, login, password, totp, totp_pending, totp_step, must_enrol, disabled_at, created_at";

constexpr base::RecordId kLocalOperator{{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};

bool is_blank(char32_t c) noexcept {
  return c == ' ' || c == 0x3000 || c == 0xA0;
}

// nullopt: it may be used.
std::optional<record::Refusal> fault_of_login(std::string_view login) {
  if (login.empty()) return fault("login", "needed", "a name to sign in with is needed");
  if (!base::is_utf8(login)) return fault("login", "wrong_type", "not UTF-8");
  std::size_t characters = 0;
  for (std::size_t at = 0; at < login.size(); ++characters) {
    const auto one = base::decode_utf8(login.substr(at));
    if (is_blank(one.code_point) || base::is_hidden_or_reordering(one.code_point))
      return fault("login", "login_blank", "blanks and hidden characters are not allowed");
    at += one.length;
  }
  if (characters > kMaxLogin) return fault("login", "too_long", "at most 100 characters");
  if (login_key(login).empty()) return fault("login", "needed", "nothing of it is left when it is folded");
  return std::nullopt;
}

std::string_view code_of(credential::PasswordProblem problem) noexcept {
  using credential::PasswordProblem;
  switch (problem) {
    case PasswordProblem::too_short:
      return "password_short";
    case PasswordProblem::too_long:
      return "too_long";
    case PasswordProblem::common:
      return "password_common";
    case PasswordProblem::context:
      return "password_context";
    case PasswordProblem::repetitive:
      return "password_repetitive";
    case PasswordProblem::not_text:
    case PasswordProblem::control:
      break;
  }
  return "password_not_text";
}

}  // namespace

base::RecordId local_operator() noexcept {
  return kLocalOperator;
}

access::Principal actor(const std::optional<base::RecordId>& person, std::string_view name) {
  access::Principal who;
  who.kind = person ? access::PrincipalKind::staff : access::PrincipalKind::guest;
  if (person) who.id = *person;
  who.name = name;
  return who;
}

std::string cut(std::string_view text, std::size_t bytes) {
  std::string shown = base::visible(text);
  shown.resize(base::cut_to_bytes(shown, bytes).size());
  return shown;
}

std::string login_key(std::string_view login) {
  return base::nfkc_casefolded(login);
}

base::Result<void> Accounts::migrate(store::sql::Database& database) {
  const auto steps = store::sql::steps_for("accounts", database.dialect(), migration_files());
  return store::sql::migrate(database, steps.view());
}

Accounts::Accounts(Parts parts)
    : parts_(std::move(parts)), slots_(parts_.hashing), guard_(*parts_.clock, parts_.random) {}

base::Result<std::unique_ptr<Accounts>> Accounts::open(Parts parts) {
  HINOMI_CHECK(parts.database != nullptr && parts.clock != nullptr && parts.box != nullptr && parts.random);
  std::unique_ptr<Accounts> accounts(new Accounts(std::move(parts)));
  if (auto loaded = accounts->load_recovery_key(); !loaded) return loaded.error();
  return accounts;
}

base::Result<void> Accounts::load_recovery_key() {
  constexpr std::string_view kName = "recovery_codes";
  constexpr SecretBox::Place kPlace{"server", kName};
  return write([&](Connection& connection) -> base::Result<void> {
    if (auto locked = connection.lock_name("account_secret"); !locked) return locked;
    auto statement = bound(connection, "SELECT sealed FROM account_secret WHERE name=?", kName);
    if (!statement) return statement.error();
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (*row) {
      const std::string sealed = blob_text(**statement, 0);
      (*statement)->reset();
      auto key = parts_.box->open(kPlace, sealed);
      if (!key) return key.error();
      recovery_key_ = std::move(*key);
      return {};
    }
    credential::Secret key(credential::kRecoveryKeyBytes);
    parts_.random(key.writable());
    const auto view = key.view();
    const auto sealed = parts_.box->seal(kPlace, {reinterpret_cast<const char*>(view.data()), view.size()});
    if (!sealed) return sealed.error();
    const auto kept =
        execute(connection, "INSERT INTO account_secret (name, sealed) VALUES (?,?)", kName, Blob{*sealed});
    if (!kept) return kept.error();
    recovery_key_ = std::move(key);
    return {};
  });
}

base::Result<void> Accounts::read(const Work_& work) {
  return store::sql::in_transaction(*parts_.database, Connection::Kind::read, work);
}
base::Result<void> Accounts::write(const Work_& work) {
  return store::sql::in_transaction(*parts_.database, Connection::Kind::write, work);
}

base::Result<void> Accounts::lock(Connection& connection, const base::RecordId& person) {
  return connection.lock_name("account:" + person.text());
}

void Accounts::forget() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  sessions_.clear();
  tokens_.clear();
}

base::Result<std::optional<Accounts::Row>> Accounts::row_of(Connection& connection,
                                                            const base::RecordId& person) {
  static const std::string sql = "SELECT " + std::string(kColumns) + " FROM account WHERE person=?";
  auto statement = bound(connection, sql, person);
  if (!statement) return statement.error();
  store::sql::Statement& s = **statement;
  const auto found = s.step();
  if (!found) return found.error();
  if (!*found) return std::optional<Row>();
  Row row;
  row.person = record_id(s, 0);
  row.login = s.text(1);
  row.password = s.text(2);
  row.totp = blob_text(s, 3);
  row.totp_pending = blob_text(s, 4);
  if (!s.is_null(5)) row.totp_step = s.integer(5);
  row.must_enrol = s.integer(6) != 0;
  row.disabled_at = maybe_time(s, 7);
  row.created = time(s, 8);
  s.reset();
  return std::optional(std::move(row));
}

base::Result<std::optional<Accounts::Row>> Accounts::row_of_login(Connection& connection,
                                                                  std::string_view login) {
  auto statement = bound(connection, "SELECT person FROM account WHERE login_key=?", login_key(login));
  if (!statement) return statement.error();
  const auto found = (*statement)->step();
  if (!found) return found.error();
  if (!*found) return std::optional<Row>();
  const base::RecordId person = record_id(**statement, 0);
  (*statement)->reset();
  return row_of(connection, person);
}

base::Result<std::optional<Accounts::Row>> Accounts::look_up(const base::RecordId& person) {
  std::optional<Row> row;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    auto found = row_of(connection, person);
    if (!found) return found.error();
    row = std::move(*found);
    return {};
  });
  if (!done) return done.error();
  return row;
}

base::Result<Account> Accounts::facts_of(Connection& connection, const Row& row) {
  const auto passkeys = count(connection, "SELECT count(*) FROM account_passkey WHERE person=?", row.person);
  if (!passkeys) return passkeys.error();
  const auto codes = count(connection, "SELECT count(*) FROM account_recovery WHERE person=?", row.person);
  if (!codes) return codes.error();
  return Account{.person = row.person,
                 .login = row.login,
                 .has_password = !row.password.empty(),
                 .has_totp = !row.totp.empty(),
                 .passkeys = static_cast<std::size_t>(*passkeys),
                 .recovery_left = static_cast<std::size_t>(*codes),
                 .must_enrol = row.must_enrol,
                 .disabled_at = row.disabled_at,
                 .created_at = row.created};
}

record::AuditEntry Accounts::entry_of(const access::Principal& who, std::string_view via,
                                      std::string_view peer, std::string action,
                                      const std::optional<base::RecordId>& person) const {
  record::AuditEntry entry;
  entry.at = parts_.clock->now();
  entry.who = &who;
  entry.via = via;
  entry.peer = peer;
  entry.action = std::move(action);
  entry.entity = "account";
  entry.record = person;
  entry.details = "{}";
  return entry;
}

base::Result<void> Accounts::audit(Connection& connection, const access::Principal& who, std::string_view via,
                                   std::string_view peer, std::string action,
                                   const std::optional<base::RecordId>& person, std::string_view reason,
                                   std::string details) {
  if (parts_.audit == nullptr) return {};
  record::AuditEntry entry = entry_of(who, via, peer, std::move(action), person);
  entry.reason = reason;
  entry.details = std::move(details);
  return parts_.audit->append(connection, entry);
}

base::Result<void> Accounts::audit(Connection& connection, const record::Context& context, std::string action,
                                   const std::optional<base::RecordId>& person, std::string details) {
  return audit(connection, *context.who, context.via, context.peer, std::move(action), person, context.reason,
               std::move(details));
}

base::Result<bool> Accounts::is_locked(Connection& connection, const base::RecordId& person) {
  if (!parts_.is_locked) return false;
  return parts_.is_locked(connection, person, parts_.clock->now());
}

void Accounts::refuse(const From& from, const std::optional<base::RecordId>& person, std::string_view name,
                      std::string action, std::string_view reason) {
  if (parts_.audit == nullptr) return;
  const access::Principal who = actor(person, name);
  const std::string peer = cut(from.peer, kMaxPeer);
  record::AuditEntry entry = entry_of(who, from.via, peer, std::move(action), person);
  entry.done = false;
  entry.reason = reason;
  if (parts_.audit->refuse(entry, false)) return;
  // What cannot be written down must not change the answer, which is a refusal in any case.
  (void)write([&](Connection& connection) { return parts_.audit->append(connection, entry); });
}

Outcome<std::string> Accounts::new_password(std::string_view password,
                                            std::span<const std::string_view> called) {
  if (const auto problem = credential::judge_new_password(password, called))
    return fault("password", std::string(code_of(*problem)), "choose another password");
  ++for_somebody_;
  auto hash = credential::hash_password(password, slots_, parts_.random, parts_.cost);
  if (!hash) return hash.error();
  return std::move(*hash);
}

Outcome<Account> Accounts::create_within(Connection& connection, const record::Context& context,
                                         NewAccount account) {
  if (auto wrong = fault_of_login(account.login)) return std::move(*wrong);
  if (auto locked = lock(connection, account.person); !locked) return locked.error();
  const auto same = row_of_login(connection, account.login);
  if (!same) return same.error();
  if (*same) {
    auto taken = fault("login", "not_unique", "somebody signs in with this name");
    taken.kind = Kind::conflict;
    return taken;
  }
  const auto there = row_of(connection, account.person);
  if (!there) return there.error();
  if (*there) return refusal(Kind::conflict);
  Row row;
  row.person = account.person;
  row.login = account.login;
  row.password = account.password_hash;
  row.must_enrol = account.must_enrol;
  row.created = parts_.clock->now();
  std::optional<std::string_view> password;
  if (!row.password.empty()) password = row.password;
  const auto made = execute(
      connection,
      "INSERT INTO account (person, login, login_key, password, must_enrol, created_at) VALUES (?,?,?,?,?,?)",
      row.person, row.login, login_key(row.login), password, row.must_enrol, row.created);
  if (!made) {
    if (made.error().code == base::ErrorCode::conflict) return refusal(Kind::conflict);
    return made.error();
  }
  if (auto kept = audit(connection, context, "account.create", row.person); !kept) return kept.error();
  auto facts = facts_of(connection, row);
  if (!facts) return facts.error();
  return std::move(*facts);
}

Outcome<Account> Accounts::create(const record::Context& context, NewAccount account) {
  return change<Account>([&](Connection& connection) { return create_within(connection, context, account); });
}

base::Result<std::optional<Account>> Accounts::find(const base::RecordId& person) {
  std::optional<Account> account;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    account.reset();
    const auto row = row_of(connection, person);
    if (!row) return row.error();
    if (!*row) return {};
    auto facts = facts_of(connection, **row);
    if (!facts) return facts.error();
    account = std::move(*facts);
    return {};
  });
  if (!done) return done.error();
  return account;
}

Outcome<Account> Accounts::disable(const record::Context& context, const base::RecordId& person) {
  return change<Account>([&](Connection& connection) -> Outcome<Account> {
    if (auto locked = lock(connection, person); !locked) return locked.error();
    auto row = row_of(connection, person);
    if (!row) return row.error();
    if (!*row) return refusal(Kind::not_found);
    const base::TimeNs now = parts_.clock->now();
    if (!(*row)->disabled_at) {
      (*row)->disabled_at = now;
      for (const std::string_view sql :
           {"UPDATE account SET disabled_at=? WHERE person=?",
            "UPDATE account_token SET ended_at=? WHERE owner=? AND ended_at IS NULL",
            "UPDATE account_invitation SET used_at=? WHERE person=? AND used_at IS NULL"}) {
        if (auto done = execute(connection, sql, now, person); !done) return done.error();
      }
      if (auto ended = end_sessions(connection, person, std::nullopt); !ended) return ended.error();
      if (auto kept = audit(connection, context, "account.disable", person); !kept) return kept.error();
    }
    auto facts = facts_of(connection, **row);
    if (!facts) return facts.error();
    return std::move(*facts);
  });
}

}  // namespace hinomi::account
