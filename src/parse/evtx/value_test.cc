#include "parse/evtx/value.h"

#include <gtest/gtest.h>

#include "parse/evtx/testing/chunk_builder.h"
#include "parse/evtx/utf16.h"

namespace hinomi::parse::evtx {
namespace {

using testing::Buffer;
using testing::number_value;
using testing::ValueSpec;

Value view(const ValueSpec& spec) {
  return {spec.bytes.data(), static_cast<std::uint16_t>(spec.bytes.size()), spec.type};
}

std::string text(const ValueSpec& spec) {
  std::string out;
  append_value(out, view(spec));
  return out;
}

ValueSpec typed(ValueType type, std::initializer_list<int> bytes) {
  ValueSpec spec;
  spec.type = static_cast<std::uint8_t>(type);
  for (const int byte : bytes) spec.bytes.push_back(std::byte(byte));
  return spec;
}

TEST(EvtxValue, writes_integers_in_decimal_and_flags_in_hexadecimal) {
  EXPECT_EQ(text(number_value(ValueType::int8, std::int8_t{-128})), "-128");
  EXPECT_EQ(text(number_value(ValueType::int16, std::int16_t{-2})), "-2");
  EXPECT_EQ(text(number_value(ValueType::uint64, ~std::uint64_t{0})), "18446744073709551615");
  EXPECT_EQ(text(number_value(ValueType::int64, std::numeric_limits<std::int64_t>::min())),
            "-9223372036854775808");
  EXPECT_EQ(text(number_value(ValueType::hex32, std::uint32_t{0x3E7})), "0x3e7");
  EXPECT_EQ(text(number_value(ValueType::hex64, std::uint64_t{0x8020'0000'0000'0000})), "0x8020000000000000");
  EXPECT_EQ(text(number_value(ValueType::size, std::uint32_t{0x858})), "0x858");
  EXPECT_EQ(text(number_value(ValueType::real64, 0.1)), "0.1");
}

TEST(EvtxValue, reads_booleans_of_every_width) {
  EXPECT_EQ(text(number_value(ValueType::boolean, std::uint32_t{1})), "true");
  EXPECT_EQ(text(number_value(ValueType::boolean, std::uint8_t{0})), "false");
  EXPECT_EQ(text(number_value(ValueType::boolean, std::uint64_t{1} << 40)), "true");
  EXPECT_EQ(kind_of(view(number_value(ValueType::boolean, std::uint16_t{1}))), LeafKind::boolean);
  EXPECT_EQ(kind_of(view(typed(ValueType::boolean, {1, 2, 3}))), LeafKind::text);
}

TEST(EvtxValue, writes_identifiers_and_bytes_in_upper_case) {
  const testing::Guid guid = {0x5F, 0x38, 0x70, 0x57, 0x2A, 0xC2, 0xE0, 0x43,
                              0xBF, 0x4C, 0x06, 0xF5, 0x69, 0x8F, 0xFB, 0xD9};
  EXPECT_EQ(text(testing::guid_value(guid)), "5770385F-C22A-43E0-BF4C-06F5698FFBD9");
  EXPECT_EQ(text(testing::sid_value(5, {18})), "S-1-5-18");
  EXPECT_EQ(text(testing::sid_value(5, {21, 4294967295, 500})), "S-1-5-21-4294967295-500");
  EXPECT_EQ(text(typed(ValueType::binary, {0x00, 0xAB, 0xFF})), "00ABFF");
}

TEST(EvtxValue, writes_times_of_the_whole_range) {
  EXPECT_EQ(text(testing::filetime_value(0)), "1601-01-01T00:00:00.000000Z");
  EXPECT_EQ(text(testing::filetime_value(133'000'000'000'000'019)), "2022-06-18T04:26:40.000001Z");
  EXPECT_EQ(text(testing::filetime_value(~0ULL)), "60056-05-28T05:36:10.955161Z");
  const auto system_time =
      typed(ValueType::systemtime, {0xE8, 7, 2, 0, 4, 0, 29, 0, 23, 0, 59, 0, 58, 0, 7, 0});
  EXPECT_EQ(text(system_time), "2024-02-29T23:59:58.007000Z");
  EXPECT_EQ(time_of(view(system_time)), base::parse_rfc3339("2024-02-29T23:59:58.007Z"));
}

TEST(EvtxValue, agrees_with_the_calendar_on_every_day_of_four_hundred_years) {
  for (std::int64_t day = -67'000; day < 80'000; ++day) {
    const base::TimeNs time{day * 86'400 * 1'000'000'000};
    ASSERT_EQ(text(testing::filetime_value(testing::to_filetime(time))), base::format_rfc3339(time, 6));
  }
}

TEST(EvtxValue, shows_a_value_of_impossible_size_as_bytes) {
  EXPECT_EQ(text(typed(ValueType::guid, {1, 2, 3})), "010203");
  EXPECT_EQ(text(typed(ValueType::uint32, {1, 2, 3})), "010203");
  EXPECT_EQ(text(typed(ValueType::sid, {1, 9, 0, 0, 0, 0, 0, 5})), "0109000000000005");
  EXPECT_EQ(text(typed(ValueType{0x7E}, {0xC0})), "C0");
  EXPECT_EQ(text(typed(ValueType::filetime, {1})), "01");
}

TEST(EvtxValue, tells_empty_from_not) {
  EXPECT_TRUE(is_empty(view(testing::null_value())));
  EXPECT_TRUE(is_empty(view(testing::string_value(""))));
  EXPECT_TRUE(is_empty(view(testing::string_value(std::string_view("\0\0", 2)))));
  EXPECT_FALSE(is_empty(view(testing::string_value(std::string_view("\0x", 2)))));
  EXPECT_FALSE(is_empty(view(number_value(ValueType::uint8, std::uint8_t{0}))));
}

TEST(EvtxValue, keeps_nul_within_a_string_and_drops_it_at_the_end) {
  EXPECT_EQ(text(testing::string_value(std::string_view("a\0b\0\0", 5))), std::string("a\0b", 3));
}

TEST(EvtxValue, reads_ansi_as_utf8_or_else_as_windows_1252) {
  EXPECT_EQ(text(testing::ansi_value("caf\xC3\xA9")), "café");
  EXPECT_EQ(text(testing::ansi_value("caf\xE9 \x80")), "café €");
}

TEST(EvtxValue, splits_arrays_by_terminator_or_size) {
  std::vector<Value> items;
  split_array(view(testing::string_array_value({"a", "", "bc"})), items);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_TRUE(is_empty(items[1]));
  EXPECT_EQ(items[2].size, 4U);

  ValueSpec numbers = typed(ValueType::uint16, {1, 0, 2, 0, 9});
  numbers.type |= kArrayFlag;
  split_array(view(numbers), items);
  ASSERT_EQ(items.size(), 3U);  // the odd byte is not lost
  EXPECT_EQ(items[1].size, 2U);
  EXPECT_EQ(items[2].size, 1U);
}

TEST(Utf16, decodes_like_the_standard_and_replaces_what_is_no_text) {
  const auto decoded = [](std::u16string_view utf16) {
    std::string out;
    append_utf16(out, std::as_bytes(std::span(utf16)));
    return out;
  };
  EXPECT_EQ(decoded(u"plain ASCII, long enough for the wide loop"),
            "plain ASCII, long enough for the wide loop");
  EXPECT_EQ(decoded(u"日本語とASCIIと\U0001F600 again ASCII"), "日本語とASCIIと😀 again ASCII");
  EXPECT_EQ(decoded(std::u16string{0xD800, u'x'}), "\xEF\xBF\xBDx");
  EXPECT_EQ(decoded(std::u16string{0xDC00}), "\xEF\xBF\xBD");
  EXPECT_EQ(decoded(std::u16string{0xD83D}), "\xEF\xBF\xBD");
  EXPECT_EQ(decoded(u"\u007F\u0080\u07FF\u0800\uFFFF"), "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF");
}

TEST(Utf16, finds_the_first_wide_unit_at_every_place) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::u16string utf16(40, u'a');
    utf16[at] = u'é';
    std::string expected(41, 'a');
    expected.replace(at, 2, "é");
    std::string out;
    append_utf16(out, std::as_bytes(std::span(utf16)));
    EXPECT_EQ(out, expected) << at;
  }
}

}  // namespace
}  // namespace hinomi::parse::evtx
