#include "worker/protocol.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace hinomi::worker {
namespace {

constexpr ParseLimits kLimits{.max_records = 3, .max_output_bytes = 100, .max_record_bytes = 50};

Message hello(std::uint32_t level = 31) {
  Message message;
  message.level = level;
  return message;
}
Message input(std::uint32_t number, std::string_view name = "") {
  Message message;
  message.kind = MessageKind::input;
  message.input = number;
  message.type = ingest::InputType::text;
  message.text = name;
  return message;
}
Message record(std::string_view text, std::uint64_t number = 1) {
  Message message;
  message.kind = MessageKind::record;
  message.number = number;
  message.text = text;
  return message;
}
Message problem(std::string_view reason) {
  Message message;
  message.kind = MessageKind::problem;
  message.reason = reason;
  return message;
}
Message input_ends(std::uint32_t number) {
  Message message;
  message.kind = MessageKind::input_ends;
  message.input = number;
  message.state = ingest::InputState::read;
  return message;
}
Message end(std::uint64_t records, std::uint64_t problems = 0) {
  Message message;
  message.kind = MessageKind::end;
  message.records = records;
  message.problems = problems;
  return message;
}

std::string stream(const std::vector<Message>& messages) {
  std::string out;
  for (const Message& message : messages) encode(message, out);
  return out;
}

struct Decoded {
  std::string error;
  std::vector<std::string> texts;
  bool ended = false;
};

Decoded decode(std::string_view bytes, std::size_t piece = 1 << 20, const ParseLimits& limits = kLimits) {
  OutputDecoder decoder(limits);
  Decoded decoded;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    const auto fed = decoder.feed({part.data(), part.size()}, [&](const Message& message) {
      if (message.kind == MessageKind::record) decoded.texts.emplace_back(message.text);
      return true;
    });
    if (!fed) {
      decoded.error = fed.error().message;
      return decoded;
    }
  }
  if (const auto whole = decoder.finish(); !whole) decoded.error = whole.error().message;
  decoded.ended = decoder.ended();
  return decoded;
}

bool refused(const std::vector<Message>& messages) {
  return !decode(stream(messages)).error.empty();
}

TEST(OutputDecoder, reads_messages_in_pieces_of_any_size) {
  const std::string bytes =
      stream({hello(), input(0), record("one"), record(""), problem("bad"), input_ends(0), end(2, 1)});
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const Decoded decoded = decode(bytes, piece);
    EXPECT_EQ(decoded.error, "");
    EXPECT_TRUE(decoded.ended);
    EXPECT_EQ(decoded.texts, (std::vector<std::string>{"one", ""}));
  }
}

TEST(OutputDecoder, a_stream_that_ends_early_has_not_ended) {
  const std::string bytes = stream({hello(), input(0), record("one"), input_ends(0), end(1)});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Decoded decoded = decode(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(decoded.ended) << size;
  }
}

TEST(OutputDecoder, lengths_that_lie_are_refused_before_memory_is_taken) {
  for (const std::uint32_t length : {0xFFFF'FFFFU, 0x8000'0000U, 1U << 20, 60U}) {
    std::string bytes = stream({hello(), input(0), record("x")});
    std::memcpy(bytes.data() + bytes.size() - 1 - 9 - 5, &length, sizeof length);
    EXPECT_NE(decode(bytes).error, "") << length;
  }
  // A text that claims more than its message holds.
  std::string bytes = stream({hello(), input(0, "name")});
  bytes[bytes.size() - 8] = '\x7f';
  EXPECT_NE(decode(bytes).error, "");
}

TEST(OutputDecoder, unknown_kinds_and_values_are_refused) {
  std::string bytes = stream({hello()});
  for (const char kind : {'\0', '\7', '\xff'}) {
    bytes[4] = kind;
    EXPECT_NE(decode(bytes).error, "");
  }
  bytes = stream({hello(), input(0)});
  bytes[bytes.size() - 5] = '\x63';  // the type
  EXPECT_NE(decode(bytes).error, "");
  EXPECT_TRUE(refused({hello(32)}));
}

