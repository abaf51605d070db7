// The rules of a session: its token, when it ends, how freshly and how strongly its owner was proved, and
// when the token must change. Not the sessions themselves, which others store; and not for programs
// (api_token.h).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "credential/bytes.h"
#include "os/random.h"

namespace hinomi::credential {

inline constexpr std::size_t kSessionTokenBytes = 32;
inline constexpr std::size_t kSessionTokenCharacters = 43;

struct SessionToken {
  std::string text;  // for the cookie; kept nowhere
  Digest hash{};     // to be stored: the token cannot be told from it
};

[[nodiscard]] SessionToken make_session_token(const os::RandomBytes& random);
// nullopt when it cannot be a token of ours: nothing need be looked up then.
[[nodiscard]] std::optional<Digest> hash_of_session_token(std::string_view text);

// How somebody proved who he is. The values are stored: never renumber.
enum class Method : std::uint8_t {
  password = 0,
  totp = 1,
  passkey = 2,           // the device was touched: it is there
  passkey_verified = 3,  // and it asked for PIN, finger or face: a second factor of its own
  ticket = 4,            // of the server's console (hinomi login)
  recovery = 5,          // a code on paper
};

class Methods {
 public:
  constexpr Methods() = default;
  constexpr Methods(std::initializer_list<Method> methods) {
    for (const Method method : methods) add(method);
  }
  constexpr void add(Method method) noexcept {
    bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(method));
  }
  [[nodiscard]] constexpr bool has(Method method) const noexcept {
    return (bits_ >> static_cast<unsigned>(method) & 1U) != 0;
  }
  // For the store.
  [[nodiscard]] constexpr std::uint8_t bits() const noexcept { return bits_; }
  // nullopt when there are unknown ones.
  [[nodiscard]] static constexpr std::optional<Methods> from_bits(std::uint8_t bits) noexcept {
    if (bits >> (static_cast<unsigned>(Method::recovery) + 1U) != 0) return std::nullopt;
    Methods methods;
    methods.bits_ = bits;
    return methods;
  }
  friend constexpr bool operator==(const Methods&, const Methods&) = default;

 private:
  std::uint8_t bits_ = 0;
};

enum class Strength : std::uint8_t { none, one_factor, two_factors };
// Two factors: a passkey that verified its user, or a password and something else than it. A ticket is one:
// it shows that somebody may use the machine, not who he is.
[[nodiscard]] Strength strength_of(Methods methods) noexcept;

struct SessionRules {
  std::int64_t life_ns = 12LL * 3600 * 1'000'000'000;  // from its beginning
  std::int64_t idle_ns = 2LL * 3600 * 1'000'000'000;   // from its last use
  std::int64_t fresh_ns = 10LL * 60 * 1'000'000'000;   // from the last proof, for what needs a step-up
};

struct SessionFacts {
  base::TimeNs created{};
  base::TimeNs used{};
  base::TimeNs authenticated_at{};  // the last proof, of whatever is in `methods`
  Methods methods;
};

enum class SessionState : std::uint8_t {
  open,
  life_over,
  idle_over,
  clock_set_back,  // it is from the future: how old it is cannot be said, so it has ended
};
[[nodiscard]] SessionState state_of(const SessionFacts& facts, const SessionRules& rules,
                                    base::TimeNs now) noexcept;
// Whether it may do what needs a step-up: open, proved not long ago, and strongly enough.
[[nodiscard]] bool is_stepped_up(const SessionFacts& facts, const SessionRules& rules, Strength needed,
                                 base::TimeNs now) noexcept;

enum class SessionEvent : std::uint8_t {
  signed_in,           // against fixation: whatever token came along is not gone on with
  stepped_up,          // proved again
  rights_changed,      // a role given or taken
  credential_changed,  // password, passkey, other factor: whoever has the old one must go
  signed_out,
  signed_out_everywhere,
  person_disabled,
};
enum class TokenFate : std::uint8_t { replaced, ended };
enum class OthersFate : std::uint8_t { kept, replaced_at_next_use, ended };
struct SessionFate {
  TokenFate own;      // of the session that it happened in
  OthersFate others;  // of the same person's other sessions
  friend bool operator==(const SessionFate&, const SessionFate&) = default;
};
// `replaced`: the same session, or a new one, goes on under a new token, and the old token is dead.
[[nodiscard]] SessionFate fate_after(SessionEvent event) noexcept;

}  // namespace hinomi::credential
