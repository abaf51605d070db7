// One followed text file: reads whole lines from where it stood and says where it stands then. Not for
// finding files and not for their names, which may change while they are read (follow.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/live/follow_cursor.h"
#include "ingest/live/intake.h"
#include "os/file.h"

namespace hinomi::ingest::live {

class FollowedFile {
 public:
  FollowedFile(os::Descriptor descriptor, const os::FileIdentity& identity, FollowCursor cursor)
      : descriptor_(std::move(descriptor)), identity_(identity), cursor_(cursor) {}

  // As the file is now.
  struct Look {
    std::uint64_t size = 0;
    bool deleted = false;  // no name leads to it any more
  };
  [[nodiscard]] base::Result<Look> look() const;

  // Lines that were read and are to be stored together with where the file stands after them.
  struct Batch {
    std::string bytes;
    std::vector<EventSpan> events;
    FollowCursor after;
    std::uint64_t cut = 0;  // lines whose end was left out
  };
  // What comes next: nothing at the end of the file, or while its last line is not finished. `last`: nothing
  // will be added, so an unfinished line is one. A file that was truncated or written anew gives a batch that
  // moves to its beginning, where the caller may find another kind of file. Batches without events only move
  // on.
  [[nodiscard]] base::Result<std::optional<Batch>> next(bool last);
  void advance(const FollowCursor& after) noexcept { cursor_ = after; }

  // Bytes of the file; fewer than asked at its end.
  [[nodiscard]] base::Result<std::string> read(std::uint64_t offset, std::size_t bytes) const;
  // Whether what was read so far is still its front.
  [[nodiscard]] bool is_the_same(std::uint64_t size) const;
  // Everything again, from the beginning.
  void begin_anew() noexcept;

  [[nodiscard]] const FollowCursor& cursor() const noexcept { return cursor_; }
  [[nodiscard]] const os::FileIdentity& identity() const noexcept { return identity_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
  // How often it was found truncated or written anew.
  [[nodiscard]] std::uint64_t restarts() const noexcept { return restarts_; }

 private:
  enum class Text : std::uint8_t { unknown, bytes, utf16le, utf16be };

  void know_text(std::uint64_t size);
  [[nodiscard]] Batch cut_lines(std::string_view bytes, bool last) const;

  os::Descriptor descriptor_;
  os::FileIdentity identity_;
  FollowCursor cursor_;
  Text text_ = Text::unknown;
  std::uint64_t restarts_ = 0;
};

}  // namespace hinomi::ingest::live
