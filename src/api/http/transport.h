// One accepted connection as bytes in and out, plain or TLS: the seam that keeps each kind of stream in a
// source file of its own. Everything on the io thread; not for use outside this module.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace hinomi::api::http {

// Told what a transport did. The transport keeps it alive while an operation is under way.
class TransportUser {
 public:
  TransportUser() = default;
  virtual ~TransportUser() = default;
  TransportUser(const TransportUser&) = delete;
  TransportUser& operator=(const TransportUser&) = delete;

  virtual void on_open(bool ok) = 0;
  // `bytes` are valid during the call; empty = the other side has ended, or the connection broke.
  virtual void on_read(std::string_view bytes) = 0;
  virtual void on_written(bool ok) = 0;
};

// At most one operation of a kind at a time.
class Transport {
 public:
  Transport() = default;
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  virtual void open(std::shared_ptr<TransportUser> user) = 0;  // the TLS handshake
  virtual void read(std::shared_ptr<TransportUser> user) = 0;
  // Both are written before on_written; they must live until then.
  virtual void write(std::string_view first, std::string_view second,
                     std::shared_ptr<TransportUser> user) = 0;
  // No more is sent; reading goes on.
  virtual void end_sending() = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual bool secure() const noexcept = 0;
};

}  // namespace hinomi::api::http
