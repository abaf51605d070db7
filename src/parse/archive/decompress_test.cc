#include "parse/archive/decompress.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "parse/archive/testing/archive_writer.h"

namespace hinomi::parse::archive {
namespace {

struct Outcome {
  std::string content;
  std::optional<base::Error> error;
};

Outcome read_all(ByteSource& source, std::size_t step = 10'000) {
  Outcome outcome;
  std::string into(step, '\0');
  while (true) {
    const auto got = source.read(into);
    if (!got) {
      outcome.error = got.error();
      return outcome;
    }
    if (*got == 0) return outcome;
    outcome.content.append(into.data(), *got);
  }
}

Outcome unpack(Compression compression, std::string_view bytes, const Limits& limits = {},
               std::size_t step = 10'000) {
  Account account(limits);
  const auto source = decompress(compression, std::make_unique<MemorySource>(bytes), account);
  return read_all(*source, step);
}

// Lines that compress a little, as logs do, so that every decoder holds several of its blocks.
std::string lines(std::size_t count) {
  std::string text;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 1664525 + 1013904223;
    text +=
        "{\"EventID\":" + std::to_string(i % 5000) + ",\"Image\":\"C:\\\\x" + std::to_string(state) + "\"}\n";
  }
  return text;
}

constexpr Compression kAll[] = {Compression::gzip, Compression::zstd, Compression::xz, Compression::bzip2};

std::string packed(Compression compression, std::string_view content, std::size_t repeat = 1) {
  return compressed(std::string(name_of(compression)), content, repeat);
}

TEST(Decompress, gives_back_what_was_compressed) {
  const std::string text = lines(20'000);
  for (const Compression compression : kAll) {
    const Outcome outcome = unpack(compression, packed(compression, text));
    EXPECT_FALSE(outcome.error) << outcome.error->message;
    EXPECT_TRUE(outcome.content == text) << name_of(compression);
  }
}

TEST(Decompress, the_size_of_the_readers_steps_changes_nothing) {
  const std::string text = lines(2'000);
  for (const Compression compression : kAll) {
    const std::string bytes = packed(compression, text);
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
      EXPECT_TRUE(unpack(compression, bytes, {}, step).content == text) << name_of(compression) << step;
    }
  }
}

TEST(Decompress, several_members_are_one_content) {
  for (const Compression compression : kAll) {
    const Outcome outcome = unpack(
        compression, packed(compression, "one ") + packed(compression, "") + packed(compression, "two"));
    EXPECT_FALSE(outcome.error) << outcome.error->message;
    EXPECT_EQ(outcome.content, "one two") << name_of(compression);
  }
}

TEST(Decompress, skippable_frames_of_zstd_are_skipped) {
  const std::string skippable("\x5A\x2A\x4D\x18\x03\0\0\0abc", 11);
  EXPECT_EQ(unpack(Compression::zstd, skippable + packed(Compression::zstd, "x") + skippable).content, "x");
}

TEST(Decompress, zeros_after_the_end_are_padding) {
  for (const Compression compression : kAll) {
    const Outcome outcome = unpack(compression, packed(compression, "x") + std::string(100'000, '\0'));
    EXPECT_FALSE(outcome.error) << outcome.error->message;
    EXPECT_EQ(outcome.content, "x");
  }
}

TEST(Decompress, other_bytes_after_the_end_are_told_after_the_content) {
  for (const Compression compression : kAll) {
    const Outcome outcome = unpack(compression, packed(compression, "x") + "garbage");
    EXPECT_EQ(outcome.content, "x");
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, base::ErrorCode::invalid_input);
  }
}

TEST(Decompress, a_truncated_stream_gives_what_it_holds_and_then_says_where_it_ends) {
  const std::string text = lines(30'000);
  for (const Compression compression : kAll) {
    std::string bytes = packed(compression, text);
    bytes.resize(bytes.size() * 9 / 10);
    const Outcome outcome = unpack(compression, bytes, {}, 1000);
    ASSERT_TRUE(outcome.error) << name_of(compression);
    EXPECT_NE(outcome.error->message.find("ends too early (at byte " + std::to_string(bytes.size())),
              std::string::npos)
        << outcome.error->message;
    EXPECT_TRUE(text.starts_with(outcome.content));
    // bzip2 has blocks of 900 kB, the others of 128 kB or less.
    EXPECT_GT(outcome.content.size(), text.size() / (compression == Compression::bzip2 ? 4 : 2))
        << name_of(compression);
  }
}

TEST(Decompress, a_small_truncated_gzip_is_read_to_its_last_byte) {
  const std::string text = lines(100);
  std::string bytes = packed(Compression::gzip, text);
  bytes.resize(bytes.size() / 2);
  EXPECT_GT(unpack(Compression::gzip, bytes).content.size(), text.size() / 4);
}

TEST(Decompress, every_truncation_ends_with_an_error) {
  for (const Compression compression : kAll) {
    const std::string bytes = packed(compression, "hello hello hello");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_TRUE(unpack(compression, std::string_view(bytes).substr(0, size)).error)
          << name_of(compression) << size;
    }
  }
}

TEST(Decompress, every_damaged_byte_is_survived) {
  for (const Compression compression : kAll) {
    const std::string bytes = packed(compression, lines(20));
    std::size_t noticed = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
      noticed += unpack(compression, damaged).error ? 1 : 0;
    }
    // All but a few bytes of headers (time, name) are covered by checks; zstd is written without a checksum.
    EXPECT_GT(noticed, bytes.size() / 4) << name_of(compression);
  }
}

TEST(Decompress, an_error_stays) {
  Account account({});
  const auto source =
      decompress(Compression::gzip, std::make_unique<MemorySource>("\x1f\x8bgarbage"), account);
  std::array<char, 16> into{};
  EXPECT_FALSE(source->read(into));
  EXPECT_FALSE(source->read(into));
}

TEST(Decompress, a_bomb_ends_at_the_ratio) {
  std::string bomb;  // 1 GiB of zeros in members of 64 MiB
  const std::string member = packed(Compression::gzip, std::string(1 << 20, '\0'), 64);
  for (int i = 0; i < 16; ++i) bomb += member;
  EXPECT_LT(bomb.size(), 2u << 20);
  Limits limits;
  Account account(limits);
  const auto source = decompress(Compression::gzip, std::make_unique<MemorySource>(bomb), account);
  std::string into(1 << 20, '\0');
  std::uint64_t total = 0;
  std::optional<base::Error> error;
  while (!error) {
    const auto got = source->read(into);
    if (!got) {
      error = got.error();
    } else if (*got == 0) {
      break;
    } else {
      total += *got;
    }
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, base::ErrorCode::limit_exceeded);
  EXPECT_NE(error->message.find("400 to 1"), std::string::npos) << error->message;
  EXPECT_LE(total, limits.ratio_floor_bytes + into.size());
}

TEST(Decompress, small_content_is_never_held_against_the_ratio) {
  EXPECT_FALSE(unpack(Compression::gzip, packed(Compression::gzip, std::string(1 << 20, 'a'))).error);
}

TEST(Decompress, the_limit_of_output_holds) {
  const std::string bytes = packed(Compression::zstd, lines(1000));
  EXPECT_EQ(unpack(Compression::zstd, bytes, {.max_output_bytes = 1000}).error.value().code,
            base::ErrorCode::limit_exceeded);
  EXPECT_FALSE(unpack(Compression::zstd, packed(Compression::zstd, "12345"), {.max_output_bytes = 5}).error);
}

TEST(Decompress, a_window_beyond_the_limit_is_refused) {
  // Frame header (RFC 8878 3.1.1.1): descriptor 0, window descriptor of exponent 21 = 2 GiB.
  const std::string frame("\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00", 9);
  const Outcome outcome = unpack(Compression::zstd, frame);
  ASSERT_TRUE(outcome.error);
  EXPECT_NE(outcome.error->message.find("memory"), std::string::npos) << outcome.error->message;
}

}  // namespace
}  // namespace hinomi::parse::archive
