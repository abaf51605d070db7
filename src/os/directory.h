// Walks a folder and lists its files in an order that is the same on every run. Not for watching a folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"

namespace hinomi::os {

enum class WalkedKind : std::uint8_t {
  file,        // a regular file
  special,     // fifo, socket, device: not opened
  unreadable,  // could not be looked at, or lies beyond a limit; `reason` says why
};

struct Walked {
  std::string path;  // the folder as given, '/', and the names below it
  WalkedKind kind = WalkedKind::file;
  std::uint64_t size = 0;  // bytes, of files
  FileIdentity identity;   // of files and special ones
  std::string reason;      // in English; empty for files
};

struct WalkLimits {
  int max_depth = 64;  // folders below the one given; deeper ones are listed as unreadable
  std::size_t max_entries =
      1'000'000;  // listed; the walk stops there with an unreadable entry for the folder
};

// Every file below `folder`, by bytes of the name within each folder. Symbolic links are followed; a folder
// is entered once per walk and a file listed once per walk, however many links lead there. What cannot be
// read is an entry of the list; an Error only when `folder` itself is no folder.
[[nodiscard]] base::Result<std::vector<Walked>> walk_folder(const std::string& folder,
                                                            const WalkLimits& limits = {});

}  // namespace hinomi::os
