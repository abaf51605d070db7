// Whether this build runs under a sanitizer, which needs system calls and memory that a sandbox takes away.
// Tests of the sandbox are skipped then, by name, and confine_process() does nothing. Not for anything else:
// a program is the same under a sanitizer.
#pragma once

namespace hinomi::os {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace hinomi::os
