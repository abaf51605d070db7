// Named places where a test can end the process as a power switch would: in the middle of what it was doing.
// Not for errors that a device reports (those are injected through Disk).
//
// Off unless arm_fault_point() was called, which only the programs do, from HINOMI_FAULT_POINT; then each
// costs one relaxed load.
#pragma once

#include <atomic>
#include <string_view>

namespace hinomi::os {

// "journal.after_write" or "journal.after_write:3" (the third time it is passed). False: not of this form.
[[nodiscard]] bool arm_fault_point(std::string_view setting);

namespace detail {
extern std::atomic<bool> fault_points_armed;
void pass_fault_point(std::string_view name) noexcept;
}  // namespace detail

// Ends the process with SIGKILL when this point was armed and its count is reached.
inline void fault_point(std::string_view name) noexcept {
  if (detail::fault_points_armed.load(std::memory_order_relaxed)) detail::pass_fault_point(name);
}

}  // namespace hinomi::os
