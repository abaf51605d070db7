#include "parse/evtx/reader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "parse/evtx/testing/chunk_builder.h"
#include "parse/evtx/value.h"

namespace hinomi::parse::evtx {
namespace {

using testing::Buffer;
using testing::ChunkBuilder;
using testing::EventSpec;
using testing::InstanceSpec;

constexpr std::int64_t kSecond = 1'000'000'000;

EventSpec event(std::uint64_t id, std::string text = "some text") {
  EventSpec spec;
  spec.provider = "Hinomi-Test";
  spec.event_id = 7;
  spec.record_id = id;
  spec.time = {static_cast<std::int64_t>(id) * kSecond};
  spec.channel = "Test";
  spec.computer = "host";
  spec.data.emplace_back("Text", testing::string_value(text));
  return spec;
}

ChunkBuilder chunk_of(std::uint64_t first, std::uint64_t count) {
  ChunkBuilder chunk;
  for (std::uint64_t id = first; id < first + count; ++id) {
    const EventSpec spec = event(id);
    EXPECT_TRUE(chunk.add(id, testing::to_filetime(spec.time), testing::make_event(spec)));
  }
  return chunk;
}

template <typename T>
void put(std::span<std::byte> bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

struct Read {
  std::vector<std::uint64_t> ids;
  std::vector<std::uint64_t> recovered;
  std::vector<ProblemKind> problems;
  std::size_t lost = 0;
};

Read read(Bytes chunk, ChunkReader::Options options = {}) {
  TemplateCache cache;
  ChunkReader reader(cache);
  reader.open(chunk, 0, options);
  Read result;
  while (const Record* record = reader.next())
    (record->recovered ? result.recovered : result.ids).push_back(record->id);
  for (const Problem& problem : reader.problems()) result.problems.push_back(problem.kind);
  result.lost = reader.lost_records();
  return result;
}

using Ids = std::vector<std::uint64_t>;
using Kinds = std::vector<ProblemKind>;

TEST(EvtxReader, reads_all_records_of_a_sound_chunk) {
  TemplateCache cache;
  ChunkReader reader(cache);
  const Buffer chunk = chunk_of(10, 3).finish();
  reader.open(chunk, 4096);
  for (std::uint64_t id = 10; id < 13; ++id) {
    const Record* record = reader.next();
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->id, id);
    EXPECT_EQ(record->written(), base::TimeNs{static_cast<std::int64_t>(id) * kSecond});
    EXPECT_FALSE(record->recovered);
    EXPECT_TRUE(record->root.has_binxml);
    EXPECT_GE(record->offset, 4096 + kChunkHeaderSize);
  }
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_TRUE(reader.problems().empty());
  EXPECT_EQ(cache.size(), 1U);  // the one of EventData is read only when asked for
}

TEST(EvtxReader, recognises_a_template_at_another_place_in_another_chunk) {
  TemplateCache cache;
  ChunkReader reader(cache);
  // In the second chunk, another template and its names come first, so that all offsets differ.
  InstanceSpec other;
  testing::ElementSpec root{.name = "Computer", .attributes = {}, .content = {testing::Text{"x"}}};
  other.definition =
      std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of("other"), root});
  ChunkBuilder second;
  ASSERT_TRUE(second.add(1, 0, other));
  ASSERT_TRUE(second.add(2, 0, testing::make_event(event(2))));
  const Buffer chunks[] = {chunk_of(1, 2).finish(), second.finish()};
  std::size_t records = 0;
  for (const Buffer& chunk : chunks) {
    reader.open(chunk);
    while (reader.next() != nullptr) ++records;
    EXPECT_TRUE(reader.problems().empty());
  }
  EXPECT_EQ(records, 4U);
  // The name Computer now stands outside the definition: another form, the same template.
  EXPECT_EQ(cache.size(), 2U);
}

TEST(EvtxReader, does_not_take_one_template_for_another_of_the_same_guid_and_size) {
  TemplateCache cache;
  ChunkReader reader(cache);
  std::vector<std::string> names;
  for (const char* name : {"Alpha", "Gamma"}) {
    InstanceSpec instance;
    const testing::ElementSpec root{.name = name, .attributes = {}, .content = {}};
    instance.definition =
        std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of("g"), root});
    ChunkBuilder builder;
    ASSERT_TRUE(builder.add(1, 0, instance));
    const Buffer chunk = builder.finish();
    reader.open(chunk);
    const Record* record = reader.next();
    ASSERT_NE(record, nullptr);
    const Template& definition = *record->root.definition;
    names.emplace_back(definition.text(definition.element(definition.parts(definition.root())[0]).name));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"Alpha", "Gamma"}));
}

