#include "api/http/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <future>
#include <thread>

#include "api/http/event_stream.h"
#include "api/http/testing/raw_client.h"
#include "api/http/testing/running_server.h"

namespace hinomi::api::http {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kGet = "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n";

std::string post(std::string_view body) {
  return "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST(HttpServer, answers_several_requests_on_one_connection) {
  EchoService service;
  RunningServer server(service);
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    const auto response = client.ask(kGet);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "GET /a?b ");
    EXPECT_EQ(response->field("X-Prepared"), "yes");
    EXPECT_EQ(response->field("Connection"), "");
    EXPECT_NE(response->field("Date"), "");
  }
}

TEST(HttpServer, answers_pipelined_requests_in_order) {
  EchoService service;
  RunningServer server(service);
  RawClient client(server.port());
  client.send(post("one") + post("two") + std::string(kGet) + post("three"));
  for (const std::string_view body : {"POST /p? one", "POST /p? two", "GET /a?b ", "POST /p? three"}) {
    const auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, body);
  }
}

TEST(HttpServer, reads_requests_that_come_byte_by_byte) {
  EchoService service;
  RunningServer server(service);
  RawClient client(server.port());
  const std::string bytes =
      "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
  for (const char byte : bytes + bytes) client.send(std::string_view(&byte, 1));
  for (int i = 0; i < 2; ++i) {
    const auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "POST /p? abc0123456789");
  }
}

TEST(HttpServer, ends_a_connection_after_anything_ambiguous) {
  EchoService service;
  RunningServer server(service);
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const std::string head :
       {"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    RawClient client(server.port());
    client.send(head + smuggled);
    const auto response = client.receive();
    ASSERT_TRUE(response) << head;
    EXPECT_EQ(response->status, 400) << head;
    EXPECT_EQ(response->field("Connection"), "close");
    EXPECT_EQ(client.rest(), "") << head;
  }
  EXPECT_EQ(service.requests, 0);
}

TEST(HttpServer, refuses_chunked_bodies_with_anything_special) {
  EchoService service;
  RunningServer server(service);
  for (const std::string body :
       {"3;ext=1\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
        "3\nabc\r\n0\r\n\r\n", "-1\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\na\r\n",
        " 3\r\nabc\r\n0\r\n\r\n", "3\r\nabc0\r\n\r\n"}) {
    RawClient client(server.port());
    client.send("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
    const auto response = client.receive();
    ASSERT_TRUE(response) << body;
    EXPECT_EQ(response->status, 400) << body;
    EXPECT_EQ(client.rest(), "") << body;
  }
}

TEST(HttpServer, answers_head_without_a_body) {
  EchoService service;
  RunningServer server(service);
  RawClient client(server.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(kGet));
  const auto head = client.receive(false);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->field("Content-Length"), "9");
  const auto get = client.receive();
  ASSERT_TRUE(get);
  EXPECT_EQ(get->body, "GET /a?b ");
}

TEST(HttpServer, asks_for_a_body_that_is_held_back) {
  EchoService service;
  RunningServer server(service);
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  const auto go_on = client.receive();
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->status, 100);
  const auto response = client.ask("abc");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "POST /p? abc");
}

TEST(HttpServer, refuses_a_body_before_it_is_sent) {
  EchoService service;
  service.body_limit = 10;
  RunningServer server(service);
  RawClient client(server.port());
  const auto response =
      client.ask("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413);
  EXPECT_EQ(client.rest(), "");
}

TEST(HttpServer, refuses_a_chunked_body_as_soon_as_it_is_too_long) {
  EchoService service;
  service.body_limit = 10;
  RunningServer server(service);
  RawClient client(server.port());
  const auto response = client.ask(
      "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\nFFFF\r\nabc");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413);
}

TEST(HttpServer, lets_a_client_read_a_refusal_while_it_still_sends) {
  EchoService service;
  service.body_limit = 10;
  RunningServer server(service);
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x'));
  const auto response = client.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413);
}

TEST(HttpServer, limits_the_head) {
  EchoService service;
  RunningServer server(service);
  for (const std::size_t size : {std::size_t{20'000}, std::size_t{2'000'000}}) {
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(size, 'x'));
    const auto response = client.receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 431);
  }
}

TEST(HttpServer, gives_up_on_slow_heads_slow_bodies_and_silence) {
  EchoService service;
  Limits limits;
  limits.head = milliseconds(120);
  limits.idle = milliseconds(120);
  limits.body_stall = milliseconds(120);
  limits.tick = milliseconds(20);
  RunningServer server(service, limits);
  RawClient slow_head(server.port());
  slow_head.send("GET / HTTP/1.1\r\nHo");
  RawClient slow_body(server.port());
  slow_body.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  RawClient silent(server.port());
  RawClient idle(server.port());
  ASSERT_TRUE(idle.ask(kGet));
  for (RawClient* const client : {&slow_head, &slow_body}) {
    const auto response = client->receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 408);
  }
  EXPECT_EQ(silent.rest(), "");
  EXPECT_EQ(idle.rest(), "");
}

