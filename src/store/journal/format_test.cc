#include "store/journal/format.h"

#include "store/journal/crc32c.h"

#include <gtest/gtest.h>

namespace hinomi::store::journal {
namespace {

TEST(Crc32c, gives_the_values_of_rfc_3720) {
  // RFC 3720, appendix B.4.
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A91'36AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8'AB43U);
  EXPECT_EQ(crc32c("123456789"), 0xE306'9283U);
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += static_cast<char>(i * 37);
    EXPECT_EQ(crc32c(text), crc32c_portable(text));
    const std::size_t middle = text.size() / 3;
    EXPECT_EQ(crc32c(text.substr(middle), crc32c(text.substr(0, middle))), crc32c(text));
  }
}

TEST(JournalFormat, a_header_reads_back_and_a_changed_one_does_not) {
  const SegmentHeader header{.incompatible = 0,
                             .compatible = 4,
                             .node = 3,
                             .partition = 9,
                             .number = 12,
                             .kind = LogKind::findings,
                             .first_sequence = 77,
                             .created = {5},
                             .previous_number = 11,
                             .previous_end = 4096,
                             .salt = 0xDEAD'BEEF};
  std::string bytes;
  append_header(bytes, header);
  ASSERT_EQ(bytes.size(), kSegmentHeaderBytes);
  ASSERT_TRUE(read_header(bytes));
  EXPECT_EQ(*read_header(bytes), header);
  for (std::size_t i = 0; i < kHeaderCopyBytes; ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    ASSERT_TRUE(read_header(changed)) << i;
    EXPECT_EQ(*read_header(changed), header) << "the other copy is sound";
    changed[i + kHeaderCopyBytes] = static_cast<char>(changed[i + kHeaderCopyBytes] ^ 1);
    EXPECT_FALSE(read_header(changed)) << i;
  }
  EXPECT_TRUE(read_header(std::string_view(bytes).substr(0, kHeaderCopyBytes)));
  EXPECT_FALSE(read_header(std::string_view(bytes).substr(0, kHeaderCopyBytes - 1)));
  SegmentHeader unknown = header;
  unknown.incompatible = 1;
  bytes.clear();
  append_header(bytes, unknown);
  EXPECT_EQ(read_header(bytes).error().code, base::ErrorCode::unsupported);
}

std::string a_batch(std::uint32_t salt) {
  BatchHead head;
  head.first_sequence = 41;
  head.received = {1'776'092'400'123'456'789};
  head.source_id = 5;
  head.labels.site = base::SiteId{2};
  head.labels.realm = base::Realm::demo;
  head.framing = 2;
  head.encoding = 1;
  head.begins_commit = true;
  head.source = "s";
  head.peer = "p:1";
  head.listener = "l:2";
  head.token = "tok";
  head.resume_key = "k";
  head.resume_value = "value";
  const std::vector<std::string_view> records{"first", "", "third"};
  std::string bytes;
  EXPECT_TRUE(append_batch(bytes, salt, head, {.node = 1, .partition = 2}, records));
  return bytes;
}

TEST(JournalFormat, a_batch_reads_back) {
  const std::string bytes = a_batch(9) + "more";
  BatchView view;
  std::size_t size = 0;
  ASSERT_EQ(find_batch(bytes, 9, view, size), Found::batch);
  EXPECT_EQ(view.bytes, bytes.size() - 4);
  EXPECT_EQ(view.head.first_sequence, 41U);
  EXPECT_EQ(view.head.labels.realm, base::Realm::demo);
  EXPECT_EQ(view.head.labels.site, base::SiteId{2});
  EXPECT_TRUE(view.head.begins_commit);
  EXPECT_EQ(view.head.source, "s");
  EXPECT_EQ(view.head.peer, "p:1");
  EXPECT_EQ(view.head.listener, "l:2");
  EXPECT_EQ(view.head.token, "tok");
  EXPECT_EQ(view.head.resume_key, "k");
  EXPECT_EQ(view.head.resume_value, "value");
  ASSERT_EQ(view.records.size(), 3U);
  EXPECT_EQ(view.records[2].raw, "third");
  EXPECT_EQ(view.records[2].id.parts(), (event::IdParts{1'776'092'400'123, 1, 2, 43}));
}

TEST(JournalFormat, every_cut_is_too_little_and_every_flip_is_damage) {
  const std::string bytes = a_batch(9);
  BatchView view;
  std::size_t size = 0;
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_EQ(find_batch(std::string_view(bytes).substr(0, cut), 9, view, size), Found::nothing) << cut;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes + std::string(600, '\0');
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      EXPECT_NE(find_batch(changed, 9, view, size), Found::batch) << at << "." << bit;
    }
  }
  EXPECT_EQ(find_batch(bytes, 8, view, size), Found::damaged);
}

TEST(JournalFormat, a_footer_reads_back_and_a_changed_one_does_not) {
  const Footer footer{.end = 640,
                      .next_sequence = 12,
                      .records = 11,
                      .first_received = {1},
                      .last_received = {2},
                      .tokens = {{{1, 2}, {3, 4}, 5, {6}}},
                      .resumes = {{7, "key", "value"}, {8, "", ""}}};
  std::string bytes;
  append_footer(bytes, 11, footer);
  const auto seal = read_seal(std::string_view(bytes).substr(bytes.size() - kSealBytes), 11);
  EXPECT_FALSE(read_seal(std::string_view(bytes).substr(bytes.size() - kSealBytes), 12));
  ASSERT_TRUE(seal);
  EXPECT_EQ(seal->footer_offset, 640U);
  ASSERT_TRUE(read_footer(bytes, 11, *seal));
  EXPECT_EQ(*read_footer(bytes, 11, *seal), footer);
  EXPECT_FALSE(read_footer(bytes, 12, *seal));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 4);
    const auto broken = read_seal(std::string_view(changed).substr(changed.size() - kSealBytes), 11);
    EXPECT_TRUE(!broken || !read_footer(changed, 11, *broken)) << i;
  }
  BatchView view;
  std::size_t size = 0;
  EXPECT_EQ(find_batch(bytes, 0, view, size), Found::seal);
}

TEST(JournalFormat, names_of_segments_read_back) {
  EXPECT_EQ(segment_name(1), "0000000000000001.hjs");
  EXPECT_EQ(segment_number(segment_name(0xABCDEF)), 0xABCDEFU);
  for (const char* name :
       {"", "removed", "0000000000000000.hjs", "1.hjs", "00000000000000zz.hjs", "0000000100000001.hjs"})
    EXPECT_FALSE(segment_number(name)) << name;
}

}  // namespace
}  // namespace hinomi::store::journal
