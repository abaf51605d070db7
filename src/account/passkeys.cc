// Passkeys: what is asked of a browser, and what its answers change.
#include <algorithm>
#include <utility>
#include <variant>

#include "account/row.h"
#include "account/sql.h"
#include "base/text.h"
#include "credential/client_data.h"
#include "credential/passkey_json.h"

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
