#include "ingest/layers.h"

#include <gtest/gtest.h>

#include "os/testing/scratch_folder.h"

namespace hinomi::ingest {
namespace {

using parse::archive::MemorySource;

// Gives one byte at a time and then, if asked to, an error.
class Trickle final : public ByteSource {
 public:
  explicit Trickle(std::string_view bytes, bool fails = false) : memory_(bytes), fails_(fails) {}
  base::Result<std::size_t> read(std::span<char> into) override {
    const auto got = memory_.read(into.first(1));
    if (*got == 0 && fails_) return base::Error{base::ErrorCode::io, "broken", {}, {}};
    return got;
  }

 private:
  MemorySource memory_;
  bool fails_;
};

std::string read_all(ByteSource& source, std::size_t step = 1000) {
  std::string all;
  std::string into(step, '\0');
  while (true) {
    const auto got = source.read(into);
    if (!got || *got == 0) return all;
    all.append(into.data(), *got);
  }
}

std::string utf16(std::u16string_view text, bool big_endian) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xFF);
    const char high = static_cast<char>(unit >> 8);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  }
  return bytes;
}

TEST(Layers, a_peek_takes_nothing_away) {
  PeekSource source(std::make_unique<Trickle>("0123456789"), 4);
  EXPECT_EQ(source.head(), "0123");
  EXPECT_EQ(read_all(source, 3), "0123456789");
}

TEST(Layers, a_peek_keeps_an_error_until_the_front_is_used_up) {
  PeekSource source(std::make_unique<Trickle>("ab", true), 4);
  EXPECT_EQ(source.head(), "ab");
  EXPECT_TRUE(source.error());
  std::string into(10, '\0');
  EXPECT_EQ(source.read(into).value(), 2u);
  EXPECT_EQ(source.read(into).error().message, "broken");
}

TEST(Layers, a_peek_can_go_back_where_its_base_can) {
  PeekSource source(std::make_unique<MemorySource>("0123456789"), 4);
  EXPECT_EQ(source.seekable_size(), 10u);
  (void)read_all(source);
  source.seek(2);
  EXPECT_EQ(read_all(source), "23456789");
}

TEST(Layers, utf16_becomes_utf8_however_it_is_cut) {
  for (const bool big_endian : {false, true}) {
    const std::string bytes = utf16(u"\uFEFF{\"名\":\"😀\"}\n", big_endian);
    Utf16Source whole(std::make_unique<MemorySource>(bytes), big_endian);
    EXPECT_EQ(read_all(whole), "{\"名\":\"😀\"}\n");
    Utf16Source bit_by_bit(std::make_unique<Trickle>(bytes), big_endian);
    EXPECT_EQ(read_all(bit_by_bit, 1), "{\"名\":\"😀\"}\n");
  }
}

TEST(Layers, broken_utf16_ends_with_replacements) {
  Utf16Source odd(std::make_unique<MemorySource>(std::string_view("\xFF\xFE"
                                                                  "a\0b",
                                                                  5)),
                  false);
  EXPECT_EQ(read_all(odd), "a");
  Utf16Source high(std::make_unique<MemorySource>(std::string_view("\xFF\xFE\x3D\xD8", 4)), false);
  EXPECT_EQ(read_all(high), "\uFFFD");
}

TEST(Layers, a_file_counts_what_was_read_once) {
  const os::ScratchFolder root;
  std::atomic<std::uint64_t> consumed = 0;
  const os::StopCheck never;
  FileSource source(os::File::open(root.write("f", "0123456789")).value(), never, consumed);
  EXPECT_EQ(read_all(source), "0123456789");
  source.seek(0);
  EXPECT_EQ(read_all(source), "0123456789");
  EXPECT_EQ(consumed.load(), 10u);
}

TEST(Layers, a_file_ends_when_stopped) {
  const os::ScratchFolder root;
  std::atomic<std::uint64_t> consumed = 0;
  const os::StopCheck always = [] { return true; };
  FileSource source(os::File::open(root.write("f", "0123456789")).value(), always, consumed);
  EXPECT_EQ(read_all(source), "");
}

}  // namespace
}  // namespace hinomi::ingest
