// What people are told, in their language. Not for logs, which take the names of the faults.
#pragma once

#include <chrono>
#include <string>

#include "base/language.h"
#include "credential/passkey.h"
#include "credential/password_policy.h"
#include "credential/setup_secret.h"

namespace hinomi::credential {

[[nodiscard]] std::string text_of(base::Language language, PasswordProblem problem);
[[nodiscard]] std::string text_of(base::Language language, PasskeyFault fault);
// Not of `good`, about which nothing need be said.
[[nodiscard]] std::string text_of(base::Language language, SetupVerdict verdict);

// Name, password or code: which of them was wrong is not told.
[[nodiscard]] std::string sign_in_failed_text(base::Language language);
[[nodiscard]] std::string sign_in_busy_text(base::Language language);
// `wait`: rounded up to seconds.
[[nodiscard]] std::string sign_in_wait_text(base::Language language, std::chrono::milliseconds wait);
// Where a first factor was right already, or in a step-up.
[[nodiscard]] std::string code_wrong_text(base::Language language);
[[nodiscard]] std::string recovery_wrong_text(base::Language language);
[[nodiscard]] std::string recovery_left_text(base::Language language, std::size_t codes);
[[nodiscard]] std::string session_over_text(base::Language language);
[[nodiscard]] std::string step_up_text(base::Language language);

}  // namespace hinomi::credential