TEST(HttpServer, gives_up_on_a_body_that_trickles) {
  EchoService service;
  Limits limits;
  limits.body_stall = milliseconds(1'000);
  limits.least_body_rate = 1 << 20;
  limits.tick = milliseconds(20);
  RunningServer server(service, limits);
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  // A byte whenever the server is quiet: never a stall, far below the rate.
  pollfd wait{client.descriptor(), POLLIN, 0};
  int sent = 0;
  while (::poll(&wait, 1, 100) == 0 && sent < 200) {
    client.send("x");
    ++sent;
  }
  EXPECT_LT(sent, 200);
  const auto response = client.receive();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
}

TEST(HttpServer, gives_up_on_a_client_that_does_not_read) {
  EchoService service;
  service.handler = [](Request&, const Responder& respond) {
    Response response;
    response.body.assign(16 << 20, 'x');
    respond(std::move(response));
  };
  Limits limits;
  limits.write_stall = milliseconds(200);
  limits.tick = milliseconds(20);
  RunningServer server(service, limits);
  RawClient client(server.port(), 4096);
  client.send(kGet);
  std::promise<void> gone;
  std::function<void()> look = [&] {
    const ServerCounters counters = server->counters();
    if (counters.accepted > 0 && counters.connections == 0) {
      gone.set_value();
    } else {
      server->after(milliseconds(10), look);
    }
  };
  server->post(look);
  EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(HttpServer, makes_room_among_idle_connections) {
  EchoService service;
  Limits limits;
  limits.connections = 100;
  RunningServer server(service, limits);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 300; ++i) {
    idle.push_back(std::make_unique<RawClient>(server.port()));
    ASSERT_TRUE(idle.back()->connected());
    if (i % 3 == 0) idle.back()->send("GET / HTTP/1.1\r\nSlow");
  }
  RawClient client(server.port());
  const auto response = client.ask(kGet);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
}

TEST(HttpServer, answers_quickly_under_ten_thousand_idle_connections) {
  constexpr rlim_t kDescriptors = 15'000;  // of both sides, which are in this process
  constexpr int kIdle = 10'000;
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_max < kDescriptors) GTEST_SKIP() << "needs " << kDescriptors << " descriptors";
  const rlimit before = limit;
  limit.rlim_cur = std::max(limit.rlim_cur, kDescriptors);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  {
    EchoService service;
    RunningServer server(service);
    std::vector<std::unique_ptr<RawClient>> idle;
    for (int i = 0; i < kIdle; ++i) {
      idle.push_back(std::make_unique<RawClient>(server.port()));
      ASSERT_TRUE(idle.back()->connected());
      if (i % 1000 != 0 && i != kIdle - 1) continue;
      RawClient client(server.port());
      const auto response = client.ask(kGet);
      ASSERT_TRUE(response) << i;
      EXPECT_EQ(response->status, 200);
    }
    std::promise<ServerCounters> counted;
    server->post([&] { counted.set_value(server->counters()); });
    const ServerCounters counters = counted.get_future().get();
    EXPECT_LE(counters.connections, Limits{}.connections);
    EXPECT_GE(counters.evicted, kIdle - Limits{}.connections);
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(HttpServer, takes_answers_from_other_threads_and_only_the_first) {
  EchoService service;
  std::vector<std::thread> threads;
  service.handler = [&](Request&, const Responder& respond) {
    threads.emplace_back([respond] {
      Response first;
      first.body = "first";
      respond(std::move(first));
      Response second;
      second.body = "second";
      respond(std::move(second));
    });
  };
  {
    RunningServer server(service);
    RawClient client(server.port());
    for (int i = 0; i < 20; ++i) {
      const auto response = client.ask(kGet);
      ASSERT_TRUE(response);
      EXPECT_EQ(response->body, "first");
    }
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(HttpServer, answers_500_when_a_handler_forgets_to) {
  EchoService service;
  service.handler = [](Request&, const Responder&) {};
  RunningServer server(service);
  RawClient client(server.port());
  const auto response = client.ask(kGet);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 500);
  EXPECT_EQ(response->field("X-Prepared"), "yes");
}

TEST(HttpServer, drops_an_answer_that_comes_after_its_end) {
  EchoService service;
  std::optional<Responder> kept;
  std::promise<void> asked;
  service.handler = [&](Request&, const Responder& respond) {
    kept = respond;
    asked.set_value();
  };
  Limits limits;
  limits.stop = milliseconds(10);
  RunningServer server(service, limits);
  RawClient client(server.port());
  client.send(kGet);
  asked.get_future().wait();
  server.stop();
  server.drop();
  (*kept)(Response{});
  EXPECT_EQ(client.rest(), "");
}

TEST(HttpServer, finishes_what_is_under_way_when_it_stops) {
  EchoService service;
  std::optional<Responder> kept;
  std::promise<void> asked;
  service.handler = [&](Request&, const Responder& respond) {
    kept = respond;
    asked.set_value();
  };
  RunningServer server(service);
  RawClient idle(server.port());
  RawClient client(server.port());
  client.send(kGet);
  asked.get_future().wait();
  server->stop();
  EXPECT_EQ(idle.rest(), "") << "an idle connection is closed at once";
  Response response;
  response.body = "last";
  (*kept)(std::move(response));
  const auto last = client.receive();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->body, "last");
  EXPECT_EQ(last->field("Connection"), "close");
  client.close();
  server.stop();
}

TEST(HttpServer, sends_events_until_the_stream_ends) {
  EchoService service;
  auto stream = std::make_shared<EventStream>(1000);
  service.handler = [&](Request&, const Responder& respond) {
    Response response;
    response.stream = stream;
    respond(std::move(response));
  };
  RunningServer server(service);
  RawClient client(server.port());
  client.send(kGet);
  const auto push = [&](const std::string& text) {
    server->post(
        [&stream, text] { static_cast<void>(stream->push(std::make_shared<const std::string>(text))); });
  };
  push("one\n\n");
  ASSERT_TRUE(client.wait_for("one\n\n"));
  push("two\n\n");
  ASSERT_TRUE(client.wait_for("two\n\n"));
  EXPECT_EQ(client.input().find("Content-Length"), std::string::npos);
  server->post([&] { stream->end(); });
  EXPECT_TRUE(client.rest().ends_with("two\n\n"));
}

TEST(HttpServer, cuts_off_a_stream_whose_client_does_not_read) {
  EchoService service;
  auto stream = std::make_shared<EventStream>(64 * 1024);
  std::promise<void> opened;
  service.handler = [&](Request&, const Responder& respond) {
    Response response;
    response.stream = stream;
    respond(std::move(response));
    opened.set_value();
  };
  RunningServer server(service);
  RawClient client(server.port(), 4096);
  client.send(kGet);
  opened.get_future().wait();
  std::promise<bool> too_slow;
  const auto message = std::make_shared<const std::string>(16 * 1024, 'x');
  int left = 10'000;
  std::function<void()> push = [&] {
    if (!stream->push(message) || --left == 0) {
      too_slow.set_value(stream->was_too_slow());
      return;
    }
    server->after(milliseconds(0), push);
  };
  server->post(push);
  EXPECT_TRUE(too_slow.get_future().get());
}

TEST(HttpServer, refuses_to_listen_for_others_without_tls) {
  EchoService service;
  os::SystemClock clock;
  for (const std::string address : {"0.0.0.0", "::", "192.0.2.1", "localhost", ""}) {
    Listener listener;
    listener.address = address;
    const auto made = Server::create({listener}, {}, service, clock);
    ASSERT_FALSE(made) << address;
    EXPECT_EQ(made.error().code, base::ErrorCode::usage);
  }
}

TEST(HttpServer, says_when_a_port_is_taken) {
  EchoService service;
  RunningServer server(service);
  os::SystemClock clock;
  Listener listener;
  listener.port = server.port();
  const auto second = Server::create({listener}, {}, service, clock);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(server.port())), std::string::npos);
}

