// The small process that parser workers are forked from: started before anything large exists, it loads what
// parsing needs, gives up root, and then makes one sandboxed worker for each request. It reads no byte of any
// file itself. Not for the server's other processes (process/supervisor.h).
#pragma once

#include <chrono>
#include <cstddef>

#include "base/result.h"
#include "os/file.h"
#include "os/sandbox.h"
#include "process/live_state.h"
#include "worker/protocol.h"
#include "worker/sealed_input.h"

namespace hinomi::worker {

struct ZygoteOptions {
  std::size_t max_workers = 2;
  std::uint64_t max_input_bytes = kMaxInputBytes;
  // What a request may ask for at most; also what a worker gets that names more.
  std::uint64_t max_memory_bytes = 1ull << 30;
  std::uint64_t max_cpu_seconds = 3600;
  // The last resort against a client that neither reads nor goes away; clients are impatient much earlier.
  std::chrono::seconds longest_life{24 * 3600};
  std::uint32_t sandbox_parts = 31;  // os::SandboxPart; fewer only in tests
};

// Serves requests that arrive on `control` (a SEQPACKET socket) until its other end is closed by everybody.
// `state` may be null. The process must have one thread. Several zygotes, one after the other, may use the
// same socket: requests that wait in it are then served by the next.
[[nodiscard]] base::Result<void> run_zygote(os::Descriptor control, const process::SharedState* state,
                                            const ZygoteOptions& options = {});

// The level that a worker reaches here; starts one to find out. 0: not even what is indispensable.
[[nodiscard]] std::uint32_t measure_sandbox(std::uint32_t parts);

}  // namespace hinomi::worker
