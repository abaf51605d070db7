// Sessions in the database: beginning, finding, ending.
#include <algorithm>
#include <utility>

#include "account/remembered.h"
#include "account/row.h"
#include "account/sql.h"
#include "credential/elapsed.h"

namespace hinomi::account {

using credential::Digest;
using record::Outcome;
using store::sql::Connection;
using Kind = record::Refusal::Kind;

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kUseNs = 60 * kSecondNs;  // a last use is written no more often than this
constexpr std::int64_t kKeepNs = 30LL * 24 * 3600 * kSecondNs;  // ended ones, for looking back
constexpr std::string_view kColumns =
    "s.hash, s.id, s.person, s.half, s.methods, s.created_at, s.used_at, s.proved_at, s.peer, s.agent";
// Of an account that may sign in; the local operator has none.
constexpr std::string_view kOpen =
    " FROM account_session s LEFT JOIN account a ON a.person=s.person WHERE s.ended_at IS NULL AND "
    "((a.person IS NOT NULL AND a.disabled_at IS NULL) OR s.person=?) AND ";

Session read_session(const store::sql::Statement& row) {
  Session session;
  session.hash = digest(row, 0);
  session.id = record_id(row, 1);
  session.person = record_id(row, 2);
  session.half = row.integer(3) != 0;
  session.methods = credential::Methods::from_bits(static_cast<std::uint8_t>(row.integer(4)))
                        .value_or(credential::Methods{});
  session.created = time(row, 5);
  session.used = time(row, 6);
  session.proved = maybe_time(row, 7);
  session.peer = row.text(8);
  session.agent = row.text(9);
  return session;
}

bool is_over(const Session& session, const credential::SessionRules& rules, base::TimeNs now) noexcept {
  const credential::SessionFacts facts{session.created, session.used, session.proved.value_or(base::TimeNs{}),
                                       session.methods};
  if (credential::state_of(facts, rules, now) != credential::SessionState::open) return true;
  return session.half && credential::elapsed_ns(now, session.created) >= kHalfSessionNs;
}

}  // namespace

base::Result<NewSession> Accounts::begin(Connection& connection, const Beginning& beginning,
                                         const From& from) {
  const base::TimeNs now = parts_.clock->now();
  credential::SessionToken token = credential::make_session_token(parts_.random);
  std::array<std::uint8_t, 10> random{};
  parts_.random(random);
  NewSession made;
  made.token = std::move(token.text);
  Session& session = made.session;
  session.id = base::RecordId::make(now, random);
  session.hash = token.hash;
  session.person = beginning.person;
  session.half = beginning.half;
  session.methods = beginning.methods;
  session.created = beginning.since.value_or(now);
  session.used = now;
  if (beginning.proved) session.proved = now;
  session.peer = cut(from.peer, kMaxPeer);
  session.agent = cut(from.agent, kMaxAgent);
  if (beginning.old) {
    const auto ended =
        execute(connection, "UPDATE account_session SET ended_at=? WHERE hash=?", now, *beginning.old);
    if (!ended) return ended.error();
  }
  // The oldest make room, and what ended long ago goes.
  if (auto gone = execute(connection, "DELETE FROM account_session WHERE created_at<?",
                          base::TimeNs{now.since_epoch_ns - kKeepNs});
      !gone)
    return gone.error();
  const auto room =
      execute(connection,
              "UPDATE account_session SET ended_at=? WHERE person=? AND ended_at IS NULL AND hash NOT IN "
              "(SELECT hash "
              "FROM account_session WHERE person=? AND ended_at IS NULL ORDER BY used_at DESC LIMIT ?)",
              now, session.person, session.person, static_cast<std::int64_t>(kMaxOpenSessions - 1));
  if (!room) return room.error();
  const auto kept =
      execute(connection,
              "INSERT INTO account_session (hash, id, person, half, methods, created_at, used_at, "
              "proved_at, peer, agent) VALUES (?,?,?,?,?,?,?,?,?,?)",
              session.hash, session.id, session.person, session.half,
              static_cast<std::int64_t>(session.methods.bits()), session.created, session.used,
              session.proved, session.peer, session.agent);
  if (!kept) return kept.error();
  const access::Principal who = actor(session.person, beginning.name);
  if (auto audited =
          audit(connection, who, from.via, session.peer, std::string(beginning.action), session.person);
      !audited)
    return audited.error();
  return made;
}

base::Result<std::int64_t> Accounts::end_sessions(Connection& connection, const base::RecordId& person,
                                                  const std::optional<Digest>& but) {
  const base::TimeNs now = parts_.clock->now();
  if (!but)
    return execute(connection, "UPDATE account_session SET ended_at=? WHERE person=? AND ended_at IS NULL",
                   now, person);
  return execute(connection,
                 "UPDATE account_session SET ended_at=? WHERE person=? AND ended_at IS NULL AND hash<>?", now,
                 person, *but);
}

