// HINOMI_CHECK: assertion of an invariant, on in release too; ends the program with the place.
// Not for anything that input can cause (see result.h).
#pragma once

namespace hinomi::base {
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;
}

#define HINOMI_CHECK(condition)                        \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::hinomi::base::check_failed(#condition, __FILE__, __LINE__))
