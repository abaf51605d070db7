// Has files parsed by workers of the zygote and hands their records on, believing nothing that comes back.
// Not for following a file that grows, and not for files whose lines can be cut without a parser.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"
#include "worker/protocol.h"
#include "worker/sealed_input.h"

namespace hinomi::worker {

enum class Outcome : std::uint8_t {
  complete,
  partial,        // all was read that could be: damage, limits, entries of unknown kinds
  died,           // the worker crashed or did what it may not: `signal`
  timed_out,      // no sign of it for too long, or its processor time is used up
  untrustworthy,  // what it wrote is not what a worker writes; it was killed
  stopped,        // by the callback, or because `stop` said so
  refused_busy,   // as many files as are allowed are being parsed; nothing was done
  unavailable,    // the zygote does not answer, or ended under way; try again
  unreadable,     // the file could not be copied: missing, too large
};
// "complete" …: a stable word for machine output.
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

// Whatever the outcome, the records that were handed on before are good.
struct Verdict {
  Outcome outcome = Outcome::unavailable;
  std::string reason;  // the first thing that went wrong; English, hostile text in it
  int signal = 0;
  std::uint32_t level = 0;  // of the sandbox, as the worker said before it read anything
  std::uint64_t records = 0;
  std::uint64_t lost = 0;    // records that could not be read, as far as is known
  std::uint64_t inputs = 0;  // entries of an archive, and the file
  std::uint64_t inputs_not_read = 0;
  std::uint64_t cpu_ms = 0;

  [[nodiscard]] bool file_is_done() const noexcept {
    return outcome != Outcome::stopped && outcome != Outcome::refused_busy && outcome != Outcome::unavailable;
  }
};

// Borrowed for the call.
struct ParsedRecord {
  RecordKind kind = RecordKind::line;
  ingest::InputType type = ingest::InputType::unknown;  // of the input it stood in
  std::string_view entry;                               // "!a.zip!b.evtx" within an archive, else empty
  std::uint64_t number = 0;                             // line, document or EVTX record id
  std::string_view text;
};

struct ClientOptions {
  std::size_t max_at_once = 2;  // as the zygote's max_workers
  std::uint64_t max_input_bytes = kMaxInputBytes;
  std::chrono::milliseconds start_patience{10'000};  // for the zygote to answer
  // Waiting for the worker's next words, all waits of one file together; time in the callback is not
  // counted, so that a full journal kills no worker. 0: twice the processor time it has, and 20 s.
  std::chrono::milliseconds patience{0};
};

// Safe from any thread; parse() blocks. `stop` is asked about ten times a second while it waits.
class ParserClient {
 public:
  // False: enough of this file.
  using OnRecord = std::function<bool(const ParsedRecord&)>;

  // `control`: the other end of the zygote's socket. It stays the same when a zygote is replaced.
  explicit ParserClient(os::Descriptor control, ClientOptions options = {});

  [[nodiscard]] Verdict parse(const std::string& path, const Request& request, const OnRecord& on_record,
                              const os::StopCheck& stop = {});
  [[nodiscard]] Verdict parse(const os::File& file, const Request& request, const OnRecord& on_record,
                              const os::StopCheck& stop = {});
  [[nodiscard]] Verdict parse(const SealedInput& input, const Request& request, const OnRecord& on_record,
                              const os::StopCheck& stop = {});

 private:
  class Slot;
  [[nodiscard]] Verdict parse_in_slot(const SealedInput& input, const Request& request,
                                      const OnRecord& on_record, const os::StopCheck& stop);
  [[nodiscard]] bool send_request(const Request& request, int input, int output, int status) const;

  os::Descriptor control_;
  ClientOptions options_;
  std::atomic<std::size_t> at_once_{0};
};

}  // namespace hinomi::worker
