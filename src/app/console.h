// Where a command writes and how: the streams, whether a person reads them, the language. No text of its own.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "base/language.h"

namespace hinomi::app {

// Exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitProblems = 1;  // done, but some input was unreadable, refused or not as stated
inline constexpr int kExitUsage = 2;

struct Console {
  std::FILE* out = stdout;
  std::FILE* err = stderr;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;  // of `out`
  int columns = 100;    // of `out`
  base::Language language = base::Language::en;

  // False once a write has failed (a closed pipe, a full disk); later writes do nothing.
  bool write(std::string_view text);
  void line(std::string_view text);
  void error_line(std::string_view text);
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  // Why a write failed (errno), 0 when none did.
  [[nodiscard]] int failure() const noexcept { return failure_; }
  // Flushes; false when not everything reached its place.
  bool finish();

 private:
  bool failed_ = false;
  int failure_ = 0;
};

}  // namespace hinomi::app