TEST(EvtxReader, notes_wrong_checksums_and_reads_on) {
  Buffer chunk = chunk_of(1, 3).finish();
  put(chunk, 124, std::uint32_t{0});
  put(chunk, 52, std::uint32_t{0});
  const Read result = read(chunk);
  EXPECT_EQ(result.ids, (Ids{1, 2, 3}));
  EXPECT_EQ(result.problems, (Kinds{ProblemKind::chunk_checksum, ProblemKind::data_checksum}));
  EXPECT_EQ(result.lost, 0U);
}

TEST(EvtxReader, reads_a_chunk_whose_signature_is_damaged) {
  Buffer chunk = chunk_of(1, 3).finish();
  chunk[0] = std::byte{'X'};
  const Read result = read(chunk);
  EXPECT_EQ(result.ids, (Ids{1, 2, 3}));
  EXPECT_EQ(result.problems, Kinds{ProblemKind::chunk_magic});
}

TEST(EvtxReader, takes_an_unused_chunk_for_what_it_is) {
  const Buffer chunk(kChunkSize);
  const Read result = read(chunk);
  EXPECT_TRUE(result.ids.empty());
  EXPECT_TRUE(result.problems.empty());
}

// Damages the second of three records in many ways: the first and the third must still come.
class DamagedRecord : public ::testing::TestWithParam<std::pair<std::size_t, std::uint32_t>> {};

TEST_P(DamagedRecord, costs_at_most_itself) {
  const ChunkBuilder builder = chunk_of(1, 3);
  Buffer chunk = builder.finish();
  const std::size_t second = builder.record_offset(1);
  const auto [offset, value] = GetParam();
  put(chunk, second + offset, value);
  testing::repair_chunk_checksums(chunk);
  const Read result = read(chunk);
  EXPECT_TRUE(std::ranges::count(result.ids, 1U) == 1 && std::ranges::count(result.ids, 3U) == 1);
  EXPECT_TRUE(result.recovered.empty());
  EXPECT_FALSE(result.problems.empty());
}

