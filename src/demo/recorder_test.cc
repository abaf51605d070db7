#include "demo/recorder.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace hinomi::demo {
namespace {

using Written = std::map<std::string, std::string, std::less<>>;

Sink into(Written& written) {
  return [&written](std::string_view path, std::string_view bytes) -> base::Result<void> {
    written[std::string(path)] += bytes;
    return {};
  };
}

TEST(Recorder, orders_lines_by_time_and_then_by_adding) {
  Recorder recorder;
  recorder.add(LogFile::vpn, {30}, "c");
  recorder.add(LogFile::vpn, {10}, "a");
  recorder.add(LogFile::vpn, {30}, "d");
  recorder.add(LogFile::vpn, {20}, "b");
  Written written;
  ASSERT_TRUE(recorder.write(into(written)));
  EXPECT_EQ(written["network/vpn.log"], "a\nb\nc\nd\n");
}

TEST(Recorder, numbers_in_order_of_time_per_counter_and_goes_on_the_next_day) {
  Recorder recorder;
  const std::string mark(1, kNumberMark);
  recorder.add(LogFile::dns, {20}, "x" + mark + "y" + mark, 1);
  recorder.add(LogFile::dns, {10}, mark, 1);
  recorder.add(LogFile::dns, {15}, "other " + mark, 2);
  Written written;
  ASSERT_TRUE(recorder.write(into(written)));
  recorder.add(LogFile::dns, {30}, mark, 1);
  ASSERT_TRUE(recorder.write(into(written)));
  EXPECT_EQ(written["network/dns.ndjson"], "10001\nother 10001\nx10002y10002\n10003\n");
}

TEST(Recorder, counts_lines_and_bytes) {
  Recorder recorder;
  recorder.add(LogFile::linux_audit, {1}, "first\nsecond");
  Written written;
  ASSERT_TRUE(recorder.write(into(written)));
  EXPECT_EQ(recorder.total(LogFile::linux_audit).lines, 2U);
  EXPECT_EQ(recorder.total(LogFile::linux_audit).bytes, 13U);
  EXPECT_EQ(recorder.total(LogFile::proxy).lines, 0U);
}

TEST(Recorder, hands_on_the_error_of_the_sink) {
  Recorder recorder;
  recorder.add(LogFile::vpn, {1}, "a");
  const base::Result<void> written =
      recorder.write([](std::string_view, std::string_view) -> base::Result<void> {
        return base::Error{base::ErrorCode::io, "full", ""};
      });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "full");
}

}  // namespace
}  // namespace hinomi::demo
