// One connection to a server outside, plain or in TLS, whose every step ends by one deadline. Blocking; not
// for servers (api/http).
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/socket.h"

namespace hinomi::connect {

class Stream {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  // Error unavailable: nobody answers in time.
  [[nodiscard]] static base::Result<Stream> connect(const os::SocketAddress& address, Deadline deadline);
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;

  void set_deadline(Deadline deadline) noexcept;
  // From here on in TLS 1.2 or later, with a certificate for `host` (a name, or the digits of an address)
  // that leads to a root of the system or, where one is named, of the file. Error forbidden: it does not.
  [[nodiscard]] base::Result<void> start_tls(const std::string& host, const std::string& roots_file);
  [[nodiscard]] base::Result<void> write(std::string_view bytes);
  // At least one byte; 0: the other side has ended.
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into);

 private:
  struct Parts;
  explicit Stream(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::connect
