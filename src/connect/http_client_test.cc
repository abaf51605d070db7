// The outbound client against real servers of this machine, and what its guard refuses.
#include "connect/http_client.h"

#include <gtest/gtest.h>

#include <csignal>

#include "connect/address_guard.h"
#include "connect/testing/outside_server.h"
#include "os/subprocess.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::connect {
namespace {

using base::ErrorCode;

Policy internal() {
  Policy policy;
  policy.allow_internal = true;
  policy.timeout = std::chrono::seconds(20);
  return policy;
}

os::SocketAddress at(const std::string& host) {
  const std::string text = host.find(':') == std::string::npos ? host + ":80" : "[" + host + "]:80";
  return os::SocketAddress::parse(text).value();
}

TEST(Url, is_read_strictly) {
  EXPECT_EQ(Url::parse("https://TSA.Example/a?b=c")->text(), "https://tsa.example/a?b=c");
  EXPECT_EQ(Url::parse("http://h")->text(), "http://h/");
  EXPECT_EQ(Url::parse("http://h:80/")->authority(), "h");
  EXPECT_EQ(Url::parse("https://h:80/")->authority(), "h:80");
  EXPECT_EQ(Url::parse("http://[2001:DB8::1]:8080/x")->authority(), "[2001:db8::1]:8080");
  EXPECT_EQ(Url::parse("http://h?q")->target, "/?q");
  for (const char* wrong : {"",
                            "h",
                            "ftp://h/",
                            "file:///etc/passwd",
                            "gopher://h/",
                            "http://",
                            "http:///x",
                            "http://user@h/",
                            "http://user:password@h/",
                            "http://h:0/",
                            "http://h:65536/",
                            "http://h:8x/",
                            "http://h/#f",
                            "http://h/a b",
                            "http://h/\r\nX: y",
                            "http://[::1",
                            "http://[h]/",
                            "http://h..h/",
                            "http://.h/",
                            "http://h\\@i/",
                            "http://h%00/",
                            "http://\xE3\x81\x82/",
                            "http://-h/"})
    EXPECT_FALSE(Url::parse(wrong)) << wrong;
}

TEST(Url, follows_only_to_other_addresses_of_the_web) {
  const Url url = *Url::parse("https://h:8443/a?b");
  EXPECT_EQ(url.follow("/c")->text(), "https://h:8443/c");
  EXPECT_EQ(url.follow("http://i/d")->text(), "http://i/d");
  for (const char* wrong : {"", "c", "//i/d", "file:///x", "javascript:x", "/c d"})
    EXPECT_FALSE(url.follow(wrong)) << wrong;
}

TEST(AddressGuard, knows_what_is_not_public) {
  for (const char* host : {"127.0.0.1",
                           "127.255.0.9",
                           "0.0.0.0",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "192.0.0.8",
                           "192.0.2.1",
                           "198.18.0.1",
                           "198.51.100.7",
                           "203.0.113.9",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:7f00:1::",
                           "2002:0a00:1::",
                           "fc00::1",
                           "fd12::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "3fff::1",
                           "100::1",
                           "::127.0.0.1"})
    EXPECT_FALSE(is_public(at(host))) << host;
  for (const char* host :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.169.0.1", "100.128.0.1",
        "223.255.255.255", "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8", "64:ff9b::808:808"})
    EXPECT_TRUE(is_public(at(host))) << host;
}

TEST(HttpClient, posts_and_reads_an_answer) {
  const OutsideServer server([](const std::string&) {
    return OutsideServer::ok("answer", "Content-Type: application/timestamp-reply\r\n");
  });
  const HttpClient client(internal());
  const auto response = client.send({.method = "POST",
                                     .url = server.url("/tsa"),
                                     .fields = {{"Content-Type", "application/timestamp-query"}},
                                     .credentials = {},
                                     .body = "query"});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "answer");
  EXPECT_EQ(response->field("content-type"), "application/timestamp-reply");
  const std::string request = server.requests().front();
  EXPECT_TRUE(request.starts_with("POST /tsa HTTP/1.1\r\nHost: 127.0.0.1:")) << request;
  EXPECT_TRUE(request.ends_with("Content-Length: 5\r\n\r\nquery")) << request;
}

TEST(HttpClient, reads_chunks_and_bodies_without_a_length) {
  const OutsideServer chunked([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  });
  const HttpClient client(internal());
  EXPECT_EQ(client.send({.url = chunked.url()})->body, "abcde");
  const OutsideServer open([](const std::string&) { return "HTTP/1.0 200 OK\r\n\r\nuntil the end"; });
  EXPECT_EQ(client.send({.url = open.url()})->body, "until the end");
}

