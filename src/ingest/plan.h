// Finds out which files the paths a user named stand for, and how large they are, before any of them is
// opened. Not for what is inside archives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "os/directory.h"

namespace hinomi::ingest {

enum class PlannedKind : std::uint8_t {
  file,    // a regular file
  stream,  // a fifo or device that was named itself
  standard_input,
  special,     // found in a folder; not to be opened
  unreadable,  // `reason` says why
};

struct PlannedInput {
  std::string path;
  PlannedKind kind = PlannedKind::file;
  std::uint64_t size = 0;  // bytes, of files
  std::string reason;      // of special and unreadable ones
};

// In the order of `paths`, folders walked in place. "-" is the standard input. A file is there once for each
// time it was named; a folder leaves out files that were named, and those that an earlier folder has brought.
[[nodiscard]] std::vector<PlannedInput> plan_inputs(const std::vector<std::string>& paths,
                                                    const os::WalkLimits& limits);

}  // namespace hinomi::ingest
