// TLS listeners, with a certificate made here and OpenSSL's own client.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>

#include "api/http/server.h"
#include "api/http/testing/certificate_files.h"
#include "api/http/testing/raw_client.h"
#include "api/http/testing/running_server.h"

namespace hinomi::api::http {
namespace {

// A TLS client of one version; `connected` tells whether the handshake succeeded.
struct TlsClient {
  TlsClient(std::uint16_t port, int version) : raw(port), context(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    ssl.reset(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), raw.descriptor());
    connected = SSL_connect(ssl.get()) == 1;
  }
  std::string ask(std::string_view bytes) {
    if (SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) return {};
    std::string answer;
    char buffer[4096];
    while (true) {
      const int size = SSL_read(ssl.get(), buffer, sizeof buffer);
      if (size <= 0) return answer;
      answer.append(buffer, static_cast<std::size_t>(size));
    }
  }
  RawClient raw;
  Context context;
  Session ssl;
  bool connected = false;
};

constexpr std::string_view kLastGet = "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

TEST(Tls, answers_over_1_2_and_1_3_and_nothing_older) {
  const CertificateFiles files;
  EchoService service;
  service.handler = [](Request& request, const Responder& respond) {
    Response response;
    response.body = request.secure ? "secure" : "plain";
    respond(std::move(response));
  };
  RunningServer server(service, {}, files.listener);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), version);
    ASSERT_TRUE(client.connected);
    EXPECT_TRUE(client.ask(kLastGet).ends_with("\r\n\r\nsecure"));
  }
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected);
}

TEST(Tls, takes_large_bodies_and_gives_them_back) {
  const CertificateFiles files;
  EchoService service;
  service.body_limit = 8 << 20;
  RunningServer server(service, {}, files.listener);
  TlsClient client(server.port(), TLS1_3_VERSION);
  ASSERT_TRUE(client.connected);
  const std::string body(3 << 20, 'x');
  const std::string answer = client.ask(
      "POST /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body);
  EXPECT_TRUE(answer.ends_with("POST /p? " + body));
}

TEST(Tls, closes_on_clients_that_speak_something_else) {
  const CertificateFiles files;
  EchoService service;
  RunningServer server(service, {}, files.listener);
  RawClient plain(server.port());
  plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(plain.rest().find("200"), std::string::npos);
  EXPECT_EQ(service.requests, 0);
  EXPECT_TRUE(TlsClient(server.port(), TLS1_3_VERSION).connected) << "others are still served";
}

TEST(Tls, gives_up_on_a_handshake_that_does_not_come) {
  const CertificateFiles files;
  EchoService service;
  Limits limits;
  limits.handshake = std::chrono::milliseconds(50);
  limits.tick = std::chrono::milliseconds(10);
  RunningServer server(service, limits, files.listener);
  RawClient silent(server.port());
  EXPECT_EQ(silent.rest(), "");
}

TEST(Tls, lets_a_server_listen_for_others) {
  const CertificateFiles files;
  EchoService service;
  os::SystemClock clock;
  Listener listener = files.listener;
  listener.address = "0.0.0.0";
  EXPECT_TRUE(Server::create({listener}, {}, service, clock));
}

TEST(Tls, refuses_files_that_do_not_fit) {
  const CertificateFiles one;
  const CertificateFiles other;
  EchoService service;
  os::SystemClock clock;
  Listener mixed = one.listener;
  mixed.key = other.listener.key;
  Listener missing = one.listener;
  missing.key.clear();
  Listener swapped = one.listener;
  std::swap(swapped.certificate, swapped.key);
  for (const Listener& listener : {mixed, missing, swapped}) {
    EXPECT_FALSE(Server::create({listener}, {}, service, clock));
  }
}

}  // namespace
}  // namespace hinomi::api::http
