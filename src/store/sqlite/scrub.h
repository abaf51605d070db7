// Reads every page of a database file, and of its write-ahead log, to find those that are damaged before
// somebody needs them. Goes on beside programs that read and write; needs no memory to speak of. For files
// with checked or sealed pages; not a check of the structure (Database::quick_check).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/sqlite/page_guard.h"

namespace hinomi::store::sqlite {

inline constexpr std::size_t kMaxReportedPages = 1000;

struct ScrubReport {
  std::uint64_t pages = 0;  // looked at
  std::uint64_t damaged_pages = 0;
  std::vector<std::uint32_t> damaged{};  // numbers of the first kMaxReportedPages of them, from 1
  std::string log_damage{};              // empty: none
  bool complete = true;                  // false: `go_on` ended it

  [[nodiscard]] bool is_sound() const noexcept { return damaged_pages == 0 && log_damage.empty(); }
};

// Asked now and then: how many of how many pages are done; false ends it. May take its time, to spare the
// disk.
using GoOn = std::function<bool(std::uint64_t done, std::uint64_t all)>;

// Error not_found, io when the file cannot be read at all.
[[nodiscard]] base::Result<ScrubReport> scrub(const std::string& path, const Pages& pages,
                                              const GoOn& go_on = {});

}  // namespace hinomi::store::sqlite
