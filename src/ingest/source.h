// Turns the paths a user named into work units, one after another: folders are walked, archives opened, types
// recognised by content. Not for listening to the network, and writes nothing to disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/recognise.h"
#include "ingest/unit.h"
#include "os/directory.h"
#include "os/file.h"
#include "parse/archive/limits.h"

namespace hinomi::ingest {

enum class InputState : std::uint8_t {
  waiting,          // not reached (yet)
  reading,          // units of it are coming
  read,             // to its end
  partly_read,      // some of it was read or some records were skipped: reason and position say more
  unreadable,       // nothing of it could be read
  skipped_empty,    // nothing in it
  skipped_special,  // a device, fifo or socket inside a folder
  unrecognised,     // readable, but no kind of log that is known here
  opened,           // an archive whose entries have statuses of their own
};
// "partly_read" …: a stable word for machine output.
[[nodiscard]] std::string_view name_of(InputState state) noexcept;

struct InputStatus {
  std::string path;  // as given, plus "!entry" for each archive level; hostile text
  InputType type = InputType::unknown;
  InputState state = InputState::waiting;
  std::uint64_t bytes = 0;     // of content that was read (decompressed)
  std::uint64_t skipped = 0;   // records left out because of a limit
  std::string reason;          // of the first problem; English; empty when all is well
  std::uint64_t position = 0;  // byte in the (decompressed) content where that was
};

struct ReaderOptions {
  std::size_t block_bytes = 1 << 20;          // usual size of a unit
  std::size_t max_line_bytes = 16 << 20;      // longer lines are skipped and counted
  std::size_t max_document_bytes = 64 << 20;  // longer JSON documents likewise
  std::size_t kept_blocks = 8;                // unused blocks that are kept for reuse
  std::size_t max_inputs = 2'000'000;         // statuses, entries of archives included
  parse::archive::Limits archive{};
  os::WalkLimits walk{};
  os::StopCheck stop{};  // asked between units and in blocking reads; true ends the reading
};

// Of the outer files, before decompression.
struct Progress {
  std::uint64_t total_bytes = 0;     // of all inputs with a known size
  std::uint64_t consumed_bytes = 0;  // read so far, of those inputs and of streams
  bool total_known = true;           // false when a stream is among the inputs
};

// One thread calls next() and statuses(); progress() may be called by any. Memory: one block under way here,
// plus what the caller has not given back: hold at most N units and N blocks are in use.
class InputReader {
 public:
  // Looks at every path (walking folders) to know the total size; opens none. "-" is the standard input.
  // A file is read each time its path is named; a folder does not add files that were named, or that an
  // earlier folder has added already. Unreadable ones are statuses, so this cannot fail.
  explicit InputReader(const std::vector<std::string>& paths, ReaderOptions options = {});
  // One file that is open already, known by the name it was given.
  explicit InputReader(os::File file, ReaderOptions options = {});
  ~InputReader();
  InputReader(const InputReader&) = delete;
  InputReader& operator=(const InputReader&) = delete;

  // The next unit, or nullopt after the last one (or after options.stop said so; the rest stays `waiting`,
  // and the one under way becomes `partly_read`). A broken input is a status, never an end.
  [[nodiscard]] std::optional<Unit> next();

  // In the order they were found; grows while archives are opened.
  [[nodiscard]] const InputStatus& status(InputId id) const;
  [[nodiscard]] std::size_t input_count() const noexcept;
  [[nodiscard]] std::vector<InputStatus> statuses() const;

  [[nodiscard]] Progress progress() const noexcept;
  // Capacity of the units that are in use.
  [[nodiscard]] std::size_t bytes_in_use() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hinomi::ingest
