#include "os/socket.h"

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

namespace hinomi::os {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(std::uint32_t));

Error refused(std::string_view what, const SocketAddress& address, int error_number) {
  Error error{ErrorCode::io,
              std::string(what) + ' ' + address.text() + ": " + std::generic_category().message(error_number),
              {},
              {}};
  if (error_number == EADDRINUSE) error.remedy = "choose another port, or end the program that uses this one";
  if (error_number == EACCES)
    error.remedy = "choose a port from 1024 up, or give the program CAP_NET_BIND_SERVICE";
  if (error_number == EADDRNOTAVAIL) error.remedy = "choose an address of this computer";
  return error;
}

Error bad_address(std::string_view text) {
  return {ErrorCode::usage,
          "address '" + std::string(text) + "' is none",
          "write 127.0.0.1:PORT or [::1]:PORT, with a port up to 65535",
          {}};
}

void set(int descriptor, int level, int name, int value) noexcept {
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

Result<Descriptor> bound_socket(const SocketAddress& address, int type) {
  Descriptor descriptor(::socket(address.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor.valid()) return refused("make a socket for", address, errno);
  if (type == SOCK_STREAM) set(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.family() == AF_INET6) set(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (::bind(descriptor.get(), address.get(), address.size()) != 0) {
    return refused("listen at", address, errno);
  }
  return descriptor;
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr_storage& storage, socklen_t size) noexcept : SocketAddress() {
  if (storage.ss_family == AF_INET && size >= sizeof(sockaddr_in)) {
    storage_ = storage;
    size_ = sizeof(sockaddr_in);
  }
  if (storage.ss_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    storage_ = storage;
    size_ = sizeof(sockaddr_in6);
  }
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || text.size() > 64) return bad_address(text);
  std::uint16_t port = 0;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failure != std::errc{} || end != digits.data() + digits.size()) return bad_address(text);

  std::string host(text.substr(0, colon));
  sockaddr_storage storage{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) return bad_address(text);
    return SocketAddress(storage, sizeof(sockaddr_in6));
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) != 1) return bad_address(text);
  return SocketAddress(storage, sizeof(sockaddr_in));
}

std::string SocketAddress::host() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family() == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage_).sin_addr, text.data(), text.size());
    return text.data();
  }
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(storage_).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    ::inet_ntop(AF_INET, v6.s6_addr + 12, text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  }
  return text.data();
}

std::string SocketAddress::text() const {
  const std::string address = host();
  const bool brackets = address.find(':') != std::string::npos;
  return (brackets ? '[' + address + ']' : address) + ':' + std::to_string(port());
}

std::uint16_t SocketAddress::port() const noexcept {
  return family() == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(storage_).sin6_port)
                              : ntohs(reinterpret_cast<const sockaddr_in&>(storage_).sin_port);
}

bool SocketAddress::is_loopback() const noexcept {
  if (family() == AF_INET) {
    return ntohl(reinterpret_cast<const sockaddr_in&>(storage_).sin_addr.s_addr) >> 24 == 127;
  }
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(storage_).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

Result<Descriptor> listen_tcp(const SocketAddress& address, int backlog) {
  Result<Descriptor> descriptor = bound_socket(address, SOCK_STREAM);
  if (!descriptor) return descriptor;
  if (::listen(descriptor->get(), backlog) != 0) return refused("listen at", address, errno);
  return descriptor;
}

Result<SocketAddress> local_address(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return Error{
        ErrorCode::io, "ask where a socket is bound: " + std::generic_category().message(errno), {}, {}};
  }
  return SocketAddress(storage, size);
}

Accepted accept_tcp(int listener) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  Accepted accepted;
  accepted.descriptor = Descriptor(
      ::accept4(listener, reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.descriptor.valid()) {
    accepted.outcome = AcceptOutcome::accepted;
    accepted.peer = SocketAddress(storage, size);
    return accepted;
  }
  switch (errno) {
    case EAGAIN:
      accepted.outcome = AcceptOutcome::none_waiting;
      break;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      accepted.outcome = AcceptOutcome::out_of_descriptors;
      break;
    default:  // of one connection: it was gone before it was accepted, …
      accepted.outcome = AcceptOutcome::failed;
  }
  return accepted;
}

