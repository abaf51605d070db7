// Follows a file, all files of a folder, or those of a pattern: what is there and what is added, across
// rotation, truncation and restarts. Event and place are one write, so that an event is stored exactly once,
// also across kill -9. Lines are cut here; event logs and archives are handed to a parser process. Not for
// reading a folder once and reporting about it (`hinomi scan`). What it promises stands in
// docs/en/sources.md.
#pragma once

#include <chrono>
#include <memory>

#include "ingest/live/input.h"
#include "os/clock.h"
#include "worker/parser_client.h"

namespace hinomi::ingest::live {

struct FollowOptions {
  std::size_t max_files = 4096;  // open at once; further ones wait and are told of
  // Without word from the kernel everything is looked at so often.
  std::chrono::milliseconds scan_interval{2000};
  // A file for the parser is handed over when it has not changed for so long …
  std::chrono::milliseconds settle{2000};
  // … and a file that is not found any more is kept, for a writer that still has it open.
  std::chrono::milliseconds keep_gone{10'000};
  std::chrono::milliseconds retry{200};  // after the intake or the parser had no room
  // Reads event logs and archives; null: such files are left out, in state needs_parser. Outlives the input.
  worker::ParserClient* parser = nullptr;
};

// source.address: a file, a folder, or a pattern as in os/file_search.h; absent is well, it may come later.
[[nodiscard]] std::unique_ptr<Input> make_follow(const SourceInfo& source, Intake& intake,
                                                 const os::Clock& clock, const FollowOptions& options);

}  // namespace hinomi::ingest::live