INSTANTIATE_TEST_SUITE_P(EvtxReader, DamagedRecord,
                         ::testing::Values(std::pair{0, 0U},             // magic
                                           std::pair{4, 0U},             // size
                                           std::pair{4, 27U},            // size
                                           std::pair{4, 0xFFFF'FFFFU},   // size
                                           std::pair{4, 65536U},         // size
                                           std::pair{4, 64U},            // too small, but possible
                                           std::pair{24, 0xFFFF'FFFFU},  // fragment header
                                           std::pair{28, 0xEEEE'EEEEU},  // token
                                           std::pair{34, 0U},            // definition: missing
                                           std::pair{34, 600U},          // definition: another place
                                           std::pair{34, 0xFFFF'FFF0U},  // definition: outside
                                           std::pair{38, 0xFFFF'FFFFU},  // values
                                           std::pair{38, 8000U},         // values
                                           std::pair{42, 0x0001'FFFFU}   // size of the first value
                                           ));

TEST(EvtxReader, reads_a_record_whose_size_is_zero_but_whose_content_is_sound) {
  const ChunkBuilder builder = chunk_of(1, 3);
  Buffer chunk = builder.finish();
  put(chunk, builder.record_offset(1) + 4, std::uint32_t{0});
  testing::repair_chunk_checksums(chunk);
  const Read result = read(chunk);
  EXPECT_EQ(result.ids, (Ids{1, 2, 3}));
  EXPECT_EQ(result.problems, Kinds{ProblemKind::record_size});
}

TEST(EvtxReader, reads_records_that_are_not_aligned) {
  const ChunkBuilder builder = chunk_of(1, 3);
  Buffer chunk = builder.finish();
  // Three bytes of dirt before the third record.
  const std::size_t third = builder.record_offset(2);
  chunk.insert(chunk.begin() + static_cast<std::ptrdiff_t>(third), 3, std::byte{0x55});
  chunk.resize(kChunkSize);
  put(chunk, 48, load<std::uint32_t>(chunk.data() + 48) + 3);
  testing::repair_chunk_checksums(chunk);
  const Read result = read(chunk);
  EXPECT_EQ(result.ids, (Ids{1, 2, 3}));
  EXPECT_EQ(result.problems, Kinds{ProblemKind::record_lost});
}

TEST(EvtxReader, goes_on_behind_an_end_that_is_out_of_date) {
  const ChunkBuilder builder = chunk_of(1, 4);
  Buffer chunk = builder.finish();
  put(chunk, 48, static_cast<std::uint32_t>(builder.record_offset(2)));
  testing::repair_chunk_checksums(chunk);
  const Read result = read(chunk);
  EXPECT_EQ(result.ids, (Ids{1, 2, 3, 4}));
  EXPECT_EQ(result.problems, Kinds{ProblemKind::chunk_free_offset});
}

TEST(EvtxReader, keeps_remains_of_earlier_records_apart) {
  // A chunk that held 1 to 6 is used again for 101 and 102: what lies behind is older.
  const ChunkBuilder old = chunk_of(1, 6);
  Buffer chunk = old.finish();
  const ChunkBuilder fresh = chunk_of(101, 2);
  const Buffer head = fresh.finish();
  std::copy_n(head.begin(), old.record_offset(2), chunk.begin());
  const Read result = read(chunk);
  EXPECT_EQ(result.ids, (Ids{101, 102}));
  EXPECT_EQ(result.recovered, (Ids{3, 4, 5, 6}));
  EXPECT_TRUE(result.problems.empty());
  EXPECT_TRUE(read(chunk, {.recover = false}).recovered.empty());
}

TEST(EvtxReader, does_not_show_remains_whose_names_were_overwritten) {
  Buffer chunk = chunk_of(1, 2).finish();
  const std::u16string_view name = u"Provider";
  const auto raw = std::as_bytes(std::span(name));
  const auto found = std::search(chunk.begin(), chunk.end(), raw.begin(), raw.end());
  ASSERT_NE(found, chunk.end());
  *found = std::byte{0x01};
  testing::repair_chunk_checksums(chunk);
  EXPECT_EQ(read(chunk).ids, (Ids{1, 2}));  // in the log itself, a damaged name is better than none
  EXPECT_TRUE(read(chunk, {.all_recovered = true}).recovered.empty());
}

TEST(EvtxReader, marks_all_records_of_a_chunk_behind_the_end) {
  const Read result = read(chunk_of(1, 2).finish(), {.all_recovered = true});
  EXPECT_TRUE(result.ids.empty());
  EXPECT_EQ(result.recovered, (Ids{1, 2}));
}

TEST(EvtxReader, reads_what_is_there_of_a_chunk_at_every_length) {
  const ChunkBuilder builder = chunk_of(1, 3);
  const Buffer chunk = builder.finish();
  const std::size_t end = load<std::uint32_t>(chunk.data() + 48);
  for (std::size_t length = 0; length <= end; ++length) {
    const Buffer cut(chunk.begin(),
                     chunk.begin() + static_cast<std::ptrdiff_t>(length));  // so that ASan sees the end
    const Read result = read(cut);
    std::size_t whole = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::size_t record_end = i < 2 ? builder.record_offset(i + 1) : end;
      whole += record_end <= length ? 1 : 0;
    }
    ASSERT_GE(result.ids.size(), whole) << length;
    ASSERT_LE(result.ids.size(), std::min<std::size_t>(whole + 1, 3)) << length;
  }
}

TEST(EvtxReader, survives_any_single_damaged_byte) {
  const ChunkBuilder builder = chunk_of(1, 3);
  const Buffer sound = builder.finish();
  const std::size_t end = load<std::uint32_t>(sound.data() + 48);
  for (std::size_t at = kChunkHeaderSize; at < end; ++at) {
    for (const int value : {0x00, 0x01, 0x7F, 0xFF}) {
      Buffer chunk(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(end));
      chunk[at] = std::byte(value);
      const Read result = read(chunk, {.check_data_crc = false});
      // Damage to the template, which the first record holds, costs all records that refer to it.
      const bool in_first = at < builder.record_offset(1);
      ASSERT_GE(result.ids.size(), in_first ? 0U : 2U) << at << ' ' << value;
    }
  }
}

TEST(EvtxReader, refuses_elements_that_nest_beyond_the_limit) {
  for (const int depth : {kMaxElementDepth, kMaxElementDepth + 1}) {
    testing::ElementSpec root{.name = "e", .attributes = {}, .content = {}};
    for (int i = 1; i < depth; ++i) {
      testing::ElementSpec outer{.name = "e", .attributes = {}, .content = {}};
      outer.add(std::move(root));
      root = std::move(outer);
    }
    InstanceSpec instance;
    instance.definition =
        std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of("d"), root});
    ChunkBuilder builder;
    ASSERT_TRUE(builder.add(1, 0, instance));
    EXPECT_EQ(read(builder.finish()).ids.size(), depth <= kMaxElementDepth ? 1U : 0U) << depth;
  }
}

InstanceSpec instance_of(std::string_view guid_seed, testing::ElementSpec root) {
  InstanceSpec instance;
  instance.definition = std::make_shared<testing::TemplateSpec>(
      testing::TemplateSpec{testing::guid_of(guid_seed), std::move(root)});
  return instance;
}

std::size_t records_of(const InstanceSpec& instance) {
  ChunkBuilder builder;
  EXPECT_TRUE(builder.add(1, 0, instance));
  return read(builder.finish()).ids.size();
}

TEST(EvtxReader, refuses_names_values_and_texts_beyond_the_limits) {
  const auto named = [](std::size_t units) {
    return instance_of("n", {.name = std::string(units, 'n'), .attributes = {}, .content = {}});
  };
  EXPECT_EQ(records_of(named(kMaxNameUnits)), 1U);
  EXPECT_EQ(records_of(named(kMaxNameUnits + 1)), 0U);

  const auto valued = [](std::size_t count) {
    InstanceSpec instance = instance_of("v", {.name = "e", .attributes = {}, .content = {}});
    instance.values.resize(count);
    return instance;
  };
  EXPECT_EQ(records_of(valued(kMaxValues)), 1U);
  EXPECT_EQ(records_of(valued(kMaxValues + 1)), 0U);

  const auto worded = [](std::size_t attributes) {
    testing::ElementSpec root{.name = std::string(kMaxNameUnits, 'n'), .attributes = {}, .content = {}};
    for (std::size_t i = 0; i < attributes; ++i)
      root.with(std::string(kMaxNameUnits, 'n'), testing::Text{""});
    return instance_of("w", std::move(root));
  };
  EXPECT_EQ(records_of(worded(kMaxTemplateText / kMaxNameUnits - 1)), 1U);
  EXPECT_EQ(records_of(worded(kMaxTemplateText / kMaxNameUnits)), 0U);
}

TEST(EvtxReader, stops_reading_definitions_when_a_chunk_asks_for_too_many) {
  // Forty definitions that each claim the rest of the chunk, and forty records that refer to them.
  ChunkBuilder builder;
  for (std::uint64_t id = 0; id < 80; ++id) {
    const std::string seed = std::to_string(id % 40);
    ASSERT_TRUE(builder.add(id, 0, instance_of(seed, {.name = "e", .attributes = {}, .content = {}})));
  }
  Buffer chunk = builder.finish();
  for (std::size_t i = 0; i < 40; ++i) {
    const std::size_t definition = builder.record_offset(i) + kRecordHeaderSize + 4 + kInstanceHeaderSize;
    put(chunk, definition + 20, static_cast<std::uint32_t>(kChunkSize - definition - kDefinitionHeaderSize));
  }
  testing::repair_chunk_checksums(chunk);
  const Read result = read(chunk);
  EXPECT_GT(result.ids.size(), kMaxExaminedPerChunk / kChunkSize);
  EXPECT_LT(result.ids.size(), 20U);
}

TEST(EvtxTemplateCache, reads_on_when_it_is_full) {
  for (const auto& [limits, expected] :
       {std::pair{TemplateCache::Limits{.templates = 3}, std::size_t{3}},
        std::pair{TemplateCache::Limits{.templates_of_one_guid = 2}, std::size_t{2}},
        std::pair{TemplateCache::Limits{.forms = 0}, std::size_t{6}},
        std::pair{TemplateCache::Limits{.forms_of_one_guid_and_size = 1}, std::size_t{6}}}) {
    TemplateCache cache(limits);
    ChunkReader reader(cache);
    for (int round = 0; round < 2; ++round) {
      for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
        ChunkBuilder builder;
        ASSERT_TRUE(builder.add(1, 0, instance_of("same", {.name = name, .attributes = {}, .content = {}})));
        const Buffer chunk = builder.finish();
        reader.open(chunk);
        const Record* record = reader.next();
        ASSERT_NE(record, nullptr);
        const Template& definition = *record->root.definition;
        EXPECT_EQ(definition.text(definition.elements()[0].name), name);
      }
    }
    EXPECT_EQ(cache.size(), expected);
  }
}

TEST(EvtxReader, opens_fragments_down_to_the_limit_only) {
  InstanceSpec inner;
  testing::ElementSpec leaf{.name = "leaf", .attributes = {}, .content = {}};
  testing::ElementSpec node{
      .name = "node", .attributes = {}, .content = {testing::Hole{0, ValueType::binxml, true}}};
  inner.definition =
      std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of("leaf"), leaf});
  const auto outer =
      std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of("node"), node});
  for (int i = 0; i < kMaxFragmentDepth + 3; ++i) {
    InstanceSpec around;
    around.definition = outer;
    around.values.push_back(testing::fragment_value(std::move(inner)));
    inner = std::move(around);
  }
  ChunkBuilder builder;
  ASSERT_TRUE(builder.add(1, 0, inner));
  const Buffer chunk = builder.finish();
  TemplateCache cache;
  ChunkReader reader(cache);
  reader.open(chunk);
  const Record* record = reader.next();
  ASSERT_NE(record, nullptr);
  int depth = 0;
  std::optional<Instance> instance = record->root;
  while (instance) {
    instance = reader.open_value(instance->value(0), instance->depth);
    depth += instance ? 1 : 0;
  }
  EXPECT_EQ(depth, kMaxFragmentDepth);
}