base::Result<std::optional<Session>> Accounts::load_session(Connection& connection, const Digest& hash) {
  static const std::string sql = "SELECT " + std::string(kColumns) + std::string(kOpen) + "s.hash=?";
  auto statement = bound(connection, sql, local_operator(), hash);
  if (!statement) return statement.error();
  const auto row = (*statement)->step();
  if (!row) return row.error();
  if (!*row) return std::optional<Session>();
  Session session = read_session(**statement);
  (*statement)->reset();
  if (is_over(session, parts_.rules, parts_.clock->now())) return std::optional<Session>();
  // Whoever is at the console of the server can let people in again.
  if (!session.methods.has(credential::Method::ticket)) {
    const auto locked = is_locked(connection, session.person);
    if (!locked) return locked.error();
    if (*locked) return std::optional<Session>();
  }
  return std::optional(std::move(session));
}

base::Result<bool> Accounts::still_open(Connection& connection, const Session& session) {
  const auto found = load_session(connection, session.hash);
  if (!found) return found.error();
  return found->has_value();
}

base::Result<std::optional<Session>> Accounts::find_session(std::string_view token) {
  const auto hash = credential::hash_of_session_token(token);
  if (!hash) return std::optional<Session>();
  const auto load = [&]() -> base::Result<std::optional<Session>> {
    std::optional<Session> found;
    const auto done = read([&](Connection& connection) -> base::Result<void> {
      auto session = load_session(connection, *hash);
      if (!session) return session.error();
      found = std::move(*session);
      return {};
    });
    if (!done) return done.error();
    const base::TimeNs now = parts_.clock->now();
    if (found && credential::elapsed_ns(now, found->used) >= kUseNs) {
      found->used = now;
      // A last use that is lost ends the session earlier, never later.
      (void)write([&](Connection& connection) -> base::Result<void> {
        const auto kept = execute(
            connection, "UPDATE account_session SET used_at=? WHERE hash=? AND used_at<?", now, *hash, now);
        if (!kept) return kept.error();
        return {};
      });
    }
    return found;
  };
  auto found = remembered(sessions_, *hash, load);
  if (found && *found && is_over(**found, parts_.rules, parts_.clock->now())) return std::optional<Session>();
  return found;
}

base::Result<std::optional<Session>> Accounts::open_session(const Digest& hash) {
  const auto load = [&]() -> base::Result<std::optional<Session>> {
    std::optional<Session> found;
    const auto done = read([&](Connection& connection) -> base::Result<void> {
      auto session = load_session(connection, hash);
      if (!session) return session.error();
      found = std::move(*session);
      return {};
    });
    if (!done) return done.error();
    return found;
  };
  auto found = remembered(sessions_, hash, load);
  if (found && *found && is_over(**found, parts_.rules, parts_.clock->now())) return std::optional<Session>();
  return found;
}

base::Result<std::vector<Session>> Accounts::sessions_of(const base::RecordId& person) {
  static const std::string sql = "SELECT " + std::string(kColumns) + std::string(kOpen) +
                                 "s.person=? AND s.half=0 ORDER BY s.used_at DESC";
  std::vector<Session> sessions;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    sessions.clear();
    auto statement = bound(connection, sql, local_operator(), person);
    if (!statement) return statement.error();
    while (true) {
      const auto row = (*statement)->step();
      if (!row) return row.error();
      if (!*row) return {};
      Session session = read_session(**statement);
      if (!is_over(session, parts_.rules, parts_.clock->now())) sessions.push_back(std::move(session));
    }
  });
  if (!done) return done.error();
  return sessions;
}

Outcome<Session> Accounts::session_of_id(const base::RecordId& id) {
  static const std::string sql = "SELECT " + std::string(kColumns) + std::string(kOpen) + "s.id=?";
  std::optional<Session> found;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    found.reset();
    auto statement = bound(connection, sql, local_operator(), id);
    if (!statement) return statement.error();
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (*row) found = read_session(**statement);
    (*statement)->reset();
    return {};
  });
  if (!done) return done.error();
  if (!found || is_over(*found, parts_.rules, parts_.clock->now())) return refusal(Kind::not_found);
  return std::move(*found);
}

Outcome<Session> Accounts::end_session(const record::Context& context, const base::RecordId& id,
                                       const std::optional<base::RecordId>& of) {
  auto found = session_of_id(id);
  if (!found) return found.refusal();
  if (of && found->person != *of) return refusal(Kind::not_found);
  return change<Session>([&](Connection& connection) -> Outcome<Session> {
    const auto ended =
        execute(connection, "UPDATE account_session SET ended_at=? WHERE id=? AND ended_at IS NULL",
                parts_.clock->now(), id);
    if (!ended) return ended.error();
    if (*ended == 0) return refusal(Kind::not_found);
    if (auto kept = audit(connection, context, "session.end", found->person); !kept) return kept.error();
    return *found;
  });
}

base::Result<std::int64_t> Accounts::end_all_sessions(const record::Context& context,
                                                      const base::RecordId& person) {
  std::int64_t ended = 0;
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    const auto all = end_sessions(connection, person, std::nullopt);
    if (!all) return all.error();
    ended = *all;
    return audit(connection, context, "session.end_all", person);
  });
  forget();
  if (!done) return done.error();
  return ended;
}

}  // namespace hinomi::account