void watch_peer(int descriptor) noexcept {
  set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

DatagramSocket::DatagramSocket(Descriptor descriptor, const Options& options, int receive_buffer)
    : descriptor_(std::move(descriptor)),
      options_(options),
      receive_buffer_(receive_buffer),
      memory_(options.batch * options.datagram_bytes),
      names_(options.batch),
      control_(options.batch * kControlBytes),
      parts_(options.batch),
      headers_(options.batch) {
  received_.reserve(options.batch);
}

Result<DatagramSocket> DatagramSocket::open(const SocketAddress& address, const Options& options) {
  Result<Descriptor> descriptor = bound_socket(address, SOCK_DGRAM);
  if (!descriptor) return descriptor.error();
  const int fd = descriptor->get();
  // The second, where allowed, goes beyond net.core.rmem_max.
  set(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  set(fd, SOL_SOCKET, SO_RCVBUFFORCE, options.receive_buffer);
  set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
  int given = 0;
  socklen_t size = sizeof given;
  if (::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &given, &size) != 0) given = 0;
  return DatagramSocket(std::move(*descriptor), options, given);
}

Result<std::span<const DatagramSocket::Datagram>> DatagramSocket::receive() {
  for (std::size_t i = 0; i < options_.batch; ++i) {
    parts_[i] = {memory_.data() + i * options_.datagram_bytes, options_.datagram_bytes};
    msghdr& header = headers_[i].msg_hdr;
    header = {};
    header.msg_name = &names_[i];
    header.msg_namelen = sizeof names_[i];
    header.msg_iov = &parts_[i];
    header.msg_iovlen = 1;
    header.msg_control = control_.data() + i * kControlBytes;
    header.msg_controllen = kControlBytes;
  }
  received_.clear();
  const int count = ::recvmmsg(descriptor_.get(), headers_.data(), static_cast<unsigned>(options_.batch),
                               MSG_DONTWAIT, nullptr);
  if (count < 0) {
    // ECONNREFUSED and the like belong to something sent earlier; we send nothing.
    if (errno == EAGAIN || errno == EINTR) return std::span<const Datagram>();
    return Error{ErrorCode::io, "receive datagrams: " + std::generic_category().message(errno), {}, {}};
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    msghdr& header = headers_[i].msg_hdr;
    received_.push_back({{memory_.data() + i * options_.datagram_bytes, headers_[i].msg_len},
                         SocketAddress(names_[i], header.msg_namelen),
                         (header.msg_flags & MSG_TRUNC) != 0});
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
         control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_RXQ_OVFL) continue;
      std::uint32_t counter = 0;
      std::memcpy(&counter, CMSG_DATA(control), sizeof counter);
      count_lost(counter);
    }
  }
  return std::span<const Datagram>(received_);
}

void DatagramSocket::count_lost(std::uint32_t kernel_counter) noexcept {
  // A datagram carries the count of when it was queued, which may lie before what SO_MEMINFO said meanwhile:
  // such a step back is no step around.
  const std::uint32_t step = kernel_counter - last_counter_;
  if (step >= 0x8000'0000U) return;
  lost_ += step;
  last_counter_ = kernel_counter;
}

std::uint64_t DatagramSocket::lost() noexcept {
  std::array<std::uint32_t, SK_MEMINFO_VARS> facts{};
  socklen_t size = sizeof facts;
  const bool known = ::getsockopt(descriptor_.get(), SOL_SOCKET, SO_MEMINFO, facts.data(), &size) == 0 &&
                     size > SK_MEMINFO_DROPS * sizeof(std::uint32_t);
  if (known) count_lost(facts[SK_MEMINFO_DROPS]);
  return lost_;
}

Result<Waiter> Waiter::create() {
  Descriptor descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!descriptor.valid()) {
    return Error{ErrorCode::io, "make an event queue: " + std::generic_category().message(errno), {}, {}};
  }
  return Waiter(std::move(descriptor));
}

Result<void> Waiter::add(int descriptor, std::uint64_t mark) {
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP, .data = {.u64 = mark}};
  if (::epoll_ctl(descriptor_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return Error{ErrorCode::io, "watch a descriptor: " + std::generic_category().message(errno), {}, {}};
  }
  return {};
}

void Waiter::remove(int descriptor) noexcept {
  ::epoll_ctl(descriptor_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

std::span<const std::uint64_t> Waiter::wait(int timeout_ms) {
  std::array<epoll_event, 256> ready{};
  const int count = ::epoll_wait(descriptor_.get(), ready.data(), static_cast<int>(ready.size()), timeout_ms);
  marks_.clear();
  for (int i = 0; i < count; ++i) {
    marks_.push_back(ready[static_cast<std::size_t>(i)].data.u64);
  }
  return marks_;
}

}  // namespace hinomi::os
