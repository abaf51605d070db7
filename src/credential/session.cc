#include "credential/session.h"

#include "credential/elapsed.h"

namespace hinomi::credential {

SessionToken make_session_token(const os::RandomBytes& random) {
  Secret drawn(kSessionTokenBytes);
  random(drawn.writable());
  SessionToken token;
  token.text = base64url(drawn.view());
  token.hash = sha256(bytes_of(token.text));
  return token;
}

std::optional<Digest> hash_of_session_token(std::string_view text) {
  if (text.size() != kSessionTokenCharacters) return std::nullopt;
  const std::optional<Bytes> bytes = parse_base64url(text, kSessionTokenBytes);
  if (!bytes || bytes->size() != kSessionTokenBytes) return std::nullopt;
  return sha256(bytes_of(text));
}

Strength strength_of(Methods methods) noexcept {
  if (methods.has(Method::passkey_verified)) return Strength::two_factors;
  const bool knows = methods.has(Method::password);
  const bool has = methods.has(Method::totp) || methods.has(Method::passkey) || methods.has(Method::recovery);
  if (knows && has) return Strength::two_factors;
  return knows || has || methods.has(Method::ticket) ? Strength::one_factor : Strength::none;
}

SessionState state_of(const SessionFacts& facts, const SessionRules& rules, base::TimeNs now) noexcept {
  for (const base::TimeNs moment : {facts.created, facts.used, facts.authenticated_at}) {
    if (elapsed_ns(now, moment) < -kClockAheadNs) return SessionState::clock_set_back;
  }
  if (elapsed_ns(now, facts.created) >= rules.life_ns) return SessionState::life_over;
  if (elapsed_ns(now, facts.used) >= rules.idle_ns) return SessionState::idle_over;
  return SessionState::open;
}

bool is_stepped_up(const SessionFacts& facts, const SessionRules& rules, Strength needed,
                   base::TimeNs now) noexcept {
  return state_of(facts, rules, now) == SessionState::open && strength_of(facts.methods) >= needed &&
         elapsed_ns(now, facts.authenticated_at) < rules.fresh_ns;
}

SessionFate fate_after(SessionEvent event) noexcept {
  switch (event) {
    case SessionEvent::signed_in:
    case SessionEvent::stepped_up:
      return {TokenFate::replaced, OthersFate::kept};
    case SessionEvent::rights_changed:
      return {TokenFate::replaced, OthersFate::replaced_at_next_use};
    case SessionEvent::credential_changed:
      return {TokenFate::replaced, OthersFate::ended};
    case SessionEvent::signed_out:
      return {TokenFate::ended, OthersFate::kept};
    case SessionEvent::signed_out_everywhere:
    case SessionEvent::person_disabled:
      break;
  }
  return {TokenFate::ended, OthersFate::ended};
}

}  // namespace hinomi::credential
