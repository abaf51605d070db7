// Transport over TLS 1.2 or 1.3 (OpenSSL). Not for use outside this module: it shows types of Boost.Asio.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "api/http/transport.h"
#include "base/result.h"

namespace hinomi::api::http {

struct TlsFiles {
  std::string certificate;  // path: PEM, the server's certificate first, then its chain
  std::string key;          // path: PEM
};

// Certificate, key and protocol settings of a listener.
class TlsContext {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<TlsContext>> create(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] std::unique_ptr<Transport> accept(boost::asio::ip::tcp::socket socket);

 private:
  struct Parts;
  explicit TlsContext(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::api::http