TEST(EvtxReader, counts_problems_beyond_those_it_keeps) {
  Buffer chunk(kChunkSize);
  std::copy_n(std::as_bytes(std::span(kChunkMagic)).begin(), 8, chunk.begin());
  for (std::size_t at = kChunkHeaderSize; at + 32 <= kChunkSize; at += 32) {
    put(chunk, at, kRecordMagic);
    put(chunk, at + 4, std::uint32_t{32});
    put(chunk, at + 28, std::uint32_t{32});
  }
  put(chunk, 48, static_cast<std::uint32_t>(kChunkSize));
  testing::repair_chunk_checksums(chunk);
  TemplateCache cache;
  ChunkReader reader(cache);
  reader.open(chunk);
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_EQ(reader.problem_count(), (kChunkSize - kChunkHeaderSize) / 32);
  EXPECT_EQ(reader.problems().size(), kMaxProblemsPerChunk);
}

TEST(EvtxFileView, gives_every_chunk_and_the_rest_of_a_cut_off_one) {
  Buffer file = testing::make_file({chunk_of(1, 2).finish(), chunk_of(3, 2).finish()});
  file.resize(file.size() - 1000);
  const FileView view(file);
  ASSERT_EQ(view.chunk_count(), 2U);
  EXPECT_EQ(view.chunk(1).offset, kFileHeaderSize + kChunkSize);
  EXPECT_EQ(view.chunk(1).bytes.size(), kChunkSize - 1000);
  EXPECT_EQ(read(view.chunk(1).bytes).ids, (Ids{3, 4}));
}

