// Finds the files that a path, folder or pattern stands for, again and again, without ever leaving the folder
// through a symbolic link that somebody put there. Not for scans, which follow links (directory.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "os/file.h"

namespace hinomi::os {

struct SearchLimits {
  int max_depth = 16;                 // folders below the one that is named
  std::size_t max_entries = 100'000;  // names looked at, in one search
  std::size_t max_problems = 100;
};

// A regular file; valid only while it is visited.
struct FoundFile {
  const std::string& path;
  FileIdentity identity;
  std::uint64_t size = 0;
  base::TimeNs modified{};
  // For reading, and only if it is still no link and still regular.
  std::function<base::Result<Descriptor>()> open;
};

struct SearchReport {
  bool missing = false;               // what is named does not exist (yet)
  std::vector<std::string> folders;   // looked into: worth watching
  std::vector<std::string> problems;  // what could not be looked at, and why; English
};

// `pattern`: a file, a folder (every file below it), or a path with '*', '?' and '[…]' within names and '**'
// for any number of folders. Names that begin with '.' match only a pattern that writes the '.'. Symbolic
// links are followed where the path names them without a pattern, and nowhere else. Every file is visited
// once a name.
[[nodiscard]] SearchReport search_files(std::string_view pattern, const SearchLimits& limits,
                                        const std::function<void(const FoundFile&)>& visit);

// Every regular file directly in `folder`, of whatever name.
[[nodiscard]] SearchReport list_folder(const std::string& folder, const SearchLimits& limits,
                                       const std::function<void(const FoundFile&)>& visit);

}  // namespace hinomi::os
