// Syslog over TCP (RFC 6587): one listener, one thread, many connections. Not for TLS and not for protocols
// with acknowledgements: syslog has none, so what a sender may rely on is written in docs/en/sources.md.
//
// Backpressure: a connection has at most one delivery on its way; what comes meanwhile stays in its buffer,
// and when that is full in the kernel, whose window then closes. Nothing is thrown away for lack of room.
#pragma once

#include <chrono>
#include <memory>

#include "ingest/live/input.h"
#include "ingest/live/syslog_framer.h"
#include "os/clock.h"
#include "os/socket.h"

namespace hinomi::ingest::live {

struct SyslogTcpOptions {
  os::SocketAddress listen;
  Trailer trailer = Trailer::line_feed;
  std::size_t max_message = kMaxEventBytes;
  std::size_t max_connections = 1024;
  std::size_t max_per_peer = 128;        // by address
  std::size_t buffer_bytes = 64 << 20;   // of all connections together
  std::chrono::seconds idle{24 * 3600};  // a quiet connection is closed
  std::chrono::seconds idle_evictable{
      300};                               // one that is quiet so long makes room for a new one at the limit
  std::chrono::seconds unfinished{10};    // a message may take so long while memory is short
  std::chrono::milliseconds drain{5000};  // at most, when stopping
};

[[nodiscard]] std::unique_ptr<Input> make_syslog_tcp(const SourceInfo& source, Intake& intake,
                                                     const os::Clock& clock, const SyslogTcpOptions& options);

}  // namespace hinomi::ingest::live
