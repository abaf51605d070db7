// Sockets of servers: numeric addresses, listening stream sockets, datagram sockets that know what they lost,
// and waiting for many descriptors at once. Not for names (nothing here asks a resolver), not for TLS and not
// for HTTP.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/file.h"

namespace hinomi::os {

// An IPv4 or IPv6 address with its port.
class SocketAddress {
 public:
  SocketAddress() noexcept { storage_.ss_family = AF_INET; }  // 0.0.0.0:0
  // As the kernel gave it; of another family: 0.0.0.0:0.
  SocketAddress(const sockaddr_storage& storage, socklen_t size) noexcept;
  // "127.0.0.1:514", "[::1]:514"; digits only, never a name. Port 0 lets the kernel choose.
  [[nodiscard]] static base::Result<SocketAddress> parse(std::string_view text);

  // As parse() reads it. An IPv4 address mapped into IPv6 shows as IPv4.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string host() const;  // the same without port and brackets
  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] bool is_loopback() const noexcept;
  [[nodiscard]] int family() const noexcept { return storage_.ss_family; }
  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
  [[nodiscard]] socklen_t size() const noexcept { return size_; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 16;  // of sockaddr_in
};

// Bound and listening, not blocking. An error says what to do (address in use, port below 1024, …).
[[nodiscard]] base::Result<Descriptor> listen_tcp(const SocketAddress& address, int backlog = 1024);

// Where a socket is bound, with the port that the kernel chose.
[[nodiscard]] base::Result<SocketAddress> local_address(int descriptor);

enum class AcceptOutcome : std::uint8_t { accepted, none_waiting, out_of_descriptors, failed };
struct Accepted {
  AcceptOutcome outcome = AcceptOutcome::failed;
  Descriptor descriptor;  // not blocking
  SocketAddress peer;
};
[[nodiscard]] Accepted accept_tcp(int listener);

// Lets the kernel find out that a silent peer is gone: after about two minutes.
void watch_peer(int descriptor) noexcept;

// A bound datagram socket, not blocking, with a set of buffers of its own for receiving many at once.
class DatagramSocket {
 public:
  struct Options {
    int receive_buffer = 8 << 20;         // bytes asked for; see receive_buffer()
    std::size_t datagram_bytes = 65'535;  // longer ones are cut
    std::size_t batch = 64;               // datagrams a call
  };
  struct Datagram {
    std::string_view bytes;  // until the next receive()
    SocketAddress peer;
    bool cut = false;
  };

  [[nodiscard]] static base::Result<DatagramSocket> open(const SocketAddress& address,
                                                         const Options& options);

  // What is there now, at most one batch; empty = nothing. An error only when the socket cannot be used.
  [[nodiscard]] base::Result<std::span<const Datagram>> receive();
  // Datagrams that the kernel threw away since the socket was opened, because the receive buffer was full;
  // exact (SO_RXQ_OVFL as they are received, SO_MEMINFO in between).
  [[nodiscard]] std::uint64_t lost() noexcept;
  // Bytes that the kernel gave; Linux counts its own bookkeeping in, so twice what was asked is normal.
  [[nodiscard]] int receive_buffer() const noexcept { return receive_buffer_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

 private:
  DatagramSocket(Descriptor descriptor, const Options& options, int receive_buffer);
  void count_lost(std::uint32_t kernel_counter) noexcept;

  Descriptor descriptor_;
  Options options_;
  int receive_buffer_ = 0;
  std::uint64_t lost_ = 0;
  std::uint32_t last_counter_ = 0;  // the kernel counts in 32 bits
  std::vector<char> memory_;
  std::vector<sockaddr_storage> names_;
  std::vector<char> control_;
  std::vector<iovec> parts_;
  std::vector<mmsghdr> headers_;
  std::vector<Datagram> received_;
};

// Waits for many descriptors (epoll, level-triggered). The caller's `mark` says which.
class Waiter {
 public:
  [[nodiscard]] static base::Result<Waiter> create();
  [[nodiscard]] base::Result<void> add(int descriptor, std::uint64_t mark);
  void remove(int descriptor) noexcept;
  // The marks of those that can be read, or are at their end or broken, which reading tells. Waits until
  // there is one, `timeout_ms` passed (-1: without end) or a signal came; then possibly empty.
  [[nodiscard]] std::span<const std::uint64_t> wait(int timeout_ms);

 private:
  explicit Waiter(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}

  Descriptor descriptor_;
  std::vector<std::uint64_t> marks_;
};

}  // namespace hinomi::os
