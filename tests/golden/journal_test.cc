#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "os/clock.h"
#include "os/testing/simulated_disk.h"
#include "store/journal/reader.h"
#include "store/journal/writer.h"

#include <gtest/gtest.h>

namespace hinomi::store::journal {
namespace {

constexpr Position kAll{0xFFFF'FFFF, 0};
using Texts = std::vector<std::string>;

std::string golden(const std::string& name) {
  std::ifstream file(std::string(HINOMI_SOURCE_DIR) + "/tests/golden/journal-v1/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string kThird("NUL \0 and \xFF", 11);
const Texts kFirstBatch{"first event", "", kThird};

struct Golden {
  explicit Golden(const std::string& name) { disk.put("j/" + segment_name(1), golden(name)); }

  Texts read(Position limit = kAll) {
    Reader reader(disk, "j");
    Texts texts;
    for (;;) {
      auto batch = reader.next(limit);
      EXPECT_TRUE(batch);
      if (!batch || *batch == nullptr) break;
      for (const Record& record : (*batch)->records) texts.emplace_back(record.raw);
    }
    damages = reader.damages();
    return texts;
  }
  Writer open() {
    auto writer = Writer::open(disk, clock, "j", {});
    EXPECT_TRUE(writer) << writer.error().message;
    return std::move(*writer);
  }
  static bool is_known(Writer& writer) {
    const std::string_view record = "first event";
    NewBatch batch{.head = {}, .records = std::span(&record, 1)};
    batch.head.source_id = 7;
    batch.head.token = "token-1";
    auto added = writer.add(batch);
    EXPECT_TRUE(added);
    return added && added->duplicate && added->count == 3 && added->first.parts().sequence == 1;
  }

  os::SimulatedDisk disk{1};
  os::ManualClock clock{{1'776'092'500'000'000'000}};
  std::vector<Damage> damages;
};

TEST(GoldenJournal, every_field_of_a_batch_reads_as_it_was_written) {
  Golden log("sealed.hjs");
  auto file = log.disk.open_to_read("j/" + segment_name(1));
  const auto header = read_segment_header(**file, 1);
  ASSERT_TRUE(header);
  EXPECT_EQ(*header, (SegmentHeader{.incompatible = 0,
                                    .compatible = 0,
                                    .node = 5,
                                    .partition = 6,
                                    .number = 1,
                                    .kind = LogKind::events,
                                    .first_sequence = 1,
                                    .created = {1'776'092'400'123'456'789},
                                    .previous_number = 0,
                                    .previous_end = 0,
                                    .salt = 0xD4C3'B2A1}));
  Reader reader(log.disk, "j");
  auto read = reader.next(kAll);
  ASSERT_TRUE(read && *read != nullptr);
  const BatchView& view = **read;
  EXPECT_EQ(view.position, (Position{1, 128}));
  EXPECT_EQ(view.head.first_sequence, 1U);
  EXPECT_EQ(view.head.received.since_epoch_ns, 1'776'092'400'123'456'789);
  EXPECT_EQ(view.head.source_id, 7U);
  EXPECT_EQ(view.head.labels, (base::Labels{.organisation = base::OrganisationId{1},
                                            .site = base::SiteId{2},
                                            .operated_by = base::OperatorId{3},
                                            .vault = base::VaultId{4},
                                            .zone = base::Zone::ot,
                                            .data_class = base::DataClass::personal,
                                            .realm = base::Realm::exercise}));
  EXPECT_EQ(view.head.framing, 1U);
  EXPECT_EQ(view.head.encoding, 2U);
  EXPECT_EQ(view.head.first_source_sequence, 99U);
  EXPECT_TRUE(view.head.begins_commit);
  EXPECT_EQ(view.head.source, "plc-log");
  EXPECT_EQ(view.head.peer, "192.0.2.7:514");
  EXPECT_EQ(view.head.listener, "127.0.0.1:6514");
  EXPECT_EQ(view.head.token, "token-1");
  EXPECT_EQ(view.head.resume_key, "");
  ASSERT_EQ(view.records.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(view.records[i].raw, kFirstBatch[i]);
    EXPECT_EQ(
        view.records[i].id.parts(),
        (event::IdParts{.received_ms = 1'776'092'400'123, .node = 5, .partition = 6, .sequence = i + 1}));
  }
  read = reader.next(kAll);
  ASSERT_TRUE(read && *read != nullptr);
  EXPECT_FALSE((*read)->head.begins_commit);
  EXPECT_EQ((*read)->head.resume_key, "8:1234:abcd");
  EXPECT_EQ((*read)->head.resume_value, "4096");
  EXPECT_EQ((*read)->records.at(0).raw, "イベント");
}

TEST(GoldenJournal, sealed_and_unsealed_segments_hold_the_same) {
  for (const char* name : {"sealed.hjs", "unsealed.hjs"}) {
    Golden log(name);
    EXPECT_EQ(log.read(), (Texts{"first event", "", kThird, "イベント", "second commit"})) << name;
    EXPECT_TRUE(log.damages.empty()) << name;
    Writer writer = log.open();
    EXPECT_EQ(writer.next_sequence(), 6U) << name;
    EXPECT_EQ(writer.resume(7, "8:1234:abcd"), "8192") << name;
    EXPECT_TRUE(Golden::is_known(writer)) << name;
    EXPECT_EQ(writer.status().recovered, 0U) << name;
    EXPECT_EQ(writer.end().segment, 1U) << name;
  }
}

TEST(GoldenJournal, a_torn_segment_is_read_up_to_the_tear) {
  Golden log("torn.hjs");
  Writer writer = log.open();
  EXPECT_EQ(log.read(writer.end()), (Texts{"first event", "", kThird, "イベント"}));
  EXPECT_TRUE(log.damages.empty());
  EXPECT_EQ(writer.next_sequence(), 5U);
  EXPECT_EQ(writer.resume(7, "8:1234:abcd"), "4096");
  EXPECT_GT(writer.status().recovered, 0U);
}

TEST(GoldenJournal, a_damaged_batch_is_reported_and_the_others_are_read) {
  Golden log("damaged.hjs");
  EXPECT_EQ(log.read(), (Texts{"first event", "", kThird, "second commit"}));
  ASSERT_EQ(log.damages.size(), 1U);
  EXPECT_EQ(log.damages[0].from, (Position{1, 347}));
  EXPECT_EQ(log.damages[0].bytes, 169U);
  Writer writer = log.open();
  EXPECT_EQ(writer.next_sequence(), 6U);
}

}  // namespace
}  // namespace hinomi::store::journal