TEST(HttpClient, internal_addresses_are_refused_however_they_are_written) {
  const OutsideServer server([](const std::string&) { return OutsideServer::ok("secret"); });
  const HttpClient client{Policy{}};
  const std::string port = std::to_string(server.port());
  for (const std::string host : {"127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
                                 "[::ffff:127.0.0.1]", "[::1]", "0", "10.0.0.1", "169.254.169.254"}) {
    const auto response = client.send({.url = "http://" + host + ":" + port + "/"});
    ASSERT_FALSE(response) << host;
    // A resolver may also not know the odd ones.
    EXPECT_TRUE(response.error().code == ErrorCode::forbidden ||
                response.error().code == ErrorCode::unavailable)
        << host << ": " << response.error().message;
  }
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpClient, a_name_that_resolves_to_another_address_the_second_time_changes_nothing) {
  const OutsideServer server([](const std::string&) { return OutsideServer::ok("x"); });
  int asked = 0;
  const Resolver rebinding = [&](const std::string&, std::uint16_t port) {
    ++asked;
    const std::string host = asked == 1 ? "127.0.0.1" : "127.0.0.2";
    return base::Result(std::vector{os::SocketAddress::parse(host + ":" + std::to_string(port)).value()});
  };
  const HttpClient client(internal(), rebinding);
  const auto response = client.send({.url = "http://name.example:" + std::to_string(server.port()) + "/"});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(response->peer.starts_with("127.0.0.1:"));
  // One internal address among several refuses the name.
  const Resolver mixed = [](const std::string&, std::uint16_t) {
    return base::Result(std::vector{at("1.1.1.1"), at("192.168.0.1")});
  };
  EXPECT_EQ(HttpClient(Policy{}, mixed).send({.url = "http://name.example/"}).error().code,
            ErrorCode::forbidden);
}

TEST(HttpClient, only_hosts_of_the_list_are_asked) {
  const OutsideServer server([](const std::string&) { return OutsideServer::ok("x"); });
  Policy policy = internal();
  policy.allowed_hosts = {"tsa.example"};
  EXPECT_EQ(HttpClient(policy).send({.url = server.url()}).error().code, ErrorCode::forbidden);
  policy.allowed_hosts = {"127.0.0.1"};
  EXPECT_TRUE(HttpClient(policy).send({.url = server.url()}));
}

TEST(HttpClient, redirects_are_answers_unless_they_are_wanted) {
  const OutsideServer target([](const std::string&) { return OutsideServer::ok("there"); });
  const OutsideServer server([&](const std::string&) {
    return "HTTP/1.1 302 Found\r\nLocation: " + target.url("/x") + "\r\nContent-Length: 0\r\n\r\n";
  });
  Request request{.url = server.url(), .credentials = {{"Authorization", "Bearer secret"}}};
  EXPECT_EQ(HttpClient(internal()).send(request)->status, 302);
  EXPECT_TRUE(target.requests().empty());
  Policy policy = internal();
  policy.max_redirects = 3;
  EXPECT_EQ(HttpClient(policy).send(request)->body, "there");
  // Credentials stay with the one they were for.
  EXPECT_NE(server.requests().back().find("Authorization: Bearer secret"), std::string::npos);
  EXPECT_EQ(target.requests().back().find("secret"), std::string::npos);
  request.method = "POST";
  EXPECT_EQ(HttpClient(policy).send(request)->status, 302);
}

