// How far a followed file was read, in the form that is kept in the journal beside its events, and how a file
// is told from another one that got its inode. Not a state of its own: there is no other file of positions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "os/file.h"

namespace hinomi::ingest::live {

// So many bytes at the front of a file say which file it is.
inline constexpr std::size_t kFrontBytes = 1024;

struct FollowCursor {
  enum class Kind : std::uint8_t {
    text,    // `done` counts bytes
    parsed,  // by a FileParser: `done` counts events
  };
  Kind kind = Kind::text;
  std::uint64_t done = 0;
  // Text: `done` lies within a line whose front was delivered: the rest of it is no event.
  bool within_line = false;
  // Parsed: all events of the file when it was `size` bytes long.
  bool complete = false;
  std::uint64_t size = 0;
  // The hash of the first `front_bytes` bytes (≤ kFrontBytes), all of which were there when the cursor was
  // made. A file that is only appended to keeps them.
  std::uint32_t front_bytes = 0;
  base::Hash128 front{};
  friend bool operator==(const FollowCursor&, const FollowCursor&) = default;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<FollowCursor> parse(std::string_view text);
};

[[nodiscard]] std::string cursor_key(const os::FileIdentity& identity);

// Of the first `bytes` of a file (fewer, if it is shorter: then `front_bytes` says so).
void take_front(int descriptor, std::uint64_t bytes, FollowCursor& cursor);
// Whether the file still begins as the cursor says.
[[nodiscard]] bool has_front(int descriptor, const FollowCursor& cursor);

}  // namespace hinomi::ingest::live
