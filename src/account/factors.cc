// Second factors: one-time codes, recovery codes, passkeys; and changing the password.
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

constexpr std::int64_t kMaxCeremonies = 4096;  // that were begun and not ended, of everybody

credential::Bytes handle_of(const base::RecordId& person) {
  return {person.bytes.begin(), person.bytes.end()};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

struct StoredPasskey {
  base::RecordId person{};
  credential::Passkey passkey;
};

base::Result<std::optional<StoredPasskey>> load_passkey(Connection& connection, const credential::Bytes& id) {
  auto statement = bound(connection,
                         "SELECT person, public_key, algorithm, counter, transports, backup_eligible, "
                         "backed_up, user_verified FROM account_passkey WHERE credential=?",
                         blob_of(id));
  if (!statement) return statement.error();
  store::sql::Statement& row = **statement;
  const auto found = row.step();
  if (!found) return found.error();
  if (!*found) return std::optional<StoredPasskey>();
  StoredPasskey stored;
  stored.person = record_id(row, 0);
  stored.passkey.id = id;
  stored.passkey.user_handle = handle_of(stored.person);
  stored.passkey.key_cbor = blob_bytes(row, 1);
  stored.passkey.algorithm = static_cast<credential::Algorithm>(row.integer(2));
  stored.passkey.counter = static_cast<std::uint32_t>(row.integer(3));
  stored.passkey.transports = words_of(row.text(4));
  stored.passkey.backup_eligible = row.integer(5) != 0;
  stored.passkey.backed_up = row.integer(6) != 0;
  stored.passkey.user_verified = row.integer(7) != 0;
  row.reset();
  return std::optional(std::move(stored));
}

base::Result<std::vector<credential::PasskeyHandle>> handles_of(Connection& connection,
                                                                const base::RecordId& person) {
  auto statement =
      bound(connection,
            "SELECT credential, transports FROM account_passkey WHERE person=? ORDER BY created_at", person);
  if (!statement) return statement.error();
  std::vector<credential::PasskeyHandle> handles;
  while (true) {
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return handles;
    handles.push_back({blob_bytes(**statement, 0), words_of((*statement)->text(1))});
  }
}

}  // namespace

Outcome<NewSession> Accounts::change_password(const record::Context& context, const Session& session,
                                              std::string_view old, std::string_view chosen,
                                              std::span<const std::string_view> called, const From& from) {
  const std::string key = session.person.text() + "\npassword";
  if (!codes_.take(key)) return base::Error{base::ErrorCode::limit_exceeded, "too many tries", "", {}};
  std::optional<Row> row;
  const auto looked = read([&](Connection& connection) -> base::Result<void> {
    auto found = row_of(connection, session.person);
    if (!found) return found.error();
    row = std::move(*found);
    return {};
  });
  if (!looked) return looked.error();
  // Whoever has none yet sets the first one with a fresh proof, which the caller has asked for.
  if (!row) return refusal(Kind::not_found);
  if (!row->password.empty()) {
    bool outdated = false;
    const auto good = matches(old, row, outdated);
    if (!good) return good.error();
    if (!*good) {
      refuse(from, session.person, row->login, "account.password");
      return fault("old", "password_wrong", "not the password");
    }
  }
  codes_.give_back(key);
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
                       .name = row->login,
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
  if (!codes_.take(key)) return base::Error{base::ErrorCode::limit_exceeded, "too many tries", "", {}};
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
  if (outcome) codes_.give_back(key);
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

base::Result<void> Accounts::keep_ceremony(Connection& connection, credential::ByteSpan challenge,
                                           bool creates, const Session* session) {
  const base::TimeNs now = parts_.clock->now();
  if (auto gone = execute(connection, "DELETE FROM account_ceremony WHERE expires_at<?", now); !gone)
    return gone.error();
  const auto waiting = count(connection, "SELECT count(*) FROM account_ceremony");
  if (!waiting) return waiting.error();
  if (*waiting >= kMaxCeremonies)
    return base::Error{base::ErrorCode::unavailable, "too many passkeys are being asked for", "", {}};
  std::optional<base::RecordId> person;
  std::optional<Digest> hash;
  if (session != nullptr) {
    person = session->person;
    hash = session->hash;
  }
  const auto kept = execute(
      connection,
      "INSERT INTO account_ceremony (challenge, person, session, creates, expires_at) VALUES (?,?,?,?,?)",
      credential::sha256(challenge), person, hash, creates, base::TimeNs{now.since_epoch_ns + kCeremonyNs});
  if (!kept) return kept.error();
  return {};
}

// A challenge is taken once, and only in the session it was given to.
base::Result<bool> Accounts::take_ceremony(Connection& connection, const Digest& challenge, bool creates,
                                           const std::optional<base::RecordId>& person,
                                           const std::optional<Digest>& session) {
  const base::TimeNs now = parts_.clock->now();
  const auto taken =
      session && person
          ? execute(
                connection,
                "DELETE FROM account_ceremony WHERE challenge=? AND creates=? AND expires_at>=? AND person=? "
                "AND session=?",
                challenge, creates, now, *person, *session)
          : execute(
                connection,
                "DELETE FROM account_ceremony WHERE challenge=? AND creates=? AND expires_at>=? AND person "
                "IS NULL",
                challenge, creates, now);
  if (!taken) return taken.error();
  return *taken == 1;
}

base::Result<std::string> Accounts::passkey_creation(const Session& session, std::string_view display_name,
                                                     const credential::RelyingParty& relying_party) {
  std::string options;
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    const auto row = row_of(connection, session.person);
    if (!row) return row.error();
    if (!*row) return base::Error{base::ErrorCode::not_found, "no account", "", {}};
    const auto may = may_enrol(connection, **row, session);
    if (!may) return may.error();
    if (!*may) return base::Error{base::ErrorCode::forbidden, "there is a second factor already", "", {}};
    auto handles = handles_of(connection, session.person);
    if (!handles) return handles.error();
    credential::CreationOptions asked;
    asked.relying_party = relying_party;
    asked.user_handle = handle_of(session.person);
    asked.user_name = (*row)->login;
    asked.display_name = display_name;
    asked.challenge = credential::make_passkey_challenge(parts_.random);
    asked.exclude = std::move(*handles);
    options = credential::to_json(asked);
    return keep_ceremony(connection, asked.challenge, true, &session);
  });
  if (!done) return done.error();
  return options;
}