TEST(HttpClient, a_circle_of_redirects_ends) {
  const OutsideServer server([](const std::string&) {
    return "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n";
  });
  Policy policy = internal();
  policy.max_redirects = 4;
  EXPECT_EQ(HttpClient(policy).send({.url = server.url()}).error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(server.requests().size(), 5U);
}

TEST(HttpClient, too_much_and_too_slow_is_refused) {
  Policy policy = internal();
  policy.max_body_bytes = 1000;
  const OutsideServer large([](const std::string&) { return OutsideServer::ok(std::string(1001, 'x')); });
  EXPECT_EQ(HttpClient(policy).send({.url = large.url()}).error().code, ErrorCode::limit_exceeded);
  const OutsideServer chunked([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n" + std::string(0xffff, 'x') +
           "\r\n0\r\n\r\n";
  });
  EXPECT_EQ(HttpClient(policy).send({.url = chunked.url()}).error().code, ErrorCode::limit_exceeded);
  const OutsideServer head(
      [](const std::string&) { return "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"; });
  EXPECT_FALSE(HttpClient(policy).send({.url = head.url()}));
  // A listener that nobody serves: the kernel accepts, and no answer ever comes.
  const auto silent = os::listen_tcp(os::SocketAddress::parse("127.0.0.1:0").value()).value();
  policy.timeout = std::chrono::milliseconds(200);
  const auto port = os::local_address(silent.get()).value().port();
  EXPECT_EQ(HttpClient(policy).send({.url = "http://127.0.0.1:" + std::to_string(port) + "/"}).error().code,
            ErrorCode::unavailable);
}

TEST(HttpClient, an_answer_that_is_none_is_refused) {
  const HttpClient client(internal());
  for (const std::string bytes :
       {"", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const OutsideServer server([&](const std::string&) { return bytes; });
    EXPECT_FALSE(client.send({.url = server.url()})) << bytes;
  }
}

TEST(HttpClient, nothing_smuggles_a_field_into_a_request) {
  const OutsideServer server([](const std::string&) { return OutsideServer::ok("x"); });
  const HttpClient client(internal());
  for (const Field& field :
       {Field{"X", "a\r\nY: b"}, Field{"X\r\nY", "a"}, Field{"", "a"}, Field{"Host", "h"},
        Field{"content-length", "0"}, Field{"Transfer-Encoding", "chunked"}}) {
    Request request{.url = server.url(), .fields = {field}};
    EXPECT_EQ(client.send(request).error().code, ErrorCode::usage) << field.name;
  }
  EXPECT_EQ(client.send({.method = "GET / HTTP/1.1\r\nX: y", .url = server.url()}).error().code,
            ErrorCode::usage);
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpClient, a_proxy_is_asked_for_the_whole_address) {
  const OutsideServer proxy([](const std::string&) { return OutsideServer::ok("from the proxy"); });
  Policy policy;  // internal addresses are not allowed; the proxy is
  policy.proxy = proxy.url();
  const HttpClient client(policy);
  EXPECT_EQ(client.send({.url = "http://tsa.example/x?y"})->body, "from the proxy");
  EXPECT_TRUE(
      proxy.requests().front().starts_with("GET http://tsa.example/x?y HTTP/1.1\r\nHost: tsa.example\r\n"));
  for (const char* url : {"http://127.0.0.1/", "http://[::1]/", "http://localhost/", "http://10.0.0.1/"})
    EXPECT_EQ(client.send({.url = url}).error().code, ErrorCode::forbidden) << url;
  // A tunnel that the proxy refuses.
  EXPECT_EQ(client.send({.url = "https://tsa.example/"}).error().code, ErrorCode::unavailable);
}

class TlsClient : public ::testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    if (!os::file_info("/usr/bin/openssl")) GTEST_SKIP() << "SKIPPED: the openssl program is not there";
    make("good", "subjectAltName=IP:127.0.0.1,DNS:tsa.example");
  }
  void make(const std::string& name, const std::string& names) {
    auto openssl = os::Subprocess::start(
        {.path = "/usr/bin/openssl",
         .arguments = {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                       "-subj", "/CN=test", "-days", "2", "-addext", names, "-keyout",
                       folder_ / (name + ".key"), "-out", folder_ / (name + ".pem")}});
    ASSERT_TRUE(openssl);
    const auto end = openssl->wait(std::chrono::seconds(60));
    ASSERT_TRUE(end && *end && (*end)->ok());
  }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }
  os::ScratchFolder folder_;
};

TEST_F(TlsClient, a_certificate_must_be_trusted_and_of_the_host) {
  const OutsideServer server([](const std::string&) { return OutsideServer::ok("in TLS"); }, file("good.pem"),
                             file("good.key"));
  Policy policy = internal();
  EXPECT_EQ(HttpClient(policy).send({.url = server.url()}).error().code, ErrorCode::forbidden);
  policy.roots_file = file("good.pem");
  const auto response = HttpClient(policy).send({.url = server.url()});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "in TLS");
  const Resolver here = [](const std::string&, std::uint16_t port) {
    return base::Result(std::vector{os::SocketAddress::parse("127.0.0.1:" + std::to_string(port)).value()});
  };
  const std::string port = std::to_string(server.port());
  EXPECT_TRUE(HttpClient(policy, here).send({.url = "https://tsa.example:" + port + "/"}));
  EXPECT_EQ(HttpClient(policy, here).send({.url = "https://other.example:" + port + "/"}).error().code,
            ErrorCode::forbidden);
}

}  // namespace
}  // namespace hinomi::connect