TEST(EvtxFileView, has_no_problem_with_a_sound_file) {
  EXPECT_TRUE(FileView(testing::make_file({chunk_of(1, 2).finish()})).problems().empty());
}

TEST(EvtxFileView, reads_chunks_without_a_sound_header) {
  Buffer file = testing::make_file({chunk_of(1, 2).finish()});
  std::fill_n(file.begin(), 128, std::byte{0x41});
  const FileView damaged(file);
  ASSERT_EQ(damaged.chunk_count(), 1U);
  EXPECT_EQ(read(damaged.chunk(0).bytes).ids, (Ids{1, 2}));
  EXPECT_EQ(damaged.problems().size(), 1U);

  const Buffer bare = chunk_of(1, 2).finish();
  const FileView carved(bare);
  ASSERT_EQ(carved.chunk_count(), 1U);
  EXPECT_EQ(read(carved.chunk(0).bytes).ids, (Ids{1, 2}));
}

TEST(EvtxFileView, sets_chunks_behind_the_count_of_a_clean_file_apart) {
  const std::vector<Buffer> chunks = {chunk_of(1, 2).finish(), chunk_of(3, 2).finish()};
  Buffer file = testing::make_file(chunks);
  put(file, 42, std::uint16_t{1});
  testing::repair_file_checksum(file);
  EXPECT_FALSE(FileView(file).chunk(0).behind_end);
  EXPECT_TRUE(FileView(file).chunk(1).behind_end);
  put(file, 120, std::uint32_t{1});  // dirty: the count is out of date
  testing::repair_file_checksum(file);
  EXPECT_FALSE(FileView(file).chunk(1).behind_end);
}

TEST(EvtxFileView, recognises_its_format_by_content) {
  const Buffer file = testing::make_file({chunk_of(1, 1).finish()});
  EXPECT_TRUE(FileView::recognises(Bytes(file).first(8)));
  EXPECT_FALSE(FileView::recognises(Bytes(file).first(7)));
  EXPECT_FALSE(FileView::recognises({}));
  EXPECT_EQ(FileView({}).chunk_count(), 0U);
  EXPECT_EQ(FileView(Bytes(file).first(100)).chunk_count(), 0U);
}

}  // namespace
}  // namespace hinomi::parse::evtx
