// One file that is followed, whatever it is: what it was recognised as, whether there may be something to
// read, and what is wrong with it. Not for reading it (followed_file.h, file_parser.h) and not for finding it
// (follow.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "ingest/live/followed_file.h"
#include "ingest/live/input.h"

namespace hinomi::ingest::live {

struct FollowedEntry {
  enum class Role : std::uint8_t {
    undecided,  // too little is there to tell what it is
    text,
    parsed,   // by the parser process
    ignored,  // `problem` says why
  };

  FollowedEntry(std::string name, FollowedFile opened) : path(std::move(name)), file(std::move(opened)) {}

  // How large the file is now and, as long as that is not known, what it is. It has to be unchanged for
  // `settle` where more bytes may say something else.
  void look(std::chrono::steady_clock::time_point now, std::chrono::milliseconds settle);
  [[nodiscard]] FileStatistics statistics() const;

  std::string path;
  FollowedFile file;
  Role role = Role::undecided;
  bool found = true;  // by the latest scan
  bool gone = false;  // not found, since `changed` at least
  bool dirty = true;  // there may be something to read
  bool in_parser = false;
  bool was_text = false;                            // before it was written anew
  bool flushed = false;                             // gone, and its last line was taken as it is
  std::uint64_t size = 0;                           // at the latest look
  std::uint64_t lag = 0;                            // bytes
  std::chrono::steady_clock::time_point changed{};  // when `size` last did
  std::optional<os::FileIdentity> after;            // had this name before, and is read to its end first
  std::string problem;

 private:
  void decide(bool settled);
};

}  // namespace hinomi::ingest::live
