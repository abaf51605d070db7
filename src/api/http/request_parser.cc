#include "api/http/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace hinomi::api::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using Text = beast::string_view;

constexpr std::uint32_t kHeadLimit = 1 << 20;  // not the limit of a head, which is judged before

std::string_view view(Text text) noexcept {
  return {text.data(), text.size()};
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

}  // namespace

class RequestParser::Impl final : public beast::http::basic_parser<true> {
 public:
  explicit Impl(BodyTarget& target) : target_(target) {
    body_limit(boost::none);  // the route decides
    header_limit(kHeadLimit);
  }

  Request* request = nullptr;  // while the head is read
  int version = 0;             // 10 or 11
  bool stopped = false;

 private:
  void on_request_impl(beast::http::verb /*verb*/, Text method, Text target, int http_version,
                       error_code& ec) override {
    version = http_version;
    const auto known = http::parse_method(view(method));
    if (!known) {
      ec = beast::http::error::bad_method;
      return;
    }
    request->method = *known;
    const std::string_view whole = view(target);
    const std::size_t mark = whole.find('?');
    request->path = whole.substr(0, mark);
    request->query = mark == std::string_view::npos ? std::string_view() : whole.substr(mark + 1);
  }
  void on_response_impl(int /*status*/, Text /*reason*/, int /*version*/, error_code& ec) override {
    ec = beast::http::error::bad_method;
  }
  void on_field_impl(beast::http::field /*field*/, Text name, Text value, error_code& ec) override {
    if (request == nullptr) {  // a trailer
      ec = beast::http::error::bad_field;
      return;
    }
    Field field{std::string(view(name)), std::string(view(value))};
    std::transform(field.name.begin(), field.name.end(), field.name.begin(), lower);
    request->fields.push_back(std::move(field));
  }
  void on_header_impl(error_code& /*ec*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, error_code& /*ec*/) override {}
  std::size_t on_body_impl(Text body, error_code& ec) override { return take(body, ec); }
  void on_chunk_header_impl(std::uint64_t /*size*/, Text extensions, error_code& ec) override {
    if (!extensions.empty()) ec = beast::http::error::bad_chunk_extension;
  }
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, Text body, error_code& ec) override {
    return take(body, ec);
  }
  void on_finish_impl(error_code& /*ec*/) override {}

  std::size_t take(Text body, error_code& ec) {
    if (!target_.on_body(view(body))) {
      stopped = true;
      ec = beast::http::error::body_limit;
    }
    return body.size();
  }

  BodyTarget& target_;
};

RequestParser::RequestParser(BodyTarget& target) : impl_(std::make_unique<Impl>(target)) {}
RequestParser::~RequestParser() = default;

bool RequestParser::read_head(std::string_view head, Request& request) {
  impl_->request = &request;
  error_code ec;
  std::size_t used = 0;
  while (used < head.size() && !impl_->is_header_done()) {
    const std::size_t step =
        impl_->put(boost::asio::const_buffer(head.data() + used, head.size() - used), ec);
    used += step;
    if (ec || step == 0) break;
  }
  impl_->request = nullptr;
  return !ec && impl_->is_header_done() && used == head.size();
}

bool RequestParser::has_body() const noexcept {
  return !impl_->is_done();
}

std::optional<std::uint64_t> RequestParser::content_length() const noexcept {
  const auto length = impl_->content_length();
  if (!length) return std::nullopt;
  return *length;
}

bool RequestParser::keep_alive() const noexcept {
  return impl_->keep_alive() && impl_->version == 11;
}

RequestParser::Read RequestParser::read_body(std::string_view bytes) {
  Read read;
  while (!impl_->is_done()) {
    if (read.used == bytes.size()) return read;
    error_code ec;
    const std::size_t step =
        impl_->put(boost::asio::const_buffer(bytes.data() + read.used, bytes.size() - read.used), ec);
    read.used += step;
    if (ec == beast::http::error::need_more) return read;
    if (ec) {
      read.progress = impl_->stopped ? Progress::stopped : Progress::malformed;
      return read;
    }
  }
  read.progress = Progress::done;
  return read;
}

}  // namespace hinomi::api::http
