#include "ingest/live/syslog_framer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hinomi::ingest::live {
namespace {

using namespace std::string_view_literals;
using Kind = SyslogCut::Kind;

struct Framed {
  std::vector<std::string> messages;
  std::string fault;  // why the stream ended
  std::size_t left = 0;
};

// The stream arrives in parts of `step` bytes and ends.
Framed frame(std::string_view stream, std::size_t step, SyslogFramer framer = SyslogFramer(),
             bool ends = true) {
  Framed framed;
  std::string buffer;
  for (std::size_t at = 0;;) {
    const bool at_end = at >= stream.size();
    while (true) {
      const SyslogCut cut = framer.next(buffer, at_end && ends);
      if (cut.kind == Kind::more) break;
      if (cut.kind == Kind::broken) {
        framed.fault = cut.reason;
        return framed;
      }
      if (cut.kind != Kind::nothing) framed.messages.push_back(buffer.substr(cut.begin, cut.size));
      buffer.erase(0, cut.consumed);
      if (cut.kind == Kind::cut) {
        framed.fault = cut.reason;
        return framed;
      }
    }
    if (at_end) break;
    buffer += stream.substr(at, step);
    at += step;
  }
  framed.left = buffer.size();
  return framed;
}

std::vector<std::string> messages(std::string_view stream) {
  const Framed whole = frame(stream, stream.size() + 1);
  for (std::size_t step = 1; step < 20; ++step) {
    EXPECT_EQ(frame(stream, step).messages, whole.messages) << step;
    EXPECT_EQ(frame(stream, step).fault, whole.fault) << step;
  }
  return whole.messages;
}

using Texts = std::vector<std::string>;

TEST(SyslogFramer, line_feeds_end_messages) {
  EXPECT_EQ(messages("<13>a\n<13>b\r\n\n\n<13>c\0\n"sv), (Texts{"<13>a", "<13>b", "<13>c"}));
}

TEST(SyslogFramer, a_message_without_its_line_feed_is_one_at_the_end) {
  EXPECT_EQ(messages("<13>a\n<13>b"), (Texts{"<13>a", "<13>b"}));
  EXPECT_EQ(messages("<13>b\0"sv), (Texts{"<13>b"}));
  EXPECT_EQ(frame("<13>a\n<13>b", 3, SyslogFramer(), false).messages, Texts{"<13>a"});
}

TEST(SyslogFramer, counts_octets) {
  EXPECT_EQ(messages("5 <13>a6 <13>bb5 <1>ab"), (Texts{"<13>a", "<13>bb", "<1>ab"}));
}

TEST(SyslogFramer, both_forms_may_follow_each_other) {
  EXPECT_EQ(messages("5 <13>a\n<13>b\n5 <13>c<13>d\n"), (Texts{"<13>a", "<13>b", "<13>c", "<13>d"}));
}

// A17: whatever bytes a counted message holds, it is one event.
TEST(SyslogFramer, bytes_inside_a_counted_message_never_make_a_second_one) {
  const std::string text("<13>a\n<14>b\r\n\0<15>5 <16>c\0\0\n9 <17>d"sv);
  EXPECT_EQ(messages(std::to_string(text.size()) + ' ' + text), Texts{text});
}

TEST(SyslogFramer, a_nul_or_carriage_return_inside_a_line_never_makes_a_second_one) {
  EXPECT_EQ(messages("<13>a\0<14>b\r<15>c\0005 <16>d\n"sv),
            (Texts{std::string("<13>a\0<14>b\r<15>c\0005 <16>d"sv)}));
}

TEST(SyslogFramer, a_line_that_begins_with_a_number_is_a_line) {
  EXPECT_EQ(messages("2026-11-25T00:00:00Z host app: x\n12 monkeys\n7\n"),
            (Texts{"2026-11-25T00:00:00Z host app: x", "12 monkeys", "7"}));
}

TEST(SyslogFramer, a_wrong_count_breaks_the_stream_at_the_next_message) {
  const Framed framed = frame("4 <13>a5 <13>b", 100);
  EXPECT_EQ(framed.messages, Texts{"<13>"});
  EXPECT_FALSE(framed.fault.empty());
  EXPECT_FALSE(frame("5 <13>a99999999 <13>b", 100).fault.empty());
}

TEST(SyslogFramer, a_counted_message_that_never_ends_is_no_event) {
  const Framed framed = frame("5 <13>a10 <13>b", 100);
  EXPECT_EQ(framed.messages, Texts{"<13>a"});
  EXPECT_FALSE(framed.fault.empty());
}

TEST(SyslogFramer, keeps_the_limit_of_a_message) {
  const SyslogFramer small(Trailer::line_feed, 8);
  EXPECT_EQ(frame("<13>5678\nx\n", 1, small).messages, (Texts{"<13>5678", "x"}));
  const Framed cut = frame("<13>56789\n", 1, small);
  EXPECT_EQ(cut.messages, Texts{"<13>5678"});
  EXPECT_FALSE(cut.fault.empty());
  EXPECT_TRUE(frame("9 <13>56789", 1, small).messages.empty());
  EXPECT_EQ(frame("8 <13>5678", 1, small).messages, Texts{"<13>5678"});
}

TEST(SyslogFramer, ends_messages_with_nul_where_told_so) {
  const SyslogFramer nul(Trailer::nul);
  EXPECT_EQ(frame("<13>a\nb\0<13>c\0<13>d"sv, 2, nul).messages, (Texts{"<13>a\nb", "<13>c", "<13>d"}));
}

}  // namespace
}  // namespace hinomi::ingest::live
