// The parts of the API that need no server: tokens, sessions, tickets, names, queries, lines, pages.
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "api/access.h"
#include "api/assets.h"
#include "api/json_array.h"
#include "api/ndjson.h"
#include "api/origin.h"
#include "api/query_string.h"
#include "api/router.h"
#include "api/secret.h"
#include "api/sessions.h"
#include "api/status.h"
#include "api/tickets.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/random.h"
#include "os/testing/scratch_folder.h"
#include "parse/json/document.h"

namespace hinomi::api {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

// Bytes that count up: different each time, the same in every run.
RandomBytes counting() {
  return [next = std::uint32_t{0}](std::span<std::byte> into) mutable {
    for (std::byte& byte : into) {
      byte = static_cast<std::byte>((next ^ (next >> 8)) & 0xFF);
      ++next;
    }
    return true;
  };
}
bool no_randomness(std::span<std::byte> /*into*/) {
  return false;
}

TEST(Secret, hashes_as_the_standard_says) {
  EXPECT_EQ(hex_of(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
  EXPECT_EQ(parse_hex(hex_of(sha256("x"))), sha256("x"));
  EXPECT_EQ(parse_hex("ba78"), std::nullopt);
  EXPECT_EQ(parse_hex(std::string(64, 'G')), std::nullopt);
}

TEST(Secret, makes_tokens_only_of_randomness) {
  const auto token = random_text(counting(), kTokenBytes);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->size(), kTokenTextLength);
  EXPECT_TRUE(is_token_text(*token));
  EXPECT_EQ(*token, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  EXPECT_EQ(random_text(no_randomness, kTokenBytes), std::nullopt);
  EXPECT_FALSE(is_token_text(std::string(kTokenTextLength, '=')));
}

class SessionsOfAFolder : public ::testing::Test {
 protected:
  os::ScratchFolder folder_;
  os::ManualClock clock_{{1'795'500'000 * kSecondNs}};
};

TEST_F(SessionsOfAFolder, end_when_unused_and_in_any_case_in_the_end) {
  Sessions sessions(folder_ / "sessions", clock_, counting());
  const auto unused = sessions.begin();
  const auto used = sessions.begin();
  ASSERT_TRUE(unused && used);
  clock_.advance(std::chrono::minutes(110));
  EXPECT_TRUE(sessions.find(*used));
  clock_.advance(std::chrono::minutes(11));
  EXPECT_FALSE(sessions.find(*unused)) << "idle for two hours";
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(sessions.find(*used)) << i;
    clock_.advance(std::chrono::minutes(100));
  }
  EXPECT_FALSE(sessions.find(*used)) << "older than twelve hours";
}

TEST_F(SessionsOfAFolder, survive_a_restart_but_not_a_clock_set_back) {
  std::string token;
  {
    Sessions sessions(folder_ / "sessions", clock_, counting());
    token = *sessions.begin();
  }
  Sessions again(folder_ / "sessions", clock_, counting());
  const auto key = again.find(token);
  ASSERT_TRUE(key);
  EXPECT_TRUE(again.is_open(*key));
  clock_.set({clock_.now().since_epoch_ns - 3600 * kSecondNs});
  EXPECT_FALSE(again.find(token));
}

TEST_F(SessionsOfAFolder, are_bounded_and_the_one_used_longest_ago_goes) {
  Sessions sessions(folder_ / "sessions", clock_, counting());
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i <= kMaxSessions; ++i) {
    tokens.push_back(*sessions.begin());
    clock_.advance(std::chrono::seconds(1));
    if (i + 1 == kMaxSessions) {
      ASSERT_TRUE(sessions.find(tokens[0]));
    }
  }
  EXPECT_EQ(sessions.count(), kMaxSessions);
  EXPECT_TRUE(sessions.find(tokens[0]));
  EXPECT_FALSE(sessions.find(tokens[1]));
}

TEST_F(SessionsOfAFolder, do_not_begin_when_they_cannot_be_stored_or_guessed) {
  Sessions nowhere(folder_ / "missing/sessions", clock_, counting());
  EXPECT_FALSE(nowhere.begin());
  EXPECT_EQ(nowhere.count(), 0u);
  Sessions guessable(folder_ / "sessions", clock_, no_randomness);
  EXPECT_FALSE(guessable.begin());
}

TEST_F(SessionsOfAFolder, start_empty_from_a_damaged_file) {
  for (const std::string text :
       {"", "other\n", "hinomi sessions 1\nabc 1 2\n", "hinomi sessions 1\n\n\n \n"}) {
    folder_.write("sessions", text);
    EXPECT_EQ(Sessions(folder_ / "sessions", clock_, counting()).count(), 0u) << text;
  }
}

bool os_random(std::span<std::byte> into) {
  os::system_random({reinterpret_cast<std::uint8_t*>(into.data()), into.size()});
  return true;
}

class TicketsOfAFolder : public SessionsOfAFolder {};

TEST_F(TicketsOfAFolder, are_good_once_and_for_ten_minutes) {
  Tickets tickets(folder_ / "ticket", clock_);
  const RandomBytes random = counting();
  const std::string first = *issue_ticket(folder_ / "ticket", clock_, random);
  const std::string second = *issue_ticket(folder_ / "ticket", clock_, random);
  ASSERT_NE(first, second);
  EXPECT_EQ(tickets.redeem(first), TicketVerdict::good);
  EXPECT_EQ(tickets.redeem(first), TicketVerdict::bad);
  clock_.advance(std::chrono::seconds(601));
  EXPECT_EQ(tickets.redeem(second), TicketVerdict::bad);
}

TEST_F(TicketsOfAFolder, stay_used_when_another_process_puts_them_back) {
  Tickets tickets(folder_ / "ticket", clock_);
  const std::string ticket = *issue_ticket(folder_ / "ticket", clock_, counting());
  const auto before = os::read_file(folder_ / "ticket");
  ASSERT_TRUE(before);
  EXPECT_EQ(tickets.redeem(ticket), TicketVerdict::good);
  folder_.write("ticket", *before);
  EXPECT_EQ(tickets.redeem(ticket), TicketVerdict::bad);
}

TEST_F(TicketsOfAFolder, issued_by_several_at_once_are_all_good) {
  constexpr int kEach = 4;
  std::vector<std::string> issued[4];
  std::vector<std::thread> issuers;
  for (auto& mine : issued) {
    issuers.emplace_back([&mine, this] {
      for (int i = 0; i < kEach; ++i) {
        const auto ticket = issue_ticket(folder_ / "ticket", clock_, os_random);
        if (ticket) mine.push_back(*ticket);
      }
    });
  }
  for (std::thread& issuer : issuers) issuer.join();
  Tickets tickets(folder_ / "ticket", clock_);
  int good = 0;
  for (const auto& mine : issued) {
    for (const std::string& ticket : mine) good += tickets.redeem(ticket) == TicketVerdict::good ? 1 : 0;
  }
  EXPECT_EQ(good, 4 * kEach);
}

TEST_F(TicketsOfAFolder, are_throttled_when_bad_until_time_has_passed) {
  Tickets tickets(folder_ / "ticket", clock_);
  const std::string wrong(kTokenTextLength, 'x');
  for (int i = 0; i < kTriesAtOnce; ++i) EXPECT_EQ(tickets.redeem(wrong), TicketVerdict::bad);
  EXPECT_EQ(tickets.redeem(wrong), TicketVerdict::throttled);
  clock_.advance(std::chrono::nanoseconds(kTryEveryNs));
  EXPECT_EQ(tickets.redeem(wrong), TicketVerdict::bad);
  EXPECT_EQ(tickets.redeem(wrong), TicketVerdict::throttled);
}

TEST(Origins, know_only_their_own_names_with_their_port) {
  std::vector<ServedName> names;
  Origins::add_loopback(names, 8600, false);
  Origins::add(names, "SOC.example.jp", 443, true);
  Origins::add(names, "[2001:db8::1]", 8443, true);
  const Origins origins(names);
  EXPECT_TRUE(origins.serves_host("localhost:8600", false));
  EXPECT_TRUE(origins.serves_host("[::1]:8600", false));
  EXPECT_TRUE(origins.serves_host("soc.example.jp", true));
  EXPECT_TRUE(origins.serves_host("soc.example.jp:443", true));
  EXPECT_TRUE(origins.serves_host("[2001:db8::1]:8443", true));
  for (const std::string host :
       {"localhost", "localhost:8601", "127.0.0.1:86000", "soc.example.jp:8600", "", "[::1]"}) {
    EXPECT_FALSE(origins.serves_host(host, false)) << host;
  }
  EXPECT_FALSE(origins.serves_host("soc.example.jp", false)) << "only over TLS";
  EXPECT_TRUE(origins.is_own("http://localhost:8600"));
  EXPECT_TRUE(origins.is_own("https://soc.example.jp"));
  for (const std::string origin :
       {"null", "", "http://localhost", "https://localhost:8600", "http://localhost:8600/",
        "http://xlocalhost:8600", "http://soc.example.jp"}) {
    EXPECT_FALSE(origins.is_own(origin)) << origin;
  }
}

TEST(QueryString, decodes_and_refuses_what_is_broken) {
  auto parameters = Parameters::parse("a=1&b=%E3%81%82+x&c&&d=");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(*parameters->find("a"), "1");
  EXPECT_EQ(*parameters->find("b"), "あ x");
  EXPECT_EQ(*parameters->find("c"), "");
  EXPECT_EQ(parameters->first_unknown(), "d");
  EXPECT_EQ(parameters->find("e"), nullptr);
  for (const std::string query : {"a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "a=1&a=2", "%41=1&A=2"}) {
    EXPECT_FALSE(Parameters::parse(query)) << query;
  }
  std::string many;
  for (std::size_t i = 0; i <= kMaxParameters; ++i) many += "p" + std::to_string(i) + "=&";
  EXPECT_FALSE(Parameters::parse(many));
}

std::vector<std::string> lines_of(const std::vector<LineCutter::Part>& parts) {
  std::vector<std::string> lines;
  for (const LineCutter::Part& part : parts) {
    for (const auto& span : part.events) lines.push_back(part.bytes.substr(span.begin, span.size));
  }
  return lines;
}

TEST(LineCutter, cuts_the_same_wherever_the_pieces_end) {
  const std::string body = "\n\none\n\r\ntwo\r\n  \nthree and more\n\nfour\n\n\n";
  const LineLimits limits{.event_bytes = 14, .delivery_bytes = 16, .delivery_events = 2};
  std::vector<std::vector<std::string>> cuts;
  for (std::size_t size = 1; size <= body.size(); ++size) {
    LineCutter cutter(limits);
    for (std::size_t at = 0; at < body.size(); at += size) {
      ASSERT_TRUE(cutter.feed(std::string_view(body).substr(at, size)));
    }
    ASSERT_TRUE(cutter.finish());
    EXPECT_EQ(cutter.events(), 4u);
    const auto parts = cutter.take();
    EXPECT_EQ(lines_of(parts), (std::vector<std::string>{"one", "two", "three and more", "four"}));
    std::vector<std::string> cut;
    for (const LineCutter::Part& part : parts) {
      EXPECT_LE(part.bytes.size(), limits.delivery_bytes);
      EXPECT_LE(part.events.size(), limits.delivery_events);
      cut.push_back(std::to_string(part.events.size()));
    }
    cuts.push_back(cut);
  }
  for (const auto& cut : cuts) EXPECT_EQ(cut, cuts[0]);
}

TEST(LineCutter, says_which_line_is_too_long_as_soon_as_it_is) {
  const LineLimits limits{.event_bytes = 4, .delivery_bytes = 100, .delivery_events = 9};
  LineCutter ended(limits);
  EXPECT_FALSE(ended.feed("abcd\n\nabcde\n"));
  EXPECT_EQ(ended.number_of_bad_line(), 3u);
  LineCutter open(limits);
  EXPECT_TRUE(open.feed("abcd\r"));
  EXPECT_FALSE(open.feed("x")) << "no line end in sight";
  LineCutter last(limits);
  EXPECT_TRUE(last.feed("abcde"));
  EXPECT_FALSE(last.finish());
}

TEST(LineCutter, keeps_no_blank_lines) {
  LineCutter cutter({.event_bytes = 10, .delivery_bytes = 20, .delivery_events = 9});
  ASSERT_TRUE(cutter.feed("a\n" + std::string(1000, '\n') + "b\n" + std::string(1000, '\n')));
  ASSERT_TRUE(cutter.finish());
  const auto parts = cutter.take();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].bytes, "a");
  EXPECT_EQ(parts[1].bytes, "b");
}

TEST(ArrayCutter, cuts_the_same_wherever_the_pieces_end) {
  const std::string body = "[ {\"one\":1} ,{\"t\":\"\\\\\"},\n{},{\"three\":[{}]}, {\"4\":4}]\n";
  const std::vector<std::string> elements{"{\"one\":1}", "{\"t\":\"\\\\\"}", "{}", "{\"three\":[{}]}",
                                          "{\"4\":4}"};
  const LineLimits limits{.event_bytes = 14, .delivery_bytes = 18, .delivery_events = 2};
  std::vector<std::vector<std::size_t>> cuts;
  for (std::size_t size = 1; size <= body.size(); ++size) {
    ArrayCutter cutter(limits);
    for (std::size_t at = 0; at < body.size(); at += size)
      ASSERT_TRUE(cutter.feed(std::string_view(body).substr(at, size))) << cutter.fault();
    ASSERT_TRUE(cutter.finish());
    EXPECT_EQ(cutter.events(), elements.size());
    const auto parts = cutter.take();
    EXPECT_EQ(lines_of(parts), elements);
    std::vector<std::size_t> cut;
    for (const LineCutter::Part& part : parts) {
      EXPECT_LE(part.bytes.size(), limits.delivery_bytes);
      cut.push_back(part.events.size());
    }
    cuts.push_back(cut);
  }
  for (const auto& cut : cuts) EXPECT_EQ(cut, (std::vector<std::size_t>{1, 2, 1, 1}));
}

TEST(CookieValue, is_of_exactly_one_cookie_of_that_name) {
  EXPECT_EQ(cookie_value("a=1; b=2", "b"), "2");
  EXPECT_EQ(cookie_value("xb=1;b=2 ", "b"), "2");
  EXPECT_EQ(cookie_value("b=1; b=1", "b"), std::nullopt);
  EXPECT_EQ(cookie_value("b", "b"), std::nullopt);
  EXPECT_EQ(cookie_value("", "b"), std::nullopt);
}

constexpr std::string_view kIndex = "<style nonce=\"__CSP_NONCE__\"></style><meta content=\"__CSP_NONCE__\">";
const Asset kAssets[] = {
    {"/assets/app-abcdefgh.js", "text/javascript", "\"1\"", true, "plain", "gz", "br"},
    {"/favicon.svg", "image/svg+xml", "\"2\"", false, "<svg/>", "", ""},
    {"/index.html", "text/html", "\"3\"", false, kIndex, "", ""},
};

std::string field_of(const http::Response& response, std::string_view name) {
  for (const http::Field& field : response.fields) {
    if (field.name == name) return field.value;
  }
  return {};
}

http::Response page(const StaticPages& pages, std::string path, std::vector<http::Field> fields = {}) {
  http::Request request;
  request.path = std::move(path);
  request.fields = std::move(fields);
  return pages.answer(request);
}

TEST(StaticPages, give_each_index_a_nonce_of_its_own) {
  const StaticPages pages(kAssets, counting());
  const http::Response first = page(pages, "/");
  const http::Response second = page(pages, "/alerts/x");
  for (const http::Response& response : {first, second}) {
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(field_of(response, "Cache-Control"), "no-store");
    const std::string nonce = response.body.substr(14, 24);
    EXPECT_EQ(response.body, "<style nonce=\"" + nonce + "\"></style><meta content=\"" + nonce + "\">");
    EXPECT_NE(field_of(response, "Content-Security-Policy").find("'nonce-" + nonce + "'"), std::string::npos);
  }
  EXPECT_NE(first.body, second.body);
  EXPECT_EQ(page(StaticPages(kAssets, no_randomness), "/").status, 500);
}

TEST(StaticPages, serve_files_compressed_and_cached) {
  const StaticPages pages(kAssets, counting());
  const std::string path = "/assets/app-abcdefgh.js";
  const http::Response brotli = page(pages, path, {{"accept-encoding", "gzip, deflate, br, zstd"}});
  EXPECT_EQ(brotli.lasting_body, "br");
  EXPECT_EQ(field_of(brotli, "Content-Encoding"), "br");
  EXPECT_EQ(field_of(brotli, "Vary"), "Accept-Encoding");
  EXPECT_NE(field_of(brotli, "Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(page(pages, path, {{"accept-encoding", "br;q=0, gzip;q=0.5"}}).lasting_body, "gz");
  EXPECT_EQ(page(pages, path).lasting_body, "plain");
  EXPECT_EQ(page(pages, path, {{"if-none-match", "\"1\""}}).status, 304);
  EXPECT_EQ(field_of(page(pages, "/favicon.svg"), "Cache-Control"), "no-cache");
  for (const std::string missing :
       {"/assets/app-other.js", "/../etc/passwd.txt", "/x.map", "/assets/%2e%2e/index.html"}) {
    EXPECT_EQ(page(pages, missing).status, 404) << missing;
  }
}

TEST(StaticPages, say_when_the_interface_was_not_built) {
  const StaticPages pages({}, counting());
  const http::Response response = page(pages, "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("The user interface was not built"), std::string::npos);
  EXPECT_NE(response.body.find("lang=\"ja\""), std::string::npos);
  EXPECT_EQ(page(pages, "/x.js").status, 404);
}

TEST(StatusJson, says_how_each_source_and_each_followed_file_goes) {
  Status status;
  status.pipeline.incomplete = 3;
  status.journal.damages = 2;
  status.journal.damaged_bytes = 4096;
  SourceStatus source;
  source.name = "follow";
  source.cut = 4;
  source.framing_errors = 5;
  source.connections = 6;
  source.connections_refused = 7;
  source.followed = 120;
  source.files = {{"/var/log/a\"\x1b.log", "ignored", 10, 0, "it is no log"},
                  {"/var/log/b", "text", 9, 3, ""}};
  status.sources.push_back(source);
  const std::string json = status_json(status, {}, {});
  EXPECT_TRUE(parse::json::read_document(json)) << json;
  for (
      const std::string_view part :
      {R"("incomplete":3)", R"("damages":2,"damaged_bytes":4096)",
       R"("cut":4,"framing_errors":5,"connections":6,"connections_refused":7)",
       R"("followed":120,"files":[{"path":"/var/log/a\"\u001b.log","state":"ignored","size":10,"lag_bytes":0,)",
       R"("problem":"it is no log"},{"path":"/var/log/b","state":"text","size":9,"lag_bytes":3,"problem":null}])"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
  }
}

}  // namespace
}  // namespace hinomi::api
