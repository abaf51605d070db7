#include "credential/text.h"

#include "base/check.h"
#include "messages/messages.h"

namespace hinomi::credential {

std::string text_of(base::Language language, PasswordProblem problem) {
  switch (problem) {
    case PasswordProblem::not_text:
      return messages::password_not_text(language);
    case PasswordProblem::control:
      return messages::password_control(language);
    case PasswordProblem::too_short:
      return messages::password_too_short(language, kMinPasswordCharacters);
    case PasswordProblem::too_long:
      return messages::password_too_long(language, kMaxPasswordCharacters);
    case PasswordProblem::common:
      return messages::password_common(language);
    case PasswordProblem::context:
      return messages::password_context(language);
    case PasswordProblem::repetitive:
      break;
  }
  return messages::password_repetitive(language);
}

std::string text_of(base::Language language, PasskeyFault fault) {
  switch (fault) {
    case PasskeyFault::wrong_origin:
    case PasskeyFault::cross_origin:
    case PasskeyFault::wrong_relying_party:
      return messages::passkey_wrong_place(language);
    case PasskeyFault::user_not_verified:
      return messages::passkey_not_verified(language);
    case PasskeyFault::unsupported_key:
      return messages::passkey_unsupported(language);
    case PasskeyFault::wrong_credential:
    case PasskeyFault::wrong_user:
      return messages::passkey_not_yours(language);
    case PasskeyFault::counter_went_back:
      return messages::passkey_copied(language);
    case PasskeyFault::malformed:
    case PasskeyFault::wrong_type:
    case PasskeyFault::wrong_challenge:
    case PasskeyFault::user_absent:
    case PasskeyFault::bad_attestation:
    case PasskeyFault::bad_signature:
    case PasskeyFault::bad_backup_flags:
      break;
  }
  return messages::passkey_failed(language);
}

std::string text_of(base::Language language, SetupVerdict verdict) {
  HINOMI_CHECK(verdict != SetupVerdict::good);
  if (verdict == SetupVerdict::used) return messages::setup_used(language);
  if (verdict == SetupVerdict::expired) return messages::setup_expired(language);
  return messages::setup_wrong(language);
}

std::string sign_in_failed_text(base::Language language) {
  return messages::sign_in_failed(language);
}
std::string sign_in_busy_text(base::Language language) {
  return messages::sign_in_busy(language);
}
std::string sign_in_wait_text(base::Language language, std::chrono::milliseconds wait) {
  return messages::sign_in_wait(language, std::chrono::ceil<std::chrono::seconds>(wait));
}
std::string code_wrong_text(base::Language language) {
  return messages::sign_in_code_wrong(language);
}
std::string recovery_wrong_text(base::Language language) {
  return messages::sign_in_recovery_wrong(language);
}
std::string recovery_left_text(base::Language language, std::size_t codes) {
  return messages::sign_in_recovery_left(language, codes);
}
std::string session_over_text(base::Language language) {
  return messages::session_over(language);
}
std::string step_up_text(base::Language language) {
  return messages::session_step_up(language);
}

}  // namespace hinomi::credential
