#include "api/upload.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "api/testing/api_fixture.h"

namespace hinomi::api {
namespace {

using http::RawClient;
using http::RawResponse;
using ingest::live::Admission;
using ingest::live::Delivery;

std::string gzipped(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return packed;
}

class Uploads : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    start();
  }
  std::vector<std::string> delivered_events() {
    std::vector<std::string> events;
    for (const Delivery& delivery : intake_.delivered()) {
      for (const auto& span : delivery.events) events.emplace_back(delivery.text_of(span));
    }
    return events;
  }
};

TEST_F(Uploads, acknowledges_lines_when_they_are_durable) {
  const RawResponse response =
      ask(upload("{\"a\":1}\n\n{\"b\":2}\r\n  \n{\"c\":3}", "X-Batch-Id: batch-7\r\n"));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.body, "{\"accepted\":3,\"duplicate\":false,\"first_id\":\"" + event::id_text(7, 0) +
                               "\",\"last_id\":\"" + event::id_text(7, 2) + "\"}");
  EXPECT_EQ(delivered_events(), (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"}));
  const Delivery delivery = intake_.delivered()[0];
  EXPECT_EQ(delivery.source, &source_);
  EXPECT_EQ(delivery.token, "batch-7");
  EXPECT_TRUE(delivery.peer.starts_with("127.0.0.1:")) << delivery.peer;
  EXPECT_EQ(delivery.listener, host());
}

TEST_F(Uploads, take_lines_as_they_are) {
  const std::string odd("no json\x1b[31m\xff \rinner\0nul", 23);
  EXPECT_EQ(ask(upload(odd + "\n")).status, 200);
  EXPECT_EQ(delivered_events(), (std::vector<std::string>{odd}));
}

TEST_F(Uploads, take_the_elements_of_a_json_array_as_events) {
  const std::string json = "Content-Type: application/json; charset=utf-8\r\n";
  const std::string body = "\n [ {\"a\": \"]}\\\"\",\n \"b\": [1, {}]} ,{}\n] \n";
  const std::vector<std::string> elements{"{\"a\": \"]}\\\"\",\n \"b\": [1, {}]}", "{}"};
  const RawResponse response = ask(upload(body, json + "X-Batch-Id: b\r\n"));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_NE(response.body.find("\"accepted\":2"), std::string::npos) << response.body;
  EXPECT_EQ(delivered_events(), elements);
  EXPECT_EQ(intake_.delivered()[0].framing, ingest::live::Framing::document);
  EXPECT_EQ(intake_.delivered()[0].token, "b");
  EXPECT_EQ(ask(upload(gzipped(body), json + "Content-Encoding: gzip\r\n")).status, 200);
  EXPECT_EQ(delivered_events().size(), 4U);
  EXPECT_NE(ask(upload("[]", json)).body.find("\"accepted\":0"), std::string::npos);
  // Without that type, and where it does not begin as one, lines are lines.
  EXPECT_EQ(ask(upload("[{}]")).status, 200);
  EXPECT_EQ(ask(upload("{\"a\":1}\n{\"b\":2}\n", json)).status, 200);
  const std::vector<std::string> events = delivered_events();
  ASSERT_EQ(events.size(), 7U);
  EXPECT_EQ(events[4], "[{}]");
  EXPECT_EQ(events[6], "{\"b\":2}");
}

TEST_F(Uploads, take_nothing_of_an_array_that_is_none) {
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {"[{},", "element 2 of the array is where the array is cut short"},
      {"[{}", "element 2"},
      {"[{\"a\":\"", "element 1"},
      {"[", "element 1"},
      {"[{},]", "element 2 of the array is no object"},
      {"[{} {}]", "element 2 of the array does not follow a comma"},
      {"[{}]{}", "element 2 of the array stands behind the array"},
      {"[{}, 7]", "element 2 of the array is no object"},
      {"[[{}]]", "element 1 of the array is no object"},
      {"[{\"a\":[}]", "element 1 of the array has brackets that do not match"},
      {"[{}, {\"a\":\"" + std::string(ingest::live::kMaxEventBytes, 'x') + "\"}]",
       "element 2 of the array is longer"},
      {"[{\"a\":" + std::string(kMaxElementDepth, '[') + "]", "element 1 of the array is nested too deeply"}};
  for (const auto& [body, detail] : bodies) {
    const RawResponse response = ask(upload(body, "Content-Type: Application/JSON\r\n"));
    EXPECT_EQ(response.status, 400) << body.substr(0, 40);
    EXPECT_NE(response.body.find(detail), std::string::npos) << response.body;
  }
  EXPECT_TRUE(intake_.delivered().empty());
}

