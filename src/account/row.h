// An account as it is stored. Not for use outside this module.
#pragma once

#include "account/accounts.h"

namespace hinomi::account {

struct Accounts::Row {
  base::RecordId person{};
  std::string login;
  std::string password;      // PHC text; empty: none
  std::string totp;          // sealed; empty: none
  std::string totp_pending;  // sealed, until its first code came
  std::optional<std::int64_t> totp_step;
  bool must_enrol = false;
  std::optional<base::TimeNs> disabled_at;
  base::TimeNs created{};
};

// Somebody whose name is not known yet, or need not be.
[[nodiscard]] access::Principal actor(const std::optional<base::RecordId>& person, std::string_view name);
// What stands in a column of limited size: cut at a character, without what cannot be stored.
[[nodiscard]] std::string cut(std::string_view text, std::size_t bytes);
[[nodiscard]] std::string login_key(std::string_view login);

[[nodiscard]] inline record::Refusal refusal(record::Refusal::Kind kind) {
  return {kind, {}, {}};
}
[[nodiscard]] inline record::Refusal fault(std::string field, std::string code, std::string detail) {
  return {record::Refusal::Kind::invalid, {{std::move(field), std::move(code), std::move(detail)}}, {}};
}

// Runs `work` in a write transaction; what it refuses is undone.
template <typename T>
record::Outcome<T> Accounts::change(const std::function<record::Outcome<T>(Connection&)>& work) {
  std::optional<record::Outcome<T>> outcome;
  const auto done = write([&](Connection& connection) -> base::Result<void> {
    outcome.emplace(work(connection));
    if (outcome->has_value()) return {};
    if (outcome->refusal().kind == record::Refusal::Kind::failed) return outcome->refusal().error;
    return base::Error{base::ErrorCode::usage, "refused", "", {}};
  });
  if (done) {
    forget();
    return std::move(*outcome);
  }
  if (outcome && !outcome->has_value() && outcome->refusal().kind != record::Refusal::Kind::failed)
    return std::move(*outcome);
  return done.error();
}

}  // namespace hinomi::account