// Pieces of 100,000 bytes; `whole` of them can be read.
class Pieces final : public BodySource {
 public:
  Pieces(int promised, int whole) : promised_(promised), left_(whole), piece_(100'000, 'x') {}
  std::uint64_t size() const noexcept override {
    return static_cast<std::uint64_t>(promised_) * piece_.size();
  }
  std::string_view next() override { return left_-- > 0 ? std::string_view(piece_) : std::string_view(); }

 private:
  int promised_;
  int left_;
  std::string piece_;
};

TEST(HttpServer, hands_a_long_body_on_piece_by_piece) {
  EchoService service;
  service.handler = [](Request&, const Responder& respond) {
    Response response;
    response.source = std::make_shared<Pieces>(7, 7);
    respond(std::move(response));
  };
  RunningServer server(service);
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    const auto response = client.ask(kGet);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, std::string(700'000, 'x'));
  }
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto head = client.receive(false);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->field("Content-Length"), "700000");
  client.send(kGet);
  const auto after = client.receive();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->body.size(), 700'000U);
}

TEST(HttpServer, a_body_that_cannot_be_read_to_its_end_is_cut_and_the_connection_closed) {
  EchoService service;
  service.handler = [](Request&, const Responder& respond) {
    Response response;
    response.source = std::make_shared<Pieces>(7, 3);
    respond(std::move(response));
  };
  RunningServer server(service);
  RawClient client(server.port());
  EXPECT_FALSE(client.ask(kGet));
  RawClient other(server.port());
  EXPECT_FALSE(other.ask(kGet));
}

}  // namespace
}  // namespace hinomi::api::http