base::Result<std::string> Accounts::passkey_request(const Session* session,
                                                    const credential::RelyingParty& relying_party) {
  std::string options;
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    credential::RequestOptions asked;
    asked.relying_party_id = relying_party.id;
    asked.challenge = credential::make_passkey_challenge(parts_.random);
    if (session != nullptr) {
      auto handles = handles_of(connection, session->person);
      if (!handles) return handles.error();
      asked.allow = std::move(*handles);
    }
    options = credential::to_json(asked);
    return keep_ceremony(connection, asked.challenge, false, session);
  });
  if (!done) return done.error();
  return options;
}

base::Result<std::optional<Method>> Accounts::use_passkey(Connection& connection,
                                                          const credential::AssertionResponse& response,
                                                          const credential::RelyingParty& relying_party,
                                                          const std::optional<base::RecordId>& person,
                                                          const std::optional<Digest>& session,
                                                          base::RecordId& owner) {
  using None = std::optional<Method>;
  const auto client = credential::read_client_data(response.client_data);
  if (!client) return None();
  const auto taken = take_ceremony(connection, credential::sha256(client->challenge), false, person, session);
  if (!taken) return taken.error();
  if (!*taken) return None();
  const auto stored = load_passkey(connection, response.id);
  if (!stored) return stored.error();
  if (!*stored || (person && (*stored)->person != *person)) return None();
  const credential::CeremonyExpectation expected{relying_party, client->challenge};
  const auto verdict =
      credential::verify_assertion(response, expected, (*stored)->passkey, person.has_value());
  const auto* const update = std::get_if<credential::AssertionUpdate>(&verdict);
  owner = (*stored)->person;
  if (update == nullptr) return None();
  // Of two requests that bring the same counter, one is a copy.
  const auto kept = execute(
      connection,
      "UPDATE account_passkey SET counter=?, backed_up=?, user_verified=?, used_at=? WHERE credential=? "
      "AND counter=?",
      static_cast<std::int64_t>(update->counter), update->backed_up,
      update->user_verified || (*stored)->passkey.user_verified, parts_.clock->now(), blob_of(response.id),
      static_cast<std::int64_t>((*stored)->passkey.counter));
  if (!kept) return kept.error();
  if (*kept != 1) return None();
  return None(update->user_verified ? Method::passkey_verified : Method::passkey);
}

