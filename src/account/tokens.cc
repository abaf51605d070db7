// Tokens of programs.
#include <algorithm>
#include <utility>

#include "account/remembered.h"
#include "account/row.h"
#include "account/sql.h"
#include "base/text.h"
#include "credential/elapsed.h"

namespace hinomi::account {

using credential::Digest;
using record::Outcome;
using store::sql::Connection;
using Kind = record::Refusal::Kind;

namespace {

constexpr std::int64_t kUseNs = 60LL * 1'000'000'000;  // a last use is written no more often than this
constexpr std::string_view kColumns =
    "t.id, t.owner, t.owner_kind, t.name, t.scopes, t.created_at, t.expires_at, t.used_at, t.hash";
// Of an account that may sign in; a service has none.
constexpr std::string_view kOpen =
    " FROM account_token t LEFT JOIN account a ON a.person=t.owner WHERE t.ended_at IS NULL AND "
    "(t.owner_kind='service' OR (a.person IS NOT NULL AND a.disabled_at IS NULL)) AND ";

std::string_view name_of(OwnerKind kind) noexcept {
  return kind == OwnerKind::person ? "person" : "service";
}

// nullopt: its scopes are damaged, and it may nothing.
std::optional<Token> read_token(const store::sql::Statement& row) {
  auto scopes = credential::Scopes::parse(row.text(4));
  if (!scopes) return std::nullopt;
  Token token;
  token.id = record_id(row, 0);
  token.owner = record_id(row, 1);
  token.owner_kind = row.text(2) == "person" ? OwnerKind::person : OwnerKind::service;
  token.name = row.text(3);
  token.scopes = std::move(*scopes);
  token.created = time(row, 5);
  token.expires = time(row, 6);
  token.used = maybe_time(row, 7);
  return token;
}

bool is_good(const Token& token, base::TimeNs now) noexcept {
  return credential::state_of(credential::ApiTokenFacts{token.created, token.expires}, now) ==
         credential::ApiTokenState::good;
}

}  // namespace

base::Result<std::optional<Token>> Accounts::find_token(std::string_view text) {
  const auto hash = credential::hash_of_api_token(text);
  if (!hash) return std::optional<Token>();
  static const std::string sql = "SELECT " + std::string(kColumns) + std::string(kOpen) + "t.hash=?";
  const auto load = [&]() -> base::Result<std::optional<Token>> {
    std::optional<Token> found;
    const auto done = read([&](Connection& connection) -> base::Result<void> {
      found.reset();
      auto statement = bound(connection, sql, *hash);
      if (!statement) return statement.error();
      const auto row = (*statement)->step();
      if (!row) return row.error();
      if (*row) found = read_token(**statement);
      (*statement)->reset();
      if (!found) return {};
      const auto locked = is_locked(connection, found->owner);
      if (!locked) return locked.error();
      if (*locked) found.reset();
      return {};
    });
    if (!done) return done.error();
    const base::TimeNs now = parts_.clock->now();
    if (found && is_good(*found, now) &&
        (!found->used || credential::elapsed_ns(now, *found->used) >= kUseNs)) {
      found->used = now;
      (void)write([&](Connection& connection) -> base::Result<void> {
        const auto kept = execute(connection, "UPDATE account_token SET used_at=? WHERE hash=?", now, *hash);
        if (!kept) return kept.error();
        return {};
      });
    }
    return found;
  };
  auto found = remembered(tokens_, *hash, load);
  if (found && *found && !is_good(**found, parts_.clock->now())) return std::optional<Token>();
  return found;
}

Outcome<NewToken> Accounts::create_token(const record::Context& context, TokenWish wish) {
  const base::TimeNs now = parts_.clock->now();
  auto scopes = credential::Scopes::make(std::move(wish.scopes));
  if (!scopes) return fault("scopes", "not_a_choice", scopes.error().message);
  const auto expires = credential::api_token_end(wish.expires, now);
  if (!expires) return fault("expires_at", "out_of_range", expires.error().message);
  const std::string name = cut(wish.name, kMaxName * 4);
  if (name.empty()) return fault("name", "needed", "what the token is for");
  const credential::ApiToken made = credential::make_api_token(parts_.random);
  std::array<std::uint8_t, 10> random{};
  parts_.random(random);
  NewToken result;
  result.text = made.text;
  result.token = {base::RecordId::make(now, random),
                  wish.owner,
                  wish.owner_kind,
                  name,
                  *scopes,
                  now,
                  *expires,
                  std::nullopt};
  return change<NewToken>([&](Connection& connection) -> Outcome<NewToken> {
    if (auto locked = lock(connection, wish.owner); !locked) return locked.error();
    if (wish.owner_kind == OwnerKind::person) {
      const auto row = row_of(connection, wish.owner);
      if (!row) return row.error();
      if (!*row || (*row)->disabled_at) return refusal(Kind::not_found);
    }
    const auto there = count(
        connection, "SELECT count(*) FROM account_token WHERE owner=? AND ended_at IS NULL AND expires_at>?",
        wish.owner, now);
    if (!there) return there.error();
    if (*there >= static_cast<std::int64_t>(kMaxTokens))
      return fault("name", "too_many", "there are as many tokens as one may have");
    const Token& token = result.token;
    const auto kept =
        execute(connection,
                "INSERT INTO account_token (hash, id, owner, owner_kind, name, scopes, created_at, "
                "expires_at) VALUES (?,?,?,?,?,?,?,?)",
                made.hash, token.id, token.owner, name_of(token.owner_kind), token.name, token.scopes.text(),
                token.created, token.expires);
    if (!kept) return kept.error();
    if (auto audited = audit(connection, context, "token.create", wish.owner); !audited)
      return audited.error();
    return result;
  });
}

base::Result<std::vector<Token>> Accounts::tokens_of(const base::RecordId& owner) {
  static const std::string sql =
      "SELECT " + std::string(kColumns) + std::string(kOpen) + "t.owner=? ORDER BY t.created_at DESC";
  std::vector<Token> tokens;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    tokens.clear();
    auto statement = bound(connection, sql, owner);
    if (!statement) return statement.error();
    while (true) {
      const auto row = (*statement)->step();
      if (!row) return row.error();
      if (!*row) return {};
      auto token = read_token(**statement);
      if (token && is_good(*token, parts_.clock->now())) tokens.push_back(std::move(*token));
    }
  });
  if (!done) return done.error();
  return tokens;
}

