// The pipeline process of the server: `hinomi-worker pipeline`. Started by the supervisor, which hands it the
// shared page and the wake-up calls as open descriptors; not for people.
//
//   pipeline --data DIR --state-fd N --wake-fd N --front-wake-fd N
//            [--zone-offset-minutes N] of time-stamps without a zone (default 0)
//            [--lateness-seconds N]    how late an event may come and still be correlated in order (default
//            10)
//
// Environment, for tests: HINOMI_FAULT_POINT ends the process at a named point (os/fault_point.h);
// HINOMI_TEST_POISON: an event that contains these bytes aborts it.
#pragma once

#include <span>
#include <string>

namespace hinomi::app {

// The words behind "pipeline". Runs until SIGTERM or SIGINT, or until the process that started it ends. Exit
// code 0; 1 after an error, which stands on the standard error output; 2 for wrong usage.
[[nodiscard]] int run_pipeline(std::span<const std::string> words);

}  // namespace hinomi::app
