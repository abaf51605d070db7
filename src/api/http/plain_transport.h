// Transport over TCP without encryption. Not for use outside this module: it shows types of Boost.Asio.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <span>

#include "api/http/transport.h"

namespace hinomi::api::http {

// `scratch` is read into by all plain connections, one after the other: an idle one holds no buffer.
[[nodiscard]] std::unique_ptr<Transport> make_plain_transport(boost::asio::ip::tcp::socket socket,
                                                              std::span<char> scratch);

}  // namespace hinomi::api::http