TEST_F(Uploads, say_so_when_nothing_was_in_them) {
  EXPECT_EQ(ask(upload("\n \r\n\n")).body,
            "{\"accepted\":0,\"duplicate\":false,\"first_id\":null,\"last_id\":null}");
  EXPECT_EQ(ask(upload("")).status, 200);
  EXPECT_TRUE(intake_.delivered().empty());
}

TEST_F(Uploads, refuse_wrong_tokens_and_sources) {
  const std::string body = "{}\n";
  for (const std::string fields :
       {"", "Authorization: Bearer wrong\r\n", "Authorization: Basic YTpi\r\n",
        "Authorization: bearera-token-of-the-proxy\r\n", "Authorization: Bearer a-token-of-the-proxy2\r\n",
        "Authorization: Bearer \r\n"}) {
    const RawResponse response = ask(request("POST", "/api/v1/events?source=proxy", fields, body));
    EXPECT_EQ(response.status, 401) << fields;
    EXPECT_EQ(response.field("WWW-Authenticate"), "Bearer");
  }
  const std::string good = "Authorization: Bearer " + std::string(kSourceToken) + "\r\n";
  for (const std::string target :
       {"/api/v1/events", "/api/v1/events?source=other", "/api/v1/events?source=proxy&source=proxy",
        "/api/v1/events?source=", "/api/v1/events?source=%zz"}) {
    EXPECT_EQ(ask(request("POST", target, good, body)).status, 401) << target;
  }
  EXPECT_EQ(ask(request("GET", "/api/v1/alerts", good)).status, 401) << "a source reads nothing";
  EXPECT_TRUE(intake_.delivered().empty());
}

TEST_F(Uploads, take_the_scheme_of_a_token_in_any_case) {
  for (const std::string scheme : {"bearer", "BEARER", "bEARER"}) {
    const std::string field = "Authorization: " + scheme + " " + std::string(kSourceToken) + "\r\n";
    EXPECT_EQ(ask(request("POST", "/api/v1/events?source=proxy", field, "{}")).status, 200) << scheme;
  }
}

TEST_F(Uploads, refuse_batch_names_that_are_none) {
  for (const std::string fields :
       {"Idempotency-Key: a b\r\n", "Idempotency-Key: \r\n", "X-Batch-Id: \xc3\xa4\r\n",
        "X-Batch-Id: a\r\nX-Batch-Id: a\r\n", "X-Batch-Id: a\r\nIdempotency-Key: b\r\n"}) {
    EXPECT_EQ(ask(upload("{}", fields)).status, 400) << fields;
  }
  EXPECT_EQ(ask(upload("{}", "X-Batch-Id: " + std::string(129, 'x') + "\r\n")).status, 400);
  EXPECT_EQ(ask(upload("{}", "X-Batch-Id: " + std::string(128, 'x') + "\r\n")).status, 200);
  EXPECT_EQ(ask(upload("{}", "X-Batch-Id: a\r\nIdempotency-Key: a\r\n")).status, 200);
}

TEST_F(Uploads, tell_duplicates_and_every_refusal) {
  intake_.answer_with({Admission::duplicate, Admission::queue_full, Admission::disk_full, Admission::failed,
                       Admission::shutting_down});
  EXPECT_NE(ask(upload("{}")).body.find("\"duplicate\":true"), std::string::npos);
  const RawResponse queue_full = ask(upload("{}"));
  EXPECT_EQ(queue_full.status, 429);
  EXPECT_EQ(queue_full.field("Retry-After"), "1");
  const RawResponse disk_full = ask(upload("{}"));
  EXPECT_EQ(disk_full.status, 503);
  EXPECT_EQ(disk_full.field("Retry-After"), "10");
  const RawResponse not_written = ask(upload("{}"));
  EXPECT_EQ(not_written.status, 503);
  EXPECT_EQ(not_written.field("Retry-After"), "1");
  EXPECT_EQ(ask(upload("{}")).status, 503);
}

TEST_F(Uploads, name_the_line_that_is_too_long_and_take_nothing) {
  const std::string body = "{}\n{}\n" + std::string(ingest::live::kMaxEventBytes + 1, 'x') + "\n{}\n";
  const RawResponse response = ask(upload(body));
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("\"line\":3"), std::string::npos) << response.body;
  EXPECT_TRUE(intake_.delivered().empty());
  EXPECT_EQ(ask(upload(std::string(ingest::live::kMaxEventBytes, 'x') + "\r\n")).status, 200);
}

