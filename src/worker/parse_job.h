// What a worker does once it is in its sandbox: turns one file, or what is packed in it, into records. A pure
// function of the file and a sink, so that it is tested without a sandbox too. Not for following a file.
#pragma once

#include <functional>
#include <string>

#include "os/file.h"
#include "worker/protocol.h"

namespace hinomi::worker {

// Takes messages; false = nobody listens any more.
using MessageSink = std::function<bool(const Message&)>;

// Sends everything between `hello` and `end` (`end` included). Whatever the file is, this returns; records
// that are lost are told, or counted once many were.
void parse_file(os::File file, const Request& request, const MessageSink& sink);

// Makes the libraries load and set up what they need, by small files of our own: in the sandbox they cannot.
void warm_up_parsers();

// Collects messages and writes them to a descriptor in large pieces.
class MessageWriter {
 public:
  explicit MessageWriter(int descriptor) : descriptor_(descriptor) {}
  // False when the other side is gone; then for ever.
  bool write(const Message& message);
  bool flush();

 private:
  int descriptor_;
  std::string buffer_;
  bool failed_ = false;
};

}  // namespace hinomi::worker