Outcome<Token> Accounts::token_of_id(const base::RecordId& id) {
  static const std::string sql = "SELECT " + std::string(kColumns) + std::string(kOpen) + "t.id=?";
  std::optional<Token> found;
  const auto done = read([&](Connection& connection) -> base::Result<void> {
    found.reset();
    auto statement = bound(connection, sql, id);
    if (!statement) return statement.error();
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (*row) found = read_token(**statement);
    (*statement)->reset();
    return {};
  });
  if (!done) return done.error();
  if (!found) return refusal(Kind::not_found);
  return std::move(*found);
}

Outcome<Token> Accounts::end_token(const record::Context& context, const base::RecordId& id,
                                   const std::optional<base::RecordId>& of) {
  auto found = token_of_id(id);
  if (!found) return found.refusal();
  if (of && found->owner != *of) return refusal(Kind::not_found);
  return change<Token>([&](Connection& connection) -> Outcome<Token> {
    const auto ended =
        execute(connection, "UPDATE account_token SET ended_at=? WHERE id=? AND ended_at IS NULL",
                parts_.clock->now(), id);
    if (!ended) return ended.error();
    if (*ended == 0) return refusal(Kind::not_found);
    if (auto kept = audit(connection, context, "token.end", found->owner); !kept) return kept.error();
    return *found;
  });
}

}  // namespace hinomi::account
