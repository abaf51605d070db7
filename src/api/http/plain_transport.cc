#include "api/http/plain_transport.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace hinomi::api::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class PlainTransport final : public Transport {
 public:
  PlainTransport(tcp::socket socket, std::span<char> scratch)
      : socket_(std::move(socket)), scratch_(scratch) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
  }

  void open(std::shared_ptr<TransportUser> user) override {
    asio::post(socket_.get_executor(), [user = std::move(user)] { user->on_open(true); });
  }

  void read(std::shared_ptr<TransportUser> user) override {
    socket_.async_wait(tcp::socket::wait_read,
                       [this, user = std::move(user)](const error_code& ec) mutable { read_now(ec, user); });
  }

  void write(std::string_view first, std::string_view second, std::shared_ptr<TransportUser> user) override {
    const std::array<asio::const_buffer, 2> buffers = {asio::const_buffer(first.data(), first.size()),
                                                       asio::const_buffer(second.data(), second.size())};
    asio::async_write(
        socket_, buffers,
        [user = std::move(user)](const error_code& ec, std::size_t /*bytes*/) { user->on_written(!ec); });
  }

  void end_sending() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }
  [[nodiscard]] bool secure() const noexcept override { return false; }

 private:
  // `user` owns this transport, and is alive while it is told.
  void read_now(const error_code& waited, std::shared_ptr<TransportUser>& user) {
    error_code ec = waited;
    std::size_t size = 0;
    if (!ec) size = socket_.read_some(asio::buffer(scratch_.data(), scratch_.size()), ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) {
      read(std::move(user));
      return;
    }
    user->on_read(std::string_view(scratch_.data(), ec ? 0 : size));
  }

  tcp::socket socket_;
  std::span<char> scratch_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(tcp::socket socket, std::span<char> scratch) {
  return std::make_unique<PlainTransport>(std::move(socket), scratch);
}

}  // namespace hinomi::api::http
