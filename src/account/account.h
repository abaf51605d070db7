// What there is about somebody who may sign in: account, sessions, passkeys, tokens. Plain facts without any
// secret; not the rules by which they change (accounts.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/record_id.h"
#include "base/time.h"
#include "credential/api_token.h"
#include "credential/session.h"

namespace hinomi::account {

inline constexpr std::size_t kMaxLogin = 100;        // code points
inline constexpr std::size_t kMaxName = 100;         // of a passkey or token, code points
inline constexpr std::size_t kMaxOpenSessions = 32;  // of one person; beyond it the one used longest ago ends
inline constexpr std::size_t kMaxTokens = 50;        // of one person
inline constexpr std::size_t kMaxPasskeys = 20;      // of one person
inline constexpr std::size_t kMaxAgent = 200;        // bytes
inline constexpr std::size_t kMaxPeer = 80;          // bytes
inline constexpr std::int64_t kHalfSessionNs = 10LL * 60 * 1'000'000'000;
inline constexpr std::int64_t kInvitationNs = 72LL * 3600 * 1'000'000'000;
inline constexpr std::int64_t kCeremonyNs = 5LL * 60 * 1'000'000'000;

// Signs in from the server's console as long as there is no administrator; nobody's id.
[[nodiscard]] base::RecordId local_operator() noexcept;

struct Account {
  base::RecordId person{};
  std::string login;
  bool has_password = false;
  bool has_totp = false;
  std::size_t passkeys = 0;
  std::size_t recovery_left = 0;
  bool must_enrol = false;  // signs in only with a second factor
  std::optional<base::TimeNs> disabled_at;
  base::TimeNs created_at{};
};

struct Session {
  base::RecordId id{};
  credential::Digest hash{};  // of its token
  base::RecordId person{};
  // One factor was proved and another one is missing: good for that alone.
  bool half = false;
  credential::Methods methods;
  base::TimeNs created{};
  base::TimeNs used{};
  std::optional<base::TimeNs> proved;  // when they last proved who they are
  std::string peer;
  std::string agent;
};

struct NewSession {
  std::string token;  // for the cookie; kept nowhere
  Session session;
};

struct PasskeyFacts {
  base::RecordId id{};
  std::string name;
  base::TimeNs created{};
  std::optional<base::TimeNs> used;
};

// "person" has what they may themselves, narrowed by the scopes.
enum class OwnerKind : std::uint8_t { person, service };

struct Token {
  base::RecordId id{};
  base::RecordId owner{};
  OwnerKind owner_kind = OwnerKind::person;
  std::string name;
  credential::Scopes scopes;
  base::TimeNs created{};
  base::TimeNs expires{};
  std::optional<base::TimeNs> used;
};

struct NewToken {
  std::string text;  // shown once
  Token token;
};

// Where a request came from; cut to the limits above before it is kept.
struct From {
  std::string_view peer;
  std::string_view agent;
  std::string_view via = "web";
};

// What comes of trying to prove who one is.
enum class Proof : std::uint8_t { good, wrong, throttled };
// What is still missing.
enum class Next : std::uint8_t { nothing, totp, passkey, enrol };

struct SignIn {
  Proof proof = Proof::wrong;
  Next next = Next::nothing;
  std::optional<NewSession> session;  // where the proof was good; half of one while something is missing
};

}  // namespace hinomi::account