TEST_F(Uploads, unpack_gzip_of_several_members) {
  const std::string body = gzipped("{\"a\":1}\n{\"b\"") + gzipped(":2}\n") + gzipped("");
  EXPECT_EQ(ask(upload(body, "Content-Encoding: gzip\r\n")).status, 200);
  EXPECT_EQ(delivered_events(), (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}"}));
}

TEST_F(Uploads, take_nothing_of_broken_gzip) {
  const std::string good = gzipped("{\"a\":1}\n{\"b\":2}\n");
  std::string flipped = good;
  flipped[flipped.size() - 6] = static_cast<char>(flipped[flipped.size() - 6] ^ 1);
  for (const std::string& body : {std::string(), std::string("{}\n"), good.substr(0, good.size() - 1),
                                  good + "x", flipped, good.substr(0, 5)}) {
    EXPECT_EQ(ask(upload(body, "Content-Encoding: gzip\r\n")).status, 400);
  }
  EXPECT_EQ(ask(upload(good, "Content-Encoding: br\r\n")).status, 415);
  EXPECT_EQ(ask(upload(good, "Content-Encoding: gzip, gzip\r\n")).status, 415);
  EXPECT_TRUE(intake_.delivered().empty());
}

TEST_F(Uploads, stop_unpacking_a_bomb_at_the_limit) {
  const std::string lines = std::string(999, 'x') + "\n";
  std::string text;
  for (int i = 0; i < 70'000; ++i) text += lines;  // 70 MB, a few hundred kB packed
  const std::string body = gzipped(text);
  ASSERT_LT(body.size(), std::size_t{1} << 20);
  EXPECT_EQ(ask(upload(body, "Content-Encoding: gzip\r\n")).status, 413);
  EXPECT_TRUE(intake_.delivered().empty());
}

TEST_F(Uploads, stop_at_a_number_of_events_however_small_they_are) {
  std::string body;
  for (std::uint64_t i = 0; i < kMaxUploadEvents; ++i) body += "1\n";
  const std::string exact = gzipped(body);
  const std::string beyond = gzipped(body + "1");
  const std::string far_beyond = gzipped(body + body + body);
  ASSERT_LT(far_beyond.size(), 10'000U);
  for (const std::string& packed : {beyond, far_beyond}) {
    const RawResponse response = ask(upload(packed, "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(response.status, 413);
    EXPECT_NE(response.body.find("1,000,000 events"), std::string::npos) << response.body;
  }
  EXPECT_TRUE(intake_.delivered().empty());
  const RawResponse response = ask(upload(exact, "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_NE(response.body.find("\"accepted\":1000000"), std::string::npos) << response.body;
}

TEST_F(Uploads, cut_a_long_batch_into_parts_with_tokens_of_their_own) {
  std::string body;
  while (body.size() < (std::size_t{20} << 20)) body += std::string(1000, 'x') + "\n";
  const std::size_t events = body.size() / 1001;
  intake_.answer_with({Admission::stored, Admission::queue_full, Admission::stored});
  const RawResponse response = ask(upload(body, "X-Batch-Id: b\r\n"));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_NE(response.body.find("\"accepted\":" + std::to_string(events)), std::string::npos) << response.body;
  const std::vector<Delivery> delivered = intake_.delivered();
  ASSERT_EQ(delivered.size(), 4u) << "three parts, one of them twice";
  EXPECT_EQ(delivered[0].token, "b 0");
  EXPECT_EQ(delivered[1].token, "b 1");
  EXPECT_EQ(delivered[2].token, "b 1");
  EXPECT_EQ(delivered[3].token, "b 2");
  EXPECT_EQ(delivered[1].events.size(), delivered[2].events.size());
  for (const Delivery& delivery : delivered) {
    EXPECT_LE(delivery.bytes.size(), ingest::live::kMaxDeliveryBytes);
    EXPECT_LE(delivery.events.size(), ingest::live::kMaxDeliveryEvents);
  }
}

TEST_F(Uploads, take_nothing_of_a_body_that_is_cut_short) {
  RawClient client(port());
  const std::string bytes = upload("{\"a\":1}\n{\"b\":2}\n");
  client.send(bytes.substr(0, bytes.size() - 2));
  client.end_sending();
  EXPECT_EQ(client.rest(), "");
  EXPECT_EQ(ask(upload("{}")).status, 200);
  EXPECT_EQ(delivered_events(), (std::vector<std::string>{"{}"}));
}

TEST_F(Uploads, take_a_hundred_at_once) {
  constexpr int kClients = 100;
  std::vector<std::unique_ptr<RawClient>> clients;
  std::string body;
  for (int i = 0; i < 100; ++i) body += "{\"n\":" + std::to_string(i) + "}\n";
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    const std::string bytes = upload(body);
    clients.back()->send(bytes.substr(0, bytes.size() / 2));
  }
  for (const auto& client : clients) {
    const std::string bytes = upload(body);
    client->send(bytes.substr(bytes.size() / 2));
  }
  for (const auto& client : clients) {
    const auto response = client->receive();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
  }
  EXPECT_EQ(delivered_events().size(), 100u * kClients);
}

}  // namespace
}  // namespace hinomi::api