Outcome<Accounts::AddedPasskey> Accounts::add_passkey(const record::Context& context, const Session& session,
                                                      std::string_view name,
                                                      const credential::RegistrationResponse& response,
                                                      const credential::RelyingParty& relying_party,
                                                      const From& from) {
  const auto client = credential::read_client_data(response.client_data);
  if (!client) return fault("passkey", "passkey_wrong", "not what a browser answers");
  std::string shown = cut(name, kMaxName * 4);
  if (shown.empty()) return fault("name", "needed", "a name for the passkey");
  return change<AddedPasskey>([&](Connection& connection) -> Outcome<AddedPasskey> {
    if (auto locked = lock(connection, session.person); !locked) return locked.error();
    const auto row = row_of(connection, session.person);
    if (!row) return row.error();
    if (!*row) return refusal(Kind::not_found);
    const auto may = may_enrol(connection, **row, session);
    if (!may) return may.error();
    if (!*may) return refusal(Kind::forbidden);
    const auto taken =
        take_ceremony(connection, credential::sha256(client->challenge), true, session.person, session.hash);
    if (!taken) return taken.error();
    if (!*taken) return fault("passkey", "passkey_wrong", "not asked for, or too long ago");
    const auto there =
        count(connection, "SELECT count(*) FROM account_passkey WHERE person=?", session.person);
    if (!there) return there.error();
    if (*there >= static_cast<std::int64_t>(kMaxPasskeys))
      return fault("passkey", "too_many", "there are as many as one may have");
    const credential::CeremonyExpectation expected{relying_party, client->challenge};
    const auto verdict = credential::verify_registration(response, expected, handle_of(session.person));
    const auto* const passkey = std::get_if<credential::Passkey>(&verdict);
    if (passkey == nullptr)
      return fault("passkey", "passkey_wrong",
                   std::string(credential::name_of(std::get<credential::PasskeyFault>(verdict))));
    const auto known = load_passkey(connection, passkey->id);
    if (!known) return known.error();
    if (*known) return fault("passkey", "not_unique", "it is registered already");
    std::array<std::uint8_t, 10> random{};
    parts_.random(random);
    PasskeyFacts facts{base::RecordId::make(parts_.clock->now(), random), shown, parts_.clock->now(),
                       std::nullopt};
    const auto kept = execute(
        connection,
        "INSERT INTO account_passkey (id, credential, person, name, public_key, algorithm, counter, aaguid, "
        "transports, backup_eligible, backed_up, user_verified, attestation, created_at) VALUES "
        "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        facts.id, blob_of(passkey->id), session.person, shown, blob_of(passkey->key_cbor),
        static_cast<std::int64_t>(passkey->algorithm), static_cast<std::int64_t>(passkey->counter),
        blob_of(passkey->aaguid), joined(passkey->transports), passkey->backup_eligible, passkey->backed_up,
        passkey->user_verified, static_cast<std::int64_t>(passkey->attestation), facts.created);
    if (!kept) return kept.error();
    if (auto audited = audit(connection, context, "account.passkey", session.person); !audited)
      return audited.error();
    auto made = after_enrolment(connection, **row, session,
                                passkey->user_verified ? Method::passkey_verified : Method::passkey, from);
    if (!made) return made.error();
    return AddedPasskey{facts, std::move(*made)};
  });
}

base::Result<std::vector<PasskeyFacts>> Accounts::passkeys_of(const base::RecordId& person) {
  std::vector<PasskeyFacts> all;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    all.clear();
    auto statement =
        bound(connection,
              "SELECT id, name, created_at, used_at FROM account_passkey WHERE person=? ORDER BY created_at",
              person);
    if (!statement) return statement.error();
    while (true) {
      const auto row = (*statement)->step();
      if (!row) return row.error();
      if (!*row) return {};
      all.push_back({record_id(**statement, 0), std::string((*statement)->text(1)), time(**statement, 2),
                     maybe_time(**statement, 3)});
    }
  });
  if (!done) return done.error();
  return all;
}

Outcome<bool> Accounts::remove_passkey(const record::Context& context, const Session& session,
                                       const base::RecordId& passkey) {
  return change<bool>([&](Connection& connection) -> Outcome<bool> {
    if (auto locked = lock(connection, session.person); !locked) return locked.error();
    const auto row = row_of(connection, session.person);
    if (!row) return row.error();
    if (!*row) return refusal(Kind::not_found);
    const auto may = may_lose(connection, **row, false);
    if (!may) return may.error();
    if (!*may) return refusal(Kind::conflict);
    const auto gone =
        execute(connection, "DELETE FROM account_passkey WHERE id=? AND person=?", passkey, session.person);
    if (!gone) return gone.error();
    if (*gone == 0) return refusal(Kind::not_found);
    if (auto ended = end_sessions(connection, session.person, session.hash); !ended) return ended.error();
    if (auto audited = audit(connection, context, "account.passkey_remove", session.person); !audited)
      return audited.error();
    return true;
  });
}

}  // namespace hinomi::account
