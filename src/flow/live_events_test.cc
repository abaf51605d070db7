#include "flow/live_events.h"

#include <gtest/gtest.h>

#include "normalise/normaliser.h"

namespace hinomi::flow {
namespace {

using ingest::live::Encoding;
using ingest::live::Framing;

class LiveEventsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto normaliser = normalise::Normaliser::load(HINOMI_SOURCE_DIR "/content/mappings", fields_, sources_);
    ASSERT_TRUE(normaliser);
    normaliser_ = std::move(*normaliser);
    for (const char* name : {"CommandLine", "message", "program"}) fields_.intern(name);
    ASSERT_TRUE(normaliser_->freeze());
    extractor_ = std::make_unique<LiveExtractor>(*normaliser_, 0);
  }
  LiveExtraction extract(std::string_view bytes, Encoding encoding = Encoding::unknown,
                         Framing framing = Framing::line) {
    JournalEvent record;
    record.received = base::parse_rfc3339("2026-11-25T03:00:00Z").value();
    record.bytes = bytes;
    record.encoding = encoding;
    record.framing = framing;
    return extractor_->extract(record, event::Extent::referenced);
  }
  std::string value(std::string_view name) const {
    for (const event::Slot& slot : extractor_->event().slots) {
      if (slot.field == fields_.find(name)) return std::string(slot.value.text);
    }
    return {};
  }

  event::FieldTable fields_;
  event::SourceRegistry sources_;
  std::unique_ptr<normalise::Normaliser> normaliser_;
  std::unique_ptr<LiveExtractor> extractor_;
};

TEST_F(LiveEventsTest, what_looks_like_json_is_json_in_every_framing) {
  for (const Framing framing : {Framing::line, Framing::document, Framing::syslog}) {
    const LiveExtraction result = extract("  {\"CommandLine\":\"whoami\"}", Encoding::unknown, framing);
    EXPECT_TRUE(result.is_read);
    EXPECT_FALSE(result.fell_back);
    EXPECT_EQ(value("CommandLine"), "whoami");
  }
}

TEST_F(LiveEventsTest, broken_json_is_a_text) {
  const LiveExtraction result = extract("{\"CommandLine\":\"whoami\"");
  EXPECT_TRUE(result.is_read);
  EXPECT_TRUE(result.fell_back);
  EXPECT_EQ(value("message"), "{\"CommandLine\":\"whoami\"");
}

TEST_F(LiveEventsTest, malformed_bytes_cost_no_event) {
  EXPECT_TRUE(extract("{\"CommandLine\":\"who\xFF"
                      "ami\",\"x\":1}")
                  .is_read);
  EXPECT_EQ(value("CommandLine"),
            "who\xEF\xBF\xBD"
            "ami");
  EXPECT_TRUE(extract("<13>Nov 25 02:00:00 host app: a \xFF\xFE b").is_read);
  EXPECT_EQ(value("message"), "a \xFF\xFE b");
  EXPECT_TRUE(extract("").is_read);
  EXPECT_TRUE(extract(std::string_view("\0\0\0", 3)).is_read);
}

TEST_F(LiveEventsTest, other_encodings_are_converted_as_the_source_says) {
  EXPECT_TRUE(extract("{\"CommandLine\":\"\x83\x65\x83\x58\x83\x67\"}", Encoding::cp932).is_read);
  EXPECT_EQ(value("CommandLine"), "テスト");
  EXPECT_TRUE(extract("{\"CommandLine\":\"\xA5\xC6\xA5\xB9\xA5\xC8\"}", Encoding::euc_jp).is_read);
  EXPECT_EQ(value("CommandLine"), "テスト");
  EXPECT_TRUE(extract("{\"CommandLine\":\"\x1b$B%F%9%H\x1b(B\"}", Encoding::iso_2022_jp).is_read);
  EXPECT_EQ(value("CommandLine"), "テスト");
  const std::string_view wide(
      "{\0\"\0m\0\"\0:\0"
      "1\0}\0",
      14);
  EXPECT_TRUE(extract(wide, Encoding::utf16le).is_read);
  EXPECT_TRUE(extract("{\"CommandLine\":\"テスト\"}", Encoding::cp932).is_read);
  EXPECT_EQ(value("CommandLine"), "テスト") << "a sender that writes UTF-8 all the same";
  EXPECT_TRUE(extract("{\"CommandLine\":\"a\xFF"
                      "b\"}",
                      Encoding::cp932)
                  .is_read);
  EXPECT_EQ(value("CommandLine"),
            "a\xEF\xBF\xBD"
            "b");
}

TEST_F(LiveEventsTest, a_time_without_a_year_is_read_as_of_the_receipt) {
  EXPECT_TRUE(extract("<13>Nov 25 02:00:00 host app: text").is_read);
  EXPECT_TRUE(extractor_->event().has_time);
  EXPECT_EQ(base::format_rfc3339(extractor_->event().time, 0), "2026-11-25T02:00:00Z");
}

}  // namespace
}  // namespace hinomi::flow