TEST(OutputDecoder, the_order_of_messages_is_kept) {
  EXPECT_TRUE(refused({input(0)}));                                       // no greeting
  EXPECT_TRUE(refused({hello(), hello()}));                               // two
  EXPECT_TRUE(refused({hello(), record("x")}));                           // of no input
  EXPECT_TRUE(refused({hello(), input(1), input(0)}));                    // back
  EXPECT_TRUE(refused({hello(), input(0), input(0)}));                    // twice
  EXPECT_TRUE(refused({hello(), input(0), input_ends(0), record("x")}));  // after the end of it
  EXPECT_TRUE(refused({hello(), input_ends(1)}));                         // one left out
  EXPECT_TRUE(refused({hello(), input(0), end(0)}));                      // without an end of it
  EXPECT_TRUE(refused({hello(), end(0)}));                                // of nothing
  EXPECT_TRUE(refused({hello(), input_ends(0), end(0), end(0)}));         // behind the end
  EXPECT_FALSE(refused({hello(), input(1), record("x"), input_ends(0), input_ends(1), end(1)}));
}

TEST(OutputDecoder, counts_must_agree) {
  EXPECT_TRUE(refused({hello(), input(0), record("x"), input_ends(0), end(2)}));
  EXPECT_TRUE(refused({hello(), input(0), record("x"), input_ends(0), end(0)}));
  EXPECT_TRUE(refused({hello(), input(0), problem("x"), input_ends(0), end(0, 0)}));
  EXPECT_FALSE(refused({hello(), input(0), problem("x"), input_ends(0), end(0, 10'000'000)}));
}

TEST(OutputDecoder, floods_are_cut_off_at_the_limits) {
  EXPECT_TRUE(refused({hello(), input(0), record("a"), record("b"), record("c"), record("d")}));
  const std::string large(50, 'x');
  EXPECT_FALSE(refused({hello(), input(0), record(large), record(large)}));
  EXPECT_TRUE(refused({hello(), input(0), record(large), record(large), record("x")}));
  EXPECT_TRUE(refused({hello(), input(0), record(large + 'x')}));
  std::string problems = stream({hello(), input(0)});
  for (std::uint64_t i = 0; i <= kMaxProblems; ++i) encode(problem("again"), problems);
  EXPECT_NE(decode(problems).error, "");
  std::string names = stream({hello()});
  encode(input(kMaxInputs, ""), names);
  EXPECT_NE(decode(names).error, "");
}

TEST(OutputDecoder, bytes_behind_the_end_are_refused) {
  EXPECT_NE(decode(stream({hello(), input_ends(0), end(0)}) + "x").error, "");
}

TEST(OutputDecoder, the_visitor_can_stop_it) {
  OutputDecoder decoder(kLimits);
  int seen = 0;
  const std::string bytes = stream({hello(), input(0), record("a"), record("b")});
  EXPECT_TRUE(decoder.feed({bytes.data(), bytes.size()}, [&](const Message&) { return ++seen < 3; }));
  EXPECT_TRUE(decoder.stopped());
  EXPECT_EQ(seen, 3);
  EXPECT_TRUE(decoder.feed({bytes.data(), bytes.size()}, [&](const Message&) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3);
}

TEST(Request, is_read_as_it_was_written_and_not_otherwise) {
  Request request;
  request.kind = ParserKind::evtx;
  request.limits.cpu_seconds = 7;
  const std::string bytes = encode(request);
  ASSERT_LE(bytes.size(), kMaxRequestBytes);
  const auto decoded = decode_request(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->kind, ParserKind::evtx);
  EXPECT_EQ(decoded->limits.cpu_seconds, 7U);
  EXPECT_FALSE(decode_request(bytes + 'x'));
  EXPECT_FALSE(decode_request(std::string_view(bytes).substr(1)));
  EXPECT_FALSE(decode_request(""));
}

TEST(Status, is_read_as_it_was_written_and_not_otherwise) {
  const std::string bytes = encode(
      Status{.kind = StatusKind::ended, .exit_code = 0, .signal = 11, .out_of_time = true, .cpu_ms = 9});
  ASSERT_LE(bytes.size(), kMaxStatusBytes);
  const auto decoded = decode_status(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->signal, 11);
  EXPECT_TRUE(decoded->out_of_time);
  EXPECT_EQ(decoded->cpu_ms, 9U);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_status(std::string_view(bytes).substr(0, size)));
}

}  // namespace
}  // namespace hinomi::worker
