// Syslog over UDP (RFC 5426): a datagram is a message. Best effort by its nature: what is lost is counted,
// exactly, by where it was lost. Not for anything that must not lose events; see docs/en/sources.md.
#pragma once

#include <memory>

#include "ingest/live/input.h"
#include "os/clock.h"
#include "os/socket.h"

namespace hinomi::ingest::live {

struct SyslogUdpOptions {
  os::SocketAddress listen;
  os::DatagramSocket::Options socket;
  std::chrono::milliseconds drain{2000};  // at most, when stopping
};

[[nodiscard]] std::unique_ptr<Input> make_syslog_udp(const SourceInfo& source, Intake& intake,
                                                     const os::Clock& clock, const SyslogUdpOptions& options);

}  // namespace hinomi::ingest::live
